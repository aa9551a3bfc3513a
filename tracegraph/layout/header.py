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
BESIDE = 40  # between the words and the legend
HIGH = 10  # of the bar, and of the space above it and below all


def above(cards: Cards, picture: Picture) -> Table | None:
    """The header of the whole drawing: lines and key, beside them the legend; None where there is nothing to say."""
    legend = _legend(cards, picture.legend) if picture.legend else None
    room = HEADER - (legend.width / cards.theme.scale + BESIDE if legend else 0)
    words = _words(cards, picture, room)
    if words is None or legend is None:
        return words or legend
    return Table(
        [[_topped(words, legend.height), *gap(ceil(BESIDE * cards.theme.scale)), _topped(legend, words.height)]]
    )


def _words(cards: Cards, picture: Picture, room: float) -> Table | None:
    """Title, caption and notes, and the key, in rows of one width, left under each other."""
    lines = [part for line in picture.header for part in cards.wrapped(line, room)]
    note = [*cards.wrapped(Line(picture.note, "note"), room if lines else WIDEST)] if picture.note else []
    key = key_rows(cards, picture.key)
    if not (lines or note or key):
        return None
    widths = [cards.width(x.text, x.style, x.style in BOLD) for x in (*lines, *note)]
    if picture.legend is None and not (lines or key):
        return Table([cards.row(x.text, x.style, max(widths), cards.theme.faint) for x in note])
    width = max(*widths, *map(width_of, key), 1)
    rows = [_left(cards, x, width, cards.theme.text) for x in lines]
    rows += [gap(width, SPACE) for _ in key[:1] if lines] + [filled(row, width) for row in key]
    rows += [_left(cards, x, width, cards.theme.faint) for x in note]
    return Table([*rows, gap(width, HIGH)])


def _topped(table: Table, height: int) -> Table:
    """The table at the top of so much room."""
    spare = height - table.height
    return Table([[table], gap(1, spare)]) if spare > 0 else table


def _left(cards: Cards, line: Line, width: int, color: str) -> Row:
    return [cards.cell(line.text, line.style, width, color, bold=line.style in BOLD, align="LEFT")]


def _cell_width(cards: Cards, legend: Legend) -> int:
    """Of one cell of the bar: the tick marks under it do not touch."""
    return ceil(max(cards.width(t, "note") for t in legend.ticks) / _cells(legend)) + ROOM


def _cells(legend: Legend) -> int:
    """Cells of the bar from one tick mark to the next."""
    return len(legend.tones) // (len(legend.ticks) - 1)


def _legend(cards: Cards, legend: Legend) -> Table:
    """A title, the bar, tick marks in the middle under the edges of its cells, and what else arrows look like."""
    cell, cells, theme = _cell_width(cards, legend), _cells(legend), cards.theme
    beside, tick = cell * cells // 2, cell * cells
    lines = [part for line in legend.lines for part in cards.wrapped(line)]
    bar = [Cell(cell, ceil(HIGH * theme.scale), fill=magnitude(theme, tone)) for tone in legend.tones]
    marks = [cards.cell(t, "note", tick, theme.faint) for t in legend.ticks]
    texts = [Line(legend.title, "note"), *lines]
    width = max(tick * len(legend.ticks), *(cards.width(x.text, x.style) for x in texts))
    spare = gap(width - tick * len(legend.ticks))
    title, *rest = [_left(cards, x, width, theme.faint) for x in texts]
    scale = [[Table([[*gap(beside), *bar, *gap(tick - beside), *spare]])], [Table([[*marks, *spare]])]]
    return Table([title, *scale, *rest, gap(width, HIGH)])
