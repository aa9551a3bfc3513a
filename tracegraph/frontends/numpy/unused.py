"""Parameters that a loss does not depend on: found among those made and those that variables hold.

A record leads from a loss to its inputs only, so what a loss does not use has to be looked for elsewhere: a function is
watched while it runs; beside a tensor there are the variables of the frame that asks. Only the frame's own variables
count, not the globals that a function sees: a notebook holds parameters of other models, too. For the same reason a
parameter is left alone if another loss was differentiated with respect to it, if something was computed from it that
has nothing to do with this loss, or, at the top level of a program, if a function of the program reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from types import FrameType, FunctionType
from typing import Any

from ...engine.created import created
from ...engine.leaves import PARAMETER
from ...engine.tensor import Tensor
from ...errors import GraphError
from ...graph import Graph, Node, graph_in
from ...graph.walk import reachable
from .. import graph_of, own_variables
from .naming import bound, wanted_names
from .places import Places


def traced(
    what: Any, arrays: tuple[Any, ...], frame: FrameType, parameters: Iterable[Any] | None
) -> tuple[Graph, list[Node]]:
    """The graph of a program, and nodes for the parameters that it does not depend on.

    ``parameters``: where to look for them; by default among those that a function makes, or the variables of ``frame``.
    """
    given = None if parameters is None else _checked(parameters, what)
    with created() as watch:
        graph = graph_of(what, arrays, frame)
    if given is not None:
        return graph, isolated(graph, [t for t in given if t not in watch.in_graphs], _named(frame))
    if isinstance(what, (Tensor, list, tuple)):
        names = _named(frame)
        held = watch.unused(t for t in names if t.op is PARAMETER)
        targets = [what] if isinstance(what, Tensor) else list(what)
        top = frame.f_code.co_name == "<module>"
        left = _unrelated(held, targets, names, top)
        return graph, isolated(graph, _unread(left, frame, names) if top else left, names)
    return graph, isolated(graph, watch.unused())


def isolated(graph: Graph, left: Sequence[Tensor], names: Mapping[Tensor, str] | None = None) -> list[Node]:
    """Nodes for parameters that a graph lacks, to stand before its own; ``names`` are those of variables."""
    places, taken = Places(), {n.name for n in graph}
    key = max((n.key for n in graph), default=-1)
    nodes = []
    wanted = wanted_names(list(left), {}, places)
    for new_key, (t, known) in enumerate(zip(left, wanted), key + 1):
        name = known or (names or {}).get(t)
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
    """The name, with a number if another node has it."""
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
    given = list(parameters.values() if isinstance(parameters, Mapping) else parameters)
    for t in given:
        if not isinstance(t, Tensor):
            raise GraphError(f"flow: parameters are tensors, as from tg.parameter, not {type(t).__name__}")
    return list(dict.fromkeys(given))


def _named(frame: FrameType) -> dict[Tensor, str]:
    """What the variables of a frame hold, and their names."""
    return bound(own_variables(frame))


def _unrelated(held: list[Tensor], targets: list[Tensor], names: Iterable[Tensor], top: bool) -> list[Tensor]:
    """Those of the parameters that serve nothing else.

    Something else is what shares no parameter and no result with the loss, and is a loss itself (one number made of
    many), or shares nothing at all. Inside a function the latter holds for numbers only: arrays of data become a tensor
    of their own in each operation, and what was computed of them there belongs to the same network.
    """
    if not held:
        return held
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
    return [t for t in held if t not in others]


def _below(targets: Iterable[Tensor]) -> set[Tensor]:
    """Everything that tensors were computed from, themselves included."""
    return reachable(targets, lambda t: t.inputs)


def _unread(held: list[Tensor], frame: FrameType, names: Mapping[Tensor, str]) -> list[Tensor]:
    """At the top level of a program, those whose variable no function of the program reads."""
    functions = [f for f in frame.f_globals.values() if isinstance(f, FunctionType)]
    read = {name for f in functions if f.__globals__ is frame.f_globals for name in f.__code__.co_names}
    whole = {v: held for v, held in frame.f_globals.items() if v in read and isinstance(held, (list, tuple, dict))}
    inside = {id(t) for held in whole.values() for t in (held.values() if isinstance(held, dict) else held)}
    return [t for t in held if names[t] not in read and id(t) not in inside]
