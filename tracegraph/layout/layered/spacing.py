"""Where cells and the ends of lines stand across the flow."""

from __future__ import annotations

from collections.abc import Iterator

from .plan import ACROSS, INSET, LINE, MARGIN, TRACK, Framing, Scope
from .row_cells import NONE, Cell, Piece, Row

STRAIGHT = 8.0  # weight of a pull that makes a line straight, where nothing else would
SWEEPS = 10
MANY, FEW = 400, 3  # cells in a row from which on there are fewer
FINAL = 3  # sweeps at the end that listen to those pulls only
BESIDE = 3.0  # between a line and its caption


def ports(row: Row, flat: bool) -> None:
    """Give the lines at each card their places, in the order of their other ends, with room for captions."""
    for cell in row.cells:
        if cell.unit == NONE:
            continue
        cell.left.sort(key=lambda p: -1 if p.source is None else p.source.place)
        cell.right.sort(key=lambda p: 1 << 30 if p.target is None else p.target.place)
        _entries(cell, flat)
        step = min(TRACK, 2 * (cell.half - INSET) / max(len(cell.right) - 1, 1))
        for i, piece in enumerate(cell.right):
            piece.leave = step * (i - (len(cell.right) - 1) / 2)


def _entries(cell: Cell, flat: bool) -> None:
    """Ports of the lines that come in; the cell grows if they need more room than its card."""
    rooms = [_room(p, flat) for p in cell.left]
    at = 0.0
    places = []
    for i, (before, after) in enumerate(rooms):
        at += before if i else 0.0
        places.append(at)
        at += after
    if not places:
        return
    middle, most = places[-1] / 2, max(cell.half - INSET, 0.0)
    cell.up = max(cell.up, middle + rooms[0][0])
    cell.down = max(cell.down, places[-1] - middle + rooms[-1][1])
    for piece, place in zip(cell.left, places):
        piece.enter = place - middle
        piece.land = piece.enter if middle <= most else most * piece.enter / middle


def _room(piece: Piece, flat: bool) -> tuple[float, float]:
    """What a line needs on either side of it, with its caption above (or, where the flow goes down, to the right)."""
    _, across = piece.caption
    if not across:
        return LINE, LINE
    return (across + BESIDE, BESIDE) if flat else (LINE, across + BESIDE + LINE)


def spread(row: Row, framing: Framing) -> dict[Scope, tuple[float, float]]:
    """Give each cell its place across the flow; return the extent of each frame."""
    gaps = [_distances(layer, framing) for layer in row.layers]
    for layer, distances in zip(row.layers, gaps):
        at = 0.0
        for cell, distance in zip(layer, [0.0, *distances]):
            at += distance
            cell.c = at
    sweeps = SWEEPS if len(row.cells) <= MANY else FEW
    for sweep in range(sweeps + FINAL):
        forward, final = sweep % 2 == 0, sweep >= sweeps
        for k in range(len(row.layers)) if forward else range(len(row.layers) - 1, -1, -1):
            _settle(row.layers[k], gaps[k], final)
    extents: dict[Scope, tuple[float, float]] = {}
    _separate(row.cells, 0, framing, extents)
    return extents


def _distances(layer: list[Cell], framing: Framing) -> list[float]:
    """The least distance between the middles of neighbours, with room for the frames between them."""
    distances = []
    for a, b in zip(layer, layer[1:]):
        gap = ACROSS if a.unit != NONE or b.unit != NONE else 0.0
        if a.unit == NONE and b.unit == NONE:
            gap = TRACK - 2 * LINE
        common = next((i for i, (x, y) in enumerate(zip(a.scope, b.scope)) if x != y), min(len(a.scope), len(b.scope)))
        closed = MARGIN * (len(a.scope) - common)
        opened = sum(framing.before(b.scope[: d + 1]) for d in range(common, len(b.scope)))
        distances.append(a.down + b.up + gap + closed + opened)
    return distances


def _settle(layer: list[Cell], distances: list[float], final: bool) -> None:
    """Move the cells of a layer to where their lines pull them, as near as the distances allow (least squares)."""
    blocks: list[tuple[float, float, int]] = []  # weighted sum, weight, cells
    offset = 0.0
    for i, cell in enumerate(layer):
        offset += distances[i - 1] if i else 0.0
        wanted, weight = _wanted(cell, final)
        total, mass, count = (wanted - offset) * weight, weight, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / mass:
            before = blocks.pop()
            total, mass, count = total + before[0], mass + before[1], count + before[2]
        blocks.append((total, mass, count))
    i, offset = 0, 0.0
    for total, mass, count in blocks:
        for _ in range(count):
            offset += distances[i - 1] if i else 0.0
            layer[i].c = total / mass + offset
            i += 1


def _wanted(cell: Cell, final: bool) -> tuple[float, float]:
    """The place at which the lines of a cell would be straight, and how much that matters."""
    total = mass = 0.0
    for wanted, weight in _pulls(cell):
        if final and weight < STRAIGHT:
            continue
        total += wanted * weight
        mass += weight
    return (total / mass, mass) if mass else (cell.c, 0.05)


def _pulls(cell: Cell) -> Iterator[tuple[float, float]]:
    for piece in cell.left:
        if (other := piece.source) is not None:
            yield other.c + piece.leave - piece.enter, _weight(other, cell)
    for piece in cell.right:
        if (other := piece.target) is not None:
            yield other.c + piece.enter - piece.leave, _weight(cell, other)


def _weight(source: Cell, target: Cell) -> float:
    lone = source.unit == NONE and target.unit == NONE
    return STRAIGHT if lone or len(source.right) == 1 and len(target.left) == 1 else 1.0


def slide(row: Row) -> None:
    """Let the only line that leaves a card go straight on, if the card is high enough beside its end."""
    for cell in row.cells:
        if cell.unit == NONE or len(cell.right) != 1:
            continue
        piece = cell.right[0]
        if (target := piece.target) is not None:
            straight = target.c + piece.enter - cell.c
            most = max(cell.half - INSET, 0.0)
            piece.leave = straight if -most <= straight <= most else 0.0


def _separate(
    cells: list[Cell], depth: int, framing: Framing, extents: dict[Scope, tuple[float, float]]
) -> tuple[float, float]:
    """Shift bands apart where frames would reach into each other; return the extent of all cells."""
    bands: dict[int, list[Cell]] = {}
    for cell in cells:
        bands.setdefault(cell.band[depth] if len(cell.band) > depth else 0, []).append(cell)
    low, high = float("inf"), float("-inf")
    for number in sorted(bands):
        top, bottom = _extent(bands[number], depth, framing, extents)
        shift = max(high + ACROSS - top, 0.0) if high > float("-inf") else 0.0
        if shift:
            _shift(bands[number], depth, shift, extents)
        low, high = min(low, top + shift), max(high, bottom + shift)
    return low, high


def _extent(
    cells: list[Cell], depth: int, framing: Framing, extents: dict[Scope, tuple[float, float]]
) -> tuple[float, float]:
    """The extent of a band: of its loose cells and of the frames in it."""
    inner: dict[Scope, list[Cell]] = {}
    low, high = float("inf"), float("-inf")
    for cell in cells:
        if len(cell.scope) > depth:
            inner.setdefault(cell.scope[: depth + 1], []).append(cell)
        else:
            low, high = min(low, cell.c - cell.up), max(high, cell.c + cell.down)
    for scope, members in inner.items():
        top, bottom = _separate(members, depth + 1, framing, extents)
        top -= framing.before(scope)
        extents[scope] = top, max(bottom + MARGIN, top + framing.across(scope))
        low, high = min(low, extents[scope][0]), max(high, extents[scope][1])
    return low, high


def _shift(cells: list[Cell], depth: int, by: float, extents: dict[Scope, tuple[float, float]]) -> None:
    scopes = {cell.scope[: d + 1] for cell in cells for d in range(depth, len(cell.scope))}
    for scope in scopes & extents.keys():
        extents[scope] = extents[scope][0] + by, extents[scope][1] + by
    for cell in cells:
        cell.c += by
