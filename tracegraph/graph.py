"""The graph of a computation: an immutable snapshot that views change and everything else reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import GraphError

if TYPE_CHECKING:
    import graphviz
    import networkx
    import pydot

ROLES = ("input", "parameter", "constant", "op", "output", "update", "group")
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One tensor and the operation that made it.

    ``key``: a number that views keep. ``formula`` is an expression in ``args`` (a name for each input, by slot) and in
    the keys of ``attrs``; empty for leaves. ``value`` and ``gradient``: a number or an array; ``gradient`` is None
    where none arrives. ``named``: whether the program gave the name. ``line``: file and line of the program.
    ``tags``: what views found, to be shown.
    """

    key: int
    name: str
    op: str
    role: str
    value: Any
    gradient: Any = None
    symbol: str = ""
    formula: str = ""
    args: tuple[str, ...] = ()
    attrs: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    scope: str = ""
    line: str | None = None
    named: bool = True
    tags: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes of the value; ``()`` for a scalar."""
        return np.shape(self.value)

    def __repr__(self) -> str:
        return f"Node({self.name!r}, {self.op}, shape {self.shape})"


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One use of a tensor: from the node that holds it to input number ``slot`` of another.

    ``vjp``: the way back as a formula (``g`` is the gradient of the target, ``y`` its value). ``local``: the local
    derivative where both ends are scalars. ``contribution``: what flows back; None where no gradient does.
    ``tensor``: name of the tensor, which differs from the source's only where the source is a group.
    """

    source: int
    target: int
    slot: int
    tensor: str
    vjp: str | None = None
    local: float | None = None
    contribution: Any = None


class Graph:
    """Nodes in topological order and the edges between them, checked when made.

    ``graph["w"]`` finds a node by its name. Raises `GraphError` naming the offender where the parts do not fit.
    """

    __slots__ = ("nodes", "edges", "_names", "_keys", "_into", "_uses")

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        self.nodes: tuple[Node, ...] = tuple(nodes)
        self._keys = {n.key: i for i, n in enumerate(self.nodes)}
        self.edges: tuple[Edge, ...] = tuple(sorted(edges, key=lambda e: (self._place(e.target), e.slot)))
        self._names = {n.name: n for n in self.nodes}
        self._into: dict[int, list[Edge]] | None = None
        self._uses: dict[int, list[Edge]] | None = None
        _check(self)

    def __getitem__(self, name: str) -> Node:
        try:
            return self._names[name]
        except KeyError:
            raise GraphError(f"no node is called {name!r}{_nearest(name, self._names)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        return f"Graph({len(self.nodes)} nodes, {len(self.edges)} edges)"

    def node(self, key: int) -> Node:
        """The node with this key."""
        return self.nodes[self._place(key)]

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

    @property
    def output(self) -> Node:
        """The node that was differentiated: the one with the role ``output``, else the last."""
        found = [n for n in self.nodes if n.role == "output"]
        return found[-1] if found else self.nodes[-1]

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every scope, outer ones before inner ones, in the order of appearance."""
        found: dict[str, None] = {}
        for node in self.nodes:
            parts = node.scope.split("/") if node.scope else []
            found.update((("/".join(parts[: i + 1]), None) for i in range(len(parts))))
        return tuple(found)

    def to_networkx(self) -> networkx.MultiDiGraph[Any]:
        """A networkx ``MultiDiGraph``: node names as nodes, slots as keys of the edges, all fields as attributes."""
        from .export import to_networkx

        return to_networkx(self)

    def to_graphviz(self, **options: Any) -> graphviz.Digraph:
        """A ``graphviz.Digraph`` of the drawing; ``options`` as for `draw`."""
        from .export import to_graphviz

        return to_graphviz(self, **options)

    def to_pydot(self, **options: Any) -> pydot.Dot:
        """A ``pydot.Dot`` of the drawing; ``options`` as for `draw`."""
        from .export import to_pydot

        return to_pydot(self, **options)

    def save(self, path: Any) -> None:
        """Write a ``.tgraph`` file: a zip of JSON and ``.npy``, whole or not at all."""
        from .store import save

        save(self, path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from .drawing import draw

        return draw(self)._repr_mimebundle_(include, exclude)

    def _place(self, key: int) -> int:
        try:
            return self._keys[key]
        except KeyError:
            raise GraphError(f"an edge refers to node {key}, which the graph does not have") from None


def _grouped(pairs: Iterable[tuple[int, Edge]]) -> dict[int, list[Edge]]:
    groups: dict[int, list[Edge]] = {}
    for key, edge in pairs:
        groups.setdefault(key, []).append(edge)
    return groups


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(str(name), [str(k) for k in known][:10_000], 3)
    return f"; nearest: {', '.join(close)}" if close else ""


def _check(graph: Graph) -> None:
    """Raise `GraphError` for the first thing that does not fit."""
    if len(graph._keys) != len(graph.nodes):
        raise GraphError("two nodes have the same key")
    if len(graph._names) != len(graph.nodes):
        seen: set[str] = set()
        twice = next(n.name for n in graph.nodes if n.name in seen or seen.add(n.name))  # type: ignore[func-returns-value]
        raise GraphError(f"two nodes are called {twice!r}")
    slots = dict.fromkeys(graph._keys, 0)
    for edge in graph.edges:  # sorted by target and slot
        _check_edge(graph, edge, slots[edge.target])
        slots[edge.target] += 1
    for node in graph.nodes:
        if node.role not in ROLES:
            raise GraphError(f"node {node.name!r}: role {node.role!r} is not one of {', '.join(ROLES)}")
        if node.formula and slots[node.key] != len(node.args):
            raise GraphError(f"node {node.name!r}: {len(node.args)} arguments, but {slots[node.key]} edges come in")
        if node.gradient is not None and np.shape(node.gradient) != node.shape:
            raise GraphError(f"node {node.name!r}: gradient {np.shape(node.gradient)} for a value {node.shape}")


def _check_edge(graph: Graph, edge: Edge, slot: int) -> None:
    source, target = graph._place(edge.source), graph._keys[edge.target]
    where = f"edge {graph.nodes[source].name!r} -> {graph.nodes[target].name!r}"
    if source >= target:
        raise GraphError(f"{where}: the source does not come before the target")
    if edge.slot != slot:
        raise GraphError(f"{where}: slot {edge.slot} where {slot} was due")
    from_group = graph.nodes[source].role == "group"
    if edge.contribution is not None and not from_group:
        if np.shape(edge.contribution) != graph.nodes[source].shape:
            raise GraphError(f"{where}: contribution {np.shape(edge.contribution)}, value {graph.nodes[source].shape}")
