"""Prepare recorded operations for the check of their rules, with the reason where one cannot be checked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from ...graph import Edge, Graph, Node
from ...graph.rerun import Rerun, as_declared, input_values, is_from_group, op_of
from ...ops.op import Op
from ...ops.running import run_forward, run_vjp
from .compare import OK, WRONG, Slot, Tolerance, Verdict
from .derivatives import Forward
from .near_ties import second_look

Array = Any
SUM = "sum of the uses"
AGAIN = 100
"""Roundings by which an operation that is run again may differ from its recorded value."""
EXACT, NEAR, SINGLE = 1e-12, 1e-6, 100
"""Tolerances: of the complex step, of differences, and in roundings for float32 and float16."""

SHAKES = 8
"""Random choices of signs; that two numbers that cancel move alike in all of them has a chance of 1 in 256."""


class Unchecked(Exception):
    """Why a node cannot be checked."""


def slots(graph: Graph, node: Node, edges: list[Edge], tolerance: float | None) -> Iterator[tuple[Edge, Verdict]]:
    """The verdict on each input that a contribution goes to."""
    op, values = _ready(graph, node)
    _finite(node, values)
    forward = _rerun(op, node, values)
    g = np.asarray(node.gradient, np.float64)
    contributions = [np.asarray(e.contribution, np.float64) for e in edges]
    if not g.any() and not any(s.any() for s in contributions):
        raise Unchecked("its gradient is zero, which every rule turns into zero" if g.size else "it has no elements")
    eps = max(_eps(v) for v in (node.value, *values, *(e.contribution for e in edges)))
    limit = _tolerance(eps, tolerance)
    for edge, contribution in zip(edges, contributions):
        judge = partial(_judged, edge.slot, g, limit, eps)
        rule = partial(_plain, edge.slot, g)
        verdict = judge(forward, contribution)
        yield edge, second_look(forward, edge.slot, contribution, verdict, rule, judge)


def _judged(slot: int, g: Array, limit: Tolerance, eps: float, forward: Forward, contribution: Array) -> Verdict:
    """The verdict on one contribution."""
    sensitivity = partial(_rounding_sensitivity, forward, slot, g, eps)
    return Slot(forward, slot, g, contribution, limit, eps, sensitivity).judge()


def _plain(slot: int, g: Array, forward: Forward) -> Array:
    return _contribution(forward, slot, g, forward.value, forward.values)


def _ready(graph: Graph, node: Node) -> tuple[Op, list[Any]]:
    """The op of a node and the values that it was given."""
    op = op_of(node)
    if node.is_update or node.is_group:
        raise Unchecked("an update: no rule goes through it" if node.is_update else "a group of operations")
    if op is None:
        raise Unchecked(f"op {node.op!r} is not registered here")
    if not as_declared(node, op):
        raise Unchecked("its formula is composed of several operations, or an input is hidden")
    if is_from_group(graph, node):
        raise Unchecked("an input comes from inside a group")
    return op, input_values(graph, node)


def _finite(node: Node, values: list[Any]) -> None:
    if not np.isfinite(np.asarray(node.gradient, np.float64)).all():
        raise Unchecked("its gradient is not finite")
    if not all(np.isfinite(np.asarray(v, np.float64)).all() for v in values):
        raise Unchecked("an input is not finite")


def _rerun(op: Op, node: Node, values: list[Any]) -> Forward:
    """The op at the recorded inputs, in double precision, if it reproduces the recorded value."""
    try:
        Rerun(node, op).bounded(values)  # its options may come from a stranger's file
        same = np.asarray(run_forward(op, values, node.attrs))
        forward = Forward(op, node.attrs, [_double(v) for v in values])
    except Exception as error:  # what a user's op raises is not known
        raise Unchecked(f"it cannot be run again: {type(error).__name__}") from None
    recorded = np.asarray(node.value)
    if same.shape != recorded.shape or not _alike(same, recorded):
        raise Unchecked("run again, it gives another value")
    if forward.value.shape != recorded.shape or forward.value.dtype != np.float64:
        raise Unchecked(f"it does not compute in float64 but in {forward.value.dtype}")
    return forward


def _alike(a: Array, b: Array) -> bool:
    size = np.max(np.abs(b), where=np.isfinite(b), initial=0.0) if b.dtype.kind == "f" else 0.0
    return bool(np.allclose(a, b, rtol=0, atol=AGAIN * _eps(b) * size, equal_nan=True))


def _double(value: Any) -> Any:
    return np.asarray(value, np.float64)[()] if np.asarray(value).dtype.kind == "f" else value


def _eps(value: Any) -> float:
    """One rounding in the type that a value was recorded in."""
    kind = np.asarray(value).dtype
    return float(np.finfo(kind if kind.kind == "f" else np.float64).eps)


def _tolerance(eps: float, given: float | None) -> Tolerance:
    if given is not None:
        return Tolerance(given, given)
    coarse = SINGLE * eps if eps > np.finfo(np.float64).eps else 0.0
    return Tolerance(max(EXACT, coarse), max(NEAR, coarse))


def _rounding_sensitivity(forward: Forward, slot: int, g: Array, eps: float) -> Array:
    """The change of a contribution, by element, when the arguments of its rule change by one rounding.

    That is the backward error that the best program for this formula may have (Higham, Accuracy and Stability of
    Numerical Algorithms, 1.5); some random choices of the signs stand for all. What does not move further by sixteen
    times the rounding is a jump, as of a rule that asks whether the result equals an input, and excuses nothing.
    """
    try:
        plain = _contribution(forward, slot, g, forward.value, forward.values)
        moved = [
            [np.abs(_contribution(forward, slot, g, *_shaken(forward, size, s)) - plain) for s in range(SHAKES)]
            for size in (eps, 16 * eps)
        ]
        near, far = (np.max(distances, axis=0) for distances in moved)
    except Exception:  # a rule that fails here gives no contribution that could be excused
        return np.zeros(np.shape(forward.values[slot]))
    return np.where(np.isfinite(near) & (far >= 4 * near), near, 0.0)


def _shaken(forward: Forward, eps: float, seed: int) -> tuple[Array, list[Any]]:
    rng = np.random.default_rng(seed)

    def shake(value: Any) -> Any:
        if np.asarray(value).dtype.kind != "f":
            return value
        return (value * (1 + eps * rng.choice([-1.0, 1.0], np.shape(value))))[()]

    return shake(forward.value), [shake(v) for v in forward.values]


def _contribution(forward: Forward, slot: int, g: Array, y: Array, values: list[Any]) -> Array:
    """The contribution by the registered rule, in the shape of the input."""
    back = run_vjp(forward.op, slot, g, y, values, forward.attrs)
    return np.zeros(np.shape(values[slot])) if back is None else back


def added_up(graph: Graph, node: Node) -> Verdict | None:
    """Whether the contributions of all uses sum to the gradient of a node; None where there is nothing to compare.

    The output was given its gradient, and so was every other loss that an optimizer asked the gradient of.
    """
    uses = [e for e in graph.uses(node) if e.contribution is not None]
    seeded = node.is_output or any(graph.node(e.target).is_gradient for e in graph.uses(node))
    if not uses or seeded or node.gradient is None or node.is_group:
        return None
    gradient = np.asarray(node.gradient, np.float64)
    if len(uses) == 1 and uses[0].index is None and np.array_equal(gradient, uses[0].contribution):
        return None
    total, size = np.zeros(node.shape), np.zeros(node.shape)
    for edge in uses:
        place = () if edge.index is None else edge.index
        total[place] += edge.contribution
        size[place] += np.abs(edge.contribution)
    off = np.where((gradient == total) | np.isnan(gradient) & np.isnan(total), 0.0, np.abs(gradient - total))
    if ((off == 0) | (off <= AGAIN * _eps(node.value) * size)).all():
        return Verdict(OK, 0.0, SUM)
    worst = int(np.argmax(np.nan_to_num(off, nan=np.inf)))
    share = off.flat[worst] / max(size.flat[worst], abs(gradient.flat[worst]))
    place = tuple(map(int, np.unravel_index(worst, off.shape)))
    return Verdict(WRONG, float(share), SUM, place, float(total.flat[worst]), float(gradient.flat[worst]))


def is_complete(graph: Graph) -> bool:
    """Whether all uses of every node are in the graph: it is as it was recorded, with its output."""
    return all(n.key == i for i, n in enumerate(graph)) and any(n.is_output for n in graph)
