"""Operators and methods of tensors, made from the registry of operations, and NumPy's protocols."""

from __future__ import annotations

import operator
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import OpError, UntracedError
from ..ops.op import ON_DECLARATION, OPS, Op
from . import collector, compositions, lists
from .call import apply, array_result, call, freeze, function, stacked
from .generated import RECORD, Deferred, compiled
from .leaves import CONSTANT, lift
from .questions import QUESTIONS, answer
from .tensor import Recorded, Refused, Tensor
from .values import NO_COMPLEX, Held
from .ways import refused, refused_ufunc

if TYPE_CHECKING:
    from .backward import Gradients

_frame = sys._getframe
_Operands = (int, float, list, tuple, np.ndarray, np.generic, Refused)


OPERATOR = """
def {name}(self, other):
    if type(other) is not Tensor:
        if type(other) is float:
            constant = Tensor()
            constant.held = other
            constant.a = constant.b = constant.grad = constant.code = None
            constant.lasti = -1
            constant.details = current_scope()[CONSTANT].no_grad
            constant.id = next(ids)
            other = constant
        elif (other := operand(op, other, frame_at(1))) is NotImplemented:
            return other
    a, b = {operands}
    try:
        value = {value}
    except (ArithmeticError, ValueError, TypeError, MemoryError):
        value = None
    if type(value) is not float:
        return array_result(op, (a, b), value, frame_at(1))
"""
"""An operator of Python up to its value, which is computed as the op declares it; `RECORD` goes on."""


def _operator(op: Op, reflected: bool = False) -> Callable[..., Any]:
    """The method of an operator with two operands."""
    sign = re.fullmatch(r"a (\S+) b", op.formula)
    name = f"{op.traits.operator}_reflected" if reflected else op.traits.operator
    text = OPERATOR.format(
        name=name,
        operands="other, self" if reflected else "self, other",
        value=f"a.held {sign[1]} b.held" if sign else "compute(a.held, b.held)",
    )
    method: Callable[..., Any] = compiled(
        name,
        text + RECORD.format(needs="a.details.needs or b.details.needs"),
        op=op,
        compute=getattr(operator, op.traits.operator),
        operand=_operand,
        array_result=array_result,
        CONSTANT=CONSTANT,
    )
    return method


def _operand(op: Op, value: Any, frame: Any) -> Any:
    """The other operand as a tensor; NotImplemented where Python is to ask that one."""
    if not isinstance(value, _Operands):
        if isinstance(value, complex):
            raise UntracedError(f"{op.name}: unsupported operand type: {NO_COMPLEX}")
        return NotImplemented
    try:
        return lift(value)
    except Held:
        return stacked(value, frame)


def _operators(op: Op) -> dict[str, Callable[[], Any]]:
    """The special methods of an op that is an operator of Python; with two operands also the reflected one."""
    name = op.traits.operator
    if len(op.inputs) == 1:
        return {f"__{name}__": partial(function, op)}
    reflected = {f"__r{name}__": partial(_operator, op, reflected=True)} if op.vjps else {}
    return {f"__{name}__": partial(_operator, op), **reflected}


def _array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    op = BY_FUNCTION.get(ufunc) or compositions.of_scipy(ufunc)
    if kwargs and method == "__call__":
        neutral = compositions.NEUTRAL_OPTIONS
        kwargs = {k: v for k, v in kwargs.items() if not (isinstance(v, (bool, str)) and v in neutral.get(k, ()))}
    if op is not None and method == "__call__" and not kwargs:
        return call(op, inputs, {}, _frame(1))
    if (composed := compositions.of_ufunc(ufunc, method, kwargs)) is not None and _takes_gradient(inputs):
        return _compose(composed, inputs, kwargs, ufunc.__name__, _frame(1))
    if ufunc in QUESTIONS or not _takes_gradient((*inputs, *kwargs.values())):
        return answer(getattr(ufunc, method), inputs, kwargs)
    raise refused_ufunc(ufunc, method, kwargs, op is not None)


def _array_function(self: Tensor, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
    if (composed := compositions.of_function(func, kwargs)) is not None and _takes_gradient((*args, *kwargs.values())):
        return _compose(composed, args, kwargs, func.__name__, _frame(1))
    op = BY_FUNCTION.get(func)
    if op is not None and not (func is np.where and len(args) == 1):  # np.where(mask) asks where the mask is true
        return call(op, args, kwargs, _frame(1))
    carried = args[1:] if func is np.full_like else args
    if func in QUESTIONS or func is np.where or not _takes_gradient((*carried, *kwargs.values())):
        return answer(func, args, kwargs)
    raise refused(func)


def _compose(composed: Any, args: Any, kwargs: dict[str, Any], name: str, frame: Any) -> Any:
    """Run a composed function; what it records is recorded with the line of the program."""

    def run(op: str, *inputs: Any, **options: Any) -> Any:
        return call(OPS[op], inputs, options, frame)

    try:
        return composed(run, *args, **kwargs)
    except (TypeError, ValueError) as error:
        raise error if isinstance(error, (OpError, UntracedError)) else OpError(f"{name}: {error}") from None


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


def _last_transposed(self: Tensor) -> Tensor:
    """The matrices in the last two axes transposed."""
    return call(OPS["matrix_transpose"], (self,), {}, _frame(1))


def _real(self: Tensor) -> Tensor:
    """Itself: it has no imaginary part."""
    return self


def _flat(self: Tensor) -> Iterator[Tensor]:
    """The elements one by one, in row order."""
    return iter(call(OPS["flatten"], (self,), {}, _frame(1)))


def _copy(self: Tensor) -> Tensor:
    """Itself: it never changes."""
    return self


def _astype(self: Tensor, dtype: Any) -> Tensor:
    """The elements as numbers of another type."""
    return call(OPS["astype"], (self, np.dtype(dtype).name), {}, _frame(1))


def backward(self: Tensor, seed: Any = None) -> Gradients:
    """Differentiate this tensor; fill ``grad`` of every tensor that a gradient reaches.

    ``seed`` is the cotangent of this tensor, of its shape; it is needed unless there is one element only.
    """
    from .backward import backward as differentiate  # when it is first called: recording alone does not need it

    return differentiate(self, seed)


BY_FUNCTION: dict[Any, Op] = {}
"""What NumPy's functions, ufuncs among them, are recorded as."""


def _equip(op: Op) -> None:
    """Give tensors an op: as operator, as method, and behind NumPy's functions."""
    BY_FUNCTION.update(dict.fromkeys(op.numpy, op))
    of_objects = any(isinstance(f, np.ufunc) and f.nin == 1 for f in op.numpy)  # NumPy asks elements for it
    makers = _operators(op) if op.traits.operator else {}
    if op.traits.method or of_objects:
        makers[op.name] = partial(_spreading if op.traits.method == "spread" else function, op)
    for name, make in makers.items():
        setattr(Recorded, name, Deferred(Recorded, name, make))


def _equip_all() -> None:
    """Give tensors what is in the registry, now and later, and NumPy's protocols."""
    for op in OPS.values():
        _equip(op)
    ON_DECLARATION.append(_equip)
    members: dict[str, Any] = {"__getitem__": _getitem, "T": property(_transposed), "mT": property(_last_transposed)}
    members.update(real=property(_real), flat=property(_flat), conj=_copy, copy=_copy, astype=_astype)
    members.update(ravel=function(OPS["flatten"]), trace=function(OPS["diagonal_sum"]), backward=backward)
    members.update(__array_ufunc__=_array_ufunc, __array_function__=_array_function, __array__=_array)
    _put(members)


def _put(members: dict[str, Any]) -> None:
    for name, member in members.items():
        setattr(Tensor if name == "__getitem__" else Recorded, name, member)


_equip_all()
collector.watch()
