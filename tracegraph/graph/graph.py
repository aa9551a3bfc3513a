"""The graph of a computation: an immutable snapshot that views change and everything else reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import hooks
from ..errors import GraphError
from . import exchange, lookup
from .lookup import latest, nearest
from .node import Edge, Node
from .note import Badge, Note, check_notes
from .validity import check_edges, check_nodes

if TYPE_CHECKING:
    import graphviz
    import networkx
    import pydot

    from .store import Parts

NO_NOTES: Mapping[str, Note] = {}
NOWHERE: Mapping[int, int] = {}


class Graph:
    """Nodes in topological order and the edges between them, checked when made.

    ``graph["w"]`` finds a node by its name, and ``graph["h"]`` the last of ``h_1``, ``h_2`` and so on. ``notes``: what
    analyses and views say of it, by kind. Raises `GraphError` naming the offender where the parts do not fit.
    """

    __slots__ = ("nodes", "edges", "notes", "_whole", "_names", "_keys", "_into", "_uses")

    def __init__(
        self,
        nodes: Iterable[Node],
        edges: Iterable[Edge],
        notes: Mapping[str, Note] = NO_NOTES,
        whole: Graph | None = None,
    ) -> None:
        self.nodes: tuple[Node, ...] = tuple(nodes)
        # None where each key is the node's place, as frontends have it: a million nodes need no table for that.
        straight = all(n.key == i for i, n in enumerate(self.nodes))
        self._keys = None if straight else {n.key: i for i, n in enumerate(self.nodes)}
        check_nodes(self.nodes, self._keys)
        self.edges: tuple[Edge, ...] = _ordered(tuple(edges), self._place)
        self._names: dict[str, Node] | None = None
        self._into: dict[int, list[Edge]] | None = None
        self._uses: dict[int, list[Edge]] | None = None
        check_edges(self.nodes, self.edges, self._place)
        self.notes: Mapping[str, Note] = dict(notes) if notes else NO_NOTES
        self._whole = whole if notes else None
        if notes:
            check_notes(notes, _keys_of(self), _keys_of(self.whole))

    def __getitem__(self, name: str) -> Node:
        found = self._called(name)
        if found is None:
            raise GraphError(f"no node is called {name!r}{nearest(name, self._named)}")
        return found

    def __contains__(self, name: object) -> bool:
        return self._called(name) is not None

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        return f"Graph({len(self.nodes)} nodes, {len(self.edges)} edges)"

    def find(self, name: str, step: int | None = None) -> Node:
        """The node of this name; in a training run also by the name without number, and the step.

        ``find("w", 2)`` is w as step 2 made it. Raises `GraphError` with the nearest names, or the steps there are.
        """
        return lookup.find(self.nodes, name, step)

    def node(self, key: int) -> Node:
        """The node with this key."""
        return self.nodes[self._place(key)]

    def carried(self, edge: Edge) -> Any:
        """The value that an edge hands on: that of its source, or one element of it."""
        value = self.node(edge.source).value if edge.handed is None else edge.handed
        return value if edge.index is None else np.asarray(value)[edge.index].item()

    def inputs(self, node: Node) -> tuple[Edge, ...]:
        """The edges into a node, by slot."""
        if self._into is None:
            self._into = _grouped((e.target, e) for e in self.edges)
        return tuple(self._into.get(node.key, ()))

    def uses(self, node: Node) -> tuple[Edge, ...]:
        """The edges out of a node."""
        if self._uses is None:
            self._uses = _grouped((e.source, e) for e in self.edges)
        return tuple(self._uses.get(node.key, ()))

    def badges(self, node: Node) -> tuple[Badge, ...]:
        """The badges of all notes for the card of a node."""
        return tuple(b for note in self.notes.values() for b in note.badges if b.node == node.key)

    @property
    def whole(self) -> Graph:
        """The graph before views, of which its notes speak; without notes, or before any view, the graph itself."""
        return self if self._whole is None else self._whole

    def replace(self, nodes: Iterable[Node], edges: Iterable[Edge], into: Mapping[int, int] = NOWHERE) -> Graph:
        """A graph of other nodes and edges that keeps the notes; views make theirs so.

        ``into``: by the key of a node that is put into a card, the key of the card, in the order of the graph.
        """
        nodes = tuple(nodes)
        if not self.notes:
            return Graph(nodes, edges)
        kept = {n.key for n in nodes}
        homes = {key: (card, "" if self.node(key).is_group else self.node(key).name) for key, card in into.items()}
        notes = {kind: note.moved(kept, homes) for kind, note in self.notes.items()}
        return Graph(nodes, edges, notes, self.whole)

    def with_note(self, kind: str, note: Note) -> Graph:
        """The same graph with one note more, or another of this kind."""
        return Graph(self.nodes, self.edges, {**self.notes, kind: note}, self._whole)

    def without(self, *kinds: str) -> Graph:
        """The same graph without the notes of these kinds."""
        kept = {kind: note for kind, note in self.notes.items() if kind not in kinds}
        return self if len(kept) == len(self.notes) else Graph(self.nodes, self.edges, kept, self._whole)

    @property
    def output(self) -> Node:
        """The node that was differentiated: the one with the role ``output``, else the last."""
        if not self.nodes:
            raise GraphError("the graph is empty: it has no output")
        return next((n for n in reversed(self.nodes) if n.is_output), self.nodes[-1])

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every scope, outer ones before inner ones, in the order of appearance."""
        paths: dict[str, None] = {}
        for scope in dict.fromkeys(node.scope for node in self.nodes if node.scope):
            parts = scope.split("/")
            paths.update(("/".join(parts[: i + 1]), None) for i in range(len(parts)))
        return tuple(paths)

    def to_networkx(self) -> networkx.MultiDiGraph[Any]:
        """A networkx ``MultiDiGraph``: node names as nodes, slots as keys of the edges, all fields as attributes.

        >>> import tracegraph as tg
        >>> x = tg.tensor(3.0, "x")
        >>> made = tg.trace(x * x).to_networkx()
        >>> sorted(made.edges(keys=True)), made.nodes["x"]["gradient"]
        ([('x', 'mul_1', 0), ('x', 'mul_1', 1)], 6.0)
        """
        return exchange.to_networkx(self.nodes, self.edges)

    def to_graphviz(self, **options: Any) -> graphviz.Digraph:
        """A ``graphviz.Digraph`` with the statements of the drawing; ``options`` as for `draw`.

        Colours of heat maps are left out, because they are files beside the source.
        """
        return exchange.to_graphviz(hooks.draw(self, **options).dot)

    def to_pydot(self, **options: Any) -> pydot.Dot:
        """A ``pydot.Dot`` of the drawing; ``options`` as for `draw`."""
        return exchange.to_pydot(hooks.draw(self, **options).dot)

    def save(self, path: Any) -> None:
        """Write a ``.tgraph`` file: a zip of JSON and ``.npy``, whole or not at all."""
        from .store import Parts, save

        whole = None if self._whole is None else (self._whole.nodes, self._whole.edges)
        save(path, Parts(self.nodes, self.edges, self.notes, whole))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return hooks.draw(self)._repr_mimebundle_(include, exclude)  # type: ignore[no-any-return]

    @property
    def _named(self) -> dict[str, Node]:
        if self._names is None:
            self._names = {n.name: n for n in self.nodes}
        return self._names

    def _called(self, name: object) -> Node | None:
        if not isinstance(name, str):
            return None
        return self._named.get(name) or latest(self._named, name)

    def _place(self, key: int) -> int:
        place = key if self._keys is None else self._keys.get(key, -1)
        if 0 <= place < len(self.nodes):
            return place
        raise GraphError(f"an edge refers to node {key}, which the graph does not have")


def load(path: str | os.PathLike[str]) -> Graph:
    """Read a graph from a ``.tgraph`` file; arrays come back read-only.

    Raises `StoreError`, and nothing else, for a file that cannot be read, is damaged, too large, or not one at all.
    """
    from .store import load

    return load(path, _made)


def _made(parts: Parts) -> Graph:
    whole = None if parts.whole is None else Graph(*parts.whole)
    return Graph(parts.nodes, parts.edges, parts.notes, whole)


def _keys_of(graph: Graph) -> Container[int]:
    return range(len(graph.nodes)) if graph._keys is None else graph._keys


def _grouped(pairs: Iterable[tuple[int, Edge]]) -> dict[int, list[Edge]]:
    groups: dict[int, list[Edge]] = {}
    for key, edge in pairs:
        groups.setdefault(key, []).append(edge)
    return groups


def _ordered(edges: tuple[Edge, ...], place_of: Callable[[int], int]) -> tuple[Edge, ...]:
    """The edges by target and slot; those of a frontend come so, and sorting a million takes its time."""
    place = -1
    for edge in edges:
        before, place = place, place_of(edge.target)
        if place < before or edge.slot and place != before:
            return tuple(sorted(edges, key=lambda e: (place_of(e.target), e.slot)))
    return edges
