"""More functions of mathematics of two inputs, element by element: angles, lengths, remainders, signs, extremes."""

import math
from typing import Any

import numpy as np

from .causes import APART, nan
from .elementwise import elementwise, helper
from .traits import Traits

Array = Any

elementwise(
    "arctan2",
    "arctan2(a, b)",
    ("g * b / (a ** 2 + b ** 2)", "g * (b / hypot(a, b)) / hypot(a, b)"),
    ("-g * a / (a ** 2 + b ** 2)", "-g * (a / hypot(a, b)) / hypot(a, b)"),
    numpy=np.arctan2,
    scalar=math.atan2,
    domain=(0.5, 2.0),
    analytic=False,
    traits=Traits("function"),
    doc="The angle of the point (b, a), element by element: the arctangent of a / b in the right quadrant.",
)


def _share(g: Array, part: Array, whole: Array) -> Array:
    """``g * part / whole``; 0 where the whole is 0, the least of all subgradients."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(whole, 0), 0, g * np.divide(part, whole))


helper("share", _share, lambda g, part, whole: g * (part / whole) if whole else 0.0)
elementwise(
    "hypot",
    "sqrt(a ** 2 + b ** 2)",
    ("g * a / y", "share(g, a, y)"),
    ("g * b / y", "share(g, b, y)"),
    numpy=np.hypot,
    scalar=math.hypot,
    analytic=False,
    traits=Traits("function"),
    doc="The length √(a² + b²), element by element, without overflow; gradient 0 at 0.",
)
_SUM_OF_POWERS = Traits("arithmetic", rescales=True)
elementwise(
    "logaddexp",
    "log(exp(a) + exp(b))",
    "g * exp(a - y)",
    "g * exp(b - y)",
    numpy=np.logaddexp,
    scalar=lambda a, b: float(np.logaddexp(a, b)),
    analytic=False,
    traits=_SUM_OF_POWERS,
    doc="ln(eᵃ + eᵇ), element by element, without overflow.",
)
elementwise(
    "logaddexp2",
    "log2(2 ** a + 2 ** b)",
    ("g * 2 ** (a - y)", "g * exp2(a - y)"),
    ("g * 2 ** (b - y)", "g * exp2(b - y)"),
    numpy=np.logaddexp2,
    scalar=lambda a, b: float(np.logaddexp2(a, b)),
    analytic=False,
    traits=_SUM_OF_POWERS,
    doc="log₂(2ᵃ + 2ᵇ), element by element, without overflow.",
)

helper("floor_divide", np.floor_divide, lambda a, b: a // b)
helper("trunc_divide", lambda a, b: np.trunc(np.divide(a, b)), lambda a, b: float(math.trunc(a / b)))
_NO_REST = nan("the remainder of {a} by {b}", lambda a, b: np.isinf(a) | (b == 0), APART)
elementwise(
    "remainder",
    "a - b * floor(a / b)",
    "g",
    ("-g * floor(a / b)", "-g * floor_divide(a, b)"),
    numpy=np.remainder,
    scalar=lambda a, b: a % b,
    domain=(0.5, 2.0),
    symbol="mod",
    analytic=False,
    traits=Traits("arithmetic", operator="mod", singular=(_NO_REST,)),
    doc="What a leaves when divided by b, with the sign of b, element by element: Python's %.",
)
elementwise(
    "fmod",
    "a - b * trunc(a / b)",
    "g",
    ("-g * trunc(a / b)", "-g * trunc_divide(a, b)"),
    numpy=np.fmod,
    scalar=math.fmod,
    domain=(0.5, 2.0),
    analytic=False,
    traits=Traits("arithmetic", singular=(_NO_REST,)),
    doc="What a leaves when divided by b, with the sign of a, element by element: C's fmod.",
)


def _same_side(g: Array, y: Array, a: Array) -> Array:
    return g * np.sign(y) * np.sign(a)


helper("same_side", _same_side, lambda g, y, a: g * (1.0 if (y > 0) == (a > 0) else -1.0) if a and a == a else a * 0.0)
elementwise(
    "copysign",
    "abs(a) * where(b < 0, -1, 1)",
    ("g * y / a", "same_side(g, y, a)"),
    None,
    numpy=np.copysign,
    scalar=math.copysign,
    analytic=False,
    traits=Traits("function"),
    doc="The size of a with the sign of b, element by element; no gradient flows to b.",
)
elementwise(
    "heaviside",
    "where(x > 0, 1, where(x == 0, h, 0))",
    None,
    ("where(x == 0, g, 0)", "gate(g, x == 0)"),
    inputs="x h",
    numpy=np.heaviside,
    scalar=lambda x, h: x if x != x else h if x == 0 else float(x > 0),
    analytic=False,
    traits=Traits("choice"),
    doc="The step: 0 where x < 0, 1 where x > 0 and h at 0, element by element; no gradient flows to x.",
)
for _name, _sign, _function in (("fmax", ">=", np.fmax), ("fmin", "<=", np.fmin)):
    _first = f"(a {_sign} b) | (b != b)"
    elementwise(
        _name,
        f"where(a {_sign} b, a, b)",
        (f"where(a {_sign} b, g, 0)", f"gate(g, {_first})"),
        (f"where(a {_sign} b, 0, g)", f"gate(g, ({_first}) == False)"),
        numpy=_function,
        scalar=lambda a, b, _function=_function: float(_function(a, b)),
        analytic=False,
        traits=Traits("choice", gate="larger" if _name == "fmax" else "smaller"),
        doc=f"The {'larger' if _name == 'fmax' else 'smaller'} of two, the other where one is NaN; a takes a tie.",
    )
