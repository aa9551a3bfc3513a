"""Layers that normalize: batch, layer, group and root-mean-square norm, with weights and biases or without.

Each shifts and scales some axes to mean 0 and variance 1 (`rms_norm` only scales), then takes a weight and a bias of
its own for each channel.
"""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from ..errors import OpError
from .causes import inf, nan
from .op import Op, Sample, op
from .traits import Traits

Array = Any
Normalizer = Callable[..., tuple[Array, Array]]
_TRAITS = Traits(
    "function",
    rescales=True,
    singular=(
        nan("∞ − ∞ in {op}: x − mean", lambda x: np.any(np.isinf(x))),
        inf("a square in {op} {over}", lambda x: np.size(x) > 0),
    ),
)


def _scaled(x: Array, axes: Any, eps: float, centred: bool = True) -> tuple[Array, Array]:
    """The normalized array, and the root that it was divided by."""
    off = x - np.mean(x, axis=axes, keepdims=True) if centred else x
    root = np.sqrt(np.mean(off * off, axis=axes, keepdims=True) + eps)
    return off / root, root


def _scaled_back(g: Array, z: Array, root: Array, axes: Any, centred: bool = True) -> Array:
    """The adjoint of `_scaled`: what changes the mean or the variance is taken out."""
    back = g - z * np.mean(g * z, axis=axes, keepdims=True)
    return (back - np.mean(g, axis=axes, keepdims=True) if centred else back) / root


def _last(name: str, x: Array, axes: int) -> tuple[int, ...]:
    if not 0 < axes <= np.ndim(x):
        raise OpError(f"{name}: shape {np.shape(x)} has no {axes} last axes")
    return tuple(range(-axes, 0))


def _declared(name: str, inputs: str, samples: tuple[Sample, ...], rules: Any) -> Callable[[Any], Op]:
    """Declare a normalizing layer; its formulas depend on how many of weight and bias are given."""
    core = f"{name.removesuffix('_norm')}_normalized(x)"
    back = f"{name.removesuffix('_norm')}_normalized_back(%s, x)"
    weight, bias = (
        ("weight", "bias") if name in ("layer_norm", "rms_norm") else ("by_channel(weight)", "by_channel(bias)")
    )
    sums = "%s" if name in ("layer_norm", "rms_norm") else "channel_sums(%s)"
    through_weight = (back % f"g * {weight}", sums % f"g * {core}", sums % "g")
    count = len(inputs.split())
    plain = ((back % "g", *through_weight[1:])[:count], through_weight[:count])
    return op(
        core,
        *((formula, rule) for formula, rule in zip(plain[0], rules)),
        inputs=inputs,
        samples=samples,
        analytic=False,  # what nearly cancels in the adjoint would be taken for wrong beside an exact derivative
        traits=_TRAITS,
        variants={2: (f"{core} * {weight}", *plain[1]), 3: (f"{core} * {weight} + {bias}", *plain[1])},
        choose=lambda *values, **options: len(values),
    )


def _layer_back(
    g: Array, y: Array, x: Array, weight: Any = None, bias: Any = None, axes: int = 1, eps: float = 1e-5
) -> Array:
    over = _last("layer_norm", x, axes)
    z, root = _scaled(x, over, eps)
    return _scaled_back(g if weight is None else g * weight, z, root, over)


def _layer_weight(
    g: Array, y: Array, x: Array, weight: Any = None, bias: Any = None, axes: int = 1, eps: float = 1e-5
) -> Array:
    return g * _scaled(x, _last("layer_norm", x, axes), eps)[0]


@_declared(
    "layer_norm",
    "x weight bias",
    (
        Sample(((2, 4),)),
        Sample(((2, 4), (4,))),
        Sample(((2, 4), (4,), (4,))),
        Sample(((2, 3, 4), (3, 4), (3, 4)), {"axes": 2, "eps": 0.1}),
    ),
    (_layer_back, _layer_weight, lambda g, *values, **options: g),
)
def layer_norm(x: Array, weight: Any = None, bias: Any = None, axes: int = 1, eps: float = 1e-5) -> Array:
    """Each row to mean 0 and variance 1, times weight, plus bias (Ba, Kiros and Hinton 2016).

    ``axes``: how many of the last axes are a row; weight and bias have their shape. ``eps`` is added to the variance.
    """
    z = _scaled(x, _last("layer_norm", x, axes), eps)[0]
    z = z if weight is None else z * weight
    return z if bias is None else z + bias


def _rms_back(g: Array, y: Array, x: Array, weight: Any = None, axes: int = 1, eps: float = 1e-6) -> Array:
    over = _last("rms_norm", x, axes)
    z, root = _scaled(x, over, eps, centred=False)
    return _scaled_back(g if weight is None else g * weight, z, root, over, centred=False)


def _rms_weight(g: Array, y: Array, x: Array, weight: Any = None, axes: int = 1, eps: float = 1e-6) -> Array:
    return g * _scaled(x, _last("rms_norm", x, axes), eps, centred=False)[0]


@_declared(
    "rms_norm",
    "x weight",
    (Sample(((2, 4),)), Sample(((2, 4), (4,))), Sample(((2, 3, 4), (3, 4)), {"axes": 2, "eps": 0.1})),
    (_rms_back, _rms_weight),
)
def rms_norm(x: Array, weight: Any = None, axes: int = 1, eps: float = 1e-6) -> Array:
    """Each row divided by the root of its mean square, times weight (Zhang and Sennrich 2019)."""
    z = _scaled(x, _last("rms_norm", x, axes), eps, centred=False)[0]
    return z if weight is None else z * weight


def _channels(name: str, x: Array) -> tuple[int, ...]:
    """All axes but that of the channels, the second."""
    if np.ndim(x) < 2:
        raise OpError(f"{name}: shape {np.shape(x)} has no channels; use (batch, channels, ...)")
    return (0, *range(2, np.ndim(x)))


def _by_channel(v: Array, x: Array) -> Array:
    return np.reshape(v, (-1, *[1] * (np.ndim(x) - 2)))


def _affine(z: Array, weight: Any, bias: Any) -> Array:
    z = z if weight is None else z * _by_channel(weight, z)
    return z if bias is None else z + _by_channel(bias, z)


def _weighted(g: Array, weight: Any) -> Array:
    return g if weight is None else g * _by_channel(weight, g)


def _bias_back(g: Array, y: Array, x: Array, *values: Any, **options: Any) -> Array:
    return np.sum(g, axis=_channels("bias", x))


def _batch_back(g: Array, y: Array, x: Array, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    over = _channels("batch_norm", x)
    z, root = _scaled(x, over, eps)
    return _scaled_back(_weighted(g, weight), z, root, over)


def _batch_weight(g: Array, y: Array, x: Array, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    over = _channels("batch_norm", x)
    return np.sum(g * _scaled(x, over, eps)[0], axis=over)


@_declared(
    "batch_norm",
    "x weight bias",
    (Sample(((5, 2),)), Sample(((5, 2), (2,))), Sample(((3, 2, 4), (2,), (2,)), {"eps": 0.1})),
    (_batch_back, _batch_weight, _bias_back),
)
def batch_norm(x: Array, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    """Each channel of (batch, channels, ...) to mean 0 and variance 1 over the batch (Ioffe and Szegedy 2015).

    This is the layer in training; running means are plain numbers that the program keeps.
    """
    return _affine(_scaled(x, _channels("batch_norm", x), eps)[0], weight, bias)


def _groups(x: Array, groups: int, eps: float) -> tuple[Array, Array, tuple[int, ...]]:
    """The groups of channels normalized, in rows of their own, with the roots, and the shape of those rows."""
    _channels("group_norm", x)
    if groups < 1 or np.shape(x)[1] % groups:
        raise OpError(f"group_norm: {np.shape(x)[1]} channels are no {groups} groups of one size")
    rows = (np.shape(x)[0], groups, prod(np.shape(x)[1:]) // groups)
    z, root = _scaled(np.reshape(x, rows), -1, eps)
    return z, root, rows


def _group_back(
    g: Array, y: Array, x: Array, weight: Any = None, bias: Any = None, groups: int = 1, eps: float = 1e-5
) -> Array:
    z, root, rows = _groups(x, groups, eps)
    return _scaled_back(np.reshape(_weighted(g, weight), rows), z, root, -1).reshape(np.shape(x))


def _group_weight(
    g: Array, y: Array, x: Array, weight: Any = None, bias: Any = None, groups: int = 1, eps: float = 1e-5
) -> Array:
    return np.sum(g * _groups(x, groups, eps)[0].reshape(np.shape(x)), axis=_channels("group_norm", x))


@_declared(
    "group_norm",
    "x weight bias",
    (
        Sample(((2, 4, 3),), {"groups": 2}),
        Sample(((2, 4), (4,)), {"groups": 1}),
        Sample(((2, 4, 2, 2), (4,), (4,)), {"groups": 2, "eps": 0.1}),
    ),
    (_group_back, _group_weight, _bias_back),
)
def group_norm(x: Array, weight: Any = None, bias: Any = None, groups: int = 1, eps: float = 1e-5) -> Array:
    """Each group of channels of (batch, channels, ...) to mean 0 and variance 1, sample by sample (Wu and He 2018)."""
    return _affine(_groups(x, groups, eps)[0].reshape(np.shape(x)), weight, bias)
