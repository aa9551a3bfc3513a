"""A drawing as Mermaid text, for Markdown: GitHub, GitLab and many editors draw it.

Labels are plain text with breaks, as HTML labels are off: they are not drawn everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ..layout.scene import Curve, Piece
from ..layout.sheet import Document, Sheet
from ..picture.panels import Panel
from ..picture.parts import Arrow, Box, Cluster
from ..picture.theme import Theme
from ..text.numbers import clean
from . import Options

ROWS = 8  # rows of a matrix that are written out
# What Mermaid reads as its own even in quotes; entities are shown as such where HTML labels are off.
LIKE = str.maketrans(
    {'"': "”", "<": "‹", ">": "›", "`": "’", "#": "♯", "&": "＆", "\\": "∖", "*": "∗", "~": "∼", "$": "＄", ";": "；"}
)


def write(deck: Document, options: Options = Options()) -> bytes:
    """What the last frame shows: every card with its numbers, every arrow with its caption."""
    chapter = deck.only("Mermaid")
    return ("\n".join(_lines(chapter)) + "\n").encode("utf-8", "replace")


def _lines(chapter: Sheet) -> Iterator[str]:
    picture, theme = chapter.picture, chapter.scene.theme
    shown = {key for key, _ in chapter[-1].shown}
    yield f"%%{{init: {json.dumps(_init(theme))}}}%%"
    yield f"flowchart {picture.direction or 'LR'}"
    yield f"  accTitle: {_said(picture.title)}"
    texts = [picture.description, *(x.text for x in picture.header), *[picture.note] * bool(picture.note)]
    yield f"  accDescr: {_said('. '.join(texts))}"
    boxes = {b.key: b for b in picture.boxes if b.key in shown}
    inside = {key for c in picture.clusters for key in _members(c)}
    yield from (f"  {_box(b)}" for key, b in boxes.items() if key not in inside)
    for i, cluster in enumerate(picture.clusters):
        yield from _cluster(cluster, boxes, f"c{i}", "  ")
    arrows = [(a, p) for a, p in zip(picture.arrows, chapter.scene.of("arrow"), strict=True) if p.key in shown]
    for i, (arrow, drawn) in enumerate(arrows):
        yield f"  {_arrow(arrow)}"
        yield f"  linkStyle {i} {_style(drawn, theme)}"
    for role in dict.fromkeys(b.role for b in boxes.values()):
        yield f"  classDef {role} fill:{theme.roles[role]},stroke:{theme.border},color:{theme.text}"


def _init(theme: Theme) -> object:
    """Settings of this one diagram: no HTML in labels, the colours of the theme."""
    colors = {
        "background": theme.background,
        "primaryTextColor": theme.text,
        "lineColor": theme.neutral,
        "clusterBkg": theme.cluster,
        "clusterBorder": theme.cluster_border,
        "titleColor": theme.text,
        "edgeLabelBackground": theme.background,
        "fontFamily": "Arial, Helvetica, sans-serif",
    }
    chart = {"htmlLabels": False, "wrappingWidth": 480}
    return {"htmlLabels": False, "flowchart": chart, "theme": "base", "themeVariables": colors}


def _box(box: Box) -> str:
    lines = [*_head(box), *(x.text for x in box.lines)]
    lines += [row for i, panel in enumerate(box.panels) if i or not panel.number for row in _panel(panel)]
    lines += [badge.text for badge in box.tags]
    lines += [f"{x.text}{x.struck}{x.after}" for x in box.marks]
    return f'{box.key}["{"<br/>".join(map(_escaped, lines))}"]:::{box.role}'


def _head(box: Box) -> list[str]:
    """Name, value if it is one number, and op in a line."""
    value = box.panels[0].number if box.panels else ""
    return [f"{box.title}{value and f' = {value}'}{box.kind and f' · {box.kind}'}"]


def _panel(panel: Panel) -> list[str]:
    """A number behind its heading; of a matrix a line for each row."""
    if panel.number:
        return [f"{panel.heading} = {panel.number}"]
    rows = [", ".join(row) for grid in panel.grids for row in grid.cells]
    rows = rows[:ROWS] + ["…"] * (len(rows) > ROWS)
    return [*[panel.heading] * bool(panel.heading), *rows, *(x.text for x in panel.lines)]


def _cluster(cluster: Cluster, boxes: dict[str, Box], path: str, indent: str) -> Iterator[str]:
    yield f'{indent}subgraph {path}["{_escaped(cluster.title)}"]'
    inner = {key for c in cluster.inner for key in _members(c)}
    for key in cluster.boxes:
        if key in boxes and key not in inner:
            yield f"{indent}  {_box(boxes[key])}"
    for i, part in enumerate(cluster.inner):
        yield from _cluster(part, boxes, f"{path}_{i}", indent + "  ")
    yield f"{indent}end"


def _members(cluster: Cluster) -> Iterator[str]:
    yield from cluster.boxes
    for inner in cluster.inner:
        yield from _members(inner)


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.weight is None and not arrow.update else "-->"
    caption = "<br/>".join(_escaped(x.text) for x in arrow.lines)
    return f"{arrow.source} {line}{f'|{chr(34)}{caption}{chr(34)}|' if caption else ''} {arrow.target}"


def _style(drawn: Piece, theme: Theme) -> str:
    """Colour and width as the layout has them, when all is done."""
    curve = next(i for i in drawn.parts[-1].items if isinstance(i, Curve))
    return f"stroke:{curve.stroke},stroke-width:{curve.width / theme.scale:.3g}px"


def _escaped(text: str) -> str:
    text = re.sub(r"(?<!\w)_|_(?!\w)", "＿", clean(text))  # inside a word it means nothing
    return text.translate(LIKE) or " "


def _said(text: str) -> str:
    """A text on the one line that Mermaid takes for a title."""
    return " ".join(_escaped(text).split())
