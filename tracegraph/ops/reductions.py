"""Sums, means and extremes. ``axis``: one, several, or None for all; ``keepdims`` keeps each with length 1."""

from typing import Any

import numpy as np

from ..errors import OpError
from .axes import all_axes, count, keep, one_axis, some, spread, ufunc_axes
from .causes import LOGARITHMS, SMALLER, inf, nan
from .op import Sample, op
from .traits import Traits

Array = Any

_SAMPLES = (
    Sample(((),)),
    Sample(((3,),)),
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3),), {"axis": -1, "keepdims": True}),
    Sample(((2, 3, 2),), {"axis": (0, 2)}),
    Sample(((2, 3, 2),), {"axis": (2, 1), "keepdims": True}),
    Sample(((2, 3),), {"keepdims": True}),
    Sample(((2, 0),), {"axis": 0}),
)
_AXIS_OF_A_SCALAR = (Sample(((),), {"axis": 0}), Sample(((),), {"axis": -1}))
OF_NOTHING = nan("0 / 0: {op} of nothing", lambda x: np.size(x) == 0, "give it elements")
PARTS_OVERFLOW = (
    nan("∞ − ∞: a part of the {op} {over}", lambda x: np.size(x) > 0),
    inf("the {op} of {n} {over}", lambda x: np.size(x) > 0, SMALLER),
)
_INFINITIES_CANCEL = nan("∞ − ∞ in the {op}", lambda x: np.any(np.isinf(x)))
_SPREAD_CAUSES = (
    OF_NOTHING,
    nan("∞ − ∞ in {op}: x − mean", lambda x: np.any(np.isinf(x))),
    inf("a square in {op} {over}", lambda x: np.size(x) > 0, SMALLER),
)
_EMPTY = (Sample(((0,),)), Sample(((2, 0),), {"axis": 1}))


@op(
    "sum(x, axis=axis)",
    ("g", lambda g, y, x, axis=None, keepdims=False: spread(g, x, axis, keepdims)),
    numpy=np.sum,
    symbol="Σ",
    samples=_SAMPLES + _EMPTY + _AXIS_OF_A_SCALAR,
    traits=Traits(
        "reduction", "total", along="all", method="plain", fold="outer", singular=(_INFINITIES_CANCEL, *PARTS_OVERFLOW)
    ),
)
def sum(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The sum along axes; 0 where there is nothing to add."""
    return np.sum(x, axis=ufunc_axes("sum", x, axis, keepdims), keepdims=keepdims)


@op(
    "mean(x, axis=axis)",
    ("g / n", lambda g, y, x, axis=None, keepdims=False: spread(g / count(x, axis), x, axis, keepdims)),
    numpy=np.mean,
    samples=_SAMPLES,
    traits=Traits(
        "reduction",
        "average",
        along="all",
        method="plain",
        fold="outer",
        singular=(OF_NOTHING, _INFINITIES_CANCEL, *PARTS_OVERFLOW),
    ),
)
def mean(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The arithmetic mean along axes."""
    axes = all_axes("mean", x, axis, keepdims)
    some("mean", x, axes)
    return np.mean(x, axis=axes, keepdims=keepdims)


def equals(x: Array, y: Array) -> Array:
    """Where the elements are the extreme ``y``; a NaN is one, and its gradient goes to what is NaN."""
    hits = np.equal(x, y)
    return hits | np.isnan(x) & np.isnan(y) if np.any(np.isnan(y)) else hits


def _extreme_back(g: Array, y: Array, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """Ties share the gradient equally, which is the subgradient of least norm."""
    hits = equals(x, keep(y, x, axis, keepdims))
    ties = np.sum(hits, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True, dtype=np.asarray(g).dtype)
    return hits * (keep(g, x, axis, keepdims) / ties)


_EXTREME = ("g * (x == y) / sum(x == y, axis=axis)", _extreme_back)


@op(
    "max(x, axis=axis)",
    _EXTREME,
    numpy=(np.max, np.amax),
    samples=_SAMPLES + _AXIS_OF_A_SCALAR,
    traits=Traits("reduction", "greatest", along="all", method="plain", kink="shared"),
)
def max(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The largest element along axes; elements that tie share the gradient equally."""
    axes = ufunc_axes("max", x, axis, keepdims)
    some("max", x, axes)
    return np.max(x, axis=axes, keepdims=keepdims)


@op(
    "min(x, axis=axis)",
    _EXTREME,
    numpy=(np.min, np.amin),
    samples=_SAMPLES + _AXIS_OF_A_SCALAR,
    traits=Traits("reduction", "least", along="all", method="plain", kink="shared"),
)
def min(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The smallest element along axes; elements that tie share the gradient equally."""
    axes = ufunc_axes("min", x, axis, keepdims)
    some("min", x, axes)
    return np.min(x, axis=axes, keepdims=keepdims)


_SPREAD_SAMPLES = tuple(s for s in _SAMPLES if s.inputs[0]) + (
    Sample(((2, 3),), {"ddof": 1}),
    Sample(((2, 3),), {"axis": 1, "ddof": 1, "keepdims": True}),
)


def _variance(name: str, x: Array, axis: Any, ddof: float, keepdims: Any) -> Array:
    axes = all_axes(name, x, axis, keepdims)
    some(name, x, axes)
    n = count(x, axes)
    if not n > ddof:
        raise OpError(f"{name}: ddof {ddof} needs more than {ddof} elements; shape {np.shape(x)} gives {n}")
    off = x - np.mean(x, axis=axes, keepdims=True)
    off *= off  # not np.var: its absolute value of complex numbers would stop the complex-step test
    return np.sum(off, axis=axes, keepdims=keepdims) / (n - ddof)


def _variance_back(g: Array, y: Array, x: Array, axis: Any = None, ddof: float = 0, keepdims: Any = False) -> Array:
    off = x - np.mean(x, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True)
    off *= keep(g, x, axis, keepdims) * (2 / (count(x, axis) - ddof))
    return off


def _deviation_back(g: Array, y: Array, x: Array, axis: Any = None, ddof: float = 0, keepdims: Any = False) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(np.equal(y, 0), 0, np.divide(g, y) / 2)  # constant data: 0, the least of all subgradients
    return _variance_back(part, y, x, axis, ddof, keepdims)


@op(
    "sum((x - mean(x, axis=axis)) ** 2, axis=axis) / (n - ddof)",
    ("2 * g * (x - mean(x, axis=axis)) / (n - ddof)", _variance_back),
    numpy=np.var,
    traits=Traits("reduction", along="all", method="plain", singular=_SPREAD_CAUSES),
    samples=_SPREAD_SAMPLES,
)
def var(x: Array, axis: Any = None, ddof: float = 0, keepdims: Any = False) -> Array:
    """The variance along axes: squared deviations from the mean, summed and divided by n - ddof."""
    return _variance("var", x, axis, ddof, keepdims)


@op(
    "sqrt(var(x, axis=axis, ddof=ddof))",
    ("g * (x - mean(x, axis=axis)) / (y * (n - ddof))", _deviation_back),
    numpy=np.std,
    traits=Traits("reduction", along="all", method="plain", singular=_SPREAD_CAUSES, kink="length"),
    samples=_SPREAD_SAMPLES,
)
def std(x: Array, axis: Any = None, ddof: float = 0, keepdims: Any = False) -> Array:
    """The standard deviation along axes, the square root of `var`; its gradient at constant data is 0."""
    return np.sqrt(_variance("std", x, axis, ddof, keepdims))


def _product_back(g: Array, y: Array, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """Each element gets the product of the others, exact also where some are 0: those before it times those after."""
    x = np.asarray(x)
    axes = ufunc_axes("prod", x, axis, keepdims)
    if not axes:
        return np.asarray(g)
    kept = [a for a in range(x.ndim) if a not in axes]
    order = (*kept, *axes)
    flat = x.transpose(order).reshape(*(x.shape[a] for a in kept), count(x, axes))
    others = np.ones_like(flat)
    np.cumprod(flat[..., :-1], axis=-1, out=others[..., 1:])
    others[..., :-1] *= np.cumprod(flat[..., :0:-1], axis=-1)[..., ::-1]
    back = others.reshape([x.shape[a] for a in order]).transpose(np.argsort(order))
    return back * keep(g, x, axis, keepdims)


@op(
    "prod(x, axis=axis)",
    ("g * y / x", _product_back),
    numpy=np.prod,
    symbol="Π",
    traits=Traits(
        "reduction",
        along="all",
        method="plain",
        singular=(
            nan("0·∞ in the product", lambda x: np.any(x == 0)),
            nan("0·∞: a part of the product {over}", lambda x: np.size(x) > 0, LOGARITHMS),
            inf("the product of {n} {over}", lambda x: np.size(x) > 0, LOGARITHMS),
            inf("a product of others {over}", lambda x: np.size(x) > 0, LOGARITHMS, way="backward"),
            nan("0·∞: a product of others {over}", lambda x: np.size(x) > 0, LOGARITHMS, way="backward"),
        ),
    ),
    domain=(0.5, 2.0),
    samples=_SAMPLES + _EMPTY + _AXIS_OF_A_SCALAR,
)
def prod(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The product along axes; the gradient is exact also where elements are 0."""
    return np.prod(x, axis=ufunc_axes("prod", x, axis, keepdims), keepdims=keepdims)


def _cumsum_back(g: Array, y: Array, x: Array, axis: int | None = None) -> Array:
    back = np.flip(np.cumsum(np.flip(g, axis), axis), axis)
    return back if axis is not None else back.reshape(np.shape(x))


@op(
    "cumsum(x, axis=axis)",
    ("flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis)", _cumsum_back),
    numpy=np.cumsum,
    traits=Traits("scan", "total", along="all", method="plain", singular=(_INFINITIES_CANCEL, *PARTS_OVERFLOW)),
    samples=(
        Sample(((4,),)),
        Sample(((2, 3),)),
        Sample(((2, 3),), {"axis": 0}),
        Sample(((2, 3),), {"axis": -1}),
        Sample(((0, 3),), {"axis": 1}),
        Sample(((),)),
    ),
)
def cumsum(x: Array, axis: int | None = None) -> Array:
    """The running sum along an axis; None runs over all elements in a row."""
    return np.cumsum(x, axis if axis is None else one_axis("cumsum", x, axis))


def _norm_back(g: Array, y: Array, x: Array, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(np.equal(y, 0), 0, np.divide(g, y))
    return x * keep(part, x, axis, keepdims)


@op(
    "norm(x, axis=axis)",
    ("g * x / y", _norm_back),
    numpy=np.linalg.norm,
    symbol="‖·‖",
    samples=_SAMPLES + _EMPTY,
    traits=Traits(
        "reduction",
        kink="length",
        along="all",
        method="plain",
        singular=(inf("a square in the norm {over}", lambda x: np.size(x) > 0, "divide by the largest element first"),),
    ),
)
def norm(x: Array, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Array:
    """The length √Σx² along axes, of vectors (ord None or 2) or whole arrays (None or "fro"); gradient 0 at 0."""
    axes = all_axes("norm", x, axis, keepdims)
    if ord is not None and not (ord == 2 and len(axes) == 1) and not (ord == "fro" and len(axes) == 2):
        raise OpError(f"norm: ord {ord!r} of {len(axes)} axes is not recorded; ord=None, the root of squares, is")
    return np.sqrt(np.sum(x * x, axis=axes, keepdims=keepdims))
