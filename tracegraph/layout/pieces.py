"""Cards, arrows, clusters and header at their places: what is the same for every layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..picture.parts import Picture
from ..picture.theme import Theme
from ..text.metrics import laid_width
from .arrows import Stroke, stroke
from .cells import Table, corners, rounding, shapes
from .measured import Measured
from .scene import RING, Area, Curve, Item, Part, Piece, Point, Scene, Text

Rect = tuple[float, float, float, float]
"""Left, top, width and height."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an arrow: Bézier curves end to end, the polygon of its head, and the circles at its tail."""

    curve: Sequence[Point]
    head: Sequence[Point]
    dots: Sequence[tuple[Point, float]] = ()


@dataclass(frozen=True, slots=True)
class ClusterFrame:
    """A frame around a cluster, by its number: a box, and a title at its corner. A cluster may have several."""

    cluster: int
    box: Rect
    title: Table | None
    corner: Point


@dataclass(frozen=True, slots=True)
class Places:
    """What a layout finds, in points from the upper left corner.

    ``header`` and ``cards`` are upper left corners; a caption is the corner of the text of an arrow. None where there
    is nothing to place. All in the order of `Measured`, frames with outer ones before those inside.
    """

    width: float
    height: float
    header: Point | None
    cards: Sequence[Point]
    frames: Sequence[ClusterFrame]
    routes: Sequence[Route]
    captions: Sequence[Point | None]


def compose(picture: Picture, theme: Theme, sizes: Measured, places: Places) -> Scene:
    """Put what a picture shows at its places."""
    pieces = (
        *_header(picture, sizes, places),
        *_clusters(theme, places),
        *_arrows(picture, theme, sizes, places),
        *_cards(picture, theme, sizes, places),
    )
    return Scene(places.width, places.height, picture.title, picture.description, theme, pieces)


def _header(picture: Picture, sizes: Measured, places: Places) -> Iterator[Piece]:
    if items := _items(sizes.header, places.header):
        items = items if picture.legend else _held_left(items)  # tick marks stay where they point
        yield Piece("header", "header", _words(items), (Part("card", items),))


def _clusters(theme: Theme, places: Places) -> Iterator[Piece]:
    seen: Counter[int] = Counter()
    for frame in places.frames:
        seen[frame.cluster] += 1
        key = f"c{frame.cluster}" + (f"_{seen[frame.cluster]}" if seen[frame.cluster] > 1 else "")
        area = Area(corners(*frame.box), theme.cluster, theme.cluster_border, 1.0, rounding(*frame.box[2:]))
        items = (area, *_held_left(_items(frame.title, frame.corner)))
        yield Piece(key, "cluster", _words(items), (Part("card", items),))


def _arrows(picture: Picture, theme: Theme, sizes: Measured, places: Places) -> Iterator[Piece]:
    """Arrows as they are drawn; where something flows back, before that as plain lines too."""
    plain = Stroke(theme.neutral, "solid", theme.scale)
    arrows = zip(picture.arrows, places.routes, sizes.captions, places.captions, strict=True)
    for i, (arrow, route, caption, corner) in enumerate(arrows):
        whole = (*_line(stroke(theme, arrow), route), *_items(caption, corner))
        parts: tuple[Part, ...] = (Part("line", whole),)
        if arrow.contributes:
            parts = (Part("line", tuple(_line(plain, route))), Part("contribution", whole))
        yield Piece(f"a{i}", "arrow", arrow.label, parts, arrow.source, arrow.target)


def _line(look: Stroke, route: Route) -> Iterator[Item]:
    """The curve, the dots at its tail, and its head."""
    yield Curve(tuple(route.curve), look.color, look.width, look.style)
    for (x, y), r in route.dots:
        yield Area(corners(x - r, y - r, 2 * r, 2 * r), look.color, look.color, look.width, r)
    yield Area(tuple(route.head), None if look.head == "empty" else look.color, look.color, look.width)


def _cards(picture: Picture, theme: Theme, sizes: Measured, places: Places) -> Iterator[Piece]:
    """The parts of each card, and the frame around it."""
    for box, card, corner in zip(picture.boxes, sizes.cards.values(), places.cards, strict=True):
        parts: dict[str, list[Item]] = {"card": []}
        for part, item in shapes(card, *corner):
            parts.setdefault(part, []).append(item)
        outline = next(i for i in parts["card"] if isinstance(i, Area))
        parts["focus"] = [replace(outline, fill=None, stroke=theme.focus, width=RING * theme.scale)]
        yield Piece(box.key, "card", box.label, tuple(Part(name, tuple(items)) for name, items in parts.items()))


def _items(table: Table | None, corner: Point | None) -> tuple[Item, ...]:
    return tuple(item for _, item in shapes(table, *corner)) if table and corner else ()


def _held_left(items: Iterable[Item]) -> tuple[Item, ...]:
    """Centred texts held at their left ends: in a wider font they do not leave the drawing or the cluster there."""
    return tuple(_left(i) if isinstance(i, Text) and i.anchor == "middle" else i for i in items)


def _left(text: Text) -> Text:
    half = laid_width(text.text, text.size, text.bold) / 2
    return replace(text, x=round(text.x - half, 2), anchor="start")


def _words(items: tuple[Item, ...]) -> str:
    return " ".join(item.text for item in items if isinstance(item, Text))
