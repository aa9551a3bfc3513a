"""From a call to a record: arguments are sorted, the op runs, its result is recorded with the line that asked for it.

Here the operators, methods and functions of the registry meet Python and NumPy.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import OpError, UntracedError
from ..ops.op import OPS, Op
from ..ops.running import run_forward
from . import lists
from .bind import bind
from .questions import QUESTIONS, answer
from .record import NO_ATTRS, Details, current_scope
from .tensor import Recorded, Refused, Tensor, ids, lift, record
from .values import NO_COMPLEX, Held, Value, is_float, settle
from .ways import refused, refused_ufunc

_frame = sys._getframe
_Operands = (int, float, list, tuple, np.ndarray, np.generic, Refused)


def call(op: Op, args: Sequence[Any], kwargs: dict[str, Any], frame: Any) -> Tensor:
    """Sort the arguments of a Python call into inputs and options, and `apply`."""
    try:
        values, attrs = bind(op, args, kwargs)
        inputs = _lifted(values, frame)
        if attrs:
            attrs = {k: freeze(op, v) for k, v in attrs.items()}
            op = op.chosen(tuple([t.held for t in inputs]), attrs) if op.choose else op
        return apply(op, inputs, attrs, frame)
    except TypeError as error:
        raise error if isinstance(error, UntracedError) else OpError(f"{op.name}: {error}") from None


def _lifted(values: Sequence[Any], frame: Any) -> tuple[Tensor, ...]:
    try:
        return tuple([lift(v) for v in values])
    except Held:
        return tuple([_stacked(v, frame) for v in values])


def _stacked(value: Any, frame: Any) -> Tensor:
    """A tensor, also of a (nested) list or an array of objects with tensors in it: their stack."""
    try:
        return lift(value)
    except Held:
        several = lists.parts(value)
        return call(OPS["stack"], (several,), {}, frame) if isinstance(several, list) else _stacked(several, frame)


def apply(op: Op, inputs: tuple[Tensor, ...], attrs: dict[str, Any], frame: Any) -> Tensor:
    """Run an op on tensors and record it; ``frame`` is that of the program's line."""
    return _keep(op, settle(_run(op, [t.held for t in inputs], attrs)), inputs, attrs, frame)


def freeze(op: Op, option: Any) -> Any:
    """An option that later changes of the user's arrays and lists cannot reach."""
    if isinstance(option, np.ndarray):
        return settle(option.copy())
    if isinstance(option, (list, tuple)):
        frozen = [freeze(op, part) for part in option]
        return frozen if isinstance(option, list) else tuple(frozen)
    if type(option) is not Tensor:
        return option
    if not op.traits.masks:
        raise OpError(f"{op.name}: an option cannot be a tensor, no gradient would flow to it; give a number")
    return option.value


def _run(op: Op, values: list[Value], attrs: dict[str, Any]) -> Any:
    try:
        if op.scalar is not None and all([type(v) is float for v in values]):
            value = op.scalar(*values, **attrs)
            if type(value) is float:
                return value
    except (ArithmeticError, ValueError):
        pass  # where Python raises or turns complex, NumPy has inf and nan
    try:
        if all([type(v) in (float, int) for v in values]):
            return run_forward(op, values, attrs)
        return op.forward(*values, **attrs)
    except (ValueError, IndexError, TypeError) as error:
        if isinstance(error, OpError):
            raise
        raise OpError(misfit(op, values, error)) from error


def _keep(op: Op, value: Value, inputs: tuple[Tensor, ...], attrs: dict[str, Any], frame: Any) -> Tensor:
    needs = bool(op.vjps) and any([t.details.needs for t in inputs]) and is_float(value)
    details = Details(op, needs, current_scope().name, attrs, inputs[2:])
    return record(value, details, inputs[0], inputs[1] if len(inputs) > 1 else None, frame)


def misfit(op: Op, values: Sequence[Value], error: Exception) -> str:
    """One line that says which shapes an op could not take, and why."""
    shapes = " and ".join(str(np.shape(v)) for v in values)
    if not op.elementwise:
        return f"{op.name}: shapes {shapes} do not fit: {error}"
    axes = zip(*(reversed((1,) * (9 - np.ndim(v)) + np.shape(v)) for v in values), strict=False)
    clash = next((sorted({n for n in sizes if n != 1}) for sizes in axes if len({*sizes} - {1}) > 1), None)
    if clash is None:
        return f"{op.name}: cannot take {', '.join(type(v).__name__ for v in values)}: {error}"
    return f"{op.name}: shapes {shapes} do not fit: {' != '.join(map(str, clash))}; lengths must be equal or 1"


def function(op: Op) -> Callable[..., Tensor]:
    """The public function of an op, such as ``tg.sigmoid``; the same serves as a method."""

    public = _unary(op, op.scalar) if op.scalar and len(op.inputs) == 1 and not op.attrs else _general(op)
    options = ", ".join(f"{k}={v!r}" if v is not ... else k for k, v in op.attrs.items())
    public.__name__ = public.__qualname__ = op.name
    public.__doc__ = f"{op.name}({', '.join(filter(None, [', '.join(op.inputs), options]))})\n\n{op.doc}"
    return public


def _general(op: Op) -> Callable[..., Tensor]:
    def public(*args: Any, **kwargs: Any) -> Tensor:
        return call(op, args, kwargs, _frame(1))

    return public


def _unary(op: Op, scalar: Callable[[float], float]) -> Callable[..., Tensor]:
    """A function of one input, with a short way for floats."""

    def public(x: Any = None, *args: Any, **kwargs: Any) -> Tensor:
        if type(x) is not Tensor or args or kwargs:
            return call(op, args if x is None else (x, *args), kwargs, _frame(1))
        if type(x.held) is not float:
            return apply(op, (x,), NO_ATTRS, _frame(1))
        try:
            value = scalar(x.held)
        except (ArithmeticError, ValueError):
            return apply(op, (x,), NO_ATTRS, _frame(1))
        details = current_scope()[op]
        return record(value, details if x.details.needs else details.still, x, None, _frame(1))

    return public


def _operator(op: Op, compute: Callable[..., Any], reflected: bool = False) -> Callable[..., Any]:
    """A Python operator. The record is written out here because this is the path that every scalar program takes."""

    def method(a: Tensor, b: Any) -> Any:
        if type(b) is not Tensor:
            if not isinstance(b, _Operands):
                if isinstance(b, complex):
                    raise UntracedError(f"{op.name}: unsupported operand type: {NO_COMPLEX}")
                return NotImplemented
            try:
                b = lift(b)
            except Held:
                b = _stacked(b, _frame(1))
        if reflected:
            a, b = b, a
        try:
            value = compute(a.held, b.held)
        except (ArithmeticError, ValueError, TypeError):
            value = None
        if type(value) is not float:
            return _other(op, a, b, value, _frame(1))
        t = Tensor()
        t.held = value
        t.a = a
        t.b = b
        details = current_scope()[op]
        t.details = details if a.details.needs or b.details.needs else details.still
        t.grad = None
        frame = _frame(1)
        t.code = frame.f_code
        t.lasti = frame.f_lasti
        t.id = next(ids)
        return t

    return method


def _operators(op: Op) -> dict[str, Any]:
    """The special methods of an op that Python has an operator for; two where its operands may stand either way."""
    name = op.traits.operator
    if len(op.inputs) == 1:
        return {f"__{name}__": function(op)}
    compute = getattr(operator, name)
    reflected = {f"__r{name}__": _operator(op, compute, reflected=True)} if op.vjps else {}
    return {f"__{name}__": _operator(op, compute), **reflected}


def _other(op: Op, a: Tensor, b: Tensor, value: Any, frame: Any) -> Tensor:
    """The result of an operator that is not a float: an array, or what Python cannot or should not compute."""
    if isinstance(value, np.ndarray):
        return _keep(op, settle(value), (a, b), NO_ATTRS, frame)
    return apply(op, (a, b), NO_ATTRS, frame)


def _array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    known = UFUNCS.get(ufunc)
    if known is not None and method == "__call__" and not kwargs:
        return call(known, inputs, {}, _frame(1))
    if ufunc in QUESTIONS or not _takes_gradient((*inputs, *kwargs.values())):
        return answer(getattr(ufunc, method), inputs, kwargs)
    raise refused_ufunc(ufunc, method, kwargs, known is not None)


def _array_function(self: Tensor, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
    known = FUNCTIONS.get(func)
    if known is not None and not (func is np.where and len(args) == 1):  # alone, a condition is asked for its places
        return call(known, args, kwargs, _frame(1))
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


UFUNCS: dict[Any, Op] = {f: o for o in OPS.values() for f in o.numpy if isinstance(f, np.ufunc)}
FUNCTIONS: dict[Any, Op] = {f: o for o in OPS.values() for f in o.numpy if not isinstance(f, np.ufunc)}


def _equip() -> None:
    """Give tensors their operators and methods, made from the registry, and NumPy's protocols."""
    members: dict[str, Any] = {}
    for op in OPS.values():
        of_objects = any(isinstance(f, np.ufunc) and f.nin == 1 for f in op.numpy)  # asks each for its method
        if op.traits.method or of_objects:
            members[op.name] = _spreading(op) if op.traits.method == "spread" else function(op)
        if op.traits.operator:
            members.update(_operators(op))
    members.update(__getitem__=_getitem, T=property(_transposed))
    members.update(__array_ufunc__=_array_ufunc, __array_function__=_array_function, __array__=_array)
    for name, member in members.items():
        setattr(Tensor if name == "__getitem__" else Recorded, name, member)


_equip()
