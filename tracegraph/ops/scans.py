"""Running products, differences of neighbours, slopes and areas along an axis."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .axes import one_axis
from .causes import inf
from .op import Rule, Sample, op
from .traits import Traits

Array = Any


def _cumprod_back(g: Array, y: Array, x: Array, axis: int | None = None) -> Array:
    """Each element gets the running products without it: exact also where elements are 0.

    Seen from the end, the sum of g over what follows obeys s[i] = g[i] + x[i + 1] s[i + 1].
    """
    flat = np.ravel(x) if axis is None else np.moveaxis(x, axis, 0)
    sent = np.ravel(g) if axis is None else np.moveaxis(g, axis, 0)
    back, later = np.empty_like(sent), np.zeros_like(sent[0] if len(sent) else sent)
    before = np.ones_like(flat)
    np.cumprod(flat[:-1], axis=0, out=before[1:])
    for i in range(len(sent) - 1, -1, -1):
        later = sent[i] + later
        back[i] = before[i] * later
        later = later * flat[i]
    return back.reshape(np.shape(x)) if axis is None else np.moveaxis(back, 0, axis)


@op(
    "cumprod(x, axis=axis)",
    ("flip(cumsum(flip(g * y, axis=axis), axis=axis), axis=axis) / reshape_as(x, y)", _cumprod_back),
    numpy=np.cumprod,
    symbol="Π",
    domain=(0.5, 2.0),
    samples=(
        Sample(((4,),)),
        Sample(((2, 3),)),
        Sample(((2, 3),), {"axis": 0}),
        Sample(((2, 3),), {"axis": -1}),
        Sample(((0, 3),), {"axis": 1}),
        Sample(((),)),
    ),
    traits=Traits("scan", along="all", method="plain", singular=(inf("a product {over}", lambda x: np.size(x) > 0),)),
)
def cumprod(x: Array, axis: int | None = None) -> Array:
    """The running product along an axis; None runs over all elements in a row."""
    return np.cumprod(x, axis if axis is None else one_axis("cumprod", x, axis))


def _diff_back(g: Array, y: Array, x: Array, times: int = 1, axis: int = -1) -> Array:
    back = np.asarray(g)
    if not back.size:  # more differences than neighbours
        return np.zeros(np.shape(x), back.dtype)
    around = [(0, 0)] * back.ndim
    around[axis] = (1, 1)
    for _ in range(times):
        back = -np.diff(np.pad(back, around), axis=axis)
    return back


@op(
    "diff(x, times, axis=axis)",
    ("scatter(g, x)", _diff_back),
    samples=(
        Sample(((5,),)),
        Sample(((4, 3),), {"times": 2, "axis": 0}),
        Sample(((4,),), {"times": 0}),
        Sample(((2, 3),), {"times": 4}),
    ),
    traits=Traits("scan", along="last"),
)
def diff(x: Array, times: int = 1, axis: int = -1) -> Array:
    """The differences of neighbours along an axis, ``times`` over."""
    return np.diff(x, times, axis)


def _banded_back(apply: Callable[..., Array], reach: int) -> Rule:
    """The adjoint of a linear function along the first axis, in which each result reads elements up to ``reach`` away.

    Its coefficients are read off it: elements that are 2 reach + 1 apart cannot meet in one result.
    """

    def rule(g: Array, x: Array, **options: Any) -> Array:
        n, step = len(x), 2 * reach + 1
        results, back = np.arange(n), np.zeros_like(x, np.asarray(g).dtype)
        for first in range(min(step, n)):
            comb = (results % step == first).astype(np.float64)
            coefficients = apply(comb, **options).astype(back.dtype)
            columns = results - (results - first + reach) % step + reach
            use = (0 <= columns) & (columns < n) & (coefficients != 0)
            spread = coefficients[use].reshape(-1, *[1] * (x.ndim - 1))
            np.add.at(back, columns[use], spread * g[use])
        return back

    return rule


def _slopes(x: Array, spacing: Any, edge_order: int) -> Array:
    gradient: Any = np.gradient  # its types leave out what is not known before
    return gradient(x, spacing, axis=0, edge_order=edge_order)


def _slopes_back(g: Array, y: Array, x: Array, spacing: Any = 1.0, axis: int = 0, edge_order: int = 1) -> Array:
    first, sent = np.moveaxis(x, axis, 0), np.moveaxis(g, axis, 0)
    return np.moveaxis(_banded_back(_slopes, 2)(sent, first, spacing=spacing, edge_order=edge_order), 0, axis)


@op(
    "slopes(x, spacing, axis=axis)",
    ("scatter(g, x)", _slopes_back),
    samples=(
        Sample(((5,),)),
        Sample(((7,),), {"spacing": 0.5, "edge_order": 2}),
        Sample(((4, 3),), {"spacing": np.array([0.0, 1.0, 3.0, 3.5])}),
        Sample(((3, 6),), {"axis": 1, "spacing": np.array([0.0, 1.0, 3.0, 3.5, 4.0, 7.0]), "edge_order": 2}),
    ),
    traits=Traits("scan"),
)
def slopes(x: Array, spacing: Any = 1.0, axis: int = 0, edge_order: int = 1) -> Array:
    """The slopes along an axis by central differences, one-sided at the ends: what `numpy.gradient` computes.

    ``spacing``: the distance of neighbours, or the coordinates of all.
    """
    gradient: Any = np.gradient
    return gradient(x, spacing, axis=one_axis("slopes", x, axis), edge_order=edge_order)


def _interval(x: Array, xp: Array) -> tuple[Array, Array, Array]:
    """For each x the number of the interval that it is in, its place there from 0 to 1, and whether it is inside."""
    at = np.clip(np.searchsorted(xp, x, "right") - 1, 0, len(xp) - 2)
    part = np.clip((x - xp[at]) / (xp[at + 1] - xp[at]), 0, 1)
    return at, part, (x >= xp[0]) & (x <= xp[-1])


def _interp_back(g: Array, y: Array, x: Array, xp: Array, fp: Array) -> Array:
    at, _, inside = _interval(x, xp)
    return np.where(inside, g * (fp[at + 1] - fp[at]) / (xp[at + 1] - xp[at]), 0)


def _nodes_back(g: Array, y: Array, x: Array, xp: Array, fp: Array) -> Array:
    at, part, inside = _interval(x, xp)
    sent = np.where(inside, -g * (fp[at + 1] - fp[at]) / (xp[at + 1] - xp[at]), 0)
    return _two(sent, at, part, xp)


def _heights_back(g: Array, y: Array, x: Array, xp: Array, fp: Array) -> Array:
    at, part, _ = _interval(x, xp)
    return _two(g, at, part, fp)


def _two(sent: Array, at: Array, part: Array, like: Array) -> Array:
    """Shares of each cotangent to the two ends of its interval."""
    back = np.zeros_like(like)
    np.add.at(back, at, sent * (1 - part))
    np.add.at(back, at + 1, sent * part)
    return back


@op(
    "interp(x, xp, fp)",
    ("g * interp_slope(x, xp, fp)", _interp_back),
    ("-interp_share(g * interp_slope(x, xp, fp), x, xp)", _nodes_back),
    ("interp_share(g, x, xp)", _heights_back),
    inputs="x xp fp",
    numpy=np.interp,
    samples=(
        Sample((np.array([-0.5, 0.3, 1.2, 2.9, 3.4]), np.array([0.0, 0.5, 1.5, 3.0]), (4,))),
        Sample((np.array(0.7), np.array([0.0, 0.5, 1.5]), (3,))),
    ),
    analytic=False,
    traits=Traits("function"),
)
def interp(x: Array, xp: Array, fp: Array) -> Array:
    """The height at x of the broken line through the points (xp, fp), xp rising; constant outside."""
    return np.interp(x, xp, fp).astype(np.result_type(x, fp))[()]
