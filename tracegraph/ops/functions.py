"""More functions of mathematics of one input, element by element: other bases, roots, angles, Bessel functions."""

import math
from typing import Any

import numpy as np

from ..text.formula_words import Form, Word
from .causes import INSIDE, POSITIVE, SMALLER, inf, nan, pole
from .elementwise import elementwise, helper
from .op import Sample
from .traits import Traits

Array = Any
_LN2, _LN10 = math.log(2), math.log(10)


def _of_log(base: str) -> Traits:
    return Traits(
        "arithmetic",
        rescales=True,
        logarithm=True,
        singular=(
            nan(base + " of {x}", lambda x: x < 0, POSITIVE),
            inf(base + " of 0", lambda x: x == 0, POSITIVE),
            pole(base + " at 0", lambda x: x == 0, INSIDE),
        ),
    )


elementwise(
    "exp2",
    "2 ** x",
    ("g * y * log(2)", f"g * y * {_LN2!r}"),
    numpy=np.exp2,
    scalar=lambda x: 2.0**x,
    traits=Traits("arithmetic", rescales=True, singular=(inf("{op} of {x} {over}", lambda x: x > 0, SMALLER),)),
)
elementwise(
    "log2",
    "log2(x)",
    ("g / (x * log(2))", f"g / (x * {_LN2!r})"),
    numpy=np.log2,
    scalar=math.log2,
    domain=(0.3, 3.0),
    symbol="log₂",
    traits=_of_log("log2"),
)
elementwise(
    "log10",
    "log10(x)",
    ("g / (x * log(10))", f"g / (x * {_LN10!r})"),
    numpy=np.log10,
    scalar=math.log10,
    domain=(0.3, 3.0),
    symbol="log₁₀",
    traits=_of_log("log10"),
)
elementwise(
    "cbrt",
    "cbrt(x)",
    "g / (3 * y ** 2)",
    numpy=np.cbrt,
    scalar=lambda x: float(np.cbrt(x)),
    domain=(0.3, 3.0),
    symbol="∛",
    analytic=False,
    traits=Traits("arithmetic", rescales=True, singular=(pole("cbrt at 0", lambda y: y == 0, INSIDE),)),
)
helper("hypot", np.hypot, math.hypot)
elementwise(
    "arcsinh",
    "arcsinh(x)",
    ("g / sqrt(1 + x ** 2)", "g / hypot(1, x)"),
    numpy=np.arcsinh,
    scalar=math.asinh,
    traits=Traits("function"),
)
elementwise(
    "arccosh",
    "arccosh(x)",
    ("g / sqrt(x ** 2 - 1)", "g / (sqrt(x - 1) * sqrt(x + 1))"),
    numpy=np.arccosh,
    scalar=math.acosh,
    domain=(1.5, 3.0),
    traits=Traits(
        "function",
        singular=(
            nan("arccosh of {x}", lambda x: x < 1, "clip at 1"),
            pole("arccosh at 1", lambda x: x == 1, "clip to a little more than 1"),
        ),
    ),
)
elementwise(
    "arctanh",
    "arctanh(x)",
    "g / (1 - x ** 2)",
    numpy=np.arctanh,
    scalar=math.atanh,
    domain=(-0.9, 0.9),
    traits=Traits(
        "function",
        singular=(
            nan("arctanh of {x}", lambda x: np.abs(x) > 1, "clip to [−1, 1]"),
            inf("arctanh of {x}", lambda x: np.abs(x) == 1, "clip to a little less than 1"),
            pole("arctanh at {x}", lambda x: np.abs(x) == 1, "clip to a little less than 1"),
        ),
    ),
)
_OVERFLOWS = inf("{op} of {x} {over}", lambda x: x == x, SMALLER)
for _name, _functions, _scalar, _factor, _singular, _text in (
    ("degrees", (np.degrees, np.rad2deg), math.degrees, 180 / math.pi, (_OVERFLOWS,), "Radians as degrees."),
    ("radians", (np.radians, np.deg2rad), math.radians, math.pi / 180, (), "Degrees as radians."),
):
    elementwise(
        _name,
        f"{_factor!r} * x",
        f"{_factor!r} * g",
        array=_functions[0],
        numpy=_functions,
        scalar=_scalar,
        analytic=False,
        traits=Traits("arithmetic", factors=(0,), singular=_singular),
        doc=_text,
    )


def _sinc_back(g: Array, y: Array, x: Array) -> Array:
    """The slope (cos πx − y) / x; its series near 0, where the difference cancels."""
    turned = np.pi * x
    small, square = np.abs(turned) < 0.25, turned * turned
    series = -turned * (np.pi / 3) * (1 - square / 10 * (1 - square / 28 * (1 - square / 54 * (1 - square / 88))))
    with np.errstate(divide="ignore", invalid="ignore"):
        return g * np.where(small, series, (np.cos(turned) - y) / x)


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


helper("sinc_back", _sinc_back, lambda g, y, x: float(_sinc_back(g, y, np.float64(x))))
elementwise(
    "sinc",
    "sinc(x)",
    ("g * (cos(3.141592653589793 * x) - sinc(x)) / x", "sinc_back(g, y, x)"),
    numpy=np.sinc,
    scalar=_sinc,
    analytic=False,
    traits=Traits(
        "function",
        singular=(nan("{op} of ∞", lambda x: np.isinf(x)), nan("π · {x}, in {op}, {over}", lambda x: x == x, SMALLER)),
    ),
    doc="sin(πx) / (πx), element by element; 1 at 0.",
)


def _bessel1(x: Array) -> Array:
    """The modified Bessel function I₁(x), the mean of exp(x cos θ) cos θ over half a turn; NumPy has I₀ only.

    The sum over equal steps of a periodic function is exact to the last digits as long as they resolve its peak, which
    is 1/√x wide: they are refined with √x.
    """
    x = np.asarray(x)
    steps = 64 + int(4 * np.sqrt(np.minimum(np.max(np.abs(x), initial=0), 1e6)))
    cosines = np.cos((np.arange(steps) + 0.5) * (np.pi / steps))
    return (np.exp(np.multiply.outer(x.astype(np.float64), cosines)) @ cosines / steps).astype(x.dtype)[()]


helper("i1", _bessel1, lambda x: float(_bessel1(x)))
elementwise(
    "i0",
    "i0(x)",
    "g * i1(x)",
    array=lambda x: np.i0(x).astype(np.result_type(np.asarray(x), np.float16))[()],
    numpy=np.i0,
    scalar=lambda x: float(np.i0(x)),
    symbol="I₀",
    words={
        "i0": Word(np.i0, Form("I₀({0})", r"I_0\left({0}\right)"), "each"),
        "i1": Word(_bessel1, Form("I₁({0})", r"I_1\left({0}\right)"), "each"),
    },
    analytic=False,
    traits=Traits("function", rescales=True, singular=(nan("{op} of ∞", lambda x: np.isinf(x)), _OVERFLOWS)),
    doc="The modified Bessel function I₀, element by element; its derivative is I₁.",
)


def _nan_to_num(x: Array, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Array:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


helper("isfinite", np.isfinite, math.isfinite)
elementwise(
    "nan_to_num",
    "finite(x, nan, posinf, neginf)",
    ("where(isfinite(x), g, 0)", "gate(g, isfinite(x))"),
    array=_nan_to_num,
    scalar=lambda x, **options: float(_nan_to_num(x, **options)),
    numpy=np.nan_to_num,
    analytic=False,
    traits=Traits("choice"),
    words={"finite": Word(_nan_to_num, shape="each"), "isfinite": Word(np.isfinite, shape="each")},
    samples=(Sample(((3,),), {"nan": 0.25, "posinf": 9.0, "neginf": -9.0}),),
    doc="Numbers in the place of NaN and of infinities (None: the largest that there is); no gradient flows to those.",
    nan=0.0,
    posinf=None,
    neginf=None,
)
