"""Pooling to a given number of windows, as PyTorch defines it: window i of n covers the i-th share of the elements.

It begins at floor(i · size / n) and ends before ceil((i + 1) · size / n), so that windows may overlap by one element.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from ..errors import OpError
from .op import Op, Sample, op
from .reductions import OF_NOTHING, PARTS_OVERFLOW
from .traits import Traits

Array = np.ndarray[Any, Any]


def _lengths(n: int, x: Array, output_size: Any) -> list[int]:
    """How many windows each of the last axes gets; None leaves an axis as it is."""
    given = list(output_size) if isinstance(output_size, (tuple, list)) else [output_size] * n
    if np.ndim(x) < n or len(given) != n:
        raise OpError(f"adaptive pooling: output_size {output_size} is for {n} axes, the input is {np.shape(x)}")
    lengths = [size if length is None else length for length, size in zip(given, np.shape(x)[-n:], strict=True)]
    if min(lengths) < 1 or 0 in np.shape(x)[-n:]:
        raise OpError(f"adaptive pooling: output_size {output_size} and input {np.shape(x)} need lengths >= 1")
    return lengths


def _edges(size: int, windows: int) -> list[tuple[int, int]]:
    return [(i * size // windows, -(-(i + 1) * size // windows)) for i in range(windows)]


def _means(size: int, windows: int, kind: Any) -> Array:
    """The matrix that takes the elements of an axis to the means of its windows."""
    matrix = np.zeros((windows, size), kind)
    for row, (low, high) in zip(matrix, _edges(size, windows), strict=True):
        row[low:high] = 1 / (high - low)
    return matrix


def _mean(n: int, x: Array, output_size: Any) -> Array:
    kind = x.dtype if x.dtype.kind in "fc" else np.float64
    for axis, length in zip(range(-n, 0), _lengths(n, x, output_size), strict=True):
        x = np.moveaxis(np.moveaxis(x, axis, -1) @ _means(x.shape[axis], length, kind).T, -1, axis)
    return x


def _mean_back(n: int, g: Array, y: Array, x: Array, output_size: Any) -> Array:
    for axis, length in zip(range(-n, 0), _lengths(n, x, output_size), strict=True):
        g = np.moveaxis(np.moveaxis(g, axis, -1) @ _means(x.shape[axis], length, g.dtype), -1, axis)
    return g


def _windows(n: int, x: Array, output_size: Any) -> Iterator[tuple[Any, Any]]:
    """The place of each window in the result, and its elements."""
    lengths = _lengths(n, x, output_size)
    edges = [_edges(size, length) for size, length in zip(x.shape[-n:], lengths, strict=True)]
    for at in product(*map(range, lengths)):
        yield (..., *at), (..., *(slice(*edges[k][i]) for k, i in enumerate(at)))


def _max(n: int, x: Array, output_size: Any) -> Array:
    y = np.empty_like(x, shape=(*x.shape[: x.ndim - n], *_lengths(n, x, output_size)))
    for at, inside in _windows(n, x, output_size):
        y[at] = x[inside].max(axis=tuple(range(-n, 0)))
    return y


def _max_back(n: int, g: Array, y: Array, x: Array, output_size: Any) -> Array:
    """Each window's cotangent to its first maximum."""
    back = np.zeros_like(x, g.dtype)
    for at, inside in _windows(n, x, output_size):
        part = x[inside]
        first = np.zeros((*part.shape[: x.ndim - n], int(np.prod(part.shape[x.ndim - n :]))), g.dtype)
        chosen = part.reshape(first.shape).argmax(axis=-1)
        np.put_along_axis(first, chosen[..., None], g[at][..., None], -1)
        back[inside] += first.reshape(part.shape)
    return back


_SIZES: tuple[tuple[tuple[int, ...], Any], ...] = (((7,), 3), ((2, 5, 4), (2, 3)), ((1, 3, 4, 2), (2, None, 1)))


def _declare(kind: str, n: int, forward: Any, back: Any, words: str, way: str, traits: Traits) -> Op:
    shape, size = _SIZES[n - 1]

    def function(x: Array, output_size: Any) -> Array:
        return np.asarray(forward(n, x, output_size))

    function.__name__ = name = f"adaptive_{kind}_pool{n}d"
    function.__doc__ = (
        f"{words} element of each of ``output_size`` windows over the last {n} axes: a number, or one per axis.\n\n"
        "The windows share the elements as evenly as they can, and may overlap by one; None leaves an axis as it is."
    )
    samples = (Sample((shape,), {"output_size": size}), Sample(((2, *shape),), {"output_size": 2}))
    rule = (f"{way}(g, x)", partial(back, n))
    return op(f"{name}(x)", rule, samples=samples, analytic=kind == "avg", traits=traits)(function)


_AVERAGE = Traits("pooling", keeps_axes=True, singular=(OF_NOTHING, *PARTS_OVERFLOW))
for _n in (1, 2, 3):
    _declare("max", _n, _max, _max_back, "Greatest", "scatter_max", Traits("pooling", keeps_axes=True))
for _n in (1, 2, 3):
    _declare("avg", _n, _mean, _mean_back, "Mean", "scatter_mean", _AVERAGE)
