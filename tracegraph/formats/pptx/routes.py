"""Where the arrows of a slide run: from card to card as straight lines, with bends where a card is in the way.

A connector that follows the cards is drawn anew by the program that shows it: curved ones loop in LibreOffice, which
also ignores where the corners of elbows were put, and then they run through cards. Straight ones look the same
everywhere, so an arrow that has to bend is several of them, along the curve of Graphviz, which keeps clear of cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ...layout.scene import Area, Curve, Part, Point, Scene

Box = tuple[float, float, float, float]
"""Left, top, width and height."""
STRAIGHT = 6.0  # points by which a straight line may leave the curve, beside which captions are
BENT = (12.0, 6.0, 3.0, 1.5, 0.0)  # by which one with bends may, the first that keeps clear of cards
PIECES = 6  # in which each part of a curve is looked at


def routes(scene: Scene) -> dict[str, tuple[Point, ...]]:
    """The way of each arrow past all cards, also those that a slide does not show: it is the same on every slide."""
    boxes = {card.key: card.box for card in scene.of("card")}
    cards = [*boxes.values()]
    return {a.key: route(a.parts[-1], boxes[a.source], boxes[a.target], cards) for a in scene.of("arrow")}


def route(part: Part, source: Box, target: Box, cards: Sequence[Box]) -> tuple[Point, ...]:
    """The points of an arrow, from the outline of one card to that of the other: two where nothing is in the way."""
    curve = next(i for i in part.items if isinstance(i, Curve))
    heads = (i.points for i in part.items if isinstance(i, Area) and not i.radius)  # and no dots
    drawn = [*curve.points, *(point for points in heads for point in points)]
    start, end = (_on(box, min(drawn, key=lambda p: _distance(box, p))) for box in (source, target))
    way = (start, *_sampled(curve.points)[1:-1], end)
    others = [box for box in _beside(way, cards) if box not in (source, target)]
    straight = simplified(way, STRAIGHT)
    if len(straight) == 2 and _free(straight, others):
        return straight
    bent = [simplified(way, slack) for slack in BENT]
    return next((points for points in bent if _free(points, others)), bent[0])


class ArrowLines:
    """All lines of a slide, to be asked whether one of them meets the inside of a box."""

    def __init__(self, ways: Iterable[Sequence[Point]]) -> None:
        self.ends = [pair for way in ways for pair in zip(way, way[1:])]
        found = np.array(self.ends, float).reshape(-1, 2, 2)
        self.low, self.high = found.min(axis=1), found.max(axis=1)

    def cross(self, box: Box) -> bool:
        left, top, width, height = box
        near = (self.low < (left + width, top + height)) & (self.high > (left, top))
        return any(crosses(*self.ends[i], box) for i in np.flatnonzero(near.all(axis=1)))


def simplified(way: Sequence[Point], slack: float) -> tuple[Point, ...]:
    """The bends of a line that leaves another by so many points at most (Douglas and Peucker, 1973)."""
    kept = {0, len(way) - 1}
    spans = [(0, len(way) - 1)]
    while spans:
        first, last = spans.pop()
        off = [_off(way[i], way[first], way[last]) for i in range(first + 1, last)]
        if off and max(off) > slack:
            middle = first + 1 + off.index(max(off))
            kept.add(middle)
            spans += [(first, middle), (middle, last)]
    return tuple(way[i] for i in sorted(kept))


def crosses(a: Point, b: Point, box: Box) -> bool:
    """Whether a line from ``a`` to ``b`` meets the inside of a box (Liang and Barsky, 1984)."""
    enter, leave = 0.0, 1.0
    for axis in (0, 1):
        low, high, run = box[axis], box[axis] + box[axis + 2], b[axis] - a[axis]
        if a[axis] <= low and b[axis] <= low or a[axis] >= high and b[axis] >= high:
            return False  # on one side of it, as nearly all are
        if run == 0:
            continue
        first, last = sorted(((low - a[axis]) / run, (high - a[axis]) / run))
        enter, leave = max(enter, first), min(leave, last)
    return enter < leave


def _beside(way: Sequence[Point], boxes: Sequence[Box]) -> list[Box]:
    """The boxes that meet the one around a line: few, and only they need a closer look."""
    xs, ys = zip(*way)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return [b for b in boxes if b[0] < right and left < b[0] + b[2] and b[1] < bottom and top < b[1] + b[3]]


def _free(way: Sequence[Point], boxes: Sequence[Box]) -> bool:
    return not any(crosses(a, b, box) for a, b in zip(way, way[1:]) for box in boxes)


def _sampled(points: Sequence[Point]) -> list[Point]:
    """Points on Bézier curves that are given end to end."""
    found = [points[0]]
    for i in range(0, len(points) - 1, 3):
        for step in range(1, PIECES + 1):
            t = step / PIECES
            shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (sum(s * p[axis] for s, p in zip(shares, points[i : i + 4], strict=True)) for axis in (0, 1))
            found.append((x, y))
    return found


def _off(point: Point, a: Point, b: Point) -> float:
    """How far a point is from the line between two others."""
    (x, y), (dx, dy) = (point[0] - a[0], point[1] - a[1]), (b[0] - a[0], b[1] - a[1])
    length = dx * dx + dy * dy
    along = min(max((x * dx + y * dy) / length, 0.0), 1.0) if length else 0.0
    return float(((x - along * dx) ** 2 + (y - along * dy) ** 2) ** 0.5)


def _distance(box: Box, point: Point) -> float:
    nearest = [min(max(v, low), low + size) for v, low, size in zip(point, box, box[2:])]
    return (nearest[0] - point[0]) ** 2 + (nearest[1] - point[1]) ** 2


def _on(box: Box, point: Point) -> Point:
    """The place on the outline of a box that is nearest to a point."""
    left, top, width, height = box
    x, y = min(max(point[0], left), left + width), min(max(point[1], top), top + height)
    off = {
        (left, y): x - left,
        (left + width, y): left + width - x,
        (x, top): y - top,
        (x, top + height): top + height - y,
    }
    return min(off, key=lambda side: off[side])
