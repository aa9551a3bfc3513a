"""Lists of tensors, and the arrays of objects that NumPy makes of them: their elements, still recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UntracedError
from . import leaving, values
from .tensor import Tensor

MOST = 10_000
"""Elements of a tensor that may become objects one by one."""


def parts(several: Any) -> Any:
    """The list that a list or an array of objects is the stack of; a tensor where all its elements stand in it."""
    if not isinstance(several, np.ndarray):
        return list(several)
    if (tensor := _whole(several)) is not None:
        return tensor
    return [several[i] for i in range(len(several))] if several.ndim else several[()]


def _whole(objects: np.ndarray[Any, Any]) -> Tensor | None:
    first = objects.flat[0] if objects.size else None
    parent = first.a if isinstance(first, Tensor) and first.op.traits.element == "copy" else None
    if parent is None or parent.shape != objects.shape:
        return None
    places = zip(objects.flat, np.ndindex(objects.shape), strict=True)
    same = all(type(t) is Tensor and t.a is parent and t.attrs.get("index") == place for t, place in places)
    return parent if same else None


def as_array(t: Tensor, dtype: Any, frame: Any, element: Callable[..., Tensor]) -> np.ndarray[Any, Any]:
    """The array for NumPy in place of a tensor; of a tensor inside a list, its elements as objects.

    ``element`` records one of them.
    """
    inside = frame.f_globals.get("__name__") == values.__name__
    if not t.needs and not inside:
        return np.array(t.held, dtype)
    if inside or not leaving.array(frame):
        raise leaving.refusal(frame, t.shape)
    if t.size > MOST:
        raise UntracedError(f"a list of tensors of shape {t.shape} would become objects one by one; use np.stack")
    objects = np.empty(t.size, object)
    for i, place in enumerate(np.ndindex(t.shape)):
        objects[i] = element(t, place, frame) if place else t
    return objects.reshape(t.shape)
