"""What would explain a slip."""

from __future__ import annotations

from .judge import Judge
from .targets import Index


class Causes:
    """Looks for the causes of slips."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def of(self, claim: int, at: Index) -> tuple[str, tuple[str, ...]]:
        """The way that the right value is taken from, and at most three causes."""
        return self.judge.verdicts[claim][at].way, ()
