"""Broadcasting undone: which axes it stretched, sums over them, and the element that an element was copied from."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def stretched(to: Shape, shape: Shape) -> Shape:
    """The axes of ``to`` along which broadcasting has stretched an array of ``shape``; none where it is the larger one.

    >>> stretched((5, 4, 3), (4, 1))
    (0, 2)
    """
    extra = len(to) - len(shape)
    if extra < 0:
        return ()
    return (*range(extra), *(extra + i for i, n in enumerate(shape) if n == 1 and to[extra + i] != 1))


def unbroadcast(cotangent: Array, shape: Shape) -> Array:
    """Sum over the axes that broadcasting had stretched, back to ``shape``."""
    extra = cotangent.ndim - len(shape)
    if extra < 0 or cotangent.shape[extra:] != shape:  # it may itself be smaller, and asking costs as much as the sum
        cotangent = np.broadcast_to(cotangent, np.broadcast_shapes(cotangent.shape, shape))
    add: Any = np.add.reduce  # the method sum asks more questions first
    summed: Array = add(cotangent, axis=stretched(cotangent.shape, shape)).reshape(shape)
    return summed


def index_before(index: Shape, shape: Shape) -> Shape:
    """The index, in an array of ``shape``, of the element that broadcasting has copied to ``index``.

    >>> index_before((4, 2, 1), (3, 1))
    (2, 0)
    """
    own = index[len(index) - len(shape) :]
    return tuple(i if n > 1 else 0 for i, n in zip(own, shape, strict=True))
