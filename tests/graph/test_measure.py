"""Sizes of values against sums in exact arithmetic, from the smallest to the largest floats."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tracegraph.graph.measure import norm, rms, size

ENTRIES = [5e-324, 1e-310, 1e-200, 1e-150, 1.0, 1e150, 1e200, 1e300, 1.7e308]


def exact_root(square: Fraction) -> float:
    """The root of a fraction; inf beyond what a float holds."""
    shift = 2 ** max(0, 2200 - square.numerator.bit_length() + square.denominator.bit_length())
    root = Fraction(math.isqrt(math.floor(square * shift**2)), shift)
    try:
        return float(root)
    except OverflowError:
        return math.inf


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("factors", [(0.5, 1.0), (1.0, -1.0, 1.0, -1.0), (1.0,), (1.0, 1e-3, 0.0), (1.0, 1e-200)])
def test_sizes_overflow_only_where_the_result_does(entry: float, factors: tuple[float, ...]) -> None:
    x = np.array(factors) * entry
    squares = sum(Fraction(v) ** 2 for v in x.tolist())
    total = sum(Fraction(abs(v)) for v in x.tolist())
    near = {"rel": 1e-14, "abs": 5e-324}
    assert norm(x) == pytest.approx(exact_root(squares), **near) == size(x).norm
    assert rms(x) == pytest.approx(exact_root(squares / x.size), **near) == size(x).rms
    assert size(x).mean == pytest.approx(float(total / x.size), **near)
    assert size(x).zeros == np.mean(x == 0)


@pytest.mark.parametrize("measure", [norm, rms, lambda x: size(x).norm, lambda x: size(x).rms, lambda x: size(x).mean])
def test_what_is_no_number_shows(measure: Callable[[Any], float]) -> None:
    assert np.isnan(measure(np.array([1.0, np.nan]))) and np.isnan(measure(np.array([np.inf, np.nan])))
    assert measure(np.array([1.0, -np.inf])) == np.inf
    assert measure(-3) == 3 and measure(np.zeros(3)) == 0 and measure(np.zeros((0, 2))) == 0
    assert np.isnan(measure(math.nan)) and measure(-math.inf) == math.inf
