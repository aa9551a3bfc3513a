"""The finding ``cancellation``: contributions to a gradient that annul each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite, log10
from typing import Any

import numpy as np

from ...graph import Edge, Graph, Node
from ...graph.measure import norm
from ...text.numbers import number
from ..finding import Finding, Index, diagnostic

FEW = 3  # elements that a finding names
SLACK = 8  # roundings that a contribution has been through, at least


@diagnostic("cancellation", 11, 0.01)
def cancellation(graph: Graph, limit: float) -> Iterator[Finding]:
    """Uses of a tensor whose contributions sum to next to nothing.

    Measured is ‖Σc‖ ÷ ‖Σ|c|‖ over the contributions c of at least two uses, each element on its own: 1 where they do
    not meet or agree, 0 where they annul each other. Its inverse is the condition number of the sum (N. J. Higham,
    "Accuracy and Stability of Numerical Algorithms", 2002, 1.7 and 4.2): below 0.01 more than 99 % cancels, and two
    decimal digits of the gradient are lost. Contributions at the level of rounding, compared with the largest in the
    graph, are no finding. Nor is a sum of exactly zero where the tensor only shifts or scales what does not depend on
    it, such as the maximum in a log-sum-exp: everything that it is made of gets its gradient elsewhere.
    """
    uses = _uses(graph)
    floor = SLACK * _largest(graph)
    for node in graph:
        edges = uses.get(node.key, [])
        if len(edges) < 2 or node.is_group:
            continue
        total, sizes = _sums(node, edges)
        sum_norm, size_norm = norm(total), norm(sizes)
        eps = _precision(node)
        if not (isfinite(size_norm) and size_norm > floor * eps and sum_norm < limit * size_norm):
            continue
        exact = sum_norm <= SLACK * len(edges) * eps * size_norm
        if not (exact and _idle(graph, node, uses)):
            yield _found(node, len(edges), sum_norm / size_norm, limit, _lost(total, sizes), exact)


def _uses(graph: Graph) -> dict[int, list[Edge]]:
    """By key, the edges on which something comes back to a node."""
    uses: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        if edge.contribution is not None:
            uses.setdefault(edge.source, []).append(edge)
    return uses


def _largest(graph: Graph) -> float:
    """The largest finite norm of a contribution."""
    sizes = (norm(e.contribution) for e in graph.edges if e.contribution is not None)
    return max(filter(isfinite, sizes), default=0.0)


def _sums(node: Node, edges: Iterable[Edge]) -> tuple[Any, Any]:
    """The sum of the contributions, and that of their sizes, element by element."""
    total, sizes = np.zeros(node.shape), np.zeros(node.shape)
    for edge in edges:
        place = ... if edge.index is None else edge.index
        with np.errstate(all="ignore"):
            total[place] += edge.contribution
            sizes[place] += np.abs(edge.contribution)
    return total, sizes


def _precision(node: Node) -> float:
    """The relative error of a rounding in the numbers of a node."""
    kind = getattr(node.value, "dtype", np.dtype(float))
    return float(np.finfo(kind if kind.kind == "f" else float).eps)


def _idle(graph: Graph, node: Node, uses: dict[int, list[Edge]]) -> bool:
    """Whether everything that a node is computed from gets a gradient by another use."""
    given = [e.source for e in graph.inputs(node) if e.contribution is not None]
    others = ([norm(e.contribution) for e in uses[key] if e.target != node.key] for key in given)
    return bool(given) and all(any(sizes) for sizes in others)


def _lost(total: Any, sizes: Any) -> tuple[Index, ...]:
    """The few elements of which most is lost."""
    if not total.shape:
        return ()
    order = np.argsort(np.abs(total).ravel() - sizes.ravel(), kind="stable")[:FEW]
    return tuple(tuple(int(i) for i in np.unravel_index(place, total.shape)) for place in order)


def _found(node: Node, count: int, share: float, limit: float, index: tuple[Index, ...], exact: bool) -> Finding:
    if exact:
        cause = f"its {count} contributions annul each other: what it does by one use it undoes by another"
        return Finding("cancellation", node.key, "cancels", cause, share, limit, index, 16.0)
    percent = number(100 * share, 2)
    cause = f"{percent} % is left of its {count} contributions, and {number(-log10(share), 2)} decimal digits are lost"
    excess = log10(limit / share)
    return Finding("cancellation", node.key, f"cancels: {percent} % left", cause, share, limit, index, excess)
