"""The layer of each card: longest paths, in which a scope counts as one card as long as its own layers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from .plan import Scope

DEEPEST = 12  # scopes inside each other that are kept together

Edge = tuple[int, int]


def layers(
    edges: Sequence[Edge], scopes: Sequence[Scope], heights: Sequence[float] = (), most: float = 0.0
) -> list[int]:
    """The layer of each unit, from 0, none empty; every edge leads to a later one.

    Scopes that follow each other share no layer, and sources stand right before their first use. If ``most`` is not 0,
    what would make a layer higher comes into a later one, of sources into an earlier one (Coffman, Graham 1972).
    """
    layer = [0] * len(scopes)
    starts: dict[Scope, int] = {}
    sources = set(range(len(scopes))) - {t for _, t in edges}
    room = _Room(heights, most, sources)
    _place(list(range(len(scopes))), list(edges), scopes, (), 0, layer, starts, room)
    _pull_sources(edges, scopes, layer, starts)
    for source in sorted(sources) if most else ():
        layer[source] = room.earlier(source, layer[source], starts.get(scopes[source]))
    rank = {old: new for new, old in enumerate(sorted(set(layer)))}
    return [rank[i] for i in layer]


class _Room:
    """The height that is taken in each layer."""

    def __init__(self, heights: Sequence[float], most: float, sources: set[int]) -> None:
        self.heights, self.most, self.sources = heights, most, sources
        self.taken: dict[int, float] = {}

    def layer(self, unit: int, first: int) -> int:
        """The first layer from here on that has room for a unit."""
        if not self.most or unit in self.sources:
            return first
        while self._full(first, unit):
            first += 1
        self._take(first, unit)
        return first

    def earlier(self, source: int, last: int, begin: int | None) -> int:
        """The last layer up to here that has room for a source; in a scope it stays where that begins."""
        while self._full(last, source) and (begin is None or last > begin):
            last -= 1
        self._take(last, source)
        return last

    def _full(self, layer: int, unit: int) -> bool:
        return layer in self.taken and self.taken[layer] + self.heights[unit] > self.most

    def _take(self, layer: int, unit: int) -> None:
        self.taken[layer] = self.taken.get(layer, 0.0) + self.heights[unit]


def _place(
    members: list[int],
    edges: list[Edge],
    scopes: Sequence[Scope],
    scope: Scope,
    first: int,
    layer: list[int],
    starts: dict[Scope, int],
    room: _Room,
) -> int:
    """Give the members of a scope their layers from ``first`` on; return how many there are."""
    depth = len(scope)
    child: dict[int, Hashable] = {}
    inner: dict[Hashable, list[int]] = {}
    for m in members:
        key: Hashable = scopes[m][: depth + 1] if len(scopes[m]) > depth and depth < DEEPEST else m
        child[m] = key
        inner.setdefault(key, []).append(m)
    order = _sorted(inner, child, edges)
    if order is None:  # scopes that need each other, as in a recurrence by hand: their cards are placed one by one
        inner = {m: [m] for m in members}
        child = {m: m for m in members}
        order = _sorted(inner, child, edges) or list(inner)
    into: dict[Hashable, list[Hashable]] = {}
    inside: dict[Hashable, list[Edge]] = {}
    for s, t in edges:
        a, b = child[s], child[t]
        if a == b:
            inside.setdefault(a, []).append((s, t))
        else:
            into.setdefault(b, []).append(a)
    ends: dict[Hashable, int] = {}
    for key in order:
        start = max((ends[a] for a in into.get(key, ())), default=first)
        if isinstance(key, tuple):
            starts[key] = start
            ends[key] = start + _place(inner[key], inside.get(key, []), scopes, key, start, layer, starts, room)
        else:
            unit = inner[key][0]
            layer[unit] = room.layer(unit, start)
            ends[key] = layer[unit] + 1
    return max(ends.values(), default=first) - first


def _sorted(inner: dict[Hashable, list[int]], child: dict[int, Hashable], edges: list[Edge]) -> list[Hashable] | None:
    """The children in an order in which every edge leads forward; None where there is none."""
    after: dict[Hashable, list[Hashable]] = {}
    in_degree = dict.fromkeys(inner, 0)
    for s, t in edges:
        a, b = child[s], child[t]
        if a != b:
            after.setdefault(a, []).append(b)
            in_degree[b] += 1
    ready = [key for key, count in in_degree.items() if not count]
    for key in ready:
        for b in after.get(key, ()):
            in_degree[b] -= 1
            if not in_degree[b]:
                ready.append(b)
    return ready if len(ready) == len(inner) else None


def _pull_sources(edges: Sequence[Edge], scopes: Sequence[Scope], layer: list[int], starts: dict[Scope, int]) -> None:
    """Move what depends on nothing to the layer before its first use, but into no scope that it is not in."""
    has_input = {t for _, t in edges}
    first: dict[int, int] = {}
    for s, t in edges:
        if s in has_input:
            continue
        scope = scopes[s]
        entered = scopes[t][: len(scope) + 1]
        limit = (
            starts.get(entered, layer[t]) if entered[: len(scope)] == scope and len(entered) > len(scope) else layer[t]
        )
        first[s] = min(first.get(s, limit), limit)
    ends: dict[Scope, int] = {}
    for m, scope in enumerate(scopes):
        for depth in range(1, len(scope) + 1):
            ends[scope[:depth]] = max(ends.get(scope[:depth], 0), layer[m])
    for s, limit in first.items():
        layer[s] = max(layer[s], min(limit - 1, ends.get(scopes[s], limit)))
