"""Axes of a plot: where they begin and end, their ticks, and which steps a line is drawn through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..text.numbers import number, superscript

DECADES = 2.0  # that the values of a linear axis span at most
ROOM = 0.06  # of the axis beyond the largest and the smallest value
HUGE = 4e307  # the difference of two of these is still a number
Array = Any


@dataclass(frozen=True, slots=True)
class Axis:
    """From ``low`` to ``high``; both are logarithms to base 10 on a logarithmic axis."""

    low: float
    high: float
    logarithmic: bool = False

    def place(self, values: Array) -> Array:
        """The place of values on the axis, from 0 to 1; non-positive numbers are at 0 of a logarithmic axis."""
        numbers = np.asarray(values, float)
        if self.logarithmic:
            numbers = np.log10(np.where(numbers > 0, numbers, 10.0 ** max(self.low, -300)))
        return np.clip((numbers - self.low) / (self.high - self.low), 0, 1)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Places from 0 to 1 of round numbers, and how these are written; from one or two to ``most``."""
        if not self.logarithmic:
            return [((v - self.low) / (self.high - self.low), text) for v, text in _round(self.low, self.high, most)]
        powers = _powers(self.low, self.high, most)
        return [((math.log10(v) - self.low) / (self.high - self.low), text) for v, text in powers]


def axis(values: Array, also: tuple[float, ...] = ()) -> Axis:
    """The axis for some values: logarithmic if they are positive and span more than two decades, or ``also`` is given.

    ``also``: values that have to be on it, too.
    """
    finite = np.clip(np.append(values, also)[np.isfinite(np.append(values, also))], -HUGE, HUGE)
    logs = np.log10(finite[finite > 0])
    if len(logs) and (also or finite.min() >= 0 and np.ptp(logs) > DECADES):
        return Axis(*_padded(float(logs.min()), float(logs.max()), 0.5), True)
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    return Axis(*_padded(low, high, abs(low) * 0.05 or 1.0))


def _padded(low: float, high: float, least: float) -> tuple[float, float]:
    room = max((high - low) * ROOM, least if high - low <= 1e-9 * abs(high) else 0.0)
    return low - room, high + room


def _round(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    steps = [s * size for s in (1, 2, 5, 10)]
    step = next(s for s in steps if s is steps[-1] or math.floor(high / s) - math.ceil(low / s) < most)
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    digits = 1 + max(0, math.ceil(math.log10(max(abs(low), abs(high)) / step)))
    return [(i * step, number(float(f"{i * step:.14g}"), digits)) for i in places]


def _powers(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Powers of ten; if there are fewer than two, 2 and 5 times these, too."""
    powers = range(math.ceil(low), math.floor(high) + 1)
    if len(powers) >= 2:
        step = math.ceil((high - low) / most)  # so that labels are no closer than a part of the axis
        return [(10.0**e, f"10{superscript(str(e))}") for e in powers[::step] if 10.0**e]
    finer = [m * 10.0**e for e in range(math.floor(low), math.ceil(high) + 1) for m in (1, 2, 5)]
    inside = [v for v in finer if v and low <= math.log10(v) <= high]
    return [(v, number(v, 2)) for v in inside[:most]]


def runs(values: Array, most: int) -> list[list[int]]:
    """The places of values that a line goes through, apart where some are not finite.

    Of more than ``most`` values, each of so many stretches gives its smallest and its largest, so that peaks stay.
    """
    stretches: list[list[int]] = [[]]
    cuts = np.linspace(0, len(values), min(len(values), most) + 1).astype(int).tolist()
    for start, end in zip(cuts, cuts[1:]):
        part = values[start:end]
        finite = np.flatnonzero(np.isfinite(part))
        ends = (finite[part[finite].argmin()], finite[part[finite].argmax()]) if len(finite) else ()
        places = sorted({start + int(i) for i in ends})
        if len(finite) == len(part):
            stretches[-1] += places
        else:
            stretches += [places, []]
    return [run for run in stretches if run]
