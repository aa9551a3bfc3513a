"""Which functions of NumPy are composed of recorded operations, and the methods of ufuncs, which are too."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from ..errors import OpError
from ..ops.op import OPS, Op
from .composed_arrays import ARRAYS, UFUNC_CALLS
from .composed_matrices import MATRICES
from .composed_statistics import STATISTICS
from .composed_sums import MASKED, OPTIONS, WITHOUT_NAN
from .questions import plain

Composed = Callable[..., Any]

COMPOSED: dict[Any, Composed] = ARRAYS | WITHOUT_NAN | STATISTICS | MATRICES
"""By the function of NumPy."""

REDUCED = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
"""What the method ``reduce`` of a ufunc is called elsewhere; ``accumulate`` and ``outer`` are below."""

ACCUMULATED = {np.add: np.cumsum, np.multiply: np.cumprod}

NEUTRAL_OPTIONS: dict[str, tuple[Any, ...]] = {"where": (True,), "casting": ("same_kind", "safe"), "order": ("K",)}
"""Options of ufuncs that change nothing at these values."""


def of_scipy(ufunc: np.ufunc) -> Op | None:
    """The operation that a ufunc of `scipy.special` is: that of its name."""
    name = ufunc.__name__
    if getattr(sys.modules.get("scipy.special"), name, None) is not ufunc:
        return None
    return OPS.get("sigmoid" if name == "expit" else name)


def of_function(function: Any, options: Mapping[str, Any]) -> Composed | None:
    """How a function is composed; None where it is an operation itself, or is not recorded."""
    if OPTIONS & options.keys() and function in MASKED:
        return MASKED[function]
    return COMPOSED.get(function)


def of_ufunc(ufunc: np.ufunc, method: str, options: Mapping[str, Any]) -> Composed | None:
    """The same for a ufunc and its methods."""
    if method == "__call__":
        return UFUNC_CALLS.get(ufunc) if not options else None
    if method == "reduce" and ufunc in REDUCED:
        return partial(_reduce, masked=MASKED[REDUCED[ufunc]])
    if method == "accumulate" and ufunc in ACCUMULATED:
        return partial(_accumulate, name=ACCUMULATED[ufunc].__name__)
    name = next((op.name for op in OPS.values() if ufunc in op.numpy and op.vjps), None)
    if name and ufunc.nin == 2 and method in ("reduce", "accumulate"):
        return partial(_folded, name=name, every=method == "accumulate")
    return partial(_outer, ufunc=ufunc) if method == "outer" and not options else None


def _reduce(run: Any, array: Any, axis: Any = 0, *args: Any, masked: Composed, **options: Any) -> Any:
    options = {k: v for k, v in options.items() if v is not np._NoValue}
    return masked(run, array, axis, *args, **options)


def _accumulate(run: Any, array: Any, axis: int = 0, dtype: Any = None, out: None = None, *, name: str) -> Any:
    return run(name, array, axis=axis)


def _folded(
    run: Any, array: Any, axis: Any = 0, dtype: Any = None, out: None = None, *, name: str, every: bool, **options: Any
) -> Any:
    """One operation after the other along an axis: its last result, or every one."""
    given = [k for k, v in options.items() if v is not np._NoValue and (k, v) not in _PLAIN_REDUCTION]
    if given or not isinstance(axis, int):
        raise OpError(f"{name}: this reduction is recorded along one axis, without {', '.join(given) or 'others'}")
    before = (slice(None),) * (axis % np.ndim(plain(array)))
    parts = [run("getitem", array, index=(*before, i)) for i in range(np.shape(plain(array))[axis])]
    results = list(accumulate(parts, lambda a, b: run(name, a, b)))
    return run("stack", results, axis=axis) if every else results[-1]


_PLAIN_REDUCTION = (("keepdims", False), ("where", True))
"""Options of a reduction that change nothing."""


def _outer(run: Any, a: Any, b: Any, *, ufunc: np.ufunc) -> Any:
    ones = (1,) * np.ndim(plain(b))
    return ufunc(run("reshape", a, (*np.shape(plain(a)), *ones)), b)
