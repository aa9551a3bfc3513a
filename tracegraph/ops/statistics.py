"""Statistics: quantiles, the range, weighted means, covariances and correlations."""

from typing import Any

import numpy as np

from .axes import all_axes, keep
from .op import Sample, op
from .reductions import OF_NOTHING, equals
from .traits import Traits

Array = Any

_AXES = (
    Sample(((5,),)),
    Sample(((4, 3),)),
    Sample(((4, 3),), {"axis": 0}),
    Sample(((2, 3, 4),), {"axis": (0, 2), "keepdims": True}),
)


def _lines(x: Array, axes: tuple[int, ...]) -> tuple[Array, tuple[int, ...], tuple[int, ...]]:
    """The elements along the axes as a last axis, the order of axes that brings them there, and the shape before."""
    order = (*(a for a in range(np.ndim(x)) if a not in axes), *axes)
    turned = np.transpose(x, order)
    return turned.reshape(*turned.shape[: turned.ndim - len(axes)], -1), order, turned.shape


def _quantile_back(
    g: Array, y: Array, x: Array, q: Any = 0.5, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Array:
    """Shares to the two elements in the sorted order that the quantile lies between.

    Where it lies is what the method gives for the numbers 0, 1, 2 ... in the place of the sorted elements.
    """
    axes = all_axes("quantile", x, axis, keepdims)
    lines, order, shape = _lines(x, axes)
    n, back = lines.shape[-1], np.zeros_like(lines)
    ordered = np.argsort(lines, -1, kind="stable")
    ranks = np.atleast_1d(np.quantile(np.arange(n, dtype=np.float64), q, method=method))
    sent = np.reshape(g, (len(ranks), *lines.shape[:-1]))
    for rank, part in zip(ranks, sent):
        low = int(rank)
        for place, share in ((low, 1 - (rank - low)), (min(low + 1, n - 1), rank - low)):
            at = ordered[..., place : place + 1]
            here = np.take_along_axis(back, at, -1) + float(share) * part[..., None]
            np.put_along_axis(back, at, here, -1)
    return np.transpose(back.reshape(shape), np.argsort(order))


_Q = tuple(
    Sample(((6,),), {"q": q, "method": method})
    for q in (0.3, np.array([0.0, 0.25, 1.0]))
    for method in ("linear", "lower", "midpoint", "hazen")
)


@op(
    "quantile(x, q, axis=axis, method=method)",
    ("quantile_back(g, x, q)", _quantile_back),
    numpy=np.quantile,
    samples=(
        *_Q,
        Sample(((4, 3),), {"q": 0.4}),
        Sample(((4, 3),), {"q": np.array([0.1, 0.9]), "axis": 0}),
        Sample(((2, 3, 4),), {"q": 0.7, "axis": (0, 2), "keepdims": True}),
    ),
    analytic=False,
    traits=Traits("reduction", singular=(OF_NOTHING,)),
)
def quantile(x: Array, q: Any, axis: Any = None, method: Any = "linear", keepdims: Any = False) -> Array:
    """The value that a share ``q`` of the elements along axes lies below; several q are a new first axis."""
    axes = all_axes("quantile", x, axis, keepdims)
    return np.quantile(x, q, axis=axes, method=method, keepdims=keepdims).astype(np.asarray(x).dtype)[()]


@op(
    "median(x, axis=axis)",
    (
        "quantile_back(g, x, 0.5)",
        lambda g, y, x, axis=None, keepdims=False: _quantile_back(g, y, x, 0.5, axis, "linear", keepdims),
    ),
    numpy=np.median,
    samples=_AXES,
    analytic=False,
    traits=Traits("reduction", along="all", singular=(OF_NOTHING,)),
)
def median(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The element in the middle of the sorted order along axes; the mean of the two in the middle."""
    return np.median(x, axis=all_axes("median", x, axis, keepdims), keepdims=keepdims)


def _range_back(g: Array, y: Array, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    axes = all_axes("ptp", x, axis, keepdims)
    g = keep(g, x, axes, keepdims)
    top, bottom = (equals(x, f(x, axis=axes, keepdims=True)) for f in (np.max, np.min))
    share = [hits / np.sum(hits, axis=axes, keepdims=True, dtype=np.asarray(g).dtype) for hits in (top, bottom)]
    return g * (share[0] - share[1])


@op(
    "max(x, axis=axis) - min(x, axis=axis)",
    ("g * (x == max(x, axis=axis)) - g * (x == min(x, axis=axis))", _range_back),
    numpy=np.ptp,
    samples=_AXES,
    traits=Traits("reduction", along="all", method="plain"),
)
def ptp(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """The largest less the smallest element along axes; elements that tie share the gradient equally."""
    return np.ptp(x, axis=all_axes("ptp", x, axis, keepdims), keepdims=keepdims)


def _centred(x: Array) -> Array:
    return x - np.mean(x, axis=-1, keepdims=True)


def _covariance_back(g: Array, y: Array, x: Array, ddof: float = 1) -> Array:
    return (g + g.T) @ _centred(x) / (np.shape(x)[-1] - ddof)


@op(
    "cov(x, ddof=ddof)",
    ("(g + g.T) @ (x - mean(x, axis=-1)) / (n - ddof)", _covariance_back),
    samples=(Sample(((3, 5),)), Sample(((2, 4),), {"ddof": 0})),
    traits=Traits("reduction"),
    n=lambda x, **options: int(np.shape(x)[-1]),
)
def cov(x: Array, ddof: float = 1) -> Array:
    """The covariances of the rows: of each pair the mean of the product of the deviations, with n − ddof for n."""
    off = _centred(x)
    return off @ off.T / (np.shape(x)[-1] - ddof)


def _unit(x: Array) -> tuple[Array, Array]:
    off = _centred(x)
    length = np.sqrt(np.sum(off * off, axis=-1, keepdims=True))
    return off / length, length


def _correlation_back(g: Array, y: Array, x: Array) -> Array:
    unit, length = _unit(x)
    sent = (g + g.T) @ unit
    return (sent - unit * np.sum(sent * unit, axis=-1, keepdims=True)) / length


@op(
    "corrcoef(x)",
    ("standardize_back((g + g.T) @ standardize(x), x)", _correlation_back),
    samples=(Sample(((3, 5),)), Sample(((2, 4),))),
    analytic=False,
    traits=Traits("reduction"),
)
def corrcoef(x: Array) -> Array:
    """The correlations of the rows: their covariances divided by both standard deviations."""
    unit, _ = _unit(x)
    return unit @ unit.T
