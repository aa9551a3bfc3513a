"""The best of many candidates: the one that shows its cards largest on a page."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .composing import Arrangement, Candidate, arrange, build
from .cutting import choices
from .frame_titles import RouteIndex
from .plan import LARGE, Placement, Plan, Point, ScopeFrame, Size

MOST_ROWS = 12
TRIED = 6  # candidates that are built, and some more for small drawings
DOCKINGS = (2, False), (1, False), (0, False), (2, True), (1, True)
"""Sides of a card at which leaves dock, and whether inputs do."""
WORK = 5000  # cards, and layers that lines pass, in all candidates that are built
ROW = 0.015  # lost for each row after the first
BROKEN = 0.05  # lost for each scope that a row ends in
CROSSING = 0.006  # lost for each crossing
JUMP = 0.03  # lost for each line that changes rows
LOOSE = 0.05  # lost where leaves that could be docked are not
ASPECT = 0.675, 1.4  # of the page is the width to height of a larger drawing; 1.2 to 2.5 on a slide
SMALL = 12  # cards: drawings that may have any shape


@dataclass(frozen=True, slots=True)
class _Page:
    """A page to be filled, and what stands around the cards."""

    size: Size
    around: Size

    def whole(self, width: float, height: float) -> Size:
        return width + self.around[0], height + self.around[1]

    def scale(self, width: float, height: float) -> float:
        """How much cards of this extent can be enlarged."""
        whole = self.whole(width, height)
        return min(self.size[0] / whole[0], self.size[1] / whole[1])

    def aspect(self, width: float, height: float) -> float:
        """Width to height of the whole drawing, in that of the page."""
        whole = self.whole(width, height)
        return whole[0] / whole[1] * self.size[1] / self.size[0] if whole[1] else 1.0


def place(
    plan: Plan, page: Size = (960.0, 540.0), directions: Sequence[str] = ("LR", "TB"), around: Size = (0.0, 0.0)
) -> Placement:
    """Place everything so that it is as large as can be on a page of this width and height.

    ``directions``: those that may be chosen, of LR, TB, RL and BT. ``around``: width and height that borders and a
    header add, and that are enlarged with all else.
    """
    if not plan.blocks:
        return Placement(0.0, 0.0, directions[0], 0, (), (), (), (), 0)
    with _uncollected():
        return _best(plan, _Page(page, around), directions)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest: all that it would walk over is in use until the end, and takes half the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _best(plan: Plan, page: _Page, directions: Sequence[str]) -> Placement:
    guesses: list[tuple[float, int, str, Arrangement, tuple[int, ...]]] = []
    for direction in directions:
        flat = direction in ("LR", "RL")
        for sides, any_leaf in _dockings(plan):
            arrangement = arrange(plan, flat, sides, any_leaf)
            for begins in choices(arrangement.lengths, _row_counts(arrangement, page.size)):
                guesses.append((-_guess(arrangement, begins, page), len(guesses), direction, arrangement, begins))
    guesses.sort(key=lambda guess: guess[:2])
    best: tuple[float, str, Arrangement, Candidate, int] | None = None
    for _, _, direction, arrangement, begins in guesses[: _tries(plan, guesses[0][3])]:
        candidate = build(arrangement, begins)
        score = _score(arrangement, candidate, page, len(begins))
        if best is None or score > best[0]:
            best = score, direction, arrangement, candidate, len(begins)
    assert best is not None
    _, direction, arrangement, candidate, rows = best
    return turned(plan, candidate, direction, rows)


def _dockings(plan: Plan) -> Sequence[tuple[int, bool]]:
    """The ways to dock leaves that are worth a try: one for large drawings."""
    if len(plan.blocks) < LARGE:
        return DOCKINGS
    return DOCKINGS[:1] if any(b.docks for b in plan.blocks) else DOCKINGS[2:3]


def _tries(plan: Plan, arrangement: Arrangement) -> int:
    """How many candidates are built: fewer where lines pass many layers, as each of those takes as long as a card."""
    passed = sum(arrangement.layer[t] - arrangement.layer[s] for _, s, t, _ in arrangement.lines)
    return max(1, min(TRIED + 200 // len(plan.blocks), WORK // (len(plan.blocks) + passed)))


def _row_counts(arrangement: Arrangement, page: tuple[float, float]) -> Sequence[int]:
    """How many rows are worth a try: few for small drawings, for large ones those that come near the page's shape."""
    lengths = arrangement.lengths
    if len(lengths.along) <= MOST_ROWS * 4:
        return range(2, MOST_ROWS + 1)
    shape = page[0] / page[1] if arrangement.flat else page[1] / page[0]
    ideal = (lengths.total / (max(lengths.across) * shape)) ** 0.5
    return sorted({max(2, round(ideal * part)) for part in (0.7, 0.85, 1.0, 1.2)})


def _guess(arrangement: Arrangement, begins: Sequence[int], page: _Page) -> float:
    lengths, ends = arrangement.lengths, [*begins[1:], len(arrangement.lengths.along)]
    along = max(sum(lengths.along[b:e]) for b, e in zip(begins, ends))
    across = sum(max(lengths.across[b:e]) + 40.0 for b, e in zip(begins, ends)) - 40.0
    size = (along, across) if arrangement.flat else (across, along)
    broken = sum(lengths.cost[b] for b in begins[1:])
    loose = LOOSE * arrangement.loose
    return page.scale(*size) / (1 + ROW * (len(begins) - 1) + BROKEN * broken + loose)


def _score(arrangement: Arrangement, candidate: Candidate, page: _Page, rows: int) -> float:
    width, height = (candidate.along, candidate.across) if arrangement.flat else (candidate.across, candidate.along)
    lost = (1 - BROKEN) ** candidate.cut_scopes / (1 + ROW * (rows - 1))
    lost /= 1 + CROSSING * candidate.crossings + JUMP * candidate.jumps + LOOSE * arrangement.loose
    if len(arrangement.plan.blocks) > SMALL and not ASPECT[0] <= page.aspect(width, height) <= ASPECT[1]:
        lost *= 0.5
    return page.scale(width, height) * lost


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
