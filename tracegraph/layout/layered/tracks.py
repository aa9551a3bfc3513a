"""Places along the flow: lay_columns of cards, the channels between them, and the tracks of lines from row to row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .docking import Unit
from .overhangs import least, overhangs, width
from .plan import ALONG, CORNER, FAN, HEAD, MARGIN, TRACK, Framing, Scope
from .vertices import PASSING, LayerRow, Segment

LEAN = 0.14  # length of a curve for each point that it leads across
LONGEST = 60.0  # of a curve


@dataclass(slots=True)
class Channel:
    """The space between two layers; all fields are places along the flow.

    From left to right: tracks that leave the row, curves, tracks that come in, frames, captions, bends, heads.
    """

    begin: float
    curve: float = 0.0
    bent: float = 0.0
    caption: float = 0.0
    fan: float = 0.0
    end: float = 0.0
    borders: dict[Scope, float] = field(default_factory=dict)


@dataclass(slots=True)
class Columns:
    """The channels of a row, where its layers begin and end, and the left and right borders of frames."""

    channels: list[Channel]
    begins: list[float]
    ends: list[float]
    openings: dict[Scope, float]
    borders: dict[Scope, float]
    length: float = 0.0


def lay_columns(row: LayerRow, units: Sequence[Unit], framing: Framing) -> Columns:
    """Lay channels and layers of a row side by side, each as wide as what is in it needs."""
    opened, closed = _borders(row)
    columns = Columns([], [], [], {}, {})
    at = 0.0
    for k in range(len(row.channels)):
        left, right = overhangs(row, k, units, k in opened or k in closed, framing.flat)
        end = at
        at += left.blocked
        for scope in closed.get(k, ()):  # innermost first
            at = max(at + MARGIN, columns.openings[scope] + framing.along(scope))
            columns.borders[scope] = at
        channel = _channel(row, k, at, opened.get(k, ()), framing)
        if (missing := end + least(left, right) - channel.end - right.blocked) > 0:
            channel = _channel(row, k, at + missing, opened.get(k, ()), framing)
        columns.channels.append(channel)
        columns.openings |= channel.borders
        at = channel.end + right.blocked
        if k < len(row.layers):
            columns.begins.append(at)
            at += width(row.layers[k], units)
            columns.ends.append(at)
    columns.length = at
    return columns


def _borders(row: LayerRow) -> tuple[dict[int, list[Scope]], dict[int, list[Scope]]]:
    """The scopes whose frames begin in a channel, outermost first, and those that end in one, innermost first."""
    spans: dict[Scope, tuple[int, int]] = {}
    for vertex in row.vertices:
        for depth in range(1, len(vertex.scope) + 1):
            first, last = spans.get(vertex.scope[:depth], (vertex.layer, vertex.layer))
            spans[vertex.scope[:depth]] = min(first, vertex.layer), max(last, vertex.layer)
    opened: dict[int, list[Scope]] = {}
    closed: dict[int, list[Scope]] = {}
    for scope in sorted(spans, key=len):
        opened.setdefault(spans[scope][0], []).append(scope)
        closed.setdefault(spans[scope][1] + 1, []).insert(0, scope)
    return opened, closed


def _channel(row: LayerRow, number: int, begin: float, opened: Sequence[Scope], framing: Framing) -> Channel:
    channel, segments = Channel(begin), row.channels[number]
    out = [p for p in segments if p.target is None]
    into = [p for p in segments if p.source is None]
    for i, segment in enumerate(_nested(out)):
        segment.track = begin + ALONG + TRACK * i
    at = begin + (ALONG + TRACK * (len(out) - 1) if out else 0.0)
    channel.curve = at
    steepest = max((abs(_rise(p)) for p in segments), default=0.0)
    inner = 0 < number < len(row.layers) and any(p.source and p.target for p in segments)
    at += (ALONG + min(LEAN * steepest + (4.0 if steepest > 1 else 0.0), LONGEST)) if inner else 0.0
    channel.bent = at
    for i, segment in enumerate(_nested(into)):
        segment.track = at + TRACK * i + (ALONG if out and not inner else 0.0)
    at += TRACK * max(len(into) - 1, 0) + (ALONG if out and into and not inner else 0.0) + (CORNER if into else 0.0)
    depths = {len(scope): 0.0 for scope in opened}
    for depth in sorted(depths):
        at += MARGIN
        for scope in opened:
            if len(scope) == depth:
                channel.borders[scope] = at
        at += 0.0 if framing.flat else framing.title_room - MARGIN / 2
    channel.caption = at
    captions = [p.caption[0] for p in segments if p.target is not None and p.target.unit != PASSING]
    at += max(captions, default=0.0) + (MARGIN if any(captions) else 0.0)
    channel.fan = at
    at += FAN if any(_bends(p) for p in segments) else 0.0
    arrive = any(p.target is not None and p.target.unit != PASSING for p in segments)
    channel.end = at + (HEAD if arrive else 0.0) + (MARGIN if opened and not arrive else 0.0)
    return channel


def _nested(segments: Sequence[Segment]) -> list[Segment]:
    """Lines that turn to the same side, so that they do not cross there: the lowest turns first."""
    return sorted(segments, key=lambda p: -_end(p))


def _end(segment: Segment) -> float:
    return (
        segment.source.c + segment.leave
        if segment.source
        else segment.target.c + segment.enter
        if segment.target
        else 0.0
    )


def _rise(segment: Segment) -> float:
    source, target = segment.source, segment.target
    return target.c + segment.enter - source.c - segment.leave if source and target else 0.0


def _bends(segment: Segment) -> bool:
    """Whether a line has to bend to its card, as its caption needs more room than the card has."""
    return abs(segment.enter - segment.land) > 0.5


class Run(NamedTuple):
    """A line between two rows: the places along the flow at which it comes down from above and goes on below."""

    link: int
    leave: float
    come: float

    @property
    def low(self) -> float:
        return min(self.leave, self.come)

    @property
    def high(self) -> float:
        return max(self.leave, self.come)


@dataclass(slots=True)
class Gaps:
    """The tracks between rows: where each row stands across the flow, and the track of each line that changes rows."""

    tops: list[float]
    tracks: Mapping[tuple[int, int], float]
    margins: Mapping[int, float]
    height: float


def stack_rows(
    rows: Sequence[LayerRow],
    heights: Sequence[tuple[float, float]],
    jumps: Sequence[tuple[int, int, int, float, float]],
) -> Gaps:
    """Stack rows with room for the lines between them.

    ``heights``: the extent of each row. ``jumps``: link, row it leaves, row it comes to, and the places along the flow
    of its two tracks. A line that skips rows runs down a margin at the left.
    """
    runs: list[list[Run]] = [[] for _ in rows]
    margins: dict[int, float] = {}
    for link, r, q, leave, come in jumps:
        if q == r + 1:
            runs[r].append(Run(link, leave, come))
            continue
        margins[link] = -TRACK * (len(margins) + 1)
        runs[r].append(Run(link, leave, margins[link]))
        runs[q - 1].append(Run(link, margins[link], come))
    tops, tracks, at = [], {}, 0.0
    for r, (top, bottom) in enumerate(heights):
        tops.append(at - top)
        at += bottom - top
        if r == len(rows) - 1:
            break
        track_of = _levels(runs[r])
        count = max(track_of.values(), default=-1) + 1
        for link, number in track_of.items():
            tracks[r, link] = at + ALONG + TRACK * number
        at += 2 * ALONG + TRACK * max(count - 1, 0)
    return Gaps(tops, tracks, margins, at)


def _levels(runs: Sequence[Run]) -> dict[int, int]:
    """A track for each run, such that no two meet and few cross: they come down where they leave, and go on down."""
    levels: dict[int, int] = {}
    above: list[Run] = []
    for run in _ordered(runs):
        met = (levels[other.link] for other in above if run.low - TRACK < other.high and other.low < run.high + TRACK)
        levels[run.link] = 1 + max(met, default=-1)
        above.append(run)
    return levels


def _ordered(runs: Sequence[Run]) -> list[Run]:
    """Runs from above to below: short ones first, and then where each crosses least of the others."""
    order: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.high - run.low, run.link)):
        costs = [sum(_crossed(run, other) for other in order)]
        for other in order:
            costs.append(costs[-1] - _crossed(run, other) + _crossed(other, run))
        fewest = min(costs)
        order.insert(len(costs) - 1 - costs[::-1].index(fewest), run)
    return order


def _crossed(upper: Run, lower: Run) -> int:
    """How often a run crosses another one that lies below it."""
    return (upper.low < lower.leave < upper.high) + (lower.low < upper.come < lower.high)
