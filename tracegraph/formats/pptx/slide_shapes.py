"""Native shapes of a presentation as XML (DrawingML): rectangles with text, text boxes, connectors, groups, pictures.

Lengths come in points of the slide and are written in English Metric Units, 12,700 to the point. Arial is named in
each text, so that a slide pasted into another presentation keeps it: the boxes are measured for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...layout.scene import Point
from ...picture.theme import Theme, luminance
from ...text.escape import xml
from .routes import Box

EMU = 12700  # of a point
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
RECTANGLE = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
SIDES = ((0.5, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 0.5))
"""Where every rectangle can be connected, in shares of width and height, in the order of the presets.

LibreOffice takes more than these four only of a shape that has these, too.
"""
ALIGN = {"start": "l", "middle": "ctr", "end": "r"}
DASHES = {"solid": "", "dashed": '<a:prstDash val="dash"/>', "dotted": '<a:prstDash val="sysDot"/>'}
HEADS = {"sm": 2, "med": 3, "lg": 5}
"""Lengths of arrow heads in widths of their line, which counts as 2 points at least."""
SMALLEST, HAIRLINE = 1.0, 0.25  # points of type (the least that the format has) and of a line


DARK = {"bg1": "dk1", "tx1": "lt1", "bg2": "dk2", "tx2": "lt2"}
LIGHT = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
"""Which of a scheme's dark and light colours are those of background and text."""


def is_dark(theme: Theme) -> bool:
    """Whether a theme has light text on a dark background."""
    return luminance(theme.background) < luminance(theme.text)


def _named(theme: Theme) -> dict[str, str]:
    """The colours of a theme by the names that shapes use."""
    roles = [theme.roles[role] for role in ("input", "parameter", "op", "output")]
    accents = {f"accent{i}": color for i, color in enumerate((*roles, theme.positive, theme.negative), 1)}
    ground = {"bg1": theme.background, "tx1": theme.text, "bg2": theme.cluster, "tx2": theme.faint}
    return {**ground, **accents, "hlink": theme.focus, "folHlink": theme.update}


def slots(theme: Theme) -> list[tuple[str, str]]:
    """The colours of a theme for a presentation's colour scheme, in its order."""
    places = DARK if is_dark(theme) else LIGHT
    found = {places.get(name, name): color for name, color in _named(theme).items()}
    return [(slot, found.pop(slot)) for slot in ("dk1", "lt1", "dk2", "lt2")] + [*found.items()]


class Palette:
    """Writes colours: those of a theme by their place in the scheme, so that they can be changed at one go."""

    def __init__(self, theme: Theme) -> None:
        self.places: dict[str, str] = {}
        for name, color in _named(theme).items():
            self.places.setdefault(color, name)

    def __call__(self, color: str | None, *, fixed: bool = False) -> str:
        """A fill; ``fixed``: by value, as for text on a cell whose colour means a number."""
        if color is None:
            return "<a:noFill/>"
        place = None if fixed else self.places.get(color)
        inner = f'<a:schemeClr val="{place}"/>' if place else f'<a:srgbClr val="{color[1:].upper()}"/>'
        return f"<a:solidFill>{inner}</a:solidFill>"


class TextRun(NamedTuple):
    """A line of text: size in points, colour as a fill."""

    text: str
    size: float
    fill: str
    bold: bool = False
    struck: bool = False


def emu(points: float) -> int:
    """A length in English Metric Units, 12700 to the point."""
    return round(points * EMU)


def place(box: Box, turned: str = "") -> str:
    """Where a shape is."""
    x, y, w, h = map(emu, box)
    return f'<a:xfrm{turned}><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm>'


def called(id: int, name: str, label: str = "") -> str:
    """The id, the name and the alternative text of a shape."""
    descr = f' descr="{xml(label)}"' if label else ""
    return f'<p:cNvPr id="{id}" name="{xml(name)}"{descr}/>'


def shape(
    id: int, name: str, box: Box, geometry: str, fill: str, line: str = "", body: str = "", kind: str = ""
) -> str:
    """A shape; ``kind`` are attributes and locks of its own."""
    return (
        f"<p:sp><p:nvSpPr>{called(id, name)}<p:cNvSpPr{kind}/><p:nvPr/></p:nvSpPr>"
        f"<p:spPr>{place(box)}{geometry}{fill}{line}</p:spPr>{body}</p:sp>"
    )


def placeholder(id: int, kind: str, box: Box, body: str) -> str:
    """The title of a slide, which outlines and screen readers know as such."""
    return (
        f'<p:sp><p:nvSpPr>{called(id, "Title")}<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr>'
        f'<p:ph type="{kind}"/>'
        f"</p:nvPr></p:nvSpPr><p:spPr>{place(box)}</p:spPr>{body}</p:sp>"
    )


def body(runs: Sequence[TextRun], anchor: str, spacing: float = 0.0, wrap: str = "none") -> str:
    """Text that neither shrinks, wraps nor leaves its place; ``spacing`` of lines in points."""
    exact = f'<a:lnSpc><a:spcPts val="{round(100 * spacing)}"/></a:lnSpc>' if spacing else ""
    lines = "".join(f'<a:p><a:pPr algn="{ALIGN[anchor]}">{exact}</a:pPr>{_run(run)}</a:p>' for run in runs)
    return (
        f'<p:txBody><a:bodyPr wrap="{wrap}" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></a:bodyPr>'
        f"<a:lstStyle/>{lines}</p:txBody>"
    )


def _run(run: TextRun) -> str:
    looks = (' b="1"' if run.bold else ' b="0"') + (' strike="sngStrike"' if run.struck else "")
    size = max(int(100 * run.size), int(100 * SMALLEST))
    font = '<a:latin typeface="Arial"/><a:cs typeface="Arial"/>'
    looks = f'<a:rPr lang="en-US" sz="{size}"{looks}>{run.fill}{font}</a:rPr>'
    return f"<a:r>{looks}<a:t>{xml(run.text)}</a:t></a:r>"


def line(width: float, fill: str, more: str = "") -> str:
    """An outline; ``more``: its dashes and ends."""
    return f'<a:ln w="{emu(max(width, HAIRLINE))}">{fill}{more}</a:ln>'


def tip(end: str, kind: str, width: float, length: float) -> str:
    """The head or tail of a line, of the size that is nearest to a length in points."""
    thick = max(width, 2.0)
    size = min(HEADS, key=lambda name: abs(HEADS[name] * thick - length))
    return f'<a:{end}End type="{kind}" w="{size}" len="{size}"/>'


def rounded(box: Box, radius: float) -> str:
    """The geometry of a rectangle with round corners."""
    share = min(round(100000 * radius / max(min(box[2:]), 1 / EMU)), 50000)
    return f'<a:prstGeom prst="roundRect"><a:avLst><a:gd name="adj" fmla="val {share}"/></a:avLst></a:prstGeom>'


def connectable(box: Box, radius: float, sites: Sequence[Point]) -> str:
    """A rounded rectangle with places for connectors: `SIDES`, then these, in shares of its width and height."""
    w, h, r = emu(box[2]), emu(box[3]), emu(min(radius, min(box[2:]) / 2))
    guides = "".join(
        f'<a:gd name="{name}{i}" fmla="*/ {side} {round(1e6 * share)} 1000000"/>'
        for i, site in enumerate([*SIDES, *sites])
        for name, side, share in zip("xy", "wh", site)
    )
    found = "".join(f'<a:cxn ang="0"><a:pos x="x{i}" y="y{i}"/></a:cxn>' for i in range(len(SIDES) + len(sites)))
    corners = ((0, r, None), (w - r, 0, 16200000), (w, h - r, 0), (r, h, 5400000))
    path = "".join(
        f'<a:{"lnTo" if i else "moveTo"}><a:pt x="{x}" y="{y}"/></a:{"lnTo" if i else "moveTo"}>'
        f'<a:arcTo wR="{r}" hR="{r}" stAng="{10800000 if angle is None else angle}" swAng="5400000"/>'
        for i, (x, y, angle) in enumerate(corners)
    )
    return (
        f"<a:custGeom><a:avLst/><a:gdLst>{guides}</a:gdLst><a:ahLst/><a:cxnLst>{found}</a:cxnLst>"
        f'<a:rect l="0" t="0" r="r" b="b"/><a:pathLst><a:path w="{w}" h="{h}">{path}<a:close/></a:path></a:pathLst>'
        "</a:custGeom>"
    )


def connector(id: int, name: str, label: str, start: Point, end: Point, glue: str, line: str) -> str:
    """A straight connector; ``glue`` says what it connects. One that runs left or up is mirrored."""
    across, down = end[0] - start[0], end[1] - start[1]
    mirrored = (' flipH="1"' if across < 0 else "") + (' flipV="1"' if down < 0 else "")
    where = place((min(start[0], end[0]), min(start[1], end[1]), abs(across), abs(down)), mirrored)
    return (
        f"<p:cxnSp><p:nvCxnSpPr>{called(id, name, label)}<p:cNvCxnSpPr>{glue}</p:cNvCxnSpPr><p:nvPr/></p:nvCxnSpPr>"
        f'<p:spPr>{where}<a:prstGeom prst="straightConnector1"><a:avLst/></a:prstGeom>{line}</p:spPr></p:cxnSp>'
    )


def group(id: int, name: str, label: str, box: Box, inner: str) -> str:
    """A group of shapes at a place."""
    x, y, w, h = map(emu, box)
    inside = f'<a:chOff x="{x}" y="{y}"/><a:chExt cx="{w}" cy="{h}"/></a:xfrm>'
    return (
        f"<p:grpSp><p:nvGrpSpPr>{called(id, name, label)}<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>"
        f"<p:grpSpPr>{place(box).replace('</a:xfrm>', inside)}</p:grpSpPr>{inner}</p:grpSp>"
    )


def picture(id: int, name: str, label: str, box: Box, relation: str) -> str:
    """A picture at a place; ``relation``: the id of its file in the package."""
    return (
        f'<p:pic><p:nvPicPr>{called(id, name, label)}<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr/>'
        f'</p:nvPicPr><p:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f"<p:spPr>{place(box)}{RECTANGLE}</p:spPr></p:pic>"
    )
