"""One candidate: a direction, a way of docking and a choice of rows, worked out to the last line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import ordering, spacing
from .cutting import Lengths, costs
from .docking import Unit, dock_leaves
from .frame_titles import RouteIndex
from .layering import layers
from .plan import ACROSS, ALONG, CORNER, HEAD, LARGE, MARGIN, Framing, Plan, Point, Scope, Size
from .routing import Way, arrive
from .tracks import Columns, Gaps, lay_columns, stack_rows
from .vertices import PASSING, LayerRow, Segment, Vertex, rows_of


@dataclass(slots=True)
class Arrangement:
    """What does not depend on the rows: units, their layers, and the lines between them.

    ``loose``: whether leaves that could be docked are not. ``split``: whether high layers are split.
    """

    plan: Plan
    flat: bool
    units: list[Unit]
    layer: list[int]
    scopes: list[Scope]
    lines: list[tuple[int, int, int, Size]]
    lengths: Lengths
    loose: bool
    split: bool


@dataclass(slots=True)
class Candidate:
    """Places in ``(a, c)``: corners of blocks, routes, corners of captions, frames as (scope, row, a0, c0, a1, c1)."""

    along: float
    across: float
    blocks: list[Point]
    routes: list[list[Point]]
    captions: list[Point]
    frames: list[tuple[Scope, float, float, float, float]]
    crossings: int
    jumps: int
    cut_scopes: int


def arrange(plan: Plan, flat: bool, sides: int, any_leaf: bool = False, parts: float = 1.0) -> Arrangement:
    """Dock leaves and find the layers."""
    turn = (lambda size: size) if flat else (lambda size: (size[1], size[0]))
    sizes = [turn((b.width, b.height)) for b in plan.blocks]
    captions = [turn(link.caption) for link in plan.links]
    units = dock_leaves(plan, sizes, captions, sides, any_leaf, flat)
    number = {u.block: i for i, u in enumerate(units)}
    lines = [
        (n, number[link.source], number[link.target], captions[n])
        for n, link in enumerate(plan.links)
        if link.source in number
    ]
    scopes = [plan.blocks[u.block].scope for u in units]
    heights = [u.above + u.size[1] + u.below + ACROSS for u in units]
    edges = [(s, t) for _, s, t, _ in lines]
    layer = layers(edges, scopes)
    if parts > 1:
        layer = layers(edges, scopes, heights, _highest(layer, heights) / parts)
    loose = not sides and any(b.docks for b in plan.blocks)
    return Arrangement(
        plan, flat, units, layer, scopes, lines, _lengths(plan, units, layer, scopes, lines), loose, parts > 1
    )


def _highest(layer: Sequence[int], heights: Sequence[float]) -> float:
    total: dict[int, float] = {}
    for k, height in zip(layer, heights):
        total[k] = total.get(k, 0.0) + height
    return max(total.values())


def _lengths(
    plan: Plan,
    units: Sequence[Unit],
    layer: Sequence[int],
    scopes: Sequence[Scope],
    lines: Sequence[tuple[int, int, int, Size]],
) -> Lengths:
    """How long and high each layer is, about, with the channel before it."""
    count = max(layer, default=-1) + 1
    along, across, caption, reach = ([0.0] * count for _ in range(4))
    for unit, k in zip(units, layer):
        along[k] = max(along[k], unit.size[0])
        reach[k] = max(reach[k], sum(map(max, zip(*unit.reaches.values()))))
        across[k] += unit.above + unit.size[1] + unit.below + ACROSS
    for _, _, t, size in lines:
        caption[layer[t]] = max(caption[layer[t]], size[0] + MARGIN)
    cost, closed = costs(count, [(layer[s], layer[t]) for _, s, t, _ in lines], list(zip(scopes, layer)), plan.whole)
    channel = 2 * ALONG + HEAD
    return Lengths([a + max(c + channel, r) for a, c, r in zip(along, caption, reach)], across, cost, closed)


def build(arrangement: Arrangement, begins: Sequence[int]) -> Candidate:
    """Work a candidate out: order, places, tracks, routes; again with wider frames where a title has no room."""
    rows, row_of = rows_of(arrangement.units, arrangement.layer, arrangement.scopes, arrangement.lines, begins)
    crossings, thorough = 0, len(arrangement.plan.blocks) < LARGE
    for row in rows:
        crossings += ordering.order(row, thorough)
        spacing.ports(row, arrangement.flat)
    framing = Framing(arrangement.flat, arrangement.plan.titles, arrangement.plan.title_room)
    candidate = _laid(arrangement, rows, row_of, crossings, framing)
    if not arrangement.flat and (short := _without_room(arrangement.plan, candidate)):
        candidate = _laid(arrangement, rows, row_of, crossings, replace(framing, pads=short))
    return candidate


def _without_room(plan: Plan, candidate: Candidate) -> dict[Scope, float]:
    """How much wider frames must be, where lines that come in leave no room for a title: it is added before them."""
    short: dict[Scope, float] = {}
    lines = RouteIndex(candidate.routes)
    for scope, a0, c0, _, c1 in candidate.frames:
        width = plan.titles.get(scope, 0.0)
        free = lines.gaps((a0, c0, a0 + plan.title_room, c1), second=True)
        if all(high - low < width for low, high in free):
            first = free[0][1] - c0 if free and free[0][0] == c0 else 0.0
            short[scope] = max(short.get(scope, 0.0), width - first)
    return short


def _laid(
    arrangement: Arrangement, rows: list[LayerRow], row_of: dict[int, int], crossings: int, framing: Framing
) -> Candidate:
    frames_across = []
    for row in rows:
        frames_across.append(spacing.spread(row, framing, len(arrangement.plan.blocks) < LARGE))
        spacing.slide(row)
    columns = [lay_columns(row, arrangement.units, framing) for row in rows]
    heights = [_height(row, extents) for row, extents in zip(rows, frames_across)]
    return _Routes(arrangement, rows, row_of, columns, frames_across, heights).candidate(crossings)


def _height(row: LayerRow, frames: dict[Scope, tuple[float, float]]) -> tuple[float, float]:
    tops = [vertex.c - vertex.up for vertex in row.vertices] + [low for low, _ in frames.values()]
    bottoms = [vertex.c + vertex.down for vertex in row.vertices] + [high for _, high in frames.values()]
    return min(tops), max(bottoms)


class _Routes:
    """Places and routes of a candidate whose vertices and channels are known."""

    def __init__(
        self,
        arrangement: Arrangement,
        rows: list[LayerRow],
        row_of: dict[int, int],
        columns: list[Columns],
        frames: list[dict[Scope, tuple[float, float]]],
        heights: list[tuple[float, float]],
    ) -> None:
        self.arrangement, self.rows, self.columns, self.frames = arrangement, rows, columns, frames
        self.first = {p.link: (r, p) for r, row in enumerate(rows) for c in row.channels for p in c if _starts(p)}
        self.final = {p.link: (r, p) for r, row in enumerate(rows) for c in row.channels for p in c if _arrives(p)}
        jumps = []
        for link, (r, segment) in sorted(self.first.items()):
            q, last = self.final[link]
            if r != q:
                jumps.append((link, r, q, segment.track, last.track))
        self.jumps = len(jumps)
        self.gaps: Gaps = stack_rows(rows, heights, jumps)
        plan = arrangement.plan
        self.blocks: list[Point] = [(0.0, 0.0)] * len(plan.blocks)
        self.routes: list[list[Point]] = [[] for _ in plan.links]
        self.captions: list[Point] = [(0.0, 0.0)] * len(plan.links)
        self.edges: dict[int, tuple[float, float]] = {}

    def candidate(self, crossings: int) -> Candidate:
        for r, row in enumerate(self.rows):
            for vertex in row.vertices:
                if vertex.unit != PASSING:
                    self.place(r, vertex)
        for link in self.first:
            self.route(link)
        frames = [
            (scope, a0, self.gaps.tops[r] + c0, a1, self.gaps.tops[r] + c1)
            for r in range(len(self.rows))
            for scope, (c0, c1) in sorted(self.frames[r].items())
            for a0, a1 in [self.span(r, scope)]
        ]
        cut = len(frames) - len({scope for scope, *_ in frames})
        along = max(c.length for c in self.columns)
        return Candidate(
            along, self.gaps.height, self.blocks, self.routes, self.captions, frames, crossings, self.jumps, cut
        )

    def span(self, r: int, scope: Scope) -> tuple[float, float]:
        columns = self.columns[r]
        return columns.openings[scope], columns.borders[scope]

    def place(self, r: int, vertex: Vertex) -> None:
        """A card in the middle of its column, and the leaves beside it."""
        unit, columns = self.arrangement.units[vertex.unit], self.columns[r]
        begin, end = columns.begins[vertex.layer], columns.ends[vertex.layer]
        a, c = (begin + end - unit.size[0]) / 2, self.gaps.tops[r] + vertex.c - vertex.half
        self.blocks[unit.block] = a, c
        self.edges[vertex.unit] = a, a + unit.size[0]
        for dock in unit.docks:
            self.blocks[dock.leaf] = a + dock.corner[0], c + dock.corner[1]
            leaf_height = self.height(dock.leaf)
            start = c + dock.corner[1] + (leaf_height if dock.side < 0 else 0.0)
            end_c = c if dock.side < 0 else c + unit.size[1]
            way = Way((a + dock.line, start))
            third = (end_c - start) / 3
            way.points += [(a + dock.line, start + third), (a + dock.line, start + 2 * third), (a + dock.line, end_c)]
            self.routes[dock.link] = way.points
            self.captions[dock.link] = a + dock.caption[0], c + dock.caption[1]

    def height(self, block: int) -> float:
        size = self.arrangement.plan.blocks[block]
        return size.height if self.arrangement.flat else size.width

    def route(self, link: int) -> None:
        """Follow a line from card to card."""
        r, segment = self.first[link]
        top, columns = self.gaps.tops[r], self.columns[r]
        assert segment.source is not None
        way = Way((self.edges[segment.source.unit][1], top + segment.source.c + segment.leave))
        k = segment.source.layer + 1
        while segment.target is not None:
            channel = columns.channels[k]
            way.along(channel.curve)
            way.swing(channel.bent, top + segment.target.c + segment.enter)
            if segment.target.unit != PASSING:
                return self.end(link, way, r, k, segment)
            way.along(columns.ends[k])
            segment = segment.target.right[0]
            k += 1
        self.jump(link, way, r, segment)

    def jump(self, link: int, way: Way, r: int, segment: Segment) -> None:
        """Leave the row, run between the rows, and come into another one."""
        q, last = self.final[link]
        assert last.target is not None
        top = self.gaps.tops[q]
        entry = top + last.target.c + last.enter
        corners = [(segment.track, way.last[1]), (segment.track, self.gaps.tracks[r, link])]
        if q > r + 1:
            margin = self.gaps.margins[link]
            corners += [(margin, self.gaps.tracks[r, link]), (margin, self.gaps.tracks[q - 1, link])]
        corners += [(last.track, self.gaps.tracks[q - 1, link]), (last.track, entry)]
        k = last.target.layer
        channel = self.columns[q].channels[k]
        way.turns([*corners, (max(channel.caption, last.track + CORNER), entry)])
        self.end(link, way, q, k, last)

    def end(self, link: int, way: Way, r: int, k: int, segment: Segment) -> None:
        vertex, channel = segment.target, self.columns[r].channels[k]
        assert vertex is not None
        along, entry = arrive(way, channel, vertex, segment, self.gaps.tops[r], self.edges[vertex.unit][0])
        across = segment.caption[1]
        self.captions[link] = along, entry - across - 1.0 if self.arrangement.flat else entry + spacing.BESIDE
        self.routes[link] = way.points


def _starts(segment: Segment) -> bool:
    return segment.source is not None and segment.source.unit != PASSING


def _arrives(segment: Segment) -> bool:
    return segment.target is not None and segment.target.unit != PASSING
