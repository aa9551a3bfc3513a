"""The head of a network: where its prediction ends and the loss begins.

Between the prediction and the loss derivatives are small for a good reason: a mean divides by the number of elements, a
squared error is flat where it is small. So sizes are measured from the prediction on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, log10

import numpy as np

from ...graph import Edge, Graph, Node, traits_of
from ...graph.measure import Size, size
from ...ops.traits import Traits
from ..flow_rows import learned

FLAT = 1e-7  # an error this small, summed over the prediction: the loss has nothing to send back


@dataclass(frozen=True, slots=True)
class Head:
    """The part of a graph that makes one loss of a prediction.

    ``name``: of the loss. ``nodes``: the keys of its operations. ``chain``: those that every path goes through, from
    the loss on. ``elements``: how many the prediction has; ``share``: how many of them the loss adds up, 1 if it is
    their mean. ``rms`` and ``total``: root mean square and sum of the sizes of the gradient that its largest part gets.
    """

    name: str
    nodes: frozenset[int]
    chain: tuple[int, ...]
    elements: int
    share: float
    rms: float
    total: float

    @property
    def settled(self) -> bool:
        """Whether the loss is at its minimum, or flat there: no gradient is expected anywhere."""
        return self.total < FLAT


class Heads:
    """The heads of a graph, one for each loss, and which of them a tensor gets its gradient from."""

    def __init__(self, graph: Graph) -> None:
        self.parameters = {n.key for n in learned(graph)}
        self.all = [_head(graph, seed, self.parameters) for seed in _seeds(graph)]
        self.nodes = frozenset().union(*(h.nodes for h in self.all))
        self._named: Mapping[str, Head] = {h.name: h for h in self.all}

    def of(self, node: Node) -> list[Head]:
        """The head of the loss whose gradient a node holds; all of them where it is a sum."""
        head = self._named.get(node.loss)
        return self.all if head is None else [head]

    def settled(self, node: Node) -> bool:
        """Whether no gradient is expected at a node, because its loss is at a minimum."""
        return all(h.settled for h in self.of(node))


def _seeds(graph: Graph) -> list[Node]:
    """The losses that were differentiated."""
    losses = [n for n in graph if n.gradient is not None and (n.is_output or n.loss == n.name)]
    return losses or [graph.output]


def back(graph: Graph, node: Node) -> list[Edge]:
    """The edges by which a node sends gradients back."""
    return [e for e in graph.inputs(node) if e.contribution is not None]


def _head(graph: Graph, seed: Node, parameters: set[int]) -> Head:
    """Walk back from a loss, through all that does not belong to a network."""
    inside, predictions, stack = {seed.key}, {}, [(seed, traits_of(seed).logarithm)]
    if _learns(graph, seed, parameters) or not graph.inputs(seed):
        inside, predictions, stack = set(), {seed.key: seed}, []
    while stack:
        node, inside_log = stack.pop()
        for edge in back(graph, node):
            source = graph.node(edge.source)
            if source.key in inside:
                continue
            if _belongs_to_loss(graph, source, inside_log, parameters):
                inside.add(source.key)
                traits = traits_of(source)
                stack.append((source, traits.logarithm or inside_log and not traits.link))
            else:
                predictions[source.key] = source
    # What is reached by two ways, of which one may end there, is a part of the loss.
    sizes = [measured(n) for key, n in predictions.items() if key not in inside and n.gradient is not None]
    rms = max((s.rms for s, _ in sizes), default=0.0)
    total = max((s.mean * count for s, count in sizes), default=0.0)
    chain, elements = tuple(_chain(graph, seed, inside)), sum(count for _, count in sizes)
    share = max(1.0, elements * _scale(graph, chain))
    return Head(seed.name, frozenset(inside), chain, elements, share, rms, total)


def _scale(graph: Graph, chain: Iterable[int]) -> float:
    """The factor of a loss on its terms, up to the first fork: 1/n if it is a mean, 1 if a sum."""
    scale = 1.0
    for node in map(graph.node, chain):
        edge = next(iter(back(graph, node)), None)
        traits = traits_of(node)
        if traits.factors and edge is not None:
            factor = size(edge.contribution).rms / (size(node.gradient).rms or 1.0)
            scale *= factor if isfinite(factor) else 1.0
        elif edge is not None and (_is_mean(traits) or node.attrs.get("reduction") == "mean"):
            scale *= max(1, np.size(node.value)) / max(1, np.size(graph.carried(edge)))
    return scale


def _is_mean(traits: Traits) -> bool:
    return traits.kind == "reduction" and traits.element == "average"


def measured(node: Node) -> tuple[Size, int]:
    """The measures of a node's gradient, and the number of its elements."""
    count = 1
    for length in node.shape:
        count *= length
    return size(node.gradient), count


def _learns(graph: Graph, node: Node, parameters: set[int]) -> bool:
    """Whether an operation takes a parameter, and so belongs to the network."""
    return any(e.source in parameters for e in graph.inputs(node))


def _belongs_to_loss(graph: Graph, node: Node, inside_log: bool, parameters: set[int]) -> bool:
    """Whether an operation belongs to the loss, not to the network; ``inside_log``: its logarithm is taken.

    The logarithm of a sigmoid or softmax is one function in several steps, also with a clip or an epsilon between them.
    """
    edges, traits = graph.inputs(node), traits_of(node)
    if not edges or node.is_update or node.is_group or traits.kind == "product" or _learns(graph, node, parameters):
        return False
    if traits.factors:
        return len(back(graph, node)) < 2
    sums_up = bool(traits.kind) and not traits.elementwise and not traits.link
    return inside_log or traits.kind == "arithmetic" or sums_up


def _chain(graph: Graph, seed: Node, inside: Iterable[int]) -> Iterator[int]:
    """The operations from the loss backwards up to the first fork."""
    node = seed
    while node.key in inside:
        yield node.key
        edges = back(graph, node)
        if len(edges) != 1:
            return
        node = graph.node(edges[0].source)


def decades(measure: float, threshold: float) -> float:
    """The distance of a measure from a threshold, in powers of ten; 400 for a measure of 0 or infinity."""
    if not measure or not threshold or not isfinite(measure):
        return 400.0
    return abs(log10(measure) - log10(threshold))
