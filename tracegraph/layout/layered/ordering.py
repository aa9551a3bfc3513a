"""The order of cells within their layers: few crossings, and what belongs to a scope side by side."""

from __future__ import annotations

from bisect import bisect_left, insort

from .plan import Scope
from .row_cells import Cell, Piece, Row

SWEEPS = 12
MANY = 400  # cells in a row from which on the order is found with fewer sweeps, and without exchanges


def order(row: Row) -> int:
    """Bring the cells of each layer into order; return the number of crossings that are left."""
    _bands(row)
    for layer in row.layers:
        layer.sort(key=lambda cell: cell.band)
        _number(layer)
    small = len(row.cells) <= MANY
    best, kept = crossings(row), [list(layer) for layer in row.layers]
    for sweep in range(SWEEPS if small else 4):
        if not best:
            break
        forward = sweep % 2 == 0
        for layer in row.layers if forward else reversed(row.layers):
            _sort(layer, forward)
        if small:
            _exchange(row)
        if (count := crossings(row)) < best:
            best, kept = count, [list(layer) for layer in row.layers]
    for layer, cells in zip(row.layers, kept):
        layer[:] = cells
        _number(layer)
    return best


def _number(layer: list[Cell]) -> None:
    for i, cell in enumerate(layer):
        cell.place = i


def _sort(layer: list[Cell], forward: bool) -> None:
    """Sort by the mean place of what each cell is joined to; cells that are joined to nothing stay where they are."""
    keys = {}
    for cell in layer:
        pieces = cell.left if forward else cell.right
        ends = [end.place for p in pieces if (end := p.source if forward else p.target) is not None]
        keys[cell] = (cell.band, sum(ends) / len(ends) if ends else float(cell.place))
    layer.sort(key=keys.__getitem__)
    _number(layer)


def _exchange(row: Row) -> None:
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


def _crossed(a: Cell, b: Cell) -> int:
    """Crossings between the lines of two cells if the first stands before the second."""
    count = 0
    for one, two in (
        (_places(a.left, True), _places(b.left, True)),
        (_places(a.right, False), _places(b.right, False)),
    ):
        count += sum(x > y for x in one for y in two)
    return count


def _places(pieces: list[Piece], left: bool) -> list[int]:
    ends = (p.source if left else p.target for p in pieces)
    return [end.place for end in ends if end is not None]


def crossings(row: Row) -> int:
    """How many pairs of lines cross, by the order of the cells alone."""
    total = 0
    for channel in row.channels:
        pairs = sorted((p.source.place, p.target.place) for p in channel if p.source and p.target)
        seen: list[int] = []
        for _, target in pairs:
            total += len(seen) - bisect_left(seen, target + 1)
            insort(seen, target)
    return total


def _bands(row: Row) -> None:
    """Give each cell its band at each depth of scopes: bands share no stretch across the flow where a scope needs it.

    Scopes that lie in the same layers get bands of their own, and so do loose cells in the layers of a scope.
    """
    _band(row.cells, 0)


def _band(cells: list[Cell], depth: int) -> None:
    inner: dict[Scope, list[Cell]] = {}
    loose = []
    for cell in cells:
        if len(cell.scope) > depth:
            inner.setdefault(cell.scope[: depth + 1], []).append(cell)
        else:
            loose.append(cell)
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
    for cell in loose:
        if cell.layer in covered:
            cell.band = (*cell.band, len(ends))
        elif inner:
            cell.band = (*cell.band, 0)
