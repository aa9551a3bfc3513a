"""Vertices: what stands in the layers of a row, cards and places that long lines pass, and the lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .docking import Unit
from .plan import LINE, Scope, Size

PASSING = -1


@dataclass(slots=True, eq=False)
class Vertex:
    """A card with its docked leaves, or a place that a line passes (``unit`` is `PASSING`).

    ``c`` is the middle of the card across the flow; ``up`` and ``down`` what it needs on either side of it.
    ``left`` and ``right`` are the line segments that come in and go out, in the order of their ports.
    """

    unit: int
    layer: int
    scope: Scope
    half: float = 0.0
    c: float = 0.0
    up: float = LINE
    down: float = LINE
    left: list[Segment] = field(default_factory=list)
    right: list[Segment] = field(default_factory=list)
    band: tuple[int, ...] = ()
    place: int = 0


@dataclass(slots=True, eq=False)
class Segment:
    """The part of a line between two layers; `None` at an end is the gap above or below the row.

    ``caption``: along and across, of the segment that arrives at the card. ``leave`` and ``enter`` are its ports, from
    the middle of the vertices; ``land`` is where it meets the card: it bends to it if that is lower than its captions.
    """

    link: int
    source: Vertex | None
    target: Vertex | None
    caption: Size = (0.0, 0.0)
    track: float = 0.0
    leave: float = 0.0
    enter: float = 0.0
    land: float = 0.0


@dataclass(slots=True, eq=False)
class LayerRow:
    """The vertices of consecutive layers, and for each channel (before each layer, and after the last) its segments."""

    first: int
    layers: list[list[Vertex]]
    channels: list[list[Segment]]

    @property
    def vertices(self) -> list[Vertex]:
        return [vertex for layer in self.layers for vertex in layer]


def rows_of(
    units: Sequence[Unit],
    layer: Sequence[int],
    scopes: Sequence[Scope],
    lines: Sequence[tuple[int, int, int, Size]],
    begins: Sequence[int],
) -> tuple[list[LayerRow], dict[int, int]]:
    """Fill rows with vertices; ``lines`` are link, source unit, target unit and caption. Also the row of each layer."""
    count = max(layer, default=-1) + 1
    ends = [*begins[1:], count]
    rows = [
        LayerRow(b, [[] for _ in range(b, e)], [[] for _ in range(b, e + 1)]) for b, e in zip(begins, ends, strict=True)
    ]
    row_of = {k: i for i, (b, e) in enumerate(zip(begins, ends)) for k in range(b, e)}
    vertex_of = []
    for i, unit in enumerate(units):
        row = rows[row_of[layer[i]]]
        half = unit.size[1] / 2
        vertex = Vertex(i, layer[i] - row.first, scopes[i], half, 0.0, half + unit.above, half + unit.below)
        row.layers[vertex.layer].append(vertex)
        vertex_of.append(vertex)
    spans = [_spans(row) for row in rows]
    for link, s, t, caption in lines:
        source, target = vertex_of[s], vertex_of[t]
        r, q = row_of[layer[s]], row_of[layer[t]]
        if r != q:
            _join(rows[r], source.layer + 1, Segment(link, source, None))
            _join(rows[q], target.layer, Segment(link, None, target, caption))
            continue
        last = source
        for k in range(source.layer + 1, target.layer):
            passing = Vertex(PASSING, k, _inside(k, scopes[s], scopes[t], spans[r]))
            rows[r].layers[k].append(passing)
            _join(rows[r], k, Segment(link, last, passing))
            last = passing
        _join(rows[r], target.layer, Segment(link, last, target, caption))
    return rows, row_of


def _join(row: LayerRow, channel: int, segment: Segment) -> None:
    row.channels[channel].append(segment)
    if segment.source is not None:
        segment.source.right.append(segment)
    if segment.target is not None:
        segment.target.left.append(segment)


def _spans(row: LayerRow) -> dict[Scope, tuple[int, int]]:
    """The first and last layer of each scope in a row."""
    spans: dict[Scope, tuple[int, int]] = {}
    for vertex in row.vertices:
        for depth in range(1, len(vertex.scope) + 1):
            first, last = spans.get(vertex.scope[:depth], (vertex.layer, vertex.layer))
            spans[vertex.scope[:depth]] = min(first, vertex.layer), max(last, vertex.layer)
    return spans


def _inside(layer: int, source: Scope, target: Scope, spans: dict[Scope, tuple[int, int]]) -> Scope:
    """The innermost scope of either end that reaches over a layer: a line passes other scopes outside."""
    deepest: Scope = ()
    for scope in (source, target):
        for depth in range(len(scope), len(deepest), -1):
            first, last = spans[scope[:depth]]
            if first <= layer <= last:
                deepest = scope[:depth]
                break
    return deepest
