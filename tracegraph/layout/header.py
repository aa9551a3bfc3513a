"""Lay out the header, the key, the legend of the arrows and the note above a picture."""

from __future__ import annotations

from math import ceil

from ..picture.flow_overlay import Legend
from ..picture.panels import Line
from ..picture.parts import Picture
from ..picture.theme import magnitude
from .cards import Cards
from .cells import Cell, Row, Table, filled, gap, width_of
from .key_rows import key_rows
from .typeset import BOLD, WIDEST

HEADER = 760.0  # points that a line of the header may take before it is wrapped
ROOM = 2  # points between tick marks, for each cell of the bar
SPACE = 6  # between the title and the key
HIGH = 10  # of the bar, and of the space above it and below all


def above(cards: Cards, picture: Picture) -> Table | None:
    """The header of the whole drawing: rows of one width, left under each other; None where there is nothing to say."""
    lines = [part for line in picture.header for part in cards.wrapped(line, HEADER)]
    keys = [part for line in picture.legend.lines for part in cards.wrapped(line, HEADER)] if picture.legend else []
    note = [*cards.wrapped(Line(picture.note, "note"), HEADER if lines else WIDEST)] if picture.note else []
    key = key_rows(cards, picture.key)
    if not (lines or note or key or picture.legend):
        return None
    widths = [cards.width(x.text, x.style, x.style in BOLD) for x in (*lines, *keys, *note)]
    if picture.legend is None and not (lines or key):
        return Table([cards.row(x.text, x.style, max(widths), cards.theme.faint) for x in note])
    width = max(*widths, *map(width_of, key), _bar_width(cards, picture.legend), 1)
    rows = [_left(cards, x, width, cards.theme.text) for x in lines]
    rows += [gap(width, SPACE) for _ in key[:1] if lines] + [filled(row, width) for row in key]
    rows += _legend(cards, picture.legend, width) if picture.legend else []
    rows += [_left(cards, x, width, cards.theme.faint) for x in (*keys, *note)]
    return Table([*rows, gap(width, HIGH)])


def _left(cards: Cards, line: Line, width: int, color: str) -> Row:
    return [cards.cell(line.text, line.style, width, color, bold=line.style in BOLD, align="LEFT")]


def _cell_width(cards: Cards, legend: Legend) -> int:
    """Of one cell of the bar: the tick marks under it do not touch."""
    return ceil(max(cards.width(t, "note") for t in legend.ticks) / _cells(legend)) + ROOM


def _cells(legend: Legend) -> int:
    """Cells of the bar from one tick mark to the next."""
    return len(legend.tones) // (len(legend.ticks) - 1)


def _bar_width(cards: Cards, legend: Legend | None) -> int:
    if legend is None:
        return 0
    ticks = len(legend.ticks) * _cells(legend) * _cell_width(cards, legend)
    return max(cards.width(legend.title, "note"), ticks)


def _legend(cards: Cards, legend: Legend, width: int) -> list[Row]:
    """A title, the bar, and tick marks in the middle under the edges of its cells."""
    cell, cells, theme = _cell_width(cards, legend), _cells(legend), cards.theme
    beside, tick = cell * cells // 2, cell * cells
    high = ceil(HIGH * theme.scale)
    bar = [Cell(cell, high, fill=magnitude(theme, tone)) for tone in legend.tones]
    marks = [cards.cell(t, "note", tick, theme.faint) for t in legend.ticks]
    spare = gap(width - tick * len(legend.ticks))
    return [
        gap(width, HIGH),
        _left(cards, Line(legend.title, "note"), width, theme.faint),
        [Table([[*gap(beside), *bar, *gap(tick - beside), *spare]])],
        [Table([[*marks, *spare]])],
    ]
