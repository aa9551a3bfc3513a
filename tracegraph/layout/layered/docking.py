"""Leaves that one card uses stand beside it: above and below where the flow goes to the right, else left and right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .plan import ACROSS, HEAD, INSET, LINE, Plan, Size

SHORTEST = 15.0  # line of a docked leaf, with the head
BESIDE = 4.0  # between such a line and its caption
MOST = 2  # leaves on one side


@dataclass(slots=True)
class Dock:
    """A leaf beside its card: places relative to the corner of the card; ``line`` is where along it the arrow runs."""

    leaf: int
    link: int
    side: int
    corner: tuple[float, float]
    line: float
    caption: tuple[float, float]


@dataclass(slots=True)
class Unit:
    """A card with the leaves beside it; the extents are what it needs beyond the card, along and across.

    ``reaches``: for each side with leaves, -1 or 1, how far they reach beyond the card, before and after it.
    """

    block: int
    size: Size
    docks: list[Dock] = field(default_factory=list)
    above: float = 0.0
    below: float = 0.0
    reaches: dict[int, tuple[float, float]] = field(default_factory=dict)


def dock_leaves(
    plan: Plan, sizes: Sequence[Size], captions: Sequence[Size], sides: int, any_leaf: bool, flat: bool
) -> list[Unit]:
    """The cards that are placed by themselves, with the leaves that are docked to them.

    ``sides``: 0 docks nothing, 1 above only, 2 on both. ``any_leaf``: inputs dock too. ``flat``: the flow goes to the
    right, so captions of docked leaves stand beside upright lines.
    """
    uses: list[list[int]] = [[] for _ in plan.blocks]
    inputs: list[list[int]] = [[] for _ in plan.blocks]
    for number, link in enumerate(plan.links):
        uses[link.source].append(number)
        inputs[link.target].append(number)
    docked: set[int] = set()
    units = []
    for block in range(len(plan.blocks)):
        leaves = [n for n in inputs[block] if _docks(plan, n, uses, inputs, any_leaf)] if sides else []
        if len(leaves) > MOST * sides or any(plan.links[n].source in docked for n in leaves):
            leaves = []
        unit = Unit(block, sizes[block])
        for side, chosen in zip((-1, 1), _shared(leaves, sides)):
            _dock(unit, [(plan.links[n].source, n) for n in chosen], side, sizes, captions, flat)
        docked |= {d.leaf for d in unit.docks}
        units.append(unit)
    return [u for u in units if u.block not in docked]


def _docks(plan: Plan, number: int, uses: list[list[int]], inputs: list[list[int]], any_leaf: bool) -> bool:
    link = plan.links[number]
    leaf, card = plan.blocks[link.source], plan.blocks[link.target]
    alone = (leaf.docks or any_leaf) and len(uses[link.source]) == 1 and not inputs[link.source]
    return alone and leaf.scope == card.scope


def _shared(leaves: list[int], sides: int) -> tuple[list[int], list[int]]:
    half = (len(leaves) + 1) // 2 if sides == 2 else len(leaves)
    return leaves[:half], leaves[half:]


def _dock(
    unit: Unit, leaves: list[tuple[int, int]], side: int, sizes: Sequence[Size], captions: Sequence[Size], flat: bool
) -> None:
    """Put one leaf over the middle of the card, or two side by side."""
    if not leaves:
        return
    along, across = unit.size
    gap = max(max(SHORTEST, captions[n][1] + (2 * LINE if flat else HEAD + 2 * LINE)) for _, n in leaves)
    middle = along / 2
    starts = [middle - sizes[leaves[0][0]][0] / 2]
    if len(leaves) == 2:
        starts = [middle - ACROSS / 2 - sizes[leaves[0][0]][0], middle + ACROSS / 2]
    for i, ((leaf, number), start) in enumerate(zip(leaves, starts)):
        length, height = sizes[leaf]
        outer = -1 if len(leaves) == 2 and i == 0 or len(leaves) == 1 and not flat else 1
        low, high = max(INSET, start + INSET), min(along - INSET, start + length - INSET)
        line = min(max(start + length / 2, low), high)
        corner = start, -gap - height if side < 0 else across + gap
        cap_along, cap_across = captions[number]
        place = line + BESIDE if outer > 0 else line - BESIDE - cap_along
        room = -gap if side < 0 else across
        slack = gap - cap_across - (0 if flat else HEAD)
        inward = HEAD if side > 0 and not flat else 0.0  # the head is at the card
        caption = place, room + inward + slack / 2
        unit.docks.append(Dock(leaf, number, side, corner, line, caption))
        before, after = unit.reaches.get(side, (0.0, 0.0))
        before = max(before, -start, -place if cap_along else 0.0)
        after = max(after, start + length - along, place + cap_along - along)
        unit.reaches[side] = before, after
        if side < 0:
            unit.above = max(unit.above, gap + height)
        else:
            unit.below = max(unit.below, gap + height)
