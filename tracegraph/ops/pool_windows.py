"""Where the windows of a pooling lie, and the slices of the input that they consist of.

A pooled array is the maximum or the sum of as many strided slices as the kernel has positions. Where a window reaches
over an edge its slice is shorter: padding is never written out, so it can neither win a maximum nor take a gradient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from ..errors import OpError
from .windows import per_axis

Array = np.ndarray[Any, Any]
Axis = tuple[int, int, int, int, int, int]
"""Of one axis: length of the input, of the kernel, stride, padding, dilation, length of the output."""


def pool_axes(
    name: str, n: int, x: Array, *, kernel: Any, stride: Any, padding: Any, dilation: Any = 1, ceil_mode: Any, **_: Any
) -> list[Axis]:
    """The windows along the last axes; an error if the options do not fit."""
    if np.ndim(x) < n:
        shape = f"(..., {', '.join(('L', 'HW', 'DHW')[n - 1])})"
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


def tiles(axes: list[Axis]) -> bool:
    """Whether the windows cover the input exactly, each element once."""
    return all(k == s and not p and (d == 1 or k == 1) and n == out * s for n, k, s, p, d, out in axes)


def parts_of(axes: list[Axis]) -> Iterator[tuple[Any, Any]]:
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


def pooled(x: Array, axes: list[Axis], ufunc: np.ufunc, start: Any) -> Array:
    """The slices combined by ``ufunc``; like the input in its order in memory."""
    parts, shape = list(parts_of(axes)), tuple(axis[-1] for axis in axes)
    if len(parts) > 1 and tiles(axes):
        (_, first), (_, second), *parts = parts
        y: Array = ufunc(x[first], x[second])
    else:
        y = np.full_like(x, start, shape=x.shape[: x.ndim - len(axes)] + shape)
    for out, into in parts:
        ufunc(y[out], x[into], out=y[out])
    return y


def counts_of(axes: list[Axis], with_pad: bool, dtype: Any) -> Any:
    """By how many elements each window is divided: a number where all are whole."""
    lengths = []
    for size, kernel, stride, pad, _, out in axes:
        first = np.arange(out) * stride - pad
        low, high = (-pad, size + pad) if with_pad else (0, size)
        lengths.append(np.minimum(first + kernel, high) - np.maximum(first, low))
    if all((n == axis[1]).all() for n, axis in zip(lengths, axes, strict=True)):
        return math.prod(axis[1] for axis in axes)
    return reduce(np.multiply.outer, lengths).astype(dtype)
