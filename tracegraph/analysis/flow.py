"""``tg.flow``: a graph with what its diagnostics found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from ..errors import GraphError
from ..graph import Badge, Graph, Node, Noted, nearest
from ..graph.note import Cause, CopiesNote, Copy, FlowNote, Path, PathsNote
from . import flow_report as report
from . import flow_rows as rows
from . import flow_tables as sections
from .finding import DIAGNOSTICS, Finding, Limit
from .remedies import tried
from .root_causes import Group, causes, diagnostic_of, grouped

QUIET = "faint"
"""The tone of badges that are no alarm."""


class Flow(Noted):
    """The result of `flow`: a graph with a note, whose drawing colours each arrow by the size of its contribution.

    It can be used wherever a graph can; views of it are flows too, with the same findings and paths.
    """

    __slots__ = ()
    kind = "flow"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, worst first, each by itself; hints are in `causes` only."""
        return sections.findings(self.graph)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The root causes, worst first, each with its consequences; hints come last."""
        return sections.causes(self.graph)

    @property
    def remedy(self) -> str:
        """What would be tried first: the remedy of the worst cause, and what came of it if it was tried; or ""."""
        worst = self.causes[0] if self.causes else None
        if worst is None:
            return ""
        return f"{worst.remedy}: {worst.outcome}" if worst.outcome else worst.remedy

    @property
    def paths(self) -> tuple[Path, ...]:
        """Those that the arrows are marked for, see `tracegraph.paths`."""
        note = self.notes.get("paths")
        return note.paths if isinstance(note, PathsNote) else ()

    @property
    def parameters(self) -> tuple[rows.MeasureRow, ...]:
        """The measures of each parameter of the `whole`, from the inputs to the loss."""
        return rows.parameters(self.whole)

    @property
    def operations(self) -> tuple[rows.MeasureRow, ...]:
        """The measures of each operation of the `whole`, from the inputs to the loss."""
        return rows.operations(self.whole)

    def table(self, most: int | None = sections.MOST) -> str:
        """Causes, worst first, then parameters and operations, as text; ``most``: rows of each, None for all."""
        return report.table(self.graph, most)

    def to_markdown(self, most: int | None = sections.MOST) -> str:
        """The same tables as Markdown."""
        return report.to_markdown(self.graph, most)

    def to_json(self) -> str:
        """All rows as JSON: ``summary``, ``causes``, ``findings``, ``parameters`` and ``operations``."""
        return report.to_json(self.graph)

    def fails(self, *kinds: str) -> dict[str, int]:
        """The number of findings of each of these kinds; empty, and so false, where there is none.

        ``fault`` (or ``any``) means every fault, ``hint`` every hint. Raises `GraphError` for one that is not known.
        """
        return report.failed(self.graph, kinds)

    def __str__(self) -> str:
        return self.table()


def flow(
    what: Any,
    *arrays: Any,
    parameters: Iterable[Any] | None = None,
    try_remedies: bool = False,
    loss: Callable[[Any], Any] | None = None,
    **limits: Limit | None,
) -> Flow:
    """Look for what is wrong with the gradients of a tensor, a graph, or a function applied to arrays.

    ``parameters``: those that the loss should depend on; by default those that the function makes, or that the
    variables around the call hold. ``limits``: another threshold for a kind of finding, such as ``vanishing=1e-9``;
    None leaves the kind out. ``try_remedies``: where a remedy is a number (a bias, a scale, a rate), run forward and
    backward with it and say in ``causes`` whether the fault is gone. ``loss``: as for `trace`. Raises `GraphError`
    where nothing was differentiated.
    """
    from ..frontends import under
    from ..frontends.numpy.unused import traced

    what = what if loss is None else under(what, loss)
    program = traced(what, arrays, sys._getframe(1), parameters)
    found = inspected(program.graph, limits, program.unused, program.copies)
    return with_trials(found, limits) if try_remedies else found


def with_trials(found: Flow, limits: Mapping[str, Limit | None]) -> Flow:
    """The same flow, its causes with what comes of their remedies."""
    note = found.notes["flow"]
    assert isinstance(note, FlowNote)
    causes = tried(found.graph, note.causes, lambda graph: inspected(graph, limits).causes)
    return Flow(found.graph.with_note("flow", replace(note, causes=causes)))


def inspected(
    graph: Graph, limits: Mapping[str, Limit | None], extra: Sequence[Node] = (), copies: Sequence[Copy] = ()
) -> Flow:
    """The graph with the findings of every diagnostic, in place of those from before.

    ``extra``: nodes of parameters that the loss does not depend on, and ``copies``: by what they were cut off; see
    `tracegraph.frontends.numpy.unused.traced`.
    """
    if all(n.gradient is None for n in graph) and not _cut_off(graph):
        raise GraphError("flow: nothing was differentiated; give the loss: one number, made of tensors or parameters")
    graph = with_unused(graph, extra).without("flow", "paths")
    if copies:
        graph = graph.with_note("copies", CopiesNote(copies=tuple(copies)))
    used = _limits(limits)
    findings = [f for kind, limit in used.items() for f in DIAGNOSTICS[kind].find(graph, limit)]
    return annotated(graph, findings)


def annotated(graph: Graph, found: Iterable[Finding], paths: Iterable[Path] = ()) -> Flow:
    """A graph with these findings, worst first, as badges on its cards, and with these paths on its arrows."""
    place = {n.key: i for i, n in enumerate(graph)}
    groups, paths = grouped(graph, tuple(found)), tuple(paths)
    faults = [f for group in groups for f in group.findings]
    faults.sort(key=lambda f: (diagnostic_of(f).rank, -f.excess, place[f.node]))
    note = FlowNote(tuple(_badges(groups)), tuple(faults), causes(graph, groups))
    noted = Graph(graph.nodes, graph.edges, {**graph.notes, "flow": note})
    return Flow(noted.with_note("paths", PathsNote(paths=paths)) if paths else noted)


def _badges(groups: Iterable[Group]) -> Iterable[Badge]:
    """One badge on the card of each cause, and a quiet mark on what follows from it elsewhere."""
    groups = tuple(groups)
    badges: dict[Badge, None] = {}
    for group in groups:
        root, fault = group.root, group.severity == "fault"
        badges[Badge(root.node, root.badge if fault else f"hint: {root.badge}", root.tone if fault else QUIET)] = None
    culprits = {b.node for b in badges}
    for group in groups:
        marks = (Badge(f.node, f"follows: {f.kind}", QUIET) for f in group.members if f.node not in culprits)
        badges.update(dict.fromkeys(marks))
    return badges


def _cut_off(graph: Graph) -> bool:
    """Whether a graph has one scalar output and parameters, so that a missing gradient is a finding."""
    outputs = sum(n.is_output for n in graph)
    return outputs == 1 and prod(graph.output.shape) == 1 and any(n.is_parameter for n in graph)


def with_unused(graph: Graph, nodes: Sequence[Node]) -> Graph:
    """The graph with nodes of parameters that nothing there uses."""
    return Graph([*nodes, *graph.nodes], graph.edges, graph.notes) if nodes else graph


def _limits(limits: Mapping[str, Limit | None]) -> dict[str, Any]:
    """The threshold of each kind that is looked for."""
    for kind in limits:
        if kind not in DIAGNOSTICS:
            raise GraphError(f"flow: no diagnostic is called {kind!r}{nearest(kind, DIAGNOSTICS)}")
    left_out = {kind for kind, limit in limits.items() if limit is None}
    return {kind: limits.get(kind, d.limit) for kind, d in DIAGNOSTICS.items() if kind not in left_out}
