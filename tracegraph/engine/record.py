"""Metadata of a recorded op (op, options, scope, name), shared by the plain records of one op in one scope."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..ops.op import OPS, Op
from .callers import Caller

NO_ATTRS: dict[str, Any] = {}

GENERAL, ARRAYS, FLOATS = range(3)
"""How the way back goes through a record: by its rules whatever they take; one or two inputs without options and an
array for a result; floats only, by the compiled rules."""

WRITTEN = {op: kind for kind, op in enumerate((op for op in OPS.values() if op.arithmetic), FLOATS + 1)}
"""The kinds that come after those: floats only, and the rules of this operation stand in the loop itself."""


class Details:
    """Op, options, scope and name of a record; the plain records of one op in one scope share theirs.

    ``needs``: whether gradients can flow. ``extra_inputs``: the input tensors from the third on. ``kind``: how the
    way back goes through it. ``callers``: of a parameter without a name, the functions that made it. Those that are
    shared have the same details for a record whose result is an array, ``arrays``, and for one that takes no gradient,
    ``no_grad``.
    """

    __slots__ = ("op", "needs", "scope", "attrs", "extra_inputs", "name", "kind", "callers", "arrays", "no_grad")

    arrays: Details
    no_grad: Details

    def __init__(
        self,
        op: Op,
        needs: bool,
        scope: str,
        attrs: dict[str, Any] = NO_ATTRS,
        extra_inputs: tuple[Any, ...] = (),
        name: str | None = None,
        kind: int = GENERAL,
        callers: tuple[Caller, ...] = (),
    ) -> None:
        self.op, self.needs, self.scope, self.attrs = op, needs, scope, attrs
        self.extra_inputs, self.name, self.kind, self.callers = extra_inputs, name, kind, callers


def _kind(op: Op) -> int:
    return WRITTEN.get(op, FLOATS if op.pull is not None and all(op.vjps) else GENERAL)


class Scope(dict[Op, Details]):
    """A named part of a program, with the `Details` that its plain records of each op share."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __missing__(self, op: Op) -> Details:
        details = Details(op, True, self.name, kind=_kind(op))
        details.no_grad = Details(op, False, self.name)
        details.arrays = Details(op, True, self.name, kind=ARRAYS) if op.vjps else details.no_grad
        self[op] = details
        return details


_scope: ContextVar[Scope] = ContextVar("tracegraph_scope", default=Scope(""))
current_scope = _scope.get


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Name a part of the graph: what is recorded inside belongs to it; scopes nest."""
    outer = current_scope().name
    token = _scope.set(Scope(f"{outer}/{name}" if outer else str(name)))
    try:
        yield
    finally:
        _scope.reset(token)
