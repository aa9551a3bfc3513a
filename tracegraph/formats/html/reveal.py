"""Frames as fragments: an SVG to be put into reveal.js or Quarto, and a page of its own that needs nothing else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.resources import files
from string import Template

from ...layout.canvas import canvas, caption
from ...layout.page import MAP
from ...layout.scene import Part, Piece
from ...layout.sheet import Document, Sheet
from ...picture.theme import Theme
from ...text.escape import xml
from ...text.numbers import clean
from .. import Options
from ..svg import document, draw, element, markup, said, say

COVER = '<section style="{look}" class="cover"><h1>{title}</h1></section>'
SECTION = '<section style="{look}">\n<header><h2>{title}</h2>{map}</header>\n{picture}\n</section>'


def write(deck: Document, options: Options = Options()) -> bytes:
    """A page that goes from frame to frame with keys, clicks and touch, and prints each; it loads nothing.

    A chapter is a slide, and each frame after its first one a step, as in reveal.js: ``#/1/3`` is the second slide
    after three steps. A title makes a slide before them.
    """
    first = deck.chapters[0]
    theme, title = first.scene.theme, clean(deck.title).strip()
    slides = [COVER.format(look=_look(theme), title=xml(title))] * bool(title)
    for i, chapter in enumerate(deck.chapters):
        picture = fragments(chapter, f"chapter {i}")
        words = {"title": xml(chapter.title), "map": _map(chapter), "picture": picture}
        slides.append(SECTION.format(look=_look(chapter.scene.theme), **words))
    page = {"title": xml(title or first.title), "look": _look(theme), "slides": "\n".join(slides)}
    return Template(_file("page.html")).substitute(page, style=_file("page.css"), script=_file("page.js")).encode()


def _map(chapter: Sheet) -> str:
    """The small map of a drawing on several slides; the title says the same in words."""
    if not chapter.overview:
        return ""
    root = ET.Element("svg", {"class": "map", "viewBox": f"0 0 {MAP[0]:g} {MAP[1]:g}", "aria-hidden": "true"})
    root.extend(map(element, chapter.overview))
    return ET.tostring(root, encoding="unicode")


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def write_fragments(deck: Document, options: Options = Options()) -> bytes:
    """The SVG of one chapter for a slide of reveal.js or Quarto; without their style sheet it shows the last frame."""
    return f"{fragments(deck.only('an SVG with fragments'), 'fragments')}\n".encode()


def fragments(frames: Sheet, place: str) -> str:
    """An SVG whose groups come and go by reveal.js's classes; ``place`` tells two on one page apart."""
    sheet, scene = canvas(frames), frames.scene
    name = sheet.prefix(place)
    root = _stretched(document(sheet, scene, name, frames.title, scene.description))

    def layers(group: ET.Element, piece: Piece, part: Part) -> Iterator[ET.Element]:
        for i, span in enumerate(frames.spans.get((piece.key, part.name), ()), 1):
            layer = _between(group, span, len(frames))
            layer.set("id", "_".join([name, piece.key, part.name, *[str(i)] * (i > 1)]))
            say(layer, said(piece, [part.name]))
            yield layer

    draw(root, sheet, scene, name, layers)
    for i, frame in enumerate(frames, 1):
        sentence = _between(root, (i, i), len(frames))
        sentence.attrib.update({"id": f"{name}_caption_{i}", "class": "caption"})
        say(sentence, clean(frame.caption))
        sentence.extend(map(element, caption(sheet, scene, frame.caption)))
    return markup(root)


def _stretched(root: ET.Element) -> ET.Element:
    """As large as the slide lets it be, and named without a tool tip, which would stay where the pointer rests."""
    title = root[0]
    root.remove(title)
    for old in ("width", "height", "aria-labelledby"):
        del root.attrib[old]
    described = {"aria-label": title.text or "", "aria-describedby": root[0].attrib["id"]}
    root.attrib.update({"class": "r-stretch", **described})
    return root


def _between(parent: ET.Element, span: tuple[int, int], frames: int) -> ET.Element:
    """A group that is there from the first to the last frame of a span, counted from 1.

    What vanishes is a group around what appears, as a fragment of reveal.js does one of both; without it, it is hidden.
    """
    first, last = span
    if last < frames:
        look = {"class": "fragment fade-out", "data-fragment-index": str(last), "visibility": "hidden"}
        parent = ET.SubElement(parent, "g", look)
    if first > 1:
        parent = ET.SubElement(parent, "g", {"class": "fragment", "data-fragment-index": str(first - 1)})
    return ET.SubElement(parent, "g")


def _look(theme: Theme) -> str:
    return f"--paper: {theme.background}; --ink: {theme.text}; --card: {theme.card}; --line: {theme.border}"
