"""What is wrong with a placement: arrows through cards, captions or titles, overlaps, strangers in frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from tracegraph.layout.layered import Placement, Plan

Box = tuple[float, float, float, float]
Point = tuple[float, float]
NEAR = 0.6  # points that things may reach into each other
STEPS = 10  # lines that a curve is looked at as


def faults(plan: Plan, placement: Placement) -> list[str]:
    """A line for each fault."""
    cards = [(x, y, b.width, b.height) for (x, y), b in zip(placement.blocks, plan.blocks, strict=True)]
    captions = {
        i: (x, y, *link.caption)
        for i, ((x, y), link) in enumerate(zip(placement.captions, plan.links, strict=True))
        if link.caption[0]
    }
    titles = {
        f.scope: (*f.title, min(f.room, plan.titles.get(f.scope, 0.0)), 20.0) for f in placement.frames if f.room > 0
    }
    return [
        *_overlaps(cards, captions, titles),
        *_crossed(placement.routes, cards, captions, titles),
        *_ends(plan, placement.routes, cards),
        *_strangers(plan, placement, cards),
        *_outside(placement, [*cards, *captions.values(), *(f.box for f in placement.frames)]),
    ]


def _overlaps(cards: list[Box], captions: dict[int, Box], titles: dict[tuple[str, ...], Box]) -> Iterator[str]:
    named = [(f"card {i}", box) for i, box in enumerate(cards)]
    named += [(f"caption {i}", box) for i, box in captions.items()]
    named += [(f"title {scope}", box) for scope, box in titles.items()]
    for (one, a), (other, b) in combinations(named, 2):
        if meet(a, b):
            yield f"{one} overlaps {other}"


def _crossed(
    routes: Sequence[Sequence[Point]], cards: list[Box], captions: dict[int, Box], titles: dict[tuple[str, ...], Box]
) -> Iterator[str]:
    named = [(f"card {i}", box) for i, box in enumerate(cards)]
    named += [(f"caption {i}", box) for i, box in captions.items()]
    named += [(f"title {scope}", box) for scope, box in titles.items()]
    for i, route in enumerate(routes):
        points = sampled(route)
        for name, box in named:
            if any(enters(p, q, box) for p, q in zip(points, points[1:])):
                yield f"arrow {i} runs through {name}"


def _ends(plan: Plan, routes: Sequence[Sequence[Point]], cards: list[Box]) -> Iterator[str]:
    for i, (link, route) in enumerate(zip(plan.links, routes, strict=True)):
        for end, block in ((route[0], link.source), (route[-1], link.target)):
            x, y, w, h = cards[block]
            inside = x - 1 <= end[0] <= x + w + 1 and y - 1 <= end[1] <= y + h + 1
            at_side = min(abs(end[0] - x), abs(end[0] - x - w), abs(end[1] - y), abs(end[1] - y - h)) <= 1
            if not (inside and at_side):
                yield f"arrow {i} does not end at card {block}"


def _strangers(plan: Plan, placement: Placement, cards: list[Box]) -> Iterator[str]:
    for frame in placement.frames:
        for i, (block, card) in enumerate(zip(plan.blocks, cards, strict=True)):
            if block.scope[: len(frame.scope)] != frame.scope and meet(frame.box, card):
                yield f"card {i} stands in frame {frame.scope}"
    for i, block in enumerate(plan.blocks):
        for depth in range(1, len(block.scope) + 1):
            if not any(f.scope == block.scope[:depth] and _holds(f.box, cards[i]) for f in placement.frames):
                yield f"card {i} is not in its frame {block.scope[:depth]}"


def _outside(placement: Placement, boxes: Sequence[Box]) -> Iterator[str]:
    whole = (0.0, 0.0, placement.width, placement.height)
    for box in boxes:
        if not _holds(whole, box):
            yield f"{box} is not on the page"


def meet(a: Box, b: Box) -> bool:
    """Whether two boxes overlap."""
    across = a[0] + NEAR < b[0] + b[2] and b[0] + NEAR < a[0] + a[2]
    return across and a[1] + NEAR < b[1] + b[3] and b[1] + NEAR < a[1] + a[3]


def _holds(outer: Box, inner: Box) -> bool:
    left, top = inner[0] >= outer[0] - NEAR, inner[1] >= outer[1] - NEAR
    right = inner[0] + inner[2] <= outer[0] + outer[2] + NEAR
    return left and top and right and inner[1] + inner[3] <= outer[1] + outer[3] + NEAR


def sampled(route: Sequence[Point]) -> list[Point]:
    """Points on a chain of Bézier curves."""
    points = [route[0]]
    for i in range(1, len(route) - 2, 3):
        p, q, r, s = route[i - 1 : i + 3]
        for step in range(1, STEPS + 1):
            t = step / STEPS
            u = 1 - t
            weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
            x, y = (sum(w * point[k] for w, point in zip(weights, (p, q, r, s), strict=True)) for k in (0, 1))
            points.append((x, y))
    return points


def enters(p: Point, q: Point, box: Box) -> bool:
    """Whether a line reaches into a box (Liang and Barsky 1984)."""
    low, high = 0.0, 1.0
    for k in (0, 1):
        begin, end = box[k] + NEAR, box[k] + box[k + 2] - NEAR
        if begin >= end:
            return False
        way = q[k] - p[k]
        if abs(way) < 1e-9:
            if not begin <= p[k] <= end:
                return False
            continue
        one, two = sorted(((begin - p[k]) / way, (end - p[k]) / way))
        low, high = max(low, one), min(high, two)
    return low <= high
