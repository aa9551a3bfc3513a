"""Room for the titles of frames: between the lines that cross the strip where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .plan import Point

Strip = tuple[float, float, float, float]  # left, top, right, bottom; or along and across
CLEAR = 4.0  # between a title and a line
STEPS = 8  # pieces of a curve that are looked at
BUCKET = 256.0  # side of the squares by which curves are found


class RouteIndex:
    """The curves of all lines, found by the place they pass."""

    def __init__(self, routes: Iterable[Sequence[Point]]) -> None:
        self.buckets: dict[tuple[int, int], list[Sequence[Point]]] = {}
        for route in routes:
            for i in range(1, len(route) - 2, 3):
                curve = route[i - 1 : i + 3]
                for bucket in _buckets(_ends(curve)):
                    self.buckets.setdefault(bucket, []).append(curve)

    def gaps(self, strip: Strip, second: bool) -> list[tuple[float, float]]:
        """The stretches of a strip that no line crosses, along the first coordinate or the ``second`` one."""
        low, high = (strip[1], strip[3]) if second else (strip[0], strip[2])
        curves = {id(c): c for bucket in _buckets(strip) for c in self.buckets.get(bucket, ())}
        occupied = sorted(span for curve in curves.values() for span in _crossed(curve, strip, second))
        free, at = [], low
        for begin, end in occupied:
            if begin - CLEAR > at:
                free.append((at, begin - CLEAR))
            at = max(at, end + CLEAR)
        if high > at:
            free.append((at, high))
        return free


def _ends(points: Sequence[Point]) -> Strip:
    """The rectangle between the ends of a curve, which ours do not leave."""
    (x, y), (u, v) = points[0], points[-1]
    return (x if x < u else u), (y if y < v else v), (u if x < u else x), (v if y < v else y)


def _buckets(box: Strip) -> Iterator[tuple[int, int]]:
    for x in range(int(box[0] // BUCKET), int(box[2] // BUCKET) + 1):
        for y in range(int(box[1] // BUCKET), int(box[3] // BUCKET) + 1):
            yield x, y


def _crossed(curve: Sequence[Point], strip: Strip, second: bool) -> Iterator[tuple[float, float]]:
    """Where a curve is inside a strip, in the direction of the title."""
    if not _meet(_ends(curve), strip):
        return
    points = [_at(curve, step / STEPS) for step in range(STEPS + 1)]
    for p, q in zip(points, points[1:]):
        if _meet(box := _ends((p, q)), strip):
            yield (box[1], box[3]) if second else (box[0], box[2])


def _meet(box: Strip, strip: Strip) -> bool:
    return box[2] >= strip[0] and box[0] <= strip[2] and box[3] >= strip[1] and box[1] <= strip[3]


def _at(curve: Sequence[Point], t: float) -> Point:
    u = 1 - t
    weights = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return sum(w * p[0] for w, p in zip(weights, curve)), sum(w * p[1] for w, p in zip(weights, curve))
