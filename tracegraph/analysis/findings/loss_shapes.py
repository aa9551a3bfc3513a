"""The findings ``broadcast``, ``targets`` and ``range``: a loss of what does not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np

from ...graph import Graph, Node, traits_of
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from .predictions import Meeting, behind, further, learning, meetings
from .roles import rectified

MARGIN = 0.05  # of the range of an activation, or of the size of the targets where it has no end
OFF = 1e-3  # by which a row of targets may differ from 1


@diagnostic("broadcast", rank=13, depth=0)
def broadcast(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """A prediction of shape (n, 1) compared with targets of shape (n,), so that each meets every other.

    Nothing is measured: an operation element by element of a prediction and of what depends on no parameter, of equal
    numbers of elements, has a result that is larger than both, of which only functions of elements, sums and means are
    taken. Left out: what was given another axis on purpose, and what goes on into a product, a softmax or a greatest.
    Source: the warning of PyTorch's ``mse_loss`` about such sizes (pull request 18349).
    """
    learns = learning(graph)
    for node in graph:
        sides = [graph.node(e.source) for e in graph.inputs(node)]
        if len(sides) != 2 or not traits_of(node).elementwise or node.is_update:
            continue
        prediction = [n for n in sides if n.key in learns]
        if len(prediction) == 1 and _is_crossed(graph, node, sides, prediction[0]) and _is_loss(graph, node):
            target = next(n for n in sides if n is not prediction[0])
            yield _broadcast(node, prediction[0], target)
            return


def _is_crossed(graph: Graph, node: Node, sides: list[Node], prediction: Node) -> bool:
    sizes = [np.size(n.value) for n in sides]
    if not 1 < sizes[0] == sizes[1] < np.size(node.value):
        return False
    other = next(n for n in sides if n is not prediction)
    turned = traits_of(prediction).kind in ("shape", "arrange") and graph.inputs(prediction)
    before = graph.node(graph.inputs(prediction)[0].source).shape if turned else ()
    meant = turned and before == other.shape and len(before) < len(prediction.shape)
    if len(prediction.shape) != len(other.shape):
        return not meant
    return not any(traits_of(n).kind in ("shape", "arrange") for n in sides)


def _is_loss(graph: Graph, node: Node) -> bool:
    """Whether only functions of elements, sums and means are taken of it, and nothing as large joins it."""
    inside = {node.key}
    for after in further(graph, node):
        traits = traits_of(after)
        sums = traits.kind == "reduction" and traits.element in ("total", "average")
        if not sums and (not traits.elementwise or traits.gate in ("larger", "smaller")):
            return False
        joins = [graph.node(e.source) for e in graph.inputs(after) if e.source not in inside]
        if any(n.shape == node.shape and _from_product(graph, n) for n in joins):
            return False
        inside.add(after.key)
    return True


def _from_product(graph: Graph, node: Node) -> bool:
    """Whether a value as large is made by a product, as that of all pairs is."""
    for _ in range(5):
        if traits_of(node).kind == "product":
            return True
        before = [s for e in graph.inputs(node) if (s := graph.node(e.source)).shape == node.shape]
        if not before:
            return False
        node = before[0]
    return False


def _broadcast(node: Node, prediction: Node, target: Node) -> Finding:
    many, few = "×".join(map(str, node.shape)), np.size(target.value)
    cause = (
        f"the prediction has shape {prediction.shape} and the target {target.shape}, so each is compared with every "
        f"other ({many} errors instead of {few}) and the network learns the mean of the targets"
    )
    name = pretty(target.name) if target.named else "target"
    remedy = f"give both the same shape: {name}.reshape({prediction.shape})"
    return Finding("broadcast", node.key, f"broadcast to {many}"[:34], cause, remedy=remedy)


@diagnostic("targets", rank=17, depth=0)
def targets(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """Targets that are no probabilities, for a loss that takes such.

    Nothing is measured: targets of the binary cross entropy outside of 0 to 1; rows for the cross entropy that do not
    sum to 1, by more than a thousandth (rows of zeros are left out as masks). Source: the definition of both, as the
    expectation of a logarithm.
    """
    for meeting in meetings(graph):
        traits = traits_of(meeting.node)
        values = np.asarray(meeting.target.value)
        if traits.kind != "loss" or not traits.logarithm or values.dtype.kind != "f" or not values.size:
            continue
        if (words := _no_rows(values) if traits.normalizes else _no_probabilities(values)) is not None:
            cause, remedy = f"the targets {pretty(meeting.target.name)} of {meeting.node.op} {words[0]}", words[1]
            yield Finding("targets", meeting.node.key, "targets are no probabilities", cause, remedy=remedy)


def _no_probabilities(values: Any) -> tuple[str, str] | None:
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        return None
    return (
        f"go from {number(low)} to {number(high)}, and it takes probabilities of 0 to 1",
        "label the two classes 0 and 1" if len(np.unique(values)) == 2 else "use mse, or scale them to 0 to 1",
    )


def _no_rows(values: Any) -> tuple[str, str] | None:
    sums = values.sum(axis=-1)
    wrong = sums[(np.abs(sums - 1) > OFF) & (sums != 0)]
    if not wrong.size:
        return None
    ends = f"{number(float(wrong.min()))} to {number(float(wrong.max()))}"
    words = f"have rows that sum to {ends}, and it takes rows that sum to 1"
    several = bool(np.isin(values, (0, 1)).all())
    return words, "for several labels in a row use binary_cross_entropy" if several else "divide each row by its sum"


@diagnostic("range", rank=18, limit=0.05, depth=0)
def range_(graph: Graph, limit: float) -> Iterator[Finding]:
    """Targets that the last activation cannot give.

    Measured: the share of the targets that lie outside of the range of what they are compared with (0 to 1 for sigmoid
    and softmax, -1 to 1 for tanh, from 0 on for ReLU), by more than 5 % of it. Threshold: 5 %, a convention of ours,
    for labels that are noisy.
    """
    for meeting in meetings(graph):
        low, high = _range(graph, behind(graph, meeting.prediction))
        values = np.asarray(meeting.target.value, float)
        if (low, high) == (-inf, inf) or not values.size or traits_of(meeting.node).logarithm:
            continue
        margin = MARGIN * (high - low if high < inf else float(np.abs(values).max()))
        share = float(((values < low - margin) | (values > high + margin)).mean())
        if share > limit:
            yield _outside(graph, meeting, (low, high), values, share, limit)


def _outside(
    graph: Graph, meeting: Meeting, ends: tuple[float, float], values: Any, share: float, limit: float
) -> Finding:
    act = behind(graph, meeting.prediction)
    within = f"{number(ends[0])} to {number(ends[1])}" if ends[1] < inf else f"from {number(ends[0])} on"
    cause = (
        f"{share:.0%} of the targets (from {number(float(values.min()))} to {number(float(values.max()))}) lie outside "
        f"of what {act.op} can give ({within})"
    )
    remedy = f"leave {act.op} out of the last layer, or scale the targets"
    badge = f"{share:.0%} of targets out of reach"
    return Finding("range", act.key, badge, cause, share, limit, remedy=remedy)


def _range(graph: Graph, node: Node) -> tuple[float, float]:
    """The least and the most that an activation can give; infinite where that is not known."""
    traits = traits_of(node)
    if rectified(graph, node) is not None:
        return 0.0, inf
    if traits.link:
        return 0.0, 1.0
    if traits.saturates is not None:
        low, high = traits.saturates
        return float(np.floor(low)), float(np.ceil(high))
    return -inf, inf
