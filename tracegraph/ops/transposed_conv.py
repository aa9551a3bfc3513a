"""Transposed convolution over one, two and three axes, as PyTorch defines it: the way back of a convolution, forward.

What a convolution of the result would send back to it is the value, so each part is one of `conv`, with the parts of
input and result exchanged.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..errors import OpError
from .conv import _forward, _to_input, _to_kernel, formulas_of_bias
from .linear import SUM_OF_PRODUCTS
from .op import Rule, Sample, op
from .traits import Traits
from .windows import per_axis

Array = np.ndarray[Any, Any]


def _result(n: int, x: Array, k: Array, output_padding: Any, **options: Any) -> tuple[Array, list[tuple[int, int]]]:
    """An array of the shape and type of the result, which takes no memory; and zeros that the input needs at its end.

    Without those a convolution of the result would have more windows than the input has elements.
    """
    name = f"conv_transpose{n}d"
    bare = np.ndim(x) == np.ndim(k) == n
    if not bare and (np.ndim(x) not in (n + 1, n + 2) or np.ndim(k) != n + 2 or np.shape(x)[-n - 1] != np.shape(k)[0]):
        raise OpError(f"{name}: input {np.shape(x)} and kernel {np.shape(k)} do not fit; axis 0 of the kernel takes it")
    groups = options["groups"]
    if not isinstance(groups, (int, np.integer)) or groups < 1 or not bare and np.shape(k)[0] % groups:
        raise OpError(f"{name}: groups {groups} must divide the {np.shape(k)[0]} channels of input {np.shape(x)}")
    more = per_axis(name, "output_padding", output_padding, n, 0)
    steps, pads, gaps = (per_axis(name, key, options[key], n, least) for key, least in _LEAST.items())
    if any(m >= max(s, d) for m, s, d in zip(more, steps, gaps, strict=True)):
        raise OpError(f"{name}: output_padding {output_padding} must be less than stride or dilation")
    parts = zip(np.shape(x)[-n:], np.shape(k)[-n:], steps, pads, gaps, more, strict=True)
    out = [(size - 1) * s - 2 * p + d * (length - 1) + m + 1 for size, length, s, p, d, m in parts]
    if min(out) < 1:
        raise OpError(f"{name}: padding {options['padding']} leaves nothing of input {np.shape(x)}")
    channels = () if bare else (np.shape(k)[1] * groups,)
    shape = (*np.shape(x)[: -n - 1], *channels, *out)
    zeros = [(0, 0)] * (np.ndim(x) - n) + [(0, m // s) for m, s in zip(more, steps, strict=True)]
    return np.broadcast_to(np.zeros((), np.result_type(x, k)), shape), zeros


_LEAST = {"stride": 1, "padding": 0, "dilation": 1}
"""Options with a number for each axis, and the least that it may be."""


def _forward_of(n: int, x: Array, k: Array, bias: Any = None, output_padding: Any = 0, **options: Any) -> Array:
    result, zeros = _result(n, x, k, output_padding, **options)
    if bias is not None and np.shape(bias) != result.shape[-n - 1 : -n]:
        fits = f"does not fit the result; use shape {result.shape[-n - 1 : -n]}"
        raise OpError(f"conv_transpose{n}d: bias {np.shape(bias)} {fits}")
    y = _to_input(n, np.pad(x, zeros).astype(result.dtype, copy=False), x, result, k, None, **options)
    return y if bias is None else y + np.reshape(bias, (-1, *[1] * n))


def _back_to_input(
    n: int, g: Array, y: Array, x: Array, k: Array, bias: Any = None, output_padding: Any = 0, **options: Any
) -> Array:
    return _forward(n, g, k, **options)[tuple(slice(length) for length in x.shape)]


def _back_to_kernel(
    n: int, g: Array, y: Array, x: Array, k: Array, bias: Any = None, output_padding: Any = 0, **options: Any
) -> Array:
    _, zeros = _result(n, x, k, output_padding, **options)
    return _to_kernel(n, np.pad(x, zeros), y, g, k, **options)


def _back_to_bias(n: int, g: Array, y: Array, x: Array, k: Array, bias: Any, **options: Any) -> Any:
    return np.moveaxis(g, -n - 1, 0).reshape(len(bias), -1).sum(axis=1)


def _rules(n: int) -> tuple[tuple[str, Rule], ...]:
    return (
        (f"conv{n}d(g, k)", partial(_back_to_input, n)),
        ("correlate(g, x)", partial(_back_to_kernel, n)),
        ("sum(g)", partial(_back_to_bias, n)),
    )


_TRAITS = Traits("product", neutral={"dilation": 1, "groups": 1, "output_padding": 0}, singular=SUM_OF_PRODUCTS)


@op(
    "conv_transpose(x, k, bias)",
    *_rules(1),
    **formulas_of_bias(1),
    inputs="x k bias",
    traits=_TRAITS,
    samples=(
        Sample(((4,), (3,))),
        Sample(((2, 3, 4), (3, 2, 3), (2,)), {"stride": 2, "padding": 1, "output_padding": 1}),
        Sample(((2, 4, 5), (4, 2, 2)), {"dilation": 3, "groups": 2}),
    ),
)
def conv_transpose1d(
    x: Array,
    k: Array,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Array:
    """Transposed convolution along one axis: (C, L) or (N, C, L) with (C, O/groups, kl). As `conv_transpose2d`."""
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _forward_of(1, x, k, bias, output_padding, **options)


@op(
    "conv_transpose(x, k, bias)",
    *_rules(2),
    **formulas_of_bias(2),
    inputs="x k bias",
    traits=_TRAITS,
    samples=(
        Sample(((3, 4), (2, 3))),
        Sample(((2, 3, 3, 2), (3, 2, 3, 2), (2,)), {"stride": (2, 1), "padding": (1, 0)}),
        Sample(((1, 4, 3, 3), (4, 2, 2, 3)), {"stride": 3, "groups": 2, "output_padding": (2, 1)}),
        Sample(((1, 2, 3, 2), (2, 1, 2, 2)), {"dilation": 3, "stride": (1, 2), "output_padding": 2}),
    ),
)
def conv_transpose2d(
    x: Array,
    k: Array,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Array:
    """Transposed convolution of (C, H, W) or (N, C, H, W) with a kernel (C, O/groups, kh, kw).

    Each element of the input adds the kernel, times itself, to the result, ``stride`` places further than the one
    before: (H - 1) * stride - 2 * padding + dilation * (kh - 1) + output_padding + 1 rows. ``padding`` cuts the rim
    off, ``output_padding`` (less than stride or dilation) adds rows at the end. The other options are `conv2d`'s, whose
    gradient this is (Dumoulin and Visin 2016).
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _forward_of(2, x, k, bias, output_padding, **options)


@op(
    "conv_transpose(x, k, bias)",
    *_rules(3),
    **formulas_of_bias(3),
    inputs="x k bias",
    traits=_TRAITS,
    samples=(Sample(((2, 2, 2, 3, 2), (2, 1, 2, 2, 2), (1,)), {"stride": (1, 2, 1), "padding": (0, 1, 0)}),),
)
def conv_transpose3d(
    x: Array,
    k: Array,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Array:
    """Transposed convolution of (C, D, H, W) or (N, C, D, H, W) with (C, O/groups, kd, kh, kw).

    As `conv_transpose2d` otherwise.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _forward_of(3, x, k, bias, output_padding, **options)
