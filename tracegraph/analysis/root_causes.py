"""Root causes: findings put into groups, in each one that explains the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..frontends.numpy.excerpts import excerpt
from ..graph import Graph
from ..graph.note import Cause, Finding
from .explains import BIRTHS, explains, is_forward
from .finding import DIAGNOSTICS, Diagnostic
from .relations import Relations

SYMPTOM = 8
"""The depth of kinds that are consequences as a rule: eleven of one kind are one entry."""
UNKNOWN = Diagnostic("", lambda graph, limit: (), None, 0)


@dataclass(slots=True)
class Group:
    """A finding that no other explains, and those that it explains."""

    root: Finding
    members: list[Finding] = field(default_factory=list)

    @property
    def severity(self) -> str:
        """A fault if one of its findings is a fault, unless the root says that it is none; "silent" for no word."""
        kind = diagnostic_of(self.root)
        if any(diagnostic_of(f).alone == "fault" for f in self.members):
            return "hint" if kind.excuses else "fault"
        return self.root.alone or kind.alone

    @property
    def findings(self) -> list[Finding]:
        """The findings that are told as faults."""
        if self.severity != "fault":
            return []
        return [self.root, *(f for f in self.members if diagnostic_of(f).alone == "fault")]


def diagnostic_of(finding: Finding) -> Diagnostic:
    """The declaration of its kind; a neutral one where a file names a kind that is not known here."""
    return DIAGNOSTICS.get(finding.kind, UNKNOWN)


def grouped(graph: Graph, findings: Sequence[Finding]) -> list[Group]:
    """The findings in groups, worst first.

    By depth, then by place, each finding goes to the first root that explains it, or is a root itself: so groups are
    flat, and each has one root.
    """
    relations = Relations(graph)
    groups: list[Group] = []
    for finding in sorted(findings, key=lambda f: (diagnostic_of(f).depth, *_order(relations, f))):
        home = next((g for g in groups if _belongs(relations, g.root, finding)), None)
        if home is None:
            groups.append(Group(finding))
        else:
            home.members.append(finding)
    return sorted((g for g in groups if g.severity != "silent"), key=lambda g: _rank(relations, g))


def _belongs(relations: Relations, root: Finding, finding: Finding) -> bool:
    """Whether a root explains a finding; of a symptom, the first one stands for all of its kind."""
    symptom = diagnostic_of(finding).depth == SYMPTOM and finding.kind in DIAGNOSTICS
    return symptom and root.kind == finding.kind or explains(relations, root, finding)


def causes(graph: Graph, groups: Sequence[Group]) -> tuple[Cause, ...]:
    """The root causes of the groups, in their order."""
    return tuple(_cause(graph, group) for group in groups)


def _order(relations: Relations, finding: Finding) -> tuple[float, ...]:
    """The order of discovery: births forward by place, then backward from the loss; others by place."""
    place = relations.place[finding.node]
    if finding.kind in BIRTHS:
        return (0, place) if is_forward(finding) else (1, -place)
    return relations.step(finding), place


def _rank(relations: Relations, group: Group) -> tuple[float, ...]:
    """Faults before hints; then by the worst finding of the group, how far it is from its threshold, and its place."""
    worst = min(diagnostic_of(f).rank for f in (group.root, *group.members))
    births = group.root.kind in BIRTHS
    order = _order(relations, group.root)
    return group.severity != "fault", worst, *(order if births else (0, -group.root.excess, order[-1]))


def _cause(graph: Graph, group: Group) -> Cause:
    root, node = group.root, graph.node(group.root.node)
    return Cause(
        root.kind,
        root.node,
        node.name,
        node.line,
        excerpt(node.line),
        root.measure,
        root.threshold,
        root.cause,
        root.remedy,
        tuple(group.members),
        group.severity,
        root.badge,
        root.tone,
        root.index,
        root.trial,
        root.outcome,
    )
