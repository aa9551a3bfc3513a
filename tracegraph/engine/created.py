"""Track the parameters that a program creates, to report those that none of its graphs uses."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .reads import MOST, READS, source

if TYPE_CHECKING:
    from .tensor import Tensor


class Watch:
    """``parameters``: those created so far. ``in_graphs``: the leaves of all traced graphs, updated ones too.

    ``copies``: by leaf, the tensor of whose numbers it was made.
    """

    __slots__ = ("parameters", "in_graphs", "copies", "_limit")

    def __init__(self) -> None:
        self.parameters: list[Tensor] = []
        self.in_graphs: set[Tensor] = set()
        self.copies: dict[Tensor, Tensor] = {}
        self._limit = 1000

    def made(self, leaf: Tensor, value: Any) -> None:
        """Note a leaf if its numbers are those of a tensor that the program has read."""
        if (tensor := source(value)) is not None:
            self.copies[leaf] = tensor

    def add(self, parameter: Tensor) -> None:
        """Note a parameter; at times drop those with a gradient, so that memory stays bounded in a long training."""
        if len(self.parameters) >= self._limit:
            self.parameters = [t for t in self.parameters if t.grad is None]
            self._limit = 2 * len(self.parameters) + 1000
        self.parameters.append(parameter)

    def unused(self, parameters: Iterable[Tensor] | None = None) -> list[Tensor]:
        """The parameters (by default, those created) that no graph holds.

        A parameter with a gradient serves another loss; one that shares its name with a leaf of a graph is an earlier
        value of it, as in a loop that makes new leaves.
        """
        names = {(t.scope, t.name) for t in self.in_graphs if t.name}
        candidates = self.parameters if parameters is None else parameters
        return [t for t in candidates if t not in self.in_graphs and t.grad is None and (t.scope, t.name) not in names]


_watch: ContextVar[Watch | None] = ContextVar("tracegraph_watch", default=None)
watching = _watch.get


@contextmanager
def created() -> Iterator[Watch]:
    """Watch which parameters are created, and which leaves are traced, while the context lasts."""
    token, reads = _watch.set(Watch()), READS.set(deque(maxlen=MOST))
    try:
        yield _watch.get()  # type: ignore[misc]
    finally:
        _watch.reset(token)
        READS.reset(reads)
