"""Activations made of others: SiLU, Mish, gated linear units, and those with two limits."""

from typing import Any

import numpy as np

from ..errors import OpError
from .activations import _sigmoid
from .axes import one_axis
from .causes import nan
from .elementwise import elementwise
from .op import Sample, op
from .traits import Traits

Array = Any
_OF_MINUS_INFINITY = nan("0·∞ in {op} of −∞", lambda x: x == -np.inf)

elementwise(
    "silu",
    "x * sigmoid(x)",
    "g * (sigmoid(x) + y * (1 - sigmoid(x)))",
    symbol="SiLU",
    traits=Traits("activation", singular=(_OF_MINUS_INFINITY,)),
    doc="x · σ(x), element by element (Elfwing, Uchibe and Doya 2018).",
)
elementwise(
    "mish",
    "x * tanh(softplus(x))",
    "g * (tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) ** 2))",
    symbol="Mish",
    traits=Traits("activation", singular=(_OF_MINUS_INFINITY,)),
    doc="x · tanh(softplus(x)), element by element (Misra 2020).",
)
elementwise(
    "hardtanh",
    "minimum(maximum(x, low), high)",
    ("where(x > low, where(x < high, g, 0), 0)", "gate(g, inside(x, low, high))"),
    array=lambda x, low=-1.0, high=1.0: np.clip(x, low, high),
    scalar=lambda x, low=-1.0, high=1.0: low if x < low else high if x > high else x,
    symbol="hard tanh",
    analytic=False,
    traits=Traits("activation"),
    doc="Limited to [low, high]; no gradient flows at the limits and beyond (Collobert 2004).",
    low=-1.0,
    high=1.0,
)
elementwise(
    "relu6",
    "minimum(maximum(x, 0), 6)",
    ("where(x > 0, where(x < 6, g, 0), 0)", "gate(g, inside(x, 0, 6))"),
    array=lambda x: np.clip(x, 0, 6),
    scalar=lambda x: 0.0 if x < 0 else 6.0 if x > 6 else x,
    symbol="ReLU6",
    domain=(-3.0, 9.0),
    analytic=False,
    traits=Traits("activation"),
    doc="Limited to [0, 6]; no gradient flows at the limits and beyond (Krizhevsky 2010).",
)


def _halves(x: Array, axis: int) -> tuple[Array, Array]:
    axis = one_axis("glu", x, axis)
    length = np.shape(x)[axis]
    if length % 2:
        raise OpError(f"glu: axis {axis} of shape {np.shape(x)} has no two halves")
    first, second = np.split(np.asarray(x), 2, axis)
    return first, second


def _glu_back(g: Array, y: Array, x: Array, axis: int = -1) -> Array:
    first, second = _halves(x, axis)
    gate = _sigmoid(second)
    return np.concatenate([g * gate, g * first * gate * (1 - gate)], axis)


@op(
    "glu(x, axis=axis)",
    ("glu_back(g, x, axis=axis)", _glu_back),
    symbol="GLU",
    samples=(Sample(((6,),)), Sample(((3, 4),)), Sample(((4, 3),), {"axis": 0})),
    traits=Traits("activation"),
)
def glu(x: Array, axis: int = -1) -> Array:
    """The first half along an axis times the sigmoid of the second (Dauphin, Fan, Auli and Grangier 2017)."""
    first, second = _halves(x, axis)
    return first * _sigmoid(second)
