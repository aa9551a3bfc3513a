"""Products of matrices, vectors and batches of them."""

from math import prod
from typing import Any

import numpy as np

from ..errors import OpError
from .causes import SMALLER, inf, nan
from .op import Sample, op
from .traits import Traits

Array = Any


def _check(name: str, a: Array, b: Array) -> None:
    shapes = f"{name}: shapes {np.shape(a)} and {np.shape(b)} do not fit"
    if not np.ndim(a) or not np.ndim(b):
        raise OpError(f"{shapes}: a scalar has no axis to sum over; use a * b")
    m, n = np.shape(a)[-1], np.shape(b)[-2 if np.ndim(b) > 1 else 0]
    if m != n:
        raise OpError(f"{shapes}: {m} != {n}")
    for p, q in zip(np.shape(a)[-3::-1], np.shape(b)[-3::-1]):
        if p != q and 1 not in (p, q):
            raise OpError(f"{shapes}: batch lengths {p} != {q}; lengths must be equal or 1")


def _turned(x: Array) -> Array:
    return x.T if x.ndim == 2 else np.swapaxes(x, -1, -2)


def _left_back(g: Array, y: Array, a: Array, b: Array) -> Array:
    """``g @ b.T``; a vector stands for a column on the right of @ and for a row on the left."""
    if b.ndim == 1:
        return g * b if a.ndim == 1 else np.expand_dims(g, -1) * b
    if a.ndim == 1:
        return np.matmul(b, np.expand_dims(g, -1))[..., 0]
    return np.matmul(g, _turned(b))


def _right_back(g: Array, y: Array, a: Array, b: Array) -> Array:
    """``a.T @ g``; one matrix that serves a whole batch takes one product of the batch laid end to end."""
    if a.ndim == 1:
        return g * a if b.ndim == 1 else np.expand_dims(a, -1) * np.expand_dims(g, -2)
    if b.ndim == 1:
        return np.matmul(np.expand_dims(g, -2), a)[..., 0, :]
    if b.ndim == 2 and a.ndim > 2:
        rows = prod(a.shape[:-1])  # not -1: of no elements NumPy cannot tell
        a, g = a.reshape(rows, a.shape[-1]), g.reshape(rows, g.shape[-1])
    return np.matmul(_turned(a), g)


_CAUSES = (
    nan("0·∞ in row {row}, column {column}", lambda a, b: np.any(np.isnan(a * b))),
    nan("∞ − ∞ in row {row}, column {column}", lambda a: np.size(a) > 0),
    inf("row {row} · column {column} {over}", lambda a: np.size(a) > 0, SMALLER),
)
SUM_OF_PRODUCTS = (
    nan("0·∞ or ∞ − ∞ in a sum of products", lambda y: y != y),
    inf("a sum of products {over}", lambda y: np.isinf(y), SMALLER),
)
"""How sums of products that are not followed element by element turn NaN or infinite."""

_LEFT, _RIGHT = ("g @ b.T", _left_back), ("a.T @ g", _right_back)
_OF_VECTORS: dict[tuple[int, int], tuple[str | None, ...]] = {
    (1, 1): (None, "g * b", "g * a"),
    (2, 1): (None, "rank_one(g, b)", None),
    (1, 2): (None, None, "rank_one(a, g)"),
}
_OF_BATCHES: dict[tuple[int, int], tuple[str | None, ...]] = {
    **dict.fromkeys([(3, 3), (3, 2), (2, 3)], (None, "g @ matrix_transpose(b)", "matrix_transpose(a) @ g")),
    (3, 1): (None, "expand_dims(g, axis=-1) * b", "matvec(matrix_transpose(a), g)"),
    (1, 3): (None, "matvec(b, g)", "expand_dims(a, axis=-1) * expand_dims(g, axis=-2)"),
}
"""The formulas by the number of axes of both, 3 for any batch: those of matrices hold for matrices only."""


def _ranks(a: Array, b: Array) -> tuple[int, int]:
    return min(np.ndim(a), 3), min(np.ndim(b), 3)


_FLAT = (
    Sample(((2, 3), (3, 4))),
    Sample(((2, 3), (3,))),
    Sample(((3,), (3, 4))),
    Sample(((3,), (3,))),
    Sample(((0, 3), (3, 2))),
    Sample(((2, 0), (0, 3))),
)


@op(
    "a @ b",
    _LEFT,
    _RIGHT,
    inputs="a b",
    numpy=np.matmul,
    symbol="@",
    variants={**_OF_VECTORS, **_OF_BATCHES},
    choose=_ranks,
    traits=Traits("product", "products", operator="matmul", fold="both", singular=_CAUSES),
    samples=(
        *_FLAT,
        Sample(((2, 3, 0), (0, 4))),
        Sample(((4, 2, 3), (4, 3, 2))),
        Sample(((4, 2, 3), (3, 2))),
        Sample(((2, 3), (4, 3, 2))),
        Sample(((2, 1, 2, 3), (4, 3, 2))),
        Sample(((4, 2, 3), (3,))),
        Sample(((3,), (4, 3, 2))),
    ),
)
def matmul(a: Array, b: Array) -> Array:
    """The product of matrices ``(..., m, n) @ (..., n, p)``; leading axes are batches, vectors are 1-d."""
    _check("matmul", a, b)
    return np.matmul(a, b)


@op(
    "a @ b",
    _LEFT,
    _RIGHT,
    inputs="a b",
    numpy=np.dot,
    symbol="·",
    variants=_OF_VECTORS,
    choose=_ranks,
    samples=_FLAT,
    traits=Traits("product", "products", method="plain", singular=_CAUSES),
)
def dot(a: Array, b: Array) -> Array:
    """The product of vectors and matrices, as ``a @ b``; for more than two axes use matmul or einsum."""
    if max(np.ndim(a), np.ndim(b)) > 2:
        raise OpError(f"dot: shapes {np.shape(a)} and {np.shape(b)} have more than two axes; use matmul or einsum")
    _check("dot", a, b)
    return np.dot(a, b)


def labels(spec: Any, xs: tuple[Array, ...]) -> tuple[list[str], str]:
    """The labels of every input and of the output, written out: no blanks, no dots, the output always there."""
    if not isinstance(spec, str):
        raise OpError('einsum: the first argument is the specification, such as "ij,jk->ik"')
    left, arrow, output = spec.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(xs):
        raise OpError(f"einsum: {spec!r} names {len(terms)} inputs; {len(xs)} were given")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in spec]
    dots = [np.ndim(x) - len(t) + 3 if "..." in t else 0 for t, x in zip(terms, xs)]
    rest = "".join(spare[: max(dots)])
    terms = [t.replace("...", rest[len(rest) - max(k, 0) :]) for t, k in zip(terms, dots)]
    if not arrow:
        joined = "".join(terms)
        output = rest + "".join(sorted(c for c in set(joined) if joined.count(c) == 1 and c not in rest))
    output = output.replace("...", rest)
    for t, x in zip(terms, xs):
        if len(t) != np.ndim(x) or not (t + "a").isalpha():
            raise OpError(f"einsum: {spec!r} has {len(t)} labels for an input of shape {np.shape(x)}")
    return terms, output


def einsum_back(g: Array, y: Array, *xs: Array, spec: str, slot: int) -> Array:
    """Swap the output and this input; labels that only this input has are spread, repeated ones fill a diagonal."""
    terms, output = labels(spec, xs)
    own, x = terms[slot], np.asarray(xs[slot])
    unique = "".join(dict.fromkeys(own))
    others = [t for i, t in enumerate(terms) if i != slot]
    shared = set(output).union(*others)
    kept = "".join(c for c in unique if c in shared)
    arrays = [v for i, v in enumerate(xs) if i != slot]
    back = np.einsum(f"{','.join([output, *others])}->{kept}", g, *arrays, optimize=True)
    back = np.expand_dims(back, tuple(i for i, c in enumerate(unique) if c not in shared))
    sizes = {c: x.shape[own.index(c)] for c in unique}
    shape = [max(n, sizes[c]) if n != 0 else 0 for n, c in zip(back.shape, unique)]
    back = np.broadcast_to(back, shape)
    if len(unique) == len(own):
        return back
    whole = np.zeros(x.shape, back.dtype)
    np.einsum(f"{own}->{unique}", whole)[...] = back
    return whole


@op(
    "einsum(spec, *xs)",
    ("einsum_back(g, spec)[slot]", einsum_back),
    inputs="*xs",
    numpy=np.einsum,
    traits=Traits("product", singular=SUM_OF_PRODUCTS),
    samples=(
        Sample(((2, 3), (3, 4)), {"spec": "ij,jk->ik"}),
        Sample(((2, 3), (3, 4)), {"spec": "ij,jk"}),
        Sample(((5, 2, 3), (5, 3, 4)), {"spec": "bij,bjk->bik"}),
        Sample(((2, 3),), {"spec": "ij->ji"}),
        Sample(((2, 3),), {"spec": "ij->i"}),
        Sample(((3, 3),), {"spec": "ii->"}),
        Sample(((3, 3), (3,)), {"spec": "ii,i->i"}),
        Sample(((3,), (4,)), {"spec": "i,j->ij"}),
        Sample(((2, 3), (3, 4), (4, 2)), {"spec": "ij,jk,ki->"}),
        Sample(((5, 2, 3), (3, 4)), {"spec": "...ij,jk->...ik"}),
        Sample(((0, 3), (3,)), {"spec": "ij,j->i"}),
    ),
)
def einsum(*xs: Array, spec: str) -> Array:
    """A sum of products by the labels of axes, as NumPy's: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``."""
    terms, output = labels(spec, xs)
    return np.einsum(f"{','.join(terms)}->{output}", *xs, optimize=len(xs) > 1)
