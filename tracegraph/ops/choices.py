"""Choices, element by element: the larger of two, limits, and one of two by a condition."""

from typing import Any

import numpy as np

from ..errors import OpError
from ..text.formula_words import Word
from .causes import inf, nan
from .elementwise import elementwise
from .gates import inside_float
from .op import Sample
from .traits import Traits

Array = Any


elementwise(
    "maximum",
    "maximum(a, b)",
    ("where(a > b, g, where(a == b, g / 2, 0))", "larger(g, a, b)"),
    ("where(b > a, g, where(a == b, g / 2, 0))", "larger(g, b, a)"),
    numpy=np.maximum,
    scalar=lambda a, b: a if a >= b or a != a else b,
    symbol="max",
    traits=Traits("choice", gate="larger", kink="halved"),
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
    traits=Traits("choice", gate="smaller", kink="halved"),
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


elementwise(
    "clip",
    "clip(x, min, max)",
    ("where(inside(x, min, max), g, 0)", "gate(g, inside(x, min, max))"),
    words={"inside": Word(inside_float, shape="each")},
    array=_clip,
    scalar=_clip_float,
    numpy=np.clip,
    traits=Traits(
        "choice",
        gate="limits",
        method="plain",
        singular=(nan("the limit is NaN", lambda x: x == x), inf("the limit is infinite", lambda x: x == x)),
        kink="limit",
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
