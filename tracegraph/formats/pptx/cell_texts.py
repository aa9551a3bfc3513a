"""Which texts of a scene lie in which of its areas, and how much room they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...layout.scene import Area, Curve, Image, Item, Part, Text
from ...text.metrics import text_width
from .routes import Box

LINE, BASE = 1.15, 0.35  # of the type size: how high a line is, and how far its baseline is below its middle (Arial)
ASIDE = 2.0  # points by which a text is beside the middle of a cell at most


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


def paired(items: Sequence[Item]) -> list[tuple[Item, Text | None]]:
    """Everything in the order of painting, each area with the one text that is in its middle, if there is one.

    A fill and a frame of the same place are one area.
    """
    merged = _merged(items)
    within = {i: j for i, item in enumerate(merged) if isinstance(item, Area) and (j := _inside(item, merged)) >= 0}
    inside = set(within.values())
    texts = {i: text for i, j in within.items() if isinstance(text := merged[j], Text)}
    return [(item, texts.get(i)) for i, item in enumerate(merged) if i not in inside]


def _inside(area: Area, items: Sequence[Item]) -> int:
    """The number of the text in the middle of an area; -1 where there is none, or more than one in all."""
    left, top, width, height = area.box
    own = [
        i
        for i, t in enumerate(items)
        if isinstance(t, Text) and left <= t.x <= left + width and top <= t.y <= top + height
    ]
    text = items[own[0]] if len(own) == 1 else None
    return own[0] if isinstance(text, Text) and _centered(text, area.box) else -1


def _centered(text: Text, box: Box) -> bool:
    left, top, width, height = box
    beside = abs(text.x - left - width / 2), abs(text.y - BASE * text.size - top - height / 2)
    return text.anchor == "middle" and max(beside) < ASIDE


def _merged(items: Sequence[Item]) -> list[Item]:
    done: list[Item] = []
    for item in items:
        for i, under in enumerate(done):
            if isinstance(item, Area) and item.fill is None and isinstance(under, Area) and under.points == item.points:
                done[i] = replace(under, stroke=item.stroke, width=item.width)
                break
        else:
            done.append(item)
    return done
