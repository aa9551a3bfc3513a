"""Views that put many nodes into one card."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..errors import GraphError
from ..graph import Edge, Graph, Node, nearest
from ..graph.node import maker
from .cut import with_loss
from .view import view
from .visits import Part, cards_in_order, parts_of

_edge = maker(Edge)


@view
def collapse(graph: Graph, scope: str | None = None) -> Graph:
    """Draw everything inside a scope, its parameters too, as one card; by default each of the outermost scopes.

    The card has the role ``group``, the name of the scope, and the value and gradient of what the scope hands on last.
    If the computation leaves the scope and comes back to it, each visit is a card: ``encoder_1``, ``encoder_2``.
    Raises `GraphError` for a scope that is not there.
    """
    if scope is not None and scope not in graph.scopes:
        raise GraphError(f"no scope is called {scope!r}{nearest(scope, graph.scopes)}")
    if scope is None:
        return group(graph, {n.key: n.scope.partition("/")[0] for n in graph if n.scope})
    return group(graph, {n.key: scope for n in graph if f"{n.scope}/".startswith(f"{scope}/")})


def group(graph: Graph, names: Mapping[int, str]) -> Graph:
    """Draw the nodes with these keys as groups, those with the same name as one.

    Every use of a tensor outside keeps its edge, so that its contributions still sum to its gradient. Edges out of a
    group carry the name of the tensor inside that is used.
    """
    parts = parts_of(graph, names)
    between = [e for e in graph.edges if parts.get(e.source, e.source) != parts.get(e.target, e.target)]
    members: dict[Part, list[Node]] = {}
    for node in graph:
        if node.key in parts:
            members.setdefault(parts[node.key], []).append(node)
    titles = _titles(members, {n.name for n in graph if n.key not in parts})
    used = {e.source for e in between}
    groups = {part: _card(graph, inside, used, part[0], titles[part]) for part, inside in members.items()}
    order = [groups[card] if isinstance(card, tuple) else graph.node(card) for card in cards_in_order(graph, parts)]
    into = {n.key: groups[parts[n.key]].key for n in graph if n.key in parts}
    return graph.replace(with_loss(graph, order) if graph.output.key in parts else order, _moved(between, into), into)


def _moved(edges: Sequence[Edge], into: Mapping[int, int]) -> Iterator[Edge]:
    """The edges with groups at their ends; the way back into a group is not shown: it speaks of an operation inside."""
    slots: dict[int, int] = {}
    for e in edges:
        source, target = into.get(e.source, e.source), into.get(e.target)
        if target is not None:
            slot = slots[target] = slots.get(target, -1) + 1
            yield _edge(source, target, slot, e.tensor, None, None, e.contribution, e.index, e.handed)
        elif source != e.source:
            yield replace(e, source=source)
        else:
            yield e


def _card(graph: Graph, inside: list[Node], used: Container[int], name: str, title: str) -> Node:
    """The card for some nodes, with the key, value and gradient of the last one that is used outside."""
    handed_on = [n for n in inside if n.is_output or n.key in used]
    last = (handed_on or inside)[-1]
    ops = sum(n.attrs.get("ops", 0) if n.is_group else bool(graph.inputs(n)) for n in inside)
    counts = {"ops": ops, "parameters": sum(learned(n) for n in inside)}
    scope = _around(name, list(dict.fromkeys(n.scope for n in inside)))
    return Node(last.key, title, "group", "group", last.value, last.gradient, attrs=counts, scope=scope)


def _around(name: str, scopes: list[str]) -> str:
    """The innermost scope that contains all of these; for a card of a scope itself, the scope around it."""
    levels = [s.split("/") for s in scopes]
    depth = next((i for i, level in enumerate(zip(*levels)) if len(set(level)) > 1), min(map(len, levels)))
    common = "/".join(levels[0][:depth])
    return name.rpartition("/")[0] if f"{common}/".startswith(f"{name}/") else common


def learned(node: Node) -> int:
    """The number of learned elements in a node."""
    if node.is_group:
        return int(node.attrs.get("parameters", 0))
    return int(np.size(node.value)) if node.leaf == "parameter" else 0


def _titles(members: Iterable[Part], taken: set[str]) -> dict[Part, str]:
    """The title of each group: its name, with a number where it has several parts or the name is taken."""
    count: dict[str, int] = {}
    titles = {}
    for name, visit in members:
        title, alone = name, (name, 1) not in members
        while not alone or title in taken:
            count[name] = count.get(name, 0) + 1
            title, alone = f"{name}_{count[name]}", True
        taken.add(title)
        titles[name, visit] = title
    return titles
