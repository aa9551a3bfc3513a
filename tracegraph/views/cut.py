"""Views that drop nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from math import isfinite
from typing import Any

from .. import formula
from ..errors import GraphError
from ..graph import ROLES, Edge, Graph, Node, nearest
from ..graph.walk import ancestors, descendants
from .view import view


@view
def hide(graph: Graph, *names: str, roles: Iterable[str] = ()) -> Graph:
    """Drop the nodes with these names or roles; by default the constants.

    Constant numbers are put into the formulas that use them; everything else that is hidden is named there.
    Raises `GraphError` for a name or role that is not there, and if nothing would be left.
    """
    gone = set((roles,) if isinstance(roles, str) else roles) or (set() if names else {"constant"})
    for role in sorted(gone - set(ROLES)):
        raise GraphError(f"hide: no role {role!r}{nearest(role, ROLES)}; there are {', '.join(ROLES)}")
    keys = {graph[name].key for name in names}
    kept = [n.key for n in graph if n.key not in keys and n.role not in gone]
    if not kept:
        raise GraphError("hide: nothing would be left of the graph")
    return keep(graph, kept)


@view
def between(graph: Graph, start: str | Iterable[str], end: str | Iterable[str]) -> Graph:
    """Keep the nodes on paths from one node to another, or from some to others; both ends are names or lists of names.

    Inputs from elsewhere are named in the formulas. Raises `GraphError` if there is no path.
    """
    first, last = _keys(graph, start), _keys(graph, end)
    on_path = descendants(graph, first) & ancestors(graph, last)
    if not on_path:
        turned = "; the other way round there is one" if descendants(graph, last) & ancestors(graph, first) else ""
        raise GraphError(f"between: no path leads from {_quoted(start)} to {_quoted(end)}{turned}")
    return keep(graph, on_path)


@view
def upto(graph: Graph, *names: str) -> Graph:
    """Keep the nodes with these names and everything that they depend on."""
    if not names:
        raise GraphError("upto: give the name of at least one node")
    return keep(graph, ancestors(graph, _keys(graph, names)))


def keep(graph: Graph, keys: Collection[int]) -> Graph:
    """The nodes with these keys and the edges between them.

    An argument whose edge is gone becomes a number in the formula (a constant) or a name among the attrs.
    """
    wanted = set(keys)
    into: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        if edge.target in wanted:
            into.setdefault(edge.target, []).append(edge)
    nodes, edges = [], []
    for node in graph:
        if node.key in wanted:
            node, inputs = _cut(graph, node, into.get(node.key, []), wanted)
            nodes.append(node)
            edges += inputs
    return graph.replace(nodes if graph.output.key in wanted else with_loss(graph, nodes), edges)


def with_loss(graph: Graph, nodes: Iterable[Node]) -> list[Node]:
    """The nodes with the name of the differentiated loss, for a graph without the loss itself."""
    return [n if n.loss or n.gradient is None else replace(n, loss=graph.output.name) for n in nodes]


def _cut(graph: Graph, node: Node, into: list[Edge], wanted: set[int]) -> tuple[Node, list[Edge]]:
    """A node and the edges into it, without the edges from dropped nodes."""
    kept = [e for e in into if e.source in wanted]
    if len(kept) == len(into):
        return node, into
    numbers: dict[str, str] = {}
    attrs: dict[str, Any] = dict(node.attrs)
    for arg, edge in zip(node.args, into):
        number = _number(graph.node(edge.source)) if edge.source not in wanted else None
        if number is not None:
            numbers[arg] = number
        elif edge.source not in wanted:
            attrs[arg] = edge.tensor
    args = tuple(arg for arg, edge in zip(node.args, into) if edge.source in wanted)
    written = formula.substitute(node.formula, numbers) if numbers else node.formula
    edges = [
        replace(e, slot=slot, vjp=formula.substitute(e.vjp, numbers) if e.vjp and numbers else e.vjp)
        for slot, e in enumerate(kept)
    ]
    return replace(node, formula=written, args=args, attrs=attrs), edges


def _number(node: Node) -> str | None:
    """A constant number as text for a formula; None for arrays, other roles and numbers that are not finite."""
    if not node.is_constant or node.shape or not isfinite(node.value):
        return None
    return repr(getattr(node.value, "item", lambda: node.value)())


def _keys(graph: Graph, names: str | Iterable[str]) -> set[int]:
    return {graph[name].key for name in ((names,) if isinstance(names, str) else names)}


def _quoted(names: str | Iterable[str]) -> str:
    return repr(names) if isinstance(names, str) else ", ".join(map(repr, names))
