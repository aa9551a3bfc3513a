"""Cards that are shown as rows of other cards: what an optimizer makes last, and leaves that only one card uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..graph import LEAVES, Graph, Node
from .parts import Arrow, Box, Cluster

WITH = "; with "
"""What stands in the label of a card before each of its rows."""


def hosts_of(graph: Graph, compact: bool) -> dict[int, int]:
    """By node that is shown as a row, the node whose card it is in.

    An update that nothing uses is in the card of its parameter, with the states of the optimizer that only it uses.
    ``compact``: a leaf that one card uses is in that card.
    """
    hosts = _last_updates(graph)
    for node in graph.nodes if compact else ():
        users = {e.target for e in graph.uses(node)} - hosts.keys()
        if node.role in LEAVES and len(users) == 1 and node.key not in hosts:
            hosts[node.key] = users.pop()
    return {key: _outermost(host, hosts) for key, host in hosts.items()}


def _outermost(key: int, hosts: Mapping[int, int]) -> int:
    while key in hosts:
        key = hosts[key]
    return key


def _last_updates(graph: Graph) -> dict[int, int]:
    hosts: dict[int, int] = {}
    for node in reversed(graph.nodes):
        if node.is_update and not node.is_gradient:
            users = {e.target for e in graph.uses(node)}
            if not users and (host := _parameter(graph, node)) is not None:
                hosts[node.key] = host
            elif users and users <= hosts.keys() and len(cards := {hosts[u] for u in users} - {node.key}) == 1:
                hosts[node.key] = cards.pop()
    return hosts


def _parameter(graph: Graph, update: Node) -> int | None:
    """The parameter that an update is the next value of."""
    inputs = [graph.node(e.source) for e in graph.inputs(update)]
    same = [n.key for n in inputs if n.base and n.base == update.base and (n.is_parameter or n.is_update)]
    return same[0] if len(same) == 1 else None


def hosted(boxes: Iterable[Box], hosts: Mapping[str, str]) -> tuple[Box, ...]:
    """The cards, those that have a host as rows of it."""
    rows: dict[str, list[Box]] = {}
    boxes = [*boxes]
    for box in boxes:
        if box.key in hosts:
            rows.setdefault(hosts[box.key], []).append(box)
    return tuple(_with_rows(b, rows[b.key]) if b.key in rows else b for b in boxes if b.key not in hosts)


def _with_rows(box: Box, rows: list[Box]) -> Box:
    faded = box.faded and all(row.faded for row in rows)
    return replace(box, rows=tuple(rows), faded=faded, label=WITH.join([box.label, *(row.label for row in rows)]))


def between_cards(arrows: Iterable[Arrow], hosts: Mapping[str, str]) -> tuple[Arrow, ...]:
    """The arrows that begin and end at a card of their own."""
    return tuple(a for a in arrows if a.source not in hosts and a.target not in hosts)


def around_cards(clusters: Iterable[Cluster], hosts: Mapping[str, str]) -> tuple[Cluster, ...]:
    """The clusters without the rows; those in which nothing is left are dropped."""
    kept = (
        replace(c, boxes=tuple(b for b in c.boxes if b not in hosts), inner=around_cards(c.inner, hosts))
        for c in clusters
    )
    return tuple(c for c in kept if c.boxes or c.inner)
