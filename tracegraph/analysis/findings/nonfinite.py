"""The findings ``nan`` and ``inf``: where they are born, forward and backward, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...graph import Edge, Graph, Node
from ...graph.rerun import input_values
from ...ops.broadcast import stretched
from ..finding import Finding, diagnostic
from .nonfinite_words import Birth, finding
from .operands import as_recorded, pointwise

Array = np.ndarray[Any, Any]
_IS: dict[str, Callable[[Any], Any]] = {"nan": np.isnan, "inf": np.isinf}
FIRST = 8  # elements that a finding names


@diagnostic("nan", rank=0, depth=6)
def nan(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """Nodes at which a NaN is born, on the way forward or back, as against those that only pass one on.

    Forward: an element of the value is NaN and no element that it is made from is; in an input or parameter, the data
    themselves. Backward: what an operation sends back holds NaN, but neither the gradient that arrives nor the values
    there; or contributions without NaN have a sum with it (∞ − ∞). Element by element where the operation works so;
    others pass NaN on as soon as any operand holds one. One finding for each node, the forward one if there are both.
    ``measure``: the number of elements born; there is no threshold. Source: IEEE 754-2019, section 7.2, whose invalid
    operation is what gives NaN from numbers.
    """
    return _found(graph, "nan")


@diagnostic("inf", rank=1, depth=6)
def inf(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """Nodes at which an infinity is born, on the way forward or back, as against those that only pass one on.

    As for NaN. Infinite constants are not reported, because programs write them on purpose (a mask before a softmax).
    ``measure``: the number of elements born; there is no threshold. Source: IEEE 754-2019, sections 7.3 and 7.4, by
    which division by zero and overflow give infinities.
    """
    return _found(graph, "inf")


def _found(graph: Graph, kind: str) -> Iterator[Finding]:
    """One finding for each node, in the order of the graph, forward before backward."""
    all_births = [*_data(graph, kind), *_forward(graph, kind), *_backward(graph, kind), *_sums(graph, kind)]
    place = {n.key: i for i, n in enumerate(graph)} if all_births else {}
    births: dict[int, Birth] = {}
    for birth in _first_hand(graph, all_births, place):
        births.setdefault(birth.node.key, birth)
    return (finding(graph, births[key]) for key in sorted(births, key=place.__getitem__))


def _first_hand(graph: Graph, births: list[Birth], place: dict[int, int]) -> list[Birth]:
    """The births without NaNs that only propagate an earlier one; if all do, the first of them in time.

    On the way back from a loss that is NaN, or once a gradient is infinite, one follows another at every turn.
    """
    first = [b for b in births if not _follows(graph, b)]
    return first or sorted(births, key=lambda b: (b.node.step or 0, -place[b.node.key]))[:1]


def _follows(graph: Graph, birth: Birth) -> bool:
    """Whether a NaN follows from an infinite gradient, or from a loss that was NaN already."""
    if birth.kind != "nan" or birth.edge is None:
        return False
    if has("nan", (graph[birth.node.loss] if birth.node.loss in graph else graph.output).value):
        return True
    g = np.asarray(birth.node.gradient)
    alike = pointwise(graph, birth.node) and g.shape == np.shape(birth.edge.contribution)
    return has("inf", g[birth.index[0]] if alike else g)


def has(kind: str, value: Any) -> bool:
    """Whether a value has an element of this kind."""
    if type(value) is float:
        return value != value if kind == "nan" else value in (np.inf, -np.inf)
    return value is not None and bool(_where(kind, value).any())


def _where(kind: str, value: Any) -> Array:
    """The elements of this kind; whole numbers have none."""
    array = value if isinstance(value, np.ndarray) else np.asarray(value)
    found: Array = np.asarray(_IS[kind](array)) if array.dtype.kind == "f" else np.zeros(array.shape, bool)
    return found


# --- forward ---------------------------------------------------------------------------------------------------------


def _data(graph: Graph, kind: str) -> Iterator[Birth]:
    for node in graph:
        meant = kind == "inf" and (node.is_constant or node.leaf == "constant")
        if node.leaf and not meant and not graph.inputs(node) and has(kind, node.value):
            yield _birth(kind, "data", node, _where(kind, node.value))


def _forward(graph: Graph, kind: str) -> Iterator[Birth]:
    for node in graph:
        if has(kind, node.value) and as_recorded(graph, node):
            born = _where(kind, node.value) & ~passed_on(kind, graph, node)
            if born.any():
                yield _birth(kind, "forward", node, born)


def passed_on(kind: str, graph: Graph, node: Node) -> Array:
    """The elements of a value that would have a NaN or infinity from its operands."""
    values = [v for v in input_values(graph, node) if has(kind, v)]
    if not values or not node.shape or not pointwise(graph, node):
        return np.asarray(bool(values))
    passed = np.zeros(node.shape, bool)
    for value in values:
        passed |= _where(kind, value)
    return passed


# --- backward --------------------------------------------------------------------------------------------------------


def _backward(graph: Graph, kind: str) -> Iterator[Birth]:
    for edge in graph.edges:
        if has(kind, edge.contribution):
            target = graph.node(edge.target)
            if target.gradient is not None and as_recorded(graph, target):
                born = _where(kind, edge.contribution) & ~sent_on(kind, graph, edge, target)
                if born.any():
                    yield _birth(kind, "backward", target, born, edge)


def sent_on(kind: str, graph: Graph, edge: Edge, target: Node) -> Array:
    """The elements of a contribution that have their NaN or infinity from the gradient or the values at the target.

    An infinity may have come of a NaN there, but not a NaN of an infinity: 0·∞ is a birth.
    """
    kinds = ("nan",) if kind == "nan" else ("nan", "inf")
    at = (target.gradient, target.value, *input_values(graph, target))
    values = [(k, v) for k in kinds for v in at if has(k, v)]
    if not values or not target.shape or not pointwise(graph, target):
        return np.asarray(bool(values))
    ill = np.zeros(target.shape, bool)
    for k, value in values:
        ill |= _where(k, value)
    shape = np.shape(edge.contribution)
    return np.asarray(ill.any(axis=stretched(ill.shape, shape)).reshape(shape))


def _sums(graph: Graph, kind: str) -> Iterator[Birth]:
    """Gradients whose contributions are well, but not their sum."""
    for node in graph:
        if not node.is_group and has(kind, node.gradient):
            parts = [e.contribution for e in graph.uses(node) if e.contribution is not None and e.index is None]
            if len(parts) > 1:
                born = _where(kind, _total(parts))
                for part in parts:
                    born &= ~_where(kind, part)
                if born.any():
                    yield _birth(kind, "sum", node, born)


def _total(parts: list[Any]) -> Array:
    """The sum in the order in which the walk back takes it: the last use first."""
    total: Array = np.asarray(parts[-1])
    with np.errstate(all="ignore"):
        for part in reversed(parts[:-1]):
            total = np.asarray(total + part)
    return total


def _birth(kind: str, direction: str, node: Node, born: Array, edge: Edge | None = None) -> Birth:
    first = tuple(tuple(int(i) for i in np.unravel_index(k, born.shape)) for k in np.flatnonzero(born)[:FIRST])
    return Birth(kind, direction, node, first, int(born.sum()), edge)
