"""Pooling over one and two axes, as PyTorch defines it.

A pooled array is the maximum or the sum of as many strided slices as the kernel has positions. Where a window reaches
over an edge its slice is shorter: padding is never written out, so it can neither win a maximum nor take a gradient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial, reduce
from itertools import product
from typing import Any

import numpy as np

from ..errors import OpError
from .op import Rule, Sample, op
from .reductions import OF_NOTHING, PARTS_OVERFLOW
from .traits import Traits
from .windows import per_axis

Array = np.ndarray[Any, Any]
Axis = tuple[int, int, int, int, int, int]
"""Of one axis: length of the input, of the kernel, stride, padding, dilation, length of the output."""


def _axes(
    name: str, n: int, x: Array, *, kernel: Any, stride: Any, padding: Any, dilation: Any = 1, ceil_mode: Any, **_: Any
) -> list[Axis]:
    if np.ndim(x) < n:
        shape = f"(..., {', '.join('HW'[-n:] if n == 2 else 'L')})"
        raise OpError(f"{name}: input {np.shape(x)} has too few axes; use shape {shape}")
    sizes, kernels = x.shape[x.ndim - n :], per_axis(name, "kernel", kernel, n, 1)
    strides = kernels if stride is None else per_axis(name, "stride", stride, n, 1)
    pads, gaps = per_axis(name, "padding", padding, n, 0), per_axis(name, "dilation", dilation, n, 1)
    if any(p > k // 2 for p, k in zip(pads, kernels, strict=True)):
        raise OpError(f"{name}: padding {padding} is over half of kernel {kernel}; use padding <= {min(kernels) // 2}")
    axes = list(zip(sizes, kernels, strides, pads, gaps, strict=True))
    outs = [_length(*axis, bool(ceil_mode)) for axis in axes]
    if min(outs) < 1 or 0 in sizes:
        raise OpError(_does_not_fit(name, sizes, kernels, pads, gaps, ceil_mode))
    return [(*axis, out) for axis, out in zip(axes, outs, strict=True)]


def _length(size: int, kernel: int, stride: int, pad: int, gap: int, ceil_mode: bool) -> int:
    """Number of windows. With ``ceil_mode`` the last one may reach over the end, but starts before the padding."""
    room = size + 2 * pad - gap * (kernel - 1) - 1
    if not ceil_mode:
        return room // stride + 1
    out = -(-room // stride) + 1
    return out - ((out - 1) * stride >= size + pad)


def _does_not_fit(
    name: str, sizes: tuple[int, ...], kernels: tuple[int, ...], pads: tuple[int, ...], gaps: Any, ceil_mode: Any
) -> str:
    if 0 in sizes:
        return f"{name}: input {sizes} is empty; use lengths >= 1"
    spread, lengths = f" with dilation {gaps}" if max(gaps) > 1 else "", zip(sizes, kernels, pads, gaps, strict=True)
    smaller = tuple(min(k, max(1, (s + 2 * p - 1) // d + 1)) for s, k, p, d in lengths)
    return f"{name}: kernel {kernels}{spread} does not fit input {sizes} with padding {pads}; use kernel <= {smaller}"


def _tiles(axes: list[Axis]) -> bool:
    """Whether the windows cover the input exactly, each element once."""
    return all(k == s and not p and (d == 1 or k == 1) and n == out * s for n, k, s, p, d, out in axes)


def _parts(axes: list[Axis]) -> Iterator[tuple[Any, Any]]:
    """For each position in the kernel, in row-major order: the outputs whose window has it, and the inputs it meets."""
    for at in product(*(range(kernel) for _, kernel, *_ in axes)):
        pairs = [_part(i, axis) for i, axis in zip(at, axes, strict=True)]
        if all(pairs):
            yield tuple([...] + [p[0] for p in pairs if p]), tuple([...] + [p[1] for p in pairs if p])


def _part(i: int, axis: Axis) -> tuple[slice, slice] | None:
    size, _, stride, pad, gap, out = axis
    shift = i * gap - pad  # the window number w meets the input at w * stride + shift
    low, high = max(0, -(shift // stride)), min(out, (size - 1 - shift) // stride + 1)
    if low >= high:
        return None
    return slice(low, high), slice(low * stride + shift, (high - 1) * stride + shift + 1, stride)


def _pooled(x: Array, axes: list[Axis], ufunc: np.ufunc, start: Any) -> Array:
    """The slices combined by ``ufunc``; like the input in its order in memory."""
    parts, shape = list(_parts(axes)), tuple(axis[-1] for axis in axes)
    if len(parts) > 1 and _tiles(axes):
        (_, first), (_, second), *parts = parts
        y: Array = ufunc(x[first], x[second])
    else:
        y = np.full_like(x, start, shape=x.shape[: x.ndim - len(axes)] + shape)
    for out, into in parts:
        ufunc(y[out], x[into], out=y[out])
    return y


# --- maximum ---------------------------------------------------------------------------------------------------------


def _max(name: str, n: int, x: Array, **options: Any) -> Array:
    axes = _axes(name, n, x, **options)
    least = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min if x.dtype.kind in "iu" else x.dtype.type(0)
    return _pooled(x, axes, np.maximum, least)


def _scatter_max(name: str, n: int, g: Array, y: Array, x: Array, **options: Any) -> Array:
    """Each window's cotangent to its first maximum. A NaN is a maximum; of several, PyTorch takes the last."""
    axes, g = _axes(name, n, x, **options), _alike(g, y)
    tiles, parts, left = _tiles(axes), list(_parts(axes)), np.ones_like(y, bool)
    into = np.empty_like(x, g.dtype) if tiles else np.zeros_like(x, g.dtype)
    for out, part in parts:
        _win(into[part], x[part] == y[out], left[out], g[out], tiles)
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


def _mean(name: str, n: int, x: Array, count_include_pad: bool, **options: Any) -> Array:
    axes, x = _axes(name, n, x, **options), x if x.dtype.kind in "fc" else x.astype(np.float64)
    y = _pooled(x, axes, np.add, 0)
    y /= _counts(axes, count_include_pad, y.dtype)
    return y


def _scatter_mean(name: str, n: int, g: Array, y: Array, x: Array, count_include_pad: bool, **options: Any) -> Array:
    axes = _axes(name, n, x, **options)
    share, tiles = _alike(g, y) / _counts(axes, count_include_pad, g.dtype), _tiles(axes)
    into = np.empty_like(x, g.dtype) if tiles else np.zeros_like(x, g.dtype)
    for out, part in _parts(axes):
        np.copyto(into[part], share) if tiles else np.add(into[part], share[out], out=into[part])
    return into


def _counts(axes: list[Axis], with_pad: bool, dtype: Any) -> Any:
    """By how many elements each window is divided: a number where all are whole."""
    lengths = []
    for size, kernel, stride, pad, _, out in axes:
        first = np.arange(out) * stride - pad
        low, high = (-pad, size + pad) if with_pad else (0, size)
        lengths.append(np.minimum(first + kernel, high) - np.maximum(first, low))
    if all((n == axis[1]).all() for n, axis in zip(lengths, axes, strict=True)):
        return math.prod(axis[1] for axis in axes)
    return reduce(np.multiply.outer, lengths).astype(dtype)


# --- the operations --------------------------------------------------------------------------------------------------


def _max_vjp(name: str, n: int) -> tuple[str, Rule]:
    return "scatter_max(g, x)", partial(_scatter_max, name, n)


def _mean_vjp(name: str, n: int) -> tuple[str, Rule]:
    return "scatter_mean(g, x)", partial(_scatter_mean, name, n)


def _mean_traits(n: int) -> Traits:
    causes = (OF_NOTHING, *PARTS_OVERFLOW)
    return Traits("pooling", "average", places=n, keeps_axes=True, neutral={"count_include_pad": True}, singular=causes)


@op(
    "max_pool1d(x)",
    _max_vjp("max_pool1d", 1),
    analytic=False,
    traits=Traits("pooling", "greatest", places=1, keeps_axes=True, neutral={"dilation": 1}),
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
    traits=Traits("pooling", "greatest", places=2, keeps_axes=True, neutral={"dilation": 1}),
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
    ),
)
def avg_pool2d(
    x: Array, kernel: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Array:
    """Mean of each window over the last two axes of (..., H, W).

    ``kernel``, ``stride`` (the kernel if not given), ``padding`` (at most half the kernel): a number, or one per axis.
    ``ceil_mode`` as for `max_pool2d`. The sum is divided by the number of elements in the window, padding included
    unless ``count_include_pad`` is false; what reaches over the padding is never counted. As PyTorch's.
    """
    where = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    return _mean("avg_pool2d", 2, x, count_include_pad, **where)
