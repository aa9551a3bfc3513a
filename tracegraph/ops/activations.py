"""Activation functions of neural networks, and the two that work along an axis: softmax and its logarithm."""

import math
from typing import Any

import numpy as np

from .axes import one_axis
from .causes import SMALLER, Cause, inf, nan
from .op import Sample, elementwise, helper, op
from .traits import Traits

Array = Any


def _sigmoid(x: Array) -> Array:
    """Exact for every x: where exp(-x) overflows to inf, 1 / inf is the 0 that is meant."""
    e = -x
    with np.errstate(over="ignore"):
        e = np.exp(e, out=e if isinstance(e, np.ndarray) and e.dtype.kind == "f" else None)
    e += 1
    return np.reciprocal(e, out=e) if isinstance(e, np.ndarray) else 1 / e


def _sigmoid_back(g: Array, y: Array) -> Array:
    """``g * y * (1 - y)`` in one array, not three."""
    back = 1 - y
    back *= y
    back *= g
    return back


def _sigmoid_float(x: float) -> float:
    if x < 0:
        e = math.exp(x)
        return e / (1 + e)
    return 1 / (1 + math.exp(-x))


helper("sigmoid_back", _sigmoid_back, lambda g, y: g * y * (1 - y))
elementwise(
    "sigmoid",
    "sigmoid(x)",
    ("g * y * (1 - y)", "sigmoid_back(g, y)"),
    array=_sigmoid,
    scalar=_sigmoid_float,
    symbol="σ",
    traits=Traits("activation", saturates=(0.03, 0.97), link=True, method="plain"),
    doc="The logistic function 1 / (1 + e⁻ˣ), element by element, without overflow.",
)
elementwise(
    "relu",
    "maximum(0, x)",
    ("where(x > 0, g, 0)", "gate(g, y != 0)"),  # y != 0 lets the gradient of a NaN pass, as PyTorch does
    array=lambda x: np.maximum(x, 0),
    scalar=lambda x: 0.0 if x <= 0 else x,
    symbol="ReLU",
    traits=Traits("activation", gate="rectifier", method="plain"),
    doc="max(0, x), element by element; no gradient flows where x <= 0 (Nair and Hinton 2010).",
)
_OVERFLOWS = inf("{op} of {x} {over}", lambda x: x == x, SMALLER)
elementwise(
    "leaky_relu",
    "where(x > 0, x, slope * x)",
    "where(x > 0, g, slope * g)",
    symbol="leaky ReLU",
    traits=Traits("activation", gate="leak", singular=(_OVERFLOWS,)),
    doc="x where x > 0, else slope · x (Maas, Hannun and Ng 2013).",
    slope=0.01,
)


def _elu(x: Array, alpha: float = 1.0) -> Array:
    return np.where(np.greater(x, 0), x, alpha * np.expm1(np.minimum(x, 0)))


elementwise(
    "elu",
    "where(x > 0, x, alpha * (exp(x) - 1))",
    ("where(x > 0, g, g * alpha * exp(x))", "where(x > 0, g, g * alpha * exp(minimum(x, 0)))"),
    array=_elu,
    scalar=lambda x, alpha=1.0: x if x > 0 else alpha * math.expm1(x),
    symbol="ELU",
    traits=Traits("activation", singular=(_OVERFLOWS,)),
    doc="x where x > 0, else alpha · (eˣ - 1) (Clevert, Unterthiner and Hochreiter 2015).",
    alpha=1.0,
)

_ROOT_HALF, _PEAK = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)


def _cdf_float(x: float) -> float:
    return math.erfc(-x * _ROOT_HALF) / 2


def _cdf(x: Array) -> Array:
    """The distribution function of the standard normal; NumPy has no erf, and a series of it costs as much."""
    x = np.asarray(x)
    kind = x.dtype if x.dtype.kind == "f" else np.float64
    return np.fromiter(map(_cdf_float, x.ravel().tolist()), kind, x.size).reshape(x.shape)


helper("Phi", _cdf, _cdf_float)
helper("phi", lambda x: np.exp(-x * x / 2) * _PEAK, lambda x: math.exp(-x * x / 2) * _PEAK)
elementwise(
    "gelu",
    "x * Phi(x)",
    "g * (Phi(x) + x * phi(x))",
    symbol="GELU",
    analytic=False,
    traits=Traits("activation", singular=(nan("0·∞ in {op} of −∞", lambda x: x == -np.inf),)),
    doc="x · Φ(x), Φ the distribution function of the standard normal and φ its density (Hendrycks and Gimpel 2016).",
)
softplus = elementwise(
    "softplus",
    "log(1 + exp(x))",
    "g * sigmoid(x)",
    array=lambda x: np.maximum(x, 0) + np.log1p(np.exp(np.minimum(x, -x))),
    scalar=lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    traits=Traits("activation"),
    doc="ln(1 + eˣ), element by element, without overflow (Dugas et al. 2001).",
)

_SAMPLES = (
    Sample(((4,),)),
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3, 2),), {"axis": 1}),
    Sample(((0, 3),)),
)


def _shifted(name: str, x: Array, axis: int) -> Array:
    """x less its maximum along the axis: the same softmax, and no exponential overflows."""
    one_axis(name, x, axis)
    return x - np.max(x, axis=axis, keepdims=True) if np.size(x) else x


_SOFTMAX_CAUSES = (
    nan("{op} of −∞ only", lambda x: np.all(x == -np.inf), "leave one element unmasked"),
    nan("∞ − ∞ in {op}", lambda x: np.any(np.isinf(x))),
    Cause("forward", ("inf", "nan"), "a difference in {op} {over}", lambda x: np.size(x) > 0, SMALLER),
)


def _softmax_back(g: Array, y: Array, x: Array, axis: int = -1) -> Array:
    back = g * y
    sums = np.sum(back, axis=axis, keepdims=True)
    back -= y * sums
    return back


@op(
    "exp(x) / sum(exp(x), axis=axis)",
    ("y * (g - sum(g * y, axis=axis))", _softmax_back),
    samples=_SAMPLES,
    traits=Traits("activation", along="last", link=True, normalizes=True, method="plain", singular=_SOFTMAX_CAUSES),
)
def softmax(x: Array, axis: int = -1) -> Array:
    """Exponentials along an axis, divided by their sum: positive numbers that sum to 1; never overflows."""
    e = np.exp(_shifted("softmax", x, axis))
    e /= np.sum(e, axis=axis, keepdims=True)
    return e


@op(
    "x - log(sum(exp(x), axis=axis))",
    ("g - exp(y) * sum(g, axis=axis)", lambda g, y, x, axis=-1: g - np.exp(y) * np.sum(g, axis=axis, keepdims=True)),
    symbol="log softmax",
    samples=_SAMPLES,
    traits=Traits("activation", along="last", normalizes=True, method="plain", singular=_SOFTMAX_CAUSES),
)
def log_softmax(x: Array, axis: int = -1) -> Array:
    """The logarithm of softmax along an axis, exact also where softmax is too small for a number."""
    z = _shifted("log_softmax", x, axis)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
