"""Frontends turn programs into graphs: one file each, entered in `FRONTENDS` under `@frontend`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import FrameType
from typing import Any

from ..engine.site import own_variables
from ..engine.tensor import Tensor
from ..errors import GraphError
from ..graph import Graph, Noted, graph_in
from ..views.steps import picked
from .frontend import FRONTENDS, Frontend, frontend, frontend_of, recording, taken
from .function import from_function

__all__ = [
    "FRONTENDS",
    "Frontend",
    "frontend",
    "frontend_of",
    "graph_of",
    "own_variables",
    "recording",
    "taken",
    "trace",
    "under",
]

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")  # a frontend enters itself


def trace(
    program: Tensor | Graph | Noted | Sequence[Tensor] | Callable[..., Any],
    *arrays: Any,
    step: int | Iterable[int] | None = None,
    loss: Callable[[Any], Any] | None = None,
) -> Graph:
    """Make the graph of a computation, with its gradients.

    ``program``: a tensor, or a function that is called with ``arrays`` as inputs named like its parameters (of a
    dictionary or a list of arrays, each becomes a parameter, named by its keys, as `history` takes them) and returns
    a tensor (a `Graph`, also that of a `Flow`, is handed back as it is). A scalar is differentiated (a tensor with the
    seed of its last `backward`); of anything else without a seed, the graph holds values only. A tensor without a name
    takes the one that it has in the source. No ``grad`` is changed. Of a training run, ``step`` picks one step or
    several. ``loss``: a function that makes the loss of what ``program`` returns, as for a model of PyTorch:
    ``tg.trace(model, x, loss=lambda out: F.cross_entropy(out, y))``; its tensors, parameters and gradients are
    PyTorch's own.

    >>> import tracegraph as tg
    >>> tg.trace(lambda a, b: a * b, 2.0, 3.0)["a"].gradient
    3.0
    """
    if loss is not None:
        program = under(program, loss)
    return picked(graph_of(program, arrays, sys._getframe(1)), step)


def under(model: Any, loss: Callable[[Any], Any]) -> Callable[..., Any]:
    """The function that gives what a model returns to a loss."""
    if not callable(model):
        raise GraphError(f"trace: loss= goes with a model or a function, not {type(model).__name__}")

    def program(*inputs: Any) -> Any:
        return loss(model(*inputs))

    program.forward = getattr(model, "forward", model)  # type: ignore[attr-defined]  # names the inputs
    return program


def graph_of(program: Any, arrays: tuple[Any, ...], frame: FrameType) -> Graph:
    """The graph of anything that a frontend takes; ``frame``: of the caller, whose variables lend their names."""
    if (graph := graph_in(program)) is not None:
        return graph
    if taker := frontend_of(program):
        return taker.graph(program, arrays, _variables(frame, program))
    if callable(program):
        return from_function(program, arrays)
    raise GraphError(f"trace takes {taken()}, or a function and its arrays, not {type(program).__name__}")


def _variables(frame: FrameType, program: object) -> dict[str, Any]:
    """The global and local variables that a frame sees, but what a function that asks calls any program it is given."""
    code = frame.f_code
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    own = {name: held for name, held in own_variables(frame).items() if name not in arguments or held is not program}
    return {**frame.f_globals, **own}
