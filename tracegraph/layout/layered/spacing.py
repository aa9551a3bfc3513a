"""Where vertices and the ends of lines stand across the flow."""

from __future__ import annotations

from collections.abc import Iterator

from .plan import ACROSS, INSET, LINE, MARGIN, TRACK, Framing, Scope
from .vertices import PASSING, LayerRow, Segment, Vertex

IDLE = 0.05  # weight of the place of a vertex that nothing pulls
STRAIGHT = 8.0  # weight of a pull that makes a line straight, where nothing else would
SWEEPS = 10
MANY, FEW = 400, 3  # vertices in a row from which on there are fewer
FINAL = 3  # sweeps at the end that listen to those pulls only
BESIDE = 3.0  # between a line and its caption

Pull = tuple[Vertex, float, float]


def ports(row: LayerRow, flat: bool) -> None:
    """Give the lines at each card their places, in the order of their other ends, with room for captions."""
    for vertex in row.vertices:
        if vertex.unit == PASSING:
            continue
        vertex.left.sort(key=lambda p: -1 if p.source is None else p.source.place)
        vertex.right.sort(key=lambda p: 1 << 30 if p.target is None else p.target.place)
        _entries(vertex, flat)
        step = min(TRACK, 2 * (vertex.half - INSET) / max(len(vertex.right) - 1, 1))
        for i, segment in enumerate(vertex.right):
            segment.leave = step * (i - (len(vertex.right) - 1) / 2)


def _entries(vertex: Vertex, flat: bool) -> None:
    """Ports of the lines that come in; the vertex grows if they need more room than its card."""
    rooms = [room(p, flat) for p in vertex.left]
    at = 0.0
    places = []
    for i, (before, after) in enumerate(rooms):
        at += before if i else 0.0
        places.append(at)
        at += after
    if not places:
        return
    middle, most = places[-1] / 2, max(vertex.half - INSET, 0.0)
    vertex.up = max(vertex.up, middle + rooms[0][0])
    vertex.down = max(vertex.down, places[-1] - middle + rooms[-1][1])
    for segment, place in zip(vertex.left, places):
        segment.enter = place - middle
        segment.land = segment.enter if middle <= most else most * segment.enter / middle


def room(segment: Segment, flat: bool) -> tuple[float, float]:
    """What a line needs on either side of it, with its caption above (or, where the flow goes down, to the right)."""
    _, across = segment.caption
    if not across:
        return LINE, LINE
    return (across + BESIDE, BESIDE) if flat else (LINE, across + BESIDE + LINE)


def spread(row: LayerRow, framing: Framing, thorough: bool) -> dict[Scope, tuple[float, float]]:
    """Give each vertex its place across the flow, with more sweeps if ``thorough``; return the extent of each frame."""
    gaps = [_distances(layer, framing) for layer in row.layers]
    for layer, distances in zip(row.layers, gaps):
        at = 0.0
        for vertex, distance in zip(layer, [0.0, *distances]):
            at += distance
            vertex.c = at
    pulls = [[[*_pulls(vertex)] for vertex in layer] for layer in row.layers]
    strong = [[[pull for pull in at if pull[2] >= STRAIGHT] for at in layer] for layer in pulls]
    sweeps = SWEEPS if thorough and len(row.vertices) <= MANY else FEW
    for sweep in range(sweeps + FINAL):
        used = pulls if sweep < sweeps else strong
        for k in range(len(row.layers)) if sweep % 2 == 0 else range(len(row.layers) - 1, -1, -1):
            _settle(row.layers[k], gaps[k], used[k])
    extents: dict[Scope, tuple[float, float]] = {}
    _separate(row.vertices, 0, framing, extents)
    return extents


def _distances(layer: list[Vertex], framing: Framing) -> list[float]:
    """The least distance between the middles of neighbours, with room for the frames between them."""
    distances = []
    for a, b in zip(layer, layer[1:]):
        gap = ACROSS if a.unit != PASSING or b.unit != PASSING else 0.0
        if a.unit == PASSING and b.unit == PASSING:
            gap = TRACK - 2 * LINE
        common = next((i for i, (x, y) in enumerate(zip(a.scope, b.scope)) if x != y), min(len(a.scope), len(b.scope)))
        closed = MARGIN * (len(a.scope) - common)
        opened = sum(framing.before(b.scope[: d + 1]) for d in range(common, len(b.scope)))
        distances.append(a.down + b.up + gap + closed + opened)
    return distances


def _settle(layer: list[Vertex], distances: list[float], pulls: list[list[Pull]]) -> None:
    """Move the vertices of a layer to where their lines pull them, as near as the distances allow (least squares)."""
    blocks: list[tuple[float, float, int]] = []  # weighted sum, weight, vertices
    offset = 0.0
    for i, vertex in enumerate(layer):
        offset += distances[i - 1] if i else 0.0
        total = mass = 0.0
        for other, shift, weight in pulls[i]:
            total += (other.c + shift) * weight
            mass += weight
        if not mass:
            total, mass = vertex.c * IDLE, IDLE
        total, count = total - offset * mass, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / mass:
            before = blocks.pop()
            total, mass, count = total + before[0], mass + before[1], count + before[2]
        blocks.append((total, mass, count))
    i, offset = 0, 0.0
    for total, mass, count in blocks:
        for _ in range(count):
            offset += distances[i - 1] if i else 0.0
            layer[i].c = total / mass + offset
            i += 1


def _pulls(vertex: Vertex) -> Iterator[Pull]:
    """Where each line of a vertex would be straight: its other end, how far from it, and how much that matters."""
    for segment in vertex.left:
        if (other := segment.source) is not None:
            yield other, segment.leave - segment.enter, _weight(other, vertex)
    for segment in vertex.right:
        if (other := segment.target) is not None:
            yield other, segment.enter - segment.leave, _weight(vertex, other)


def _weight(source: Vertex, target: Vertex) -> float:
    lone = source.unit == PASSING and target.unit == PASSING
    return STRAIGHT if lone or len(source.right) == 1 and len(target.left) == 1 else 1.0


def slide(row: LayerRow) -> None:
    """Let the only line that leaves a card go straight on, if the card is high enough beside its end."""
    for vertex in row.vertices:
        if vertex.unit == PASSING or len(vertex.right) != 1:
            continue
        segment = vertex.right[0]
        if (target := segment.target) is not None:
            straight = target.c + segment.enter - vertex.c
            most = max(vertex.half - INSET, 0.0)
            segment.leave = straight if -most <= straight <= most else 0.0


def _separate(
    vertices: list[Vertex], depth: int, framing: Framing, extents: dict[Scope, tuple[float, float]]
) -> tuple[float, float]:
    """Shift bands apart where frames would reach into each other; return the extent of all vertices."""
    bands: dict[int, list[Vertex]] = {}
    for vertex in vertices:
        bands.setdefault(vertex.band[depth] if len(vertex.band) > depth else 0, []).append(vertex)
    low, high = float("inf"), float("-inf")
    for number in sorted(bands):
        top, bottom = _extent(bands[number], depth, framing, extents)
        shift = max(high + ACROSS - top, 0.0) if high > float("-inf") else 0.0
        if shift:
            _shift(bands[number], depth, shift, extents)
        low, high = min(low, top + shift), max(high, bottom + shift)
    return low, high


def _extent(
    vertices: list[Vertex], depth: int, framing: Framing, extents: dict[Scope, tuple[float, float]]
) -> tuple[float, float]:
    """The extent of a band: of its loose vertices and of the frames in it."""
    inner: dict[Scope, list[Vertex]] = {}
    low, high = float("inf"), float("-inf")
    for vertex in vertices:
        if len(vertex.scope) > depth:
            inner.setdefault(vertex.scope[: depth + 1], []).append(vertex)
        else:
            low, high = min(low, vertex.c - vertex.up), max(high, vertex.c + vertex.down)
    for scope, members in inner.items():
        top, bottom = _separate(members, depth + 1, framing, extents)
        top -= framing.before(scope)
        extents[scope] = top, max(bottom + MARGIN, top + framing.across(scope))
        low, high = min(low, extents[scope][0]), max(high, extents[scope][1])
    return low, high


def _shift(vertices: list[Vertex], depth: int, by: float, extents: dict[Scope, tuple[float, float]]) -> None:
    scopes = {vertex.scope[: d + 1] for vertex in vertices for d in range(depth, len(vertex.scope))}
    for scope in scopes & extents.keys():
        extents[scope] = extents[scope][0] + by, extents[scope][1] + by
    for vertex in vertices:
        vertex.c += by
