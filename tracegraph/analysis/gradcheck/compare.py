"""Compare recorded contributions with numerical derivatives: one verdict for each input of a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...cached import cached
from ...ops.broadcast import unbroadcast
from .derivatives import Forward, Slopes, one_step, richardson, ridders

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
FLOOR = 1e-150
"""Of the gradient of the output: a contribution below counts as 0; far above the square of the complex step."""
ROUNDINGS = 30
"""How many times what one rounding of the inputs and the result changes in a contribution may be amiss in it."""


class Tolerance(NamedTuple):
    """Greatest relative error of a contribution against each method."""

    complex_step: float
    differences: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one input; ``error`` is relative, ``index`` the worst element (None: in a random direction)."""

    verdict: int
    error: float
    method: str
    index: tuple[int, ...] | None = None
    expected: float = 0.0
    found: float = 0.0


class Slot:
    """One input of one node: the forward, the gradient ``g`` of the node, and the recorded contribution ``sent``.

    ``eps`` is one rounding of the recorded numbers. ``sensitivity`` computes, for each element, how far a rounding of
    the rule's arguments moves the contribution.
    """

    def __init__(
        self,
        forward: Forward,
        slot: int,
        g: Array,
        contribution: Array,
        tolerance: Tolerance,
        eps: float,
        sensitivity: Callable[[], Array],
    ) -> None:
        self.forward, self.slot, self.g, self.sent = forward, slot, g, contribution
        self.tolerance, self.eps, self._ask = tolerance, eps, sensitivity
        self.x = np.asarray(forward.values[slot])

    def judge(self) -> Verdict:
        """Compare with a cheap derivative first, and with a careful one where that leaves doubt."""
        if not self.x.size:
            return Verdict(OK, 0.0, self._method)
        actual, expected, size = self._comparison()
        limit = self.tolerance[0 if self.forward.op.analytic else 1] * size + self._floor(...)
        close = np.abs(actual - expected) <= limit
        doubt = bool(self._suspicious().any())
        if close.all() and not doubt:
            return self._verdict(np.zeros(actual.shape, int), actual, expected, size, self._method)
        if self._elementwise:
            return self._careful_verdict(np.ones(self.x.shape), ...)
        if self.x.size <= EVERY:
            places = np.ndindex(self.x.shape) if doubt else map(tuple, np.argwhere(~close))
            return _worst(self._element(place) for place in places)
        return self._worst_elements([direction for direction, fine in zip(self._directions, close) if not fine])

    @cached
    def _sensitivity(self) -> Array:
        return self._ask()

    def _floor(self, place: Any) -> Array:
        """What no derivative tells from 0: a complex step has an error of its square, as that of x³ at 0."""
        sizes = self._sum(np.abs(np.where(np.isfinite(self.g), self.g, 0.0)))
        return FLOOR * (sizes[place] if self._elementwise and place is not ... else sizes)

    @property
    def _elementwise(self) -> bool:
        return self.forward.op.elementwise

    @cached
    def _directions(self) -> list[Array]:
        """Random directions for an input that is too large to check each element."""
        rng = np.random.default_rng(0)
        return [rng.choice([-1.0, 1.0], self.x.shape) for _ in range(DIRECTIONS)]

    def _comparison(self) -> tuple[Array, Array, Array]:
        """The recorded and the expected contribution, and the sizes of its terms: by element or direction."""
        if self._elementwise:
            return self.sent, *self._cheap_derivative(np.ones(self.x.shape), self.x)
        if self.x.size > EVERY:
            sums = np.array(
                [self._cheap_derivative(direction, np.max(np.abs(self.x))) for direction in self._directions]
            )
            return np.array([np.sum(self.sent * d) for d in self._directions]), sums[:, 0], sums[:, 1]
        places = np.ndindex(self.x.shape)
        sums = np.array([self._cheap_derivative(_unit(self.x.shape, place), self.x[place]) for place in places])
        return self.sent, sums[:, 0].reshape(self.x.shape), sums[:, 1].reshape(self.x.shape)

    def _sum(self, terms: Array) -> Array:
        """Sum the terms of each recorded number; for an elementwise op, over what broadcasting has stretched."""
        if not self._elementwise:
            return np.sum(terms)
        return unbroadcast(np.asarray(terms), self.x.shape)

    def _sums(self, slopes: Array) -> tuple[Array, Array]:
        """The expected contribution, and the sum of the sizes of its terms."""
        terms = np.where(self.g == 0, 0.0, self.g * slopes)
        return self._sum(terms), self._sum(np.abs(terms))

    def _suspicious(self) -> Array:
        """Where the one-sided derivatives differ (a kink), or complex step and differences (the op is not analytic)."""
        direction = np.ones(self.x.shape)
        x: Array = self.x
        if not self._elementwise:
            direction = np.random.default_rng(1).choice([-1.0, 1.0], self.x.shape)
            x = np.max(np.abs(self.x), initial=0.0)
        rough, doubt = one_step(self.forward, self.slot, direction, x)
        if self.forward.op.analytic:
            doubt |= ~(np.abs(self.forward.complex_step(self.slot, direction) - rough) <= COARSE * _largest(rough))
        return doubt & (self.g != 0)

    def _cheap_derivative(self, direction: Array, x: Array) -> tuple[Array, Array]:
        """`_sums` of the cheapest derivative along a direction; ``x``: the size of the input along it."""
        if self.forward.op.analytic:
            return self._sums(self.forward.complex_step(self.slot, direction))
        return self._sums(richardson(self.forward, self.slot, direction, x))

    @property
    def _method(self) -> str:
        return COMPLEX if self.forward.op.analytic else DIFFERENCES

    def _verdict(
        self, verdicts: Array, actual: Array, expected: Array, size: Array, method: str, place: Any = None
    ) -> Verdict:
        """The verdict on the worst of the compared numbers; ``place``: the element, where only one was compared."""
        errors = _relative(actual, expected, size)
        worst = int(np.argmax(np.where(verdicts == verdicts.max(), errors, -1.0)))
        if errors.shape == self.x.shape and place is None:
            place = np.unravel_index(worst, errors.shape)
        return Verdict(
            int(verdicts.flat[worst]),
            float(errors.flat[worst]),
            method,
            None if place is None else tuple(map(int, place)),
            float(expected.flat[worst]),
            float(np.asarray(actual).flat[worst]),
        )

    def _element(self, place: tuple[int, ...]) -> Verdict:
        return self._careful_verdict(_unit(self.x.shape, place), place)

    def _careful_verdict(self, direction: Array, place: Any) -> Verdict:
        """Compare with differences at many steps, which show kinks and whether the complex step can be trusted."""
        x, actual, sensitivity = self.x[place], np.asarray(self.sent[place]), self._sensitivity[place]
        slopes = ridders(self.forward, self.slot, direction, x)
        expected, size = self._sums(slopes.central)
        off = self._sums(slopes.error)[1]
        fuzzy = ~(10 * off <= FUZZY * np.maximum(size, _largest(self.sent)) + ROUNDINGS * sensitivity)
        exact, its_size = self._exact(direction)
        sure = np.abs(exact - expected) <= COARSE * size + 10 * off
        # where the result is too flat for any difference, two that agree are right
        sure |= (size == 0) & (np.abs(exact - actual) <= self.tolerance.complex_step * its_size)
        limit = np.where(sure, self.tolerance.complex_step * its_size, self.tolerance.differences * size + 10 * off)
        limit += ROUNDINGS * sensitivity + self._floor(place)
        expected, size = np.where(sure, exact, expected), np.where(sure, its_size, size)
        right = np.abs(actual - expected) <= limit
        verdicts = np.select([right & (sure | ~fuzzy), right], [OK, UNKNOWN], WRONG)
        verdicts = np.where(self._kinks(slopes, actual, limit), KINK, verdicts)
        method = COMPLEX if sure.all() else DIFFERENCES
        size = np.where(verdicts == WRONG, size, np.maximum(size, sensitivity / self.eps))
        return self._verdict(verdicts, actual, expected, size, method, None if place is ... else place)

    def _kinks(self, slopes: Slopes, actual: Array, limit: Array) -> Array:
        """Where no derivative exists to compare with, or the contribution is a valid choice at a kink."""
        kink = self._sum(slopes.kink & (self.g != 0)) > 0
        edge = self._sum(slopes.edge & (self.g != 0)) > 0
        edge |= (self._sum(slopes.edge) > 0) & ~np.isfinite(actual)  # a gradient of 0, times an infinite slope
        return edge | kink & self._inside(slopes, actual, limit)

    def _exact(self, direction: Array) -> tuple[Array, Array]:
        if not self.forward.op.analytic:
            return np.asarray(np.nan), np.asarray(np.nan)
        return self._sums(self.forward.complex_step(self.slot, direction))

    def _inside(self, slopes: Slopes, actual: Array, limit: Array) -> Array:
        """Whether the contribution lies between those of the one-sided derivatives, and so is a valid choice."""
        right, left = (np.where(slopes.kink, side, slopes.central) * self.g for side in (slopes.right, slopes.left))
        low, high = self._sum(np.minimum(right, left)), self._sum(np.maximum(right, left))
        spare = np.where(np.isfinite(limit), limit, 0) + COARSE * (high - low)
        return (low - spare <= actual) & (actual <= high + spare)

    def _worst_elements(self, directions: list[Array]) -> Verdict:
        """The verdict on some elements of a large input: where directions differ most, and a few spread over all."""
        places = [self._worst_element(direction) for direction in directions]
        spread = np.linspace(0, self.x.size - 1, EVERY // 2).astype(int)
        places += [tuple(map(int, place)) for place in zip(*np.unravel_index(spread, self.x.shape))]
        return _worst(self._element(place) for place in dict.fromkeys(places))

    def _worst_element(self, direction: Array) -> tuple[int, ...]:
        """The element where a contribution is wrong, by bisection: of two halves of a direction, the worse one."""
        low, high = 0, self.x.size
        while high - low > 1:
            middle = (low + high) // 2
            low, high = max(((low, middle), (middle, high)), key=lambda ends: self._off(direction, *ends))
        return tuple(map(int, np.unravel_index(low, self.x.shape)))

    def _off(self, direction: Array, low: int, high: int) -> float:
        """The error of the contribution along a part of a direction."""
        part = np.zeros(direction.size)
        part[low:high] = direction.flat[low:high]
        part = part.reshape(direction.shape)
        off = float(np.abs(np.sum(self.sent * part) - self._cheap_derivative(part, np.max(np.abs(self.x)))[0]))
        return off if np.isfinite(off) else np.inf


def _worst(judged: Iterable[Verdict]) -> Verdict:
    return max(judged, key=lambda j: (j.verdict, j.error))


def _unit(shape: tuple[int, ...], place: tuple[int, ...]) -> Array:
    direction = np.zeros(shape)
    direction[place] = 1
    return direction


def _relative(actual: Array, expected: Array, size: Array) -> Array:
    """The error relative to the sum of the sizes of the terms, or to the contribution if that is larger."""
    off, size = np.abs(np.asarray(actual) - expected), np.maximum(size, np.abs(actual))
    share = np.divide(off, size, out=np.zeros_like(off), where=off != 0)
    return np.where(np.isnan(share), np.inf, share)


def _largest(values: Array) -> float:
    """The greatest of the finite values, but not 0."""
    return float(np.max(np.abs(values), where=np.isfinite(values), initial=np.finfo(float).tiny))
