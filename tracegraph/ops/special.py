"""Special functions that networks and likelihoods use: error functions, gammas, logits, x ln y, log of a sum."""

import math
from typing import Any

import numpy as np

from ..text.formula_words import Form, Word
from .axes import all_axes, keep
from .causes import POSITIVE, SMALLER, inf, nan, pole
from .elementwise import elementwise, helper
from .op import Sample, op
from .traits import Traits

Array = Any
_SLOPE = 2 / math.sqrt(math.pi)


def _each(function: Any) -> Any:
    """A function of the module `math` for arrays; NumPy has none of these."""

    def array(x: Array) -> Array:
        x = np.asarray(x)
        kind = x.dtype if x.dtype.kind == "f" else np.float64
        return np.fromiter(map(function, x.ravel().tolist()), kind, x.size).reshape(x.shape)[()]

    return array


def _slope_of_erf(x: Array) -> Array:
    return np.exp(-x * x) * _SLOPE


helper("erf_slope", _slope_of_erf, lambda x: math.exp(-x * x) * _SLOPE)
elementwise(
    "erf",
    "erf(x)",
    ("g * 2 / sqrt(3.141592653589793) * exp(-x ** 2)", "g * erf_slope(x)"),
    array=_each(math.erf),
    scalar=math.erf,
    analytic=False,
    traits=Traits("function", saturates=(-0.96, 0.96)),
    doc="The error function 2/√π ∫₀ˣ exp(−t²) dt, element by element.",
)
elementwise(
    "erfc",
    "erfc(x)",
    ("-g * 2 / sqrt(3.141592653589793) * exp(-x ** 2)", "-g * erf_slope(x)"),
    array=_each(math.erfc),
    scalar=math.erfc,
    analytic=False,
    traits=Traits("function"),
    doc="1 − erf(x), exact also where it is tiny, element by element.",
)


def _log_gamma(x: float) -> float:
    """Infinite at the poles 0, −1, −2 ..., at infinities and where it overflows, as SciPy has it."""
    if math.isinf(x) or x <= 0 and x == math.floor(x):
        return math.inf
    try:
        return math.lgamma(x)
    except OverflowError:
        return math.inf


def _at_a_pole(x: Array) -> Array:
    return (x <= 0) & (x == np.floor(x))


def _digamma(x: float) -> float:
    """The derivative of ln Γ: reflected to the right, moved up by recurrence, there by its asymptotic series."""
    if x <= 0:
        return math.nan if math.isinf(x) or x == math.floor(x) else _digamma(1 - x) - math.pi / math.tan(math.pi * x)
    total = 0.0
    while x < 10:
        total -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = 1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square / 47.4))))
    return total + math.log(x) - 0.5 / x - square * series


helper("digamma", _each(_digamma), _digamma)
elementwise(
    "gammaln",
    "gammaln(x)",
    "g * digamma(x)",
    array=_each(_log_gamma),
    scalar=_log_gamma,
    symbol="ln Γ",
    words={
        "gammaln": Word(_log_gamma, Form("ln|Γ({0})|", r"\ln\left|\Gamma\left({0}\right)\right|"), "each"),
        "digamma": Word(_digamma, Form("ψ({0})", r"\psi\left({0}\right)"), "each"),
    },
    domain=(0.3, 4.0),
    analytic=False,
    traits=Traits(
        "function",
        rescales=True,
        singular=(
            inf("{op} of {x}, a pole", _at_a_pole, "clip to above 0"),
            inf("{op} of {x} {over}", lambda x: x > 0, SMALLER),
            nan("ψ at {x}, a pole", _at_a_pole, "clip to above 0", way="backward"),
        ),
    ),
    doc="The logarithm of |Γ(x)|, element by element; its derivative is the digamma function.",
)
elementwise(
    "logit",
    "log(x / (1 - x))",
    "g / (x * (1 - x))",
    domain=(0.1, 0.9),
    traits=Traits(
        "arithmetic",
        rescales=True,
        logarithm=True,
        singular=(
            nan("{op} of {x}", lambda x: (x < 0) | (x > 1), "clip to [0, 1]"),
            inf("{op} of {x}", lambda x: (x == 0) | (x == 1), "clip to a little less than 1"),
            pole("{op} at {x}", lambda x: (x == 0) | (x == 1), "clip to a little less than 1"),
        ),
    ),
    doc="The logarithm of the odds x / (1 − x), element by element: what `sigmoid` undoes.",
)


def _times_log(a: Array, b: Array) -> Array:
    """0 where a is 0, unless b is NaN."""
    zero = np.equal(a, 0) & ~np.isnan(b)
    return np.where(zero, 0, a * np.log(np.where(zero, 1, b)))[()]


def _times_log_float(a: float, b: float) -> float:
    return 0.0 if a == 0 and b == b else a * math.log(b)


def _log_for(g: Array, a: Array, b: Array) -> Array:
    """``g * log(b)``; 0 where both are 0."""
    both = np.equal(a, 0) & np.less_equal(b, 0)
    return np.where(both, 0, g * np.log(np.where(both, 1, b)))


helper("log_for", _log_for, lambda g, a, b: 0.0 if a == 0 and b <= 0 else g * math.log(b))
xlogy = elementwise(
    "xlogy",
    "where(a == 0, 0, a * log(b))",
    ("g * log(b)", "log_for(g, a, b)"),
    "g * a / b",
    array=_times_log,
    scalar=_times_log_float,
    domain=(0.3, 2.0),
    traits=Traits(
        "arithmetic",
        rescales=True,
        singular=(
            nan("0·∞", lambda a, b: np.isinf(a) & (b == 1)),
            nan("log of {b}", lambda a, b: (b < 0) & (a != 0), POSITIVE),
            inf("log of 0", lambda a, b: (b == 0) & (a != 0), POSITIVE),
            inf("{a} · log of {b} {over}", lambda b: b > 0, SMALLER),
        ),
    ),
    doc="a ln b, and 0 where a is 0, element by element: the terms of entropies and likelihoods.",
)


def _logsumexp_back(g: Array, y: Array, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    axes = all_axes("logsumexp", x, axis, keepdims)
    return keep(g, x, axes, keepdims) * np.exp(x - keep(y, x, axes, keepdims))


@op(
    "log(sum(exp(x), axis=axis))",
    ("g * exp(x - y)", _logsumexp_back),
    samples=(
        Sample(((4,),)),
        Sample(((2, 3),)),
        Sample(((2, 3),), {"axis": 1}),
        Sample(((2, 3, 2),), {"axis": (0, 2), "keepdims": True}),
    ),
    traits=Traits(
        "reduction",
        along="all",
        singular=(
            nan("∞ − ∞ in {op}", lambda x: np.any(np.isinf(x))),
            inf("{op} {over}", lambda x: np.size(x) > 0, SMALLER),
        ),
    ),
)
def logsumexp(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The logarithm of the sum of the exponentials along axes, without overflow."""
    axes = all_axes("logsumexp", x, axis, keepdims)
    top = np.max(np.real(x), axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.log(np.sum(np.exp(x - top), axis=axes, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axes)
