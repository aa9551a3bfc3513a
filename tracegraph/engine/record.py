"""What a record says besides its numbers, and the named scopes of a program, which share it among their records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ..ops.op import Op

if TYPE_CHECKING:
    from .tensor import Tensor

NO_ATTRS: dict[str, Any] = {}


class Details:
    """Op, options and the like; the plain records of one op in one scope share theirs.

    ``needs``: whether gradients can flow. ``more``: the inputs from the third on. ``pull``: all rules at once, where
    every input is a Python float. ``still``: the same for a record that gradients cannot flow to.
    """

    __slots__ = ("op", "needs", "scope", "attrs", "more", "name", "pull", "still")

    still: Details

    def __init__(
        self,
        op: Op,
        needs: bool,
        scope: str,
        attrs: dict[str, Any] = NO_ATTRS,
        more: tuple[Tensor, ...] = (),
        name: str | None = None,
        pull: Callable[..., Any] | None = None,
    ) -> None:
        self.op, self.needs, self.scope, self.attrs = op, needs, scope, attrs
        self.more, self.name, self.pull = more, name, pull


class Scope(dict[Op, Details]):
    """A named part of a program; holds what its plain records of each op share."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __missing__(self, op: Op) -> Details:
        made = Details(op, True, self.name, pull=op.pull if all(op.vjps) else None)
        made.still = Details(op, False, self.name)
        self[op] = made
        return made


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
