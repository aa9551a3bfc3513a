"""A scene as SVG elements with attributes only, which every program reads, and a caption below it."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from ..layout.scene import Curve, Image, Item, Part, Piece, Point, Scene, Text
from ..text.metrics import fit, text_width
from ..text.numbers import clean
from .graphviz_svg import FONTS, SVG, XLINK

if TYPE_CHECKING:
    from ..slides.story import Frames

NARROWEST = 360.0  # points, at scale 1: a single card is no wider than a word of its caption
SLIMMEST = 2 / 3  # of the height is the width at least, for a caption that can be read beside a high drawing
SHARES = 1 / 64, 1 / 48
"""Of the width and of the height is the type size of a caption at least: it takes one line or two, at most 4."""
USED = 0.92  # of the width takes a line at most, so that it stays in the picture in a wider font
LEADING, MOST_LINES = 1.3, 4
DASHES = {"dashed": "5,2", "dotted": "1,5"}
"""Graphviz's."""


class Canvas(NamedTuple):
    """The size of a picture with room for its longest caption, below ``top``, in type of ``size`` points.

    ``left``: where the scene starts. ``told``: a hash of everything that the frames show.
    """

    width: float
    height: float
    left: float
    top: float
    size: float
    told: str

    def prefix(self, place: str) -> str:
        """What the ids of a picture start with: another one for each place, so that several fit on one page."""
        return "tg" + hashlib.sha256(f"{self.told} {place}".encode()).hexdigest()[:8]

    def lines(self, caption: str) -> list[str]:
        """A caption as lines that fit; what is too long ends with an ellipsis."""
        return wrapped(caption, self.size, USED * self.width)


def canvas(frames: Frames) -> Canvas:
    """The same canvas for all frames, so that nothing moves from one to the next."""
    scene = frames.scene
    width = max(scene.width, NARROWEST * scene.theme.scale, SLIMMEST * scene.height)
    size = round(max(scene.theme.size("title"), SHARES[0] * width, SHARES[1] * scene.height), 2)
    most = max(len(wrapped(f.caption, size, USED * width)) for f in frames)
    room = (LEADING * most + 0.5) * size if most else 0.0
    words = "\n".join([frames.drawing.source, frames.title, *(f.caption for f in frames), str(frames.spans)])
    told = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
    return Canvas(width, scene.height + room, (width - scene.width) / 2, scene.height, size, told)


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


def document(canvas: Canvas, scene: Scene, prefix: str, title: str, description: str) -> ET.Element:
    """An SVG with a background, and nothing on it yet."""
    root = ET.Element(
        "svg",
        {
            "xmlns": SVG,
            "xmlns:xlink": XLINK,
            "width": f"{_n(canvas.width)}pt",
            "height": f"{_n(canvas.height)}pt",
            "viewBox": f"0 0 {_n(canvas.width)} {_n(canvas.height)}",
            "role": "graphics-document",
            "aria-labelledby": f"{prefix}_title {prefix}_desc",
        },
    )
    for tag, text in (("title", title), ("desc", description)):
        ET.SubElement(root, tag, {"id": f"{prefix}_{tag}"}).text = clean(text)
    area = {"x": "0", "y": "0", "width": _n(canvas.width), "height": _n(canvas.height)}
    ET.SubElement(root, "rect", {**area, "fill": scene.theme.background, "stroke": "none"})
    return root


Layers = Callable[[ET.Element, Piece, Part], Iterable[ET.Element]]
"""Makes the groups that hold what a part shows, in the group of its piece: none where it is never seen."""


def draw(root: ET.Element, canvas: Canvas, scene: Scene, prefix: str, layers: Layers) -> None:
    """Paint the pieces of a scene, a group for each."""
    ground = ET.SubElement(root, "g", {"id": f"{prefix}_scene", "transform": f"translate({_n(canvas.left)} 0)"})
    for piece in scene.pieces:
        group = ET.SubElement(ground, "g", {"id": f"{prefix}_{piece.key}"})
        for part in piece.parts:
            for layer in layers(group, piece, part):
                layer.extend(map(_element, part.items))
        if not len(group):
            ground.remove(group)


def say(group: ET.Element, text: str) -> None:
    """Let a group be read aloud, or passed over where there is nothing to say."""
    group.attrib.update({"role": "graphics-symbol", "aria-label": text} if text else {"aria-hidden": "true"})


def said(piece: Piece, shown: Iterable[str]) -> str:
    """What is to be read aloud of the parts with these names: no number before it is seen."""
    names = {*shown}
    if {p.name for p in piece.parts} - {"focus", "line"} <= names:
        return piece.label
    if piece.kind == "arrow":
        return piece.label.rpartition(", contribution")[0]
    texts = [i.text for p in piece.parts if p.name in names for i in p.items if isinstance(i, Text)]
    return clean(" ".join(texts))


def caption(parent: ET.Element, canvas: Canvas, scene: Scene, text: str) -> None:
    """The lines of a caption, below the scene in the middle."""
    for i, line in enumerate(canvas.lines(text)):
        y = canvas.top + (LEADING * i + 0.9) * canvas.size
        parent.append(_element(Text(canvas.width / 2, y, line, canvas.size, scene.theme.text)))


def written(root: ET.Element) -> bytes:
    """The bytes of a file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{markup(root)}\n'.encode()


def markup(root: ET.Element) -> str:
    """An element as text, with each group on a line of its own and no line empty, as Markdown wants it."""
    text: str = ET.tostring(root, encoding="unicode")
    return text.replace("<g ", "\n<g ").replace("</svg>", "\n</svg>")


def _element(item: Item) -> ET.Element:
    if isinstance(item, Text):
        return _text(item)
    if isinstance(item, Image):
        return _image(item)
    look = {"fill": "none", "stroke": item.stroke or "none"}
    if item.stroke and item.width != 1:
        look["stroke-width"] = _n(item.width)
    if isinstance(item, Curve):
        return ET.Element("path", {**look, **_dashed(item), "d": _path(item.points)})
    look["fill"] = item.fill or "none"
    if item.radius:
        return ET.Element("rect", {**look, **_box(*item.box), "rx": _n(item.radius), "ry": _n(item.radius)})
    return ET.Element("polygon", {**look, "points": " ".join(map(_point, item.points))})


def _text(item: Text) -> ET.Element:
    look = {"xml:space": "preserve", "text-anchor": item.anchor, "x": _n(item.x), "y": _n(item.y), "font-family": FONTS}
    if item.bold:
        look["font-weight"] = "bold"
    if item.struck:
        look["text-decoration"] = "line-through"
    element = ET.Element("text", {**look, "font-size": _n(item.size), "fill": item.color})
    element.text = item.text
    return element


def _image(item: Image) -> ET.Element:
    box = _box(item.x, item.y, item.width, item.height)
    look = {"preserveAspectRatio": "xMinYMin meet", "image-rendering": "pixelated"}
    return ET.Element("image", {"xlink:href": "data:image/png;base64," + b64encode(item.data).decode(), **box, **look})


def _dashed(item: Curve) -> dict[str, str]:
    return {"stroke-dasharray": DASHES[item.dash]} if item.dash in DASHES else {}


def _box(x: float, y: float, width: float, height: float) -> dict[str, str]:
    return {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height)}


def _path(points: tuple[Point, ...]) -> str:
    return f"M{_point(points[0])}C{' '.join(map(_point, points[1:]))}"


def _point(point: Point) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _n(value: float) -> str:
    """A number with at most two decimals, and no minus before a zero.

    >>> _n(12.0), _n(0.126), _n(-0.001)
    ('12', '0.13', '0')
    """
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
