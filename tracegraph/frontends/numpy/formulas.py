"""The formulas of a recorded operation: those of its op, with variadic inputs, absent options and ``n`` filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ... import formula
from ...engine.tensor import Tensor
from ...engine.values import Value
from ...ops.op import Op

Formulas = tuple["str | None", ...]


def value(t: Tensor, count: int) -> tuple[str, tuple[str, ...]]:
    """The formula of the value of an operation with so many inputs, and the names of its arguments."""
    written, args, means = _value(_op(t), count)
    return (written, args) if not means else (_counted(written, _n(t)), args)


def rules(t: Tensor, count: int) -> Formulas:
    """The formula of the way back to each input; None where no gradient flows."""
    written, means = _rules(_op(t), count)
    return written if not means else tuple(None if rule is None else _counted(rule, _n(t)) for rule in written)


def of(op: Op, y: Value, values: tuple[Value, ...], attrs: Mapping[str, Any]) -> tuple[str, tuple[str, ...], Formulas]:
    """The formulas of an operation on these inputs: of the value with its arguments, and of the way back to each."""
    chosen = op.chosen(values, attrs) if op.variants else op
    (written, args, means), (rules, mean_rules) = _value(chosen, len(values)), _rules(chosen, len(values))
    n = op.count(y, *values, **attrs) if means or mean_rules else 1
    counted = tuple(rule and _counted(rule, n) for rule in rules) if mean_rules else rules
    return _counted(written, n) if means else written, args, counted


def _op(t: Tensor) -> Op:
    """The op with the formulas that hold for these inputs; calls without options have not looked for it."""
    return t.op.chosen(tuple(i.value for i in t.inputs), t.attrs) if t.op.variants else t.op


@lru_cache(maxsize=1024)
def _value(op: Op, count: int) -> tuple[str, tuple[str, ...], bool]:
    """``*xs`` is written out, and optional inputs that were not given are left out; whether it is a mean."""
    if not op.variadic:
        absent = "|".join(op.inputs[count:])
        written = re.sub(rf",\s*({absent})\b", "", op.formula) if absent else op.formula
        return written, op.inputs[:count], _means(op, written)
    stem = op.inputs[0].lstrip("*")
    args = tuple(f"{stem}{i}" for i in range(count))
    return op.formula.replace(f"*{stem}", ", ".join(args)), args, False


@lru_cache(maxsize=1024)
def _rules(op: Op, count: int) -> tuple[Formulas, bool]:
    rules = [None if (rule := op.vjp(slot)) is None else rule.formula for slot in range(count)]
    if op.variadic:
        rules = [rule and formula.substitute(rule, {"slot": str(slot)}) for slot, rule in enumerate(rules)]
    return tuple(rules), any(_means(op, rule) for rule in rules if rule)


def _means(op: Op, written: str) -> bool:
    """Whether a formula speaks of ``n``, the number of elements of a mean."""
    return bool(written) and "n" not in (*op.inputs, *op.attrs) and "n" in formula.names(written)


def _n(t: Tensor) -> int:
    return t.op.count(t.value, *(i.value for i in t.inputs), **t.attrs)


@lru_cache(maxsize=1024)
def _counted(written: str, n: int) -> str:
    return formula.substitute(written, {"n": str(n)})
