"""The way of each line through its channels, tracks and rows, as Bézier curves in ``(a, c)``."""

from __future__ import annotations

from collections.abc import Sequence

from .plan import CORNER, Point
from .tracks import Channel
from .vertices import Segment, Vertex


def straight(start: Point, end: Point) -> list[Point]:
    """The last three points of a curve that is a line."""
    (x, y), (u, v) = start, end
    return [(x + (u - x) / 3, y + (v - y) / 3), (x + 2 * (u - x) / 3, y + 2 * (v - y) / 3), end]


def swung(start: Point, end: Point) -> list[Point]:
    """A curve that leaves and arrives along the flow."""
    middle = (start[0] + end[0]) / 2
    return [(middle, start[1]), (middle, end[1]), end]


class Way:
    """A line in the making: stretches and turns, one after the other."""

    def __init__(self, start: Point) -> None:
        self.points = [start]

    @property
    def last(self) -> Point:
        return self.points[-1]

    def along(self, a: float) -> None:
        """Go on to a place along the flow."""
        if abs(a - self.last[0]) > 0.01:
            self.points += straight(self.last, (a, self.last[1]))

    def swing(self, a: float, c: float) -> None:
        """Go to another place across the flow on the way."""
        if abs(c - self.last[1]) < 0.5:
            self.points += straight(self.last, (a, c))
        else:
            self.points += swung(self.last, (a, c))

    def turns(self, corners: Sequence[Point]) -> None:
        """Go over corners, which are rounded; the last one is where the line goes on from."""
        path = [self.last, *corners]
        for before, corner, after in zip(path, path[1:], path[2:]):
            radius = min(CORNER, _far(before, corner) / 2, _far(corner, after) / 2)
            begin, end = _toward(corner, before, radius), _toward(corner, after, radius)
            self.points += straight(self.last, begin)
            self.points += [_toward(corner, begin, radius * 0.45), _toward(corner, end, radius * 0.45), end]
        self.points += straight(self.last, path[-1])


def _far(p: Point, q: Point) -> float:
    return abs(p[0] - q[0]) + abs(p[1] - q[1])


def _toward(start: Point, end: Point, by: float) -> Point:
    length = _far(start, end)
    if not length:
        return start
    return start[0] + (end[0] - start[0]) * by / length, start[1] + (end[1] - start[1]) * by / length


def arrive(way: Way, channel: Channel, vertex: Vertex, segment: Segment, top: float, edge: float) -> Point:
    """Go along the caption and to the card; return the left end of the caption, on the line."""
    entry = top + vertex.c + segment.enter
    land = top + vertex.c + segment.land
    caption = channel.fan - segment.caption[0] - 4.0
    if abs(land - entry) > 0.5:
        way.along(channel.fan)
        way.swing(channel.end, land)
    way.along(edge)
    return caption, entry
