"""The pieces of a scene as native shapes on one slide, and what builds can show of them.

What appears together lies in one group: a card with its value, the gradient in a group of its own. Connectors and the
captions of arrows lie directly on the slide, because a connector in a group does not follow the cards outside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from ...layout.page import place
from ...layout.scene import Area, Curve, Image, Part, Piece, Point, Text
from ...layout.sheet import Sheet, Shown
from . import slide_shapes as shapes
from .builds import Build, Spans
from .cell_texts import around, box_of, paired, said
from .routes import ArrowLines, Box, routes
from .slide_shapes import TextRun

HEAD = 8.0  # points: length of Graphviz's arrow heads at scale 1
NAME = 40  # characters of the name of a shape


class Look:
    """What all slides of one drawing have in common: titles of the cards, place, colours, the ways of the arrows."""

    def __init__(self, frames: Sheet, palette: shapes.Palette) -> None:
        self.scene, self.palette = frames.scene, palette
        self.titles = {box.key: box.title for box in frames.picture.boxes}
        self.place, self.routes = place(frames.scene), routes(frames.scene)


class Slide:
    """Collects the XML of one slide in the order of painting, and the `Build` of everything that lies on it."""

    def __init__(
        self, look: Look, picture: Callable[[bytes], str], spans: Mapping[Shown, Spans], ids: Iterator[int]
    ) -> None:
        self.scene, self.palette, self.titles, self.place = look.scene, look.palette, look.titles, look.place
        self.routes, self.picture, self.spans, self.ids = look.routes, picture, spans, ids
        self.xml: list[str] = []
        self.builds: list[Build] = []

    def paint(self) -> None:
        """Everything of the scene that is ever shown."""
        cards = [p for p in self.scene.of("card") if (p.key, "card") in self.spans]
        boxes = {p.key: p.box for p in cards}
        arrows = [a for a in self.scene.of("arrow") if a.source in boxes and a.target in boxes]
        self.outlines = {key: next(self.ids) for key in boxes}
        self.sites: dict[str, list[Point]] = {key: [] for key in boxes}
        for piece in (*self.scene.of("header"), *self.scene.of("cluster")):
            self.card(piece)
        for arrow in arrows:
            self.arrow(arrow, self.routes[arrow.key], boxes)
        lines = ArrowLines(self.routes[a.key] for a in arrows)
        for arrow in arrows:
            self.captions(arrow, lines)
        for piece in cards:
            self.card(piece)

    def add(self, id: int, xml: str, spans: Spans, *, shape: bool = False, filled: bool = False) -> None:
        self.xml.append(xml)
        self.builds.append(Build(id, spans, shape, filled))

    def card(self, piece: Piece) -> None:
        """The parts of a card, a cluster or the header; neighbours that come and go together in one group."""
        shown = [p for p in piece.parts if (piece.key, p.name) in self.spans]
        for (spans, ring), parts in groupby(shown, lambda p: (self.spans[piece.key, p.name], p.name == "focus")):
            if ring:
                self.ring(piece, next(parts), spans)
            else:
                self.group(piece, [*parts], spans)

    def group(self, piece: Piece, parts: Sequence[Part], spans: Spans) -> None:
        """One part as a group; of several, what is there before the numbers directly, the others as groups in it."""
        id, title, first = next(self.ids), self.title(piece), parts[0].name == "card"
        direct = parts[:1] if first or len(parts) == 1 else []
        inner = "".join(self.part(piece, p) if p in direct else self.nested(piece, p) for p in parts)
        name = title if first else f"{title}: {', '.join(p.name for p in parts)}"
        label = piece.label if first else f"{title}: {said(parts)}"
        self.add(id, shapes.group(id, name, label, self.around(parts), inner), spans)

    def nested(self, piece: Piece, part: Part) -> str:
        id, title = next(self.ids), self.title(piece)
        inner = self.part(piece, part)
        return shapes.group(id, f"{title}: {part.name}", f"{title}: {said([part])}", self.around([part]), inner)

    def part(self, piece: Piece, part: Part) -> str:
        """The shapes of a part: texts in the cell that they are in the middle of, all others as text boxes."""
        drawn = []
        for item, text in paired(part.items):
            if isinstance(item, Area):
                drawn.append(self.area(piece, item, text))
            elif isinstance(item, Image):
                label, box = f"{self.title(piece)}: picture of {part.name}", self.box(box_of(item))
                drawn.append(shapes.picture(next(self.ids), "picture", label, box, self.picture(item.data)))
            elif isinstance(item, Text):
                drawn.append(self.text([item], next(self.ids), item.text[:NAME]))
        return "".join(drawn)

    def area(self, piece: Piece, area: Area, text: Text | None) -> str:
        """A rectangle, with its text; that of a card is the one which arrows are connected to."""
        if piece.kind == "card" and area.box == piece.box:
            geometry = shapes.connectable(self.box(area.box), area.radius * self.place.scale, self.sites[piece.key])
            return self.rectangle(self.outlines[piece.key], "outline", area, geometry, text)
        return self.rectangle(next(self.ids), text.text[:NAME] if text else "panel", area, self.form(area), text)

    def ring(self, piece: Piece, part: Part, spans: Spans) -> None:
        """The frame around a card, a shape of its own."""
        area = next(i for i in part.items if isinstance(i, Area))
        id = next(self.ids)
        drawn = self.rectangle(id, f"{self.title(piece)}: {part.name}", area, self.form(area), None)
        self.add(id, drawn, spans, shape=True, filled=True)

    def rectangle(self, id: int, name: str, area: Area, geometry: str, text: Text | None) -> str:
        line = shapes.line(area.width * self.place.scale, self.palette(area.stroke)) if area.stroke else ""
        body = shapes.body([self.run(text, area.fill)], "middle") if text else ""
        return shapes.shape(id, name, self.box(area.box), geometry, self.palette(area.fill), line, body)

    def form(self, area: Area) -> str:
        box = self.box(area.box)
        return shapes.rounded(box, area.radius * self.place.scale) if area.radius else shapes.RECTANGLE

    def text(self, texts: Sequence[Text], id: int, name: str, behind: str = "<a:noFill/>") -> str:
        """A text box around lines of text, as wide as they are."""
        spacing = self.place.scale * (texts[1].y - texts[0].y) if len(texts) > 1 else 0.0
        body = shapes.body([self.run(t) for t in texts], texts[0].anchor, spacing)
        box = self.box(around(texts))
        return shapes.shape(id, name, box, shapes.RECTANGLE, behind, body=body, kind=' txBox="1"')

    def run(self, text: Text, ground: str | None = None) -> TextRun:
        """A text as it looks; on a cell whose colour stands for a number, its own colour is not one of the theme."""
        fixed = ground is not None and ground not in self.palette.places
        fill = self.palette(text.color, fixed=fixed)
        return TextRun(text.text, text.size * self.place.scale, fill, text.bold, text.struck)

    def arrow(self, piece: Piece, way: Sequence[Point], boxes: Mapping[str, Box]) -> None:
        """The plain line and the one in colour: connectors between the same places of the two cards."""
        start = self.site(piece.source, way[0], boxes[piece.source])
        end = self.site(piece.target, way[-1], boxes[piece.target])
        for part in piece.parts:
            if (piece.key, part.name) in self.spans:
                self.line(piece, part, [self.point(p) for p in way], start, end)

    def line(self, piece: Piece, part: Part, way: Sequence[Point], start: str, end: str) -> None:
        """One connector, or with bends several, which hold on to a joint at each bend; the last has the head."""
        curve = next(i for i in part.items if isinstance(i, Curve))
        width, fill = curve.width * self.place.scale, self.palette(curve.stroke)
        spans, name = self.spans[piece.key, part.name], f"{self.between(piece)}: {part.name}"
        joints = [next(self.ids) for _ in way[1:-1]]
        glue = [start, *(f'id="{id}" idx="{len(shapes.SIDES)}"' for id in joints), end]
        for id, (x, y) in zip(joints, way[1:-1]):
            box = (x - width / 2, y - width / 2, width, width)
            geometry = shapes.connectable(box, width / 2, [(0.5, 0.5)])
            self.add(id, shapes.shape(id, f"{name}, joint", box, geometry, fill), spans, shape=True, filled=True)
        tail, head = self.tips(part, width)
        for i, (a, b) in enumerate(zip(way, way[1:])):
            last = i == len(joints)
            look = shapes.line(width, fill, shapes.DASHES[curve.dash] + tail * (i == 0) + head * last)
            ends = f"<a:stCxn {glue[i]}/><a:endCxn {glue[i + 1]}/>"
            id, label = next(self.ids), piece.label if last and part is piece.parts[-1] else self.between(piece)
            self.add(id, shapes.connector(id, name, label, a, b, ends, look), spans)

    def tips(self, part: Part, width: float) -> tuple[str, str]:
        """The dot at the tail of a marked arrow, and the head, which is open where there is no gradient."""
        areas = [i for i in part.items if isinstance(i, Area)]
        dots = [i for i in areas if i.radius]
        kind = "arrow" if any(i.fill is None for i in areas) else "triangle"
        tail = shapes.tip("head", "oval", width, dots[0].box[2] * self.place.scale) if dots else ""
        return tail, shapes.tip("tail", kind, width, HEAD * self.place.scale)

    def site(self, key: str, point: Point, box: Box) -> str:
        """A place of its own on the outline of a card, as connectors name it."""
        left, top, width, height = box
        self.sites[key].append(((point[0] - left) / width, (point[1] - top) / height))
        return f'id="{self.outlines[key]}" idx="{len(shapes.SIDES) + len(self.sites[key]) - 1}"'

    def captions(self, piece: Piece, lines: ArrowLines) -> None:
        """What is written beside an arrow; on the background's colour where a line runs through it."""
        for part in piece.parts:
            texts = [i for i in part.items if isinstance(i, Text)]
            if texts and (piece.key, part.name) in self.spans:
                crossed = lines.cross(around(texts))
                behind = self.palette(self.scene.theme.background if crossed else None)
                id = next(self.ids)
                drawn = self.text(texts, id, f"{self.between(piece)}: caption", behind)
                self.add(id, drawn, self.spans[piece.key, part.name], shape=True, filled=crossed)

    def title(self, piece: Piece) -> str:
        return self.titles.get(piece.key) or piece.label[:NAME]

    def between(self, piece: Piece) -> str:
        return f"{self.titles[piece.source]} to {self.titles[piece.target]}"

    def around(self, parts: Sequence[Part]) -> Box:
        return self.box(around(item for part in parts for item in part.items))

    def point(self, point: Point) -> Point:
        scale, x, y = self.place
        return x + scale * point[0], y + scale * point[1]

    def box(self, box: Box) -> Box:
        return *self.point(box[:2]), box[2] * self.place.scale, box[3] * self.place.scale
