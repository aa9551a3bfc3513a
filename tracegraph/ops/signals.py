"""Sliding products of two rows, and polynomials: what NumPy has for signals."""

from typing import Any

import numpy as np

from .linear import SUM_OF_PRODUCTS
from .op import Sample, op
from .traits import Traits

Array = Any
_SAMPLES = tuple(
    Sample(shapes, {"mode": mode})
    for mode in ("full", "same", "valid")
    for shapes in (((5,), (3,)), ((2,), (4,)), ((4,), (4,)))
)
_PRODUCT = Traits("product", singular=SUM_OF_PRODUCTS)


def _whole(g: Array, a: Array, v: Array, mode: str, turned: bool = False) -> Array:
    """The cotangent of all places at which two rows overlap: those that the mode leaves out get 0.

    ``turned``: NumPy exchanged the rows, as the second is longer, and cuts from the other end.
    """
    overlap = min(len(a), len(v)) - 1
    start = {"full": 0, "same": overlap // 2, "valid": overlap}[mode]
    if turned and mode == "same":
        start = overlap - start
    whole = np.zeros(len(a) + len(v) - 1, np.asarray(g).dtype)
    whole[start : start + len(g)] = g
    return whole


def _convolve_back(g: Array, y: Array, a: Array, v: Array, mode: str = "full") -> Array:
    return np.correlate(_whole(g, a, v, mode), v, "valid")


@op(
    "convolve(a, v, mode)",
    ("correlate(g, v)", _convolve_back),
    ("correlate(g, a)", lambda g, y, a, v, mode="full": _convolve_back(g, y, v, a, mode)),
    inputs="a v",
    numpy=np.convolve,
    samples=_SAMPLES,
    traits=_PRODUCT,
)
def convolve(a: Array, v: Array, mode: Any = "full") -> Array:
    """The convolution Σ a[k] v[n − k] of two rows; ``mode``: "full", "same" (as long as the longer) or "valid"."""
    return np.convolve(a, v, mode)


def _correlate_back(g: Array, y: Array, a: Array, v: Array, mode: str = "valid") -> Array:
    return np.convolve(_whole(g, a, v, mode, len(a) < len(v)), v, "full")[len(v) - 1 : len(v) - 1 + len(a)]


def _correlate_kernel(g: Array, y: Array, a: Array, v: Array, mode: str = "valid") -> Array:
    return np.correlate(_whole(g, a, v, mode, len(a) < len(v)), a, "valid")[::-1]


@op(
    "cross_correlate(a, v, mode)",
    ("convolve(g, v)", _correlate_back),
    ("correlate(a, g)", _correlate_kernel),
    inputs="a v",
    numpy=np.correlate,
    samples=_SAMPLES,
    analytic=False,
    traits=_PRODUCT,
)
def correlate(a: Array, v: Array, mode: Any = "valid") -> Array:
    """The correlation Σ a[n + k] v[k] of two rows; ``mode``: "full", "same" (as long as the longer) or "valid"."""
    return np.correlate(a, v, mode)


def _coefficients_back(g: Array, y: Array, p: Array, x: Array) -> Array:
    powers = np.asarray(x)[..., None] ** np.arange(len(p) - 1, -1, -1)
    return np.tensordot(g, powers.astype(np.asarray(g).dtype), np.ndim(x))


def _slope_back(g: Array, y: Array, p: Array, x: Array) -> Array:
    falling = np.arange(len(p) - 1, 0, -1).astype(np.asarray(p).dtype)
    return g * np.polyval(p[:-1] * falling, x)


@op(
    "polyval(p, x)",
    ("scatter(g, p)", _coefficients_back),
    ("g * polyval(polyder(p), x)", _slope_back),
    inputs="p x",
    numpy=np.polyval,
    samples=(Sample(((4,), (3,))), Sample(((3,), ())), Sample(((1,), (2, 2))), Sample(((2,), (2, 3)))),
    traits=Traits("function"),
)
def polyval(p: Array, x: Array) -> Array:
    """The polynomial with coefficients ``p``, that of the highest power first, at each x."""
    return np.polyval(p, x)
