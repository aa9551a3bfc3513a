"""The best of many candidates: the one that shows its cards largest on a page."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from ..page import SLIDE
from .composing import Arrangement, Candidate, arrange, build
from .cutting import choices
from .filling import SMALL, Filling
from .plan import LARGE, Placement, Plan, Size
from .turning import turned

MOST_ROWS = 12
TRIED = 6  # candidates that are built, and some more for small drawings
DOCKINGS = (2, False), (1, False), (0, False), (2, True), (1, True)
"""Sides of a card at which leaves dock, and whether inputs do."""
PARTS = 1.4, 1.9, 2.9
"""By what the height of the highest layer is divided, where it is more than `TALL` times the median."""
TALL = 1.5
SPLIT = 0.08  # lost where layers are split
WORK = 5000  # cards, and layers that lines pass, in all candidates that are built
ROW = 0.015  # lost for each row after the first
BROKEN = 0.03  # lost for each scope that a row ends in
CROSSING = 0.006  # lost for each crossing
JUMP = 0.02  # lost for each line that changes rows
LOOSE = 0.05  # lost where leaves that could be docked are not


def place(plan: Plan, filling: Filling = Filling(SLIDE), directions: Sequence[str] = ("LR", "TB")) -> Placement:
    """Place everything so that it is as large as can be on a page.

    ``directions``: those that may be chosen, of LR, TB, RL and BT.
    """
    if not plan.blocks:
        return Placement(0.0, 0.0, directions[0], 0, (), (), (), (), 0)
    with _uncollected():
        guesses = sorted(_guesses(plan, filling, directions), key=lambda guess: -guess.score)
        tried = guesses[: _tries(plan, guesses[0].arrangement)]
        return max((_placement(guess, filling) for guess in tried), key=lambda each: each[0])[1]


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


def _tries(plan: Plan, arrangement: Arrangement) -> int:
    """How many candidates are built: fewer where lines pass many layers, as each of those takes as long as a card."""
    passed = sum(arrangement.layer[t] - arrangement.layer[s] for _, s, t, _ in arrangement.lines)
    return max(1, min(TRIED + 400 // (len(plan.blocks) + len(plan.links)), WORK // (len(plan.blocks) + passed)))


def _dockings(plan: Plan) -> Sequence[tuple[int, bool]]:
    """The ways to dock leaves that are worth a try: one for large drawings."""
    if len(plan.blocks) < LARGE:
        return DOCKINGS
    return DOCKINGS[:1] if any(b.docks for b in plan.blocks) else DOCKINGS[2:3]


class _Guess(NamedTuple):
    """A candidate, and how well it would fill the page, about."""

    score: float
    direction: str
    arrangement: Arrangement
    begins: Sequence[int]


def _guesses(plan: Plan, filling: Filling, directions: Sequence[str]) -> Iterator[_Guess]:
    for direction in directions:
        for arrangement in _arrangements(plan, direction in ("LR", "RL")):
            for begins in choices(arrangement.lengths, _row_counts(arrangement, filling.page)):
                yield _Guess(_guess(arrangement, begins, filling), direction, arrangement, begins)


def _arrangements(plan: Plan, flat: bool) -> Iterator[Arrangement]:
    """Every way of docking; and where a layer is much higher than others, every way of splitting it."""
    seen: set[tuple[tuple[int, int], ...]] = set()
    for sides, any_leaf in _dockings(plan):
        arrangement = arrange(plan, flat, sides, any_leaf)
        docked = tuple((dock.leaf, dock.side) for unit in arrangement.units for dock in unit.docks)
        if docked in seen:
            continue
        seen.add(docked)
        yield arrangement
        heights = sorted(arrangement.lengths.across)
        if heights[-1] > TALL * heights[len(heights) // 2]:
            for parts in PARTS:
                yield arrange(plan, flat, sides, any_leaf, parts)


def _placement(guess: _Guess, filling: Filling) -> tuple[float, Placement]:
    """A candidate that is worked out, with its score."""
    candidate = build(guess.arrangement, guess.begins)
    placement = turned(guess.arrangement.plan, candidate, guess.direction, len(guess.begins))
    placement = replace(placement, rise=filling.rise(guess.arrangement.plan, placement))
    return _score(guess.arrangement, candidate, placement, filling), placement


def _row_counts(arrangement: Arrangement, page: Size) -> Sequence[int]:
    """How many rows are worth a try: few for small drawings, for large ones those that come near the page's shape."""
    lengths = arrangement.lengths
    if len(lengths.along) <= MOST_ROWS * 4:
        return range(2, MOST_ROWS + 1)
    shape = page[0] / page[1] if arrangement.flat else page[1] / page[0]
    ideal = (lengths.total / (max(lengths.across) * shape)) ** 0.5
    return sorted({max(2, round(ideal * part)) for part in (0.7, 0.85, 1.0, 1.2)})


def _guess(arrangement: Arrangement, begins: Sequence[int], filling: Filling) -> float:
    lengths, ends = arrangement.lengths, [*begins[1:], len(arrangement.lengths.along)]
    along = max(sum(lengths.along[b:e]) for b, e in zip(begins, ends))
    across = sum(max(lengths.across[b:e]) + 40.0 for b, e in zip(begins, ends)) - 40.0
    size = (along, across) if arrangement.flat else (across, along)
    broken = sum(lengths.cost[b] for b in begins[1:])
    return filling.scale(*size) / (1 + ROW * (len(begins) - 1) + BROKEN * broken + _apart(arrangement))


def _score(arrangement: Arrangement, candidate: Candidate, placement: Placement, filling: Filling) -> float:
    size = placement.width, placement.height, placement.rise
    lost = 1 + CROSSING * candidate.crossings + JUMP * candidate.jumps + _apart(arrangement)
    kept = (1 - BROKEN) ** candidate.cut_scopes / (1 + ROW * (placement.rows - 1)) / lost
    if len(arrangement.plan.blocks) > SMALL and not filling.shapely(*size):
        kept *= 0.5
    return filling.scale(*size) * kept


def _apart(arrangement: Arrangement) -> float:
    """What is lost where cards that belong together do not stand together."""
    return LOOSE * arrangement.loose + SPLIT * arrangement.split
