"""The layout of a drawing as shapes and texts with their places: what writers of slides are made from."""

from __future__ import annotations

from dataclasses import dataclass

from ..picture.theme import Theme

Point = tuple[float, float]
RING = 3.0  # width of the frame around the card that a step is about, at scale 1


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon, or a rectangle with rounded corners if ``radius`` is not 0 (``points`` are then its corners).

    ``fill`` and ``stroke`` are ``#rrggbb``, None for none.
    """

    points: tuple[Point, ...]
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    radius: float = 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height."""
        xs, ys = zip(*self.points)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


@dataclass(frozen=True, slots=True)
class Curve:
    """Cubic Bézier curves end to end: a start, then two control points and an end for each.

    ``dash`` is solid, dashed or dotted.
    """

    points: tuple[Point, ...]
    stroke: str
    width: float
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Text:
    """One line; ``y`` is its baseline, ``x`` the place that ``anchor`` (start, middle, end) names; size in points.

    ``in_area``: whether it stands in the middle of the last filled area before it.
    """

    x: float
    y: float
    text: str
    size: float
    color: str
    bold: bool = False
    anchor: str = "middle"
    struck: bool = False
    in_area: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG in a rectangle; to be enlarged without smoothing."""

    x: float
    y: float
    width: float
    height: float
    data: bytes


Item = Area | Curve | Text | Image


@dataclass(frozen=True, slots=True)
class Part:
    """What appears at once, in the order of painting."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A card, an arrow, a cluster or the header; ``label`` says aloud what it shows.

    Parts of a card: ``card`` (all that is there before the numbers), ``value``, ``gradient``, ``tags``, ``marks``, and
    ``focus``, a frame around it. Of an arrow: ``line``, and ``contribution`` (the arrow in its colour, with caption),
    which takes the place of the line. Others have ``card`` only. ``source`` and ``target`` of an arrow are keys of
    cards; ``box`` of a card is its rectangle.
    """

    key: str
    kind: str
    label: str
    parts: tuple[Part, ...]
    source: str = ""
    target: str = ""

    def part(self, name: str) -> Part | None:
        """The part of this name; None where there is none."""
        return next((p for p in self.parts if p.name == name), None)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the areas of its first part."""
        areas = [i for i in self.parts[0].items if isinstance(i, Area)]
        xs, ys = zip(*(point for area in areas for point in area.points))
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that is drawn, in points from the upper left corner, in the order of painting."""

    width: float
    height: float
    title: str
    description: str
    theme: Theme
    pieces: tuple[Piece, ...]

    def of(self, kind: str) -> tuple[Piece, ...]:
        """The pieces of one kind: card, arrow, cluster, header."""
        return tuple(p for p in self.pieces if p.kind == kind)
