"""What makes tensors act as numbers and arrays: operators and methods from the registry, and NumPy's protocols."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UntracedError
from ..ops.op import OPS, Op
from . import lists
from .call import apply, call, freeze, function, recorded, stacked
from .leaves import lift
from .questions import QUESTIONS, answer
from .record import NO_ATTRS, current_scope
from .tensor import Recorded, Refused, Tensor, ids
from .values import NO_COMPLEX, Held, settle
from .ways import refused, refused_ufunc

if TYPE_CHECKING:
    from .backward import Gradients

_frame = sys._getframe
_Operands = (int, float, list, tuple, np.ndarray, np.generic, Refused)


def _operator(op: Op, compute: Callable[..., Any], reflected: bool = False) -> Callable[..., Any]:
    """A Python operator. Making the record is inlined here because every scalar program takes this path."""

    def method(a: Tensor, b: Any) -> Any:
        if type(b) is not Tensor:
            if not isinstance(b, _Operands):
                if isinstance(b, complex):
                    raise UntracedError(f"{op.name}: unsupported operand type: {NO_COMPLEX}")
                return NotImplemented
            try:
                b = lift(b)
            except Held:
                b = stacked(b, _frame(1))
        if reflected:
            a, b = b, a
        try:
            value = compute(a.held, b.held)
        except (ArithmeticError, ValueError, TypeError):
            value = None
        if type(value) is not float:
            return _array_result(op, a, b, value, _frame(1))
        t = Tensor()
        t.held = value
        t.a = a
        t.b = b
        details = current_scope()[op]
        t.details = details if a.details.needs or b.details.needs else details.no_grad
        t.grad = None
        frame = _frame(1)
        t.code = frame.f_code
        t.lasti = frame.f_lasti
        t.id = next(ids)
        return t

    return method


def _operators(op: Op) -> dict[str, Any]:
    """The special methods of an op that is an operator of Python; with two operands also the reflected one."""
    name = op.traits.operator
    if len(op.inputs) == 1:
        return {f"__{name}__": function(op)}
    compute = getattr(operator, name)
    reflected = {f"__r{name}__": _operator(op, compute, reflected=True)} if op.vjps else {}
    return {f"__{name}__": _operator(op, compute), **reflected}


def _array_result(op: Op, a: Tensor, b: Tensor, value: Any, frame: Any) -> Tensor:
    """The record of an operator whose result is no float; the op itself runs where Python's operator gave no array."""
    if isinstance(value, np.ndarray):
        return recorded(op, settle(value), (a, b), NO_ATTRS, frame)
    return apply(op, (a, b), NO_ATTRS, frame)


def _array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    op = UFUNCS.get(ufunc)
    if op is not None and method == "__call__" and not kwargs:
        return call(op, inputs, {}, _frame(1))
    if ufunc in QUESTIONS or not _takes_gradient((*inputs, *kwargs.values())):
        return answer(getattr(ufunc, method), inputs, kwargs)
    raise refused_ufunc(ufunc, method, kwargs, op is not None)


def _array_function(self: Tensor, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
    op = FUNCTIONS.get(func)
    if op is not None and not (func is np.where and len(args) == 1):  # np.where(mask) asks where the mask is true
        return call(op, args, kwargs, _frame(1))
    carried = args[1:] if func is np.full_like else args
    if func in QUESTIONS or func is np.where or not _takes_gradient((*carried, *kwargs.values())):
        return answer(func, args, kwargs)
    raise refused(func)


def _takes_gradient(values: Any) -> bool:
    return any(
        t.needs if isinstance(t, Recorded) else isinstance(t, (list, tuple)) and _takes_gradient(t) for t in values
    )


def _array(self: Tensor, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
    return lists.as_array(self, dtype, _frame(1), _element)


def _element(t: Tensor, place: tuple[int, ...], frame: Any) -> Tensor:
    return apply(OPS["getitem"], (t,), {"index": place}, frame)


def _getitem(self: Tensor, index: Any) -> Tensor:
    return apply(OPS["getitem"], (self,), {"index": freeze(OPS["getitem"], index)}, _frame(1))


def _spreading(op: Op) -> Callable[..., Tensor]:
    """A method that takes ``t.reshape(2, 3)`` as well as ``t.reshape((2, 3))``."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return call(op, (self, args) if len(args) > 1 else (self, *args), kwargs, _frame(1))

    method.__name__, method.__doc__ = op.name, op.doc
    return method


def _transposed(self: Tensor) -> Tensor:
    """The transpose."""
    return call(OPS["transpose"], (self,), {}, _frame(1))


def backward(self: Tensor, seed: Any = None) -> Gradients:
    """Differentiate this tensor; fill ``grad`` of every tensor that a gradient reaches.

    ``seed`` is the cotangent of this tensor, of its shape; it is needed unless there is one element only.
    """
    from .backward import backward as differentiate  # when it is first called: recording alone does not need it

    return differentiate(self, seed)


UFUNCS: dict[Any, Op] = {f: o for o in OPS.values() for f in o.numpy if isinstance(f, np.ufunc)}
FUNCTIONS: dict[Any, Op] = {f: o for o in OPS.values() for f in o.numpy if not isinstance(f, np.ufunc)}


def _equip() -> None:
    """Give tensors their operators and methods, made from the registry, and NumPy's protocols."""
    members: dict[str, Any] = {}
    for op in OPS.values():
        of_objects = any(isinstance(f, np.ufunc) and f.nin == 1 for f in op.numpy)  # NumPy asks elements for it
        if op.traits.method or of_objects:
            members[op.name] = _spreading(op) if op.traits.method == "spread" else function(op)
        if op.traits.operator:
            members.update(_operators(op))
    members.update(__getitem__=_getitem, T=property(_transposed), backward=backward)
    members.update(__array_ufunc__=_array_ufunc, __array_function__=_array_function, __array__=_array)
    for name, member in members.items():
        setattr(Tensor if name == "__getitem__" else Recorded, name, member)


_equip()
