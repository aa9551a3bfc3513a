"""Methods and operators of tensors without a derivative: they return plain numbers, booleans and text."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..errors import OpError


class Answers:
    """Methods and operators that record nothing; ``held`` is the value of the tensor."""

    __slots__ = ()

    held: Any

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        if np.ndim(self.held):
            raise OpError(f"format: {spec!r} is for one number; this tensor has shape {np.shape(self.held)}")
        return format(np.asarray(self.held).item(), spec)

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(np.equal(self.held, _plain(item))))

    def __round__(self, digits: int | None = None) -> Any:
        return np.round(self.held, digits or 0) if np.ndim(self.held) else round(np.asarray(self.held).item(), digits)

    def __trunc__(self) -> int:
        return int(self.held)

    def __and__(self, other: Any) -> Any:
        return _bits("&", np.bitwise_and, self.held, other)

    def __or__(self, other: Any) -> Any:
        return _bits("|", np.bitwise_or, self.held, other)

    def __xor__(self, other: Any) -> Any:
        return _bits("^", np.bitwise_xor, self.held, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Any:
        return _bits("~", np.invert, self.held)

    def __floordiv__(self, other: Any) -> Any:
        return np.floor_divide(self.held, _plain(other))

    def __rfloordiv__(self, other: Any) -> Any:
        return np.floor_divide(_plain(other), self.held)

    def __divmod__(self, other: Any) -> Any:
        return self // other, operator.mod(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, operator.mod(other, self)

    def any(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Whether any element is true."""
        return np.any(self.held, axis, keepdims=keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Whether all elements are true."""
        return np.all(self.held, axis, keepdims=keepdims)

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Any:
        """The place of the largest element."""
        return np.argmax(self.held, axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> Any:
        """The place of the smallest element."""
        return np.argmin(self.held, axis, keepdims=keepdims)

    def argsort(self, axis: int | None = -1) -> Any:
        """The places of the elements in rising order."""
        return np.argsort(self.held, axis)

    def nonzero(self) -> Any:
        """The places of the elements that are not zero."""
        return np.nonzero(self.held)

    def round(self, decimals: int = 0) -> Any:
        """The elements rounded, as plain numbers: the derivative is 0 wherever it exists."""
        return np.round(self.held, decimals)

    def item(self) -> Any:
        """The one element as a Python number."""
        return np.asarray(self.held).item()

    def tolist(self) -> Any:
        """The elements as a nested list of Python numbers."""
        return np.asarray(self.held).tolist()


def _plain(value: Any) -> Any:
    return value.held if isinstance(value, Answers) else value


def _bits(sign: str, function: Any, *values: Any) -> Any:
    arrays = [_plain(v) for v in values]
    try:
        return function(*arrays)
    except TypeError:
        kinds = " and ".join(str(np.asarray(a).dtype) for a in arrays)
        raise OpError(f"{sign} takes booleans or integers, not {kinds}; compare first: (t > 0) & (t < 1)") from None
