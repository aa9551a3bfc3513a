"""Results that hold a graph with their note, and can be used wherever a graph can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from .graph import Graph
from .node import Edge, Node
from .note import Badge, Note

if TYPE_CHECKING:
    import graphviz
    import networkx
    import pydot


class Noted:
    """A graph with a note of one ``kind``, and what the note tells; views, drawings and files take it as the graph."""

    __slots__ = ("graph",)

    kind: ClassVar[str]

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def of(self, graph: Graph) -> Any:
        """The same kind of result for a view of the graph; the view itself, where it does not carry the note."""
        return type(self)(graph) if self.kind in graph.notes else graph

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.graph.nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        return self.graph.edges

    @property
    def notes(self) -> Mapping[str, Note]:
        return self.graph.notes

    @property
    def whole(self) -> Graph:
        """The graph before views, of which the note speaks."""
        return self.graph.whole

    @property
    def output(self) -> Node:
        return self.graph.output

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.graph.scopes

    def __getitem__(self, name: str) -> Node:
        return self.graph[name]

    def __contains__(self, name: object) -> bool:
        return name in self.graph

    def __iter__(self) -> Iterator[Node]:
        return iter(self.graph)

    def __len__(self) -> int:
        return len(self.graph)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.nodes)} nodes, {len(self.edges)} edges)"

    def find(self, name: str, step: int | None = None) -> Node:
        return self.graph.find(name, step)

    def node(self, key: int) -> Node:
        return self.graph.node(key)

    def carried(self, edge: Edge) -> Any:
        return self.graph.carried(edge)

    def inputs(self, node: Node) -> tuple[Edge, ...]:
        return self.graph.inputs(node)

    def uses(self, node: Node) -> tuple[Edge, ...]:
        return self.graph.uses(node)

    def badges(self, node: Node) -> tuple[Badge, ...]:
        return self.graph.badges(node)

    def to_networkx(self) -> networkx.MultiDiGraph[Any]:
        return self.graph.to_networkx()

    def to_graphviz(self, **options: Any) -> graphviz.Digraph:
        return self.graph.to_graphviz(**options)

    def to_pydot(self, **options: Any) -> pydot.Dot:
        return self.graph.to_pydot(**options)

    def save(self, path: Any) -> None:
        self.graph.save(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.graph._repr_mimebundle_(include, exclude)


def graph_in(what: Any) -> Graph | None:
    """The graph itself, or the one under ``.graph`` of a result of an analysis; None where there is none."""
    graph = what if isinstance(what, Graph) else getattr(what, "graph", None)
    return graph if isinstance(graph, Graph) else None
