"""Convolution over one, two and three axes, as PyTorch defines it: cross-correlation, the kernel is not flipped.

Inside, an array has its channels first and its batch last, (C, H, W, N): then each of the kernel's positions is a copy
of long runs, one matrix product does the arithmetic, and its result lies as the next convolution wants it. What users
see are views with the batch first; operations element by element keep the order in memory, so nothing is moved twice.

The columns (every window written out) are many times larger than the input. They are made a few rows at a time, which
stay in the processor's cache, on the way forward and again on the way back, and never kept.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from .linear import SUM_OF_PRODUCTS
from .op import Rule, Sample, op
from .traits import Traits
from .windows import windows

Array = np.ndarray[Any, Any]

PRODUCT = 10**6
"""Multiplications in one matrix product: up to here OpenBLAS has kernels that need no packing, twice as fast."""

COLUMNS = 1 << 20
"""Elements of columns made at a time where they are added up position by position."""


def _forward(n: int, x: Array, k: Array, bias: Any = None, **options: Any) -> Array:
    w = windows(n, x, k, bias, **options)
    kind = np.result_type(x, k, *(() if bias is None else (bias,)))
    view, kernel = w.view(w.padded(x, kind)), w.matrix(k)
    out: Array = np.empty((*kernel.shape[:2], math.prod(w.out) * w.batch), kind)
    for rows, place in w.blocks(PRODUCT // kernel.shape[1]):
        part = np.matmul(kernel, w.columns(view, rows), out=out[..., place])
        if bias is not None:
            part += np.reshape(bias, (*kernel.shape[:2], 1))
    seen: Array = out.reshape(w.made, *w.out, w.batch).transpose(-1, *range(n + 1))
    return seen.reshape(_result_shape(n, x, k, seen.shape))


def _to_input(n: int, g: Array, y: Array, x: Array, k: Array, bias: Any = None, **options: Any) -> Array:
    w = windows(n, x, k, bias, **options)
    g, kernel = w.flat(g), w.matrix(k).swapaxes(1, 2)
    long = [size + a + b for size, (a, b) in zip(w.size, w.padding, strict=True)]
    into = np.zeros((w.channels, *long, w.batch), g.dtype)
    view = w.view(into)
    for rows, place in w.blocks(COLUMNS):
        _add(w.part(view, rows), kernel @ g[..., place], w.kernel)
    inner = (slice(a, a + size) for size, (a, _) in zip(w.size, w.padding, strict=True))
    seen: Array = into[tuple([slice(None), *inner])].transpose(-1, *range(n + 1)).reshape(x.shape)
    return seen


def _add(view: Array, columns: Array, kernel: tuple[int, ...]) -> None:
    columns = columns.reshape(view.shape)
    for at in np.ndindex(kernel):  # one after the other, because the windows overlap
        here = tuple([slice(None), *at])
        np.add(view[here], columns[here], out=view[here])  # += would copy the sum once more


def _to_kernel(n: int, g: Array, y: Array, x: Array, k: Array, bias: Any = None, **options: Any) -> Array:
    w = windows(n, x, k, bias, **options)
    view, g = w.view(w.padded(x, g.dtype)), w.flat(g)
    total: Array = np.zeros(k.shape, g.dtype)
    matrix = w.matrix(total)
    for rows, place in w.blocks(PRODUCT // g.shape[1] if matrix.size < 1000 else COLUMNS):
        # this way round the product takes half the time of its transpose
        matrix += (w.columns(view, rows) @ g[..., place].swapaxes(1, 2)).swapaxes(1, 2)
    return total


def _to_bias(n: int, g: Array, y: Array, x: Array, k: Array, bias: Any, **options: Any) -> Any:
    return windows(n, x, k, bias, **options).flat(g).sum(axis=2).reshape(np.shape(bias))


def _rules(n: int) -> tuple[tuple[str, Rule], ...]:
    return (
        ("conv_transpose(g, k)", partial(_to_input, n)),
        ("correlate(x, g)", partial(_to_kernel, n)),
        ("sum(g)", partial(_to_bias, n)),
    )


def formulas_of_bias(n: int) -> dict[str, Any]:
    """The formula of the bias by whether there is a batch and a channel: what a channel shares is summed for it."""
    axes = tuple(range(1, n + 1))
    summed = {"channels": axes, "batch": (0, *(i + 1 for i in axes))}

    def choose(x: Array, k: Array, bias: Any = None, **options: Any) -> str:
        return "batch" if np.ndim(x) == n + 2 else "" if np.ndim(x) == np.ndim(k) == n else "channels"

    return {"variants": {k: (None, None, None, f"sum(g, axis={v})") for k, v in summed.items()}, "choose": choose}


def _traits(n: int) -> Traits:
    return Traits("product", "products", places=n, neutral={"dilation": 1, "groups": 1}, singular=SUM_OF_PRODUCTS)


def _result_shape(n: int, x: Array, k: Array, full: tuple[int, ...]) -> tuple[int, ...]:
    """The shape for the user: no batch where the input has none, no channels where neither input nor kernel has."""
    return full if x.ndim == n + 2 else full[2:] if x.ndim == k.ndim == n else full[1:]


# --- the operations --------------------------------------------------------------------------------------------------


@op(
    "conv1d(x, k, bias)",
    *_rules(1),
    **formulas_of_bias(1),
    inputs="x k bias",
    traits=_traits(1),
    samples=(
        Sample(((6,), (3,))),
        Sample(((2, 3, 8), (4, 3, 3), (4,)), {"stride": 2, "padding": 1}),
        Sample(((2, 4, 9), (2, 2, 2)), {"dilation": 3, "groups": 2}),
    ),
)
def conv1d(
    x: Array, k: Array, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Array:
    """Convolution along one axis, of a signal (L,) with a kernel (kl,); (C, L) or (N, C, L) with (O, C/groups, kl).

    As `conv2d` otherwise.
    """
    return _forward(1, x, k, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


@op(
    "conv2d(x, k, bias)",
    *_rules(2),
    **formulas_of_bias(2),
    inputs="x k bias",
    traits=_traits(2),
    samples=(
        Sample(((5, 5), (3, 3))),
        Sample(((2, 3, 6, 5), (4, 3, 3, 2), (4,)), {"stride": (2, 1), "padding": (1, 0)}),
        Sample(((2, 4, 6, 6), (4, 2, 2, 3)), {"dilation": (1, 2), "groups": 2, "padding": "same"}),
    ),
)
def conv2d(
    x: Array, k: Array, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Array:
    """Convolution of a picture (H, W) with a kernel (kh, kw); (C, H, W) or (N, C, H, W) with (O, C/groups, kh, kw).

    y[o, i, j] = bias[o] + the sum over c, a, b of x[c, i * stride + a * dilation, j * stride + b * dilation] *
    k[o, c, a, b]: cross-correlation, the convention of PyTorch and of deep learning. The output has
    (H + 2 * padding - dilation * (kh - 1) - 1) // stride + 1 rows (Dumoulin and Visin, A guide to convolution
    arithmetic for deep learning, 2016).

    ``bias``: one number per output channel. ``stride``, ``padding`` (zeros on each side), ``dilation``: a number, or
    one per axis; ``padding`` also "valid" (none) or "same" (as large as the input; stride 1). ``groups``: input and
    output channels are cut into so many parts, and each part of the output sees its own part of the input only.
    """
    return _forward(2, x, k, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


@op(
    "conv3d(x, k, bias)",
    *_rules(3),
    **formulas_of_bias(3),
    inputs="x k bias",
    traits=_traits(3),
    samples=(
        Sample(((3, 4, 3), (2, 2, 2))),
        Sample(((2, 2, 3, 4, 4), (2, 2, 2, 3, 2), (2,)), {"stride": (1, 2, 1), "padding": 1}),
    ),
)
def conv3d(
    x: Array, k: Array, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Array:
    """Convolution of a volume (D, H, W) with (kd, kh, kw), or of (C, D, H, W) or (N, C, D, H, W) with (O, ...).

    As `conv2d` otherwise.
    """
    return _forward(3, x, k, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
