"""Derivatives of an operation's forward at recorded values, by complex step and by differences; no rule is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...ops.op import Op

Array = Any
STEP = 1e-100
"""Of the complex step: so small that its square vanishes, hence no error but rounding (Squire and Trapp 1998)."""
LEVELS = 10
"""Steps at which differences are taken, each smaller than the one before by the same factor."""
SCREEN = 2.0**-20
"""Step of the differences that only ask whether there may be a kink."""
NEARER = 2.0**-18
"""By how much the steps shrink for the question whether a kink is here or only near."""
EPS = float(np.finfo(np.float64).eps)


class Forward:
    """An op at its recorded input values; ``value`` is the result there, and `moved` that beside them."""

    def __init__(self, op: Op, attrs: Mapping[str, Any], values: list[Any]) -> None:
        self.op, self.attrs, self.values = op, attrs, values
        self.value = np.asarray(op.forward(*values, **attrs))

    def moved(self, slot: int, step: Array) -> Array:
        """The result with ``step`` added to one input; NaN where the op does not take what comes out."""
        values = [*self.values]
        values[slot] = (values[slot] + step)[()]
        try:
            result = np.asarray(self.op.forward(*values, **self.attrs))
        except Exception:  # a user's op may raise anything, on complex numbers or outside of its domain
            result = np.asarray(np.nan)
        return result if result.shape == self.value.shape else np.full(self.value.shape, np.nan)

    def complex_step(self, slot: int, direction: Array) -> Array:
        """The derivative along ``direction``: the imaginary part after a step in the imaginary direction."""
        result = self.moved(slot, (STEP * 1j) * direction)
        return result.imag / STEP if result.dtype.kind == "c" else np.full(self.value.shape, np.nan)

    def sides(self, slot: int, direction: Array, h: Array) -> tuple[Array, Array]:
        """The difference quotients to the right and to the left."""
        right = (self.moved(slot, h * direction) - self.value) / h
        return right, (self.value - self.moved(slot, -h * direction)) / h


class Slopes(NamedTuple):
    """The derivative of each element of the result along one direction, from differences.

    ``central`` with the estimate ``error``; ``right`` and ``left``: the quotients at the smallest step. ``kink``: they
    stay apart however small the step. ``edge``: one of them does not exist, or grows without limit.
    """

    central: Array
    error: Array
    right: Array
    left: Array
    kink: Array
    edge: Array


def one_step(forward: Forward, slot: int, direction: Array, x: Array) -> tuple[Array, Array]:
    """A rough derivative along a direction, and where the two sides differ by more than a smooth function's would."""
    h = SCREEN * np.maximum(1.0, np.abs(x))
    right, left = forward.sides(slot, direction, h)
    size = np.abs(right) + np.abs(left)
    noise = 32 * EPS * (np.abs(forward.value) + np.abs(x) * size) / h
    return (right + left) / 2, ~(np.abs(right - left) <= 1e-4 * size + noise)


def richardson(forward: Forward, slot: int, direction: Array, x: Array) -> Array:
    """Central differences at two steps, extrapolated (Richardson 1911): error of order h⁴."""
    h = 2.0**-11 * np.maximum(1.0, np.abs(x))
    wide, narrow = (sum(forward.sides(slot, direction, s)) / 2 for s in (h, h / 2))
    return (4 * narrow - wide) / 3


def ridders(forward: Forward, slot: int, direction: Array, x: Array) -> Slopes:
    """Differences at steps from far to near, of which the best pair is extrapolated (after Ridders 1982).

    The steps reach from 2⁻⁶ max(1, |x|) to 2⁻¹⁸ min(1, |x|), so that they suit functions that vary on the scale of 1
    as well as those that vary on the scale of x. Where that finds a kink or an edge, steps that are smaller still tell
    whether it is here or only near.
    """
    first = _differences(forward, slot, direction, x, 1.0)
    if not (first.kink | first.edge).any():
        return first
    again = _differences(forward, slot, direction, x, NEARER)
    gap = np.abs(first.right - first.left)
    seen = first.edge | (again.error <= 0.01 * gap)
    smooth = (first.kink | first.edge) & ~(again.kink | again.edge) & np.isfinite(again.error) & seen
    return Slopes(*(np.where(smooth, b, a) for a, b in zip(first, again)))


def _differences(forward: Forward, slot: int, direction: Array, x: Array, scale: float) -> Slopes:
    near = scale * np.where(np.equal(x, 0), 2.0**-30, 2.0**-18 * np.minimum(1.0, np.abs(x)))
    far = scale * 2.0**-6 * np.maximum(1.0, np.abs(x))
    factor = (near / far) ** (1 / (LEVELS - 1))
    steps = [far * factor**k for k in range(LEVELS)]
    pairs = np.array([forward.sides(slot, direction, h) for h in steps])
    reach = np.abs(forward.value) + np.abs(x) * np.abs(pairs[-1]).max(axis=0)
    moves = (pairs != 0).any(axis=(0, 1))  # what stays even at the largest step depends on this input no further
    noise = np.array([8 * EPS * reach / np.where(moves, h, far) for h in steps])
    central, error = _extrapolated(pairs.mean(axis=1), noise, 1 / factor**2)
    return Slopes(central, error, pairs[-1, 0], pairs[-1, 1], *_kinks(pairs[-3:], noise[-3:]))


def _extrapolated(means: Array, noise: Array, gain: Array) -> tuple[Array, Array]:
    """The value whose neighbours come closest to it, and how far they are from it."""
    better = (gain * means[1:] - means[:-1]) / (gain - 1)
    apart = np.abs(np.diff(better, axis=0))
    error = np.maximum(apart[1:], apart[:-1]) + noise[2:-1]
    error = np.where(np.isfinite(error), error, np.inf)
    best = np.argmin(error, axis=0)[None]
    return np.take_along_axis(better[1:-1], best, 0)[0], np.take_along_axis(error, best, 0)[0]


def _kinks(pairs: Array, noise: Array) -> tuple[Array, Array]:
    """Where the one-sided quotients differ, and where one is missing or grows, over the last three steps.

    Where a function is smooth the difference of the sides shrinks as the step does, here by 0.16 or less.
    """
    gap, size = np.abs(pairs[:, 0] - pairs[:, 1]), np.abs(pairs)
    kink = (gap[2] > 0.5 * gap[0]) & (gap[2] > 20 * noise[2] + 1e-6 * size[2].sum(axis=0))
    grows = (size[2] > 1.1 * size[1]) & (size[1] > 1.1 * size[0]) & (size[2] > 20 * noise[2])
    return kink, ~np.isfinite(pairs[2]).all(axis=0) | grows.any(axis=0)
