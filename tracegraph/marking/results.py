"""The result of marking one claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..picture.panels import SIGNS
from .claims import Claim, Text
from .targets import Index

SYMBOLS = SIGNS
"""One sign for each verdict; none rests on colour."""


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on a claim.

    ``from_yours``: what follows from the writer's own values before it; ``exact``: from the data, nothing rounded; both
    are numbers, or arrays for a matrix, whose elements are judged in ``elements``. ``causes``: what would explain a
    slip, most likely first. ``carried_from``: the labels of the slips that it follows from. ``remark``: what a verdict
    rests on, where that is not obvious.
    """

    claim: Claim
    written: Text
    from_yours: Any
    exact: Any
    verdict: str
    causes: tuple[str, ...] = ()
    carried_from: tuple[str, ...] = ()
    line: int | None = None
    remark: str = ""
    elements: dict[Index, Result] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name of the claim: ``w step 2``, ``grad z5``, ``map[0, 1]``."""
        return self.claim.label

    @property
    def symbol(self) -> str:
        """✓ agrees, ≈ rounding, ✗ slip, → carried, · left blank."""
        return SYMBOLS[self.verdict]

    @property
    def right(self) -> bool:
        """Whether the step itself is right, also where a slip before it makes the number differ from the exact one."""
        return self.verdict in ("agrees", "rounding", "carried")
