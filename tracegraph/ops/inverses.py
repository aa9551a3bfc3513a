"""Inverses, determinants and solutions of linear systems; leading axes are batches."""

from typing import Any

import numpy as np

from .causes import inf, nan
from .op import Sample, op
from .traits import Traits

Array = Any

WELL = np.array([[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [-0.1, 0.7, 1.2]])
"""A matrix far from singular, for samples."""

_MATRICES = (Sample((WELL,)), Sample((np.stack([WELL, WELL.T + np.eye(3)]),)), Sample((np.array([[0.5]]),)))
_TALL = np.array([[1.0, 0.5], [-0.3, 2.0], [0.7, 0.1], [0.2, -0.4]])


def turned(x: Array) -> Array:
    """The transposes of the matrices in the last two axes."""
    return np.swapaxes(x, -1, -2)


def _inverse_back(g: Array, y: Array, x: Array) -> Array:
    return -turned(y) @ g @ turned(y)


@op(
    "inv(x)",
    ("-matrix_transpose(y) @ g @ matrix_transpose(y)", _inverse_back),
    numpy=np.linalg.inv,
    symbol="⁻¹",
    samples=_MATRICES,
    traits=Traits("function", singular=(inf("the inverse of a matrix near a singular one", lambda x: np.size(x) > 0),)),
)
def inv(x: Array) -> Array:
    """The inverse of matrices."""
    return np.linalg.inv(x)


def _cofactors(x: Array) -> Array:
    """The derivative of the determinant by each element, which singular matrices have too: from singular values."""
    u, s, v = np.linalg.svd(x)
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1, s[..., None, :]).prod(axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(v)
    return (u * (sign[..., None] * others)[..., None, :]) @ v


@op(
    "det(x)",
    ("g * y * inv(x).T", lambda g, y, x: np.asarray(g)[..., None, None] * _cofactors(x)),
    numpy=np.linalg.det,
    samples=(_MATRICES[0], _MATRICES[2]),
    traits=Traits("function"),
)
def det(x: Array) -> Array:
    """The determinant of matrices; the gradient is exact also where it is 0."""
    return np.linalg.det(x)


@op(
    "log(abs(det(x)))",
    ("g * inv(x).T", lambda g, y, x: np.asarray(g)[..., None, None] * turned(np.linalg.inv(x))),
    samples=(_MATRICES[0], _MATRICES[2]),
    analytic=False,
    traits=Traits(
        "function",
        logarithm=True,
        singular=(inf("logdet of a singular matrix", lambda x: np.size(x) > 0, "add a little to the diagonal"),),
    ),
)
def logabsdet(x: Array) -> Array:
    """The logarithm of the size of the determinant, which neither overflows nor vanishes: that of `slogdet`."""
    return np.linalg.slogdet(x)[1]


def _is_vector(b: Array) -> bool:
    """What NumPy solves for as one vector; anything else is a batch of matrices."""
    return np.ndim(b) == 1


def _right_back(g: Array, y: Array, a: Array, b: Array) -> Array:
    return np.linalg.solve(turned(a), g)


def _matrix_back(g: Array, y: Array, a: Array, b: Array) -> Array:
    sent = _right_back(g, y, a, b)
    if _is_vector(b):
        return -sent[..., :, None] * y[..., None, :]
    return -sent @ turned(y)


@op(
    "inv(a) @ b",
    ("-matrix_transpose(inv(a)) @ g @ matrix_transpose(y)", _matrix_back),
    ("matrix_transpose(inv(a)) @ g", _right_back),
    inputs="a b",
    numpy=np.linalg.solve,
    variants={"vector": (None, "-rank_one(inv(a).T @ g, y)", "inv(a).T @ g")},
    choose=lambda a, b: "vector" if np.ndim(a) == 2 and _is_vector(b) else "",
    samples=(Sample((WELL, (3,))), Sample((WELL, (3, 2))), Sample((np.stack([WELL, WELL.T]), (2, 3, 2)))),
    traits=Traits(
        "product", singular=(nan("a matrix near a singular one", lambda a: np.size(a) > 0, "add to its diagonal"),)
    ),
)
def solve(a: Array, b: Array) -> Array:
    """The solution x of the linear system a @ x = b."""
    return np.linalg.solve(a, b)


def pseudoinverse_back(g: Array, p: Array, x: Array) -> Array:
    """The adjoint of the pseudoinverse ``p`` of ``x`` (Golub and Pereyra 1973)."""
    left = np.eye(x.shape[-2], dtype=x.dtype) - x @ p
    right = np.eye(x.shape[-1], dtype=x.dtype) - p @ x
    up, sent = turned(p), turned(g)
    return -up @ g @ up + left @ sent @ p @ up + up @ p @ sent @ right


@op(
    "pinv(x)",
    ("pinv_back(g, x)", lambda g, y, x, rcond=None: pseudoinverse_back(g, y, x)),
    numpy=np.linalg.pinv,
    samples=(Sample((WELL,)), Sample((_TALL,)), Sample((_TALL.T,)), Sample((np.stack([_TALL, 2 * _TALL]),))),
    analytic=False,
    traits=Traits("function"),
)
def pinv(x: Array, rcond: float | None = None) -> Array:
    """The pseudoinverse of matrices; their rank must not change nearby. ``rcond``: singular values taken for 0."""
    return np.linalg.pinv(x) if rcond is None else np.linalg.pinv(x, rcond)


def _columns(v: Array) -> Array:
    return v[:, None] if v.ndim == 1 else v


def _fit_back(g: Array, y: Array, a: Array, b: Array) -> Array:
    return pseudoinverse_back(_columns(g) @ turned(_columns(b)), np.linalg.pinv(a), a)


@op(
    "pinv(a) @ b",
    ("pinv_back(g @ b.T, a)", _fit_back),
    ("pinv(a).T @ g", lambda g, y, a, b: np.linalg.pinv(a).T @ g),
    inputs="a b",
    variants={"vector": (None, "pinv_back(rank_one(g, b), a)", None)},
    choose=lambda a, b: "vector" if _is_vector(b) else "",
    samples=(Sample((_TALL, (4,))), Sample((_TALL, (4, 2))), Sample((_TALL.T, (2, 3)))),
    analytic=False,
    traits=Traits("product"),
)
def lstsq(a: Array, b: Array) -> Array:
    """The x with the least ‖a @ x − b‖, the shortest where there are several: the first result of NumPy's."""
    return np.linalg.lstsq(a, b)[0]


def _power_back(g: Array, y: Array, x: Array, power: int) -> Array:
    if power < 0:
        inverse = np.linalg.inv(x)
        return _inverse_back(_power_back(g, y, inverse, -power), inverse, x)
    back = np.zeros_like(x)
    for i in range(power):
        before, after = (np.linalg.matrix_power(x, k) for k in (i, power - 1 - i))
        back = back + turned(before) @ g @ turned(after)
    return back


@op(
    "matrix_power(x, power)",
    ("matrix_power_back(g, x, power)", _power_back),
    numpy=np.linalg.matrix_power,
    samples=tuple(Sample((WELL,), {"power": n}) for n in (0, 1, 3, -2)) + (Sample(((2, 3, 3),), {"power": 2}),),
    traits=Traits("function", rescales=True),
)
def matrix_power(x: Array, power: int) -> Array:
    """The product of ``power`` times the same matrix, of its inverse where that is negative."""
    return np.linalg.matrix_power(x, power)
