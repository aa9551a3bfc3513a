"""Docked leaves wider than their card: they reach into the channels beside it where no line is in their way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .docking import Unit
from .plan import ACROSS, LINE
from .spacing import room
from .vertices import PASSING, LayerRow, Segment, Vertex

Span = tuple[float, float]


class Overhang(NamedTuple):
    """How far leaves reach beyond the cards of a layer, at one side: where a line is in their way, and in all."""

    blocked: float = 0.0
    reach: float = 0.0


def width(layer: Sequence[Vertex], units: Sequence[Unit]) -> float:
    """The length along the flow of the longest card of a layer."""
    return max((units[v.unit].size[0] for v in layer if v.unit != PASSING), default=0.0)


def overhangs(row: LayerRow, number: int, units: Sequence[Unit], framed: bool, flat: bool) -> tuple[Overhang, Overhang]:
    """What reaches into a channel from the layer before it and from the one after it.

    ``framed``: frames begin or end in the channel, so that nothing may share it.
    """
    before = row.layers[number - 1] if number else []
    after = row.layers[number] if number < len(row.layers) else []
    reaching = [(1, *each) for each in _reaches(before, units, 1)]
    reaching += [(0, *each) for each in _reaches(after, units, 0)]
    if not reaching:
        return Overhang(), Overhang()
    spans = [_span(segment, flat) for segment in row.channels[number]]
    blocked, reach = [0.0, 0.0], [0.0, 0.0]
    for end, low, high, length in reaching:
        reach[end] = max(reach[end], length)
        if framed or any(bottom > low - LINE and top < high + LINE for top, bottom in spans):
            blocked[end] = max(blocked[end], length)
    return Overhang(blocked[1], reach[1]), Overhang(blocked[0], reach[0])


def least(left: Overhang, right: Overhang) -> float:
    """The least distance between the cards of two layers whose leaves reach towards each other."""
    return left.reach + right.reach + (ACROSS if left.reach or right.reach else 0.0)


def _reaches(layer: Sequence[Vertex], units: Sequence[Unit], end: int) -> Iterator[tuple[float, float, float]]:
    """Where across the flow, from and to, leaves reach how far beyond their layer."""
    longest = width(layer, units)
    for vertex in layer:
        if vertex.unit == PASSING:
            continue
        unit = units[vertex.unit]
        spare = (longest - unit.size[0]) / 2
        for side, reach in unit.reaches.items():
            if (length := reach[end] - spare) > 0:
                edge = vertex.c + side * vertex.half
                outer = edge + (unit.below if side > 0 else -unit.above)
                yield min(edge, outer), max(edge, outer), length


def _span(segment: Segment, flat: bool) -> Span:
    """What a line with its caption takes of a channel across the flow."""
    source, target = segment.source, segment.target
    ends = []
    if source is not None:
        ends += [source.c + segment.leave] * 2
    if target is not None:
        over, under = room(segment, flat)
        ends += [target.c + segment.enter - over, target.c + segment.enter + under]
    return (min(ends) if source else float("-inf")), (max(ends) if target else float("inf"))
