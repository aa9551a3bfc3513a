"""Frames as one SVG that moves by itself."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from ..layout.canvas import canvas, caption
from ..layout.scene import Part, Piece
from ..layout.sheet import Document, Sheet
from . import Options
from .svg import document, draw, element, say, still, written

SECONDS, REST = 1.6, 4.0
"""How long a frame is seen, and the last one."""

Spans = tuple[tuple[int, int], ...]


def write(document: Document, options: Options = Options()) -> bytes:
    """One frame as a still, several as an SVG that moves."""
    sheet = document.only("an animated SVG")
    return still(sheet, 0) if len(sheet) == 1 else moving(sheet, document.title)


def moving(sheet: Sheet, title: str) -> bytes:
    """An SVG that shows one frame after another, without end; where nothing may move or nothing can, the last one."""
    at, scene = canvas(sheet), sheet.scene
    name = at.prefix("moving")
    clock = _Clock(name, len(sheet))
    description = f"{scene.description}; {len(sheet)} steps"
    root = document(at, scene, name, title or sheet.title, description)
    style = ET.Element("style")

    def layers(group: ET.Element, piece: Piece, part: Part) -> Iterator[ET.Element]:
        if part is piece.parts[0]:
            say(group, piece.label)
        if spans := sheet.spans.get((piece.key, part.name)):
            yield ET.SubElement(group, "g", {"id": f"{name}_{piece.key}_{part.name}", **clock.look(spans)})

    draw(root, at, scene, name, layers)
    for i, frame in enumerate(sheet, 1):
        group = ET.SubElement(root, "g", {"id": f"{name}_caption_{i}", **clock.look(((i, i),))})
        group.extend(map(element, caption(at, scene, frame.caption)))
    style.text = clock.style()
    if clock.names:
        root.insert(2, style)
    return written(root)


class _Clock:
    """Key frames for each set of spans, by the order in which they are asked for."""

    def __init__(self, name: str, frames: int) -> None:
        self.name, self.frames = name, frames
        self.seconds = SECONDS * (frames - 1) + REST
        self.names: dict[Spans, str] = {}

    def look(self, spans: Spans) -> dict[str, str]:
        """The attributes of what is seen then: those of the last frame, and a class that has it come and go."""
        if spans == ((1, self.frames),):
            return {}
        name = self.names.setdefault(spans, f"{self.name}_t{len(self.names)}")
        return {"class": name} if spans[-1][1] == self.frames else {"class": name, "visibility": "hidden"}

    def style(self) -> str:
        """The one style sheet: key frames, in which what is set holds up to the next of them."""
        rules = [
            f".{name}{{animation:{name} {self.seconds:g}s step-end infinite}}\n@keyframes {name}{{{self.keys(spans)}}}"
            for spans, name in self.names.items()
        ]
        return "\n".join(["@media (prefers-reduced-motion: no-preference) {", *rules, "}"])

    def keys(self, spans: Spans) -> str:
        changes = {1: "hidden"}
        for first, last in spans:
            changes[first] = "visible"
            if last < self.frames:
                changes[last + 1] = "hidden"
        return "".join(f"{self.percent(i)}%{{visibility:{seen}}}" for i, seen in changes.items())

    def percent(self, frame: int) -> str:
        """When a frame, counted from 1, starts."""
        return f"{100 * SECONDS * (frame - 1) / self.seconds:.4f}".rstrip("0").rstrip(".")
