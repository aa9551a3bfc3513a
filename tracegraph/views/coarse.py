"""A view that reduces a large graph to a number of cards that can be laid out and read."""

from __future__ import annotations

from ..errors import GraphError
from ..graph import Graph
from .collapse import collapse, group
from .steps import by_step


def coarse(graph: Graph, depth: int | None, most: int) -> tuple[Graph, str]:
    """Collapse scopes deeper than ``depth``; then, outermost scopes first, until at most ``most`` cards are left.

    Returns the graph and a note that says what was done, empty where nothing was. Where scopes do not help, runs of
    operations become one card each: every graph can be drawn.
    """
    if depth is not None:
        if not isinstance(depth, int) or depth < 0:
            raise GraphError(f"depth must be a whole number, 0 or more, not {depth!r}")
        graph = _closed(graph if depth else by_step(graph), depth)
    count = len(graph)
    if count <= most:
        return graph, ""
    graph = by_step(graph, most)
    deepest = max((s.count("/") for s in graph.scopes), default=-1)
    for level in range(deepest, -1, -1):
        if len(graph) > most:
            graph = _closed(graph, level)
    if len(graph) > most:
        graph = _runs(graph, most)
    return graph, f"{count} operations, drawn as {len(graph)} cards; draw a part with upto, between or collapse"


def _closed(graph: Graph, depth: int) -> Graph:
    """The graph with each scope of this depth, and everything inside it, as one card."""
    for scope in graph.scopes:
        if scope.count("/") == depth:
            graph = collapse(graph, scope)
    return graph


def _runs(graph: Graph, most: int) -> Graph:
    """Operations that follow each other as one card, so that at most ``most`` are left."""
    length = -(-len(graph) // (most // 2))
    starts = {n.key: i // length * length for i, n in enumerate(graph)}
    return group(graph, {k: f"{i + 1} to {min(len(graph), i + length)}" for k, i in starts.items()})
