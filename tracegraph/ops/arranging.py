"""Elements taken, joined and padded: an index, `concatenate`, `stack` and `pad`."""

import operator
from typing import Any, cast

import numpy as np

from ..errors import OpError
from .axes import one_axis
from .causes import inf, nan
from .moving import moved_back
from .op import Sample, op
from .traits import Traits

Array = Any


def _simple(index: Any) -> bool:
    """Whether an index can name no element twice, so that assigning is enough."""
    parts = index if isinstance(index, tuple) else (index,)
    if isinstance(index, np.ndarray) and index.dtype == bool:
        return True
    return all(p is None or p is Ellipsis or isinstance(p, (int, np.integer, slice)) for p in parts)


def _scatter(g: Array, y: Array, x: Array, index: Any) -> Array:
    """Zeros with the cotangents where the elements came from; elements that were taken twice get both."""
    back = np.zeros(np.shape(x), np.asarray(g).dtype)
    if _simple(index):
        back[index] = g
    else:
        np.add.at(back, index, g)
    return back


@op(
    "x[index]",
    ("scatter(g, index, x)", _scatter),
    symbol="[ ]",
    traits=Traits("arrange", "copy", masks=True),
    samples=(
        Sample(((5,),), {"index": 2}),
        Sample(((5,),), {"index": slice(None, None, -2)}),
        Sample(((3, 4),), {"index": (slice(1, None), 0)}),
        Sample(((3, 4),), {"index": (Ellipsis, None, -1)}),
        Sample(((3, 4),), {"index": np.array([0, 2, 0])}),
        Sample(((3, 4),), {"index": (np.array([0, 2, 2]), np.array([1, 3, 3]))}),
        Sample(((2, 3),), {"index": np.array([[True, False, True], [False, False, True]])}),
        Sample(((3, 4),), {"index": (np.array([True, False, True]), slice(None))}),
        Sample(((3, 4),), {"index": slice(0, 0)}),
        Sample(((),), {"index": ()}),
    ),
)
def getitem(x: Array, index: Any) -> Array:
    """The elements that ``x[index]`` takes: numbers, slices, integer arrays, masks; one taken twice counts twice."""
    try:
        return np.asarray(x)[index]
    except IndexError as error:
        raise OpError(f"getitem: shape {np.shape(x)}: {error}") from None


def _concatenated_back(g: Array, y: Array, *xs: Array, axis: int | None = 0, slot: int) -> Array:
    if axis is None:
        start = sum(map(np.size, xs[:slot]))
        return g[start : start + np.size(xs[slot])].reshape(np.shape(xs[slot]))
    start = sum(x.shape[axis] for x in xs[:slot])
    place = [slice(None)] * g.ndim
    place[axis] = slice(start, start + xs[slot].shape[axis])
    return g[tuple(place)]


@op(
    "concatenate(*xs, axis=axis)",
    ("split(g, axis=axis)[slot]", _concatenated_back),
    inputs="*xs",
    numpy=np.concatenate,
    traits=Traits("arrange", "copy"),
    samples=(
        Sample(((2,), (3,))),
        Sample(((2, 3), (1, 3))),
        Sample(((2, 3), (2, 1), (2, 2)), {"axis": 1}),
        Sample(((2, 3), (2, 1)), {"axis": -1}),
        Sample(((2, 3), (0, 3))),
        Sample(((2, 3), (2,)), {"axis": None}),
    ),
)
def concatenate(*xs: Array, axis: int | None = 0) -> Array:
    """Tensors one after the other along an axis that they have; None lays them out in a row first."""
    shapes = [np.shape(x) for x in xs]
    if axis is not None:
        place = one_axis("concatenate", xs[0], axis)
        for shape in shapes[1:]:
            if len(shape) != len(shapes[0]) or any(
                m != n for i, (m, n) in enumerate(zip(shape, shapes[0])) if i != place
            ):
                raise OpError(f"concatenate: shapes {shapes[0]} and {shape} differ in more than axis {axis}")
    return np.concatenate(xs, axis)


@op(
    "stack(*xs, axis=axis)",
    ("unstack(g, axis=axis)[slot]", lambda g, y, *xs, axis=0, slot: np.take(g, slot, axis)),
    inputs="*xs",
    numpy=np.stack,
    traits=Traits("arrange", "copy"),
    samples=(
        Sample(((), ())),
        Sample(((3,), (3,))),
        Sample(((2, 3), (2, 3), (2, 3)), {"axis": 1}),
        Sample(((2, 3), (2, 3)), {"axis": -1}),
        Sample(((0,), (0,))),
    ),
)
def stack(*xs: Array, axis: int = 0) -> Array:
    """Tensors of one shape side by side along a new axis."""
    shapes = [np.shape(x) for x in xs]
    if different := [s for s in shapes if s != shapes[0]]:
        raise OpError(f"stack: shapes {shapes[0]} and {different[0]} differ")
    return np.stack(xs, one_axis("stack", xs[0], axis, extra=1))


def _widths(x: Array, width: Any) -> tuple[tuple[int, int], ...]:
    """Elements before and after, for each axis, from a number, a pair, or a pair for each axis."""
    try:
        pairs = np.broadcast_to(np.asarray(width), (np.ndim(x), 2)).tolist()
        pairs = [(operator.index(a), operator.index(b)) for a, b in pairs]
    except (ValueError, TypeError):
        given = f"pad: width {width!r} does not fit shape {np.shape(x)}"
        raise OpError(f"{given}; give n, (before, after), or a pair for each axis") from None
    if any(n < 0 for pair in pairs for n in pair):
        raise OpError(f"pad: width {width!r} is negative; use a slice to cut")
    return tuple(pairs)


_MODES = ("edge", "reflect", "symmetric", "wrap")
"""Paddings that repeat elements; "constant" is the other one that is known."""


def _cropped(g: Array, y: Array, x: Array, width: Any, mode: str = "constant", constant_values: float = 0) -> Array:
    if mode != "constant":
        return moved_back(lambda places: np.pad(places, _widths(x, width), mode=cast(Any, mode)))(g, y, x)
    return g[tuple(slice(before, before + n) for (before, _), n in zip(_widths(x, width), np.shape(x)))]


@op(
    "pad(x, width, constant_values=constant_values)",
    ("crop(g, width)", _cropped),
    variants=dict.fromkeys(_MODES, ("pad(x, width, mode=mode)", "scatter(g, x)")),
    choose=lambda x, width, mode="constant", constant_values=0: mode,
    numpy=np.pad,
    traits=Traits(
        "arrange",
        "copy",
        keeps_axes=True,
        neutral={"mode": "constant"},
        singular=(
            nan("the padding is NaN", lambda x: np.size(x) >= 0),
            inf("the padding is infinite", lambda x: np.size(x) >= 0),
        ),
    ),
    samples=(
        Sample(((3,),), {"width": 2}),
        Sample(((2, 3),), {"width": (1, 2)}),
        Sample(((2, 0),), {"width": 1}),
        Sample(((2, 3),), {"width": ((0, 1), (2, 0)), "constant_values": 1.5}),
        *(Sample(((2, 3),), {"width": ((1, 1), (2, 1)), "mode": mode}) for mode in _MODES),
    ),
)
def pad(x: Array, width: Any, mode: str = "constant", constant_values: float = 0) -> Array:
    """With ``width`` elements around: n, (before, after), or a pair for each axis.

    ``mode``: "constant", or what repeats elements: "edge", "reflect", "symmetric", "wrap".
    """
    if mode in _MODES:
        return np.pad(x, _widths(x, width), mode=cast(Any, mode))
    if mode != "constant":
        raise OpError(f"pad: mode {mode!r} is not recorded; 'constant', {', '.join(map(repr, _MODES))} are")
    if np.ndim(constant_values):
        raise OpError("pad: constant_values must be one number")
    return np.pad(x, _widths(x, width), constant_values=constant_values)
