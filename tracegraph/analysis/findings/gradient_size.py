"""The findings ``vanishing``, ``exploding`` and ``update``: gradients or updates too small or too large to learn."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

import numpy as np

from ...graph import Edge, Graph, Node, traits_of
from ...graph.measure import size
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from ..flow_rows import learned
from .learning_rate import raised, steps
from .loss_head import Heads, decades

RAISES = 1.5  # times that the loss is as large after a step that is too large
LESS = 0.05  # of the threshold, in such a step
ROUNDING = 1e-10  # of the sum of the sizes of what is summed
FAR = 1000  # operations to be asked where a gradient became 0


@diagnostic("vanishing", rank=5, limit=1e-7)
def vanishing(graph: Graph, limit: float) -> Iterator[Finding]:
    """Parameters with hardly any gradient (inputs, in a graph without parameters).

    Measured: the mean of |g| over the elements that are not exactly 0, so that rows of a table that were not looked
    up do not count; 0 if all are. Left out: a loss at its minimum, where all gradients are small (summed over the
    prediction, below 1e-7), a factor of data that is 0, and what is added and gets parts that cancel to rounding.
    Threshold: 1e-7, a convention of ours; it is the spacing of numbers in single precision (2⁻²³ of IEEE 754),
    below which a step of such a gradient at learning rate 1 does not change a weight of size 1.
    """
    heads = Heads(graph)
    for node in learned(graph):
        mean = _mean(node)
        if mean is None or not mean < limit or heads.settled(node) or mean == 0 and is_idle(graph, node):
            continue
        if cancels(graph, node):
            continue
        cause = _vanished(graph, node, mean, limit, heads)
        badge = f"vanishing: mean |g| {number(mean)}"
        yield Finding("vanishing", node.key, badge, cause, mean, limit, excess=decades(mean, limit))


def _vanished(graph: Graph, node: Node, mean: float, limit: float, heads: Heads) -> str:
    name, arrives = pretty(node.name), _arrives(graph, node)
    if mean == 0:
        return f"the gradient of {name} is exactly 0 in all elements: {_stopped(graph, node)}"
    cause = f"the mean size of the gradient of {name} is {number(mean)}, less than {number(limit)}"
    if arrives >= limit:
        return f"{cause}, while {number(arrives)} arrives where it is used: parts cancel, or what it multiplies is tiny"
    start = max((h.rms for h in heads.of(node)), default=0.0)
    return f"{cause}, while the prediction gets {number(start)}"


def _stopped(graph: Graph, node: Node) -> str:
    """The place where a gradient became 0: the first operation on a path to the loss that receives another."""
    for _ in range(FAR):
        edge = next((e for e in graph.uses(node) if e.contribution is not None), None)
        if edge is None:
            break
        node = graph.node(edge.target)
        if node.gradient is not None and np.any(node.gradient):
            return f"{node.op} at {pretty(node.name)} hands nothing back of what it receives"
    return "something on the way back is flat or off"


def _arrives(graph: Graph, node: Node) -> float:
    """The largest rms of a gradient where a parameter is used."""
    targets = [graph.node(e.target) for e in graph.uses(node) if e.contribution is not None]
    return max((size(t.gradient).rms for t in targets if t.gradient is not None), default=0.0)


def _mean(node: Node) -> float | None:
    """The mean size of a gradient over the elements that have one; None where nothing is to be measured."""
    if node.gradient is None or not np.size(node.gradient):
        return None
    found = size(node.gradient)
    return found.mean / (1 - found.zeros) if found.zeros < 1 else 0.0


def is_idle(graph: Graph, node: Node) -> bool:
    """Whether the gradient is 0 only because data are: a gradient arrives at each use, and the other operand is 0."""
    uses = [e for e in graph.uses(node) if e.contribution is not None]
    return bool(uses) and all(_by_zeros(graph, e) for e in uses)


def cancels(graph: Graph, node: Node) -> bool:
    """Whether the gradient of what is added is a sum of parts that cancel to rounding.

    Then it has no effect (see ``no_effect``), or is where it is best, as a bias whose targets are balanced.
    """
    uses = [e for e in graph.uses(node) if e.contribution is not None]
    if not uses or node.gradient is None or any(traits_of(graph.node(e.target)).operator != "add" for e in uses):
        return False
    arrives = sum(float(np.abs(g).sum()) for e in uses if (g := graph.node(e.target).gradient) is not None)
    return 0 < arrives < np.inf and float(np.abs(node.gradient).sum()) <= ROUNDING * arrives


def _by_zeros(graph: Graph, edge: Edge) -> bool:
    target = graph.node(edge.target)
    others = [graph.node(e.source) for e in graph.inputs(target) if e.slot != edge.slot]
    leaves = [n for n in others if (n.is_input or n.is_constant) and not np.any(n.value)]
    return bool(leaves) and target.gradient is not None and bool(np.any(target.gradient))


@diagnostic("exploding", rank=3, limit=1e3)
def exploding(graph: Graph, limit: float) -> Iterator[Finding]:
    """Parameters whose gradient is too large to learn from (inputs, in a graph without parameters).

    Measured: two factors. How much the gradient has grown on the way: its rms where an operation takes the parameter,
    divided by the rms at the prediction. And how large it is: its rms, divided by the number of elements of the
    prediction where the loss is their sum and not their mean. Source: Glorot and Bengio 2010, by whom the gradient
    should have the same variance in all layers, a factor of 1. Threshold: 1000, a convention of ours. Infinite ones are
    found as such.
    """
    heads = Heads(graph)
    for node in learned(graph):
        if node.gradient is None:
            continue
        rms, node_heads = size(node.gradient).rms, heads.of(node)
        grown, where = _growth(graph, node, max((h.rms for h in node_heads), default=0.0))
        large = rms / max(1.0, sum(h.share for h in node_heads))
        measure = grown if grown > limit else large
        if not (isfinite(measure) and measure > limit):
            continue
        cause = f"the gradient of {pretty(node.name)} has an rms of {number(rms)}"
        if grown > limit:
            cause += f"; at {where} it is {number(grown)} times that at the prediction"
            remedy = "draw smaller weights, or clip the gradient"
        else:
            cause += ", large from the prediction on"
            remedy = "scale the data or the targets, or clip the gradient"
        badge = f"explodes: ×{number(grown, 3)}" if grown > limit else f"explodes: rms g {number(rms)}"
        yield Finding("exploding", node.key, badge, cause, measure, limit, (), decades(measure, limit), remedy=remedy)


def _growth(graph: Graph, node: Node, start: float) -> tuple[float, str]:
    """The largest gradient that arrives where a parameter is used, as a multiple; and where."""
    targets = [graph.node(e.target) for e in graph.uses(node) if e.contribution is not None]
    found = [(size(t.gradient).rms, pretty(t.name)) for t in targets if t.gradient is not None]
    rms, where = max(found, default=(0.0, ""))
    return (rms / start if start else 0.0), where


@diagnostic("update", rank=9, limit=(1e-8, 10.0))
def update(graph: Graph, limit: tuple[float, float]) -> Iterator[Finding]:
    """Steps of an optimizer that are far too small or too large for the parameter.

    Measured: ‖Δw‖ / ‖w‖, the norm of the change by that of the parameter before it; about 1e-3 is healthy (Karpathy,
    notes of the course CS231n, "Ratio of weights:updates"). Alarms, a convention of ours: below 1e-8, the spacing of
    single precision with a margin of ten; above 10, after which nothing is left of the old weights, and above 0.5 in a
    step that raises the loss (see ``step``). Left out: parameters that are 0 (biases start there), those so small that
    their step is no larger than the rms of all parameters in that step, a loss at its minimum, and a factor of data
    that is 0.
    """
    least, most = limit
    heads = Heads(graph)
    raising = {new.key for one in steps(graph) if raised(graph, one, RAISES) for new, _ in one.pairs}
    for new, old, typical in _steps(graph):
        with np.errstate(all="ignore"):
            change, before = size(np.subtract(new.value, old.value)), size(old.value).norm
        ratio = change.norm / before if before else 1.0
        name, written = pretty(old.name), number(ratio)
        small = ratio < least and not heads.settled(old) and (change.norm > 0 or not is_idle(graph, old))
        if small:
            cause, remedy = f"the step changes {name} by {written} of its norm", "raise the learning rate"
        elif isfinite(ratio) and (
            ratio > most
            and change.rms > typical
            or ratio > LESS * most
            and new.key in raising
            and np.ndim(old.value) > 1
        ):
            cause, remedy = f"the step is {written} times the norm of {name}", "lower the learning rate"
        else:
            continue
        bound, way = (least, "small") if small else (most if ratio > most else LESS * most, "large")
        badge, cause = f"update: {written} of ‖w‖", f"{cause}; about 0.001 is healthy"
        excess = decades(ratio, bound)
        yield Finding("update", new.key, badge, cause, ratio, bound, (), excess, remedy=remedy, way=way)


def _steps(graph: Graph) -> list[tuple[Node, Node, float]]:
    """Each updated parameter, as it was before, and the rms of all parameters that its step updates."""
    pairs = []
    for node in graph:
        if node.is_update and node.symbol == "update" and (edges := graph.inputs(node)):
            old = graph.node(edges[0].source)
            if edges[0].slot == 0 and old.shape == node.shape and node.value is not None:
                pairs.append((node, old))
    sums: dict[int | None, list[tuple[float, int]]] = {}
    for node, old in pairs:
        sums.setdefault(node.step, []).append((size(old.value).norm, np.size(old.value)))
    typical = {step: _pooled(found) for step, found in sums.items()}
    return [(node, old, typical[node.step]) for node, old in pairs]


def _pooled(found: list[tuple[float, int]]) -> float:
    """The rms of several parameters, from their norms and how many elements they have."""
    norms, counts = zip(*found)
    return float(size(np.array(norms)).norm / max(1, sum(counts)) ** 0.5)
