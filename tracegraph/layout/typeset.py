"""Cells and rows of text, measured, in the type sizes of a theme."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from unicodedata import category

from ..picture.panels import Line
from ..picture.theme import Theme
from ..text.metrics import fit, text_width
from ..text.numbers import clean
from .cells import Cell, Row

WIDEST = 340.0  # points that a line of text may take before it is wrapped
LINE = 1.25  # height of a line of text, in sizes of the type
LINES = 4  # that a wrapped text may take; the rest is an ellipsis
BOLD = ("headline",)  # styles that are bold
BLANK = frozenset("Cf Cc Zs Zl Zp Mn Me".split())  # categories of characters that show nothing by themselves
FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that show nothing either


class Typeset:
    """Makes the texts of one picture."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def wrapped(self, line: Line, widest: float = WIDEST) -> Iterator[Line]:
        """Break a long line at its spaces."""
        size, bold, widest = self.theme.size(line.style), line.style in BOLD, widest * self.theme.scale
        lines: list[str] = []
        for word in line.text.split(" "):
            if lines and text_width(f"{lines[-1]} {word}", size, bold) <= widest:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        if len(lines) > LINES:
            lines[LINES - 1 :] = [lines[LINES - 1] + " …"]
        return (Line(fit(text, size, bold, widest), line.style) for text in lines)

    def line_height(self, style: str) -> int:
        return ceil(self.theme.size(style) * LINE)

    def width(self, text: str, style: str, bold: bool = False) -> int:
        return ceil(text_width(text, self.theme.size(style), bold) + 4)

    def text(self, text: str, style: str, color: str, bold: bool = False) -> Row:
        """A cell that is as wide as its text, which is held at the left."""
        return [self.cell(text, style, self.width(text, style, bold), color, bold=bold, align="LEFT")]

    def row(self, text: str, style: str, width: int, color: str, bold: bool = False) -> Row:
        return [self.cell(text, style, width, color, bold=bold)]

    def cell(
        self,
        text: str,
        style: str,
        width: int,
        color: str,
        *,
        bold: bool = False,
        struck: bool = False,
        align: str = "CENTER",
        fill: str = "",
        high: int = 0,
        frame: bool = False,
    ) -> Cell:
        """One cell of fixed size with one line of text."""
        shown = clean(text) if _visible(text) else ""
        high = high or self.line_height(style)
        ring = self.theme.focus if frame else ""
        return Cell(width, high, shown, self.theme.size(style), color, bold, struck, align, fill, ring)


def _visible(text: str) -> bool:
    """Whether a text has anything to draw; of one that has not, Pango makes an error instead of a picture."""
    return any(category(c) not in BLANK and c not in FILLERS for c in text)
