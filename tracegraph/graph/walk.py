"""Reachability in a graph: ancestors and descendants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import TypeVar

from .graph import Graph
from .node import Edge

_Thing = TypeVar("_Thing", bound=Hashable)


def reachable(starts: Iterable[_Thing], following: Callable[[_Thing], Iterable[_Thing]]) -> set[_Thing]:
    """The starts and all that is reached from them, where ``following`` gives what comes right after one.

    Its time grows with what is reached, not with what there is.

    >>> sorted(reachable([3], lambda n: [n - 2] if n > 1 else []))
    [1, 3]
    """
    seen = set(starts)
    stack = list(seen)
    while stack:
        fresh = [thing for thing in following(stack.pop()) if thing not in seen]
        seen.update(fresh)
        stack += fresh
    return seen


def ancestors(graph: Graph, keys: Collection[int], through: Callable[[Edge], bool] | None = None) -> set[int]:
    """The nodes with these keys and all they depend on; ``through``: the edges that count, by default all."""
    reached = set(keys)
    for edge in reversed(graph.edges):  # sorted by target, so a node's own edges come after those of its users
        if edge.target in reached and (through is None or through(edge)):
            reached.add(edge.source)
    return reached


def descendants(graph: Graph, keys: Collection[int], through: Callable[[Edge], bool] | None = None) -> set[int]:
    """The nodes with these keys and all that depends on them; ``through``: the edges that count, by default all."""
    reached = set(keys)
    for edge in graph.edges:
        if edge.source in reached and (through is None or through(edge)):
            reached.add(edge.target)
    return reached
