"""Powers, exponentials and logarithms, element by element."""

import math
from typing import Any

import numpy as np

from .causes import APART, INSIDE, POSITIVE, SMALLER, STABLE, inf, nan, pole
from .elementwise import elementwise, helper
from .traits import Traits

Array = Any


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
