"""The page around a scene, the same for all frames: as large as the scene with its caption, or a slide with a title."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import NamedTuple

from ..text.metrics import fit, text_width
from ..text.numbers import clean
from .page import FOOT, HEAD, HEIGHT, MARGIN, WIDTH, place
from .scene import Area, Item, Point, Scene, Text
from .sheet import Document, Sheet

NARROWEST = 360.0  # points, at scale 1: a single card is no wider than a word of its caption
SLIMMEST = 2 / 3  # of the height is the width at least, for a caption that can be read beside a high drawing
SHARES = 1 / 64, 1 / 48
"""Of the width and of the height is the type size of a caption at least: it takes one line or two, at most 4."""
USED = 0.92  # of the width takes a line at most, so that it stays in the picture in a wider font
LEADING, MOST_LINES = 1.3, 4
HEADING, SENTENCE, SENTENCE_LINES = 24.0, 17.0, 2
"""Type sizes of the title and of the caption of a slide, and the lines that the caption may take."""


class Canvas(NamedTuple):
    """The size of a picture with room for its longest caption, below ``top``, in type of ``size`` points.

    A point of the scene is at ``left + scale * its x``, ``above + scale * its y``. ``lines``: that a caption may take.
    ``digest``: a hash of everything that the frames show.
    """

    width: float
    height: float
    left: float
    above: float
    scale: float
    top: float
    size: float
    lines: int
    digest: str

    def prefix(self, place: str) -> str:
        """What the ids of a picture start with: another one for each place, so that several fit on one page."""
        return "tg" + hashlib.sha256(f"{self.digest} {place}".encode()).hexdigest()[:8]

    def wrapped(self, caption: str) -> list[str]:
        """A caption as lines that fit; what is too long ends with an ellipsis."""
        return wrapped(caption, self.size, USED * self.width, self.lines)


def canvases(document: Document) -> list[Canvas]:
    """One for each chapter: slides for a talk, else what the drawing needs."""
    return [slide(sheet) if document.talk else canvas(sheet) for sheet in document.chapters]


def slide(sheet: Sheet) -> Canvas:
    """A slide with the scene between its title and its caption."""
    scale, left, above = place(sheet.scene)
    return Canvas(WIDTH, HEIGHT, left, above, scale, HEIGHT - FOOT, SENTENCE, SENTENCE_LINES, _digest(sheet))


def _digest(sheet: Sheet) -> str:
    words = "\n".join([repr(sheet.scene), sheet.title, *(frame.caption for frame in sheet), str(sheet.spans)])
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def canvas(sheet: Sheet) -> Canvas:
    """The same canvas for all frames, so that nothing moves from one to the next; without captions the scene's own."""
    scene, captions, digest = sheet.scene, [frame.caption for frame in sheet], _digest(sheet)
    if not any(captions):
        return Canvas(scene.width, scene.height, 0.0, 0.0, 1.0, scene.height, 0.0, MOST_LINES, digest)
    width = max(scene.width, NARROWEST * scene.theme.scale, SLIMMEST * scene.height)
    size = round(max(scene.theme.size("title"), SHARES[0] * width, SHARES[1] * scene.height), 2)
    most = max(len(wrapped(caption, size, USED * width)) for caption in captions)
    room = (LEADING * most + 0.5) * size if most else 0.0
    left = (width - scene.width) / 2
    return Canvas(width, scene.height + room, left, 0.0, 1.0, scene.height, size, MOST_LINES, digest)


def wrapped(text: str, size: float, width: float, most: int = MOST_LINES) -> list[str]:
    """Lines of at most ``width`` points, at most so many of them."""
    lines: list[str] = []
    for word in clean(text).split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines[most - 1 :] = [" ".join(lines[most - 1 :])]
    return [fit(line, size, False, width) for line in lines]


def caption(canvas: Canvas, scene: Scene, text: str) -> list[Text]:
    """The lines of a caption, below the scene in the middle."""
    places = ((i, line, canvas.top + (LEADING * i + 0.9) * canvas.size) for i, line in enumerate(canvas.wrapped(text)))
    return [Text(canvas.width / 2, y, line, canvas.size, scene.theme.text) for _, line, y in places]


def heading(sheet: Sheet) -> list[Item]:
    """The title of a slide, and the map of the drawing that it is a part of."""
    room = title_room(sheet)
    theme, base = sheet.theme, HEAD / 2 + HEADING / 3
    title = Text(MARGIN, base, fit(sheet.title, HEADING, True, room), HEADING, theme.text, True, "start")
    return [title, *overview(sheet)]


def overview(sheet: Sheet) -> list[Area]:
    """The map where it is on a slide, at the right end of the title."""
    left, top = _map_corner(sheet)
    return [replace(a, points=tuple((x + left, y + top) for x, y in a.points)) for a in sheet.overview]


def title_room(sheet: Sheet) -> float:
    """The width of the title of a slide, in points."""
    return _map_corner(sheet)[0] - (2 if sheet.overview else 1) * MARGIN


def _map_corner(sheet: Sheet) -> Point:
    corners = [corner for area in sheet.overview for corner in area.points]
    width, height = (max((corner[i] for corner in corners), default=0.0) for i in (0, 1))
    return WIDTH - MARGIN - width, (HEAD - height) / 2
