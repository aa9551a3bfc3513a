"""The report of a marking: as a table, as Markdown, as JSON, and as marks on the cards of a picture."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..cached import cached
from ..files import write_atomic
from ..graph import Graph, Mark
from ..graph.note import MarksNote
from ..text.escape import markdown as escaped
from ..text.numbers import number
from ..text.table import columns, markdown
from .claims import Problem
from .feedback import by_cause, remarks
from .judge import BLANK, CARRIED, ROUNDING, SLIP, VERDICTS
from .results import SYMBOLS, Result
from .targets import Target
from .written import read

if TYPE_CHECKING:
    from ..drawing import Drawing

MOST_ELEMENTS = 9
"""Elements of a matrix that a table shows; of a larger one, only what is wrong."""


class Marking:
    """The report of `mark`: ``results`` in the order of the claims, and ``problems``: claims that cannot be judged.

    ``missing``: names of what a table of answers leaves out.

    It shows itself in a notebook; ``save(path)`` writes .md, .txt, .json or a picture.
    """

    def __init__(
        self,
        graph: Graph,
        targets: Sequence[Target],
        results: tuple[Result, ...],
        problems: tuple[Problem, ...],
        missing: tuple[str, ...] = (),
    ) -> None:
        self._graph, self._targets = graph, targets
        self.results, self.problems, self.missing = results, problems, missing

    @cached
    def graph(self) -> Graph:
        """The graph with a mark on each node that something was written for."""
        marks: list[tuple[int, Mark]] = []
        for target, result in zip(self._targets, self.results, strict=True):
            quantity = "value" if target.quantity[1] is None else "gradient"
            parts = result.elements or {(): result}
            marks += [(target.node.key, _mark(p, quantity, at)) for at, p in parts.items()]
        return self._graph.with_note("marks", MarksNote(marks=tuple(marks)))

    @property
    def counts(self) -> dict[str, int]:
        """The number of claims by verdict."""
        found = Counter(r.verdict for r in self.results)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def summary(self) -> str:
        """One line: how many are right, and where it went wrong first."""
        written = [r for r in self.results if r.verdict != BLANK]
        slips = [r for r in written if r.verdict == SLIP]
        counts = self.counts
        among = ", ".join(f"{counts[v]} {v}" for v in (ROUNDING, CARRIED) if counts[v])
        text = f"{sum(r.right for r in written)} of {len(written)} right" + (f" ({among})" if among else "")
        pen = sum(r.misprint for r in slips)
        real = [r for r in slips if not r.misprint]
        text += f", {len(real)} slip{'s' * (len(real) != 1)}" if real else ""
        text += f", {pen} misprint{'s' * (pen != 1)}" if pen else ""
        text += f", {counts[BLANK]} left blank" if counts[BLANK] else ""
        if slips:
            first = (real or slips)[0]
            text += f"; first {'slip' if real else 'misprint'}: {first.title}{_at(first)}, {_wrong(first)}"
        return text

    @property
    def points(self) -> tuple[float, float] | None:
        """The points reached, and those that can be; None where the claims give none."""
        counted = [(r.points, r.claim.points) for r in self.results if r.points is not None and r.claim.points]
        return (sum(got for got, _ in counted), sum(most for _, most in counted)) if counted else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """Once for all claims: rounding, points, what to look at again, what is missing."""
        return tuple(remarks(self.results, self.points, self.missing))

    def to_markdown(self) -> str:
        """The report as Markdown: a summary, the slips with their causes, and a table of everything."""
        lines = [f"**{escaped(self.summary)}**", ""]
        lines += _listed([_slip(some) for some in by_cause(self.results, misprint=False)])
        pen = [_slip(some) for some in by_cause(self.results, misprint=True)]
        lines += ["Looks like a misprint:", "", *_listed(pen)] if pen else []
        lines += _listed([_followed(r, self.results) for r in self.results if r.verdict == CARRIED])
        lines += [line for remark in self.remarks for line in (escaped(remark), "")]
        rows = [[r.title, *_numbers(r), _verdict(r, self.results)] for r in self.results]
        lines += markdown(["quantity", "written", "from your values", "exact", "verdict"], rows)
        if self.problems:
            lines += ["", "Not marked:", "", *(f"- {escaped(str(p))}" for p in self.problems)]
        lines += ["", "  ".join(f"{SYMBOLS[v]} {v}" for v in VERDICTS)]
        return "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """The results as a JSON list; a number that is not finite is a text."""
        return json.dumps([_record(r) for r in self.results], ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def report(self, format: str) -> str:
        """The report as ``md``, ``txt`` or ``json``."""
        return REPORTS[format](self)

    def draw(self, **options: Any) -> Drawing:
        """The graph drawn with its marks, and a key of their signs; ``options`` as for `draw`."""
        from ..drawing import draw

        return draw(self.graph, **{"key": True, **options})

    def save(self, path: str | os.PathLike[str], **options: Any) -> Path:
        """Write the report (.md .txt .json), the marked graph (.tgraph) or the picture, by the suffix; return the path.

        ``options`` are those of `draw`.
        """
        path = Path(path)
        if path.suffix.lower() == ".tgraph":
            self.graph.save(path)
            return path
        if (format := path.suffix.lower().removeprefix(".")) not in REPORTS:
            return self.draw(**options).save(path)
        write_atomic(path, self.report(format).encode())
        return path

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __str__(self) -> str:
        head = ("", "quantity", "written", "from your values", "exact", "")
        rows = [(r.symbol, r.title, *_numbers(r), _comment(r, self.results)) for r in self.results]
        lines = [self.summary, "", *columns([head, *rows]), *(f"not marked: {p}" for p in self.problems)]
        return "\n".join([*lines, *self.remarks]) + "\n"

    def __repr__(self) -> str:
        return f"Marking({self.summary})"


REPORTS: dict[str, Callable[[Marking], str]] = {"md": Marking.to_markdown, "txt": str, "json": Marking.to_json}


def _mark(part: Result, quantity: str, at: tuple[int, ...]) -> Mark:
    right = "" if part.right and not part.carried_from else _shown(part.from_yours, part.written)
    if part.carried_from:
        right = _shown(part.exact, part.written)
    cause = part.causes[0].rpartition("]: ")[2].partition(":")[0] if part.causes else ""
    return Mark(part.verdict, quantity, str(part.written), right, at, cause)


def _shown(value: float, written: Any) -> str:
    """A right number, with two digits more than were written."""
    found = read(written) if isinstance(written, str) and written else None
    return number(value, min(15, max(5, found.significant + 2 if found else 6)))


def _numbers(result: Result) -> tuple[str, str, str]:
    """The written, the following and the exact number, for a table."""
    if not result.elements:
        yours, exact = (_shown(value, result.written) for value in (result.from_yours, result.exact))
        return str(result.written) or "(blank)", yours, exact
    wrong = {at: p for at, p in result.elements.items() if p.verdict == SLIP}
    if len(result.elements) <= MOST_ELEMENTS or not wrong:
        return _matrix(result.written), _matrix(result.from_yours), _matrix(result.exact)
    parts = [_numbers(p) for p in wrong.values()]
    places = [f"[{', '.join(map(str, at))}]" for at in wrong]
    columns = ["; ".join(f"{at} {c}" for at, c in zip(places, column)) for column in zip(*parts, strict=True)]
    return columns[0], columns[1], columns[2]


def _matrix(rows: Any) -> str:
    """A matrix on one line, its rows apart by slashes."""
    if isinstance(rows, str):
        return rows or "(blank)"
    if np.ndim(rows) == 0 and not isinstance(rows, tuple):
        return number(rows, 6)
    inner = [_matrix(row) for row in rows]
    nested = any(not isinstance(row, str) and np.ndim(row) > 0 for row in rows)
    return (" / " if nested else " ").join(inner)


def _comment(result: Result, results: Sequence[Result]) -> str:
    """The comment beside a verdict: the cause of a slip, once for all that share it; origins, remarks."""
    parts = ["misprint" if result.misprint else result.verdict]
    if result.carried_from:
        titles = {r.label: r.title for r in results}
        parts.append(f"from {', '.join(titles[label] for label in result.carried_from)}")
    elif result.remark:
        parts.append(result.remark)
    first = next((r for r in results if r.causes and r.causes == result.causes), result)
    parts += result.causes if first is result else [f"as {first.title}"]
    return "; ".join(parts)


def _verdict(result: Result, results: Sequence[Result]) -> str:
    return f"{result.symbol} {_comment(result, results)}"


def _listed(lines: list[str]) -> list[str]:
    return [*lines, ""] if lines else []


def _at(result: Result) -> str:
    return f" (line {result.line})" if result.line is not None else ""


def _wrong(result: Result) -> str:
    """The written and the right number of a slip."""
    parts = [p for p in result.elements.values() if p.verdict == SLIP] or [result]
    first = parts[0]
    return f"{first.written} for {_shown(first.from_yours, first.written)}"


def _slip(results: Sequence[Result]) -> str:
    """One line for the slips of one cause."""
    cause = "; ".join(results[0].causes) or "none of the usual causes gives this number"
    named = ", ".join(f"**{escaped(r.title)}**{_at(r)}: {escaped(_wrong(r))}" for r in results)
    return f"- ✗ {named}. {escaped(cause)}"


def _followed(result: Result, results: Sequence[Result]) -> str:
    exact = _shown(result.exact, result.written) if not result.elements else "another matrix"
    titles = {r.label: r.title for r in results}
    origins = ", ".join(titles[label] for label in result.carried_from)
    wrote = "this" if result.elements else str(result.written)
    text = f"{wrote} is right from your values, but follows from the slip in {origins}; exact is {exact}."
    return f"- → **{escaped(result.title)}**{_at(result)}: {escaped(text)}"


def _record(result: Result) -> dict[str, Any]:
    record: dict[str, Any] = {
        "claim": result.label,
        "written": _plain(result.written),
        "from_yours": _plain(result.from_yours),
        "exact": _plain(result.exact),
        "verdict": result.verdict,
        "causes": list(result.causes),
        "carried_from": list(result.carried_from),
        "line": result.line,
        "remark": result.remark,
        "misprint": result.misprint,
        "points": result.points,
    }
    if result.elements:
        record["elements"] = [
            {"index": list(at), "written": p.written, "verdict": p.verdict} for at, p in result.elements.items()
        ]
    return record


def _plain(value: Any) -> Any:
    """Tuples and arrays as lists; numbers that are not finite as text, because JSON has none for them."""
    if isinstance(value, (tuple, list, np.ndarray)):
        return [_plain(v) for v in value]
    if isinstance(value, str):
        return value
    return float(value) if isfinite(value) else str(float(value))
