"""A frame as a list of shapes and texts, for formats that have no groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..layout.canvas import Canvas, caption
from ..layout.scene import Image, Item, Point, Text
from ..layout.sheet import Frame, Sheet


def painted(sheet: Sheet, frame: Frame, at: Canvas) -> Iterator[Item]:
    """What the frame shows, and its caption, in the order of painting."""
    shown = {*frame.shown}
    for piece in sheet.scene.pieces:
        for part in piece.parts:
            if (piece.key, part.name) in shown:
                yield from (_moved(item, at.left) for item in part.items)
    yield from caption(at, sheet.scene, frame.caption)


def _moved(item: Item, by: float) -> Item:
    """An item further to the right."""
    if isinstance(item, (Text, Image)):
        return replace(item, x=item.x + by)
    return replace(item, points=tuple(_right(point, by) for point in item.points))


def _right(point: Point, by: float) -> Point:
    return point[0] + by, point[1]
