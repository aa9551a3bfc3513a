"""Activation functions of neural networks, and the two that work along an axis: softmax and its logarithm."""

import math
from typing import Any

import numpy as np

from ..errors import OpError
from .axes import one_axis
from .causes import SMALLER, Cause, inf, nan
from .elementwise import elementwise, helper
from .op import Sample, op
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


helper("sigmoid_back", _sigmoid_back, _sigmoid_back)
elementwise(
    "sigmoid",
    "sigmoid(x)",
    ("g * y * (1 - y)", "sigmoid_back(g, y)", "g * y * (1 - y)"),
    array=_sigmoid,
    scalar=_sigmoid_float,
    symbol="σ",
    traits=Traits("activation", saturates=(0.03, 0.97), link=True, method="plain"),
    doc="The logistic function 1 / (1 + e⁻ˣ), element by element, without overflow.",
)
elementwise(
    "relu",
    "maximum(0, x)",
    # y != 0 lets the gradient of a NaN pass, as PyTorch does
    ("where(x > 0, g, 0)", "gate(g, y != 0)", "g if y != 0 else 0.0"),
    array=lambda x: np.maximum(x, 0),
    scalar=lambda x: 0.0 if x <= 0 else x,
    symbol="ReLU",
    traits=Traits("activation", gate="rectifier", method="plain", kink="corner"),
    doc="max(0, x), element by element; no gradient flows where x <= 0 (Nair and Hinton 2010).",
)
_OVERFLOWS = inf("{op} of {x} {over}", lambda x: x == x, SMALLER)
elementwise(
    "leaky_relu",
    "where(x > 0, x, slope * x)",
    "where(x > 0, g, slope * g)",
    symbol="leaky ReLU",
    traits=Traits("activation", gate="leak", singular=(_OVERFLOWS,), kink="leak"),
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
_CUBE = 0.044715
_TANH = f"tanh({2 * _PEAK!r} * (x + {_CUBE} * x ** 3))"  # 2 φ(0) is the square root of 2/π


def _bend(x: Array) -> Array:
    return np.tanh(2 * _PEAK * (x + _CUBE * x * x * x))


def _gelu_slope(x: Array, approximate: str = "none") -> Array:
    if approximate == "none":
        return _cdf(x) + x * np.exp(-x * x / 2) * _PEAK
    bent = _bend(x)
    return (1 + bent) / 2 + x * _PEAK * (1 - bent * bent) * (1 + 3 * _CUBE * x * x)


def _gelu(x: Array, approximate: str = "none") -> Array:
    if approximate not in ("none", "tanh"):
        raise OpError(f"gelu: approximate is 'none' or 'tanh', not {approximate!r}")
    return x * _cdf(x) if approximate == "none" else x * (1 + _bend(x)) / 2


def _gelu_float(x: float, approximate: str = "none") -> float:
    if approximate == "none":
        return x * _cdf_float(x)
    return float(_gelu(np.float64(x), approximate))


helper("gelu_slope", _gelu_slope, lambda x, approximate: float(_gelu_slope(np.float64(x), approximate)))
elementwise(
    "gelu",
    "x * Phi(x)",
    ("g * (Phi(x) + x * phi(x))", "g * gelu_slope(x, approximate)"),
    array=_gelu,
    scalar=_gelu_float,
    variants={
        "tanh": (
            f"1 / 2 * x * (1 + {_TANH})",
            f"g * (1 / 2 * (1 + {_TANH}) + x * {_PEAK!r} * (1 - {_TANH} ** 2) * (1 + {3 * _CUBE!r} * x ** 2))",
        )
    },
    choose=lambda x, approximate="none": approximate,
    symbol="GELU",
    samples=(Sample(((3,),), {"approximate": "tanh"}), Sample(((2, 3),), {"approximate": "tanh"})),
    analytic=False,
    traits=Traits(
        "activation", neutral={"approximate": "none"}, singular=(nan("0·∞ in {op} of −∞", lambda x: x == -np.inf),)
    ),
    doc="x · Φ(x), Φ the distribution function of the standard normal, φ its density (Hendrycks and Gimpel 2016).\n\n"
    '``approximate="tanh"``: Φ by a hyperbolic tangent, as in GPT-2.',
    approximate="none",
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
