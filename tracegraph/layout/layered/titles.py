"""Room for the titles of frames: between the lines that cross the strip where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .plan import Point

Strip = tuple[float, float, float, float]  # along from, across from, along to, across to
CLEAR = 4.0  # between a title and a line
STEPS = 8  # pieces of a curve that are looked at


def gaps(routes: Iterable[Sequence[Point]], strip: Strip, across: bool) -> list[tuple[float, float]]:
    """The stretches of a strip that no line crosses; ``across``: titles run across the flow, else along it."""
    low, high = (strip[1], strip[3]) if across else (strip[0], strip[2])
    taken = sorted(span for route in routes for span in _crossed(route, strip, across))
    free, at = [], low
    for begin, end in taken:
        if begin - CLEAR > at:
            free.append((at, begin - CLEAR))
        at = max(at, end + CLEAR)
    if high > at:
        free.append((at, high))
    return free


def _crossed(route: Sequence[Point], strip: Strip, across: bool) -> Iterator[tuple[float, float]]:
    """Where the curves of a line are inside a strip, in the direction of the title."""
    a0, c0, a1, c1 = strip
    for i in range(1, len(route) - 2, 3):
        curve = route[i - 1 : i + 3]
        if max(p[0] for p in curve) < a0 or min(p[0] for p in curve) > a1:
            continue
        if max(p[1] for p in curve) < c0 or min(p[1] for p in curve) > c1:
            continue
        points = [_at(curve, step / STEPS) for step in range(STEPS + 1)]
        for p, q in zip(points, points[1:]):
            if max(p[0], q[0]) >= a0 and min(p[0], q[0]) <= a1 and max(p[1], q[1]) >= c0 and min(p[1], q[1]) <= c1:
                yield (min(p[1], q[1]), max(p[1], q[1])) if across else (min(p[0], q[0]), max(p[0], q[0]))


def _at(curve: Sequence[Point], t: float) -> Point:
    u = 1 - t
    weights = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return sum(w * p[0] for w, p in zip(weights, curve)), sum(w * p[1] for w, p in zip(weights, curve))
