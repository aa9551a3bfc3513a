"""Metadata of a recorded op (op, options, scope, name), shared by the plain records of one op in one scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..ops.op import Op
from .callers import Caller

NO_ATTRS: dict[str, Any] = {}


class Details:
    """Op, options, scope and name of a record; the plain records of one op in one scope share theirs.

    ``needs``: whether gradients can flow. ``extra_inputs``: the input tensors from the third on. ``pull``: all rules at
    once, where every input is a Python float. ``no_grad``: the same details for a record that takes no gradient.
    ``callers``: of a parameter without a name, the functions that made it.
    """

    __slots__ = ("op", "needs", "scope", "attrs", "extra_inputs", "name", "pull", "callers", "no_grad")

    no_grad: Details

    def __init__(
        self,
        op: Op,
        needs: bool,
        scope: str,
        attrs: dict[str, Any] = NO_ATTRS,
        extra_inputs: tuple[Any, ...] = (),
        name: str | None = None,
        pull: Callable[..., Any] | None = None,
        callers: tuple[Caller, ...] = (),
    ) -> None:
        self.op, self.needs, self.scope, self.attrs = op, needs, scope, attrs
        self.extra_inputs, self.name, self.pull, self.callers = extra_inputs, name, pull, callers


class Scope(dict[Op, Details]):
    """A named part of a program, with the `Details` that its plain records of each op share."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __missing__(self, op: Op) -> Details:
        details = Details(op, True, self.name, pull=op.pull if all(op.vjps) else None)
        details.no_grad = Details(op, False, self.name)
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
