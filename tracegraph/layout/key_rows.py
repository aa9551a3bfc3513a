"""The key of a picture: a sample of each thing that occurs, and what it means, in rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from ..picture.parts import Entry
from ..picture.theme import ink, shade
from ..text.numbers import MINUS
from .arrays import DEEPEST
from .cards import Cards
from .cells import Cell, Row, Table, gap, spaced, width_of

WIDE = 640.0  # points that a row of the key may take
APART = 14  # between two entries
SAMPLE = 20  # width of the sample of a role
BARS = (1, 2, 4)  # widths of the lines that show that width means something
PATTERNS = {"solid": (20,), "dashed": (5, 3, 5, 3, 5), "dotted": (2, 3, 2, 3, 2, 3, 2)}
"""Lengths of line and gap in turn."""
LEAD = 4  # between a sample and its meaning
TONES = {MINUS: -1.0, "0": 0.0, "+": 1.0}


def key_rows(cards: Cards, key: Sequence[Entry]) -> list[Row]:
    """The entries, as many in a row as there is place for."""
    rows: list[list[Cell | Table]] = []
    for entry in key:
        entry_cells = [*SAMPLES[entry.kind](cards, entry.sign), *cards.text(entry.meaning, "note", cards.theme.faint)]
        between = gap(ceil(APART * cards.theme.scale))
        if rows and width_of([*rows[-1], *between, *entry_cells]) <= WIDE * cards.theme.scale:
            rows[-1] += [*between, *entry_cells]
        else:
            rows.append(entry_cells)
    return [*rows]


def _sign(cards: Cards, sign: str) -> Row:
    return cards.text(sign, "note", cards.theme.text, bold=True)


def _role(cards: Cards, sign: str) -> Row:
    """A small card in the colour of the role, with its sign where it has one."""
    theme = cards.theme
    size = ceil(SAMPLE * theme.scale), cards.line_height("note") - 4
    inside = cards.cell(theme.signs.get(sign, ""), "note", size[0], theme.faint, high=size[1])
    return [_middle(cards, Table([[inside]], theme.roles[sign], theme.border, rounded=True)), *gap(LEAD)]


def _cells(cards: Cards, sign: str) -> Row:
    """Cells of a grid: below, at and above zero."""
    theme, side = cards.theme, cards.line_height("note") - 2
    fills = {text: shade(theme.diverging, DEEPEST * tone) for text, tone in TONES.items()}
    row = [cards.cell(text, "cell", side, ink(fill), fill=fill, high=side) for text, fill in fills.items()]
    return [_middle(cards, Table([row])), *gap(LEAD)]


def _line(cards: Cards, sign: str) -> Row:
    """A line, or three of different widths."""
    theme = cards.theme
    looks = {
        "positive": (theme.positive, "solid"),
        "negative": (theme.negative, theme.negative_style),
        "width": (theme.neutral, "solid"),
        "update": (theme.update, "solid"),
        "none": (theme.none, "dashed"),
        "nan": (theme.invalid, "dotted"),
    }
    color, style = looks[sign]
    bars = [_bar(cards, color, PATTERNS[style], wide) for wide in (BARS if sign == "width" else BARS[1:2])]
    return [*spaced(bars, LEAD), *gap(LEAD)]


def _bar(cards: Cards, color: str, pattern: Sequence[int], wide: int) -> Table:
    scale = cards.theme.scale
    sizes = [ceil(length * scale) for length in pattern]
    row = [Cell(size, ceil(wide * scale), fill="" if i % 2 else color) for i, size in enumerate(sizes)]
    return _middle(cards, Table([row]))


def _middle(cards: Cards, table: Table) -> Table:
    """A table in the middle of a line of text."""
    spare = cards.line_height("note") - table.height
    return Table([*[gap(1, spare // 2)] * (spare > 1), [table], *[gap(1, spare - spare // 2)] * (spare > 0)])


SAMPLES: dict[str, Callable[[Cards, str], Row]] = {"sign": _sign, "role": _role, "cells": _cells, "line": _line}
"""What makes the sample of each kind of entry."""
