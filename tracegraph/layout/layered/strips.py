"""The layers of a plan one by one, for drawings that are cut into pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .composing import arrange
from .plan import Plan


class Strip(NamedTuple):
    """A layer: its blocks, by their numbers, with the leaves docked to them.

    ``cost``: of a cut before it, about 0.2 for each arrow. ``closed``: whether such a cut would divide a step of a run.
    """

    blocks: Sequence[int]
    cost: float
    closed: bool


def strips(plan: Plan) -> list[Strip]:
    """The layers of a plan along the flow."""
    if not plan.blocks:
        return []
    made = arrange(plan, True, 2)
    blocks: list[list[int]] = [[] for _ in made.lengths.cost]
    for unit, layer in zip(made.units, made.layer, strict=True):
        blocks[layer] += [unit.block, *(dock.leaf for dock in unit.docks)]
    return [Strip(*layer) for layer in zip(blocks, made.lengths.cost, made.lengths.closed, strict=True)]
