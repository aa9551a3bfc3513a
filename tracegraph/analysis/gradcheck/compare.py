"""What a rule sent back, compared with derivatives that know no rule: one verdict for each input of a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...ops.broadcast import unbroadcast
from .derivatives import Forward, Slopes, careful, quick, screened

Array = Any
VERDICTS = ("ok", "not checked", "kink", "wrong")
"""From good to bad."""
OK, UNKNOWN, KINK, WRONG = range(4)
COMPLEX, DIFFERENCES = "complex step", "central differences"

EVERY = 64
"""Elements of an input up to which each is checked; above, directions are (of an op element by element, all are)."""
DIRECTIONS = 3
"""Random directions in which the derivative of a large input is checked."""
COARSE = 1e-4
"""Relative difference from central differences above which a complex step is not believed: the op is not analytic."""
FUZZY = 1e-3
"""Relative error of differences above which they tell nothing."""
ROUNDINGS = 30
"""How many times what one rounding of the inputs and the result changes in a contribution may be amiss in it."""


class Tolerance(NamedTuple):
    """Greatest relative error of a contribution against each method."""

    complex_step: float
    differences: float


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one input; ``error`` is relative, ``index`` the worst element (None: in a random direction)."""

    verdict: int
    error: float
    method: str
    index: tuple[int, ...] | None = None
    expected: float = 0.0
    found: float = 0.0


class Slot:
    """One input of one node: the forward, the gradient ``g`` of the node, and the contribution that was ``sent``.

    ``eps`` is one rounding of what was recorded, and ``wobble`` tells how far that much in what the rule is given moves
    its result, by element.
    """

    def __init__(
        self,
        forward: Forward,
        slot: int,
        g: Array,
        contribution: Array,
        tolerance: Tolerance,
        eps: float,
        wobble: Callable[[], Array],
    ) -> None:
        self.forward, self.slot, self.g, self.sent = forward, slot, g, contribution
        self.tolerance, self.eps, self._ask = tolerance, eps, wobble
        self.x = np.asarray(forward.values[slot])

    def judge(self) -> Judged:
        """Compare in the cheapest way first, and look closer where that does not settle it."""
        if not self.x.size:
            return Judged(OK, 0.0, self._method)
        actual, expected, size = self._compared()
        close = np.abs(actual - expected) <= self.tolerance[0 if self.forward.op.analytic else 1] * size
        doubt = bool(self._doubtful().any())
        if close.all() and not doubt:
            return self._told(np.zeros(actual.shape, int), actual, expected, size, self._method)
        if self._whole:
            return self._closer(np.ones(self.x.shape), ...)
        if self.x.size <= EVERY:
            places = np.ndindex(self.x.shape) if doubt else map(tuple, np.argwhere(~close))
            return _worst(self._element(place) for place in places)
        return self._searched([direction for direction, fine in zip(self._ways, close) if not fine])

    @cached_property
    def _wobble(self) -> Array:
        return self._ask()

    @property
    def _whole(self) -> bool:
        return self.forward.op.elementwise

    @cached_property
    def _ways(self) -> list[Array]:
        """Random directions for an input that is too large to check each element."""
        rng = np.random.default_rng(0)
        return [rng.choice([-1.0, 1.0], self.x.shape) for _ in range(DIRECTIONS)]

    def _compared(self) -> tuple[Array, Array, Array]:
        """What was sent, what should have been, and the sizes of the terms: by element, or in random directions."""
        if self._whole:
            return self.sent, *self._first(np.ones(self.x.shape), self.x)
        if self.x.size > EVERY:
            sums = np.array([self._first(direction, np.max(np.abs(self.x))) for direction in self._ways])
            return np.array([np.sum(self.sent * direction) for direction in self._ways]), sums[:, 0], sums[:, 1]
        places = np.ndindex(self.x.shape)
        sums = np.array([self._first(_unit(self.x.shape, place), self.x[place]) for place in places])
        return self.sent, sums[:, 0].reshape(self.x.shape), sums[:, 1].reshape(self.x.shape)

    def _sum(self, terms: Array) -> Array:
        """Add up what belongs to one number that was sent: for a whole input, what its broadcasting had spread."""
        if not self._whole:
            return np.sum(terms)
        return unbroadcast(np.asarray(terms), self.x.shape)

    def _sums(self, slopes: Array) -> tuple[Array, Array]:
        """The derivative that should have been sent, and the sum of the sizes of its terms."""
        terms = np.where(self.g == 0, 0.0, self.g * slopes)
        return self._sum(terms), self._sum(np.abs(terms))

    def _doubtful(self) -> Array:
        """Where the sides differ, or the complex step of an analytic op is not the slope: a kink, or not analytic."""
        direction = np.ones(self.x.shape)
        x: Array = self.x
        if not self._whole:
            direction = np.random.default_rng(1).choice([-1.0, 1.0], self.x.shape)
            x = np.max(np.abs(self.x), initial=0.0)
        rough, doubt = screened(self.forward, self.slot, direction, x)
        if self.forward.op.analytic:
            doubt |= ~(np.abs(self.forward.complex_step(self.slot, direction) - rough) <= COARSE * _largest(rough))
        return doubt & (self.g != 0)

    def _first(self, direction: Array, x: Array) -> tuple[Array, Array]:
        """`_sums` of the derivative along a direction in which the input is ``x``."""
        if self.forward.op.analytic:
            return self._sums(self.forward.complex_step(self.slot, direction))
        return self._sums(quick(self.forward, self.slot, direction, x))

    @property
    def _method(self) -> str:
        return COMPLEX if self.forward.op.analytic else DIFFERENCES

    def _told(
        self, verdicts: Array, actual: Array, expected: Array, size: Array, method: str, place: Any = None
    ) -> Judged:
        """The worst of the numbers that were compared; of one alone, ``place`` is its element."""
        errors = _relative(actual, expected, size)
        worst = int(np.argmax(np.where(verdicts == verdicts.max(), errors, -1.0)))
        if errors.shape == self.x.shape and place is None:
            place = np.unravel_index(worst, errors.shape)
        return Judged(
            int(verdicts.flat[worst]),
            float(errors.flat[worst]),
            method,
            None if place is None else tuple(map(int, place)),
            float(expected.flat[worst]),
            float(np.asarray(actual).flat[worst]),
        )

    def _element(self, place: tuple[int, ...]) -> Judged:
        return self._closer(_unit(self.x.shape, place), place)

    def _closer(self, direction: Array, place: Any) -> Judged:
        """Differences at many steps: they tell a kink, and whether the complex step can be believed."""
        x, actual, wobble = self.x[place], np.asarray(self.sent[place]), self._wobble[place]
        slopes = careful(self.forward, self.slot, direction, x)
        expected, size = self._sums(slopes.central)
        off = self._sums(slopes.error)[1]
        fuzzy = ~(10 * off <= FUZZY * np.maximum(size, _largest(self.sent)) + ROUNDINGS * wobble)
        exact, its_size = self._exact(direction)
        sure = np.abs(exact - expected) <= COARSE * size + 10 * off
        # where the result is too flat for any difference, two that agree are right
        sure |= (size == 0) & (np.abs(exact - actual) <= self.tolerance.complex_step * its_size)
        limit = np.where(sure, self.tolerance.complex_step * its_size, self.tolerance.differences * size + 10 * off)
        limit += ROUNDINGS * wobble
        expected, size = np.where(sure, exact, expected), np.where(sure, its_size, size)
        right = np.abs(actual - expected) <= limit
        verdicts = np.select([right & (sure | ~fuzzy), right], [OK, UNKNOWN], WRONG)
        verdicts = np.where(self._kinks(slopes, actual, limit), KINK, verdicts)
        method = COMPLEX if sure.all() else DIFFERENCES
        size = np.where(verdicts == WRONG, size, np.maximum(size, wobble / self.eps))
        return self._told(verdicts, actual, expected, size, method, None if place is ... else place)

    def _kinks(self, slopes: Slopes, actual: Array, limit: Array) -> Array:
        """Where there is no derivative that could be compared, or what was sent is a fair choice at a kink."""
        kink = self._sum(slopes.kink & (self.g != 0)) > 0
        edge = self._sum(slopes.edge & (self.g != 0)) > 0
        edge |= (self._sum(slopes.edge) > 0) & ~np.isfinite(actual)  # a gradient of 0, times an infinite slope
        return edge | kink & self._inside(slopes, actual, limit)

    def _exact(self, direction: Array) -> tuple[Array, Array]:
        if not self.forward.op.analytic:
            return np.asarray(np.nan), np.asarray(np.nan)
        return self._sums(self.forward.complex_step(self.slot, direction))

    def _inside(self, slopes: Slopes, actual: Array, limit: Array) -> Array:
        """Whether what was sent lies between what the two sides would send: any such value is a fair choice."""
        right, left = (np.where(slopes.kink, side, slopes.central) * self.g for side in (slopes.right, slopes.left))
        low, high = self._sum(np.minimum(right, left)), self._sum(np.maximum(right, left))
        spare = np.where(np.isfinite(limit), limit, 0) + COARSE * (high - low)
        return (low - spare <= actual) & (actual <= high + spare)

    def _searched(self, directions: list[Array]) -> Judged:
        """Of a large input, look closer at some elements: those where directions differ most, and a few of all."""
        places = [self._bisected(direction) for direction in directions]
        spread = np.linspace(0, self.x.size - 1, EVERY // 2).astype(int)
        places += [tuple(map(int, place)) for place in zip(*np.unravel_index(spread, self.x.shape))]
        return _worst(self._element(place) for place in dict.fromkeys(places))

    def _bisected(self, direction: Array) -> tuple[int, ...]:
        """An element that what was sent differs in: of two halves of a direction, go on with the worse one."""
        low, high = 0, self.x.size
        while high - low > 1:
            middle = (low + high) // 2
            low, high = max(((low, middle), (middle, high)), key=lambda ends: self._off(direction, *ends))
        return tuple(map(int, np.unravel_index(low, self.x.shape)))

    def _off(self, direction: Array, low: int, high: int) -> float:
        """How much what was sent differs in a part of a direction."""
        part = np.zeros(direction.size)
        part[low:high] = direction.flat[low:high]
        part = part.reshape(direction.shape)
        off = float(np.abs(np.sum(self.sent * part) - self._first(part, np.max(np.abs(self.x)))[0]))
        return off if np.isfinite(off) else np.inf


def _worst(judged: Iterable[Judged]) -> Judged:
    return max(judged, key=lambda j: (j.verdict, j.error))


def _unit(shape: tuple[int, ...], place: tuple[int, ...]) -> Array:
    direction = np.zeros(shape)
    direction[place] = 1
    return direction


def _relative(found: Array, expected: Array, size: Array) -> Array:
    """The error as a share of the sum of the sizes of the terms, or of what was sent if that is larger."""
    off, size = np.abs(np.asarray(found) - expected), np.maximum(size, np.abs(found))
    share = np.divide(off, size, out=np.zeros_like(off), where=off != 0)
    return np.where(np.isnan(share), np.inf, share)


def _largest(values: Array) -> float:
    """The greatest of the finite values, but not 0."""
    return float(np.max(np.abs(values), where=np.isfinite(values), initial=np.finfo(float).tiny))
