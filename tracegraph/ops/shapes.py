"""The same elements in another shape, order or type: each rule puts the cotangents back in their old places."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import OpError
from .axes import one_axis
from .op import Sample, op
from .traits import Traits

Array = Any


def _reshaped(g: Array, y: Array, x: Array, **options: Any) -> Array:
    return np.reshape(g, np.shape(x))


def _unshaped(g: Array, y: Array, x: Array, axes: Sequence[int] | None = None) -> Array:
    return np.transpose(g, None if axes is None else np.argsort([a % np.ndim(x) for a in axes]))


@op(
    "transpose(x, axes=axes)",
    ("transpose(g, axes=inverse(axes))", _unshaped),
    numpy=np.transpose,
    symbol="ᵀ",
    traits=Traits("shape", "copy", method="spread"),
    samples=(
        Sample(((2, 3),)),
        Sample(((2, 3, 4),)),
        Sample(((2, 3, 4),), {"axes": (2, 0, 1)}),
        Sample(((3,),)),
        Sample(((2, 3, 4),), {"axes": (-1, 0, -2)}),
        Sample(((0, 3),)),
    ),
)
def transpose(x: Array, axes: Sequence[int] | None = None) -> Array:
    """The axes in another order; reversed where none is given."""
    if axes is not None:
        axes = (axes,) if isinstance(axes, int) else axes
        if sorted(one_axis("transpose", x, a) for a in axes) != list(range(np.ndim(x))):
            raise OpError(f"transpose: axes {tuple(axes)} do not name each axis of shape {np.shape(x)} once")
    return np.transpose(x, axes)


@op(
    "swapaxes(x, axis1, axis2)",
    ("swapaxes(g, axis1, axis2)", lambda g, y, x, axis1, axis2: np.swapaxes(g, axis1, axis2)),
    numpy=np.swapaxes,
    traits=Traits("shape", "copy", method="plain"),
    samples=(Sample(((2, 3, 4),), {"axis1": 0, "axis2": -1}), Sample(((2, 3),), {"axis1": 0, "axis2": 1})),
)
def swapaxes(x: Array, axis1: int, axis2: int) -> Array:
    """Two axes exchanged."""
    return np.swapaxes(x, one_axis("swapaxes", x, axis1), one_axis("swapaxes", x, axis2))


@op(
    "reshape(x, shape)",
    ("reshape_as(g, x)", _reshaped),
    numpy=np.reshape,
    traits=Traits("shape", "copy", method="spread"),
    samples=(
        Sample(((2, 3),), {"shape": (3, 2)}),
        Sample(((2, 3),), {"shape": (-1,)}),
        Sample(((),), {"shape": (1, 1)}),
        Sample(((6,),), {"shape": (2, -1)}),
        Sample(((0, 3),), {"shape": (3, 0)}),
        Sample(((1,),), {"shape": ()}),
    ),
)
def reshape(x: Array, shape: Any) -> Array:
    """The same elements, in row order, in another shape; one length may be -1, and is then what remains."""
    try:
        return np.reshape(x, shape)
    except (ValueError, TypeError):
        raise OpError(f"reshape: cannot make {_written(shape)} of {np.size(x)} elements") from None


@op(
    "flatten(x)",
    ("reshape_as(g, x)", _reshaped),
    numpy=np.ravel,
    traits=Traits("shape", "copy", method="plain"),
    samples=(Sample(((2, 3),)), Sample(((),)), Sample(((2, 0),))),
)
def flatten(x: Array) -> Array:
    """All elements in a row."""
    return np.ravel(x)


@op(
    "squeeze(x, axis=axis)",
    ("reshape_as(g, x)", _reshaped),
    numpy=np.squeeze,
    traits=Traits("shape", "copy", method="plain"),
    samples=(
        Sample(((1, 3, 1),)),
        Sample(((1, 3, 1),), {"axis": 0}),
        Sample(((1, 3, 1),), {"axis": (0, -1)}),
        Sample(((1, 1),)),
    ),
)
def squeeze(x: Array, axis: Any = None) -> Array:
    """Without axes of length 1: those given, or all."""
    if axis is not None:
        axis = tuple(one_axis("squeeze", x, a) for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))
        if long := [a for a in axis if np.shape(x)[a] != 1]:
            raise OpError(f"squeeze: axis {long[0]} of shape {np.shape(x)} has length {np.shape(x)[long[0]]}, not 1")
    return np.squeeze(x, axis)


@op(
    "expand_dims(x, axis=axis)",
    ("reshape_as(g, x)", _reshaped),
    numpy=np.expand_dims,
    traits=Traits("shape", "copy", method="plain"),
    samples=(Sample(((3,),), {"axis": 0}), Sample(((2, 3),), {"axis": (0, -1)}), Sample(((),), {"axis": 0})),
)
def expand_dims(x: Array, axis: Any) -> Array:
    """With new axes of length 1 at the given places of the result."""
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return np.expand_dims(x, tuple(one_axis("expand_dims", x, a, extra=len(axes)) for a in axes))


@op(
    "broadcast_to(x, shape)",
    ("g", lambda g, y, x, shape: g),
    numpy=np.broadcast_to,
    traits=Traits("arrange", "copy"),
    samples=(
        Sample(((3,),), {"shape": (2, 3)}),
        Sample(((2, 1),), {"shape": (4, 2, 3)}),
        Sample(((),), {"shape": (2,)}),
        Sample(((1, 3),), {"shape": (0, 3)}),
    ),
)
def broadcast_to(x: Array, shape: Any) -> Array:
    """The same elements repeated along axes of length 1 and new leading ones."""
    try:
        return np.broadcast_to(x, shape)
    except (ValueError, TypeError):
        raise OpError(f"broadcast_to: shape {np.shape(x)} does not broadcast to {_written(shape)}") from None


def _written(shape: Any) -> str:
    return str(tuple(shape) if isinstance(shape, (list, np.ndarray)) else shape)


@op(
    "x",
    ("g", lambda g, y, x, dtype=None: np.asarray(g, np.asarray(x).dtype)[()]),
    traits=Traits("shape", "copy", keeps_axes=True),
    samples=(Sample(((3,),)), Sample(((),))),
)
def astype(x: Array, dtype: Any = None) -> Array:
    """The same numbers in another type, such as "float32"; None keeps it."""
    return np.asarray(x, dtype)[()] if dtype is None else np.asarray(x).astype(dtype)[()]
