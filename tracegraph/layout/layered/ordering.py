"""The order of vertices within their layers: few crossings, and what belongs to a scope side by side."""

from __future__ import annotations

from bisect import bisect_left, insort

from .plan import Scope
from .vertices import LayerRow, Segment, Vertex

SWEEPS = 12
MANY = 400  # vertices in a row from which on the order is found with fewer sweeps, and without exchanges


def order(row: LayerRow, thorough: bool) -> int:
    """Bring the vertices of each layer into order; return the number of crossings that are left.

    ``thorough``: with more sweeps, and exchanges, where the row is not too long for that.
    """
    _bands(row)
    for layer in row.layers:
        layer.sort(key=lambda vertex: vertex.band)
        _number(layer)
    small = thorough and len(row.vertices) <= MANY
    fewest, best_order = crossings(row), [list(layer) for layer in row.layers]
    for sweep in range(SWEEPS if small else 4):
        if not fewest:
            break
        forward = sweep % 2 == 0
        for layer in row.layers if forward else reversed(row.layers):
            _sort(layer, forward)
        if small:
            _exchange(row)
        if (count := crossings(row)) < fewest:
            fewest, best_order = count, [list(layer) for layer in row.layers]
    for layer, vertices in zip(row.layers, best_order):
        layer[:] = vertices
        _number(layer)
    return fewest


def _number(layer: list[Vertex]) -> None:
    for i, vertex in enumerate(layer):
        vertex.place = i


def _sort(layer: list[Vertex], forward: bool) -> None:
    """Sort by the mean place of what each vertex is joined to; what is joined to nothing stays where it is."""
    keys = {}
    for vertex in layer:
        segments = vertex.left if forward else vertex.right
        ends = [end.place for p in segments if (end := p.source if forward else p.target) is not None]
        keys[vertex] = (vertex.band, sum(ends) / len(ends) if ends else float(vertex.place))
    layer.sort(key=keys.__getitem__)
    _number(layer)


def _exchange(row: LayerRow) -> None:
    """Swap neighbours where that takes crossings away."""
    for layer in row.layers:
        swapped = True
        for _ in range(len(layer)):
            if not swapped:
                break
            swapped = False
            for i in range(len(layer) - 1):
                a, b = layer[i], layer[i + 1]
                if a.band == b.band and _crossed(a, b) > _crossed(b, a):
                    layer[i], layer[i + 1] = b, a
                    a.place, b.place = i + 1, i
                    swapped = True


def _crossed(a: Vertex, b: Vertex) -> int:
    """Crossings between the lines of two vertices if the first stands before the second."""
    count = 0
    for one, two in (
        (_places(a.left, True), _places(b.left, True)),
        (_places(a.right, False), _places(b.right, False)),
    ):
        count += sum(x > y for x in one for y in two)
    return count


def _places(segments: list[Segment], left: bool) -> list[int]:
    ends = (p.source if left else p.target for p in segments)
    return [end.place for end in ends if end is not None]


def crossings(row: LayerRow) -> int:
    """How many pairs of lines cross, by the order of the vertices alone."""
    total = 0
    for channel in row.channels:
        pairs = sorted((p.source.place, p.target.place) for p in channel if p.source and p.target)
        seen: list[int] = []
        for _, target in pairs:
            total += len(seen) - bisect_left(seen, target + 1)
            insort(seen, target)
    return total


def _bands(row: LayerRow) -> None:
    """Give each vertex its band at each depth of scopes: bands share no stretch across the flow where a scope needs it.

    Scopes that lie in the same layers get bands of their own, and so do loose vertices in the layers of a scope.
    """
    _band(row.vertices, 0)


def _band(vertices: list[Vertex], depth: int) -> None:
    inner: dict[Scope, list[Vertex]] = {}
    loose = []
    for vertex in vertices:
        if len(vertex.scope) > depth:
            inner.setdefault(vertex.scope[: depth + 1], []).append(vertex)
        else:
            loose.append(vertex)
    ends: list[int] = []  # the last layer that is taken in each band
    covered: set[int] = set()
    for first, members in sorted(((min(m.layer for m in ms), ms) for ms in inner.values()), key=lambda pair: pair[0]):
        last = max(m.layer for m in members)
        number = next((i for i, end in enumerate(ends) if end < first), len(ends))
        ends[number : number + 1] = [last]
        covered.update(range(first, last + 1))
        for m in members:
            m.band = (*m.band, number)
        _band(members, depth + 1)
    for vertex in loose:
        if vertex.layer in covered:
            vertex.band = (*vertex.band, len(ends))
        elif inner:
            vertex.band = (*vertex.band, 0)
