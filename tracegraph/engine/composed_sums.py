"""Reductions with masks, other types and initial values, and those that skip NaN, composed of recorded operations.

Each has the signature of NumPy's after ``run``, which records an operation by its name; what comes by name only says
which of several alike it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..errors import OpError
from .questions import plain

Run = Callable[..., Any]
OPTIONS = {"where", "initial", "dtype"}
"""What makes a reduction one of this file."""


def typed(run: Run, a: Any, axis: Any, dtype: Any) -> tuple[Any, Any]:
    """The array in the type that is asked for, and its axes as operations take them."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    return (a if dtype is None else run("astype", a, np.dtype(dtype).name)), axis


def _masked(run: Run, a: Any, axis: Any, dtype: Any, where: Any, skip_nan: bool) -> tuple[Any, Any, Any]:
    """The array, its axes, and the mask of the elements that count."""
    a, axis = typed(run, a, axis, dtype)
    mask = np.broadcast_to(plain(where), np.shape(plain(a)))
    return a, axis, mask & ~np.isnan(plain(a)) if skip_nan else mask


def _counted(mask: Any, a: Any, **kept: Any) -> Any:
    return np.sum(mask, **kept).astype(np.result_type(plain(a)))[()]


def reduced(
    run: Run,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
    *,
    name: str,
    neutral: float,
    joining: str,
    skip_nan: bool = False,
) -> Any:
    """A reduction that has a neutral element, which stands in the place of what the mask leaves out."""
    a, axis, mask = _masked(run, a, axis, dtype, where, skip_nan)
    result = run(name, a if mask.all() else run("where", mask, a, neutral), axis=axis, keepdims=keepdims)
    return result if initial is None else run(joining, result, initial)


def extreme(
    run: Run, a: Any, axis: Any = None, out: None = None, keepdims: bool = False, *rest: Any, of: Any, **options: Any
) -> Any:
    """The maximum or minimum, whose signature has no type of numbers."""
    return of(run, a, axis, options.pop("dtype", None), out, keepdims, *rest, **options)


def averaged(
    run: Run,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: Any = True,
    skip_nan: bool = False,
) -> Any:
    """The mean of the elements at which a mask is true."""
    a, axis, mask = _masked(run, a, axis, dtype, where, skip_nan)
    if mask.all():
        return run("mean", a, axis=axis, keepdims=keepdims)
    total = run("sum", run("where", mask, a, 0.0), axis=axis, keepdims=keepdims)
    return run("div", total, _counted(mask, a, axis=axis, keepdims=keepdims))


def variance(
    run: Run,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    correction: float | None = None,
    skip_nan: bool = False,
) -> Any:
    """The variance of the elements at which a mask is true."""
    a, axis, mask = _masked(run, a, axis, dtype, where, skip_nan)
    mean = run("sum", run("where", mask, a, 0.0), axis=axis, keepdims=True)
    off = run("sub", a, run("div", mean, _counted(mask, a, axis=axis, keepdims=True)))
    squares = run("sum", run("square", run("where", mask, off, 0.0)), axis=axis, keepdims=keepdims)
    count = _counted(mask, a, axis=axis, keepdims=keepdims)
    return run("div", squares, count - (ddof if correction is None else correction))


def deviation(run: Run, *args: Any, **options: Any) -> Any:
    """The root of the `variance`."""
    return run("sqrt", variance(run, *args, **options))


_SUM = partial(reduced, name="sum", neutral=0.0, joining="add")
_PROD = partial(reduced, name="prod", neutral=1.0, joining="mul")
_MAX = partial(reduced, name="max", neutral=-np.inf, joining="maximum")
_MIN = partial(reduced, name="min", neutral=np.inf, joining="minimum")

MASKED: dict[Any, Callable[..., Any]] = {
    np.sum: _SUM,
    np.prod: _PROD,
    np.max: partial(extreme, of=_MAX),
    np.min: partial(extreme, of=_MIN),
    np.mean: averaged,
    np.var: variance,
    np.std: deviation,
}
"""Reductions as they are where one of `OPTIONS` is given."""


def running(
    run: Run, a: Any, axis: Any = None, dtype: Any = None, out: None = None, *, name: str, neutral: float
) -> Any:
    """A running sum or product, with a neutral number in the place of NaN."""
    a, axis = typed(run, a, axis, dtype)
    missing = np.isnan(plain(a))
    return run(name, run("where", missing, neutral, a) if missing.any() else a, axis=axis)


def over_numbers(
    run: Run, a: Any, *args: Any, name: str, axis: Any = None, keepdims: bool = False, **options: Any
) -> Any:
    """A quantile of the elements that are numbers, of which each line has its own count."""
    missing = np.isnan(plain(a))
    if not missing.any():
        return run(name, a, *args, axis=axis, keepdims=keepdims, **options)
    if axis is not None:
        raise OpError(f"nan{name}: NaN in a tensor is recorded for axis=None only; take the numbers first")
    return run(name, run("getitem", a, ~missing), *args, **options)


WITHOUT_NAN: dict[Any, Callable[..., Any]] = {
    np.nansum: partial(_SUM, skip_nan=True),
    np.nanprod: partial(_PROD, skip_nan=True),
    np.nanmax: partial(extreme, of=partial(_MAX, skip_nan=True)),
    np.nanmin: partial(extreme, of=partial(_MIN, skip_nan=True)),
    np.nanmean: partial(averaged, skip_nan=True),
    np.nanvar: partial(variance, skip_nan=True),
    np.nanstd: partial(deviation, skip_nan=True),
    np.nancumsum: partial(running, name="cumsum", neutral=0.0),
    np.nancumprod: partial(running, name="cumprod", neutral=1.0),
    np.nanmedian: partial(over_numbers, name="median"),
    np.nanquantile: partial(over_numbers, name="quantile"),
}
"""Reductions that skip NaN."""
