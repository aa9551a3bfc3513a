"""``tg.flow``: a graph with what its diagnostics found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from ..graph import Edge, Graph, Node, nearest
from .finding import DIAGNOSTICS, Finding, Limit

if TYPE_CHECKING:
    from .paths import Path


class Flow(Graph):
    """A graph whose nodes are tagged by `flow`; its drawing paints each arrow by the size of what flows back.

    ``findings``: worst first. ``paths``: those that the arrows are marked for, see `paths`. Views keep both, and what
    there was before them: `whole`.
    """

    __slots__ = ("findings", "paths", "_whole")

    def __init__(
        self, nodes: Iterable[Node], edges: Iterable[Edge], findings: Iterable[Finding], paths: Iterable[Path] = (),
        whole: Graph | None = None,
    ) -> None:  # fmt: skip
        super().__init__(nodes, edges)
        self.findings = tuple(findings)
        self.paths: tuple[Path, ...] = tuple(paths)
        self._whole = whole

    @property
    def whole(self) -> Graph:
        """The graph that was inspected, which tells of all parameters and of all uses of a tensor."""
        return self if self._whole is None else self._whole

    def but(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> Flow:
        """The same findings and paths on other nodes and edges."""
        return Flow(nodes, edges, self.findings, self.paths, self.whole)


def flow(what: Any, *arrays: Any, **limits: Limit | None) -> Flow:
    """Look for what is wrong with the gradients of a tensor, a graph, or a function applied to arrays.

    ``limits``: another threshold for a kind of finding, such as ``vanishing=1e-9``; None leaves the kind out. Raises
    `GraphError` where nothing was differentiated.
    """
    from ..frontends import graph_of

    return inspected(graph_of(what, arrays, sys._getframe(1)), limits)


def inspected(graph: Graph, limits: Mapping[str, Limit | None]) -> Flow:
    """The graph with the findings of every diagnostic."""
    used = _limits(limits)
    found = [f for kind, limit in used.items() for f in DIAGNOSTICS[kind].find(graph, limit)]
    place = {n.key: i for i, n in enumerate(graph)}
    found.sort(key=lambda f: (DIAGNOSTICS[f.kind].rank, -f.excess, place[f.node]))
    tags: dict[int, dict[str, None]] = {}
    for finding in found:
        tags.setdefault(finding.node, {})[finding.badge] = None
    nodes = [replace(n, tags=(*n.tags, *tags[n.key])) if n.key in tags else n for n in graph]
    return Flow(nodes, graph.edges, found)


def _limits(given: Mapping[str, Limit | None]) -> dict[str, Any]:
    """The threshold of each kind that is looked for."""
    for kind in given:
        if kind not in DIAGNOSTICS:
            raise GraphError(f"flow: no diagnostic is called {kind!r}{nearest(kind, DIAGNOSTICS)}")
    left_out = {kind for kind, limit in given.items() if limit is None}
    return {kind: given.get(kind, d.limit) for kind, d in DIAGNOSTICS.items() if kind not in left_out}
