"""Cards as HTML-like tables of cells whose sizes were measured before; each number goes through one formatter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil
from unicodedata import category

from ..formats.dot_tables import centered, spaced, table
from ..picture.heat import Heat, png
from ..picture.panels import Grid, Line, Panel
from ..picture.parts import Box
from ..picture.theme import Theme, ink, shade
from ..text.metrics import fit, text_width
from ..text.numbers import MINUS, clean

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
    """Writes the tables of one picture and collects its images.

    ``parts``: what can appear by itself (value, gradient, ...) is a cell with that title, by which `scene` knows it.
    """

    def __init__(self, theme: Theme, with_images: bool, parts: bool = False) -> None:
        self.theme, self.with_images, self.parts = theme, with_images, parts
        self.images: dict[str, bytes] = {}

    def card(self, box: Box) -> str:
        """The label of one card: the head in the colour of its role, and a white panel with all else."""
        theme = self.theme
        lines = [part for line in box.lines for part in self.wrapped(line)]
        title = fit(box.title, theme.size("title"), True, WIDEST * theme.scale)
        kind = self.width(box.kind, "kind")
        widths = [self.width(title, "title", True) + kind + 14, *(self.width(x.text, x.style) for x in lines)]
        tags = [(fit(t.text, theme.size("note"), True, WIDEST * theme.scale), t.tone) for t in box.tags]
        widths += [self.width(text, "note", True) for text, _ in tags]
        widths += [sum(w for _, w, _ in self.pieces(x)) for x in box.marks]
        panels = [self.natural(p) for p in box.panels]
        stacked = _flat(box.panels) and sum(panels) > WIDEST * theme.scale
        across = max(panels) if stacked else sum(panels) + GAP * (len(panels) - 1)
        width = ceil(max(*widths, across, 44 * theme.scale))
        rows = [self.line(x, width) for x in lines]
        rows += self.part("tags", [self.row(t, "note", width, getattr(theme, tone), bold=True) for t, tone in tags])
        if rows and panels:
            rows.append(f'<TR><TD FIXEDSIZE="TRUE" WIDTH="1" HEIGHT="{LEAD}"></TD></TR>')
        if stacked:
            made = [self.panel(p, width, f"{box.key}_{i}") for i, p in enumerate(box.panels)]
            rows += [row for part, found in zip(PARTS, made) for row in self.part(part, found)]
        elif panels:
            rows.append(self.side_by_side(box, panels, width))
        rows += self.part("marks", [self.marked(x, width) for x in box.marks])
        body = f"<TR><TD>{table(rows, fill=theme.card, rounded=True, padding=3)}</TD></TR>" if rows else ""
        head = "".join(
            (
                self.cell(title, "title", width + 6 - kind, theme.text, bold=True, align="LEFT"),
                self.cell(box.kind, "kind", kind, theme.faint, align="RIGHT", height="title"),
            )
        )
        heading = f'<TR><TD CELLPADDING="4">{table([f"<TR>{head}</TR>"])}</TD></TR>'
        return (
            f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" STYLE="ROUNDED" '
            f'COLOR="{theme.border}" BGCOLOR="{theme.roles[box.role]}">{heading}{body}</TABLE>'
        )

    def side_by_side(self, box: Box, panels: Sequence[int], width: int) -> str:
        """The panels in a row; the space that is left is shared, so that none is stretched by Graphviz."""
        left = width - sum(panels) - GAP * (len(panels) - 1)
        heights = [self.height(p) for p in box.panels]
        cells = []
        for i, (panel, natural) in enumerate(zip(box.panels, panels, strict=True)):
            own = natural + left // len(panels) + (left % len(panels) if i == 0 else 0)
            rows = self.panel(panel, own, f"{box.key}_{i}")
            if short := max(heights) - heights[i]:
                rows.append(f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{own}" HEIGHT="{short}"></TD></TR>')
            cells.append(f"<TD{self.titled(PARTS[i])}>{table(rows)}</TD>")
        return f"<TR><TD>{table([spaced(cells, GAP)])}</TD></TR>"

    def line(self, line: Line, width: int) -> str:
        """A line above the panels; one with numbers comes with the value."""
        row = self.row(line.text, line.style, width, self.theme.text if line.style == "formula" else self.theme.faint)
        return self.part("value", [row])[0] if line.style == "numbers" else row

    def part(self, name: str, rows: list[str]) -> list[str]:
        """Rows that appear together."""
        return [f"<TR><TD{self.titled(name)}>{table(rows)}</TD></TR>"] if rows and self.parts else rows

    def titled(self, part: str) -> str:
        return f' TITLE="{part}"' if self.parts else ""

    def natural(self, panel: Panel) -> int:
        """The least width of a panel."""
        texts = [self.width(self.heading(panel), "heading"), self.width(panel.number, "value") if panel.number else 0]
        texts += [self.width(x.text, x.style) for x in (*panel.lines, *panel.spread)]
        images = (self.image_size(i)[0] for i in (panel.heat, panel.spark))
        return ceil(max(*texts, self.grids_width(panel.grids), *images))

    def heading(self, panel: Panel) -> str:
        return fit(panel.heading, self.theme.size("heading"), False, CAPTION * self.theme.scale)

    def height(self, panel: Panel) -> int:
        """How high the rows of a panel are together; Graphviz would stretch those of a lower one."""
        styles = ["heading", *(["value"] if panel.number else []), *(x.style for x in (*panel.lines, *panel.spread))]
        grids = max((len(g.cells) * (self.cell_size(g)[1] + 1) + 1 for g in panel.grids), default=0)
        images = sum(self.image_size(i)[1] for i in (panel.heat, panel.spark))
        return sum(self.line_height(s) for s in styles) + grids + images

    def panel(self, panel: Panel, width: int, name: str) -> list[str]:
        """The rows of a value or a gradient, each of exactly this width."""
        theme = self.theme
        rows = [self.row(self.heading(panel), "heading", width, theme.faint)]
        if panel.number:
            color = {1: theme.positive, -1: theme.negative}.get(panel.sign, theme.text)
            color = theme.invalid if panel.number in NOT_FINITE else color
            rows.append(self.row(panel.number, "value", width, color))
        if panel.grids:
            grids = spaced([f"<TD>{self.grid(g)}</TD>" for g in panel.grids], GRID_GAP)
            rows.append(centered(table([grids]), width - self.grids_width(panel.grids)))
        rows += self.image(panel.heat, width, f"{name}.png")
        rows += [self.row(x.text, x.style, width, theme.faint) for x in panel.lines]
        rows += self.image(panel.spark, width, f"{name}_spark.png")
        return rows + [self.row(x.text, x.style, width, theme.faint) for x in panel.spread]

    def image(self, heat: Heat | None, width: int, name: str) -> list[str]:
        """The row of an image, which is kept under its name."""
        if heat is None or not self.with_images:
            return []
        w, h = self.image_size(heat)
        self.images[name] = png(heat.tones, self.theme.image, self.theme.card)
        image = f'<TD FIXEDSIZE="TRUE" WIDTH="{w}" HEIGHT="{h}"><IMG SCALE="BOTH" SRC="{name}"/></TD>'
        return [centered(table([f"<TR>{image}</TR>"]), width - w)]

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

    def grid(self, grid: Grid) -> str:
        width, height = self.cell_size(grid)
        rows = []
        framed = grid.focus or [[False] * len(row) for row in grid.cells]
        for texts, tones, frames in zip(grid.cells, grid.tones, framed, strict=True):
            fills = [self.theme.card if t is None else shade(self.theme.diverging, DEEPEST * t) for t in tones]
            cells = [
                self.cell(t, "cell", width, ink(fill), fill=fill, high=height, bold=frame, frame=frame)
                for t, fill, frame in zip(texts, fills, frames)
            ]
            rows.append(f"<TR>{''.join(cells)}</TR>")
        return table(rows, spacing=1)

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

    def row(self, text: str, style: str, width: int, color: str, bold: bool = False) -> str:
        return f"<TR>{self.cell(text, style, width, color, bold=bold)}</TR>"

    def cell(
        self,
        text: str,
        style: str,
        width: int,
        color: str,
        *,
        bold: bool = False,
        align: str = "CENTER",
        fill: str = "",
        height: str = "",
        high: int = 0,
        frame: bool = False,
    ) -> str:
        """One cell of fixed size with one line of text."""
        size = self.theme.size(style)
        high = high or self.line_height(height or style)
        paint = f' BGCOLOR="{fill}"' if fill else ""
        paint += f' BORDER="3" COLOR="{self.theme.focus}"' if frame else ""
        inner = self.font(text, size, color, bold)
        return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{high}" ALIGN="{align}"{paint}>{inner}</TD>'

    def marked(self, line: Line, width: int) -> str:
        """A row in which what was wrong is struck through; each part has a cell of its own, so none moves another."""
        cells, used = [], 0
        for text, own, struck in self.pieces(line):
            cell = self.cell(text, line.style, own, self.theme.text, bold=True)
            cells.append(cell.replace("<B>", "<S>").replace("</B>", "</S>") if struck else cell)
            used += own
        return centered(table([f"<TR>{''.join(cells)}</TR>"]), width - used)

    def pieces(self, line: Line) -> list[tuple[str, int, bool]]:
        """The parts of a mark: text, width, and whether it is struck through."""
        parts = ((line.text.strip(), False), (line.struck, True), (line.after.strip(), False))
        return [(text, self.width(text, line.style, True), struck) for text, struck in parts if text]

    def font(self, text: str, size: float, color: str, bold: bool = False) -> str:
        if not _visible(text):
            return ""
        inner = escape(clean(text), quote=True).replace("\\", "\\\\")  # or \\G would become a name
        inner = f"<B>{inner}</B>" if bold else inner
        return f'<FONT FACE="Arial" POINT-SIZE="{size:.4g}" COLOR="{color}">{inner}</FONT>'


def _visible(text: str) -> bool:
    """Whether a text has anything to draw; of one that has not, Pango makes an error instead of a picture."""
    return any(category(c) not in BLANK and c not in FILLERS for c in text)


def _flat(panels: Sequence[Panel]) -> bool:
    """Whether there are several panels, each one row of cells: side by side they would make a card much too wide."""
    return len(panels) > 1 and all(p.grids and all(len(g.cells) == 1 for g in p.grids) for p in panels)
