"""What stands above a picture: its header, the legend of its arrows, and its note."""

from __future__ import annotations

from math import ceil

from ..formats.dot_tables import gap, table
from ..picture.flow_overlay import Legend
from ..picture.panels import Line
from ..picture.parts import Picture
from ..picture.theme import magnitude
from .cards import WIDEST, Cards

HEADER = 520.0  # points that a line of the header may take before it is wrapped
ROOM = 2  # points between tick marks, for each cell of the bar
HIGH = 10  # of the bar, and of the space above it and below all


def above(cards: Cards, picture: Picture) -> str:
    """The label of the whole drawing: rows of one width, left under each other; empty where there is none."""
    lines = [part for line in picture.header for part in cards.wrapped(line, HEADER)]
    told = [part for line in picture.legend.lines for part in cards.wrapped(line, HEADER)] if picture.legend else []
    note = [*cards.wrapped(Line(picture.note, "note"), HEADER if lines else WIDEST)] if picture.note else []
    if not (lines or note or picture.legend):
        return ""
    widths = [cards.width(x.text, x.style) for x in (*lines, *told, *note)]
    if picture.legend is None and not lines:
        return table([cards.row(x.text, x.style, max(widths), cards.theme.faint) for x in note])
    width = max(*widths, _bar_width(cards, picture.legend), 1)
    rows = [_left(cards, x, width, cards.theme.text) for x in lines]
    rows += _legend(cards, picture.legend, width) if picture.legend else []
    rows += [_left(cards, x, width, cards.theme.faint) for x in (*told, *note)]
    return table([*rows, _space(width)])


def _left(cards: Cards, line: Line, width: int, color: str) -> str:
    return f"<TR>{cards.cell(line.text, line.style, width, color, align='LEFT')}</TR>"


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


def _legend(cards: Cards, legend: Legend, width: int) -> list[str]:
    """A title, the bar, and tick marks in the middle under the edges of its cells."""
    cell, cells, theme = _cell_width(cards, legend), _cells(legend), cards.theme
    beside, tick = cell * cells // 2, cell * cells
    high = ceil(HIGH * theme.scale)
    size = f'FIXEDSIZE="TRUE" WIDTH="{cell}" HEIGHT="{high}"'
    bar = [f'<TD {size} BGCOLOR="{magnitude(theme, tone)}"></TD>' for tone in legend.tones]
    marks = [cards.cell(t, "note", tick, theme.faint) for t in legend.ticks]
    spare = gap(width - tick * len(legend.ticks))
    return [
        _space(width),
        _left(cards, Line(legend.title, "note"), width, theme.faint),
        _row(gap(beside) + "".join(bar) + gap(tick - beside) + spare),
        _row("".join(marks) + spare),
    ]


def _space(width: int) -> str:
    return f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{HIGH}"></TD></TR>'


def _row(cells: str) -> str:
    return f"<TR><TD>{table([f'<TR>{cells}</TR>'])}</TD></TR>"
