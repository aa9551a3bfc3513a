"""The overview of a class: the answers of everybody, marked, and which slip is common."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..errors import MarkError
from ..graph import load
from ..marking import Marking, mark
from ..marking.claim_tables import SUFFIXES
from ..text.escape import markdown as escaped
from ..text.numbers import number
from ..text.table import columns, markdown

COMMON = 3  # slips that are named
NUMBER = re.compile(r"(\d+)\D*$")
ANSWERS = (*SUFFIXES, ".toml")


@dataclass(frozen=True)
class ClassOverview:
    """The result of `overview`: the marking of each file of answers by its name; prints as a table."""

    markings: dict[str, Marking]
    problems: tuple[str, ...] = ()

    @property
    def rows(self) -> list[list[str]]:
        """For each: name, right numbers of all, points, where the first slip is, and its cause."""
        return [_row(name, marking) for name, marking in self.markings.items()]

    @property
    def common(self) -> list[str]:
        """The commonest slips by cause and by quantity, with their counts."""
        slips = [r for m in self.markings.values() for r in m.results if r.verdict == "slip" and not r.misprint]
        kinds = Counter(r.causes[0].rpartition("]: ")[2].partition(":")[0] for r in slips if r.causes)
        where = Counter(r.title for r in slips)
        named = [f"{what} ({_times(n)})" for what, n in kinds.most_common(COMMON)]
        return named + [f"at {what} ({_times(n)})" for what, n in where.most_common(COMMON)]

    def to_markdown(self) -> str:
        """The overview as Markdown."""
        lines = [f"**{len(self.markings)} answers**", "", *markdown(HEAD, [[escaped(c) for c in r] for r in self.rows])]
        lines += ["", "Common slips:", "", *(f"- {escaped(text)}" for text in self.common)] if self.common else []
        lines += ["", *(f"- not marked: {escaped(problem)}" for problem in self.problems)] if self.problems else []
        return "\n".join(lines) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __str__(self) -> str:
        lines = columns([HEAD, *self.rows])
        lines += ["", f"Common slips: {'; '.join(self.common)}"] if self.common else []
        return "\n".join([*lines, *(f"not marked: {p}" for p in self.problems)]) + "\n"


HEAD = ["answers", "right", "slips", "misprints", "blank", "points", "first slip", "cause"]


def overview(sheets: str | Path, answers: str | Path) -> ClassOverview:
    """Mark a folder of answers with the keys of a folder of sheets.

    The number at the end of a file's name is that of the sheet: ``anna-07.csv`` is marked with ``key-07.tgraph``.
    Raises `MarkError` for a folder without keys, or without answers; a file that cannot be marked is a problem.
    """
    keys = {int(found[1]): p for p in sorted(Path(sheets).glob("key-*.tgraph")) if (found := NUMBER.search(p.stem))}
    files = sorted(p for p in Path(answers).iterdir() if p.suffix.lower() in ANSWERS and not p.stem.startswith("key-"))
    if not keys:
        raise MarkError(f"overview: there is no key-*.tgraph in {sheets}; tracegraph exercise writes them")
    if not files:
        raise MarkError(f"overview: there are no answers ({', '.join(ANSWERS)}) in {answers}")
    markings: dict[str, Marking] = {}
    problems: list[str] = []
    for path in files:
        found = NUMBER.search(path.stem)
        key = keys.get(int(found[1])) if found else None
        if key is None:
            problems.append(f"{path.name}: its name does not end with the number of a sheet")
            continue
        try:
            markings[path.stem] = mark(load(key), path)
            problems += [f"{path.name}: {problem}" for problem in markings[path.stem].problems]
        except MarkError as error:
            problems.append(f"{path.name}: {error}")
    return ClassOverview(markings, tuple(problems))


def _row(name: str, marking: Marking) -> list[str]:
    written = [r for r in marking.results if r.verdict != "left blank"]
    slips = [r for r in written if r.verdict == "slip"]
    real = [r for r in slips if not r.misprint]
    first = next(iter(real or slips), None)
    points = f"{number(marking.points[0])} of {number(marking.points[1])}" if marking.points else ""
    counts = [f"{sum(r.right for r in written)} of {len(marking.results)}", str(len(real)), str(len(slips) - len(real))]
    cause = first.causes[0] if first is not None and first.causes else ""
    return [name, *counts, str(marking.counts["left blank"]), points, first.title if first is not None else "", cause]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
