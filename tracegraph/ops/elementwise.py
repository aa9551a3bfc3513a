"""Functions of mathematics, element by element: powers, exponentials, trigonometry, extremes and choices."""

import math
from typing import Any

import numpy as np

from ..errors import OpError
from ..text.formula_words import Word
from .causes import APART, INSIDE, POSITIVE, SMALLER, STABLE, inf, nan, pole
from .op import Sample, elementwise, helper
from .traits import Traits

Array = Any


def _gate(g: Array, opened: Array) -> Array:
    """``g`` where the gate is open, else 0, also where ``g`` is inf or nan (a product with 0 would be nan there).

    Setting bits takes a quarter of the time of ``np.where``; a gradient's type is 2, 4 or 8 bytes wide.
    """
    if np.shape(opened) != np.shape(g) or not np.ndim(g):
        return np.where(opened, g, 0)
    bits = np.dtype(f"i{g.dtype.itemsize}")
    mask = opened.astype(bits)
    np.negative(mask, out=mask)
    return np.bitwise_and(mask, g.view(bits), out=mask).view(g.dtype)


def _larger(g: Array, a: Array, b: Array) -> Array:
    """``g`` where ``a`` is larger (or either is NaN), half of it at a tie, else 0."""
    won, tied = _gate(g, ~np.less(a, b)), np.equal(a, b)
    return np.where(tied, won / 2, won) if np.any(tied) else won


helper("gate", _gate, lambda g, opened: g if opened else 0.0)
helper("larger", _larger, lambda g, a, b: 0.0 if a < b else g / 2 if a == b else g)


def _power(a: Array, b: Array) -> Array:
    """``a ** b``; for arrays Python's operator, which knows squares, else NumPy's function, which never is complex."""
    return a**b if isinstance(a, np.ndarray) and a.ndim else np.power(a, b)


def _power_base(g: Array, a: Array, b: Array) -> Array:
    slope = g * b * a ** (b - 1)
    return slope if np.all(b) else np.where(np.equal(b, 0), 0, slope)


def _power_exponent(g: Array, y: Array, a: Array, b: Array) -> Array:
    return np.where(np.equal(a, 0) & np.greater_equal(b, 0), 0, g * y * np.log(a))


def _power_exponent_float(g: float, y: float, a: float, b: float) -> float:
    if a > 0:
        return g * y * math.log(a)
    return 0.0 if a == 0 and b >= 0 else math.nan if a else -g * y * math.inf


# math.pow raises where the ** of Python would give a complex number; NumPy's rule then takes over.
helper("power_base", _power_base, lambda g, a, b: g * b * math.pow(a, b - 1) if b else 0.0)
helper("power_exponent", _power_exponent, _power_exponent_float)
elementwise(
    "pow",
    "a ** b",
    ("g * b * a ** (b - 1)", "power_base(g, a, b)"),
    ("g * y * log(a)", "power_exponent(g, y, a, b)"),
    array=_power,
    numpy=np.power,
    symbol="^",
    domain=(0.5, 2.0),
    traits=Traits(
        "arithmetic",
        rescales=True,
        operator="pow",
        fold="both",
        singular=(
            nan("{a} to the power {b}", lambda a, b: (a < 0) & (b != np.floor(b)), "take the power of abs(x)"),
            inf("0 to the power {b}", lambda a, b: (a == 0) & (b < 0), APART),
            inf("{a} to the power {b} {over}", lambda a: a == a, SMALLER),
            pole("power {b} at 0", lambda a, b: (a == 0) & (b < 1), INSIDE, slot=0),
            nan(
                "log of {a}, for the exponent",
                lambda g, a: (a < 0) & (g == g),
                "make the exponent a constant",
                way="backward",
            ),
        ),
    ),
)
elementwise(
    "square",
    "x ** 2",
    "2 * g * x",
    numpy=np.square,
    symbol="²",
    traits=Traits(
        "arithmetic",
        rescales=True,
        method="plain",
        fold="both",
        singular=(inf("square of {x} {over}", lambda x: x == x, SMALLER),),
    ),
)
elementwise(
    "reciprocal",
    "1 / x",
    "-g * y ** 2",
    array=lambda x: np.divide(1, x),
    numpy=np.reciprocal,
    domain=(0.5, 2.0),
    symbol="1/x",
    traits=Traits(
        "arithmetic",
        rescales=True,
        singular=(
            inf("1 / 0", lambda x: x == 0, APART),
            inf("1 / {x} {over}", lambda x: x != 0, APART),
            pole("1 / x at 0", lambda x: x == 0, INSIDE),
        ),
    ),
)

_EXP_OVERFLOWS = inf("{op} of {x} {over}", lambda x: x > 0, STABLE)
elementwise(
    "exp",
    "exp(x)",
    "g * y",
    numpy=np.exp,
    traits=Traits("arithmetic", rescales=True, method="plain", fold="both", singular=(_EXP_OVERFLOWS,)),
)
elementwise(
    "expm1",
    "expm1(x)",
    "g * (y + 1)",
    numpy=np.expm1,
    traits=Traits("arithmetic", rescales=True, singular=(_EXP_OVERFLOWS,)),
)
elementwise(
    "log",
    "log(x)",
    "g / x",
    numpy=np.log,
    domain=(0.3, 3.0),
    symbol="ln",
    traits=Traits(
        "arithmetic",
        rescales=True,
        logarithm=True,
        method="plain",
        fold="both",
        singular=(
            nan("log of {x}", lambda x: x < 0, POSITIVE),
            inf("log of 0", lambda x: x == 0, POSITIVE),
            pole("log at 0", lambda x: x == 0, INSIDE),
        ),
    ),
)
elementwise(
    "log1p",
    "log1p(x)",
    "g / (1 + x)",
    numpy=np.log1p,
    domain=(-0.7, 2.0),
    traits=Traits(
        "arithmetic",
        rescales=True,
        logarithm=True,
        singular=(
            nan("log1p of {x}", lambda x: x < -1, "keep x above −1"),
            inf("log1p of −1", lambda x: x == -1, "keep x above −1"),
            pole("log1p at −1", lambda x: x == -1, INSIDE),
        ),
    ),
)
elementwise(
    "sqrt",
    "sqrt(x)",
    "g / (2 * y)",
    numpy=np.sqrt,
    domain=(0.3, 3.0),
    symbol="√",
    traits=Traits(
        "arithmetic",
        rescales=True,
        method="plain",
        fold="both",
        singular=(
            nan("sqrt of {x}", lambda x: x < 0, "clip at 0: sqrt(maximum(x, 0))"),
            pole("sqrt at 0", lambda y: y == 0, INSIDE),
        ),
    ),
)


def _sign(x: float) -> float:
    return math.copysign(1.0, x) if x < 0 or x > 0 else x


elementwise(
    "sign",
    "sign(x)",
    ("g * 0", "gate(g, x != x)"),
    numpy=np.sign,
    scalar=_sign,
    analytic=False,
    traits=Traits("function"),
)
elementwise(
    "abs",
    "abs(x)",
    "g * sign(x)",
    numpy=(np.abs, np.fabs),
    scalar=abs,
    symbol="|·|",
    analytic=False,
    traits=Traits("arithmetic", operator="abs", method="plain", fold="both"),
)

_NO_ANGLE = nan("{op} of {x}", lambda x: np.isinf(x))
_NO_ARC = (
    nan("{op} of {x}", lambda x: np.abs(x) > 1, "clip to [−1, 1]"),
    pole("{op} at {x}", lambda x: np.abs(x) == 1, "clip to a little less than 1"),
)
_OVERFLOWS = inf("{op} of {x} {over}", lambda x: x == x, SMALLER)
elementwise("sin", "sin(x)", "g * cos(x)", numpy=np.sin, traits=Traits("function", singular=(_NO_ANGLE,)))
elementwise("cos", "cos(x)", "-g * sin(x)", numpy=np.cos, traits=Traits("function", singular=(_NO_ANGLE,)))
elementwise(
    "tan",
    "tan(x)",
    "g * (1 + y ** 2)",
    numpy=np.tan,
    domain=(-1.2, 1.2),
    traits=Traits("function", rescales=True, singular=(_NO_ANGLE,)),
)
elementwise(
    "arcsin",
    "arcsin(x)",
    "g / sqrt(1 - x ** 2)",
    numpy=np.arcsin,
    scalar=math.asin,
    domain=(-0.9, 0.9),
    traits=Traits("function", singular=_NO_ARC),
)
elementwise(
    "arccos",
    "arccos(x)",
    "-g / sqrt(1 - x ** 2)",
    numpy=np.arccos,
    scalar=math.acos,
    domain=(-0.9, 0.9),
    traits=Traits("function", singular=_NO_ARC),
)
elementwise("arctan", "arctan(x)", "g / (1 + x ** 2)", numpy=np.arctan, scalar=math.atan, traits=Traits("function"))
elementwise(
    "sinh", "sinh(x)", "g * cosh(x)", numpy=np.sinh, traits=Traits("function", rescales=True, singular=(_OVERFLOWS,))
)
elementwise(
    "cosh", "cosh(x)", "g * sinh(x)", numpy=np.cosh, traits=Traits("function", rescales=True, singular=(_OVERFLOWS,))
)
elementwise(
    "tanh",
    "tanh(x)",
    "g * (1 - y ** 2)",
    numpy=np.tanh,
    traits=Traits("activation", saturates=(-0.97, 0.97), method="plain"),
)

elementwise(
    "maximum",
    "maximum(a, b)",
    ("where(a > b, g, where(a == b, g / 2, 0))", "larger(g, a, b)"),
    ("where(b > a, g, where(a == b, g / 2, 0))", "larger(g, b, a)"),
    numpy=np.maximum,
    scalar=lambda a, b: a if a >= b or a != a else b,
    symbol="max",
    traits=Traits("choice", gate="larger"),
    doc="The larger of two, element by element; at a tie each takes half of the gradient.",
)
elementwise(
    "minimum",
    "minimum(a, b)",
    ("where(a < b, g, where(a == b, g / 2, 0))", "larger(g, b, a)"),
    ("where(b < a, g, where(a == b, g / 2, 0))", "larger(g, a, b)"),
    numpy=np.minimum,
    scalar=lambda a, b: a if a <= b or a != a else b,
    symbol="min",
    traits=Traits("choice", gate="smaller"),
    doc="The smaller of two, element by element; at a tie each takes half of the gradient.",
)


def _clip(x: Array, min: float | None = None, max: float | None = None) -> Array:
    if min is None and max is None:
        raise OpError("clip: give min, max or both")
    return np.clip(x, min, max)


def _clip_float(x: float, min: float | None = None, max: float | None = None) -> float:
    if min is not None and x < min:
        x = min
    return max if max is not None and x > max else x


def _inside(x: Array, low: float | None, high: float | None) -> Array:
    """Where x lies between two limits and is neither; None is no limit."""
    above = np.equal(x, x) if low is None else np.greater(x, low)
    return above if high is None else above & np.less(x, high)


def _inside_float(x: float, low: float | None, high: float | None) -> bool:
    return x == x and (low is None or x > low) and (high is None or x < high)


helper("inside", _inside, _inside_float)
elementwise(
    "clip",
    "clip(x, min, max)",
    ("where(inside(x, min, max), g, 0)", "gate(g, inside(x, min, max))"),
    words={"inside": Word(_inside_float, shape="each")},
    array=_clip,
    scalar=_clip_float,
    numpy=np.clip,
    traits=Traits(
        "choice",
        gate="limits",
        method="plain",
        singular=(nan("the limit is NaN", lambda x: x == x), inf("the limit is infinite", lambda x: x == x)),
    ),
    doc="Limit each element to [min, max]; None is no limit; the gradient passes inside, not at the limits.",
    samples=tuple(Sample(((5,),), {"min": lo, "max": hi}) for lo, hi in ((-0.9, 0.8), (None, 0.3), (0.1, None))),
    min=None,
    max=None,
)
elementwise(
    "where",
    "where(c, a, b)",
    None,
    ("where(c, g, 0)", "gate(g, c != 0)"),
    ("where(c, 0, g)", "gate(g, c == 0)"),
    inputs="c a b",
    numpy=np.where,
    traits=Traits("choice", gate="condition"),
    samples=(
        Sample((np.array([True, False, True]), (3,), (3,))),
        Sample((np.array([[True], [False]]), (3,), (2, 1))),
        Sample((np.array(True), (2, 3), ())),
        Sample((np.array(False), (), ())),
    ),
    doc="``a`` where the condition ``c`` holds, ``b`` elsewhere; no gradient flows to the condition.",
)
