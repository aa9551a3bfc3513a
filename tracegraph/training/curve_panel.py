"""One panel of training curves: its values, its place in the picture, and its description in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..text.numbers import clean, number
from .plot_axes import Axis

Array = Any


@dataclass(frozen=True, eq=False)
class CurvePanel:
    """A curve over the steps of a training.

    ``row`` and ``what``: the layer and its quantity. ``x``, ``y``, ``width``, ``height``: its place in points.
    ``line``: a value that a dashed line marks.
    """

    row: str
    what: str
    values: Array
    x: float
    y: float
    width: float
    height: float
    axis: Axis
    colour: str
    line: float | None = None

    def points(self, run: Sequence[int]) -> list[tuple[float, float]]:
        """The points in the picture of some steps, counted from 0."""
        last = len(self.values) - 1
        across = [i / last if last else 0.5 for i in run]
        up = self.axis.place(self.values[list(run)]).tolist()
        return [(self.x + self.width * a, self.y + self.height * (1 - b)) for a, b in zip(across, up)]

    @property
    def label(self) -> str:
        """The content of the panel, for screen readers."""
        finite = self.values[np.isfinite(self.values)]
        ends = [number(x) for x in (finite[0], finite[-1], finite.max())] if len(finite) else []
        span = "from {} to {}, at most {}".format(*ends) if ends else "no number"
        what = f"{clean(self.row)}: {self.what}"
        return ", ".join(filter(None, (what, f"{len(self.values)} steps", span, self.note)))

    @property
    def note(self) -> str:
        """The steps without a number to draw, in words; a logarithmic axis has no place for zero."""
        bad = {"NaN": np.isnan(self.values), "∞": np.isinf(self.values), "0": self.zeros}
        return ", ".join(f"{word} {_in_words(np.flatnonzero(where) + 1)}" for word, where in bad.items() if where.any())

    @property
    def zeros(self) -> Array:
        """A mask of the values that are zero, on a logarithmic axis; all false on a linear one."""
        return (self.values == 0) & self.axis.logarithmic


def _in_words(numbers: Array) -> str:
    """Numbers of steps in rising order: all of a range, or the first and how many more."""
    first, last, many = int(numbers[0]), int(numbers[-1]), len(numbers)
    if many > 1 and last - first + 1 == many:
        return f"at {number(first)} to {number(last)}"
    return f"at {number(first)}" + f" and {number(many - 1)} more" * (many > 1)
