"""Weighted means, differences, areas and covariances, composed of recorded operations.

Each has the signature of NumPy's after ``run``, which records an operation by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..errors import OpError
from .composed_sums import Run, typed
from .questions import plain


def average(
    run: Run, a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    """The mean with weights."""
    shape, given = np.shape(plain(a)), weights
    if weights is None:
        weights = np.ones(shape, np.result_type(plain(a)))
    elif np.shape(plain(weights)) != shape:
        weights = run("reshape", weights, [-1 if k == axis % len(shape) else 1 for k in range(len(shape))])
    total = run("sum", run("broadcast_to", weights, shape), axis=axis, keepdims=keepdims)
    if given is None:
        mean = run("mean", a, axis=axis, keepdims=keepdims)
    else:
        mean = run("div", run("sum", run("mul", a, weights), axis=axis, keepdims=keepdims), total)
    return (mean, total) if returned else mean


def percentile(
    run: Run,
    a: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    """The quantile of so many parts in a hundred."""
    return run("quantile", a, np.true_divide(plain(q), 100)[()], axis=axis, method=method, keepdims=keepdims)


def cumulative(
    run: Run,
    x: Any,
    /,
    *,
    axis: int | None = None,
    dtype: Any = None,
    out: None = None,
    include_initial: bool = False,
    name: str,
    neutral: float,
) -> Any:
    """NumPy 2's running sum or product: along the only axis, and with what it starts from if asked for."""
    x, axis = typed(run, x, axis, dtype)
    if axis is None and x.ndim > 1:
        raise OpError(f"cumulative: shape {x.shape} has several axes; give one")
    result = run(name, x, axis=axis)
    if not include_initial:
        return result
    first = list(x.shape)
    first[axis or 0] = 1
    return run("concatenate", [np.full(first, neutral, np.result_type(plain(x))), result], axis=axis or 0)


def diff(run: Run, a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours, with more elements before and after."""
    shape = [1 if k == axis % a.ndim else length for k, length in enumerate(np.shape(plain(a)))]
    ends = [p if p is None or np.ndim(plain(p)) else np.full(shape, p) for p in (prepend, append)]
    parts = [p for p in (ends[0], a, ends[1]) if p is not None and n]  # none are made of no differences
    return run("diff", a if len(parts) < 2 else run("concatenate", parts, axis=axis), times=n, axis=axis)


def ediff1d(run: Run, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours of all elements in a row, with more numbers before and after."""
    parts = [p for p in (to_begin, run("diff", run("flatten", ary)), to_end) if p is not None]
    flat = [run("flatten", p) for p in parts]
    return flat[0] if len(flat) == 1 else run("concatenate", flat)


def gradient(run: Run, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slopes along each axis."""
    axes = range(f.ndim) if axis is None else np.atleast_1d(axis).tolist()
    spacings = [plain(v) for v in varargs] or [1.0]
    spacings = spacings * len(axes) if len(spacings) == 1 else spacings
    found = [run("slopes", f, h, axis=a, edge_order=edge_order) for a, h in zip(axes, spacings, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def trapezoid(run: Run, y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """The area under a broken line: the widths times the mean heights of neighbours."""
    ndim = np.ndim(plain(y))
    before = (slice(None),) * (axis % ndim)
    heights = run("add", run("getitem", y, (*before, slice(1, None))), run("getitem", y, (*before, slice(None, -1))))
    if x is None:
        return run("mul", run("sum", heights, axis=axis), dx / 2)
    width = run("diff", x, axis=axis if np.ndim(plain(x)) > 1 else -1)
    if np.ndim(plain(x)) == 1:
        width = run("reshape", width, [-1 if k == axis % ndim else 1 for k in range(ndim)])
    return run("mul", run("sum", run("mul", width, heights), axis=axis), 0.5)


def unwrap(run: Run, p: Any, discont: float | None = None, axis: int = -1, *, period: float = 2 * np.pi) -> Any:
    """Angles without jumps: whole turns are added, which have no derivative."""
    held = plain(p)
    return run("add", p, np.unwrap(held, discont, axis, period=period) - held)


def cov(run: Run, m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: float | None = None) -> Any:
    """Covariances of rows, or of columns, and of those of a second array with them."""
    rows = _rows(run, m, y, rowvar)
    result = run("cov", rows, ddof=(0 if bias else 1) if ddof is None else ddof)
    return run("squeeze", result) if result.size == 1 else result


def corrcoef(run: Run, x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """Correlations of rows, or of columns, and of those of a second array with them."""
    result = run("corrcoef", _rows(run, x, y, rowvar))
    return run("squeeze", result) if result.size == 1 else result


def _rows(run: Run, x: Any, y: Any, rowvar: bool) -> Any:
    both = [run("atleast_2d", v) for v in (x, y) if v is not None]
    turned = [v if rowvar or v.shape[0] == 1 else run("transpose", v) for v in both]
    return turned[0] if len(turned) == 1 else run("concatenate", turned)


STATISTICS: dict[Any, Callable[..., Any]] = {
    np.average: average,
    np.percentile: percentile,
    np.diff: diff,
    np.ediff1d: ediff1d,
    np.gradient: gradient,
    np.unwrap: unwrap,
    np.cov: cov,
    np.corrcoef: corrcoef,
}

for _names, _function in (
    (("trapezoid", "trapz"), trapezoid),
    (("cumulative_sum",), partial(cumulative, name="cumsum", neutral=0.0)),
    (("cumulative_prod",), partial(cumulative, name="cumprod", neutral=1.0)),
):  # not every NumPy has all of them, or under the same name
    STATISTICS |= {getattr(np, name): _function for name in _names if name in vars(np)}
