"""How an arrow looks, and the caption beside it."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from ..picture.parts import Arrow
from ..picture.theme import Theme, magnitude
from .cards import CAPTION, Cards
from .cells import Table, gap, padded, width_of

CAPTIONED = "contribution"  # the part of an arrow that its caption is
ASIDE = 8  # between an arrow that points up or down and its caption


class Stroke(NamedTuple):
    """Colour, style (solid, dashed or dotted) and width of an arrow, its head, and whether a dot is at its tail."""

    color: str
    style: str
    width: float
    head: str = "normal"
    dot: bool = False


def stroke(theme: Theme, arrow: Arrow) -> Stroke:
    """By the size of what flows back in a `Flow`, by its sign elsewhere."""
    if arrow.update:
        return Stroke(theme.update, "solid", theme.scale)
    if arrow.weight is None:
        return Stroke(theme.none, "dashed", 1.0, head="empty")
    marked = arrow.paint is not None and bool(arrow.paint.paths)
    color, style = _look(theme, arrow)
    return Stroke(color, style, (1 + 2.5 * arrow.weight + marked) * theme.scale, dot=marked)


def _look(theme: Theme, arrow: Arrow) -> tuple[str, str]:
    """Colour and style of the line of an arrow along which something flows back."""
    if not arrow.finite:
        return theme.invalid, "dotted"
    if arrow.paint is not None:
        return theme.neutral if arrow.paint.tone is None else magnitude(theme, arrow.paint.tone), "solid"
    color = {1: theme.positive, -1: theme.negative}.get(arrow.sign, theme.neutral)
    return color, theme.negative_style if arrow.sign < 0 else "solid"


def caption(cards: Cards, arrow: Arrow, across: bool, least: Table | None = None) -> Table | None:
    """The lines beside an arrow; None where there are none. ``across``: the arrow points to the left or the right.

    ``least``: what it is not to be smaller than.
    """
    if not arrow.lines or arrow.update or arrow.weight is None:
        return None
    theme = cards.theme
    lines = [part for line in arrow.lines for part in cards.wrapped(line, CAPTION)]
    beside = gap(0 if across else ceil(ASIDE * theme.scale))  # or the text would touch the arrow
    inside = least.width - width_of(beside) if least else 0
    width = max(inside, *(cards.width(x.text, x.style, x.style == "contribution") for x in lines))
    # A colour of the map is too pale for text.
    color = theme.text if arrow.paint and arrow.finite else _look(theme, arrow)[0]
    colors = {"caption": theme.faint, "contribution": color}
    rows = [cards.row(x.text, x.style, width, colors[x.style], x.style == "contribution") for x in lines]
    rows = padded(rows, least.height) if least else rows
    return Table([[*beside, Table(rows, part=CAPTIONED)]])
