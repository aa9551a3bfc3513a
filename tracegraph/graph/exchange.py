"""Graphs as objects of networkx, graphviz and pydot; each library is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING

from ..errors import GraphError
from .node import Edge, Node

if TYPE_CHECKING:
    import graphviz
    import networkx
    import pydot

_NODE = tuple(f.name for f in fields(Node))
_EDGE = tuple(f.name for f in fields(Edge))


def to_networkx(nodes: Iterable[Node], edges: Iterable[Edge]) -> networkx.MultiDiGraph[str]:
    """A ``MultiDiGraph``: node names as nodes, slots as keys of the edges, all fields as attributes."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    names = {n.key: n.name for n in nodes}
    for node in nodes:
        graph.add_node(node.name, **{f: getattr(node, f) for f in _NODE})
    for edge in edges:
        graph.add_edge(names[edge.source], names[edge.target], edge.slot, **{f: getattr(edge, f) for f in _EDGE})
    return graph


def to_graphviz(dot: str) -> graphviz.Digraph:
    """A ``graphviz.Digraph`` with the statements of a DOT source."""
    import graphviz

    head, *body = dot.rstrip("\n").split("\n")  # not splitlines: labels may hold other line breaks
    return graphviz.Digraph(head.split()[1].strip('"'), body=[f"{line}\n" for line in body[:-1]])


def to_pydot(dot: str) -> pydot.Dot:
    """A ``pydot.Dot`` of a DOT source."""
    import pydot

    read = pydot.graph_from_dot_data(dot)
    if not read:
        raise GraphError("pydot cannot read the DOT source of this drawing")
    return read[0]
