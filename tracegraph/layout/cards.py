"""The table of each card: rows of cells whose sizes are measured before anything is placed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from unicodedata import category

from ..picture.heat import Heat, png
from ..picture.panels import Grid, Line, Panel
from ..picture.parts import Box
from ..picture.theme import Theme, ink, shade
from ..text.metrics import fit, text_width
from ..text.numbers import MINUS, clean
from .cells import Cell, Row, Table, centered, gap, named, spaced

WIDEST = 340.0  # points that a line of text may take before it is wrapped
CAPTION = 190.0  # that a caption on an arrow or a heading may take
LINES = 4  # that a wrapped text may take; the rest is an ellipsis
DEEPEST = 0.8  # of the colour map, in cells: its ends are too dark beside text
NOT_FINITE = ("NaN", "∞", MINUS + "∞")
BLANK = frozenset("Cf Cc Zs Zl Zp Mn Me".split())  # categories of characters that show nothing by themselves
FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that show nothing either
PARTS = ("value", "gradient")  # what the panels of a card show
GRID_GAP = 6  # between the matrices of one array
GAP = 14  # between value and gradient
LEAD = 4  # between formula and value


class Cards:
    """Makes the tables of one picture; without ``with_images`` a heat map takes no room."""

    def __init__(self, theme: Theme, with_images: bool = True) -> None:
        self.theme, self.with_images = theme, with_images

    def card(self, box: Box) -> Table:
        """One card: the head in the colour of its role, and a white panel with all else."""
        theme = self.theme
        lines = [part for line in box.lines for part in self.wrapped(line)]
        title = fit(box.title, theme.size("title"), True, WIDEST * theme.scale)
        kind = self.width(box.kind, "kind")
        tags = [(fit(t.text, theme.size("note"), True, WIDEST * theme.scale), t.tone) for t in box.tags]
        panels = [self.natural(p) for p in box.panels]
        stacked = _flat(box.panels) and sum(panels) > WIDEST * theme.scale
        widths = [self.width(title, "title", True) + kind + 14, *(self.width(x.text, x.style) for x in lines)]
        widths += [self.width(text, "note", True) for text, _ in tags]
        widths += [sum(w for _, w, _ in self.pieces(x)) for x in box.marks]
        widths += [max(panels) if stacked else sum(panels) + GAP * (len(panels) - 1)] if panels else []
        width = ceil(max(*widths, 44 * theme.scale))
        rows: list[Row] = [row for x in lines for row in self.line(x, width)]
        rows += named("tags", [self.row(t, "note", width, getattr(theme, tone), bold=True) for t, tone in tags])
        rows += [gap(1, LEAD)] if rows and panels else []
        rows += self.stacked(box, width) if stacked else [self.side_by_side(box, panels, width)] if panels else []
        rows += named("marks", [self.marked(x, width) for x in box.marks])
        body = [[Table([[Table(rows)]], fill=theme.card, rounded=True, padding=3)]] if rows else []
        head = [
            self.cell(title, "title", width + 6 - kind, theme.text, bold=True, align="LEFT"),
            self.cell(box.kind, "kind", kind, theme.faint, align="RIGHT", height="title"),
        ]
        fill = theme.roles[box.role]
        return Table([[Table([head], inset=4)], *body], fill, theme.border, rounded=True, padding=2)

    def stacked(self, box: Box, width: int) -> list[Row]:
        """The panels below each other."""
        made = [self.panel(p, width, f"{box.key}_{i}") for i, p in enumerate(box.panels)]
        return [row for part, rows in zip(PARTS, made) for row in named(part, rows)]

    def side_by_side(self, box: Box, panels: Sequence[int], width: int) -> Row:
        """The panels in a row, which share the room that is left, and are made equally high."""
        left = width - sum(panels) - GAP * (len(panels) - 1)
        heights = [self.height(p) for p in box.panels]
        cells = []
        for i, (panel, natural) in enumerate(zip(box.panels, panels, strict=True)):
            own = natural + left // len(panels) + (left % len(panels) if i == 0 else 0)
            rows = self.panel(panel, own, f"{box.key}_{i}")
            if short := max(heights) - heights[i]:
                rows.append(gap(own, short))
            cells.append(Table(rows, part=PARTS[i]))
        return [Table([spaced(cells, GAP)])]

    def line(self, line: Line, width: int) -> list[Row]:
        """A line above the panels; one with numbers comes with the value."""
        row = self.row(line.text, line.style, width, self.theme.text if line.style == "formula" else self.theme.faint)
        return named("value", [row]) if line.style == "numbers" else [row]

    def natural(self, panel: Panel) -> int:
        """The least width of a panel."""
        texts = [self.width(self.heading(panel), "heading"), self.width(panel.number, "value") if panel.number else 0]
        texts += [self.width(x.text, x.style) for x in (*panel.lines, *panel.spread)]
        images = (self.image_size(i)[0] for i in (panel.heat, panel.spark))
        return ceil(max(*texts, self.grids_width(panel.grids), *images))

    def heading(self, panel: Panel) -> str:
        return fit(panel.heading, self.theme.size("heading"), False, CAPTION * self.theme.scale)

    def height(self, panel: Panel) -> int:
        """How high the rows of a panel are together."""
        styles = ["heading", *(["value"] if panel.number else []), *(x.style for x in (*panel.lines, *panel.spread))]
        grids = max((len(g.cells) * (self.cell_size(g)[1] + 1) + 1 for g in panel.grids), default=0)
        images = sum(self.image_size(i)[1] for i in (panel.heat, panel.spark))
        return sum(self.line_height(s) for s in styles) + grids + images

    def panel(self, panel: Panel, width: int, name: str) -> list[Row]:
        """The rows of a value or a gradient, each of exactly this width."""
        theme = self.theme
        rows = [self.row(self.heading(panel), "heading", width, theme.faint)]
        if panel.number:
            color = {1: theme.positive, -1: theme.negative}.get(panel.sign, theme.text)
            color = theme.invalid if panel.number in NOT_FINITE else color
            rows.append(self.row(panel.number, "value", width, color))
        if panel.grids:
            grids = spaced([self.grid(g) for g in panel.grids], GRID_GAP)
            rows.append(centered(Table([grids]), width - self.grids_width(panel.grids)))
        rows += self.image(panel.heat, width, f"{name}.png")
        rows += [self.row(x.text, x.style, width, theme.faint) for x in panel.lines]
        rows += self.image(panel.spark, width, f"{name}_spark.png")
        return rows + [self.row(x.text, x.style, width, theme.faint) for x in panel.spread]

    def image(self, heat: Heat | None, width: int, name: str) -> list[Row]:
        """The row of an image."""
        if heat is None or not self.with_images:
            return []
        w, h = self.image_size(heat)
        image = Cell(w, h, image=name, data=png(heat.tones, self.theme.image, self.theme.card))
        return [centered(Table([[image]]), width - w)]

    def image_size(self, heat: Heat | None) -> tuple[int, int]:
        if heat is None or not self.with_images:
            return 0, 0
        return ceil(heat.width * self.theme.scale), ceil(heat.height * self.theme.scale)

    def grids_width(self, grids: Sequence[Grid]) -> int:
        inner = sum((self.cell_size(g)[0] + 1) * len(g.cells[0]) + 1 for g in grids)
        return inner + GRID_GAP * (len(grids) - 1) if grids else 0

    def cell_size(self, grid: Grid) -> tuple[int, int]:
        size = self.theme.size("cell")
        widest = max(text_width(t, size) for row in grid.cells for t in row)
        return max(ceil(widest + 6), ceil(size * 1.9)), ceil(size * 1.75)

    def grid(self, grid: Grid) -> Table:
        """A matrix, number by number."""
        width, height = self.cell_size(grid)
        rows = []
        framed = grid.focus or [[False] * len(row) for row in grid.cells]
        for texts, tones, frames in zip(grid.cells, grid.tones, framed, strict=True):
            fills = [self.theme.card if t is None else shade(self.theme.diverging, DEEPEST * t) for t in tones]
            cells = [
                self.cell(t, "cell", width, ink(fill), fill=fill, high=height, bold=frame, frame=frame)
                for t, fill, frame in zip(texts, fills, frames)
            ]
            rows.append(cells)
        return Table(rows, spacing=1)

    def wrapped(self, line: Line, widest: float = WIDEST) -> Iterator[Line]:
        """Break a long line at its spaces."""
        size, widest = self.theme.size(line.style), widest * self.theme.scale
        done: list[str] = []
        for word in line.text.split(" "):
            if done and text_width(f"{done[-1]} {word}", size) <= widest:
                done[-1] += f" {word}"
            else:
                done.append(word)
        if len(done) > LINES:
            done[LINES - 1 :] = [done[LINES - 1] + " …"]
        return (Line(fit(text, size, False, widest), line.style) for text in done)

    def line_height(self, style: str) -> int:
        return ceil(self.theme.size(style) * 1.4)

    def width(self, text: str, style: str, bold: bool = False) -> int:
        return ceil(text_width(text, self.theme.size(style), bold) + 4)

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
        height: str = "",
        high: int = 0,
        frame: bool = False,
    ) -> Cell:
        """One cell of fixed size with one line of text."""
        shown = clean(text) if _visible(text) else ""
        high = high or self.line_height(height or style)
        ring = self.theme.focus if frame else ""
        return Cell(width, high, shown, self.theme.size(style), color, bold, struck, align, fill, ring)

    def marked(self, line: Line, width: int) -> Row:
        """A row in which what was wrong is struck through; each part has a cell of its own, so none moves another."""
        color, pieces = self.theme.text, [*self.pieces(line)]
        cells = [self.cell(t, line.style, own, color, bold=not struck, struck=struck) for t, own, struck in pieces]
        return centered(Table([cells]), width - sum(own for _, own, _ in pieces))

    def pieces(self, line: Line) -> list[tuple[str, int, bool]]:
        """The parts of a mark: text, width, and whether it is struck through."""
        parts = ((line.text.strip(), False), (line.struck, True), (line.after.strip(), False))
        return [(text, self.width(text, line.style, True), struck) for text, struck in parts if text]


def _visible(text: str) -> bool:
    """Whether a text has anything to draw; of one that has not, Pango makes an error instead of a picture."""
    return any(category(c) not in BLANK and c not in FILLERS for c in text)


def _flat(panels: Sequence[Panel]) -> bool:
    """Whether there are several panels, each one row of cells: side by side they would make a card much too wide."""
    return len(panels) > 1 and all(p.grids and all(len(g.cells) == 1 for g in p.grids) for p in panels)
