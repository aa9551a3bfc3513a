"""The tables of a flow as texts: parameters and operations; whoever shows them sets the widths."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..graph import Graph, Node
from ..graph.note import Cause, FlowNote
from ..text.names import pretty
from ..text.numbers import cell, clean, percent, shape
from ..text.width import cut
from .finding import DIAGNOSTICS, Finding
from .flow_rows import MeasureRow, acting, learned, operations, parameters

MOST = 20  # rows of each table
WIDEST = 32  # places of a name, a source, or the kinds of a row
WORDS = ("parameter", "input", "operation", "op", "shape", "source", "findings")
SPARE = ("rms g", "rms value", "shape", "op", "source", "g = 0")
Kinds = Mapping[int, tuple[str, ...]]


class TextTable(NamedTuple):
    """A table: its rows of texts, the kinds of finding in each, and how many rows are left out."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[tuple[str, ...], ...]
    more: int

    @property
    def right(self) -> list[int]:
        """The columns of numbers, to be aligned to the right."""
        return [i for i, name in enumerate(self.head) if name not in WORDS]

    @property
    def rest(self) -> str:
        """The line about the rows that are left out."""
        return f"… {self.more:,} more row{'s' * (self.more != 1)}; JSON has all" if self.more else ""

    def without(self, name: str) -> TextTable:
        """The table without a column."""
        kept = [i for i, head in enumerate(self.head) if head != name]
        rows = tuple(tuple(row[i] for i in kept) for row in self.rows)
        return self._replace(head=tuple(self.head[i] for i in kept), rows=rows)


def findings(graph: Graph) -> tuple[Finding, ...]:
    """The findings of `flow` in a graph, worst first."""
    note = graph.notes.get("flow")
    return note.findings if isinstance(note, FlowNote) else ()


def causes(graph: Graph) -> tuple[Cause, ...]:
    """The root causes of the findings, worst first."""
    note = graph.notes.get("flow")
    return note.causes if isinstance(note, FlowNote) else ()


def sections(graph: Graph, most: int | None = MOST) -> Iterator[TextTable]:
    """The tables that have a row: parameters and operations, from the inputs to the loss."""
    kinds = _kinds(graph)
    graph, leaves = graph.whole, learned(graph.whole)
    first = {"input" if leaves and leaves[0].leaf == "input" else "parameter": _name}
    for columns, rows, nodes in (
        ({**first, **_PARAMETER}, parameters, leaves),
        (_OPERATION, operations, acting(graph)),
    ):
        shown = rows(graph, _worst(nodes, kinds, most))  # measured only if they are shown
        if shown:
            yield _section(columns, [(r, kinds) for r in shown], [kinds.get(r.node, ()) for r in shown], len(nodes))


def _section(
    columns: Mapping[str, Callable[..., str]], items: Sequence[Any], kinds: Iterable[tuple[str, ...]], total: int
) -> TextTable:
    """The table without its empty columns."""
    rows = tuple(tuple(clean(word(*one)) for word in columns.values()) for one in items)
    section = TextTable(tuple(columns), rows, tuple(kinds), total - len(rows))
    empty = [name for name, column in zip(columns, zip(*rows, strict=True), strict=True) if not any(column)]
    for name in empty:
        section = section.without(name)
    return section


def _worst(nodes: list[Node], kinds: Kinds, most: int | None) -> list[Node]:
    """Those with the worst findings, then the first ones; in the order of the graph."""
    if most is None or len(nodes) <= most:
        return nodes
    ranks = [min((DIAGNOSTICS[k].rank for k in kinds.get(n.key, ())), default=math.inf) for n in nodes]
    chosen = sorted(range(len(nodes)), key=lambda i: (ranks[i], i))[:most]
    return [nodes[i] for i in sorted(chosen)]


def _kinds(graph: Graph) -> dict[int, tuple[str, ...]]:
    """The kinds of the findings at each node, worst first."""
    kinds_by_node: dict[int, dict[str, None]] = {}
    for finding in findings(graph):
        kinds_by_node.setdefault(finding.node, {})[finding.kind] = None
    return {key: tuple(kinds) for key, kinds in kinds_by_node.items()}


def _name(row: MeasureRow, kinds: Kinds) -> str:
    return _short(pretty(row.name))


def _short(text: str) -> str:
    return cut(clean(text), WIDEST)


def _maybe(x: float | None) -> str:
    return "" if x is None else cell(x)


def _of(quantity: str) -> Callable[[MeasureRow, Kinds], str]:
    """A word for one measure of the gradient; a dash where none arrives."""
    return lambda row, kinds: cell(getattr(row.gradient, quantity, None))


def share(x: float | None) -> str:
    """A share as a percentage; only none is 0, and only all are 100.

    >>> share(0.0), share(0.001), share(0.254), share(0.9999), share(1.0), share(None)
    ('0', '<1 %', '25 %', '>99 %', '100 %', '–')
    """
    return "–" if x is None else "0" if x == 0 else percent(x)


_SIZES: Mapping[str, Callable[[MeasureRow, Kinds], str]] = {
    "shape": lambda row, kinds: _short(shape(row.shape)),
    "rms value": lambda row, kinds: cell(row.value.rms),
    "‖g‖": _of("norm"),
    "mean |g|": _of("mean"),
    "rms g": _of("rms"),
    "g = 0": lambda row, kinds: share(getattr(row.gradient, "zeros", None)),
}
_ENDS: Mapping[str, Callable[[MeasureRow, Kinds], str]] = {
    "source": lambda row, kinds: _short(row.source or ""),
    "findings": lambda row, kinds: _short(", ".join(kinds.get(row.node, ()))),
}
_PARAMETER: Mapping[str, Callable[[MeasureRow, Kinds], str]] = {
    **_SIZES,
    "‖Δw‖/‖w‖": lambda row, kinds: _maybe(row.update),
    **_ENDS,
}
_OPERATION: Mapping[str, Callable[[MeasureRow, Kinds], str]] = {
    "operation": _name,
    "op": lambda row, kinds: _short(row.op),
    **_SIZES,
    "back/got": lambda row, kinds: _maybe(row.ratio),
    **_ENDS,
}
