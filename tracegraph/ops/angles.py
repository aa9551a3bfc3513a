"""Sign, absolute value, trigonometric and hyperbolic functions, element by element."""

import math
from typing import Any

import numpy as np

from . import gates  # noqa: F401
from .causes import SMALLER, inf, nan, pole
from .elementwise import elementwise
from .traits import Traits

Array = Any


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
    traits=Traits("arithmetic", operator="abs", method="plain", fold="both", kink="corner"),
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
