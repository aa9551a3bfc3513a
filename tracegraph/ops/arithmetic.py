"""The operators of Python: arithmetic and comparison."""

from typing import Any

import numpy as np

from .causes import APART, INSIDE_DIVISION, SMALLER, inf, nan, pole
from .elementwise import elementwise
from .traits import Traits

elementwise(
    "add",
    "a + b",
    "g",
    "g",
    numpy=np.add,
    symbol="+",
    traits=Traits(
        "arithmetic",
        operator="add",
        fold="both",
        singular=(
            nan("∞ − ∞", lambda a, b: np.isinf(a) & np.isinf(b)),
            inf("{a} + {b} {over}", lambda a: a == a, SMALLER),
        ),
    ),
)
elementwise(
    "sub",
    "a - b",
    "g",
    "-g",
    numpy=np.subtract,
    symbol="−",
    traits=Traits(
        "arithmetic",
        operator="sub",
        fold="both",
        singular=(
            nan("∞ − ∞", lambda a, b: np.isinf(a) & np.isinf(b)),
            inf("{a} − {b} {over}", lambda a: a == a, SMALLER),
        ),
    ),
)


def _zero_times_infinity(g: Any, a: Any, b: Any) -> Any:
    zero, infinite = (g == 0) | (a == 0) | (b == 0), np.isinf(g) | np.isinf(a) | np.isinf(b)
    return zero & infinite


elementwise(
    "mul",
    "a * b",
    "g * b",
    "g * a",
    numpy=np.multiply,
    symbol="×",
    traits=Traits(
        "arithmetic",
        factors=(0, 1),
        operator="mul",
        fold="both",
        singular=(
            nan("0·∞", lambda a, b: np.isinf(a) | np.isinf(b)),
            inf("{a} · {b} {over}", lambda a: a == a, SMALLER),
            nan("0·∞", _zero_times_infinity, way="backward"),
        ),
    ),
)
elementwise(
    "div",
    "a / b",
    "g / b",
    ("-g * a / b ** 2", "-g * y / b"),  # the square of b leaves the range of numbers long before b does
    numpy=np.divide,
    symbol="÷",
    domain=(0.5, 2.0),
    traits=Traits(
        "arithmetic",
        factors=(0,),
        operator="truediv",
        fold="both",
        singular=(
            nan("0 / 0", lambda a, b: (a == 0) & (b == 0), APART),
            nan("∞ / ∞", lambda a, b: np.isinf(a) & np.isinf(b)),
            inf("{a} / 0", lambda b: b == 0, APART),
            inf("{a} / {b} {over}", lambda b: b != 0, APART),
            pole("a / b at b = 0", lambda b: b == 0, INSIDE_DIVISION, slot=0),
            pole("a / b at b = 0", lambda b: b * b == 0, INSIDE_DIVISION, slot=1),
            nan("0·∞", _zero_times_infinity, way="backward"),
        ),
    ),
)
elementwise("neg", "-x", "-g", numpy=np.negative, symbol="−", traits=Traits("arithmetic", operator="neg", fold="both"))
for _name, _sign, _function, _operator in (
    ("less", "<", np.less, "lt"),
    ("less_equal", "<=", np.less_equal, "le"),
    ("greater", ">", np.greater, "gt"),
    ("greater_equal", ">=", np.greater_equal, "ge"),
    ("equal", "==", np.equal, "eq"),
    ("not_equal", "!=", np.not_equal, "ne"),
):
    elementwise(
        _name,
        f"a {_sign} b",
        None,
        None,
        numpy=_function,
        symbol=_sign,
        traits=Traits("comparison", operator=_operator),
    )
