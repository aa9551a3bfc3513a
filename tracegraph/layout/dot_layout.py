"""Places from Graphviz's `dot`: it is given the sizes of cards, captions and titles, and runs once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import floor
from typing import Any

from ..graphviz.run import render
from ..picture.parts import Arrow, Picture
from ..picture.theme import Theme
from ..text.metrics import laid_width
from .arrows import Stroke, stroke
from .cells import ROUND, Table, corners, shapes
from .dot_graph import source
from .measured import Measured, clusters, measured
from .scene import RING, Area, Curve, Item, Part, Piece, Point, Scene, Text

SIZED = (
    '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR><TD FIXEDSIZE="TRUE" '
    'WIDTH="{0.width}" HEIGHT="{0.height}" BGCOLOR="#ffffff"></TD></TR></TABLE>'
)
"""A label of a known size, which Graphviz draws as one rectangle: it needs no font, and says where it put the label."""

Drawn = dict[str, Any]
"""A graph, a cluster, a card or an arrow in Graphviz's JSON: its attributes, and what is drawn for it."""


def scene(picture: Picture, theme: Theme, *, engine: str = "embedded", timeout: float = 60.0) -> Scene:
    """Place everything that a picture shows; `LayoutError` where Graphviz does not deliver."""
    sizes = measured(picture, theme)
    dot = source(picture, theme, sizes, SIZED.format)
    places = _Places(json.loads(render(dot, "json", engine=engine, timeout=timeout)))
    pieces = (
        *_header(picture, sizes, places),
        *_clusters(picture, theme, sizes, places),
        *_arrows(picture, theme, sizes, places),
        *_cards(picture, theme, sizes, places),
    )
    return Scene(places.width, places.height, picture.title, picture.description, theme, pieces)


def scene_of(drawing: Any) -> Scene:
    """The scene of a `Drawing`."""
    return scene(drawing.picture, drawing.theme, engine=drawing._engine, timeout=drawing._timeout)


class _Places:
    """Where Graphviz put things, in points from the upper left corner."""

    def __init__(self, graph: Drawn) -> None:
        self.graph = graph
        xs, ys = zip(*next(o["points"] for o in graph["_draw_"] if "points" in o))
        self.left, self.top = min(xs), max(ys)
        self.width, self.height = (floor(max(n) - min(n) + 0.5) for n in (xs, ys))
        self.named: dict[str, Drawn] = {o["name"]: o for o in graph.get("objects", ())}

    def point(self, x: float, y: float) -> Point:
        return round(x - self.left, 2), round(self.top - y, 2)

    def points(self, thing: Drawn, what: str) -> tuple[Point, ...]:
        """The points of the first shape that is drawn for a thing; ``what`` is ``_draw_``, ``_ldraw_`` and so on."""
        shape = next(o["points"] for o in thing[what] if "points" in o)
        return tuple(self.point(x, y) for x, y in shape)

    def box(self, thing: Drawn, what: str = "_ldraw_") -> tuple[float, float, float, float]:
        """Left, top, width and height of that shape."""
        return Area(self.points(thing, what)).box

    def edges(self, arrows: Sequence[Arrow]) -> Iterator[Drawn]:
        """What is drawn for each arrow; those between the same two cards are in order."""
        names = {o["_gvid"]: name for name, o in self.named.items()}
        between: dict[tuple[str, str], list[Drawn]] = {}
        for edge in reversed(self.graph.get("edges", ())):
            between.setdefault((names[edge["tail"]], names[edge["head"]]), []).append(edge)
        return (between[arrow.source, arrow.target].pop() for arrow in arrows)

    def items(self, table: Table, thing: Drawn) -> Iterator[tuple[str, Item]]:
        """The shapes of a table where the label of a thing is."""
        left, top, _, _ = self.box(thing)
        return shapes(table, left, top)

    def plain(self, table: Table, thing: Drawn) -> tuple[Item, ...]:
        return tuple(item for _, item in self.items(table, thing))


def _held_left(items: Iterable[Item]) -> tuple[Item, ...]:
    """Centred texts held at their left ends: in a wider font they do not leave the drawing or the cluster there."""
    return tuple(_left(i) if isinstance(i, Text) and i.anchor == "middle" else i for i in items)


def _left(text: Text) -> Text:
    half = laid_width(text.text, text.size, text.bold) / 2
    return replace(text, x=round(text.x - half, 2), anchor="start")


def _said(items: tuple[Item, ...]) -> str:
    return " ".join(item.text for item in items if isinstance(item, Text))


def _header(picture: Picture, sizes: Measured, places: _Places) -> Iterator[Piece]:
    if sizes.header:
        items = places.plain(sizes.header, places.graph)
        items = items if picture.legend else _held_left(items)  # tick marks stay where they point
        yield Piece("header", "header", _said(items), (Part("card", items),))


def _clusters(picture: Picture, theme: Theme, sizes: Measured, places: _Places) -> Iterator[Piece]:
    named = zip(clusters(picture.clusters), sizes.titles, strict=True)
    for i, ((name, _), title) in enumerate(named):
        thing = places.named[f"cluster_{name}"]
        left, top, width, height = places.box(thing, "_draw_")
        radius = min(ROUND, width / 3, height / 3)
        frame = Area(corners(left, top, width, height), theme.cluster, theme.cluster_border, 1.0, radius)
        items = (frame, *_held_left(places.plain(title, thing)))
        yield Piece(f"c{i}", "cluster", _said(items), (Part("card", items),))


def _arrows(picture: Picture, theme: Theme, sizes: Measured, places: _Places) -> Iterator[Piece]:
    """Arrows as they are drawn; where something flows back, before that as plain lines too."""
    for i, (arrow, caption, thing) in enumerate(
        zip(picture.arrows, sizes.captions, places.edges(picture.arrows), strict=True)
    ):
        drawn = tuple(_line(stroke(theme, arrow), thing, places))
        parts = [Part("line", drawn)]
        if arrow.contributes:
            plain = tuple(_line(Stroke(theme.neutral, "solid", theme.scale), thing, places))
            text = places.plain(caption, thing) if caption else ()
            parts = [Part("line", plain), Part("contribution", (*drawn, *text))]
        yield Piece(f"a{i}", "arrow", arrow.label, tuple(parts), arrow.source, arrow.target)


def _line(look: Stroke, thing: Drawn, places: _Places) -> Iterator[Item]:
    """The curve, the dot at its tail, and its head."""
    yield Curve(places.points(thing, "_draw_"), look.color, look.width, look.style)
    fill = None if look.head == "empty" else look.color
    for dot in (o["rect"] for o in thing.get("_tdraw_", ()) if "rect" in o):
        x, y = places.point(*dot[:2])
        r = dot[2]
        yield Area(corners(x - r, y - r, 2 * r, 2 * r), look.color, look.color, look.width, r)
    yield Area(places.points(thing, "_hdraw_"), fill, look.color, look.width)


def _cards(picture: Picture, theme: Theme, sizes: Measured, places: _Places) -> Iterator[Piece]:
    """The parts of each card, and the frame around it."""
    for box in picture.boxes:
        parts: dict[str, list[Item]] = {"card": []}
        for part, item in places.items(sizes.cards[box.key], places.named[box.key]):
            parts.setdefault(part, []).append(item)
        outline = next(i for i in parts["card"] if isinstance(i, Area))
        parts["focus"] = [replace(outline, fill=None, stroke=theme.focus, width=RING * theme.scale)]
        yield Piece(box.key, "card", box.label, tuple(Part(name, tuple(items)) for name, items in parts.items()))
