"""A picture as DOT text: every label is an HTML-like table of cells whose sizes were measured before.

User text appears in labels only, escaped; ids are ours. Each number goes through one of the formatters here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil

from .heat import png
from .metrics import fit, text_width
from .numbers import clean
from .picture import Arrow, Box, Cluster, Grid, Line, Panel, Picture
from .theme import Theme, ink, shade

WIDEST = 340.0  # points that a line of text may take before it is wrapped
LINES = 4  # that a wrapped text may take; the rest is an ellipsis
GAP = 14  # between value and gradient


def source(picture: Picture, theme: Theme, *, images: bool = True) -> tuple[str, dict[str, bytes]]:
    """The DOT text, and the images it refers to by file name (none, and no heat maps, without ``images``)."""
    builder = _Builder(theme, images)
    statements = [*_head(picture, theme)]
    if picture.note:
        note = builder.font(picture.note, theme.size("note"), theme.faint)
        statements.append(f'  graph [labelloc="t" labeljust="l" label=<{note}>];')
    statements += [f"  {b.key} [label=<{builder.card(b)}>];" for b in picture.boxes]
    statements += [line for i, c in enumerate(picture.clusters) for line in builder.cluster(c, str(i), "  ")]
    statements += [f"  {a.source} -> {a.target} [{builder.arrow(a)}];" for a in picture.arrows]
    return "\n".join(["digraph tracegraph {", *statements, "}", ""]), builder.images


def _head(picture: Picture, theme: Theme) -> Iterator[str]:
    gap = {"LR": (0.3, 0.45), "RL": (0.3, 0.45)}.get(picture.direction, (0.4, 0.4))
    # Presets by size, measured: a limited simplex is free of visible harm, straight lines are much faster on large ones.
    fast = 'splines="line" nslimit="0.1" mclimit="0.1"' if len(picture.boxes) > 300 else 'nslimit="1"'
    yield (
        f'  graph [rankdir="{picture.direction}" bgcolor="{theme.background}" pad="0.2" margin="0" '
        f'nodesep="{gap[0] * theme.scale:.3g}" ranksep="{gap[1] * theme.scale:.3g}" fontname="Arial" {fast}];'
    )
    yield '  node [shape="plain" fontname="Arial"];'
    yield '  edge [fontname="Arial" arrowsize="0.8"];'


class _Builder:
    """Writes the labels of one picture and collects its images."""

    def __init__(self, theme: Theme, with_images: bool) -> None:
        self.theme, self.with_images = theme, with_images
        self.images: dict[str, bytes] = {}

    def card(self, box: Box) -> str:
        theme = self.theme
        lines = [part for line in box.lines for part in self.wrapped(line)]
        panels = [self.panel(p, box.key, i) for i, p in enumerate(box.panels)]
        title = fit(box.title, theme.size("title"), True, WIDEST * theme.scale)
        header = self.width(title, "title", True) + self.width(box.kind, "kind") + 14
        widths = [header, *(self.width(x.text, x.style) for x in lines), *(self.width(t, "note") for t in box.tags)]
        natural = sum(w for _, w in panels) + GAP * (len(panels) - 1) if panels else 0
        width = ceil(max(*widths, natural, 44 * theme.scale))
        rows = [self.row(x.text, x.style, width, theme.faint if x.style != "formula" else theme.text) for x in lines]
        rows += [self.row(f"● {t}", "note", width, theme.positive, bold=True) for t in box.tags]
        rows += [_row(self.side_by_side(panels, width))] if panels else []
        body = f'<TR><TD>{_table(rows, fill=theme.card, rounded=True, padding=3)}</TD></TR>' if rows else ""
        kind = self.width(box.kind, "kind")
        head = "".join((
            self.cell(title, "title", width + 6 - kind, theme.text, bold=True, align="LEFT"),
            self.cell(box.kind, "kind", kind, theme.faint, align="RIGHT", height="title"),
        ))  # fmt: skip
        heading = f'<TR><TD CELLPADDING="4">{_table([f"<TR>{head}</TR>"])}</TD></TR>'
        return (
            f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" STYLE="ROUNDED" '
            f'COLOR="{theme.border}" BGCOLOR="{theme.roles[box.role]}">{heading}{body}</TABLE>'
        )

    def panel(self, panel: Panel, key: str, place: int) -> tuple[list[str], int]:
        """Rows of a value or gradient, and its width; the rows are made for exactly that width."""
        theme = self.theme
        color = {1: theme.positive, -1: theme.negative}.get(panel.sign, theme.text)
        grids = [self.grid(g) for g in panel.grids]
        inner = sum(w for _, w in grids) + 6 * (len(grids) - 1) if grids else 0
        texts = [self.width(panel.heading, "heading"), self.width(panel.number, "value") if panel.number else 0]
        texts += [self.width(x.text, x.style) for x in panel.lines]
        picture = panel.heat if self.with_images else None
        width = ceil(max(*texts, inner, (picture.width + 2) * theme.scale if picture else 0))
        rows = [self.row(panel.heading, "heading", width, theme.faint)]
        if panel.number:
            rows.append(self.row(panel.number, "value", width, color))
        if grids:
            cells = '<TD WIDTH="6"></TD>'.join(f"<TD>{html}</TD>" for html, _ in grids)
            rows.append(_row(_table([f"<TR>{cells}</TR>"])))
        if picture:
            name = f"{key}_{place}.png"
            self.images[name] = png(picture.tones, theme.diverging, theme.card)
            w, h = ceil(picture.width * theme.scale), ceil(picture.height * theme.scale)
            rows.append(
                f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{max(w, width)}" HEIGHT="{h + 4}">'
                f'{_table([f"""<TR><TD FIXEDSIZE="TRUE" WIDTH="{w}" HEIGHT="{h}"><IMG SCALE="BOTH" SRC="{name}"/></TD></TR>"""])}'
                "</TD></TR>"
            )
        rows += [self.row(x.text, x.style, width, theme.faint) for x in panel.lines]
        return rows, width

    def side_by_side(self, panels: Sequence[tuple[list[str], int]], width: int) -> str:
        """The panels in a row, the space that is left shared among them."""
        share = max(0, (width - sum(w for _, w in panels) - GAP * (len(panels) - 1)) // len(panels))
        cells = [f'<TD VALIGN="TOP" WIDTH="{w + share}">{_table(rows)}</TD>' for rows, w in panels]
        return _table([f'<TR>{f"""<TD WIDTH="{GAP}"></TD>""".join(cells)}</TR>'])

    def grid(self, grid: Grid) -> tuple[str, int]:
        size = self.theme.size("cell")
        widest = max(text_width(t, size) for row in grid.cells for t in row)
        width, height = max(ceil(widest + 6), ceil(size * 1.9)), ceil(size * 1.75)
        rows = []
        for texts, tones in zip(grid.cells, grid.tones, strict=True):
            fills = [self.theme.card if t is None else shade(self.theme.diverging, t) for t in tones]
            cells = (self.cell(t, "cell", width, ink(f), fill=f, high=height) for t, f in zip(texts, fills, strict=True))
            rows.append(f"<TR>{''.join(cells)}</TR>")
        return _table(rows, spacing=1), (width + 1) * len(grid.cells[0]) + 1

    def arrow(self, arrow: Arrow) -> str:
        theme = self.theme
        if arrow.weight is None:
            return f'color="{theme.none}" style="dashed" penwidth="1"'
        color = {1: theme.positive, -1: theme.negative}.get(arrow.sign, theme.neutral)
        style = theme.negative_style if arrow.sign < 0 else "solid"
        label = ""
        if arrow.lines:
            width = ceil(max(self.width(x.text, x.style, x.style == "contribution") for x in arrow.lines))
            colors = {"caption": theme.faint, "contribution": color}
            rows = [self.row(x.text, x.style, width, colors[x.style], x.style == "contribution") for x in arrow.lines]
            label = f" label=<{_table(rows)}>"
        return f'color="{color}" style="{style}" penwidth="{(1 + 2.5 * arrow.weight) * theme.scale:.3g}"{label}'

    def cluster(self, cluster: Cluster, path: str, indent: str) -> Iterator[str]:
        theme, size = self.theme, self.theme.size("cluster")
        yield f"{indent}subgraph cluster_{path} {{"
        yield (
            f'{indent}  graph [style="rounded,filled" fillcolor="{theme.cluster}" color="{theme.cluster_border}" '
            f'margin="{12 * theme.scale:.3g}" labeljust="l" label=<{self.font(cluster.title, size, theme.faint, True)}>];'
        )
        if cluster.boxes:
            yield f"{indent}  {'; '.join(cluster.boxes)};"
        for i, inner in enumerate(cluster.inner):
            yield from self.cluster(inner, f"{path}_{i}", indent + "  ")
        yield f"{indent}}}"

    def wrapped(self, line: Line) -> Iterator[Line]:
        """Break a long line at its spaces."""
        size, widest = self.theme.size(line.style), WIDEST * self.theme.scale
        done: list[str] = []
        for word in line.text.split(" "):
            if done and text_width(f"{done[-1]} {word}", size) <= widest:
                done[-1] += f" {word}"
            else:
                done.append(word)
        if len(done) > LINES:
            done[LINES - 1 :] = [done[LINES - 1] + " …"]
        return (Line(fit(text, size, False, widest), line.style) for text in done)

    def width(self, text: str, style: str, bold: bool = False) -> int:
        return ceil(text_width(text, self.theme.size(style), bold) + 4)

    def row(self, text: str, style: str, width: int, color: str, bold: bool = False) -> str:
        return f"<TR>{self.cell(text, style, width, color, bold=bold)}</TR>"

    def cell(
        self, text: str, style: str, width: int, color: str, *, bold: bool = False, align: str = "CENTER",
        fill: str = "", height: str = "", high: int = 0,
    ) -> str:  # fmt: skip
        """One cell of fixed size with one line of text."""
        size = self.theme.size(style)
        high = high or ceil(self.theme.size(height or style) * 1.4)
        paint = f' BGCOLOR="{fill}"' if fill else ""
        inner = self.font(text, size, color, bold)
        return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{high}" ALIGN="{align}"{paint}>{inner}</TD>'

    def font(self, text: str, size: float, color: str, bold: bool = False) -> str:
        if not text.strip():
            return ""
        inner = escape(clean(text), quote=True)
        inner = f"<B>{inner}</B>" if bold else inner
        return f'<FONT FACE="Arial" POINT-SIZE="{size:.4g}" COLOR="{color}">{inner}</FONT>'


def _row(inner: str) -> str:
    return f"<TR><TD>{inner}</TD></TR>"


def _table(rows: Sequence[str], *, fill: str = "", rounded: bool = False, padding: int = 0, spacing: int = 0) -> str:
    style = ' STYLE="ROUNDED"' if rounded else ""
    paint = f' BGCOLOR="{fill}"' if fill else ""
    inner = "".join(rows)
    if rounded:  # the padding is around all rows, not around each
        inner = f"<TR><TD>{_table(rows)}</TD></TR>"
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}"{style}{paint}>{inner}</TABLE>'
    )
