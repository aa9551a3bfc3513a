"""Frames drawn by Graphviz itself: PDF, one page for each, and GIF.

What is hidden keeps its place: cells have fixed sizes, so that a card without its numbers is as large as with them, and
Graphviz lays every frame out alike.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO
from math import ceil
from typing import Any

from ..errors import MissingExtra
from ..layout.cards import WIDEST, Cards
from ..layout.cells import Table
from ..layout.page import WIDTH
from ..layout.scene import RING
from ..picture.panels import Line
from ..slides.deck import Deck
from ..slides.story import Frame, Frames
from .dot import source
from .dot_tables import label as written

CARD = re.compile(r"  (n\d+) \[label=<(.*)>(.*)\];")
ARROW = re.compile(r"  n\d+ -> n\d+ \[(.*)\];")
CLUSTER = re.compile(r'( +graph \[)style="rounded,filled" fillcolor="[^"]*" color="[^"]*"( .* label=<)(.*)(>\];)')
LABEL = re.compile(r'  graph \[labelloc="t" labeljust="l" label=<(.*)>\];')
GAP = '<TR><TD FIXEDSIZE="TRUE" CELLPADDING="0" WIDTH="1" HEIGHT="{:g}"></TD></TR>'
TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
WIDE = re.compile(r'WIDTH="(\d+)"')  # the first cell of a header or a caption takes a whole row
PIXELS = 1280  # that the longer side of a GIF has at most
PAUSE, REST = 1600, 4000  # milliseconds that a frame of a GIF is shown, and the last one


def write_pdf(deck: Deck) -> bytes:
    """A page for each frame of each chapter; the pages of a chapter are of one size, as ``\\includegraphics`` needs."""
    try:
        from pypdf import PdfReader, PdfWriter
    except ImportError:
        raise MissingExtra("a .pdf of frames needs pypdf: pip install 'tracegraph[pdf]'") from None
    deck.few("a PDF")
    writer = PdfWriter()
    for chapter in deck.chapters:
        for page in drawn(chapter, "pdf"):
            writer.append(PdfReader(BytesIO(page)))
    writer.add_metadata({"/Title": deck.title or deck.chapters[0].title, "/Producer": "tracegraph"})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def write_gif(deck: Deck) -> bytes:
    """The frames one after the other, for ever; those of a smaller drawing stand in the middle."""
    try:
        from PIL import Image, ImageColor
    except ImportError:
        raise MissingExtra("a .gif needs Pillow: pip install 'tracegraph[raster]'") from None
    deck.few("a GIF")
    side = max(max(c.scene.width, c.scene.height) for c in deck.chapters)
    dpi = {"dpi": f"{min(96.0, 72 * PIXELS / side):.6g}"}
    images = [Image.open(BytesIO(png)).convert("RGB") for c in deck.chapters for png in drawn(c, "png", dpi)]
    size = max(i.width for i in images), max(i.height for i in images)
    color = ImageColor.getrgb(deck.chapters[0].scene.theme.background)
    blank: Any = Image.new("RGB", size, color)
    canvases = [blank.copy() for _ in images]
    for canvas, image in zip(canvases, images, strict=True):
        canvas.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    palette = canvases[-1].quantize(255)  # one for all, so that nothing flickers
    blank, *canvases = [i.quantize(palette=palette, dither=Image.Dither.NONE) for i in (blank, *canvases)]
    ground = 3 * blank.getpixel((0, 0))  # where the palette has the background; off by a little it shows on a slide
    colors: Any = palette.getpalette()
    colors[ground : ground + 3] = color
    for canvas in canvases:
        canvas.putpalette(colors)
    out = BytesIO()
    pauses = [PAUSE] * (len(images) - 1) + [REST]
    canvases[0].save(out, "GIF", save_all=True, append_images=canvases[1:], duration=pauses, loop=0, optimize=False)
    return out.getvalue()


def drawn(chapter: Frames, format: str, attributes: dict[str, str] | None = None) -> Iterator[bytes]:
    """Each frame as Graphviz draws it."""
    return (chapter.drawing.run(dot, format) for dot in sources(chapter, attributes or {}))


def sources(chapter: Frames, attributes: dict[str, str]) -> Iterator[str]:
    """The DOT text of each frame."""
    drawing = chapter.drawing
    whole, _ = source(drawing.picture, drawing.theme, parts=True)
    extra = "".join(f' {k}="{v}"' for k, v in attributes.items())
    lines = whole.replace("  graph [", f"  graph [{extra} ", 1).split("\n")
    captions = _Captions(chapter)
    return ("\n".join(_Edit(chapter, frame).lines(lines, captions.label(frame))) for frame in chapter)


class _Captions:
    """The sentences of a chapter, each in a table of the same size."""

    def __init__(self, chapter: Frames) -> None:
        self.theme = chapter.scene.theme
        self.cards = Cards(self.theme, False)
        widest = max(chapter.scene.width, WIDEST * self.theme.scale, WIDTH / 2)
        self.rows = {f: [*self.cards.wrapped(Line(f.caption, "formula"), widest / self.theme.scale)] for f in chapter}
        every = [line for lines in self.rows.values() for line in lines]
        self.width = ceil(max((self.cards.width(x.text, x.style) for x in every), default=1))
        self.count = max(map(len, self.rows.values()))

    def label(self, frame: Frame) -> str:
        lines = self.rows[frame] + [Line("", "formula")] * (self.count - len(self.rows[frame]))
        return written(Table([self.cards.row(x.text, x.style, self.width, self.theme.text) for x in lines]))


class _Edit:
    """Hides in the DOT text of a drawing what a frame does not show."""

    def __init__(self, chapter: Frames, frame: Frame) -> None:
        self.theme, self.shown = chapter.scene.theme, set(frame.shown)
        self.clusters = self.arrows = 0

    def lines(self, whole: list[str], caption: str) -> Iterator[str]:
        """The statements, and the caption below the drawing, or below the header if there is one."""
        label = f'  graph [labelloc="b" labeljust="c" label=<{caption}>];'
        for line in whole:
            if found := LABEL.fullmatch(line):
                both = stacked(found[1], caption)
                label = f'  graph [labelloc="t" labeljust="l" label=<{both}>];'
            elif line != "}":
                yield self.line(line)
            else:  # at the end, or clusters would inherit it
                yield from (label, line)

    def line(self, line: str) -> str:
        if found := CARD.fullmatch(line):
            return self.card(*found.groups())
        if found := ARROW.fullmatch(line):
            self.arrows += 1
            return self.arrow(line, f"a{self.arrows - 1}")
        if found := CLUSTER.fullmatch(line):
            self.clusters += 1
            if (f"c{self.clusters - 1}", "card") not in self.shown:
                return f'{found[1]}style="rounded" color="transparent"{found[2]}{blank(found[3], set())}{found[4]}'
        return line

    def card(self, key: str, label: str, rest: str) -> str:
        if (key, "card") not in self.shown:
            return f'  {key} [style="invis" label=<{label}>{rest}];'
        label = blank(label, {part for piece, part in self.shown if piece == key})
        if (key, "focus") in self.shown:
            label = ringed(label, self.theme.focus)
        return f"  {key} [label=<{label}>{rest}];"

    def arrow(self, line: str, key: str) -> str:
        if (key, "contribution") in self.shown:
            return line
        if (key, "line") not in self.shown:
            return re.sub(r' style="\w+"', ' style="invis"', line, count=1)
        if "label=<" not in line and 'style="dashed"' in line and f'color="{self.theme.none}"' in line:
            return line  # nothing will flow back: it is drawn so from the beginning
        start, found, label = line.partition(" label=<")
        start = re.sub(r'color="[^"]*" style="\w+" penwidth="[^"]*"', self.plain(), start)
        return start + found + self.blanked(label) if found else start

    def plain(self) -> str:
        return f'color="{self.theme.neutral}" style="solid" penwidth="{self.theme.scale:g}"'

    def blanked(self, label: str) -> str:
        inner, _, rest = label.rpartition(">")
        return f"{blank(inner, set())}>{rest}"


def stacked(*labels: str) -> str:
    """Tables under each other, to the left; Graphviz would stretch the cells of those that are less wide."""
    widths = [int(WIDE.search(label)[1]) for label in labels]  # type: ignore[index]
    more = [f'<TD FIXEDSIZE="TRUE" WIDTH="{max(widths) - w}" HEIGHT="1"></TD>' * (w < max(widths)) for w in widths]
    rows = [f"{TABLE}<TR><TD>{x}</TD>{room}</TR></TABLE>" for x, room in zip(labels, more, strict=True)]
    return f"{TABLE}{''.join(f'<TR><TD>{row}</TD></TR>' for row in rows)}</TABLE>"


def blank(label: str, shown: set[str]) -> str:
    """A label in which what stands in cells with a title is gone, but for the parts that are shown."""
    root: Any = ET.fromstring(label)
    titled = [e for e in root.iter("TD") if e.get("TITLE") and e.get("TITLE") not in shown]
    for cell in titled or ([] if any(e.get("TITLE") for e in root.iter("TD")) else [root]):
        for inner in cell.iter():
            for name in ("BGCOLOR", "COLOR", "BORDER") if inner.tag == "TD" else ():
                inner.attrib.pop(name, None)
            for gone in [e for e in inner if e.tag in ("FONT", "IMG")]:
                inner.remove(gone)
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def ringed(label: str, color: str) -> str:
    """A label with a thicker border, which takes the place of as much padding in the rows of the card."""
    root: Any = ET.fromstring(label)
    thicker = RING - float(root.get("BORDER"))
    for cell in root.findall("TR/TD"):
        cell.set("CELLPADDING", f"{float(cell.get('CELLPADDING', root.get('CELLPADDING'))) - thicker:g}")
    for place in range(1, len(root)):  # between head and body nothing got thicker
        root.insert(place, ET.fromstring(GAP.format(2 * thicker)))
    root.set("BORDER", f"{RING:g}")
    root.set("COLOR", color)
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)
