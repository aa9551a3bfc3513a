"""The finding ``dies``: operations that return far less gradient than they receive."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose, isfinite, nan

import numpy as np

from ...graph import Edge, Graph, Node, traits_of
from ...graph.measure import Size, size
from ...graph.walk import descendants
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from .loss_head import Head, Heads, back, decades

FEW = 16  # elements; fewer gates may all be closed by chance, and of fewer weights the size says nothing


@diagnostic("dies", rank=6, limit=1e-2, depth=7)
def dies(graph: Graph, limit: float) -> Iterator[Finding]:
    """Operations over which the gradient falls to less than a hundredth.

    Measured: the rms of what is handed back (of the input that gets most) by the rms of what is received. Only where
    that can be a fault: element-by-element functions (gates such as ReLU from 16 elements on), softmax (times the
    number of classes, as its outputs share a sum of 1), products with weights (by norms if the input is larger than the
    output; from 16 weights on), and products with numbers. Not where it is the meaning of an operation: sums, means,
    pooling, indexing, what makes the loss of the prediction, functions that change the scale (exp, log, powers), and
    what only data go into. A factor of the loss counts if it is also less than a hundredth of what a mean over the
    prediction would divide by. Threshold: 0.01, a convention of ours; the derivative of a sigmoid is less than that
    beyond |x| = 4.6.
    """
    heads = Heads(graph)
    learns = descendants(graph, heads.parameters)  # elsewhere no gradient is needed
    share = {key: max(1, head.elements) for head in heads.all for key in _alone(graph, head)}
    for node in graph:
        if node.gradient is None or node.is_update or node.is_group:
            continue
        if node.key in heads.nodes and node.key not in share:
            continue
        edges = [e for e in back(graph, node) if e.source in learns]
        ratio = _ratio(graph, node, edges) if edges else None
        if ratio is not None and ratio * share.get(node.key, 1) < limit:
            yield _finding(graph, node, edges, ratio, limit)


def _finding(graph: Graph, node: Node, edges: list[Edge], ratio: float, limit: float) -> Finding:
    received, returned = size(node.gradient).rms, max(size(e.contribution).rms for e in edges)
    source = pretty(graph.node(edges[0].source).name)
    cause = f"{node.op} receives a gradient of rms {number(received)} and hands {number(returned)} back to {source}"
    if not isclose(ratio, returned / received, rel_tol=0.01):
        cause += f": {number(ratio)} of what its shape lets expect"
    badge = f"dies here: ×{number(ratio, 3)}"
    return Finding("dies", node.key, badge, cause, ratio, limit, excess=decades(ratio, limit))


def _alone(graph: Graph, head: Head) -> list[int]:
    """The products with a number that all of a loss goes through."""
    return [key for key in head.chain if traits_of(graph.node(key)).factors]


def _ratio(graph: Graph, node: Node, edges: list[Edge]) -> float | None:
    """The share of the gradient that an operation returns; None where a small share is no fault, or none arrives."""
    received = size(node.gradient)
    if not received.rms or not isfinite(received.rms):
        return None
    traits = traits_of(node)
    if traits.kind == "product":
        return _of_weights(graph, node, edges, received)
    if traits.factors:
        return _of_product(graph, node, edges, received)
    if traits.link and traits.normalizes:
        return _most(edges, received) * node.shape[node.attrs.get("axis", -1)] if node.shape else None
    if not traits.elementwise or traits.rescales:
        return None
    return None if traits.gate and np.size(node.value) < FEW else _most(edges, received)


def _most(edges: list[Edge], received: Size) -> float:
    """The largest contribution relative to the output gradient; NaN if one is not finite, so that comparisons fail."""
    sizes = [size(e.contribution).rms for e in edges]
    return max(sizes) / received.rms if all(map(isfinite, sizes)) else nan


def _of_weights(graph: Graph, node: Node, edges: list[Edge], received: Size) -> float | None:
    """Of products with weights: by norms where the input is the larger one, as each of its elements gets a part."""
    through = [e for e in edges if graph.inputs(graph.node(e.source)) and not _times_zeros(graph, node, e)]
    weights = [np.size(graph.node(e.source).value) for e in graph.inputs(node)]
    if not through or min(weights) < FEW:
        return None
    norm = max(size(e.contribution).norm for e in through)
    return max(_most(through, received), norm / received.norm)


def _times_zeros(graph: Graph, node: Node, edge: Edge) -> bool:
    """Whether nothing comes back because the other operand is a leaf of zeros, such as the first state of a memory."""
    others = (graph.node(e.source) for e in graph.inputs(node) if e.slot != edge.slot)
    return any(n.leaf in ("input", "constant") and not np.any(n.value) for n in others)


def _of_product(graph: Graph, node: Node, edges: list[Edge], received: Size) -> float | None:
    """Of products of two results, and of one with numbers; a single weight, or data, may well be small."""
    through = [e for e in edges if graph.inputs(graph.node(e.source)) and not _times_zeros(graph, node, e)]
    if not through or len(through) < len(edges) or len(edges) > len(traits_of(node).factors):
        return None
    summed = [_summed(graph, graph.node(e.source)) for e in through]
    return _most(through, received) * max(_summed(graph, node), *summed)


def _summed(graph: Graph, node: Node) -> float:
    """The number of elements summed next to a product, which makes it a mean: before it, in ``node``, or after it."""
    ways = [(e, node) for e in graph.inputs(node)] if _is_sum(node) else []
    ways += [(e, graph.node(e.target)) for e in graph.uses(node) if _is_sum(graph.node(e.target))]
    counts = [np.size(graph.node(e.source).value) / max(1, np.size(target.value)) for e, target in ways]
    return max(counts, default=1.0)


def _is_sum(node: Node) -> bool:
    traits = traits_of(node)
    return traits.kind == "reduction" and traits.element == "total"
