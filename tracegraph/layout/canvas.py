"""Room for a caption below a scene, the same for all frames of a sheet."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from ..text.metrics import fit, text_width
from ..text.numbers import clean
from .scene import Scene, Text
from .sheet import Sheet

NARROWEST = 360.0  # points, at scale 1: a single card is no wider than a word of its caption
SLIMMEST = 2 / 3  # of the height is the width at least, for a caption that can be read beside a high drawing
SHARES = 1 / 64, 1 / 48
"""Of the width and of the height is the type size of a caption at least: it takes one line or two, at most 4."""
USED = 0.92  # of the width takes a line at most, so that it stays in the picture in a wider font
LEADING, MOST_LINES = 1.3, 4


class Canvas(NamedTuple):
    """The size of a picture with room for its longest caption, below ``top``, in type of ``size`` points.

    ``left``: where the scene starts. ``digest``: a hash of everything that the frames show.
    """

    width: float
    height: float
    left: float
    top: float
    size: float
    digest: str

    def prefix(self, place: str) -> str:
        """What the ids of a picture start with: another one for each place, so that several fit on one page."""
        return "tg" + hashlib.sha256(f"{self.digest} {place}".encode()).hexdigest()[:8]

    def lines(self, caption: str) -> list[str]:
        """A caption as lines that fit; what is too long ends with an ellipsis."""
        return wrapped(caption, self.size, USED * self.width)


def canvas(sheet: Sheet) -> Canvas:
    """The same canvas for all frames, so that nothing moves from one to the next; without captions the scene's own."""
    scene, captions = sheet.scene, [frame.caption for frame in sheet]
    words = "\n".join([repr(scene), sheet.title, *captions, str(sheet.spans)])
    digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
    if not any(captions):
        return Canvas(scene.width, scene.height, 0.0, scene.height, 0.0, digest)
    width = max(scene.width, NARROWEST * scene.theme.scale, SLIMMEST * scene.height)
    size = round(max(scene.theme.size("title"), SHARES[0] * width, SHARES[1] * scene.height), 2)
    most = max(len(wrapped(caption, size, USED * width)) for caption in captions)
    room = (LEADING * most + 0.5) * size if most else 0.0
    return Canvas(width, scene.height + room, (width - scene.width) / 2, scene.height, size, digest)


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines of at most ``width`` points, at most four of them."""
    lines: list[str] = []
    for word in clean(text).split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [" ".join(lines[MOST_LINES - 1 :])]
    return [fit(line, size, False, width) for line in lines]


def caption(canvas: Canvas, scene: Scene, text: str) -> list[Text]:
    """The lines of a caption, below the scene in the middle."""
    places = ((i, line, canvas.top + (LEADING * i + 0.9) * canvas.size) for i, line in enumerate(canvas.lines(text)))
    return [Text(canvas.width / 2, y, line, canvas.size, scene.theme.text) for _, line, y in places]
