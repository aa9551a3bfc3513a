"""Graphs of what PyTorch computes: its own values and gradients, in the words of this package.

A `TorchFunctionMode` hears every call that the program makes, a hook on each node of autograd sees every gradient. What
runs is PyTorch; nothing here imports it before the program has done so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...errors import GraphError
from ...graph import Graph
from ..frontend import frontend


def _loaded() -> Any:
    """The module torch, where the program has imported it (whole: it may be at it)."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and hasattr(torch, "Tensor") and hasattr(torch, "nn") else None


def _torch_tensor(program: object) -> bool:
    torch = _loaded()
    return torch is not None and isinstance(program, torch.Tensor)


@contextmanager
def _hearing() -> Iterator[None]:
    """Hear the calls of a function, if the program uses PyTorch at all."""
    if _loaded() is None:
        yield
        return
    from .hearing import hearing

    with hearing():
        yield


@frontend("torch", "one of PyTorch", _torch_tensor, around=_hearing)
def _graph(program: Any, arrays: tuple[Any, ...], variables: Mapping[str, Any]) -> Graph:
    """The graph of a tensor that a function has returned whose calls were heard."""
    from .building import graph_of_record
    from .hearing import heard

    record = heard()
    if record is None:
        raise GraphError(
            "trace: this tensor of PyTorch was computed unheard; give the function that computes it: "
            "tg.trace(lambda: loss_fn(model(x), y)), or tg.trace(model, x, loss=loss_fn)"
        )
    return graph_of_record(record, program, variables)
