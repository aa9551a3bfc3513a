"""Decompositions with several results, norms and products, composed of recorded operations.

Each has the signature of NumPy's after ``run``, which records an operation by its name.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from ..errors import OpError
from ..ops.op import OPS
from .questions import plain

Run = Callable[..., Any]

EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")
QRResult = namedtuple("QRResult", "Q R")
SVDResult = namedtuple("SVDResult", "U S Vh")


def eigh(run: Run, a: Any, UPLO: str = "L") -> EighResult:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    return EighResult(run("eigvalsh", a, UPLO=UPLO), run("eigenvectors", a, UPLO=UPLO))


def svd(run: Run, a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Singular values, and the vectors where they are asked for."""
    values = run("svdvals", a)
    if not compute_uv:
        return values
    if full_matrices and a.shape[-1] != a.shape[-2]:
        raise OpError(f"svd: the full matrices of shape {a.shape} are not unique; give full_matrices=False")
    return SVDResult(run("left_singular_vectors", a), values, run("right_singular_vectors", a))


def qr(run: Run, a: Any, mode: str = "reduced") -> Any:
    """The factors of the QR decomposition."""
    if mode == "r":
        return run("triangular_factor", a)
    if mode != "reduced" and (mode != "complete" or a.shape[-1] != a.shape[-2]):
        raise OpError(f"qr: mode {mode!r} of shape {a.shape} is not recorded; 'reduced' and 'r' are")
    return QRResult(run("orthonormal_factor", a), run("triangular_factor", a))


def slogdet(run: Run, a: Any) -> Any:
    """The sign of the determinant, a plain number, and the logarithm of its size."""
    return np.linalg.slogdet(plain(a))._replace(logabsdet=run("logabsdet", a))


def lstsq(run: Run, a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, int, Any]:
    """The solution and the sums of squares that remain; the rank and the singular values as plain numbers."""
    _, sums, rank, values = np.linalg.lstsq(plain(a), plain(b), rcond)
    solution = run("lstsq", a, b)
    rest = run("sub", b, run("matmul", a, solution))
    squares = run("sum", run("square", rest), axis=0)
    if sums.size:
        sums = run("reshape", squares, sums.shape)
    return solution, sums, int(rank), values


def norm(run: Run, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Norms of vectors and matrices of every order."""
    axes = tuple(range(x.ndim)) if axis is None else tuple(np.atleast_1d(axis).tolist())
    if ord is None or ord == "fro" and len(axes) == 2 or ord == 2 and len(axes) == 1:
        return run("norm", x, ord=ord, axis=axis, keepdims=keepdims)
    if len(axes) == 1:
        return _of_vectors(run, x, ord, axes[0], keepdims)
    return _of_matrices(run, x, ord, axes, keepdims)


def _of_vectors(run: Run, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    sizes, kept = run("abs", x), {"axis": axis, "keepdims": keepdims}
    if ord in (np.inf, -np.inf):
        return run("max", sizes, **kept) if ord > 0 else run("min", sizes, **kept)
    if ord == 1:
        return run("sum", sizes, **kept)
    if ord == 0:
        return np.sum(plain(x) != 0, **kept).astype(x.dtype)
    return run("pow", run("sum", run("pow", sizes, float(ord)), **kept), 1 / ord)


def _of_matrices(run: Run, x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    rows, columns = (a % x.ndim for a in axes)
    if ord in (1, -1, np.inf, -np.inf):
        summed = rows if abs(ord) == 1 else columns
        sums = run("sum", run("abs", x), axis=summed, keepdims=True)
        return run("max" if ord > 0 else "min", sums, axis=(rows, columns), keepdims=keepdims)
    values = run("svdvals", run("moveaxis", x, (rows, columns), (-2, -1)))
    if ord == "nuc":
        result = run("sum", values, axis=-1)
    elif ord in (2, -2):
        result = run("max" if ord > 0 else "min", values, axis=-1)
    else:
        raise OpError(f"norm: {ord!r} is no norm of matrices; 'fro', 'nuc', 1, 2 and inf are")
    return run("expand_dims", result, (rows, columns)) if keepdims else result


def vector_norm(run: Run, x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of the elements along axes, taken for one vector."""
    if ord == 2:
        return run("norm", x, axis=axis, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axis is None else axis
    return _of_vectors(run, x, ord, axes, keepdims)


def matrix_norm(run: Run, x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of the matrices in the last two axes."""
    return norm(run, x, ord, (-2, -1), keepdims)


def multi_dot(run: Run, arrays: Sequence[Any], *, out: None = None) -> Any:
    """The product of several matrices; the first and the last may be vectors."""
    return reduce(lambda a, b: run("matmul", a, b), arrays)


def dot(run: Run, a: Any, b: Any, out: None = None) -> Any:
    """The product over the last axis of a and the last but one of b; of a scalar with anything the multiple."""
    ndims = np.ndim(plain(a)), np.ndim(plain(b))
    if 0 in ndims:
        return run("mul", a, b)
    if max(ndims) > 2:
        return run("tensordot", a, b, axes=((-1,), (-2 if ndims[1] > 1 else -1,)))
    return run("dot", a, b)


def einsum(run: Run, *operands: Any, out: None = None, optimize: Any = False, **options: Any) -> Any:
    """The sum of products; the order in which they are made does not change it."""
    return run("einsum", *operands, **options)


def over_last(run: Run, x: Any, /, *, offset: int = 0, dtype: Any = None, name: str) -> Any:
    """A function of matrices in two axes that `numpy.linalg` has for the last two."""
    return run(name, x if dtype is None else run("astype", x, np.dtype(dtype).name), offset, -2, -1)


def same(run: Run, *args: Any, name: str, **options: Any) -> Any:
    """A function that has the arguments of the operation of this name."""
    return run(name, *args, **options)


linalg: Any = np.linalg
MATRICES: dict[Any, Callable[..., Any]] = {
    linalg.eigh: eigh,
    linalg.svd: svd,
    linalg.qr: qr,
    linalg.slogdet: slogdet,
    linalg.lstsq: lstsq,
    linalg.norm: norm,
    linalg.multi_dot: multi_dot,
    np.dot: dot,
    np.einsum: einsum,
}


def _known(name: str, function: Callable[..., Any]) -> None:
    """Add a function that not every NumPy has."""
    if hasattr(linalg, name):
        MATRICES[getattr(linalg, name)] = function


_known("vector_norm", vector_norm)
_known("matrix_norm", matrix_norm)
_known("trace", partial(over_last, name="diagonal_sum"))
_known("diagonal", partial(over_last, name="diagonal"))
for _name in {*OPS} & {*linalg.__all__}:  # those that are also NumPy's own, and functions of their own here
    MATRICES.setdefault(getattr(linalg, _name), partial(same, name=_name))
