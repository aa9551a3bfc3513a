"""Which parameters a program makes, and which of them its graphs hold: what is left is not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tensor import Tensor


class Watch:
    """``made``: the parameters that were made. ``traced``: the leaves that graphs were made of, updated ones too."""

    __slots__ = ("made", "traced", "_most")

    def __init__(self) -> None:
        self.made: list[Tensor] = []
        self.traced: set[Tensor] = set()
        self._most = 1000

    def add(self, parameter: Tensor) -> None:
        """Note a parameter; now and then let go of those that have been trained, so that long trainings are held."""
        if len(self.made) >= self._most:
            self.made = [t for t in self.made if t.grad is None]
            self._most = 2 * len(self.made) + 1000
        self.made.append(parameter)

    def left(self, parameters: Iterable[Tensor] | None = None) -> list[Tensor]:
        """The parameters (by default, those made) that no graph holds.

        One that a walk back has reached serves another loss; one with the name of another that a graph holds is an
        earlier value of that one, as in a loop that makes new leaves.
        """
        named = {(t.scope, t.name) for t in self.traced if t.name}
        known = self.made if parameters is None else parameters
        return [t for t in known if t not in self.traced and t.grad is None and (t.scope, t.name) not in named]


_watch: ContextVar[Watch | None] = ContextVar("tracegraph_watch", default=None)
watching = _watch.get


@contextmanager
def created() -> Iterator[Watch]:
    """Watch which parameters are made, and which of them are traced, while the context lasts."""
    token = _watch.set(Watch())
    try:
        yield _watch.get()  # type: ignore[misc]
    finally:
        _watch.reset(token)
