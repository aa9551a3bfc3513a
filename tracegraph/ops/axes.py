"""What the ops along axes share: checking an axis, and spreading a cotangent back over the axes that were reduced."""

import operator
from typing import Any

import numpy as np

from ..errors import OpError

Array = Any


def one_axis(name: str, x: Array, axis: Any, extra: int = 0) -> int:
    """The axis counted from the front; an axis that ``x`` (with ``extra`` more axes) does not have is an error."""
    ndim = np.ndim(x) + extra
    try:
        axis = operator.index(axis)
    except TypeError:
        raise OpError(f"{name}: axis must be an integer, not {axis!r}") from None
    if not -ndim <= axis < ndim:
        raise OpError(f"{name}: axis {axis} is out of range for shape {np.shape(x)}")
    return int(axis % ndim)


def all_axes(name: str, x: Array, axis: Any, keepdims: Any = False) -> tuple[int, ...]:
    """The axes that an op reduces, counted from the front: one, several, or (None) all of them."""
    if not isinstance(keepdims, (bool, np.bool_)):
        raise OpError(f"{name}: keepdims is True or False, not {keepdims!r}; give options by name")
    if axis is None:
        return tuple(range(np.ndim(x)))
    axes = tuple(one_axis(name, x, a) for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    if len(set(axes)) < len(axes):
        raise OpError(f"{name}: axis {axis} names an axis twice")
    return axes


def ufunc_axes(name: str, x: Array, axis: Any, keepdims: Any = False) -> tuple[int, ...]:
    """The axes of a reduction that NumPy makes of a ufunc: there a scalar has an axis 0, of one element."""
    if np.ndim(x) == 0 and type(axis) is int and axis in (0, -1):
        axis = None
    return all_axes(name, x, axis, keepdims)


def some(name: str, x: Array, axes: tuple[int, ...]) -> None:
    """Raise where there is nothing to reduce, for ops that have no neutral element."""
    shape = np.shape(x)
    if any(shape[a] == 0 for a in axes):
        raise OpError(f"{name}: shape {shape} has no elements along axis {', '.join(map(str, axes))}")


def count(x: Array, axis: Any) -> int:
    """How many elements one element of the result is made from."""
    shape = np.shape(x)
    if axis is None or not shape:
        return int(np.size(x))
    return int(np.prod([shape[a] for a in (axis if isinstance(axis, (tuple, list)) else (axis,))], dtype=int))


def keep(g: Array, x: Array, axis: Any, keepdims: bool) -> Array:
    """Give a reduced value its axes of length 1 back, so that it broadcasts against ``x``."""
    if keepdims or axis is None or not np.ndim(x):
        return g
    return np.expand_dims(g, tuple(axis) if isinstance(axis, list) else axis)


def spread(g: Array, x: Array, axis: Any, keepdims: bool) -> Array:
    """A reduced value at every element of ``x`` that it was made from: a view, which takes no memory."""
    return np.broadcast_to(keep(g, x, axis, keepdims), np.shape(x))
