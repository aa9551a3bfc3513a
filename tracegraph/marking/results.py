"""The result of marking one claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..picture.panels import SIGNS
from .claims import Claim, Text
from .targets import Index
from .written import read

SYMBOLS = SIGNS
"""One sign for each verdict; none rests on colour."""


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on a claim.

    ``from_yours``: what follows from the writer's own values before it; ``exact``: from the data, nothing rounded; both
    are numbers, or arrays for a matrix, whose elements are judged in ``elements``. ``causes``: what would explain a
    slip, most likely first. ``carried_from``: the labels of the slips that it follows from. ``remark``: what a verdict
    rests on, where that is not obvious. ``misprint``: a slip of the pen, not of the computation. ``topic``: what to
    look at again after a slip.
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
    misprint: bool = False
    topic: str = ""

    @property
    def label(self) -> str:
        """The name of the claim: ``w step 2``, ``grad z5``, ``map[0, 1]``."""
        return self.claim.label

    @property
    def title(self) -> str:
        """The name of the claim as people write it: ``w₁``, ``∂L/∂w (step 2)``, ``map[0, 1]``."""
        return self.claim.title

    @property
    def points(self) -> float | None:
        """The points for it, of those that the claims file gives; None where it gives none.

        What was rightly computed from an earlier slip has all of them; of a matrix, each element has its share.
        """
        if self.claim.points is None:
            return None
        parts = list(self.elements.values()) or [self]
        return self.claim.points * sum(p.right for p in parts) / len(parts)

    @property
    def rounded_before(self) -> bool:
        """Whether it is right from the writer's own rounded numbers, and not from the exact ones."""
        number = read(self.written) if isinstance(self.written, str) and self.written else None
        if number is None or self.verdict not in ("agrees", "rounding") or self.carried_from or self.remark:
            return False
        return not (number.agrees(self.exact) or number.truncated(self.exact))

    @property
    def symbol(self) -> str:
        """✓ agrees, ≈ rounding, ✗ slip, → carried, · left blank."""
        return SYMBOLS[self.verdict]

    @property
    def right(self) -> bool:
        """Whether the step itself is right, also where a slip before it makes the number differ from the exact one."""
        return self.verdict in ("agrees", "rounding", "carried")
