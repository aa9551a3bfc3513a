"""Pooling over one, two and three axes, as PyTorch defines it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..errors import OpError
from .op import Rule, Sample, op
from .pool_windows import counts_of, parts_of, pool_axes, pooled, tiles
from .reductions import OF_NOTHING, PARTS_OVERFLOW
from .traits import Traits

Array = np.ndarray[Any, Any]


def _max(name: str, n: int, x: Array, **options: Any) -> Array:
    axes = pool_axes(name, n, x, **options)
    least = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min if x.dtype.kind in "iu" else x.dtype.type(0)
    return pooled(x, axes, np.maximum, least)


def _scatter_max(name: str, n: int, g: Array, y: Array, x: Array, **options: Any) -> Array:
    """Each window's cotangent to its first maximum. A NaN is a maximum; of several, PyTorch takes the last."""
    axes, g = pool_axes(name, n, x, **options), _alike(g, y)
    alone, parts, left = tiles(axes), list(parts_of(axes)), np.ones_like(y, bool)
    into = np.empty_like(x, g.dtype) if alone else np.zeros_like(x, g.dtype)
    for out, part in parts:
        _win(into[part], x[part] == y[out], left[out], g[out], alone)
    if y.size and np.isnan(y.max()):
        for out, part in reversed(parts):
            _win(into[part], np.isnan(x[part]), left[out], g[out], False)
    return into


def _alike(g: Array, y: Array) -> Array:
    """A cotangent in the order in memory of the output: mixed orders cost five times as much as this copy."""
    if g.strides == y.strides:
        return g
    copy = np.empty_like(y, g.dtype)
    copy[...] = g
    return copy


def _win(into: Array, won: Array, left: Array, g: Array, alone: bool) -> None:
    """Hand out ``g`` where this position won and no earlier one had; ``alone``: no other window has it."""
    won &= left
    left ^= won
    bits = f"i{g.itemsize}"  # zero times infinity is NaN; zero times the bits of infinity is zero
    if alone:
        np.multiply(g.view(bits), won, out=into.view(bits))
    else:
        into += (g.view(bits) * won).view(g.dtype)


# --- mean ------------------------------------------------------------------------------------------------------------


def _mean(name: str, n: int, x: Array, count_include_pad: bool, divisor: Any = None, **options: Any) -> Array:
    if divisor == 0:
        raise OpError(f"{name}: divisor_override is not 0")
    axes, x = pool_axes(name, n, x, **options), x if x.dtype.kind in "fc" else x.astype(np.float64)
    y = pooled(x, axes, np.add, 0)
    y /= counts_of(axes, count_include_pad, y.dtype) if divisor is None else divisor
    return y


def _scatter_mean(
    name: str,
    n: int,
    g: Array,
    y: Array,
    x: Array,
    count_include_pad: bool,
    divisor_override: Any = None,
    **options: Any,
) -> Array:
    axes = pool_axes(name, n, x, **options)
    share = _alike(g, y) / (divisor_override or counts_of(axes, count_include_pad, g.dtype))
    alone = tiles(axes)
    into = np.empty_like(x, g.dtype) if alone else np.zeros_like(x, g.dtype)
    for out, part in parts_of(axes):
        np.copyto(into[part], share) if alone else np.add(into[part], share[out], out=into[part])
    return into


# --- the operations --------------------------------------------------------------------------------------------------


def _max_vjp(name: str, n: int) -> tuple[str, Rule]:
    return "scatter_max(g, x)", partial(_scatter_max, name, n)


def _mean_vjp(name: str, n: int) -> tuple[str, Rule]:
    return "scatter_mean(g, x)", partial(_scatter_mean, name, n)


def _mean_traits(n: int) -> Traits:
    causes = (OF_NOTHING, *PARTS_OVERFLOW)
    neutral = {"count_include_pad": True, **({"divisor_override": None} if n > 1 else {})}
    return Traits("pooling", "average", places=n, keeps_axes=True, neutral=neutral, singular=causes)


@op(
    "max_pool1d(x)",
    _max_vjp("max_pool1d", 1),
    analytic=False,
    traits=Traits("pooling", "greatest", kink="first", places=1, keeps_axes=True, neutral={"dilation": 1}),
    samples=(
        Sample(((7,),), {"kernel": 2}),
        Sample(((2, 3, 8),), {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    ),
)
def max_pool1d(
    x: Array, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Array:
    """Greatest element of each window along the last axis of (..., L). As `max_pool2d` otherwise."""
    where = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return _max("max_pool1d", 1, x, ceil_mode=ceil_mode, **where)


@op(
    "max_pool2d(x)",
    _max_vjp("max_pool2d", 2),
    analytic=False,
    traits=Traits("pooling", "greatest", kink="first", places=2, keeps_axes=True, neutral={"dilation": 1}),
    samples=(
        Sample(((4, 5),), {"kernel": 2}),
        Sample(((2, 3, 6, 7),), {"kernel": (3, 2), "stride": 1, "padding": 1, "ceil_mode": True}),
        Sample(((1, 2, 7, 7),), {"kernel": 2, "stride": 2, "dilation": 2}),
    ),
)
def max_pool2d(
    x: Array, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Array:
    """Greatest element of each window over the last two axes of (..., H, W).

    ``kernel``, ``stride`` (the kernel if not given), ``padding`` (at most half the kernel; never wins), ``dilation``:
    a number, or one per axis. ``ceil_mode`` also keeps a last window that reaches over the end, if it starts in the
    input or in the padding before it. The gradient goes to the maximum; of equal ones to the first in row-major order,
    as in PyTorch. NaN is greater than any number.
    """
    where = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return _max("max_pool2d", 2, x, ceil_mode=ceil_mode, **where)


@op(
    "max_pool3d(x)",
    _max_vjp("max_pool3d", 3),
    analytic=False,
    traits=Traits("pooling", "greatest", places=3, keeps_axes=True, neutral={"dilation": 1}),
    samples=(
        Sample(((2, 4, 4),), {"kernel": 2}),
        Sample(((1, 2, 3, 4, 5),), {"kernel": (1, 3, 2), "stride": (1, 2, 1), "padding": (0, 1, 0), "ceil_mode": True}),
    ),
)
def max_pool3d(
    x: Array, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Array:
    """Greatest element of each window over the last three axes of (..., D, H, W). As `max_pool2d` otherwise."""
    where = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return _max("max_pool3d", 3, x, ceil_mode=ceil_mode, **where)


@op(
    "avg_pool1d(x)",
    _mean_vjp("avg_pool1d", 1),
    traits=_mean_traits(1),
    samples=(
        Sample(((7,),), {"kernel": 2}),
        Sample(((2, 3, 8),), {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False}),
    ),
)
def avg_pool1d(
    x: Array, kernel: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Array:
    """Mean of each window along the last axis of (..., L). As `avg_pool2d` otherwise."""
    where = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    return _mean("avg_pool1d", 1, x, count_include_pad, **where)


@op(
    "avg_pool2d(x)",
    _mean_vjp("avg_pool2d", 2),
    traits=_mean_traits(2),
    samples=(
        Sample(((4, 5),), {"kernel": 2}),
        Sample(((2, 3, 6, 7),), {"kernel": (3, 2), "stride": 2, "padding": 1, "ceil_mode": True}),
        Sample(((1, 2, 6, 6),), {"kernel": 3, "stride": 1, "padding": 1, "count_include_pad": False}),
        Sample(((4, 5),), {"kernel": 2, "divisor_override": 3}),
    ),
)
def avg_pool2d(
    x: Array,
    kernel: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Mean of each window over the last two axes of (..., H, W).

    ``kernel``, ``stride`` (the kernel if not given), ``padding`` (at most half the kernel): a number, or one per axis.
    ``ceil_mode`` as for `max_pool2d`. The sum is divided by the number of elements in the window, padding included
    unless ``count_include_pad`` is false; what reaches over the padding is never counted. ``divisor_override``: the
    number to divide by instead. As PyTorch's.
    """
    where = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    return _mean("avg_pool2d", 2, x, count_include_pad, divisor_override, **where)


@op(
    "avg_pool3d(x)",
    _mean_vjp("avg_pool3d", 3),
    traits=_mean_traits(3),
    samples=(
        Sample(((2, 4, 4),), {"kernel": 2}),
        Sample(((1, 2, 3, 4, 5),), {"kernel": (1, 3, 2), "stride": (1, 2, 1), "padding": (0, 1, 0)}),
        Sample(((2, 4, 4),), {"kernel": 2, "divisor_override": 5}),
    ),
)
def avg_pool3d(
    x: Array,
    kernel: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Mean of each window over the last three axes of (..., D, H, W). As `avg_pool2d` otherwise."""
    where = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    return _mean("avg_pool3d", 3, x, count_include_pad, divisor_override, **where)
