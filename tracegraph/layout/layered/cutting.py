"""Rows: the layers of a long drawing are cut where it costs least, so that the whole fills a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .plan import Scope

ROW_ARROW = 0.2  # cost of an arrow from one row to another, in rows
MANY = 200  # layers that are cut without trying every way
SCOPE_CUT = 3.0  # arrows that a cut through a scope counts as; less for one inside of others


@dataclass(frozen=True, slots=True)
class Lengths:
    """What a cut is judged by, a number for each layer: its length and height, and what a cut before it costs.

    ``closed``: whether no cut is allowed before it.
    """

    along: Sequence[float]
    across: Sequence[float]
    cost: Sequence[float]
    closed: Sequence[bool]

    @property
    def total(self) -> float:
        return sum(self.along)


def costs(
    count: int, edges: Sequence[tuple[int, int]], scopes: Sequence[tuple[Scope, int]], whole: frozenset[Scope]
) -> tuple[list[float], list[bool]]:
    """What a cut before each layer costs, and where none is allowed.

    ``edges`` are pairs of layers, ``scopes`` the scope and the layer of each card.
    """
    change = [0.0] * (count + 1)
    for a, b in edges:  # an arrow from a to b is cut by all cuts before a+1 ... b
        if b > a:
            change[a + 1] += ROW_ARROW
            change[b + 1] -= ROW_ARROW
    spans: dict[Scope, tuple[int, int]] = {}
    for scope, layer in scopes:
        for depth in range(1, len(scope) + 1):
            first, last = spans.get(scope[:depth], (layer, layer))
            spans[scope[:depth]] = min(first, layer), max(last, layer)
    closed = [False] * count
    for scope, (first, last) in spans.items():
        change[first + 1] += ROW_ARROW * SCOPE_CUT / len(scope)
        change[last + 1] -= ROW_ARROW * SCOPE_CUT / len(scope)
        if scope in whole:
            closed[first + 1 : last + 1] = [True] * (last - first)
    cost, running = [], 0.0
    for layer in range(count):
        running += change[layer]
        cost.append(running)
    return cost, closed


def cuts(lengths: Lengths, limit: float) -> tuple[int, ...]:
    """The layers at which rows begin, the first is 0: as full as can be within ``limit``, with few arrows cut."""
    count = len(lengths.along)
    best = [0.0] + [float("inf")] * count
    begin = [0] * (count + 1)
    for end in range(1, count + 1):
        length, fits = 0.0, False
        for start in range(end - 1, -1, -1):
            length += lengths.along[start]
            if length > limit and fits:
                break
            if start and lengths.closed[start]:
                continue
            fits = True
            slack = (1 - min(length / limit, 1)) ** 2
            price = 1 + 2 * slack * (0.3 if end == count else 1) + (lengths.cost[start] if start else 0)
            if best[start] + price < best[end]:
                best[end], begin[end] = best[start] + price, start
    rows, end = [], count
    while end:
        end = begin[end]
        rows.append(end)
    return tuple(reversed(rows))


def filled(lengths: Lengths, limit: float) -> tuple[int, ...]:
    """As `cuts`, for many layers: each row is filled, and cut where that is cheapest in its last eighth."""
    begins, start, count = [0], 0, len(lengths.along)
    while True:
        length, end, best = 0.0, start, 0
        while end < count and (length + lengths.along[end] <= limit or end == start or not best):
            length += lengths.along[end]
            end += 1
            late = length >= limit * 7 / 8 and end < count and not lengths.closed[end]
            if late and (not best or lengths.cost[end] < lengths.cost[best]):
                best = end
        if end >= count:
            return tuple(begins)
        start = best
        begins.append(start)


def choices(lengths: Lengths, counts: Iterable[int]) -> list[tuple[int, ...]]:
    """Different ways to cut into these numbers of rows, about; one row first."""
    options: dict[tuple[int, ...], None] = {(0,): None}
    many = len(lengths.along) > MANY
    for rows in counts:
        for slack in (1.05,) if many else (1.0, 1.12, 1.3):
            options.setdefault((filled if many else cuts)(lengths, lengths.total / rows * slack))
    return list(options)
