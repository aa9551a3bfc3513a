"""Measures of a value: norm, root mean square, mean absolute value, share of zeros."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]
SAFE = 1e150
"""Norms up to which the sum of squares is within what a float holds, and down to whose inverse none of it is lost."""


class Size(NamedTuple):
    """Measures of an array: root mean square, Euclidean norm, mean absolute value.

    ``zeros``: the share of elements that are exactly zero. Of no elements, all are 0.
    """

    rms: float
    norm: float
    mean: float
    zeros: float


def norm(value: Any) -> float:
    """Absolute value, or Euclidean norm of an array; it overflows only where the norm itself does.

    >>> print(f"{norm([3e200, 4e200]):.12g} {norm([3e-200, 4e-200]):.12g}", norm([1.0, float("nan")]), norm([]))
    5e+200 5e-200 nan 0.0
    """
    if np.ndim(value) == 0:
        return abs(float(value))
    scale, small = _scaled(np.asarray(value, float).ravel())
    return scale * small


def rms(value: Any) -> float:
    """Root mean square; 0 of nothing. It overflows only where the elements do.

    >>> rms([1.7e308, 1.7e308, -1.7e308, 1.7e308])
    1.7e+308
    """
    if np.ndim(value) == 0:
        return abs(float(value))
    scale, small = _scaled(np.asarray(value, float).ravel())
    return scale * (small / math.sqrt(max(np.size(value), 1)))


def size(value: Any) -> Size:
    """All measures of a number or an array; each overflows only where the result does."""
    if isinstance(value, float) or np.ndim(value) == 0:
        x = abs(float(value))
        return Size(x, x, x, float(x == 0))
    flat = np.abs(np.asarray(value, float)).ravel()
    if not flat.size:
        return Size(0.0, 0.0, 0.0, 0.0)
    scale, small = _scaled(flat)
    with np.errstate(all="ignore"):
        mean = scale * float((flat / scale).mean())
    return Size(scale * (small / math.sqrt(flat.size)), scale * small, mean, float(np.mean(flat == 0)))


def _scaled(flat: Array) -> tuple[float, float]:
    """A power of two, which changes no digit, and the norm divided by it: its squares neither over- nor underflow."""
    with np.errstate(all="ignore"):
        plain = math.sqrt(float(flat @ flat))
        if 1 / SAFE <= plain <= SAFE or math.isnan(plain):
            return 1.0, plain
        largest = float(np.abs(flat).max(initial=0.0))
        if not 0 < largest < math.inf:
            return 1.0, largest
        scale = 2.0 ** (math.frexp(largest)[1] - 1)
        small = flat / scale
        return scale, math.sqrt(float(small @ small))
