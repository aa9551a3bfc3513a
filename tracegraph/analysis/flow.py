"""``tg.flow``: a graph with what its diagnostics found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from ..graph import Edge, Graph, Node, nearest
from . import flow_report as report
from . import flow_rows as rows
from . import flow_tables as sections
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
        self,
        nodes: Iterable[Node],
        edges: Iterable[Edge],
        findings: Iterable[Finding],
        paths: Iterable[Path] = (),
        whole: Graph | None = None,
    ) -> None:
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

    @property
    def parameters(self) -> tuple[rows.Row, ...]:
        """What was measured of each parameter of the `whole`, from the inputs to the loss."""
        return rows.parameters(self.whole)

    @property
    def operations(self) -> tuple[rows.Row, ...]:
        """What was measured of each operation of the `whole`, from the inputs to the loss."""
        return rows.operations(self.whole)

    def table(self, most: int | None = sections.MOST) -> str:
        """Findings, worst first, then parameters and operations, as text; ``most``: rows of each, None for all."""
        return report.table(self, most)

    def to_markdown(self, most: int | None = sections.MOST) -> str:
        """The same tables as Markdown."""
        return report.to_markdown(self, most)

    def to_json(self) -> str:
        """All rows as JSON: ``summary``, ``findings``, ``parameters`` and ``operations``."""
        return report.to_json(self)

    def fails(self, *kinds: str) -> dict[str, int]:
        """How many findings there are of each of these kinds; empty, and so false, where there is none.

        ``any`` means every kind. Raises `GraphError` for one that is not known.
        """
        return report.failed(self, kinds)

    def __str__(self) -> str:
        return self.table()


def flow(what: Any, *arrays: Any, parameters: Iterable[Any] | None = None, **limits: Limit | None) -> Flow:
    """Look for what is wrong with the gradients of a tensor, a graph, or a function applied to arrays.

    ``parameters``: those that the loss should depend on; by default those that the function makes, or that the
    variables around the call hold. ``limits``: another threshold for a kind of finding, such as ``vanishing=1e-9``;
    None leaves the kind out. Raises `GraphError` where nothing was differentiated.
    """
    from ..frontends.numpy.unused import traced

    graph, left = traced(what, arrays, sys._getframe(1), parameters)
    return inspected(graph, limits, left)


def inspected(graph: Graph, limits: Mapping[str, Limit | None], extra: Sequence[Node] = ()) -> Flow:
    """The graph with the findings of every diagnostic.

    ``extra``: nodes of parameters that the loss does not depend on, from `tracegraph.frontends.leftover.isolated`.
    """
    if isinstance(graph, Flow):
        graph = _fresh(graph)
    if all(n.gradient is None for n in graph) and not _cut_off(graph):
        raise GraphError("flow: nothing was differentiated; give the loss: one number, made of tensors or parameters")
    graph = graph.but([*extra, *graph.nodes], graph.edges) if extra else graph
    used = _limits(limits)
    found = [f for kind, limit in used.items() for f in DIAGNOSTICS[kind].find(graph, limit)]
    place = {n.key: i for i, n in enumerate(graph)}
    found.sort(key=lambda f: (DIAGNOSTICS[f.kind].rank, -f.excess, place[f.node]))
    tags: dict[int, dict[str, None]] = {}
    for finding in found:
        tags.setdefault(finding.node, {})[finding.badge] = None
    nodes = [replace(n, tags=tuple(dict.fromkeys((*n.tags, *tags[n.key])))) if n.key in tags else n for n in graph]
    return Flow(nodes, graph.edges, found)


def _cut_off(graph: Graph) -> bool:
    """Whether there is one number to differentiate and parameters to learn, so that a finding tells what is wrong."""
    outputs = sum(n.is_output for n in graph)
    return outputs == 1 and prod(graph.output.shape) == 1 and any(n.is_parameter for n in graph)


def _fresh(graph: Flow) -> Graph:
    """The graph without what was found before."""
    badges = {(f.node, f.badge) for f in graph.findings}
    nodes = [replace(n, tags=tuple(t for t in n.tags if (n.key, t) not in badges)) for n in graph]
    return Graph(nodes, graph.edges)


def _limits(given: Mapping[str, Limit | None]) -> dict[str, Any]:
    """The threshold of each kind that is looked for."""
    for kind in given:
        if kind not in DIAGNOSTICS:
            raise GraphError(f"flow: no diagnostic is called {kind!r}{nearest(kind, DIAGNOSTICS)}")
    left_out = {kind for kind, limit in given.items() if limit is None}
    return {kind: given.get(kind, d.limit) for kind, d in DIAGNOSTICS.items() if kind not in left_out}
