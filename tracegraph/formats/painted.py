"""A frame as a list of shapes and texts, for formats that have no groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..layout.canvas import Canvas, caption, heading
from ..layout.scene import Area, Image, Item, Text
from ..layout.sheet import Document, Frame, Sheet


def painted(sheet: Sheet, frame: Frame, at: Canvas) -> Iterator[Item]:
    """What the frame shows, and its caption, in the order of painting."""
    shown = {*frame.shown}
    for piece in sheet.scene.pieces:
        for part in piece.parts:
            if (piece.key, part.name) in shown:
                yield from (_placed(item, at) for item in part.items)
    yield from caption(at, sheet.scene, frame.caption)


def slide(document: Document, sheet: Sheet, frame: Frame, at: Canvas) -> Iterator[Item]:
    """The same; in a talk with the heading of the slide."""
    yield from heading(sheet) if document.talk else ()
    yield from painted(sheet, frame, at)


def _placed(item: Item, at: Canvas) -> Item:
    """An item where it is on the canvas."""
    scale = at.scale
    if isinstance(item, Text):
        return replace(item, x=at.left + scale * item.x, y=at.above + scale * item.y, size=scale * item.size)
    if isinstance(item, Image):
        x, y = at.left + scale * item.x, at.above + scale * item.y
        return replace(item, x=x, y=y, width=scale * item.width, height=scale * item.height)
    points = tuple((at.left + scale * x, at.above + scale * y) for x, y in item.points)
    moved = replace(item, points=points, width=scale * item.width)
    return replace(moved, radius=scale * moved.radius) if isinstance(moved, Area) else moved
