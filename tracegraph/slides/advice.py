"""Changes that enlarge the type of a slide: several slides, closed scopes, fewer details."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..graph import Graph
from ..layout.page import type_size
from ..picture.words import DETAILS
from .paging import LEAST, READABLE, Drawn, Page, pages, whole

Draw = Callable[[Graph, Mapping[str, Any]], Drawn]


@dataclass(frozen=True)
class Choice:
    """One way to draw: the options as they are typed, the drawing, and its parts, one for each slide."""

    options: str
    drawing: Drawn
    parts: tuple[Page, ...]

    @property
    def size(self) -> float:
        """The smallest type, in points."""
        return min(type_size(part.drawing.sheet.scene) for part in self.parts)

    @property
    def numbers(self) -> bool:
        """Whether values are shown."""
        return any(box.panels for box in self.drawing.sheet.picture.boxes)


def choices(graph: Graph, look: Mapping[str, Any], draw: Draw, split: bool = True) -> Iterator[Choice]:
    """Other ways to draw a graph, least loss first, up to one that can be read.

    ``look`` are the options as they are; ``split``: whether several slides will do. Tried are several slides and closed
    scopes, then both with fewer details.
    """
    closed = bool(graph.scopes) or any(n.step is not None for n in graph)
    for detail in DETAILS[DETAILS.index(look.get("detail", "values")) :: -1]:
        less = {} if detail == look.get("detail", "values") else {"detail": detail}
        for depth in ({}, {"depth": 0})[: 1 + closed]:
            change = {**less, **depth}
            drawing = draw(graph, {**look, **change})
            for many in (False, True)[: 1 + split]:
                if change or many:
                    candidate = _choice(drawing, change, many)
                    yield candidate
                    if candidate.size >= READABLE:
                        return


def _choice(drawing: Drawn, change: Mapping[str, Any], many: bool) -> Choice:
    options = {**change, **({"split": "auto"} if many else {})}
    typed = " ".join(f"--{key} {value}" for key, value in options.items())
    return Choice(typed, drawing, tuple(pages(drawing) if many else whole(drawing)))


def best(tried: list[Choice]) -> Choice:
    """The first that can be read, or is bearable, with its numbers; else without; else the one of largest type."""
    for wanted in ([c for c in tried if c.numbers], tried):
        for least in (READABLE, LEAST):
            if good := next((c for c in wanted if c.size >= least), None):
                return good
    return max(tried, key=lambda c: c.size)
