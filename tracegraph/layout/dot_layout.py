"""Places from Graphviz's `dot`: it is given the sizes of cards, captions and titles, and runs once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from math import floor
from typing import Any

from ..errors import LayoutError
from ..graphviz.run import render
from ..picture.parts import Arrow, Picture
from ..picture.theme import Theme
from .dot_graph import source
from .measured import Measured, clusters
from .pieces import ClusterFrame, Places, Rect, Route
from .scene import Area, Point

SIZED = (
    '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR><TD FIXEDSIZE="TRUE" '
    'WIDTH="{0.width}" HEIGHT="{0.height}" BGCOLOR="#ffffff"></TD></TR></TABLE>'
)
"""A label of a known size, which Graphviz draws as one rectangle: it needs no font, and says where it put the label."""

Drawn = dict[str, Any]
"""A graph, a cluster, a card or an arrow in Graphviz's JSON: its attributes, and what is drawn for it.

``_draw_`` is the outline or the line, ``_ldraw_`` the label, ``_hdraw_`` and ``_tdraw_`` the head and the tail.
"""


def places(
    picture: Picture, theme: Theme, sizes: Measured, *, engine: str = "embedded", timeout: float = 60.0
) -> Places:
    """Find a place for everything; `LayoutError` where Graphviz does not deliver."""
    dot = source(picture, theme, sizes, SIZED.format)
    answer = _Answer(json.loads(render(dot, "json", engine=engine, timeout=timeout)))
    return answer.places(picture, sizes)


class _Answer:
    """Reads Graphviz's answer; its points are counted from the lower left corner."""

    def __init__(self, graph: Drawn) -> None:
        self.graph = graph
        xs, ys = zip(*_shape(graph, "_draw_"))  # the background
        self.left, self.top = min(xs), max(ys)
        self.width, self.height = (floor(max(n) - min(n) + 0.5) for n in (xs, ys))
        self.named: dict[str, Drawn] = {o["name"]: o for o in graph.get("objects", ())}

    def places(self, picture: Picture, sizes: Measured) -> Places:
        """The place of everything; `LayoutError` where a card or an arrow has none."""
        placed = sum(key in self.named for key in sizes.cards), len(self.graph.get("edges", ()))
        expected = len(sizes.cards), len(picture.arrows)
        if placed != expected:
            raise LayoutError("Graphviz placed {} cards and {} arrows of {} and {}".format(*placed, *expected))
        frames = [self.named[f"cluster_{name}"] for name, _ in clusters(picture.clusters)]
        edges = [*self.edges(picture.arrows)]
        return Places(
            self.width,
            self.height,
            self.corner(self.graph) if sizes.header else None,
            [self.corner(self.named[key]) for key in sizes.cards],
            [
                ClusterFrame(i, self.box(frame, "_draw_"), title, self.corner(frame))
                for i, (frame, title) in enumerate(zip(frames, sizes.titles, strict=True))
            ],
            [self.route(edge) for edge in edges],
            [self.corner(edge) if caption else None for edge, caption in zip(edges, sizes.captions, strict=True)],
        )

    def edges(self, arrows: Sequence[Arrow]) -> Iterator[Drawn]:
        """What is drawn for each arrow; those between the same two cards are in order."""
        names = {o["_gvid"]: name for name, o in self.named.items()}
        between: dict[tuple[str, str], list[Drawn]] = {}
        for edge in reversed(self.graph.get("edges", ())):
            between.setdefault((names[edge["tail"]], names[edge["head"]]), []).append(edge)
        return (between[arrow.source, arrow.target].pop() for arrow in arrows)

    def route(self, edge: Drawn) -> Route:
        dots = [(self.point(*o["rect"][:2]), o["rect"][2]) for o in edge.get("_tdraw_", ()) if "rect" in o]
        return Route(self.points(edge, "_draw_"), self.points(edge, "_hdraw_"), dots)

    def corner(self, thing: Drawn) -> Point:
        """The upper left corner of the label of a thing."""
        return self.box(thing, "_ldraw_")[:2]

    def box(self, thing: Drawn, what: str) -> Rect:
        return Area(self.points(thing, what)).box

    def points(self, thing: Drawn, what: str) -> tuple[Point, ...]:
        return tuple(self.point(x, y) for x, y in _shape(thing, what))

    def point(self, x: float, y: float) -> Point:
        return round(x - self.left, 2), round(self.top - y, 2)


def _shape(thing: Drawn, what: str) -> Sequence[Point]:
    """The points of the first shape that is drawn for a thing."""
    return next(operation["points"] for operation in thing[what] if "points" in operation)
