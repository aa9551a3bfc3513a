"""A value together with the record of the operation that made it.

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
from . import leaving
from .answers import Answers
from .created import watching
from .record import Details, current_scope, scope
from .values import NO_COMPLEX, Value, is_float, own, settle

if TYPE_CHECKING:
    from .backward import Gradients
    from .signatures import Methods
else:
    Methods = object  # operators and methods come from the registry, in call.py

__all__ = [
    "CONSTANT",
    "INPUT",
    "PARAMETER",
    "Tensor",
    "Value",
    "constant",
    "is_float",
    "lift",
    "parameter",
    "record",
    "scope",
    "settle",
    "tensor",
]

INPUT, PARAMETER, CONSTANT = (Op(role, "", (), {}, lambda: None, (), "") for role in ("input", "parameter", "constant"))

MEANS = ("numpy._core._methods", "numpy.core._methods")
"""Where NumPy turns the mean of objects into a plain number if they tell their dtype."""

ids = count()
_frame = sys._getframe


class Recorded(Answers, Methods):
    """All of a tensor but the brackets.

    Most of what a small operation costs is the work of Python's garbage collector, which walks all that a record
    holds: hence few slots, the first two inputs without a tuple around them, and `Details` that are shared.
    """

    __slots__ = ("held", "a", "b", "details", "grad", "code", "lasti", "id")
    __hash__ = object.__hash__

    held: Value  # what `value` shows: asked for directly, it costs half
    a: Tensor | None
    b: Tensor | None
    details: Details
    grad: Value
    code: Any
    lasti: int
    id: int

    def backward(self, seed: Any = None) -> Gradients:
        """Differentiate this tensor; fill ``grad`` of every tensor that a gradient reaches.

        ``seed`` is the cotangent of this tensor, of its shape; it is needed unless there is one element only.
        """
        from .backward import backward

        this: Any = self
        return backward(this, seed)

    @property
    def value(self) -> Value:
        """The number or the read-only array; it stays what it was when the record was made."""
        return self.held

    @value.setter
    def value(self, new: Value) -> None:
        raise OpError(
            "value: a recorded value cannot be replaced; make the next parameter, "
            "w = tg.parameter(w.value - 0.1 * w.grad), or let tg.optim.SGD(lr=0.1).step(loss, [w]) make it"
        )

    @property
    def op(self) -> Op:
        """The operation that made it."""
        return self.details.op

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors that it was made from."""
        if self.a is None:
            return self.details.more  # of an update: no walk back goes through it
        return (self.a,) if self.b is None else (self.a, self.b, *self.details.more)

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
        """The name it was given."""
        return self.details.name

    @name.setter
    def name(self, name: str | None) -> None:
        d = self.details
        self.details = Details(d.op, d.needs, d.scope, d.attrs, d.more, name, d.pull)

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
        if _frame(1).f_globals.get("__name__") in MEANS:
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
        return lift(self)

    def __bool__(self) -> bool:
        return bool(self.held)

    def __float__(self) -> float:
        if self.details.needs:
            try:
                leaving.number(_frame(1))
            except UntracedError:
                back = _Back(self)  # noqa: F841  (lives as long as the traceback)
                raise
        return float(self.held)

    def __int__(self) -> int:
        if self.details.needs:
            try:
                leaving.number(_frame(1))
            except UntracedError:
                back = _Back(self)  # noqa: F841
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

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self.a is not None or self.details.more:
            raise OpError(
                f"pickle, copy: the result of {self.op.name} is a whole record; keep tg.trace(t).save('run.tgraph'), "
                "and pickle or copy parameters, which can go on elsewhere"
            )
        d = self.details
        return _leaf_again, (d.op.name, self.held, d.needs, d.scope, d.name, self.grad)

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        grad = "" if self.grad is None else f", grad={_short(self.grad)}"
        return f"Tensor({_short(self.held)}, {self.op.name}{name}{grad})"


class Tensor(Recorded):
    """A recorded value.

    ``value``: float or read-only array. ``op``, ``inputs``, ``attrs``: the operation that made it. ``grad``: its
    gradient after `backward`, None where none arrives. ``needs``: whether gradients can flow to it. ``name``,
    ``scope``, and ``code`` with ``lasti``: the place in the program that made it.
    """

    __slots__ = ()


class Refused(Recorded):
    """A scalar tensor while an error of `float` passes through NumPy.

    In place of any error of what has brackets, NumPy says "setting an array element with a sequence"; ours arrives
    only of what has none.
    """

    __slots__ = ()


class _Back:
    """Makes a refused tensor a tensor again, when the error has been dealt with."""

    def __init__(self, refused: Any) -> None:
        self.refused: Any = refused
        if not refused.shape:
            self.refused.__class__ = Refused

    def __del__(self) -> None:
        _again(self.refused)


def _again(refused: Any) -> Tensor:
    refused.__class__ = Tensor
    tensor: Tensor = refused
    return tensor


def _short(value: Value) -> str:
    return np.array2string(np.asarray(value), precision=4, threshold=20, separator=", ")


def tensor(value: Any, name: str | None = None) -> Tensor:
    """An input of the computation: a copy of a number, a (nested) list or an array.

    Python numbers and lists become float64; arrays keep their type. Gradients flow to float tensors only.
    """
    return _leaf(INPUT, own("input", value), name, _frame(1))


def parameter(value: Any, name: str | None = None) -> Tensor:
    """A leaf that is learned: a copy of ``value`` as float64 (float32 and float16 are kept)."""
    held = own("parameter", value)
    made = _leaf(PARAMETER, held if is_float(held) else settle(np.asarray(held, np.float64)), name, _frame(1))
    if (watch := watching()) is not None:
        watch.add(made)
    return made


def constant(value: Any, name: str | None = None) -> Tensor:
    """A leaf that takes no gradient; integers stay integers."""
    return _leaf(CONSTANT, own("constant", value, keep_int=True), name, _frame(1))


def lift(value: Any) -> Tensor:
    """A tensor as it is; anything else as a constant; `Held` of a list with tensors in it."""
    if type(value) is Tensor:
        return value
    if type(value) is Refused:
        return _again(value)
    if type(value) is not float:
        value = own("constant", value, keep_int=True)
    return record(value, current_scope()[CONSTANT].still, None, None, None)


def _leaf_again(role: str, value: Value, needs: bool, scope: str, name: str | None, grad: Value) -> Tensor:
    """A leaf from its pickle, or a copy of one."""
    op = next(op for op in (INPUT, PARAMETER, CONSTANT) if op.name == role)
    leaf = record(settle(value), Details(op, needs, scope, name=name), None, None, None)
    leaf.grad = grad
    return leaf


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


def _leaf(op: Op, value: Value, name: str | None, frame: Any) -> Tensor:
    here = current_scope()
    details = here[op] if op is not CONSTANT and is_float(value) else here[op].still
    if name is not None:
        details = Details(op, details.needs, here.name, name=str(name))
    return record(value, details, None, None, frame)
