"""Leaves: the inputs, parameters and constants that a computation starts from, made of numbers, lists and arrays."""

from __future__ import annotations

import copyreg
import sys
from typing import Any

import numpy as np

from ..errors import OpError
from ..ops.op import Op
from . import replacing
from .callers import callers
from .created import watching
from .record import Details, current_scope
from .tensor import Refused, Tensor, record, restored
from .values import Value, is_float, own, settle

INPUT, PARAMETER, CONSTANT = (Op(role, "", (), {}, lambda: None, (), "") for role in ("input", "parameter", "constant"))
"""The ops of leaves: they say the role, and compute nothing."""

_frame = sys._getframe


def tensor(value: Any, name: str | None = None) -> Tensor:
    """An input of the computation: a copy of a number, a (nested) list or an array.

    Python numbers and lists become float64; arrays keep their type. Gradients flow to float tensors only.
    """
    return _noted(_leaf(INPUT, own("input", value), name, _frame(1)), value)


def parameter(value: Any, name: str | None = None) -> Tensor:
    """A leaf that is learned: a copy of ``value`` as float64 (float32 and float16 are kept)."""
    number = own("parameter", value)
    leaf = _leaf(PARAMETER, number if is_float(number) else settle(np.asarray(number, np.float64)), name, _frame(1))
    if name is None:
        d = leaf.details
        leaf.details = Details(d.op, d.needs, d.scope, callers=callers(_frame(1)))
    if (watch := watching()) is not None:
        watch.add(leaf)
    return leaf


def constant(value: Any, name: str | None = None) -> Tensor:
    """A leaf that takes no gradient; integers stay integers."""
    return _noted(_leaf(CONSTANT, own("constant", value, keep_int=True), name, _frame(1)), value)


def lift(value: Any) -> Tensor:
    """A tensor as it is; anything else as a constant; `Held` of a list with tensors in it."""
    if type(value) is Tensor:
        return value
    if type(value) is Refused:
        return restored(value)
    if type(value) is float:
        return record(value, current_scope()[CONSTANT].no_grad, None, None, None)
    leaf = record(own("constant", value, keep_int=True), current_scope()[CONSTANT].no_grad, None, None, None)
    return _noted(leaf, value)


def _noted(leaf: Tensor, value: Any) -> Tensor:
    """The leaf, after whoever watches has looked whether it is a copy of a tensor."""
    if (watch := watching()) is not None:
        watch.made(leaf, value)
    return leaf


def _leaf(op: Op, value: Value, name: str | None, frame: Any) -> Tensor:
    value = value if replacing.number is None else replacing.number(op.name, value)
    here = current_scope()
    details = here[op] if op is not CONSTANT and is_float(value) else here[op].no_grad
    if name is not None:
        details = Details(op, details.needs, here.name, name=str(name))
    return record(value, details, None, None, frame)


def _unpickled(role: str, value: Value, needs: bool, scope: str, name: str | None, grad: Value) -> Tensor:
    """A leaf from its pickle, or a copy of one."""
    op = next(op for op in (INPUT, PARAMETER, CONSTANT) if op.name == role)
    leaf = record(settle(value), Details(op, needs, scope, name=name), None, None, None)
    leaf.grad = grad
    return leaf


def _pickled(t: Tensor) -> tuple[Any, ...]:
    """A leaf as `pickle` and `copy` take it; a result would bring its whole record along, and is refused."""
    d = t.details
    if t.a is not None or d.extra_inputs:
        raise OpError(
            f"pickle, copy: the result of {t.op.name} is a whole record; keep tg.trace(t).save('run.tgraph'), "
            "and pickle or copy parameters, which can go on elsewhere"
        )
    return _unpickled, (d.op.name, t.held, d.needs, d.scope, d.name, t.grad)


copyreg.pickle(Tensor, _pickled)
