"""Diagnostics, their findings, and their registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..graph import Graph
from ..graph.note import Finding, Index

__all__ = ["DIAGNOSTICS", "Diagnostic", "Finding", "Index", "Limit", "diagnostic"]

Limit = float | tuple[float, float]


class Diagnostic(NamedTuple):
    """One kind of finding; ``limit`` is the default threshold (a pair: the least and the most that is healthy)."""

    kind: str
    find: Callable[[Graph, Any], Iterable[Finding]]
    limit: Limit | None
    rank: int

    @property
    def meaning(self) -> str:
        """The first sentence of the docstring of ``find``."""
        text = " ".join((self.find.__doc__ or "").split("\n\n")[0].split())
        return text.split(". ")[0].rstrip(".").replace("``", "").replace("`", "")

    @property
    def threshold(self) -> str:
        """The default threshold as `tracegraph flow --limit` takes it; empty where there is none."""
        limits = () if self.limit is None else self.limit if isinstance(self.limit, tuple) else (self.limit,)
        return ",".join(f"{x:g}".replace("e-0", "e-") for x in limits)


DIAGNOSTICS: dict[str, Diagnostic] = {}
"""By kind, worst first; the docstring of ``find`` says what is measured, and where the threshold comes from."""


def diagnostic(kind: str, rank: int, limit: Limit | None = None) -> Callable[[Any], Any]:
    """Enter a function ``(graph, limit) -> findings``; ``rank`` orders the kinds, 0 is the worst."""

    def enter(find: Callable[[Graph, Any], Iterable[Finding]]) -> Callable[[Graph, Any], Iterable[Finding]]:
        known = {**DIAGNOSTICS, kind: Diagnostic(kind, find, limit, rank)}
        DIAGNOSTICS.clear()
        DIAGNOSTICS.update(sorted(known.items(), key=lambda item: item[1].rank))
        return find

    return enter
