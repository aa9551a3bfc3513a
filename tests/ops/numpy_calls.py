"""Calls of NumPy that have a derivative, or stand in programs that do: by group, each as a function of arrays.

``V`` is a vector, ``W`` another, ``M`` and ``N`` square matrices, ``B`` a stack of matrices, ``S`` a symmetric positive
matrix, ``P`` positive numbers. A call takes the arrays that its parameters name, as tensors or plain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Call = Callable[..., Any]
_R = np.random.default_rng(5)
_ROOT = _R.uniform(0.2, 0.9, (3, 3)) + 1.5 * np.eye(3)

ARRAYS: dict[str, Any] = {
    "v": np.array([0.31, -0.72, 0.23, 0.88, -0.45, 0.57]),
    "w": np.array([0.64, 0.35, -0.81, 0.27, 0.49, -0.16]),
    "u": np.array([0.41, 0.12, 0.83, 0.25, 0.58, 0.94]),  # between 0 and 1
    "p": np.array([1.2, 0.7, 2.3, 1.6, 0.4, 3.1]),  # positive
    "m": _R.uniform(-1, 1, (3, 4)),
    "a": _ROOT,
    "b": _R.uniform(-1, 1, (3, 3)),
    "t": _R.uniform(-1, 1, (2, 3, 4)),
    "s": _ROOT @ _ROOT.T + np.diag([0.0, 1.0, 3.0]),
    "c": np.array(0.7),
    "nans": np.array([[0.4, np.nan, 0.9], [0.2, 0.6, -0.3]]),
}

_POSITIONS = {
    "v": "negative positive absolute fabs exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh square degrees "
    "radians deg2rad rad2deg sign floor ceil rint trunc conjugate sinc i0 nan_to_num real angle around cbrt",
    "p": "log log2 log10 log1p sqrt reciprocal",
    "u": "arcsin arccos arctanh",
}


def _ufuncs() -> dict[str, Call]:
    found: dict[str, Call] = {}
    for name in _POSITIONS["v"].split():
        found[name] = lambda v, f=getattr(np, name): f(v)
    for name in _POSITIONS["p"].split():
        found[name] = lambda p, f=getattr(np, name): f(p)
    for name in _POSITIONS["u"].split():
        found[name] = lambda u, f=getattr(np, name): f(u)
    found["arccosh"] = lambda p: np.arccosh(p + 1)
    for name in "add subtract multiply maximum minimum fmax fmin hypot logaddexp logaddexp2 copysign heaviside".split():
        found[name] = lambda v, w, f=getattr(np, name): f(v, w)
    for name in "divide true_divide arctan2 remainder mod fmod floor_divide".split():
        found[name] = lambda v, p, f=getattr(np, name): f(v, p)
    for name in "power float_power".split():
        found[name] = lambda p, v, f=getattr(np, name): f(p, v)
    return found


MASK = np.array([True, False, True, True, False, True])

REDUCTIONS: dict[str, Call] = {
    "sum": lambda m: np.sum(m),
    "mean": lambda m: np.mean(m, axis=0),
    "prod": lambda m: np.prod(m, axis=1),
    "max": lambda m: np.max(m, axis=0),
    "min": lambda m: np.min(m),
    "amax": lambda m: np.amax(m),
    "amin": lambda m: np.amin(m, axis=1),
    "var": lambda m: np.var(m, axis=0, ddof=1),
    "std": lambda m: np.std(m),
    "ptp": lambda m: np.ptp(m, axis=0),
    "cumsum": lambda m: np.cumsum(m, axis=1),
    "cumprod": lambda m: np.cumprod(m, axis=1),
    "median": lambda m: np.median(m, axis=1),
    "nansum": lambda nans: np.nansum(nans, axis=0),
    "nanmean": lambda nans: np.nanmean(nans, axis=1),
    "nanmax": lambda nans: np.nanmax(nans, axis=0),
    "nanmin": lambda nans: np.nanmin(nans),
    "nanvar": lambda nans: np.nanvar(nans, axis=1),
    "nanstd": lambda nans: np.nanstd(nans),
    "nanprod": lambda nans: np.nanprod(nans, axis=0),
    "nancumsum": lambda nans: np.nancumsum(nans, axis=1),
    "count_nonzero": lambda m: np.count_nonzero(m, axis=0),
    "average": lambda m, v: np.average(m, axis=1, weights=v[:4] ** 2 + 0.1),
    "sum(axis,keepdims)": lambda m: np.sum(m, axis=1, keepdims=True),
    "sum(where=)": lambda v: np.sum(v, where=MASK),
    "sum(dtype=)": lambda v: np.sum(v, dtype=np.float64),
    "mean(dtype=)": lambda m: np.mean(m, axis=0, dtype=np.float64),
    "max(initial=)": lambda m: np.max(m, axis=0, initial=0.1),
    "percentile": lambda m: np.percentile(m, 30, axis=0),
    "quantile": lambda m: np.quantile(m, [0.2, 0.9], axis=1),
    "trapezoid": lambda m, v: getattr(np, "trapezoid", None)(m, np.cumsum(v[:4] ** 2), axis=1),  # type: ignore[misc]
    "diff": lambda m: np.diff(m, 2, axis=1),
    "ediff1d": lambda m: np.ediff1d(m, to_begin=1.0),
    "gradient": lambda m: np.gradient(m)[0] + np.gradient(m)[1],
    "add.reduce": lambda m: np.add.reduce(m),
    "multiply.outer": lambda v, w: np.multiply.outer(v, w),
    "add.accumulate": lambda m: np.add.accumulate(m),
    "linalg.vector_norm": lambda m: np.linalg.vector_norm(m, axis=1, ord=3),
    "cov": lambda m: np.cov(m),
    "corrcoef": lambda m: np.corrcoef(m),
    "cumulative_sum": lambda v: np.cumulative_sum(v, include_initial=True),
}

SHAPES: dict[str, Call] = {
    "reshape": lambda m: np.reshape(m, (2, 6)),
    "reshape(order=F)": lambda m: np.reshape(m, (2, 6), order="F"),
    "ravel": lambda m: np.ravel(m),
    "transpose": lambda t: np.transpose(t, (2, 0, 1)),
    "swapaxes": lambda t: np.swapaxes(t, 0, 2),
    "moveaxis": lambda t: np.moveaxis(t, 0, -1),
    "rollaxis": lambda t: np.rollaxis(t, 2),
    "permute_dims": lambda t: np.permute_dims(t, (1, 2, 0)),
    "matrix_transpose": lambda t: np.matrix_transpose(t),
    "squeeze": lambda m: np.squeeze(m[None]),
    "expand_dims": lambda m: np.expand_dims(m, (0, 2)),
    "broadcast_to": lambda m: np.broadcast_to(m, (2, 3, 4)),
    "broadcast_arrays": lambda v, w: (
        np.broadcast_arrays(v[:, None], w[:3])[0] * np.broadcast_arrays(v[:, None], w[:3])[1]
    ),
    "atleast_1d": lambda c: np.atleast_1d(c),
    "atleast_2d": lambda v: np.atleast_2d(v),
    "atleast_3d": lambda m: np.atleast_3d(m),
}

JOINS: dict[str, Call] = {
    "concatenate": lambda a, b: np.concatenate([a, b], axis=1),
    "stack": lambda v, w: np.stack([v, w], axis=1),
    "vstack": lambda v, w: np.vstack([v, w]),
    "hstack": lambda v, w: np.hstack([v, w]),
    "dstack": lambda a, b: np.dstack([a, b]),
    "column_stack": lambda v, w: np.column_stack([v, w]),
    "append": lambda v, w: np.append(v, w),
    "block": lambda a, b: np.block([[a, b], [b, a * 2]]),
    "array([a,b])": lambda v, w: np.array([v[0] * w[1], w[2], v[3]]),
    "split": lambda v: np.split(v, 3)[1],
    "array_split": lambda v: np.array_split(v, 4)[0],
    "hsplit": lambda m: np.hsplit(m, 2)[1],
    "vsplit": lambda m: np.vsplit(m, [1])[1],
    "tile": lambda m: np.tile(m, (2, 1)),
    "repeat": lambda m: np.repeat(m, 2, axis=1),
    "roll": lambda m: np.roll(m, 1, axis=0),
    "flip": lambda m: np.flip(m, 1),
    "fliplr": lambda m: np.fliplr(m),
    "flipud": lambda m: np.flipud(m),
    "rot90": lambda m: np.rot90(m),
    "pad constant": lambda m: np.pad(m, 1),
    "pad edge": lambda m: np.pad(m, 1, mode="edge"),
    "pad reflect": lambda m: np.pad(m, ((1, 1), (2, 1)), mode="reflect"),
    "pad wrap": lambda m: np.pad(m, 2, mode="wrap"),
    "insert": lambda v, c: np.insert(v, 2, c),
    "delete": lambda v: np.delete(v, [1, 3]),
    "unstack": lambda m: np.unstack(m)[1] * np.unstack(m)[0],
    "concat": lambda v, w: np.concat([v, w]),
}

PLACES = np.array([0, 2, 1, 1, 0, 2])

SELECTIONS: dict[str, Call] = {
    "x[slice]": lambda v: v[1:4],
    "x[fancy]": lambda v: v[[0, 2, 2]],
    "x[mask]": lambda v: v[MASK],
    "take": lambda m: np.take(m, [0, 2, 2], axis=1),
    "take_along_axis": lambda m: np.take_along_axis(m, np.argsort(m, axis=1), axis=1),
    "choose": lambda v, w, u: np.choose(PLACES, [v, w, u]),
    "compress": lambda m: np.compress([True, False, True], m, axis=0),
    "extract": lambda v: np.extract(v > 0, v),
    "select": lambda v, w: np.select([v > 0.5, v < 0], [v * 2, w]),
    "where": lambda v, w: np.where(v > 0, v, w),
    "clip": lambda v: np.clip(v, -0.5, 0.5),
    "clip(array bounds)": lambda v, w: np.clip(v, w, w + 0.5),
    "sort": lambda m: np.sort(m, axis=0),
    "partition": lambda v: np.partition(v, 2),
    "diag": lambda a: np.diag(a),
    "diag(make)": lambda v: np.diag(v),
    "diagonal": lambda t: np.diagonal(t, 1, 1, 2),
    "diagflat": lambda m: np.diagflat(m, 1),
    "trace": lambda a: np.trace(a),
    "tril": lambda a: np.tril(a, 1),
    "triu": lambda a: np.triu(a),
    "interp": lambda u, v: np.interp(u, np.linspace(0.0, 1.0, 6), v),
    "piecewise-like": lambda v: np.piecewise(v, [v < 0, v >= 0], [lambda x: x * x, lambda x: 3 * x]),
    "full_like": lambda v: np.full_like(v, 2.0),
    "zeros_like": lambda v: np.zeros_like(v),
    "ones_like": lambda v: np.ones_like(v),
    "argmax then index": lambda v: v[np.argmax(v)],
    "argsort then index": lambda v: v[np.argsort(v)],
    "isnan in where": lambda nans: np.where(np.isnan(nans), 0.0, nans),
    "copy": lambda v: np.copy(v),
    "logical_and in where": lambda v: np.where(np.logical_and(v > 0, v < 0.5), v, 0.0),
    "x[np.newaxis]": lambda v: v[np.newaxis, :],
}

LINALG: dict[str, Call] = {
    "dot": lambda a, b: np.dot(a, b),
    "dot(3-d)": lambda t, m: np.dot(t, m.T),
    "matmul": lambda t, m: np.matmul(t, m.T),
    "@": lambda a, b: a @ b,
    "vdot": lambda a, b: np.vdot(a, b),
    "vecdot": lambda a, b: np.vecdot(a, b),
    "matvec": lambda t, v: np.matvec(t, v[:4]),
    "inner": lambda a, b: np.inner(a, b),
    "outer": lambda v, w: np.outer(v, w),
    "tensordot": lambda t, m: np.tensordot(t, m, ([1, 2], [0, 1])),
    "kron": lambda a, b: np.kron(a, b),
    "einsum": lambda a, b: np.einsum("ij,kj->ik", a, b),
    "einsum(optimize=)": lambda a, b: np.einsum("ij,jk,kl->il", a, b, a, optimize=True),
    "cross": lambda a, b: np.cross(a, b),
    "multi_dot": lambda a, b: np.linalg.multi_dot([a, b, a]),
    "matrix_power": lambda a: np.linalg.matrix_power(a, 3),
    "norm": lambda m: np.linalg.norm(m),
    "norm(ord=1)": lambda m: np.linalg.norm(m, 1),
    "norm(ord=inf)": lambda m: np.linalg.norm(m, np.inf),
    "norm(ord=nuc)": lambda m: np.linalg.norm(m, "nuc"),
    "det": lambda a: np.linalg.det(np.stack([a, a * 2])),
    "slogdet": lambda a: np.linalg.slogdet(np.stack([a, a * 2]))[1],
    "inv": lambda a: np.linalg.inv(a),
    "pinv": lambda m: np.linalg.pinv(m),
    "solve": lambda a, b: np.linalg.solve(a, b),
    "cholesky": lambda s: np.linalg.cholesky(s),
    "eigh": lambda s: np.linalg.eigh(s)[1] * np.linalg.eigh(s).eigenvalues,
    "eigvalsh": lambda s: np.linalg.eigvalsh(s),
    "svd": lambda m: np.sum(np.linalg.svd(m, full_matrices=False)[0]) * np.linalg.svd(m, compute_uv=False),
    "qr": lambda a: np.linalg.qr(a).Q + np.linalg.qr(a)[1],
    "lstsq": lambda m, v: np.linalg.lstsq(m.T, v[:4], rcond=None)[0],
    "linalg.trace": lambda t: np.linalg.trace(t),
    "linalg.outer": lambda v, w: np.linalg.outer(v, w),
    "linalg.matmul": lambda a, b: np.linalg.matmul(a, b),
}

SIGNALS: dict[str, Call] = {
    "fft.rfft->abs": lambda v: np.abs(np.fft.rfft(v)),
    "fft.fft->abs": lambda v: np.abs(np.fft.fft(v)),
    "fft.ifft->real": lambda v: np.real(np.fft.ifft(v)),
    "fft.fft2->abs": lambda m: np.abs(np.fft.fft2(m)),
    "fft.fftshift": lambda v: np.fft.fftshift(v),
    "convolve": lambda v, w: np.convolve(v, w[:3], "same"),
    "correlate": lambda v, w: np.correlate(v, w[:3], "full"),
    "polyval": lambda v, u: np.polyval(v, u),
    "unwrap": lambda v: np.unwrap(v * 9),
}


def _added(x: Any, y: Any) -> Any:
    x += y
    return x * x


METHODS: dict[str, Call] = {
    ".sum()": lambda m: m.sum(axis=0),
    ".mean()": lambda m: m.mean(axis=1),
    ".max()": lambda m: m.max(),
    ".min()": lambda m: m.min(axis=0),
    ".var()": lambda m: m.var(),
    ".std()": lambda m: m.std(axis=0),
    ".prod()": lambda m: m.prod(axis=0),
    ".cumsum()": lambda m: m.cumsum(axis=0),
    ".cumprod()": lambda m: m.cumprod(axis=1),
    ".ptp()": lambda m: m.ptp(axis=1) if hasattr(m, "ptp") else np.ptp(m, axis=1),
    ".ravel()": lambda m: m.ravel(),
    ".flatten()": lambda m: m.flatten(),
    ".squeeze()": lambda m: m[None].squeeze(),
    ".transpose()": lambda t: t.transpose(1, 0, 2),
    ".copy()": lambda v: v.copy(),
    ".trace()": lambda a: a.trace(),
    ".diagonal()": lambda a: a.diagonal(),
    ".conj()": lambda v: v.conj(),
    ".round()": lambda v: v.round(),
    ".T": lambda m: m.T,
    ".mT": lambda t: t.mT,
    ".reshape(a,b)": lambda m: m.reshape(4, 3),
    ".dot()": lambda a, b: a.dot(b),
    ".clip()": lambda v: v.clip(-0.5, 0.5),
    ".swapaxes()": lambda t: t.swapaxes(0, 1),
    ".astype(float)": lambda v: v.astype(float),
    ".take()": lambda v: v.take([0, 3, 3]),
    ".repeat()": lambda v: v.repeat(2),
    ".item()": lambda c: c.item(),
    "x += y": lambda v, w: _added(v * 1, w),
    "x // y": lambda v, p: v // p,
    "x % y": lambda v, p: v % p,
    "divmod": lambda v, p: divmod(v, p)[1],
    ".real": lambda v: v.real,
    ".flat iteration": lambda v: sum(x * x for x in v.flat),
    "float32": lambda v: v.astype(np.float32) * np.float32(2),
}

CALLS: dict[str, dict[str, Call]] = {
    "ufuncs": _ufuncs(),
    "reduction": REDUCTIONS,
    "shape": SHAPES,
    "join": JOINS,
    "index": SELECTIONS,
    "linalg": LINALG,
    "signal": SIGNALS,
    "method": METHODS,
}
"""Group by group."""
