"""The report of a flow: as a table, as Markdown and as JSON; and what a build is to fail on."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..errors import GraphError
from ..graph import Graph, nearest
from ..graph.measure import Size
from ..text.escape import markdown as escaped
from ..text.numbers import clean
from ..text.table import aligned, markdown
from .finding import DIAGNOSTICS, Finding
from .flow_causes import CauseText, headline, records, texts
from .flow_rows import MeasureRow, operations, parameters
from .flow_summary import summary
from .flow_tables import MOST, causes, findings, sections

SEVERITIES = {"any": "fault", "fault": "fault", "hint": "hint"}
"""What a build can fail on besides kinds; "any" is every fault."""


def table(graph: Graph, most: int | None = MOST) -> str:
    """The report as text, the same whatever shows it; ``most``: rows of each table, None for all."""
    parts = [[clean(line) for line in (*filter(None, [headline(causes(graph))]), *summary(graph).lines)]]
    shown, rest = told(graph, most)
    parts += [[text.head, *(f"  {line}" for line in text.lines)] for text in shown]
    parts += [[rest]] if rest else []
    for part in sections(graph, most):
        parts.append([*aligned(part.head, part.rows, part.right), *filter(None, [part.rest])])
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def to_markdown(graph: Graph, most: int | None = MOST) -> str:
    """The report as Markdown."""
    first, second = map(escaped, summary(graph).lines)
    worst = headline(causes(graph))
    parts = [f"**{escaped(worst)}**; {second}; {first}" if worst else f"**{second}**; {first}"]
    shown, rest = told(graph, most)
    parts += [_markdown_entry(text) for text in shown]
    parts += filter(None, [rest])
    for part in sections(graph, most):
        parts.append("\n".join(markdown(part.head, part.rows, part.right)))
        parts += filter(None, [part.rest])
    return "\n\n".join(parts) + "\n"


def told(graph: Graph, most: int | None = MOST) -> tuple[list[CauseText], str]:
    """The first causes as texts, and the line about those that are left out."""
    found = causes(graph)
    more = len(found[:most]) - len(found)
    rest = f"… {-more:,} more cause{'s' * (more != -1)}; JSON has all" if more else ""
    return texts(graph, found[:most]), rest


def _markdown_entry(text: CauseText) -> str:
    return "\n".join([f"**{escaped(text.head)}**", "", *(f"- {escaped(line)}" for line in text.lines)])


def to_json(graph: Graph) -> str:
    """Everything as JSON: ``summary``, ``causes``, ``findings``, ``parameters`` and ``operations``.

    Numbers have 12 significant digits, as the last ones depend on the processor; NaN and infinities are strings.
    """
    totals = summary(graph)
    ends = {
        end: pair and {"name": pair[0], "norm": _plain(pair[1])}
        for end, pair in (("smallest", totals.smallest), ("largest", totals.largest))
    }
    record: dict[str, Any] = {
        "summary": {
            "loss": graph.whole.output.name,
            "parameters": totals.parameters,
            "reached": totals.reached,
            **ends,
            "findings": totals.found,
        },
        "causes": records(causes(graph), _plain),
        "findings": [_finding(graph, f) for f in findings(graph)],
        "parameters": [_row(row, "update") for row in parameters(graph.whole)],
        "operations": [_row(row, "ratio") for row in operations(graph.whole)],
    }
    return "{\n" + ",\n".join(f' "{key}": {_written(part)}' for key, part in record.items()) + "\n}\n"


def named(kind: str) -> str:
    """A kind of finding by its name, with dashes or underscores.

    Raises `GraphError` with the nearest names for one that there is not.
    """
    name = kind.strip().lower().replace("-", "_")
    if name not in DIAGNOSTICS:
        known = ", ".join(sorted(DIAGNOSTICS, key=lambda k: DIAGNOSTICS[k].rank))
        raise GraphError(f"no finding is called {kind!r}{nearest(name, DIAGNOSTICS)}; there are {known}")
    return name


def wanted(kinds: Iterable[str]) -> tuple[str, ...]:
    """Kinds by their names, and severities: "fault" (or "any") for every fault, "hint" for every hint."""
    names = (SEVERITIES.get(kind.strip().lower()) or named(kind) for kind in kinds)
    return tuple(dict.fromkeys(names))


def failed(graph: Graph, kinds: Iterable[str]) -> dict[str, int]:
    """The number of findings of each of these kinds, worst first; empty where there is none.

    A hint counts where its kind is named, or hints are.
    """
    kinds = wanted(kinds)
    hints = [c.kind for c in causes(graph) if c.severity == "hint" and not {c.kind, "hint"}.isdisjoint(kinds)]
    faults = [f.kind for f in findings(graph) if not {f.kind, "fault"}.isdisjoint(kinds)]
    return dict(Counter([*faults, *hints]))


def _written(part: Any) -> str:
    """A part of the report as JSON, each record on a line of its own."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    if not isinstance(part, list):
        return encode(part)
    return "[" + ",".join(f"\n  {encode(record)}" for record in part) + ("\n ]" if part else "]")


def _finding(graph: Graph, finding: Finding) -> dict[str, Any]:
    node = graph.whole.node(finding.node)
    return {
        "kind": finding.kind,
        "node": node.key,
        "name": node.name,
        "measure": _plain(finding.measure),
        "threshold": _plain(finding.threshold),
        "cause": finding.cause,
        "remedy": finding.remedy,
        "index": [[int(i) for i in at] for at in finding.index],
        "source": node.line,
    }


def _row(row: MeasureRow, measure: str) -> dict[str, Any]:
    return {
        "node": row.node,
        "name": row.name,
        "op": row.op,
        "shape": list(row.shape),
        "value": _size(row.value),
        "gradient": _size(row.gradient),
        measure: _plain(getattr(row, measure)),
        "source": row.source,
    }


def _size(size: Size | None) -> dict[str, Any] | None:
    return None if size is None else {key: _plain(x) for key, x in size._asdict().items()}


def _plain(x: Any) -> float | str | None:
    if x is None:
        return None
    return float(f"{float(x):.12g}") if math.isfinite(x) else str(float(x))
