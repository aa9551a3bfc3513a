"""A view that opens one group of a large drawing."""

from __future__ import annotations

from ..errors import GraphError
from ..graph import Graph, Node, nearest
from .cut import keep
from .view import view


@view
def inside(graph: Graph, part: str) -> Graph:
    """Keep what is in a scope, or in a group of a large drawing, such as ``1 to 400`` or ``block3 to block7``.

    Numbers are places in the graph, from 1. Inputs from elsewhere are named in the formulas. Raises `GraphError` for a
    part that is not there.
    """
    scopes = graph.scopes
    if part in scopes:
        return keep(graph, [n.key for n in graph if _is_in(n, part)])
    first, _, last = part.partition(" to ")
    begin, end = _places(graph, first, scopes), _places(graph, last or first, scopes)
    return keep(graph, [n.key for n in graph.nodes[begin[0] : end[-1] + 1]])


def _places(graph: Graph, end: str, scopes: tuple[str, ...]) -> list[int]:
    """The places of the nodes that one end of a part names."""
    if end.isdecimal() and 1 <= int(end) <= len(graph):
        return [int(end) - 1]
    if end in scopes:
        return [i for i, n in enumerate(graph) if _is_in(n, end)]
    near = nearest(end, scopes) if scopes else ""
    raise GraphError(f"inside: no scope is called {end!r}{near}; nor is it a place from 1 to {len(graph)}")


def _is_in(node: Node, scope: str) -> bool:
    return node.scope == scope or node.scope.startswith(f"{scope}/")
