"""Parameters that a loss does not depend on, among those that a program created or holds in variables.

A record leads from a loss to its inputs only, so unused parameters have to be searched elsewhere: those that a function
creates are watched while it runs; for a tensor, the variables of the calling frame are searched. Only the frame's own
variables count, not the globals that a function sees: a notebook holds parameters of other models, too. For the same
reason a parameter is left alone if another loss was differentiated with respect to it, if something was computed from
it that has nothing to do with this loss, or, at the top level of a program, if a function of the program reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from types import FrameType, FunctionType
from typing import Any, NamedTuple

from ...engine.created import Watch, created
from ...engine.leaves import PARAMETER
from ...engine.tensor import Tensor
from ...errors import GraphError
from ...graph import Graph, Node, graph_in
from ...graph.note import Copy
from ...graph.walk import reachable
from .. import graph_of, own_variables
from .copied import copies
from .naming import wanted_names
from .places import Places
from .variables import bound


class Traced(NamedTuple):
    """The graph of a program, nodes for the parameters that it does not depend on, and the copies that cut them off."""

    graph: Graph
    unused: list[Node]
    copies: tuple[Copy, ...]


def traced(what: Any, arrays: tuple[Any, ...], frame: FrameType, parameters: Iterable[Any] | None) -> Traced:
    """The graph of a program, and what it leaves out.

    ``parameters``: where to look for unused ones; by default among those that a function makes, or the variables of
    ``frame``.
    """
    chosen = None if parameters is None else _checked(parameters, what)
    with created() as watch:
        graph = graph_of(what, arrays, frame)
    if chosen is not None:
        return _left(graph, watch, [t for t in chosen if t not in watch.in_graphs], _named(frame))
    if isinstance(what, (Tensor, list, tuple)):
        names = _named(frame)
        variables = watch.unused(t for t in names if t.op is PARAMETER)
        targets = [what] if isinstance(what, Tensor) else list(what)
        top = frame.f_code.co_name == "<module>"
        unrelated = _unrelated(variables, targets, names, top)
        return _left(graph, watch, _unread(unrelated, frame, names) if top else unrelated, names)
    return watched(graph, watch)


def watched(graph: Graph, watch: Watch) -> Traced:
    """The graph of a function that was watched while it ran."""
    return _left(graph, watch, watch.unused(), None)


def _left(graph: Graph, watch: Watch, parameters: Sequence[Tensor], names: Mapping[Tensor, str] | None) -> Traced:
    nodes = isolated(graph, parameters, names)
    return Traced(graph, nodes, copies(graph, watch, dict(zip(parameters, nodes, strict=True)), names))


def isolated(graph: Graph, parameters: Sequence[Tensor], names: Mapping[Tensor, str] | None = None) -> list[Node]:
    """Nodes for parameters that a graph lacks, to stand before its own; ``names`` are those of variables."""
    places, taken = Places(), {n.name for n in graph}
    key = max((n.key for n in graph), default=-1)
    nodes = []
    wanted = wanted_names(list(parameters), {}, places)
    for new_key, (t, wanted_name) in enumerate(zip(parameters, wanted), key + 1):
        name = wanted_name or (names or {}).get(t)
        nodes.append(
            Node(
                new_key,
                _free(name or "parameter", taken),
                "parameter",
                "parameter",
                t.value,
                scope=t.scope,
                line=places(t).line,
                named=bool(name),
            )
        )
    return nodes


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number where another node has it already."""
    free, number = name, 1
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free)
    return free


def _checked(parameters: Iterable[Any], what: Any) -> list[Tensor]:
    if graph_in(what) is not None:
        raise GraphError("flow: a graph does not know its tensors; give parameters= with the loss or a function")
    if isinstance(parameters, Tensor):
        raise GraphError("flow: give a list of parameters, also for one: parameters=[w]")
    tensors = list(parameters.values() if isinstance(parameters, Mapping) else parameters)
    for t in tensors:
        if not isinstance(t, Tensor):
            raise GraphError(f"flow: parameters are tensors, as from tg.parameter, not {type(t).__name__}")
    return list(dict.fromkeys(tensors))


def _named(frame: FrameType) -> dict[Tensor, str]:
    """The tensors that the variables of a frame hold, with their names."""
    return bound(own_variables(frame))


def _unrelated(parameters: list[Tensor], targets: list[Tensor], names: Iterable[Tensor], top: bool) -> list[Tensor]:
    """The parameters that serve no other computation.

    Another computation shares no parameter and no result with the loss, and is a loss itself (one number made of
    many), or shares nothing at all. Inside a function the latter holds for numbers only: arrays of data become a tensor
    of their own in each operation, and what was computed of them there belongs to the same network.
    """
    if not parameters:
        return parameters
    ours = _below(targets)
    results = {t for t in ours if t.op is PARAMETER or t.inputs}
    near, akin, foreign = set(ours), set(results), []
    for t in sorted(_below(names) - ours, key=attrgetter("id")):
        inputs = t.inputs
        if not near.isdisjoint(inputs):
            near.add(t)
        if not akin.isdisjoint(inputs):
            akin.add(t)
        elif inputs and t.size == 1 and any(i.size > 1 for i in inputs):
            foreign.append(t)
        elif inputs and t not in near and (top or not t.shape):
            foreign.append(t)
    others = _below(foreign)
    return [t for t in parameters if t not in others]


def _below(targets: Iterable[Tensor]) -> set[Tensor]:
    """Everything that tensors were computed from, themselves included."""
    return reachable(targets, lambda t: t.inputs)


def _unread(parameters: list[Tensor], frame: FrameType, names: Mapping[Tensor, str]) -> list[Tensor]:
    """The parameters whose variable no function of the program reads; for the top level of a program."""
    functions = [f for f in frame.f_globals.values() if isinstance(f, FunctionType)]
    read = {name for f in functions if f.__globals__ is frame.f_globals for name in f.__code__.co_names}
    containers = {v: held for v, held in frame.f_globals.items() if v in read and isinstance(held, (list, tuple, dict))}
    inside = {id(t) for held in containers.values() for t in (held.values() if isinstance(held, dict) else held)}
    return [t for t in parameters if names[t] not in read and id(t) not in inside]
