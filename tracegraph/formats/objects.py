"""A graph as an object of networkx, graphviz or pydot; each library is imported when it is asked for."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from ..graph import Edge, Graph, Node

if TYPE_CHECKING:
    import graphviz
    import networkx
    import pydot

_NODE = tuple(f.name for f in fields(Node))
_EDGE = tuple(f.name for f in fields(Edge))


def to_networkx(graph: Graph) -> networkx.MultiDiGraph[str]:
    """A ``MultiDiGraph``: node names as nodes, slots as keys of the edges, all fields as attributes.

    >>> import tracegraph as tg
    >>> x = tg.tensor(3.0, "x")
    >>> made = tg.trace(x * x).to_networkx()
    >>> sorted(made.edges(keys=True)), made.nodes["x"]["gradient"]
    ([('x', 'mul_1', 0), ('x', 'mul_1', 1)], 6.0)
    """
    import networkx

    made: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for node in graph.nodes:
        made.add_node(node.name, **{f: getattr(node, f) for f in _NODE})
    for edge in graph.edges:
        ends = graph.node(edge.source).name, graph.node(edge.target).name
        made.add_edge(*ends, edge.slot, **{f: getattr(edge, f) for f in _EDGE})
    return made


def to_graphviz(graph: Graph, **options: Any) -> graphviz.Digraph:
    """A ``graphviz.Digraph`` with the statements of the drawing; ``options`` as for `draw`.

    Colours of heat maps are left out, because they are files beside the source.
    """
    import graphviz

    name, body = _statements(graph, options)
    return graphviz.Digraph(name, body=[f"{line}\n" for line in body])


def to_pydot(graph: Graph, **options: Any) -> pydot.Dot:
    """A ``pydot.Dot`` of the drawing; ``options`` as for `draw`."""
    import pydot

    name, body = _statements(graph, options)
    read = pydot.graph_from_dot_data("\n".join([f"digraph {name} {{", *body, "}", ""]))
    if not read:
        raise GraphError("pydot cannot read the DOT source of this drawing")
    return read[0]


def _statements(graph: Graph, options: dict[str, Any]) -> tuple[str, list[str]]:
    """The name in the DOT source of the drawing, and the statements, one a line."""
    from ..drawing import dot

    head, *body = dot(graph, **options).rstrip("\n").split("\n")  # not splitlines: labels may hold other line breaks
    return head.split()[1].strip('"'), body[:-1]
