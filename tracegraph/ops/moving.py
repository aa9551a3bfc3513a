"""Elements moved: turned round, rolled, repeated, moved to other axes.

Where each element goes is found by moving the numbers of the places in place of the elements; 0 stands for what is
filled in. So the one rule `moved_back` holds for all of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .op import Op, Rule, Sample, op
from .traits import Traits

Array = Any


def moved_back(move: Callable[..., Array]) -> Rule:
    """The rule of an op that puts elements of its input, or zeros, at the places of its result."""

    def rule(g: Array, y: Array, x: Array, **options: Any) -> Array:
        places = move(1 + np.arange(np.size(x)).reshape(np.shape(x)), **options)
        return collected(g, places, np.size(x)).reshape(np.shape(x))

    return rule


def collected(g: Array, places: Array, size: int, start: int = 0) -> Array:
    """For each of ``size`` places after ``start``, counted from 1, the sum of the cotangents that are sent there."""
    g = np.asarray(g)
    sums = np.bincount(np.ravel(places), np.ravel(g).astype(np.float64), start + size + 1)
    return sums[start + 1 : start + size + 1].astype(g.dtype)


COPIES, WITH_ZEROS = Traits("arrange", "copy"), Traits("arrange")
_SHAPE = Traits("shape", "copy")
HOME = "scatter(g, x)"
"""The formula of the way back where it has no name of its own: each cotangent to the place that its element is from."""


def moving(
    formula: str, back: str, numpy: Any, *samples: Sample, traits: Traits = COPIES
) -> Callable[[Callable[..., Array]], Op]:
    """Declare an op of one input that moves elements, by its forward function."""

    def declare(forward: Callable[..., Array]) -> Op:
        known = numpy if isinstance(numpy, tuple) else (numpy,)
        rule = (back, moved_back(forward))
        return op(formula, rule, numpy=known, samples=samples, traits=traits)(forward)

    return declare


def like(shape: tuple[int, ...], *options: dict[str, Any]) -> tuple[Sample, ...]:
    """Samples of one input of this shape, one for each set of options."""
    return tuple(Sample((shape,), o) for o in options)


@moving("flip(x, axis=axis)", "flip(g, axis=axis)", np.flip, *like((2, 3), {}, {"axis": 0}, {"axis": (0, -1)}))
def flip(x: Array, axis: Any = None) -> Array:
    """The elements in reverse order along axes, all where none is given."""
    return np.flip(x, tuple(axis) if isinstance(axis, list) else axis)


@moving("fliplr(x)", "fliplr(g)", np.fliplr, Sample(((2, 3),)), Sample(((2, 3, 2),)))
def fliplr(x: Array) -> Array:
    """The columns in reverse order."""
    return np.fliplr(x)


@moving("flipud(x)", "flipud(g)", np.flipud, Sample(((3,),)), Sample(((2, 3),)))
def flipud(x: Array) -> Array:
    """The rows in reverse order."""
    return np.flipud(x)


@moving("rot90(x, k, axes)", "rot90(g, -k, axes)", np.rot90, *like((2, 3, 4), {}, {"k": 2}, {"k": 3, "axes": (1, 2)}))
def rot90(x: Array, k: int = 1, axes: Any = (0, 1)) -> Array:
    """Turned by ``k`` right angles in the plane of two axes."""
    return np.rot90(x, k, tuple(axes))


@moving(
    "roll(x, shift, axis=axis)",
    HOME,
    np.roll,
    *like((2, 3), {"shift": 1}, {"shift": -4, "axis": 1}, {"shift": (1, 2), "axis": (0, 1)}),
)
def roll(x: Array, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Array:
    """Moved along axes; what leaves at the end comes in at the front."""
    return np.roll(x, shift, axis)


@moving(
    "repeat(x, repeats, axis=axis)",
    HOME,
    np.repeat,
    *like((2, 3), {"repeats": 2}, {"repeats": 3, "axis": 0}, {"repeats": np.array([0, 2, 1]), "axis": 1}),
    traits=Traits("arrange", "copy", method="plain"),
)
def repeat(x: Array, repeats: Any, axis: int | None = None) -> Array:
    """Each element (or each part along an axis) several times in a row; ``repeats`` may differ."""
    return np.repeat(x, repeats, axis)


@moving("tile(x, reps)", HOME, np.tile, *like((2, 3), {"reps": 2}, {"reps": (2, 1)}, {"reps": (2, 1, 3)}))
def tile(x: Array, reps: int | Sequence[int]) -> Array:
    """The whole several times side by side along each axis."""
    return np.tile(x, reps)


@moving(
    "moveaxis(x, source, destination)",
    "moveaxis(g, destination, source)",
    np.moveaxis,
    *like((2, 3, 4), {"source": 0, "destination": -1}, {"source": (0, 1), "destination": (1, 2)}),
    traits=_SHAPE,
)
def moveaxis(x: Array, source: int | Sequence[int], destination: int | Sequence[int]) -> Array:
    """Some axes moved to other places; the rest stay in their order."""
    return np.moveaxis(x, source, destination)


@moving(
    "rollaxis(x, axis, start)", HOME, np.rollaxis, *like((2, 3, 4), {"axis": 2}, {"axis": 0, "start": 2}), traits=_SHAPE
)
def rollaxis(x: Array, axis: int, start: int = 0) -> Array:
    """One axis moved backwards, until it stands before the place ``start``."""
    return np.rollaxis(x, axis, start)


@moving(
    "swapaxes(x, -1, -2)",
    "swapaxes(g, -1, -2)",
    getattr(np, "matrix_transpose", ()),
    Sample(((2, 3),)),
    Sample(((4, 2, 3),)),
    traits=_SHAPE,
)
def matrix_transpose(x: Array) -> Array:
    """The last two axes exchanged."""
    return np.swapaxes(x, -1, -2)


@moving("reshape_as(x, y)", "reshape_as(g, x)", np.atleast_1d, Sample(((),)), Sample(((2, 3),)), traits=_SHAPE)
def atleast_1d(x: Array) -> Array:
    """With an axis where there is none."""
    return np.atleast_1d(x)


@moving("reshape_as(x, y)", "reshape_as(g, x)", np.atleast_2d, Sample(((),)), Sample(((3,),)), traits=_SHAPE)
def atleast_2d(x: Array) -> Array:
    """With new axes in front until there are two: a vector is one row."""
    return np.atleast_2d(x)


@moving("reshape_as(x, y)", "reshape_as(g, x)", np.atleast_3d, Sample(((3,),)), Sample(((2, 3),)), traits=_SHAPE)
def atleast_3d(x: Array) -> Array:
    """With new axes until there are three: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1)."""
    return np.atleast_3d(x)
