"""The root causes of a flow as texts: for the table, for Markdown, for a terminal and for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..graph import Graph
from ..graph.note import Cause, Finding
from ..text.names import pretty
from ..text.numbers import cell, clean
from ..text.width import cut

NAMED = 6  # nodes of one kind of consequence
PLACES = 3  # elements that a cause is told with
WIDEST = 32  # places of a name


class CauseText(NamedTuple):
    """A cause in lines: the ``head`` (kind, place, line of the program, code), sentence, remedy and consequences."""

    kind: str
    severity: str
    head: str
    lines: tuple[str, ...]


def texts(graph: Graph, causes: Iterable[Cause]) -> list[CauseText]:
    """Each cause as lines of text, in their order."""
    return [CauseText(c.kind, c.severity, clean(_head(c)), tuple(map(clean, _lines(graph, c)))) for c in causes]


def headline(causes: tuple[Cause, ...]) -> str:
    """The worst thing first, in one line; empty where there is nothing to say."""
    faults, hints = [c for c in causes if c.severity == "fault"], [c for c in causes if c.severity != "fault"]
    parts = []
    if faults:
        count = "1 root cause" if len(faults) == 1 else f"{len(faults):,} root causes, the worst"
        parts.append(f"{count}: {_named(faults[0])}")
    if hints:
        word = f"{len(hints):,} hint{'s' * (len(hints) > 1)}"
        parts.append(word if faults else f"{word}: {_named(hints[0])}")
    return clean("; ".join(parts))


def records(causes: Iterable[Cause], plain: Any) -> list[dict[str, Any]]:
    """The causes for JSON; ``plain``: how a number is written."""
    return [
        {
            "kind": c.kind,
            "node": c.node,
            "place": c.place,
            "line": c.line,
            "excerpt": c.excerpt,
            "measure": plain(c.measure),
            "threshold": plain(c.threshold),
            "sentence": c.sentence,
            "remedy": c.remedy,
            **({"outcome": c.outcome} if c.outcome else {}),
            "consequences": [{"kind": f.kind, "node": f.node, "cause": f.cause} for f in c.consequences],
            "severity": c.severity,
        }
        for c in causes
    ]


def followed(graph: Graph, consequences: Iterable[Finding]) -> str:
    """What follows from a cause: of each kind how many, and where."""
    places: dict[str, list[str]] = {}
    for finding in consequences:
        places.setdefault(finding.kind, []).append(_short(graph.whole.node(finding.node).name))
    return ", ".join(f"{len(names):,} {kind} ({_listed(names)})" for kind, names in places.items())


def _named(cause: Cause) -> str:
    badge = f" ({cause.badge})" if cause.badge else ""
    return f"{cause.kind} at {_short(cause.place)}{badge}"


def _head(cause: Cause) -> str:
    parts = (f"{cause.kind} at {_short(cause.place)}", cut(cause.line or "", WIDEST), cause.excerpt)
    return " · ".join(filter(None, parts))


def _lines(graph: Graph, cause: Cause) -> list[str]:
    lines = [f"{cause.sentence}{_at(cause)}{_measured(cause)}"]
    if cause.remedy:
        lines.append(f"remedy: {cause.remedy}")
    if cause.outcome:
        lines.append(f"tried: {cause.outcome}")
    if cause.consequences:
        lines.append(f"so: {followed(graph, cause.consequences)}")
    return lines


def _at(cause: Cause) -> str:
    """The elements that a cause is about, unless the sentence names them."""
    places = [f"[{', '.join(map(str, at))}]" for at in cause.index[:PLACES] if at]
    units = ", ".join(places).replace("[", "").replace("]", "")
    if not places or places[0] in cause.sentence or f"({units}" in cause.sentence:
        return ""
    return f" (at {', '.join(places)}{', …' * (len(cause.index) > PLACES)})"


def _measured(cause: Cause) -> str:
    if cause.measure is None or cause.threshold is None:
        return ""
    return f" [{cell(cause.measure)}, threshold {cell(cause.threshold)}]"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + ", …" * (len(names) > NAMED)


def _short(name: str) -> str:
    return cut(pretty(name), WIDEST)
