"""A scene as SVG with attributes only, which every program reads, that says aloud what it shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator

from ..layout.canvas import Canvas, canvas, canvases, caption, heading
from ..layout.scene import Curve, Image, Item, Part, Piece, Point, Scene, Text
from ..layout.sheet import Document, Sheet
from ..picture.rows import WITH
from ..text.numbers import clean

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# With Arial alone some converters draw no text.
FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
DASHES = {"dashed": "5,2", "dotted": "1,5"}
"""Graphviz's."""
CLASSES = {"card": "node", "arrow": "edge"}
"""What Graphviz calls the kinds of pieces."""
NUMBERS = {", contribution": "contribution", ", gradient": "gradient", ", no gradient": "gradient", ", value": "value"}
"""What stands before a number in a label, from the last to the first, and the part that shows it."""


def still(sheet: Sheet, i: int) -> bytes:
    """One frame, the first is 0: the scene as it is shown then, above the caption; in the same place in every frame."""
    return _still(sheet, i, canvas(sheet))


def stills(document: Document) -> Iterator[tuple[str, bytes]]:
    """A file for each frame, as it is asked for: a name of `names`, and what it is to hold."""
    sheets = zip(document.chapters, canvases(document), strict=True)
    every = ((s, i, at, heading(s) if document.talk else ()) for s, at in sheets for i in range(len(s)))
    return zip(names(document), (_still(*one) for one in every), strict=True)


def names(document: Document) -> list[str]:
    """01.svg, 02.svg, ... through all chapters, with as many digits as the last one needs."""
    count = sum(map(len, document.chapters))
    return [f"{n:0{max(2, len(str(count)))}}.svg" for n in range(1, count + 1)]


def _still(sheet: Sheet, i: int, at: Canvas, heading: Iterable[Item] = ()) -> bytes:
    frame, scene = sheet[i], sheet.scene
    shown, name = {*frame.shown}, at.prefix(f"still {i}")
    whole = ". ".join([scene.description, *(line.text for line in sheet.picture.header)])
    title = f"{sheet.title}, step {i + 1} of {len(sheet)}" if len(sheet) > 1 else sheet.title
    root = document(at, scene, name, title, frame.caption or whole)

    def layers(group: ET.Element, piece: Piece, part: Part) -> Iterator[ET.Element]:
        if part is piece.parts[0]:
            say(group, said(piece, [p.name for p in piece.parts if (piece.key, p.name) in shown]))
            group.set("class", CLASSES.get(piece.kind, piece.kind))
        if (piece.key, part.name) in shown:
            yield ET.SubElement(group, "g", {"id": f"{name}_{piece.key}_{part.name}"})

    draw(root, at, scene, name, layers)
    for group in root.iter("g"):
        if group.get("class") in CLASSES.values():  # what the pointer is on is told; a cluster is behind much else
            title_of(group)
    if items := [*heading]:
        ET.SubElement(root, "g", {"id": f"{name}_heading"}).extend(map(element, items))
    if frame.caption:
        sentence = ET.SubElement(root, "g", {"id": f"{name}_caption"})
        sentence.extend(map(element, caption(at, scene, frame.caption)))
    return written(root)


def title_of(group: ET.Element) -> None:
    """Let a tool tip show what is read aloud."""
    title = ET.Element("title")
    title.text = group.get("aria-label")
    group.insert(0, title)


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
    scale = f" scale({canvas.scale:.4f})" if canvas.scale != 1 else ""
    where = f"translate({_n(canvas.left)} {_n(canvas.above)}){scale}"
    ground = ET.SubElement(root, "g", {"id": f"{prefix}_scene", "transform": where})
    for piece in scene.pieces:
        group = ET.SubElement(ground, "g", {"id": f"{prefix}_{piece.key}"})
        for part in piece.parts:
            for layer in layers(group, piece, part):
                layer.extend(map(element, part.items))
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
    label = piece.label
    for says, part in NUMBERS.items():
        if part not in names and piece.part(part):
            label = WITH.join(text.rpartition(says)[0] or text for text in label.split(WITH))
    return label


def written(root: ET.Element) -> bytes:
    """The bytes of a file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{markup(root)}\n'.encode()


def markup(root: ET.Element) -> str:
    """An element as text, with each group on a line of its own and no line empty, as Markdown wants it."""
    text: str = ET.tostring(root, encoding="unicode")
    return text.replace("<g ", "\n<g ").replace("</svg>", "\n</svg>")


def element(item: Item) -> ET.Element:
    """A shape or a text."""
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
    return ET.Element("polygon", {**look, "points": _points(item.points)})


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
    return f"M{_point(points[0])}C{_points(points[1:])}"


def _points(points: Iterable[Point]) -> str:
    return " ".join(map(_point, points))


def _point(point: Point) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _n(value: float) -> str:
    """A number with at most two decimals, and no minus before a zero.

    >>> _n(12.0), _n(0.126), _n(-0.001)
    ('12', '0.13', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text if text != "-0" else "0"
