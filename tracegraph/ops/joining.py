"""Several tensors joined into one, as NumPy's stacking functions do it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .moving import collected
from .op import Op, Rule, Sample, op
from .traits import Traits

Array = Any


def joined_back(join: Callable[..., Array]) -> Rule:
    """The rule of an op that joins its inputs: the places of all are counted through, and joined in their place."""

    def rule(g: Array, y: Array, *xs: Array, slot: int, **options: Any) -> Array:
        ends = np.cumsum([0, *map(np.size, xs)])
        places = [np.arange(a, b).reshape(np.shape(x)) + 1 for a, b, x in zip(ends, ends[1:], xs)]
        return collected(g, join(*places, **options), np.size(xs[slot]), int(ends[slot])).reshape(np.shape(xs[slot]))

    return rule


def _joining(numpy: Any, *samples: Sample) -> Callable[[Callable[..., Array]], Op]:
    def declare(forward: Callable[..., Array]) -> Op:
        rule = ("scatter(g, xs)[slot]", joined_back(forward))
        traits = Traits("arrange", "copy")
        return op(f"{forward.__name__}(*xs)", rule, inputs="*xs", numpy=numpy, samples=samples, traits=traits)(forward)

    return declare


_VECTORS, _MATRICES = Sample(((3,), (3,))), Sample(((2, 3), (2, 3), (2, 3)))


@_joining(np.vstack, _VECTORS, _MATRICES, Sample(((3,), (2, 3))), Sample(((), ())))
def vstack(*xs: Array) -> Array:
    """One above the other: along the first axis; vectors are rows."""
    return np.vstack(xs)


@_joining(np.hstack, _VECTORS, _MATRICES, Sample(((2,), (3,))), Sample(((), ())))
def hstack(*xs: Array) -> Array:
    """Side by side: along the second axis, vectors along their only one."""
    return np.hstack(xs)


@_joining(np.dstack, _VECTORS, _MATRICES)
def dstack(*xs: Array) -> Array:
    """One behind the other: along the third axis."""
    return np.dstack(xs)


@_joining(np.column_stack, _VECTORS, _MATRICES, Sample(((2,), (2, 3))))
def column_stack(*xs: Array) -> Array:
    """Side by side; vectors are columns."""
    return np.column_stack(xs)


def _insert_back(slot: int) -> Rule:
    both = joined_back(lambda x, values, obj, axis=None: np.insert(x, obj, values, axis))
    return lambda g, y, x, values, obj, axis=None: both(g, y, x, values, slot=slot, obj=obj, axis=axis)


@op(
    "insert(x, obj, values, axis=axis)",
    ("scatter(g, x)", _insert_back(0)),
    ("scatter(g, values)", _insert_back(1)),
    inputs="x values",
    samples=(
        Sample(((4,), ()), {"obj": 1}),
        Sample(((2, 3), (3,)), {"obj": 1, "axis": 0}),
        Sample(((2, 3), (2,)), {"obj": 3, "axis": 1}),
        Sample(((4,), (2,)), {"obj": np.array([1, 3])}),
    ),
    analytic=False,
    traits=Traits("arrange", "copy"),
)
def insert(x: Array, values: Array, obj: Any, axis: int | None = None) -> Array:
    """With values put in before the elements (or the parts along an axis) of these numbers."""
    return np.insert(x, obj, values, axis)


def _put(x: Array, values: Array, indices: Any, axis: int | None = -1) -> Array:
    new = np.array(x, order="C")
    np.put_along_axis(new, np.asarray(indices), values, axis)
    return new


def _put_back(slot: int) -> Rule:
    both = joined_back(_put)
    return lambda g, y, x, values, indices, axis=-1: both(g, y, x, values, slot=slot, indices=indices, axis=axis)


@op(
    "put_along_axis(x, indices, values, axis=axis)",
    ("scatter(g, x)", _put_back(0)),
    ("scatter(g, values)", _put_back(1)),
    inputs="x values",
    samples=(
        Sample(((2, 3), (2, 1)), {"indices": np.array([[1], [2]])}),
        Sample(((3, 2), (1, 2)), {"indices": np.array([[1, 0]]), "axis": 0}),
        Sample(((2, 3), ()), {"indices": np.array([0, 4]), "axis": None}),
    ),
    analytic=False,
    traits=Traits("arrange", "copy", masks=True),
)
def put_along_axis(x: Array, values: Array, indices: Any, axis: int | None = -1) -> Array:
    """A copy in which, for each line along an axis, values stand at their own places, as argmax gives them.

    What NumPy's function of this name does in place. Of several values for one place the last one stays.
    """
    return _put(x, values, indices, axis)
