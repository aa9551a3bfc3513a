"""Diagnostics, their findings, and their registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from ..graph import Graph
from ..graph.note import Finding, Index

__all__ = ["DIAGNOSTICS", "Diagnostic", "Finding", "Index", "Limit", "diagnostic"]

Limit = float | tuple[float, float]
Alone = Literal["fault", "hint", "silent"]


class Diagnostic(NamedTuple):
    """One kind of finding; ``limit`` is the default threshold (a pair: the least and the most that is healthy).

    ``depth``: how near to the root a kind is; a finding can explain those of its own depth and of larger ones.
    ``alone``: what it is where it explains no other: a fault, a hint, or nothing that is worth a word. ``excuses``:
    what it explains is no fault either.
    """

    kind: str
    find: Callable[[Graph, Any], Iterable[Finding]]
    limit: Limit | None
    rank: int
    depth: int = 8
    alone: Alone = "fault"
    excuses: bool = False

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


def diagnostic(
    kind: str, rank: int, limit: Limit | None = None, depth: int = 8, alone: Alone = "fault", excuses: bool = False
) -> Callable[[Any], Any]:
    """Enter a function ``(graph, limit) -> findings``; ``rank`` orders the kinds, 0 is the worst.

    ``depth``, ``alone``, ``excuses``: see `Diagnostic`; what explains what is in `explains`.
    """

    def enter(find: Callable[[Graph, Any], Iterable[Finding]]) -> Callable[[Graph, Any], Iterable[Finding]]:
        known = {**DIAGNOSTICS, kind: Diagnostic(kind, find, limit, rank, depth, alone, excuses)}
        DIAGNOSTICS.clear()
        DIAGNOSTICS.update(sorted(known.items(), key=lambda item: item[1].rank))
        return find

    return enter
