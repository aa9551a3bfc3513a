"""The loop that walks a record backwards and accumulates gradients.

It is written out from the declarations: the rules for floats that are plain arithmetic stand in it as they were
declared, since a call for each operation of a scalar program would take longer than the arithmetic itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from textwrap import indent
from typing import Any

import numpy as np

from ..ops.broadcast import unbroadcast
from ..ops.op import Op
from ..ops.running import HALF, ieee, widened
from .generated import compiled
from .record import ARRAYS, FLOATS, WRITTEN
from .tensor import Tensor
from .values import Value, settle

Sweep = Callable[[list[Tensor], object], tuple[list[Value], list[Value]]]

LOOP = """
def sweep(order, mark):
    parts = []
    keep = parts.append
    for t in order:
        g, a = t.grad, t.a
        if g is mark:
            t.grad = None
            if a is not None:
                parts.extend([None] * len(t.inputs))
        elif a is None:
            continue
        elif (kind := t.details.kind) >= {FLOATS}:
            if (b := t.b) is None:
                try:
{one}
                except (ArithmeticError, ValueError):
                    (c,) = pull(t, g)
            else:
                try:
{two}
                except (ArithmeticError, ValueError):
                    c, d = pull(t, g)
            keep(c)
            if (old := a.grad) is not None:  # None: it takes no gradient
                a.grad = c if old is mark else old + c
            if b is not None:
                keep(d)
                if (old := b.grad) is not None:
                    b.grad = d if old is mark else old + d
        elif kind == {ARRAYS}:
            y, x, b, back = t.held, a.held, t.b, t.details.op.vjps
            try:
                if b is None:
                    c, d = fit(back[0].rule(g, y, x), x), None
                else:
                    z = b.held
                    c = fit(back[0].rule(g, y, x, z), x) if back[0] is not None and a.grad is not None else None
                    d = fit(back[1].rule(g, y, x, z), z) if back[1] is not None and b.grad is not None else None
            except (ArithmeticError, ValueError):
                c, d = (*pull(t, g), None)[:2]
            keep(c)
            if c is not None:
                a.grad = c if (old := a.grad) is mark else settle(old + c)
            if b is not None:
                keep(d)
                if d is not None:
                    b.grad = d if (old := b.grad) is mark else settle(old + d)
        else:
            contributions = pull(t, g)
            parts.extend(contributions)
            for i, c in zip(t.inputs, contributions, strict=True):
                if c is not None:
                    i.grad = c if (old := i.grad) is mark else settle(old + c)
    return list(map(by_grad, order)), parts
"""
"""Takes the tensors, last made first, each with a gradient or a mark, which stands for none, in ``grad``."""


@cache
def sweep() -> Sweep:
    """The loop for the operations that are declared by now; later ones go by their rules."""
    branches = {}
    for count, name in enumerate(("one", "two"), 1):
        written = {kind: _written(op) for op, kind in WRITTEN.items() if len(op.inputs) == count}
        branches[name] = _decided([(FLOATS, CALLED[name]), *written.items()], " " * 20)
    text = LOOP.format(ARRAYS=ARRAYS, FLOATS=FLOATS, **branches)
    loop: Sweep = compiled("sweep", text, pull=pull, fit=fit, settle=settle, by_grad=attrgetter("grad"))
    return loop


CALLED = {
    "one": "(c,) = t.details.op.pull(g, t.held, a.held)",
    "two": "c, d = t.details.op.pull(g, t.held, a.held, b.held)",
}
"""The rules for floats that call something."""


def _decided(branches: list[tuple[int, str]], space: str) -> str:
    """A decision between statements by ``kind``, in as few comparisons as can be."""
    if len(branches) == 1:
        return indent(branches[0][1], space)
    half = len(branches) // 2
    lower, upper = (_decided(part, f"{space}    ") for part in (branches[:half], branches[half:]))
    return f"{space}if kind < {branches[half][0]}:\n{lower}\n{space}else:\n{upper}"


def _written(op: Op) -> str:
    return "\n".join(f"{name} = {_in_tensors(op, slot)}" for slot, name in enumerate("cd"[: len(op.inputs)]))


def _in_tensors(op: Op, slot: int) -> str:
    """A rule of floats, with the values of tensors in the place of its names."""
    values = {"y": "t.held", **dict(zip(op.inputs, ("a.held", "b.held"), strict=False))}
    return re.sub(r"\b[A-Za-z_]\w*", lambda m: values.get(m[0], m[0]), op.arithmetic[slot])


def pull(t: Tensor, g: Value) -> list[Value]:
    """The contributions of one operation, each in the shape and type of the input it goes to."""
    op, attrs, inputs = t.details.op, t.details.attrs, t.inputs
    values = [i.held for i in inputs]
    try:
        if type(g) is float and op.pull is not None:
            pairs = zip(op.pull(g, t.held, *values, **attrs), inputs, strict=True)
            return [fit(c, i.held) if c is not None and i.details.needs else None for c, i in pairs]
        return _pulled(t, g, values)
    except (ArithmeticError, ValueError):  # where Python raises, NumPy has inf and nan
        return _pulled(t, ieee(g), [ieee(v) for v in values])


def _pulled(t: Tensor, g: Value, values: list[Value]) -> list[Value]:
    op, attrs, y = t.details.op, t.details.attrs, t.held
    if type(g) is not float and g.dtype is HALF:
        g, y, *values = widened([g, y, *values])
    contributions: list[Value] = []
    for slot, i in enumerate(t.inputs):
        vjp = op.vjp(slot) if i.details.needs else None
        if vjp is None:
            contributions.append(None)
        else:
            where = {**attrs, "slot": slot} if op.variadic else attrs
            contributions.append(fit(vjp.rule(g, y, *values, **where), i.held))
    return contributions


def fit(cotangent: Any, value: Value) -> Value:
    """A contribution in the shape and type of the value that it goes to, settled."""
    if type(value) is np.ndarray and type(cotangent) is np.ndarray:
        if cotangent.shape == value.shape and cotangent.dtype is value.dtype:
            cotangent.flags.writeable = False
            return cotangent
    else:
        value, cotangent = np.asarray(value), np.asarray(cotangent)
    if cotangent.shape != value.shape:
        cotangent = unbroadcast(cotangent, value.shape)
    if cotangent.dtype != value.dtype:
        cotangent = np.asarray(cotangent, value.dtype)
    return settle(cotangent)
