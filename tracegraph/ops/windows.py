"""Where the windows of a convolution lie, and whether its input, kernel and options fit each other."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..errors import OpError

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


class Windows(NamedTuple):
    """Where the windows of one convolution lie: the lengths and options per spatial axis; channels taken and made."""

    batch: int
    channels: int
    made: int
    groups: int
    size: Shape
    kernel: Shape
    stride: Shape
    dilation: Shape
    padding: Pairs
    out: Shape

    def padded(self, x: Array, kind: Any) -> Array:
        """The input with channels first, batch last and zeros around."""
        x = _batch_last(x.reshape(self.batch, self.channels, *self.size)).astype(kind, copy=False)
        return np.pad(x, ((0, 0), *self.padding, (0, 0))) if any(map(any, self.padding)) else x

    def flat(self, g: Array) -> Array:
        """A cotangent as (groups, channels in each, positions)."""
        g = _batch_last(g.reshape(self.batch, self.made, *self.out))
        return g.reshape(self.groups, self.made // self.groups, math.prod(self.out) * self.batch)

    def matrix(self, k: Array) -> Array:
        """The kernel as (groups, output channels, weights in a window), in each group."""
        return k.reshape(self.groups, self.made // self.groups, -1)

    def blocks(self, limit: int) -> Iterator[tuple[slice, slice]]:
        """Rows of the output whose columns have at most ``limit`` elements (or one row), and their flat positions."""
        row = math.prod(self.out[1:]) * self.batch
        step = max(1, limit // max(1, row * self.channels * math.prod(self.kernel)))
        for low in range(0, self.out[0], step):
            high = min(low + step, self.out[0])
            yield slice(low, high), slice(low * row, high * row)

    def view(self, padded: Array) -> Array:
        """What every window sees, as (channels, *kernel, *out, batch): no copy, the windows overlap."""
        spatial = padded.strides[1:-1]
        steps = [d * s for d, s in zip(self.dilation, spatial, strict=True)]
        moves = [m * s for m, s in zip(self.stride, spatial, strict=True)]
        shape = (self.channels, *self.kernel, *self.out, self.batch)
        return as_strided(padded, shape, (padded.strides[0], *steps, *moves, padded.strides[-1]))

    def part(self, view: Array, rows: slice) -> Array:
        """Some rows of the output in such a view."""
        return view[(..., rows) + (slice(None),) * len(self.out)]

    def columns(self, view: Array, rows: slice) -> Array:
        """Every window of some rows written out, as (groups, weights in a window, positions)."""
        written = np.ascontiguousarray(self.part(view, rows))
        weights = self.channels * math.prod(self.kernel)
        return written.reshape(self.groups, weights // self.groups, written.size // weights)


def _batch_last(x: Array) -> Array:
    return np.ascontiguousarray(x.transpose(*range(1, x.ndim), 0))


# --- what fits -------------------------------------------------------------------------------------------------------


def windows(n: int, x: Array, k: Array, bias: Any, **options: Any) -> Windows:
    """The windows of a convolution over ``n`` axes; an error if its parts do not fit."""
    options = {name: tuple(v) if isinstance(v, (list, np.ndarray)) else v for name, v in options.items()}
    return _windows(n, np.shape(x), np.shape(k), None if bias is None else np.shape(bias), **options)


@lru_cache(maxsize=256, typed=True)  # needed four times for each convolution: forward, and for each gradient
def _windows(
    n: int, x: Shape, k: Shape, bias: Shape | None, *, stride: Any, padding: Any, dilation: Any, groups: Any
) -> Windows:
    name = f"conv{n}d"
    _check_axes(name, n, x, k)
    size, kernel = x[len(x) - n :], k[len(k) - n :]
    channels, (made, taken) = x[-n - 1] if len(x) > n else 1, k[:2] if len(k) > n else (1, 1)
    _check_channels(name, x, k, channels, taken, made, groups)
    if bias is not None and bias != (made,) and (bias or len(k) > n):
        raise OpError(f"{name}: bias {bias} does not fit kernel {k}; use shape ({made},)")
    steps, gaps = per_axis(name, "stride", stride, n, 1), per_axis(name, "dilation", dilation, n, 1)
    extent = tuple((a - 1) * d + 1 for a, d in zip(kernel, gaps, strict=True))
    pads = _padding(name, padding, extent, steps)
    room = [s + a + b - e for s, (a, b), e in zip(size, pads, extent, strict=True)]
    if min(room) < 0 or 0 in size:
        raise OpError(_does_not_fit(name, size, kernel, gaps, extent, padding))
    out = tuple(r // s + 1 for r, s in zip(room, steps, strict=True))
    batch = x[0] if len(x) == n + 2 else 1
    return Windows(batch, channels, made, groups, size, kernel, steps, gaps, pads, out)


def per_axis(name: str, option: str, value: Any, n: int, least: int) -> Shape:
    """One whole number per axis, from a number for all of them or a sequence."""
    try:
        values = tuple(map(operator.index, value)) if np.ndim(value) else (operator.index(value),) * n
    except TypeError:
        values = ()
    if len(values) != n:
        numbers = "a whole number" if n == 1 else f"a whole number or {n} of them"
        raise OpError(f"{name}: {option} {value!r} does not fit {n} ax{'i' if n == 1 else 'e'}s; use {numbers}")
    if min(values) < least:
        raise OpError(f"{name}: {option} {value!r} is too small; use {option} >= {least}")
    return values


def _padding(name: str, padding: Any, extent: Shape, stride: Shape) -> Pairs:
    """Zeros before and after each axis. ``"same"`` puts the odd one after, as PyTorch does."""
    if padding == "same":
        if max(stride) > 1:
            raise OpError(f"{name}: padding 'same' is for stride 1, not {stride}; give the padding as numbers")
        return tuple(((e - 1) // 2, e // 2) for e in extent)
    if isinstance(padding, str) and padding != "valid":
        raise OpError(f"{name}: padding {padding!r} is unknown; use 'valid', 'same' or numbers")
    pads = per_axis(name, "padding", 0 if padding == "valid" else padding, len(extent), 0)
    return tuple((p, p) for p in pads)


def _check_axes(name: str, n: int, x: Shape, k: Shape) -> None:
    if not n <= len(x) <= n + 2 or len(k) not in (n, n + 2):
        letters = ("L", "HW", "DHW")[n - 1]
        axes, taps = ", ".join(letters), ", ".join("k" + a.lower() for a in letters)
        comma = "," * (n == 1)
        raise OpError(
            f"{name}: input {x} and kernel {k} do not fit; use input ({axes}{comma}), (C, {axes}) or (N, C, {axes}) "
            f"and kernel ({taps}{comma}) or (O, C/groups, {taps})"
        )
    if 0 in k:
        raise OpError(f"{name}: kernel {k} is empty; use lengths >= 1")


def _check_channels(name: str, x: Shape, k: Shape, channels: int, taken: int, made: int, groups: Any) -> None:
    if not isinstance(groups, (int, np.integer)) or groups < 1:
        raise OpError(f"{name}: groups {groups!r} is not a number of groups; use groups >= 1")
    if channels % groups or made % groups:
        raise OpError(
            f"{name}: groups {groups} must divide the {channels} channels of input {x} and the {made} of kernel {k}"
        )
    if channels != taken * groups:
        grouped = f" x {groups} groups" if groups > 1 else ""
        raise OpError(
            f"{name}: input {x} has {channels} channels, kernel {k} takes {taken}{grouped}; "
            f"use a kernel with {channels // groups} on axis 1"
        )


def _does_not_fit(name: str, size: Shape, kernel: Shape, gaps: Any, extent: Shape, padding: Any) -> str:
    spread = f" with dilation {gaps}" if max(gaps) > 1 else ""
    if 0 in size:
        return f"{name}: input {size} is empty; use lengths >= 1"
    needed = max((e - s + 1) // 2 for e, s in zip(extent, size, strict=True))
    return f"{name}: kernel {kernel}{spread} does not fit input {size} with padding {padding}; use padding >= {needed}"
