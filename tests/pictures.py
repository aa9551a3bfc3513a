"""What is where in the SVG of a drawing: texts with their measured boxes, cards, cells; and programs to draw."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

import tracegraph as tg
from tracegraph.drawing import Drawing
from tracegraph.metrics import EM, table

SVG = "{http://www.w3.org/2000/svg}"
ROOM = 0.01  # points: coordinates in the SVG have two decimals


@dataclass(frozen=True)
class Rect:
    """Left, top, right, bottom; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Rect) -> bool:
        return (
            self.left - ROOM <= other.left and other.right <= self.right + ROOM
            and self.top - ROOM <= other.top and other.bottom <= self.bottom + ROOM
        )  # fmt: skip

    def meets(self, other: Rect) -> bool:
        return (
            self.left + ROOM < other.right and other.left + ROOM < self.right
            and self.top + ROOM < other.bottom and other.top + ROOM < self.bottom
        )  # fmt: skip

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True)
class Text:
    """A text and the box of its glyphs: as wide as any format draws it, from the digits' height to the descenders."""

    text: str
    rect: Rect
    fill: str


@dataclass(frozen=True)
class Group:
    """A node, an edge or a cluster: its frame (of a node or cluster), texts, and filled shapes from back to front."""

    kind: str
    id: str
    frame: Rect | None
    texts: tuple[Text, ...]
    shapes: tuple[tuple[Rect, str], ...]


def groups(svg: str) -> list[Group]:
    """Everything that is drawn."""
    root = ET.fromstring(svg.encode())
    return [_group(g) for g in root.iter(f"{SVG}g") if g.get("class") in ("node", "edge", "cluster", "graph")]


def _group(g: ET.Element) -> Group:
    kind = g.attrib["class"]
    texts = tuple(_text(t) for t in g.findall(f"{SVG}text"))
    shapes = tuple(_shapes(g))
    frame = shapes[0][0] if kind != "edge" and shapes else None
    return Group(kind, g.attrib["id"], frame, texts, shapes)


def _text(t: ET.Element) -> Text:
    x, y, size = (float(t.attrib[k]) for k in ("x", "y", "font-size"))
    written = t.text or ""
    width = exact_width(written, size, t.get("font-weight") == "bold")
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[t.attrib["text-anchor"]]
    return Text(written, Rect(left, y - 0.72 * size, left + width, y + 0.21 * size), t.attrib["fill"])


def exact_width(text: str, size: float, bold: bool) -> float:
    """Width as a browser draws it with Arial's metrics; what the font lacks takes an em, what combines takes none."""
    known = table(bold)
    ems = [known[c] / EM if c in known else 0.0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 1.0 for c in text]
    return sum(ems) * size


def _shapes(g: ET.Element) -> Iterator[tuple[Rect, str]]:
    for e in g:
        if e.tag == f"{SVG}polygon":
            yield bounds([tuple(map(float, p.split(","))) for p in e.attrib["points"].split()]), e.attrib["fill"]
        elif e.tag == f"{SVG}path" and e.attrib["fill"] != "none":
            points = e.attrib["d"].replace("M", " ").replace("C", " ").split()
            yield bounds([tuple(map(float, p.split(","))) for p in points]), e.attrib["fill"]


def bounds(points: list[Any]) -> Rect:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return Rect(min(xs), min(ys), max(xs), max(ys))


def faults(drawing: Drawing) -> list[str]:
    """Every text that leaves its card or cell, and every two texts of one card or caption that overlap."""
    found = []
    for group in groups(drawing.svg):
        for text in group.texts:
            around = [r for r, _ in group.shapes if group.kind != "edge" and _anchored(r, text.rect)]
            if group.kind != "edge" and group.kind != "graph" and not around:
                found.append(f"{text.text!r} is in no box of {group.id}")
            found += [f"{text.text!r} leaves {r} with {text.rect}" for r in around if not r.holds(text.rect)]
        found += [f"{a.text!r} overlaps {b.text!r}" for a, b in combinations(group.texts, 2) if a.rect.meets(b.rect)]
    return found


def _anchored(shape: Rect, text: Rect) -> bool:
    """Whether the middle of a text's left edge is in a shape."""
    return shape.left <= text.left + 0.5 <= shape.right and shape.top <= (text.top + text.bottom) / 2 <= shape.bottom


def crowding(drawing: Drawing) -> list[str]:
    """Every caption that meets a card or another caption, and every two cards that meet."""
    all_groups = groups(drawing.svg)
    cards = [(g.id, g.frame) for g in all_groups if g.kind == "node" and g.frame]
    captions = [(t.text, t.rect) for g in all_groups if g.kind == "edge" for t in g.texts]
    found = [f"caption {t!r} is on card {c}" for t, r in captions for c, frame in cards if r.meets(frame)]
    found += [f"captions {a[0]!r} and {b[0]!r} overlap" for a, b in combinations(captions, 2) if a[1].meets(b[1])]
    return found + [f"cards {a[0]} and {b[0]} overlap" for a, b in combinations(cards, 2) if a[1].meets(b[1])]
