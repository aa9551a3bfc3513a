"""From a call to a record: bind the arguments, run the op, and record the result with the line of the program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import OpError, UntracedError
from ..ops.op import OPS, Op
from ..ops.running import run_arrays, run_forward
from . import lists
from .bind import bind
from .generated import RECORD, compiled
from .leaves import lift
from .record import NO_ATTRS, Details, current_scope
from .tensor import Tensor, record
from .values import Held, Value, is_float, out_of_memory, settle

_frame = sys._getframe


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
        return tuple([stacked(v, frame) for v in values])


def stacked(value: Any, frame: Any) -> Tensor:
    """A tensor, also of a (nested) list or an array of objects with tensors in it: their stack."""
    try:
        return lift(value)
    except Held:
        several = lists.parts(value)
        return call(OPS["stack"], (several,), {}, frame) if isinstance(several, list) else stacked(several, frame)


def apply(op: Op, inputs: tuple[Tensor, ...], attrs: dict[str, Any], frame: Any) -> Tensor:
    """Run an op on tensors and record it; ``frame`` is that of the program's line."""
    return recorded(op, settle(_run(op, [t.held for t in inputs], attrs)), inputs, attrs, frame)


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
    if option.needs:
        raise OpError(f"{op.name}: no gradient flows to this option; make it a tg.constant, or add or multiply it")
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
        return run_arrays(op, values, attrs)
    except (ValueError, IndexError, TypeError) as error:
        if isinstance(error, OpError):
            raise
        raise OpError(misfit(op, values, error)) from error
    except MemoryError as error:
        raise out_of_memory(op.name, error) from None


def recorded(op: Op, value: Value, inputs: tuple[Tensor, ...], attrs: dict[str, Any], frame: Any) -> Tensor:
    """The record of a result: its value, op, inputs and options, with the line of the program."""
    a, b = inputs[0], inputs[1] if len(inputs) > 1 else None
    if not attrs and type(value) is np.ndarray and value.dtype.char in "fd" and len(inputs) < 3 and not op.variadic:
        plain = current_scope()[op]
        needs = a.details.needs or b is not None and b.details.needs
        return record(value, plain.arrays if needs else plain.no_grad, a, b, frame)
    needs = bool(op.vjps) and any([t.details.needs for t in inputs]) and is_float(value)
    return record(value, Details(op, needs, current_scope().name, attrs, inputs[2:]), a, b, frame)


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


UNARY = """
def unary(x=None, *args, **kwargs):
    if type(x) is not Tensor or args or kwargs:
        return call(op, args if x is None else (x, *args), kwargs, frame_at(1))
    try:
        value = scalar(x.held) if type(x.held) is float else forward(x.held)
    except (ArithmeticError, ValueError, TypeError, MemoryError):
        value = None
    if type(value) is not float:
        return array_result(op, (x,), value, frame_at(1))
    a, b = x, None
"""
"""A function of one input up to its value; `RECORD` goes on."""


def _unary(op: Op, scalar: Callable[[float], float]) -> Callable[..., Tensor]:
    text = UNARY + RECORD.format(needs="a.details.needs")
    names = {"op": op, "scalar": scalar, "forward": op.forward, "call": call, "array_result": array_result}
    public: Callable[..., Tensor] = compiled("unary", text, **names)
    return public


def array_result(op: Op, inputs: tuple[Tensor, ...], value: Any, frame: Any) -> Tensor:
    """The record of a result that is no float; where the short way gave no array of floats, the op itself runs."""
    if type(value) is not np.ndarray or value.dtype.char not in "fd":  # float16 may need another way
        return apply(op, inputs, NO_ATTRS, frame)
    return recorded(op, settle(value), inputs, NO_ATTRS, frame)
