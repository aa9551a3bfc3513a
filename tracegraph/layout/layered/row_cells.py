"""Cells: what stands in the layers of a row, cards and the places where long lines pass, and the lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .docking import Unit
from .plan import LINE, Scope, Size

NONE = -1


@dataclass(slots=True, eq=False)
class Cell:
    """A card with its docked leaves, or a place that a line passes (``unit`` is `NONE`).

    ``c`` is the middle of the card across the flow; ``up`` and ``down`` what it needs on either side of it.
    ``left`` and ``right`` are the line pieces that come in and go out, in the order of their ports.
    """

    unit: int
    layer: int
    scope: Scope
    half: float = 0.0
    c: float = 0.0
    up: float = LINE
    down: float = LINE
    left: list[Piece] = field(default_factory=list)
    right: list[Piece] = field(default_factory=list)
    band: tuple[int, ...] = ()
    place: int = 0


@dataclass(slots=True, eq=False)
class Piece:
    """The part of a line between two layers; `None` at an end is the gap above or below the row.

    ``caption``: along and across, of the piece that arrives at the card. ``leave`` and ``enter`` are its ports, from
    the middle of the cells; ``land`` is where it meets the card, to which it bends if that is lower than its captions.
    """

    link: int
    source: Cell | None
    target: Cell | None
    caption: Size = (0.0, 0.0)
    track: float = 0.0
    leave: float = 0.0
    enter: float = 0.0
    land: float = 0.0


@dataclass(slots=True, eq=False)
class Row:
    """The cells of consecutive layers, and for each channel (before each layer, and after the last) its pieces."""

    first: int
    layers: list[list[Cell]]
    channels: list[list[Piece]]

    @property
    def cells(self) -> list[Cell]:
        return [cell for layer in self.layers for cell in layer]


def rows_of(
    units: Sequence[Unit],
    layer: Sequence[int],
    scopes: Sequence[Scope],
    lines: Sequence[tuple[int, int, int, Size]],
    begins: Sequence[int],
) -> tuple[list[Row], dict[int, int]]:
    """Fill rows with cells; ``lines`` are link, source unit, target unit and caption. Also the row of each layer."""
    count = max(layer, default=-1) + 1
    ends = [*begins[1:], count]
    rows = [Row(b, [[] for _ in range(b, e)], [[] for _ in range(b, e + 1)]) for b, e in zip(begins, ends, strict=True)]
    row_of = {k: i for i, (b, e) in enumerate(zip(begins, ends)) for k in range(b, e)}
    cell_of = []
    for i, unit in enumerate(units):
        row = rows[row_of[layer[i]]]
        half = unit.size[1] / 2
        cell = Cell(i, layer[i] - row.first, scopes[i], half, 0.0, half + unit.above, half + unit.below)
        row.layers[cell.layer].append(cell)
        cell_of.append(cell)
    spans = [_spans(row) for row in rows]
    for link, s, t, caption in lines:
        source, target = cell_of[s], cell_of[t]
        r, q = row_of[layer[s]], row_of[layer[t]]
        if r != q:
            _join(rows[r], source.layer + 1, Piece(link, source, None))
            _join(rows[q], target.layer, Piece(link, None, target, caption))
            continue
        last = source
        for k in range(source.layer + 1, target.layer):
            passing = Cell(NONE, k, _inside(k, scopes[s], scopes[t], spans[r]))
            rows[r].layers[k].append(passing)
            _join(rows[r], k, Piece(link, last, passing))
            last = passing
        _join(rows[r], target.layer, Piece(link, last, target, caption))
    return rows, row_of


def _join(row: Row, channel: int, piece: Piece) -> None:
    row.channels[channel].append(piece)
    if piece.source is not None:
        piece.source.right.append(piece)
    if piece.target is not None:
        piece.target.left.append(piece)


def _spans(row: Row) -> dict[Scope, tuple[int, int]]:
    """The first and last layer of each scope in a row."""
    spans: dict[Scope, tuple[int, int]] = {}
    for cell in row.cells:
        for depth in range(1, len(cell.scope) + 1):
            first, last = spans.get(cell.scope[:depth], (cell.layer, cell.layer))
            spans[cell.scope[:depth]] = min(first, cell.layer), max(last, cell.layer)
    return spans


def _inside(layer: int, source: Scope, target: Scope, spans: dict[Scope, tuple[int, int]]) -> Scope:
    """The innermost scope of either end that reaches over a layer: a line passes other scopes outside."""
    deepest: Scope = ()
    for scope in (source, target):
        for depth in range(len(scope), len(deepest), -1):
            first, last = spans[scope[:depth]]
            if first <= layer <= last:
                deepest = scope[:depth]
                break
    return deepest
