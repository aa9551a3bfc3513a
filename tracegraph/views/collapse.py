"""Views that put many nodes into one card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from ..errors import GraphError
from ..graph import Edge, Graph, Node, nearest
from .cut import with_loss
from .view import view


@view
def collapse(graph: Graph, scope: str | None = None) -> Graph:
    """Draw everything inside a scope, its parameters too, as one card; by default each of the outermost scopes.

    The card has the role ``group``, the name of the scope, and the value and gradient of what the scope hands on last.
    If the computation leaves the scope and comes back to it, each visit is a card: ``encoder_1``, ``encoder_2``.
    Raises `GraphError` for a scope that is not there.
    """
    if scope is not None and scope not in graph.scopes:
        raise GraphError(f"no scope is called {scope!r}{nearest(scope, graph.scopes)}")
    wanted = [s for s in graph.scopes if "/" not in s] if scope is None else [scope]
    inside = {s: next((w for w in wanted if f"{s}/".startswith(f"{w}/")), None) for s in {n.scope for n in graph}}
    return group(graph, {n.key: name for n in graph if (name := inside[n.scope]) is not None})


def group(graph: Graph, names: Mapping[int, str]) -> Graph:
    """Draw the nodes with these keys as groups, those with the same name as one.

    Every use of a tensor outside keeps its edge, so that its contributions still sum to its gradient. Edges out of a
    group carry the name of the tensor inside that is used.
    """
    parts = _parts(graph, names)
    members: dict[Any, list[Node]] = {}
    for node in graph:
        if node.key in parts:
            members.setdefault(parts[node.key], []).append(node)
    titles = _titles(members, {n.name for n in graph if n.key not in parts})
    cards = {part: _card(graph, inside, part[0], titles[part]) for part, inside in members.items()}
    home = {n.key: cards[parts[n.key]] if n.key in parts else n for n in graph}
    nodes = {n.key: n for n in home.values()}
    edges: list[Edge] = []
    slots: dict[int, int] = {}
    for edge in graph.edges:
        source, target = home[edge.source], home[edge.target]
        if source is not target:
            edge = replace(edge, source=source.key)
            if edge.target in parts:  # what is shown of the way back speaks of the operation inside
                slot = slots[target.key] = slots.get(target.key, -1) + 1
                edge = replace(edge, target=target.key, slot=slot, vjp=None, local=None)
            edges.append(edge)
    order = [nodes[key] for key in _order(graph, {key: n.key for key, n in home.items()})]
    into = {key: card.key for key, card in home.items() if key in parts}
    return graph.replace(with_loss(graph, order) if graph.output.key in parts else order, edges, into)


def _card(graph: Graph, inside: list[Node], name: str, title: str) -> Node:
    """The card for some nodes, with the key, value and gradient of the last one that is used outside."""
    keys = {n.key for n in inside}
    handed_on = [n for n in inside if n.is_output or any(e.target not in keys for e in graph.uses(n))]
    last = (handed_on or inside)[-1]
    ops = sum(n.attrs.get("ops", 0) if n.is_group else bool(graph.inputs(n)) for n in inside)
    counts = {"ops": ops, "parameters": sum(learned(n) for n in inside)}
    scope = _around(name, [n.scope for n in inside])
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


def _titles(members: Mapping[tuple[str, int], Any], taken: set[str]) -> dict[tuple[str, int], str]:
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


def _parts(graph: Graph, names: Mapping[int, str]) -> dict[int, tuple[str, int]]:
    """The group that each node goes into: the name, and a number that tells its parts apart.

    A group that the computation leaves and comes back to would be on a cycle; it is split, group after group.
    """
    parts = {key: (name, 0) for key, name in names.items()}
    if len(_order(graph, parts)) == len(set(parts.values())) + len(graph) - len(parts):
        return parts
    parts = {}
    for name in dict.fromkeys(names.values()):
        members = {key for key, n in names.items() if n == name}
        visits = _visits(graph, parts, members)
        for node in graph:
            if node.key in members:
                users = [visits.get(e.target, -1) for e in graph.uses(node)]
                leaf = not graph.inputs(node) and users and min(users) >= 0
                parts[node.key] = name, min(users) if leaf else visits[node.key]
    return parts


def _visits(graph: Graph, parts: Mapping[int, Any], members: set[int]) -> dict[Any, int]:
    """For each member, how often a path to it leaves the members and comes back."""
    into: dict[Any, set[Any]] = {}
    for edge in graph.edges:
        into.setdefault(parts.get(edge.target, edge.target), set()).add(parts.get(edge.source, edge.source))
    visits: dict[Any, int] = {}  # of any card: the last visit that it depends on
    for card in _order(graph, parts):
        inside = card in members
        before = [visits[i] + (inside and i not in members and visits[i] >= 0) for i in into.get(card, ()) if i != card]
        visits[card] = max([*before, 0 if inside else -1])
    return {key: visits[key] for key in members}


def _order(graph: Graph, parts: Mapping[int, Any]) -> list[Any]:
    """The cards in topological order, near to that of the graph; those on or behind a cycle are left out."""
    place: dict[Any, int] = {}
    for i, node in enumerate(graph):
        place.setdefault(parts.get(node.key, node.key), i)
    pairs = [(parts.get(e.source, e.source), parts.get(e.target, e.target)) for e in graph.edges]
    waits = dict.fromkeys(place, 0)
    after: dict[Any, list[Any]] = {}
    for source, target in pairs:
        if source != target:
            waits[target] += 1
            after.setdefault(source, []).append(target)
    cards = {i: card for card, i in place.items()}
    return list(_released(cards, place, waits, after))


def _released(
    cards: Mapping[int, Any], place: Mapping[Any, int], waits: dict[Any, int], after: Mapping[Any, list[Any]]
) -> Iterator[Any]:
    ready = [i for i, card in cards.items() if not waits[card]]
    heapify(ready)
    while ready:
        card = cards[heappop(ready)]
        yield card
        for target in after.get(card, ()):
            waits[target] -= 1
            if not waits[target]:
                heappush(ready, place[target])
