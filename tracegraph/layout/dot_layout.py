"""The layout of a drawing, taken apart: Graphviz's SVG as pieces, parts, shapes and texts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import LayoutError
from ..formats.dot import source
from ..formats.graphviz_svg import SVG, XLINK, anchored
from .scene import RING, Area, Curve, Image, Item, Part, Piece, Point, Scene, Text

if TYPE_CHECKING:
    from ..drawing import Drawing

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def scene(drawing: Drawing) -> Scene:
    """Lay a drawing out and take it apart; `LayoutError` where Graphviz does not deliver."""
    dot, drawing.images = source(drawing.picture, drawing.theme, parts=True)
    root = ET.fromstring(drawing.run(dot, "svg"))
    graph = root.find(f"{{{SVG}}}g")
    if graph is None:
        raise LayoutError("Graphviz wrote an SVG without a graph")
    reader = _Reader(drawing, graph)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    picture = drawing.picture
    return Scene(width, height, picture.title, picture.description, drawing.theme, tuple(reader.pieces()))


class _Reader:
    """Reads the groups of Graphviz's SVG."""

    def __init__(self, drawing: Drawing, graph: ET.Element) -> None:
        self.drawing, self.graph, self.theme = drawing, graph, drawing.theme
        x, y = re.findall(r"translate\(([-\d.e]+)[ ,]([-\d.e]+)\)", graph.attrib["transform"])[0]
        self.shift = float(x), float(y)

    def pieces(self) -> Iterator[Piece]:
        """Header, clusters, arrows, and cards above all."""
        loose = [e for e in self.graph if e.get("class") is None and e.tag != f"{{{SVG}}}title"]
        items = [i for e in loose[1:] for _, i in self.read(e, "card")]  # the first is the background
        if items:
            said = " ".join(i.text for i in items if isinstance(i, Text))
            yield Piece("header", "header", said, (Part("card", tuple(items)),))
        for i, group in enumerate(self.groups("cluster")):
            items = [item for _, item in self.read(group, "card")]
            said = " ".join(item.text for item in items if isinstance(item, Text))
            yield Piece(f"c{i}", "cluster", said, (Part("card", tuple(items)),))
        edges = sorted(self.groups("edge"), key=lambda g: int(g.attrib["id"].rpartition("edge")[2]))
        for i, group in enumerate(edges):
            yield self.arrow(i, group)
        for group in self.groups("node"):
            yield self.card(group)

    def groups(self, kind: str) -> list[ET.Element]:
        return [g for g in self.graph.iter(f"{{{SVG}}}g") if g.get("class") == kind]

    def card(self, group: ET.Element) -> Piece:
        """The parts of a card, and the frame around it."""
        anchored(group)
        key = group.findtext(f"{{{SVG}}}title", "")
        box = next(b for b in self.drawing.picture.boxes if b.key == key)
        parts: dict[str, list[Item]] = {"card": []}
        for part, item in self.read(group, "card"):
            parts.setdefault(part, []).append(item)
        outline = next(i for i in parts["card"] if isinstance(i, Area))
        ring = replace(outline, fill=None, stroke=self.theme.focus, width=RING * self.theme.scale)
        parts["focus"] = [ring]
        return Piece(key, "card", box.label, tuple(Part(name, tuple(items)) for name, items in parts.items()))

    def arrow(self, i: int, group: ET.Element) -> Piece:
        """An arrow as it is drawn; where something flows back, before that as a plain line too."""
        anchored(group)
        arrow, edge = self.drawing.picture.arrows[i], self.drawing.graph.edges[i]
        drawn = tuple(item for _, item in self.read(group, ""))
        parts: tuple[Part, ...] = (Part("line", drawn),)
        if edge.contribution is not None:
            parts = (
                Part("line", tuple(self.plain(x) for x in drawn if not isinstance(x, Text))),
                Part("contribution", drawn),
            )
        return Piece(f"a{i}", "arrow", arrow.label, parts, arrow.source, arrow.target)

    def plain(self, item: Item) -> Item:
        """An arrow before anything has flowed back."""
        color = self.theme.neutral
        if isinstance(item, Curve):
            return replace(item, stroke=color, width=self.theme.scale, dash="solid")
        return replace(item, fill=color, stroke=color, width=self.theme.scale) if isinstance(item, Area) else item

    def read(self, element: ET.Element, part: str) -> Iterator[tuple[str, Item]]:
        """Everything drawn in an element, with the name of the part that it belongs to."""
        part = element.get(f"{{{XLINK}}}title", part) if part else part
        item = self.item(element)
        if item is not None:
            yield part, item
        for child in element:
            if child.get("class") is None:
                yield from self.read(child, part)

    def item(self, element: ET.Element) -> Item | None:
        """The shape of one SVG element; None for a group, or what has neither fill nor stroke."""
        tag = element.tag.rpartition("}")[2]
        if tag == "text":
            return self.text(element)
        if tag == "image":
            return self.image(element)
        painted = any(_paint(element.get(what)) for what in ("fill", "stroke"))
        return self.shape(element, tag) if painted and tag in ("polygon", "path", "polyline", "ellipse") else None

    def shape(self, element: ET.Element, tag: str) -> Item:
        get = element.attrib.get
        fill, stroke, width = _paint(get("fill")), _paint(get("stroke")), float(get("stroke-width", "1"))
        if tag == "ellipse":  # the dot at the tail of an arrow
            x, y, r = (float(get(name, "0")) for name in ("cx", "cy", "rx"))
            return Area(tuple(self.place(x + a * r, y + b * r) for a, b in CORNERS), fill, stroke, width, r)
        points = self.points(get("points") or get("d", ""))
        if tag == "path" and fill is None and points[0] != points[-1]:
            return Curve(points, stroke or "", width, _dash(get("stroke-dasharray")))
        if tag == "path":
            return _rounded(points, fill, stroke, width)
        return Area(points[:-1] if points[0] == points[-1] else points, fill, stroke, width)

    def image(self, element: ET.Element) -> Image:
        sizes = (float(element.get(name, "0").removesuffix("px")) for name in ("x", "y", "width", "height"))
        x, y, width, height = sizes
        return Image(*self.place(x, y), width, height, self.drawing.images[element.get(f"{{{XLINK}}}href", "")])

    def text(self, element: ET.Element) -> Text:
        get = element.attrib.get
        x, y = self.place(float(get("x", "0")), float(get("y", "0")))
        color, bold = get("fill", "#000000"), get("font-weight") == "bold"
        struck = get("text-decoration") == "line-through"
        size, anchor = float(get("font-size", "14")), get("text-anchor", "start")
        return Text(x, y, element.text or "", size, _paint(color) or "#000000", bold, anchor, struck)

    def points(self, numbers: str) -> tuple[Point, ...]:
        found = [float(n) for n in NUMBER.findall(numbers)]
        return tuple(self.place(x, y) for x, y in zip(found[::2], found[1::2], strict=True))

    def place(self, x: float, y: float) -> Point:
        return round(x + self.shift[0], 2), round(y + self.shift[1], 2)


def _rounded(points: tuple[Point, ...], fill: str | None, stroke: str | None, width: float) -> Area:
    xs, ys = zip(*points)
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Area(corners, fill, stroke, width, round(points[0][0] - left, 2))


def _paint(color: str | None) -> str | None:
    """A colour as ``#rrggbb``; None where nothing is painted."""
    names = {"none": None, "transparent": None, "white": "#ffffff", "black": "#000000"}
    return names[color] if color in names else color


def _dash(pattern: str | None) -> str:
    return "solid" if not pattern else "dotted" if pattern.startswith("1,") else "dashed"
