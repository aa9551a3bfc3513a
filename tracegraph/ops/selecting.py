"""Elements selected: taken by number, cut out, sorted; diagonals and triangles of matrices."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .moving import HOME, WITH_ZEROS, like, moved_back, moving
from .op import Sample, op
from .traits import Traits

Array = Any
_PLACES = Traits("arrange", "copy", masks=True)


@moving(
    "take(x, indices, axis=axis)",
    HOME,
    np.take,
    *like(
        (3, 4),
        {"indices": np.array([0, 5, 5])},
        {"indices": np.array([2, 0, 2]), "axis": 1},
        {"indices": -1, "axis": 0},
        {"indices": np.array([[0, 1]]), "axis": 0, "mode": "wrap"},
    ),
    traits=Traits("arrange", "copy", masks=True, method="plain"),
)
def take(x: Array, indices: Any, axis: int | None = None, mode: Any = "raise") -> Array:
    """The elements (or the parts along an axis) of these numbers; one that is taken twice counts twice."""
    return np.take(x, indices, axis, mode=mode)


@moving(
    "take_along_axis(x, indices, axis=axis)",
    HOME,
    np.take_along_axis,
    *like(
        (3, 4),
        {"indices": np.array([[0, 1, 1, 2]]), "axis": 0},
        {"indices": np.array([[3, 3], [0, 1], [2, 0]]), "axis": 1},
        {"indices": np.array([0, 7, 7]), "axis": None},
    ),
    traits=_PLACES,
)
def take_along_axis(x: Array, indices: Any, axis: int | None = -1) -> Array:
    """For each line along an axis its own elements, by their numbers, as argsort and argmax give them."""
    return np.take_along_axis(x, np.asarray(indices), axis)


@moving(
    "compress(condition, x, axis=axis)",
    HOME,
    (),
    *like(
        (2, 3), {"condition": np.array([True, False, True])}, {"condition": np.array([False, True, True]), "axis": 1}
    ),
    traits=_PLACES,
)
def compress(x: Array, condition: Any, axis: int | None = None) -> Array:
    """The elements (or the parts along an axis) for which a row of conditions holds."""
    return np.compress(condition, x, axis)


@moving(
    "extract(condition, x)",
    HOME,
    (),
    *like((2, 3), {"condition": np.array([[True, False, True], [False, False, True]])}),
    traits=_PLACES,
)
def extract(x: Array, condition: Any) -> Array:
    """The elements at which a condition holds, in a row."""
    return np.extract(condition, x)


@moving(
    "delete(x, obj, axis=axis)",
    HOME,
    np.delete,
    *like((3, 4), {"obj": 2}, {"obj": np.array([0, 2]), "axis": 1}, {"obj": slice(1, 3), "axis": 0}),
)
def delete(x: Array, obj: Any, axis: int | None = None) -> Array:
    """Without the elements (or the parts along an axis) of these numbers."""
    return np.delete(x, obj, axis)


# --- sorted ----------------------------------------------------------------------------------------------------------


def _unsort(g: Array, y: Array, x: Array, kth: Any = None, axis: int | None = -1) -> Array:
    """Each cotangent to where its element came from: the first in order of the result is the first of the input."""
    flat = np.ravel(x) if axis is None else x
    at = -1 if axis is None else axis
    back = np.zeros_like(g)
    ordered = np.take_along_axis(np.asarray(g), np.argsort(y, at, kind="stable"), at)
    np.put_along_axis(back, np.argsort(flat, at, kind="stable"), ordered, at)
    return back.reshape(np.shape(x))


@op(
    "sort(x, axis=axis)",
    ("unsort(g, y, x, axis=axis)", lambda g, y, x, axis=-1: _unsort(g, y, x, axis=axis)),
    numpy=np.sort,
    samples=like((3, 4), {}, {"axis": 0}, {"axis": None}),
    traits=Traits("arrange", along="last"),
)
def sort(x: Array, axis: int | None = -1) -> Array:
    """The elements along an axis in rising order."""
    return np.sort(x, axis)


@op(
    "partition(x, kth, axis=axis)",
    ("unsort(g, y, x, axis=axis)", _unsort),
    numpy=np.partition,
    samples=like((3, 4), {"kth": 1}, {"kth": (0, 2), "axis": 0}, {"kth": 5, "axis": None}),
    traits=Traits("arrange"),
    analytic=False,
)
def partition(x: Array, kth: int | Sequence[int], axis: int | None = -1) -> Array:
    """The elements along an axis so that number ``kth`` has its place in the sorted order, smaller ones before it."""
    return np.partition(x, kth, axis)


# --- diagonals and triangles -----------------------------------------------------------------------------------------


@moving("diag(x, k)", HOME, np.diag, *like((3,), {}, {"k": -1}), *like((3, 4), {}, {"k": 2}), traits=WITH_ZEROS)
def diag(x: Array, k: int = 0) -> Array:
    """The diagonal of a matrix, or the matrix that has a vector on it; ``k`` counts diagonals to the right."""
    return np.diag(x, k)


@moving("diagflat(x, k)", HOME, np.diagflat, *like((2, 2), {}, {"k": 1}), traits=WITH_ZEROS)
def diagflat(x: Array, k: int = 0) -> Array:
    """The matrix that has all elements on its diagonal."""
    return np.diagflat(x, k)


@moving(
    "diagonal(x, offset, axis1, axis2)",
    HOME,
    np.diagonal,
    *like((3, 4), {}, {"offset": -1}),
    *like((2, 3, 4), {"axis1": 1, "axis2": 2}, {"offset": 1, "axis1": 2, "axis2": 0}),
    traits=Traits("arrange", "copy", method="plain"),
)
def diagonal(x: Array, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The diagonal of the matrices in two axes, as a new last axis."""
    return np.diagonal(x, offset, axis1, axis2).copy()


def _trace_back(g: Array, y: Array, x: Array, **options: Any) -> Array:
    return moved_back(diagonal.forward)(
        np.broadcast_to(np.expand_dims(g, -1), diagonal.forward(x, **options).shape), y, x, **options
    )


@op(
    "trace(x, offset, axis1, axis2)",
    (HOME, _trace_back),
    numpy=np.trace,
    samples=(*like((3, 4), {}, {"offset": -1}), *like((2, 3, 4), {"axis1": 1, "axis2": 2})),
    traits=Traits("reduction", "total"),
)
def diagonal_sum(x: Array, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The sum of the diagonal of the matrices in two axes: what NumPy calls the trace."""
    return np.trace(x, offset, axis1, axis2)


@moving("tril(x, k)", "tril(g, k)", np.tril, *like((3, 4), {}, {"k": -1}), Sample(((2, 3, 3),)), traits=WITH_ZEROS)
def tril(x: Array, k: int = 0) -> Array:
    """The lower triangle of the last two axes, up to diagonal ``k``; 0 elsewhere."""
    return np.tril(x, k)


@moving("triu(x, k)", "triu(g, k)", np.triu, *like((3, 4), {}, {"k": 1}), Sample(((2, 3, 3),)), traits=WITH_ZEROS)
def triu(x: Array, k: int = 0) -> Array:
    """The upper triangle of the last two axes, from diagonal ``k``; 0 elsewhere."""
    return np.triu(x, k)
