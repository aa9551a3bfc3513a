"""A value together with the record of the operation that computed it.

A tensor links to its inputs and to nothing else: no closure, no set, no link back, so a whole computation is freed by
reference counts as soon as its last tensor is let go. Ids come from one counter, so that the order of creation is a
topological order and no walk over a user's graph ever recurses.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import OpError, UntracedError
from ..ops.op import Op
from . import leaving, reads
from .answers import Answers
from .record import Details
from .values import NO_COMPLEX, Value, is_float

if TYPE_CHECKING:
    from .signatures import Methods
else:
    Methods = object  # operators.py adds them: most come from the registry

MEANS = "numpy._core._methods"
"""Where NumPy turns the mean of objects into a plain number if they tell their dtype."""

ids = count()
_frame = sys._getframe


class Recorded(Answers, Methods):
    """A tensor without indexing, which `Tensor` adds.

    Most of what a small operation costs is the work of Python's garbage collector, which walks all that a record
    holds: hence few slots, the first two inputs without a tuple around them, and `Details` that are shared.
    """

    __slots__ = ("held", "a", "b", "details", "grad", "code", "lasti", "id")
    __hash__ = object.__hash__

    held: Value  # what the property `value` returns; reading the slot costs half
    a: Tensor | None
    b: Tensor | None
    details: Details
    grad: Value
    code: Any
    lasti: int
    id: int

    @property
    def value(self) -> Value:
        """The number or the read-only array, as it was at the time of the operation."""
        if reads.reading() is not None:
            reads.note(self)
        return self.held

    @value.setter
    def value(self, new: Value) -> None:
        raise OpError(
            "value: a recorded value cannot be replaced; make the next parameter, "
            "w = tg.parameter(w.value - 0.1 * w.grad), or let tg.optim.SGD(lr=0.1).step(loss, [w]) make it"
        )

    @property
    def op(self) -> Op:
        """The operation that computed it."""
        return self.details.op

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The operands of the operation, in the order of its slots."""
        if self.a is None:
            return self.details.extra_inputs  # of an update, which backward does not go through
        return (self.a,) if self.b is None else (self.a, self.b, *self.details.extra_inputs)

    @property
    def attrs(self) -> dict[str, Any]:
        """The options of the op, such as axis or stride."""
        return self.details.attrs

    @property
    def needs(self) -> bool:
        """Whether gradients can flow to it."""
        return self.details.needs

    @property
    def scope(self) -> str:
        """The scopes around it, outermost first, joined by ``/``."""
        return self.details.scope

    @property
    def name(self) -> str | None:
        """The name given by the program, or None."""
        return self.details.name

    @name.setter
    def name(self, name: str | None) -> None:
        d = self.details
        self.details = Details(d.op, d.needs, d.scope, d.attrs, d.extra_inputs, name, d.kind, d.callers)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes; ``()`` for a scalar."""
        return np.shape(self.held)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.size(self.held))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""
        if _frame(1).f_globals.get("__name__") == MEANS:
            raise AttributeError("dtype")
        return np.dtype(np.float64) if type(self.held) is float else np.asarray(self.held).dtype

    def conjugate(self) -> Any:
        """Itself: it is real. NumPy asks for it where a list of tensors has a variance."""
        return self

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len: a scalar tensor has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __setitem__(self, index: Any, value: Any) -> None:
        raise OpError("setitem: a recorded value cannot be changed in place; use where(mask, new, old)")

    def __pos__(self) -> Tensor:
        return restored(self)

    def __bool__(self) -> bool:
        return bool(self.held)

    def __float__(self) -> float:
        if self.details.needs:
            try:
                leaving.number(_frame(1))
            except UntracedError:
                refusal = _Refusal(self)  # noqa: F841  (lives as long as the traceback)
                raise
        return float(self.held)

    def __int__(self) -> int:
        if self.details.needs:
            try:
                leaving.number(_frame(1))
            except UntracedError:
                refusal = _Refusal(self)  # noqa: F841
                raise
        return int(self.held)

    def __index__(self) -> int:
        if is_float(self.held):
            raise UntracedError("a float is no index and no count; use int(t) for the whole number on purpose")
        return operator.index(self.held)

    def __complex__(self) -> complex:
        if self.details.needs:
            raise UntracedError(f"complex: {NO_COMPLEX}")
        return complex(self.held)

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        grad = "" if self.grad is None else f", grad={_short(self.grad)}"
        return f"Tensor({_short(self.held)}, {self.op.name}{name}{grad})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from .shown import forms

        return forms(self, include, exclude)


class Tensor(Recorded):
    """A recorded value.

    ``value``: float or read-only array. ``op``, ``inputs``, ``attrs``: the operation that computed it. ``grad``: its
    gradient after `backward`, None where no gradient reaches it. ``needs``: whether gradients can flow to it. ``name``,
    ``scope``, and ``code`` with ``lasti``: the place in the program that recorded it.
    """

    __slots__ = ()


class Refused(Recorded):
    """A scalar tensor while an error of `float` passes through NumPy.

    NumPy replaces the error of any object with ``__getitem__`` by "setting an array element with a sequence"; this
    class has none, so that our error reaches the user.
    """

    __slots__ = ()


class _Refusal:
    """Keeps a scalar tensor a `Refused` for as long as the error is being handled."""

    def __init__(self, refused: Any) -> None:
        self.refused: Any = refused
        if not refused.shape:
            self.refused.__class__ = Refused

    def __del__(self) -> None:
        restored(self.refused)


def restored(refused: Any) -> Tensor:
    """A refused tensor as a tensor again, the same object; a tensor as it is."""
    refused.__class__ = Tensor
    tensor: Tensor = refused
    return tensor


def _short(value: Value) -> str:
    return np.array2string(np.asarray(value), precision=4, threshold=20, separator=", ")


def record(value: Value, details: Details, a: Tensor | None, b: Tensor | None, frame: Any) -> Tensor:
    """A new tensor with its first two inputs; ``frame`` is that of the program's line."""
    t = Tensor()
    t.held = value
    t.a = a
    t.b = b
    t.details = details
    t.grad = None
    if frame is None:
        t.code = None
        t.lasti = -1
    else:
        t.code = frame.f_code
        t.lasti = frame.f_lasti
    t.id = next(ids)
    return t
