"""Changes that enlarge the type of a slide: another direction, fewer details, closed scopes, several slides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..graph import Graph
from ..layout.page import type_size
from ..picture.words import DETAILS
from ..views.cut import keep
from .story import Drawn

READABLE, LEAST = 14.0, 12.0
"""Points of the smallest type on a slide that can be read from the last row, and that are just bearable.

A convention: guides to accessible slides ask for 18 points of running text; what is small here are labels.
"""
COUNTS = (2, 3, 4, 6, 8, 12)  # slides that a drawing is split over
MOST_SLIDES = COUNTS[-1]

Draw = Callable[[Graph, Mapping[str, Any]], Drawn]


@dataclass(frozen=True)
class Choice:
    """One way to draw: the options as they are typed, the drawings (one for each slide), and the smallest type."""

    options: str
    drawings: tuple[Drawn, ...]
    size: float

    @property
    def numbers(self) -> bool:
        """Whether values are shown."""
        return any(box.panels for drawing in self.drawings for box in drawing.sheet.picture.boxes)


def choice(options: str, *drawings: Drawn) -> Choice:
    """A choice with its smallest type, in points."""
    return Choice(options, drawings, min(type_size(d.sheet.scene) for d in drawings))


def choices(graph: Graph, look: Mapping[str, Any], draw: Draw, split: bool = True) -> Iterator[Choice]:
    """Other ways to draw a graph, least loss first, up to one that can be read.

    ``look`` are the options as they are; ``split``: whether several slides will do. Tried are the other direction,
    several slides, closed scopes; then all of that with fewer details.
    """
    turned = {"LR": "TB", "RL": "TB"}.get(look.get("direction", "LR"), "LR")
    closed = bool(graph.scopes) or any(n.step is not None for n in graph)
    for detail in DETAILS[DETAILS.index(look.get("detail", "values")) :: -1]:
        less = {} if detail == look.get("detail", "values") else {"detail": detail}
        ways: list[dict[str, Any]] = [{}, {"direction": turned}]
        ways += [{"split": 0}] * split + [{"depth": 0}] * closed
        for more in ways:
            if less or more:
                candidate = _tried(graph, look, {**less, **more}, draw)
                yield candidate
                if candidate.size >= READABLE:
                    return


def best(tried: list[Choice]) -> Choice:
    """The first that can be read, or is bearable, with its numbers; else without; else the one of largest type."""
    for wanted in ([c for c in tried if c.numbers], tried):
        for least in (READABLE, LEAST):
            if good := next((c for c in wanted if c.size >= least), None):
                return good
    return max(tried, key=lambda c: c.size)


def _tried(graph: Graph, look: Mapping[str, Any], change: dict[str, Any], draw: Draw) -> Choice:
    """A graph drawn with some options changed; a split is into as few slides as make it readable."""
    options = {**look, **{k: v for k, v in change.items() if k != "split"}}
    typed = " ".join(f"--{k} {v}" for k, v in change.items() if k != "split")
    drawing = draw(graph, options)
    if "split" not in change:
        return choice(typed, drawing)
    most = min(MOST_SLIDES, max(sum(bool(drawing.sheet.graph.inputs(n)) for n in drawing.sheet.graph), 1))
    tried: list[Choice] = []
    for count in (c for c in COUNTS if c <= most):
        pieces = (draw(part, options) for part in parts(drawing.sheet.graph, count))
        tried.append(choice(f"{typed} --split {count}".strip(), *pieces))
        if tried[-1].size >= READABLE:
            break
    return max(tried, key=lambda c: c.size) if tried else choice(typed, drawing)


def parts(graph: Graph, count: int) -> list[Graph]:
    """The graph in pieces of about as many operations each, in order, with the inputs of each piece."""
    acting = [n for n in graph if graph.inputs(n)]
    ends = [round(i * len(acting) / count) for i in range(count + 1)]
    chunks = [acting[a:b] for a, b in zip(ends, ends[1:]) if a < b]
    inputs = [{e.source for n in chunk for e in graph.inputs(n)} for chunk in chunks]
    return [keep(graph, {n.key for n in chunk} | fed) for chunk, fed in zip(chunks, inputs)]
