"""Frames as SVG: one file that moves by itself, one frame, or a numbered file for each."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..layout.scene import Part, Piece
from .svg import Canvas, canvas, caption, document, draw, said, say, written

if TYPE_CHECKING:
    from ..slides.deck import Deck
    from ..slides.story import Frames

SECONDS, REST = 1.6, 4.0
"""How long a frame is seen, and the last one."""

Spans = tuple[tuple[int, int], ...]


def still(frames: Frames, i: int) -> bytes:
    """One frame, the first is 0: the scene as it is shown then, above the caption; in the same place in every frame."""
    return _still(frames, i, canvas(frames))


def stills(deck: Deck) -> Iterator[tuple[str, bytes]]:
    """A file for each frame, as it is asked for: a name of `names`, and what it is to hold."""
    sheets = [canvas(chapter) for chapter in deck.chapters]
    every = ((c, i, sheet) for c, sheet in zip(deck.chapters, sheets, strict=True) for i in range(len(c)))
    return zip(names(deck), (_still(*one) for one in every), strict=True)


def names(deck: Deck) -> list[str]:
    """01.svg, 02.svg, ... through all chapters, with as many digits as the last one needs."""
    count = sum(map(len, deck.chapters))
    return [f"{n:0{max(2, len(str(count)))}}.svg" for n in range(1, count + 1)]


def _still(frames: Frames, i: int, sheet: Canvas) -> bytes:
    frame, scene = frames[i], frames.scene
    shown, name = {*frame.shown}, sheet.prefix(f"still {i}")
    root = document(sheet, scene, name, f"{frames.title}, step {i + 1} of {len(frames)}", frame.caption)

    def layers(group: ET.Element, piece: Piece, part: Part) -> Iterator[ET.Element]:
        if part is piece.parts[0]:
            say(group, said(piece, [p.name for p in piece.parts if (piece.key, p.name) in shown]))
        if (piece.key, part.name) in shown:
            yield ET.SubElement(group, "g", {"id": f"{name}_{piece.key}_{part.name}"})

    draw(root, sheet, scene, name, layers)
    caption(ET.SubElement(root, "g", {"id": f"{name}_caption"}), sheet, scene, frame.caption)
    return written(root)


def write(deck: Deck) -> bytes:
    """An SVG that shows one frame after another, without end; where nothing may move or nothing can, the last one."""
    frames: Frames = deck.only("an animated SVG")
    sheet, scene = canvas(frames), frames.scene
    name = sheet.prefix("moving")
    clock = _Clock(name, len(frames))
    root = document(sheet, scene, name, deck.title or frames.title, f"{scene.description}; {len(frames)} steps")
    style = ET.Element("style")

    def layers(group: ET.Element, piece: Piece, part: Part) -> Iterator[ET.Element]:
        if part is piece.parts[0]:
            say(group, piece.label)
        if spans := frames.spans.get((piece.key, part.name)):
            yield ET.SubElement(group, "g", {"id": f"{name}_{piece.key}_{part.name}", **clock.look(spans)})

    draw(root, sheet, scene, name, layers)
    for i, frame in enumerate(frames, 1):
        told = ET.SubElement(root, "g", {"id": f"{name}_caption_{i}", **clock.look(((i, i),))})
        caption(told, sheet, scene, frame.caption)
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
