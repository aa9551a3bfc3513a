"""The strongest paths of a gradient: the k best paths of an acyclic graph."""

from __future__ import annotations

from math import inf, isfinite, isnan, log, nan
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from ..graph import Edge, Graph
from ..graph.measure import norm
from ..graph.rerun import Rerun, input_values
from ..graph.walk import descendants

MANY = 10**12  # paths; they are not counted beyond, as their number has as many digits as the graph has nodes


class PartialPath(NamedTuple):
    """A path from a node to the loss: its first edge, and the route from there, both None at the loss.

    ``strength``: the logarithm of the size of the product of all weights. ``weight``: that of the first edge.
    """

    strength: float
    weight: float
    edge: Edge | None
    further: PartialPath | None


def uses_towards_loss(graph: Graph, start: int) -> dict[int, list[Edge]]:
    """By key, for each node from the start to the loss, the edges on which a gradient comes back to it."""
    reached = descendants(graph, [start], lambda edge: edge.contribution is not None)
    return {n.key: [e for e in graph.uses(n) if e.contribution is not None] for n in graph if n.key in reached}


def locals_of(graph: Graph, uses: dict[int, list[Edge]]) -> dict[int, list[float]] | None:
    """The local derivative of each edge, if there are scalars only and all of them are known.

    Of what is not elementwise none is recorded: it is the contribution divided by the gradient that it was made of, or
    where that is zero or not finite, what the rule of the op makes of 1.
    """
    nodes = {key: graph.node(key) for key in uses}
    if any(n.shape or n.gradient is None or n.is_group for n in nodes.values()):
        return None
    gains = {key: [_local(graph, e, float(nodes[e.target].gradient)) for e in edges] for key, edges in uses.items()}
    complete = all(gain is not None for edges in gains.values() for gain in edges)
    return {key: [gain for gain in edges if gain is not None] for key, edges in gains.items()} if complete else None


def _local(graph: Graph, edge: Edge, gradient: float) -> float | None:
    if edge.local is not None:
        return edge.local
    usable = gradient and isfinite(gradient)
    return float(edge.contribution) / gradient if usable else _by_rule(graph, edge)


def _by_rule(graph: Graph, edge: Edge) -> float | None:
    """The local derivative by the rule of the op, unless a view has put other operations into the node."""
    node = graph.node(edge.target)
    rerun = Rerun.of(node)
    if rerun is None:
        return None
    with np.errstate(all="ignore"):
        local = rerun.vjp(edge.slot, 1.0, input_values(graph, node))
    return None if local is None else float(local)


def shares_of(uses: dict[int, list[Edge]]) -> dict[int, list[float]]:
    """For each tensor the shares of its uses, by the norms of their contributions."""
    return {key: _parts([norm(e.contribution) for e in edges]) for key, edges in uses.items()}


def _parts(sizes: list[float]) -> list[float]:
    """The share of each in the sum; NaN for sizes that are not finite, and then 0 for all others."""
    total = sum(sizes)
    if isfinite(total):
        return [size / total if total else 0.0 for size in sizes]
    return [0.0 if isfinite(size) else nan for size in sizes]


def strongest(
    uses: dict[int, list[Edge]], weights: dict[int, list[float]], seeds: dict[int, float], k: int
) -> tuple[list[PartialPath], int]:
    """The k routes from the first node whose weights have the largest product, and how many routes there are.

    From the loss backwards, each node keeps the k best of those that its uses have: time and memory are linear.
    """
    best: dict[int, list[PartialPath]] = {}
    count: dict[int, int] = {}
    key = -1
    for key in reversed(uses):
        if key in seeds:
            best[key], count[key] = [PartialPath(_size(seeds[key]), float(seeds[key]), None, None)], 1
            continue
        pairs = zip(uses[key], weights[key])
        best[key] = [r for edge, weight in pairs for r in _extended(edge, weight, best[edge.target])]
        if len(uses[key]) > 1:
            best[key] = sorted(best[key], key=itemgetter(0), reverse=True)[:k]
        count[key] = min(MANY, sum([count[edge.target] for edge in uses[key]]))
    return best[key], count[key]


def _size(weight: float) -> float:
    """The logarithm of a weight without its sign; more than all others if it is NaN."""
    return inf if isnan(weight) else log(abs(weight)) if weight else -inf


def _extended(edge: Edge, weight: float, routes: list[PartialPath]) -> list[PartialPath]:
    """The routes of the target of an edge, extended to its source; zero times infinity is NaN."""
    size = _size(weight)
    return [PartialPath(inf if isnan(size + r.strength) else size + r.strength, weight, edge, r) for r in routes]
