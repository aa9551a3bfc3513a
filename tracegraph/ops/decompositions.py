"""Factors and values of matrices: Cholesky, QR, eigenvalues, singular values; leading axes are batches.

A decomposition has one op for each of its results: the gradient of several is the sum of what each sends back. Those
of symmetric matrices read one triangle, as NumPy's do, and send back to this one only.
"""

from typing import Any

import numpy as np

from ..errors import OpError
from .causes import nan
from .inverses import WELL, turned
from .op import Sample, op
from .traits import Traits

Array = Any

_SYMMETRIC = WELL @ WELL.T + np.diag([0.0, 1.0, 3.0])
_SAMPLES = (Sample((_SYMMETRIC,)), Sample((np.stack([_SYMMETRIC, _SYMMETRIC + np.diag([2.0, 0.0, 0.0])]),)))
_TALL = np.array([[1.0, 0.5], [-0.3, 2.0], [0.7, 0.1], [0.2, -0.4]])
_ANY = (Sample((WELL,)), Sample((_TALL,)), Sample((_TALL.T,)), Sample((np.stack([WELL, WELL.T + 1]),)))
_NOT_ALONE = nan("two values are equal, and the vectors not unique", lambda x: np.size(x) > 0)


def _triangle(whole: Array, lower: bool = True) -> Array:
    """The cotangent of a symmetric matrix on the triangle that is read, which stands for both."""
    both = whole + turned(whole)
    return np.tril(both) - _diagonal(both) / 2 if lower else np.triu(both) - _diagonal(both) / 2


def _diagonal(x: Array) -> Array:
    return x * np.eye(x.shape[-1], dtype=x.dtype)


def _cholesky_back(g: Array, y: Array, x: Array) -> Array:
    inner = turned(y) @ g
    inner = np.tril(inner) - _diagonal(inner) / 2
    left = np.linalg.solve(turned(y), inner)
    return _triangle(turned(np.linalg.solve(turned(y), turned(left))))


@op(
    "cholesky(x)",
    ("cholesky_back(g, x)", _cholesky_back),
    numpy=np.linalg.cholesky,
    samples=_SAMPLES,
    analytic=False,
    traits=Traits("function"),
)
def cholesky(x: Array) -> Array:
    """The lower triangle L with L @ L.T = x, for x symmetric and positive, of which the lower triangle is read."""
    return np.linalg.cholesky(x)


def _eigenvalues_back(g: Array, y: Array, x: Array, UPLO: Any = "L") -> Array:
    vectors = np.linalg.eigh(x, UPLO)[1]
    return _triangle((vectors * g[..., None, :]) @ turned(vectors), UPLO.upper() == "L")


@op(
    "eigvalsh(x)",
    ("eigvalsh_back(g, x)", _eigenvalues_back),
    numpy=np.linalg.eigvalsh,
    samples=(*_SAMPLES, Sample((_SYMMETRIC,), {"UPLO": "U"})),
    analytic=False,
    traits=Traits("function", neutral={"UPLO": "L"}),
)
def eigvalsh(x: Array, UPLO: Any = "L") -> Array:
    """The eigenvalues of symmetric matrices, rising; ``UPLO``: the triangle that is read, "L" or "U"."""
    return np.linalg.eigvalsh(x, UPLO)


def _eigenvectors_back(g: Array, y: Array, x: Array, UPLO: Any = "L") -> Array:
    values = np.linalg.eigvalsh(x, UPLO)
    inner = turned(y) @ g * _reciprocal(values[..., None, :] - values[..., :, None])
    return _triangle(y @ inner @ turned(y), UPLO.upper() == "L")


def _reciprocal(gaps: Array) -> Array:
    """1 / gaps; 0 on the diagonal."""
    one = np.eye(gaps.shape[-1], dtype=gaps.dtype)
    with np.errstate(divide="ignore"):
        return (1 - one) / (gaps + one)


@op(
    "eigenvectors(x)",
    ("eigenvectors_back(g, x)", _eigenvectors_back),
    samples=(*_SAMPLES, Sample((_SYMMETRIC,), {"UPLO": "U"})),
    analytic=False,
    traits=Traits("function", singular=(_NOT_ALONE,), neutral={"UPLO": "L"}),
)
def eigenvectors(x: Array, UPLO: Any = "L") -> Array:
    """The eigenvectors of symmetric matrices as columns, in the order of `eigvalsh`: the second result of `eigh`."""
    return np.linalg.eigh(x, UPLO)[1]


def _svd(x: Array) -> tuple[Array, Array, Array]:
    u, s, v = np.linalg.svd(x, full_matrices=False)
    return u, s, v


def _values_back(g: Array, y: Array, x: Array) -> Array:
    u, _, v = _svd(x)
    return (u * g[..., None, :]) @ v


@op(
    "svdvals(x)",
    ("svdvals_back(g, x)", _values_back),
    numpy=getattr(np.linalg, "svdvals", ()),
    samples=_ANY,
    analytic=False,
    traits=Traits("function"),
)
def svdvals(x: Array) -> Array:
    """The singular values of matrices, falling."""
    return np.linalg.svd(x, compute_uv=False)


def _skew(x: Array) -> Array:
    return x - turned(x)


def _left_vectors_back(g: Array, y: Array, x: Array) -> Array:
    u, s, v = _svd(x)
    squares = s * s
    inner = _skew(turned(u) @ g) * _reciprocal(squares[..., None, :] - squares[..., :, None]) * s[..., None, :]
    outside = (g - u @ (turned(u) @ g)) / s[..., None, :]
    return (u @ inner + outside) @ v


def _right_vectors_back(g: Array, y: Array, x: Array) -> Array:
    u, s, v = _svd(x)
    squares, g = s * s, turned(g)
    inner = s[..., :, None] * (_skew(v @ g) * _reciprocal(squares[..., None, :] - squares[..., :, None]))
    outside = (turned(g) - turned(g) @ turned(v) @ v) / s[..., :, None]
    return u @ (inner @ v + outside)


@op(
    "left_singular_vectors(x)",
    ("left_singular_vectors_back(g, x)", _left_vectors_back),
    samples=_ANY,
    analytic=False,
    traits=Traits("function", singular=(_NOT_ALONE,)),
)
def left_singular_vectors(x: Array) -> Array:
    """The left singular vectors as columns, in the order of `svdvals`: u of `svd` without the full matrices."""
    return _svd(x)[0]


@op(
    "right_singular_vectors(x)",
    ("right_singular_vectors_back(g, x)", _right_vectors_back),
    samples=_ANY,
    analytic=False,
    traits=Traits("function", singular=(_NOT_ALONE,)),
)
def right_singular_vectors(x: Array) -> Array:
    """The right singular vectors as rows, in the order of `svdvals`: vh of `svd` without the full matrices."""
    return _svd(x)[2]


def _tall(x: Array) -> None:
    if np.ndim(x) < 2 or np.shape(x)[-2] < np.shape(x)[-1]:
        raise OpError(f"qr: shape {np.shape(x)} has more columns than rows, for which the gradient is not recorded")


def _qr_back(x: Array, q: Array | None, r: Array | None) -> Array:
    """The adjoint for a cotangent of Q, of R, or of both (Walter, Lehmann and Lamour 2012)."""
    left, right = np.linalg.qr(x)
    inner = -turned(q) @ left if q is not None else 0
    if r is not None:
        inner = inner + right @ turned(r)
    sent = left @ (np.tril(inner) + turned(np.tril(inner, -1)))
    return turned(np.linalg.solve(right, turned(sent if q is None else q + sent)))


_FACTORS = (Sample((_TALL,)), Sample((np.stack([_TALL, _TALL[::-1] + 1]),)))


@op(
    "orthonormal_factor(x)",
    ("orthonormal_factor_back(g, x)", lambda g, y, x: _qr_back(x, g, None)),
    samples=_FACTORS,
    analytic=False,
    traits=Traits("function"),
)
def orthonormal_factor(x: Array) -> Array:
    """Q of the QR decomposition in its reduced form, for matrices with at least as many rows as columns."""
    _tall(x)
    return np.linalg.qr(x)[0]


@op(
    "triangular_factor(x)",
    ("triangular_factor_back(g, x)", lambda g, y, x: _qr_back(x, None, g)),
    samples=_FACTORS,
    analytic=False,
    traits=Traits("function"),
)
def triangular_factor(x: Array) -> Array:
    """R of the QR decomposition, for matrices with at least as many rows as columns."""
    _tall(x)
    return np.linalg.qr(x)[1]
