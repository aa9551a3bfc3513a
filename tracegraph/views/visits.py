"""Which nodes make a card together: those of one name, in several cards where the computation comes back to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

from ..graph import Graph, Node

Part = tuple[str, int]
"""The name of a group, and the number of the visit, from 0."""
Card = Part | int
"""A group, or a node that is in none, by its key."""


def parts_of(graph: Graph, names: Mapping[int, str]) -> dict[int, Part]:
    """The group that each node goes into.

    A group that the computation leaves and comes back to would be on a cycle: each visit is a group of its own.
    """
    parts = {key: (name, 0) for key, name in names.items()}
    tangled = _tangled(graph, parts)
    if not tangled:
        return parts
    stages = _stages(graph, parts, tangled)
    visits: dict[str, dict[int, int]] = {}
    for key, stage in sorted(stages.items(), key=lambda item: item[1]):
        if key in names:
            visits.setdefault(names[key], {}).setdefault(stage, len(visits[names[key]]))
    return {key: (name, visits[name][stages[key]] if key in stages else 0) for key, name in names.items()}


def cards_in_order(graph: Graph, parts: Mapping[int, Part]) -> list[Card]:
    """The cards in topological order, near to that of the graph; those on or behind a cycle are left out."""
    cards = dict.fromkeys(parts.get(n.key, n.key) for n in graph)
    return _released(list(cards), _links(graph, parts))


def _links(graph: Graph, parts: Mapping[int, Part]) -> Collection[tuple[Card, Card]]:
    """The pairs of cards with an edge between them, each once."""
    ends = ((parts.get(e.source, e.source), parts.get(e.target, e.target)) for e in graph.edges)
    return dict.fromkeys(pair for pair in ends if pair[0] != pair[1])


def _released(cards: Sequence[Card], links: Iterable[tuple[Card, Card]]) -> list[Card]:
    """The cards that come after all that they need, as early as can be in the order in which they are given."""
    place = {card: i for i, card in enumerate(cards)}
    waits = dict.fromkeys(cards, 0)
    after: dict[Card, list[Card]] = {}
    for source, target in links:
        waits[target] += 1
        after.setdefault(source, []).append(target)
    ready = [i for i, card in enumerate(cards) if not waits[card]]
    heapify(ready)
    released = []
    while ready:
        card = cards[heappop(ready)]
        released.append(card)
        for target in after.get(card, ()):
            waits[target] -= 1
            if not waits[target]:
                heappush(ready, place[target])
    return released


def _tangled(graph: Graph, parts: Mapping[int, Part]) -> set[Card]:
    """The cards on cycles, and on ways from one cycle to another."""
    cards = list(dict.fromkeys(parts.get(n.key, n.key) for n in graph))
    links = _links(graph, parts)
    behind = set(cards) - set(_released(cards, links))
    return behind - set(_released(cards, [(target, source) for source, target in links])) if behind else behind


def _stages(graph: Graph, parts: Mapping[int, Part], tangled: Collection[Card]) -> dict[int, int]:
    """A stage for each node of these cards: no edge leads back to an earlier one, and within one there is no cycle.

    In a stage, cards are ranked as they first occur. A node that needs one of a higher rank begins the next stage.
    """
    stages: dict[int, int] = {}
    ranks: dict[tuple[int, Card], int] = {}
    late = []  # leaves that are used in their own card alone belong to the visit that uses them first
    for node in graph:
        card = parts.get(node.key, node.key)
        if card not in tangled:
            continue
        if _is_private(graph, node, parts):
            late.append(node)
            continue
        before = [e.source for e in graph.inputs(node) if e.source in stages]
        stage = max((stages[key] for key in before), default=0)
        highest = max((ranks[stage, parts.get(k, k)] for k in before if stages[k] == stage), default=-1)
        stage += ranks.get((stage, card), highest) < highest
        ranks.setdefault((stage, card), len(ranks))
        stages[node.key] = stage
    for node in late:
        stages[node.key] = min(stages[e.target] for e in graph.uses(node))
    return stages


def _is_private(graph: Graph, node: Node, parts: Mapping[int, Part]) -> bool:
    """Whether a node is a leaf of a group that only this group uses."""
    uses = graph.uses(node)
    return not graph.inputs(node) and bool(uses) and all(parts.get(e.target) == parts.get(node.key) for e in uses)
