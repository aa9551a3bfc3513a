"""Places along and across the flow as places on the page."""

from __future__ import annotations

from collections.abc import Sequence

from .composing import Candidate
from .frame_titles import RouteIndex
from .plan import Placement, Plan, Point, ScopeFrame


def _roomiest(free: Sequence[tuple[float, float]], width: float) -> tuple[float, float]:
    """The first stretch that is wide enough, else the widest."""
    fits = [span for span in free if span[1] - span[0] >= width]
    return fits[0] if fits else max(free, key=lambda span: span[1] - span[0], default=(0.0, 0.0))


def turned(plan: Plan, candidate: Candidate, direction: str, rows: int) -> Placement:
    """Places along and across the flow as places on the page."""
    flat = direction in ("LR", "RL")
    mirrored = direction in ("RL", "BT")
    points = [p for route in candidate.routes for p in route]
    low_a = min([0.0, *(p[0] for p in points)])
    along = max([candidate.along, *(p[0] for p in points)]) - low_a

    def spot(p: Point, size: tuple[float, float] = (0.0, 0.0)) -> Point:
        a = p[0] - low_a
        if mirrored:
            a = along - a - (size[0] if flat else size[1])
        return (a, p[1]) if flat else (p[1], a)

    blocks = [spot(p, (b.width, b.height)) for p, b in zip(candidate.blocks, plan.blocks)]
    routes = [[spot(p) for p in route] for route in candidate.routes]
    captions = [spot(p, link.caption) for p, link in zip(candidate.captions, plan.links)]
    frames, lines = [], RouteIndex(routes) if candidate.frames else RouteIndex(())
    for scope, a0, c0, a1, c1 in candidate.frames:
        size = (a1 - a0, c1 - c0) if flat else (c1 - c0, a1 - a0)
        left, top = spot((a0, c0), size)
        base = top + size[1] - plan.title_room if direction == "BT" else top  # where the frame has room for it
        strip = (left, base, left + size[0], base + plan.title_room)
        begin, end = _roomiest(lines.gaps(strip, second=False), plan.titles.get(scope, 0.0))
        frames.append(ScopeFrame(scope, (left, top, *size), (begin, base), end - begin))
    width, height = (along, candidate.across) if flat else (candidate.across, along)
    return Placement(width, height, direction, rows, blocks, routes, captions, frames, candidate.crossings)
