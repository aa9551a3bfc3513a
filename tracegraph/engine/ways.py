"""Recorded replacements for functions that are not recorded: `way` looks one up by the function's name.

Each way is an expression in `np` and `tg` of the inputs ``x`` and ``y``; what follows a comma and "or" is a remark.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ..errors import UntracedError
from ..ops.op import OPS

WAYS: dict[str, str] = {
    # by element
    "positive": "+x",
    "real": "x",
    "conjugate": "x",
    "float_power": "x**y",
    "divmod": "np.floor(x / y), x - y * np.floor(x / y)",
    "expit": "tg.sigmoid(x)",
    "log_expit": "-tg.softplus(-x)",
    "xlog1py": "x * np.log1p(y)",
    "entr": "-x * np.log(x)",
    # many into fewer
    "average": "np.sum(x * y) / np.sum(y)",
    "percentile": "x[np.argsort(x)], then the element at that rank",
    "nansum": "np.sum(x[~np.isnan(x)])",
    "nanmean": "np.mean(x[~np.isnan(x)])",
    "nanmax": "np.max(x[~np.isnan(x)])",
    "nanmin": "np.min(x[~np.isnan(x)])",
    "nanvar": "np.var(x[~np.isnan(x)])",
    "nanstd": "np.std(x[~np.isnan(x)])",
    "nanprod": "np.prod(x[~np.isnan(x)])",
    "nancumsum": "np.cumsum(np.where(np.isnan(x), 0.0, x))",
    "cumulative_sum": "np.cumsum(x)",
    "ediff1d": "x[1:] - x[:-1]",
    "gradient": "(x[2:] - x[:-2]) / 2, or one-sided differences at the ends",
    "trapezoid": "np.sum(x[1:] + x[:-1]) / 2",
    "trapz": "np.sum(x[1:] + x[:-1]) / 2",
    "fsum": "np.sum(x)",
    "dist": "np.linalg.norm(x - y)",
    "sumprod": "np.sum(x * y)",
    "vector_norm": "np.linalg.norm(x)",
    "matrix_norm": "np.linalg.norm(x)",
    # joining, splitting, repeating
    "row_stack": "np.concatenate([x, y]), or np.stack([x, y]) of vectors",
    "append": "np.concatenate([x, y])",
    "block": "np.concatenate([x, y]), once for each axis",
    "concat": "np.concatenate([x, y])",
    "split": "[x[:1], x[1:]], one slice for each part",
    "array_split": "[x[:1], x[1:]], one slice for each part",
    "vsplit": "[x[:1], x[1:]], one slice for each part",
    "hsplit": "[x[..., :1], x[..., 1:]], one slice for each part",
    "dsplit": "[x[..., :1], x[..., 1:]], one slice for each part",
    "unstack": "[*x]",
    "resize": "np.reshape(x, -1)",
    # shapes
    "permute_dims": "np.transpose(x), with axes=(...)",
    "broadcast_arrays": "np.broadcast_to(x, y.shape)",
    "full": "np.broadcast_to(x, y.shape)",
    "full_like": "np.broadcast_to(x, y.shape)",
    "linspace": "x + (y - x) * np.linspace(0, 1, 5)[:, None]",
    "meshgrid": "np.broadcast_to(x, (2, *x.shape))",
    # selecting
    "choose": "np.where(x > 0, x, y)",
    "select": "np.where(x > 0, x, y)",
    "piecewise": "np.where(x > 0, x, y)",
    "sort_complex": "x[np.argsort(x)]",
    # products
    "multi_dot": "x @ y",
    "slogdet": "np.log(np.abs(x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0])), of two rows",
    # arrays of several
    **dict.fromkeys(("array", "asarray", "asanyarray", "ascontiguousarray"), "np.stack([x, y]), or x itself"),
    "fromiter": "np.stack([x, y])",
    "normal": "x + y * np.random.standard_normal(x.shape)",
    "uniform": "x + (y - x) * np.random.random(x.shape)",
    # in place
    **dict.fromkeys(("copyto", "put", "place", "putmask", "fill_diagonal"), "np.where(x > 0, x, y)"),
    "fill": "np.broadcast_to(x, y.shape)",
}


ALIASES = {
    "mod": "remainder",
    "conj": "conjugate",
    "acosh": "arccosh",
    "asinh": "arcsinh",
    "atanh": "arctanh",
    "atan2": "arctan2",
}
"""Names that NumPy, `math` or SciPy also give to functions of `WAYS`."""

MATH = {"acos": "arccos", "asin": "arcsin", "atan": "arctan"}
"""What `math` calls differently from NumPy."""


def way(name: str) -> str:
    """The nearest recorded expression for a function of this name; empty where there is none."""
    name = MATH.get(name, name)
    for op in OPS.values():
        if any(name == f.__name__ for f in op.numpy):
            return f"np.linalg.{name}" if not hasattr(np, name) else f"np.{name}"
    return f"tg.{name}" if name in OPS else WAYS.get(ALIASES.get(name, name), "")


MODULES = ("numpy", "numpy.linalg", "numpy.fft", "numpy.random", "math", "cmath", "scipy.special", "scipy.linalg")


def spelled(function: Any) -> str:
    """A function as programs write it: ``np.linalg.det``, ``scipy.special.expit``."""
    name = str(getattr(function, "__name__", type(function).__name__))
    homes = (m for m in MODULES if m in sys.modules and getattr(sys.modules[m], name, None) is function)
    home = next(homes, None) or getattr(function, "__module__", None) or ""
    if home == "builtins" or home.startswith("numpy._"):
        return name
    return f"{home}.{name}".replace("numpy.", "np.", 1).lstrip(".")


REDUCTIONS = {"add": "np.sum", "multiply": "np.prod", "maximum": "np.max", "minimum": "np.min"}
"""What ``np.add.reduce`` and its like are recorded as."""

NEAREST = {"linalg": "np.matmul, np.einsum or np.linalg.norm", "fft": "np.matmul with a matrix of cosines and sines"}
"""For functions without a way of their own, by their module."""


def refused(function: Any) -> UntracedError:
    """The error of a function that nothing records, with the nearest way that is recorded."""
    name = spelled(function)
    home = name.split(".")[-2] if "." in name else ""
    nearest = way(function.__name__) or NEAREST.get(home) or _alike(function.__name__)
    return UntracedError(f"{name} is not recorded; use {nearest}")


def _alike(name: str) -> str:
    """The recorded function whose name is nearest; np.where, which tells most cases apart, where none is near."""
    from difflib import get_close_matches  # not needed before something is refused

    names = {f.__name__ for op in OPS.values() for f in op.numpy} | {n for n in OPS}
    nearest = get_close_matches(name, sorted(names), 1, 0.75)
    return way(nearest[0]) if nearest else "arithmetic, np.where and the functions in docs/ops.md"


def refused_ufunc(ufunc: Any, method: str, options: dict[str, Any], recorded: bool) -> UntracedError:
    """The error of a method or an option of a ufunc, or of a ufunc that nothing records."""
    name = spelled(ufunc)
    if "out" in options or method == "at":
        called = f"{name}.at" if method == "at" else f"{name}(..., out=...)"
        return UntracedError(f"{called} is not recorded, and += writes into an array in place; write a = a + b instead")
    if method == "outer":
        return UntracedError(f"{name}.outer is not recorded; use {name} of x[:, None] and y")
    if method != "__call__":
        instead = REDUCTIONS.get(ufunc.__name__, "np.sum, np.prod, np.max or np.min")
        instead = "np.cumsum(x, axis=0)" if method == "accumulate" else f"{instead}(x, axis=0)"
        return UntracedError(f"{name}.{method} is not recorded; use {instead}")
    if "dtype" in options:
        return UntracedError(f"{name}(..., dtype=...) is not recorded; use {name}(...).astype(dtype)")
    if recorded:
        given = ", ".join(f"{key}=..." for key in options)
        return UntracedError(f"{name}(..., {given}) is not recorded; use np.where(mask, {name}(...), other)")
    return refused(ufunc)
