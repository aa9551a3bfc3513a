"""The areas of a scene with the texts in them, and how much room things take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...layout.scene import Area, Curve, Image, Item, Part, Point, Text
from ...text.metrics import text_width
from .routes import Box

LINE, BASE = 1.15, 0.35  # of the type size: how high a line is, and how far its baseline is below its middle (Arial)


def box_of(item: Item) -> Box:
    """Left, top, width and height of something drawn; of a text, as wide as it was measured."""
    if isinstance(item, Area):
        return item.box
    if isinstance(item, Image):
        return item.x, item.y, item.width, item.height
    if isinstance(item, Curve):
        xs, ys = zip(*item.points)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    width, high = text_width(item.text, item.size, item.bold), LINE * item.size
    left = item.x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[item.anchor]
    return left, item.y - BASE * item.size - high / 2, width, high


def around(items: Iterable[Item]) -> Box:
    """The least box with all of them in it."""
    boxes = [box_of(item) for item in items]
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top


def said(parts: Sequence[Part]) -> str:
    """All texts of some parts."""
    return " ".join(i.text for p in parts for i in p.items if isinstance(i, Text))


def paired(items: Iterable[Item]) -> list[tuple[Item, Text | None]]:
    """Everything in the order of painting, each filled area with the text that is in its middle, if there is one.

    A fill and a frame of the same place are one area.
    """
    pairs: list[tuple[Item, Text | None]] = []
    places: dict[tuple[Point, ...], int] = {}
    fill = 0
    for item in items:
        if isinstance(item, Text) and item.in_area:
            pairs[fill] = pairs[fill][0], item
        elif isinstance(item, Area) and item.fill is None and item.points in places:
            under, text = pairs[places[item.points]]
            pairs[places[item.points]] = _framed(under, item), text
        else:
            if isinstance(item, Area):
                places.setdefault(item.points, len(pairs))
                fill = len(pairs) if item.fill else fill
            pairs.append((item, None))
    return pairs


def _framed(area: Item, frame: Area) -> Item:
    return replace(area, stroke=frame.stroke, width=frame.width) if isinstance(area, Area) else area
