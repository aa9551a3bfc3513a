"""A picture as DOT text: every label is an HTML-like table of cells whose sizes were measured before.

User text appears in labels only, escaped; ids are ours. Each number goes through one of the formatters here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from math import ceil
from unicodedata import category

from .heat import png
from .metrics import fit, text_width
from .numbers import MINUS, clean
from .panels import Grid, Line, Panel
from .picture import Arrow, Box, Cluster, Picture
from .theme import Theme, ink, shade

WIDEST = 340.0  # points that a line of text may take before it is wrapped
CAPTION = 190.0  # that a caption on an arrow or a heading may take
LINES = 4  # that a wrapped text may take; the rest is an ellipsis
DEEPEST = 0.8  # of the colour map, in cells: its ends are too dark beside text
CROWD = 4  # arrows into a card from which on they keep the order of the formula
NOT_FINITE = ("NaN", "∞", MINUS + "∞")
BLANK = frozenset("Cf Cc Zs Zl Zp Mn Me".split())  # categories of characters that show nothing by themselves
FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that show nothing either
GRID_GAP = 6  # between the matrices of one array
GAP = 14  # between value and gradient
LEAD = 4  # between formula and value
ASIDE = 8  # between an arrow that points up or down and its caption


def source(picture: Picture, theme: Theme, *, images: bool = True) -> tuple[str, dict[str, bytes]]:
    """The DOT text, and the images it refers to by file name (none, and no heat maps, without ``images``)."""
    builder = _Builder(theme, images, picture.direction in ("LR", "RL"))
    statements = [*_head(picture, theme)]
    if picture.note:
        lines = [*builder.wrapped(Line(picture.note, "note"))]
        width = max(builder.width(x.text, x.style) for x in lines)
        note = _table([builder.row(x.text, x.style, width, theme.faint) for x in lines])
        statements.append(f'  graph [labelloc="t" labeljust="l" label=<{note}>];')
    crowded = {key for key, n in Counter(a.target for a in picture.arrows).items() if n > CROWD}
    order = {b.key: ' ordering="in"' if b.key in crowded else "" for b in picture.boxes}
    statements += [f"  {b.key} [label=<{builder.card(b)}>{order[b.key]}];" for b in picture.boxes]
    statements += [line for i, c in enumerate(picture.clusters) for line in builder.cluster(c, str(i), "  ")]
    pulls = _pulls(picture)
    statements += [f"  {a.source} -> {a.target} [{builder.arrow(a)}{p}];" for a, p in zip(picture.arrows, pulls)]
    return "\n".join(["digraph tracegraph {", *statements, "}", ""]), builder.images


def _pulls(picture: Picture) -> Iterator[str]:
    """What Graphviz is told of the length and straightness of each arrow.

    Two ranks between clusters leave room for the parameters of the next one, so clusters follow each other instead of
    standing side by side; the way of the data is kept straight, and what only feeds it is put beside it.
    """
    home: dict[str, str] = {}

    def enter(clusters: Sequence[Cluster], path: str) -> None:
        for i, cluster in enumerate(clusters):
            home.update((key, f"{path}_{i}") for key in cluster.boxes)
            enter(cluster.inner, f"{path}_{i}")

    enter(picture.clusters, "")
    beside = {b.key for b in picture.boxes if b.role in ("parameter", "constant")}
    for arrow in picture.arrows:
        between = home.get(arrow.source) != home.get(arrow.target)
        yield (' minlen="2"' if between else "") + ("" if arrow.source in beside else ' weight="8"')


def _head(picture: Picture, theme: Theme) -> Iterator[str]:
    gap = {"LR": (0.3, 0.45), "RL": (0.3, 0.45)}.get(picture.direction, (0.4, 0.4))
    # Presets by size, measured: a limited simplex does no visible harm, straight lines are much faster.
    large = max(len(picture.boxes), len(picture.arrows) / 2) > 300
    fast = 'splines="line" nslimit="0.1" mclimit="0.1"' if large else 'nslimit="1"'
    yield (
        f'  graph [rankdir="{picture.direction}" bgcolor="{theme.background}" pad="0.2" margin="0" '
        f'nodesep="{gap[0] * theme.scale:.3g}" ranksep="{gap[1] * theme.scale:.3g}" fontname="Arial" {fast}];'
    )
    yield '  node [shape="plain" fontname="Arial"];'
    yield f'  edge [fontname="Arial" arrowsize="{0.8 * theme.scale**0.5:.3g}"];'


class _Builder:
    """Writes the labels of one picture and collects its images."""

    def __init__(self, theme: Theme, with_images: bool, across: bool) -> None:
        self.theme, self.with_images, self.across = theme, with_images, across
        self.images: dict[str, bytes] = {}

    def card(self, box: Box) -> str:
        theme = self.theme
        lines = [part for line in box.lines for part in self.wrapped(line)]
        title = fit(box.title, theme.size("title"), True, WIDEST * theme.scale)
        kind = self.width(box.kind, "kind")
        widths = [self.width(title, "title", True) + kind + 14, *(self.width(x.text, x.style) for x in lines)]
        widths += [self.width(f"● {t}", "note", True) for t in box.tags]
        widths += [self.width(x.whole, x.style, True) for x in box.marks]
        panels = [self.natural(p) for p in box.panels]
        stacked = _flat(box.panels) and sum(panels) > WIDEST * theme.scale
        across = max(panels) if stacked else sum(panels) + GAP * (len(panels) - 1)
        width = ceil(max(*widths, across, 44 * theme.scale))
        rows = [self.row(x.text, x.style, width, theme.faint if x.style != "formula" else theme.text) for x in lines]
        rows += [self.row(f"● {t}", "note", width, theme.positive, bold=True) for t in box.tags]
        if rows and panels:
            rows.append(f'<TR><TD FIXEDSIZE="TRUE" WIDTH="1" HEIGHT="{LEAD}"></TD></TR>')
        if stacked:
            rows += [r for i, p in enumerate(box.panels) for r in self.panel(p, width, f"{box.key}_{i}")]
        elif panels:
            rows.append(self.side_by_side(box, panels, width))
        rows += [self.marked(x, width) for x in box.marks]
        body = f"<TR><TD>{_table(rows, fill=theme.card, rounded=True, padding=3)}</TD></TR>" if rows else ""
        head = "".join((
            self.cell(title, "title", width + 6 - kind, theme.text, bold=True, align="LEFT"),
            self.cell(box.kind, "kind", kind, theme.faint, align="RIGHT", height="title"),
        ))  # fmt: skip
        heading = f'<TR><TD CELLPADDING="4">{_table([f"<TR>{head}</TR>"])}</TD></TR>'
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
            cells.append(f"<TD>{_table(rows)}</TD>")
        return f"<TR><TD>{_table([_spaced(cells, GAP)])}</TD></TR>"

    def natural(self, panel: Panel) -> int:
        """The least width of a panel."""
        texts = [self.width(self.heading(panel), "heading"), self.width(panel.number, "value") if panel.number else 0]
        texts += [self.width(x.text, x.style) for x in panel.lines]
        return ceil(max(*texts, self.grids_width(panel.grids), self.heat_size(panel)[0]))

    def heading(self, panel: Panel) -> str:
        return fit(panel.heading, self.theme.size("heading"), False, CAPTION * self.theme.scale)

    def height(self, panel: Panel) -> int:
        """How high the rows of a panel are together; Graphviz would stretch those of a lower one."""
        styles = ["heading", *(["value"] if panel.number else []), *(x.style for x in panel.lines)]
        grids = max((len(g.cells) * (self.cell_size(g)[1] + 1) + 1 for g in panel.grids), default=0)
        return sum(self.line_height(s) for s in styles) + grids + self.heat_size(panel)[1]

    def panel(self, panel: Panel, width: int, name: str) -> list[str]:
        """The rows of a value or a gradient, each of exactly this width."""
        theme = self.theme
        rows = [self.row(self.heading(panel), "heading", width, theme.faint)]
        if panel.number:
            color = {1: theme.positive, -1: theme.negative}.get(panel.sign, theme.text)
            color = theme.invalid if panel.number in NOT_FINITE else color
            rows.append(self.row(panel.number, "value", width, color))
        if panel.grids:
            grids = _spaced([f"<TD>{self.grid(g)}</TD>" for g in panel.grids], GRID_GAP)
            rows.append(_centered(_table([grids]), width - self.grids_width(panel.grids)))
        if panel.heat and self.with_images:
            w, h = self.heat_size(panel)
            self.images[f"{name}.png"] = png(panel.heat.tones, theme.image, theme.card)
            image = f'<TD FIXEDSIZE="TRUE" WIDTH="{w}" HEIGHT="{h}"><IMG SCALE="BOTH" SRC="{name}.png"/></TD>'
            rows.append(_centered(_table([f"<TR>{image}</TR>"]), width - w))
        return rows + [self.row(x.text, x.style, width, theme.faint) for x in panel.lines]

    def heat_size(self, panel: Panel) -> tuple[int, int]:
        if panel.heat is None or not self.with_images:
            return 0, 0
        return ceil(panel.heat.width * self.theme.scale), ceil(panel.heat.height * self.theme.scale)

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
        return _table(rows, spacing=1)

    def arrow(self, arrow: Arrow) -> str:
        theme = self.theme
        if arrow.update:
            return f'color="{theme.update}" style="solid" penwidth="{theme.scale:.3g}"'
        if arrow.weight is None:
            return f'color="{theme.none}" style="dashed" penwidth="1"'
        color = {1: theme.positive, -1: theme.negative}.get(arrow.sign, theme.neutral)
        color = color if arrow.finite else theme.invalid
        style = theme.negative_style if arrow.sign < 0 else "solid" if arrow.finite else "dotted"
        label = ""
        if arrow.lines:
            lines = [part for line in arrow.lines for part in self.wrapped(line, CAPTION)]
            width = ceil(max(self.width(x.text, x.style, x.style == "contribution") for x in lines))
            colors = {"caption": theme.faint, "contribution": color}
            rows = [self.row(x.text, x.style, width, colors[x.style], x.style == "contribution") for x in lines]
            beside = _gap(0 if self.across else ceil(ASIDE * theme.scale))  # or the text would touch the arrow
            label = f" label=<{_table([f'<TR>{beside}<TD>{_table(rows)}</TD></TR>'])}>"
        return f'color="{color}" style="{style}" penwidth="{(1 + 2.5 * arrow.weight) * theme.scale:.3g}"{label}'

    def cluster(self, cluster: Cluster, path: str, indent: str) -> Iterator[str]:
        theme = self.theme
        name = fit(cluster.title, theme.size("cluster"), True, WIDEST * theme.scale)
        title = self.row(name, "cluster", self.width(name, "cluster", True), theme.faint, bold=True)
        yield f"{indent}subgraph cluster_{path} {{"
        yield (
            f'{indent}  graph [style="rounded,filled" fillcolor="{theme.cluster}" color="{theme.cluster_border}" '
            f'margin="{12 * theme.scale:.3g}" labeljust="l" label=<{_table([title])}>];'
        )
        if cluster.boxes:
            yield f"{indent}  {'; '.join(cluster.boxes)};"
        for i, inner in enumerate(cluster.inner):
            yield from self.cluster(inner, f"{path}_{i}", indent + "  ")
        yield f"{indent}}}"

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
        self, text: str, style: str, width: int, color: str, *, bold: bool = False, align: str = "CENTER",
        fill: str = "", height: str = "", high: int = 0, frame: bool = False,
    ) -> str:  # fmt: skip
        """One cell of fixed size with one line of text."""
        size = self.theme.size(style)
        high = high or self.line_height(height or style)
        paint = f' BGCOLOR="{fill}"' if fill else ""
        paint += f' BORDER="3" COLOR="{self.theme.focus}"' if frame else ""
        inner = self.font(text, size, color, bold)
        return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{high}" ALIGN="{align}"{paint}>{inner}</TD>'

    def marked(self, line: Line, width: int) -> str:
        """A row in which what was wrong is struck through."""
        size, high = self.theme.size(line.style), self.line_height(line.style)
        struck = self.font(line.struck, size, self.theme.text, True).replace("<B>", "<S>").replace("</B>", "</S>")
        parts = [self.font(t, size, self.theme.text, True) for t in (line.text, line.after)]
        inner = f"{parts[0]}{struck}{parts[1]}"
        return f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{high}">{inner}</TD></TR>'

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


def _spaced(cells: Sequence[str], gap: int) -> str:
    return f"<TR>{_gap(gap).join(cells)}</TR>"


def _centered(inner: str, spare: int) -> str:
    """A row with something in its middle and the width that is to spare on both sides."""
    return f"<TR><TD>{_table([f'<TR>{_gap(spare // 2)}<TD>{inner}</TD>{_gap(spare - spare // 2)}</TR>'])}</TD></TR>"


def _gap(width: int) -> str:
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="1"></TD>' if width > 0 else ""


def _table(rows: Sequence[str], *, fill: str = "", rounded: bool = False, padding: int = 0, spacing: int = 0) -> str:
    style = ' STYLE="ROUNDED"' if rounded else ""
    paint = f' BGCOLOR="{fill}"' if fill else ""
    inner = "".join(rows)
    if rounded:  # the padding is around all rows, not around each
        inner = f"<TR><TD>{_table(rows)}</TD></TR>"
    frame = f'BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}"{style}{paint}'
    return f"<TABLE {frame}>{inner}</TABLE>"
