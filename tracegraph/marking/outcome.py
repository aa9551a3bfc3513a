"""The results of claims from the verdicts on their elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..text.numbers import number
from .judge import AGREES, BLANK, CARRIED, ROUNDING, SLIP, WORST, Judged
from .results import Result
from .slip_causes import MOST, Causes
from .targets import Index, Target
from .written import Written


def outcome(targets: Sequence[Target], verdicts: Sequence[dict[Index, Judged]], causes: Causes) -> tuple[Result, ...]:
    """One result for each target, in their order."""
    labels = [t.claim.label for t in targets]
    return tuple(_result(i, t, v, labels, causes) for i, (t, v) in enumerate(zip(targets, verdicts, strict=True)))


def _result(i: int, target: Target, verdicts: dict[Index, Judged], labels: list[str], causes: Causes) -> Result:
    parts = {at: _one(i, at, target, j, labels, causes) for at, j in verdicts.items()}
    is_array = not isinstance(target.claim.written, str)
    if not is_array:
        return next(iter(parts.values()))
    worst = max((p.verdict for p in parts.values()), key=WORST.index, default=BLANK)
    causes_found = dict.fromkeys(c for p in parts.values() for c in p.causes[:1])
    origins = dict.fromkeys(c for p in parts.values() for c in p.carried_from)
    return Result(
        target.claim,
        target.claim.written,
        _array(target, parts, "from_yours"),
        _array(target, parts, "exact"),
        worst,
        tuple(causes_found)[:MOST],
        tuple(origins),
        target.claim.line,
        _joined(parts),
        parts,
    )


def _one(i: int, at: Index, target: Target, judged: Judged, labels: list[str], causes: Causes) -> Result:
    claim, written = target.claim, target.atoms[at]
    way, texts = causes.of(i, at) if judged.verdict == SLIP else (judged.way, ())
    if not isinstance(claim.written, str) and texts:
        texts = tuple(f"[{', '.join(map(str, at))}]: {c}" for c in texts)
    origins = tuple(dict.fromkeys(labels[s] for s in sorted(judged.origins)))
    text = "" if written is None else written.text
    return Result(
        claim,
        text,
        judged.rights[way],
        judged.rights["exact"],
        judged.verdict,
        texts,
        origins,
        claim.line,
        _remark(judged, written, labels),
    )


def _remark(judged: Judged, written: Written | None, labels: list[str]) -> str:
    """The grounds of a verdict: another reading of a slip, right values in its place, or earlier roundings."""
    if judged.reading:
        return "follows with " + ", ".join(f"{labels[s]} = {text}" for s, text in judged.reading.items())
    if written is None or judged.verdict in (BLANK, SLIP):
        return ""
    slips = ", ".join(dict.fromkeys(labels[s] for s in sorted(judged.before)))
    if judged.way in ("each right", "all right"):
        return f"the slip in {slips} was not used here" if slips else ""
    if judged.way == "exact":
        return "follows from the exact values"
    if judged.verdict in (AGREES, ROUNDING) and not judged.origins and not _close(written, judged.rights["exact"]):
        return f"carried rounding: exact {number(judged.rights['exact'], max(6, written.significant + 1))}"
    if judged.verdict in (CARRIED, ROUNDING) and judged.origins:
        return "right from your values; follows from " + ", ".join(labels[s] for s in sorted(judged.origins))
    return ""


def _close(written: Written, exact: float) -> bool:
    return written.agrees(exact) or written.truncated(exact)


def _joined(parts: dict[Index, Result]) -> str:
    """The remarks on the elements of a matrix, each once."""
    return "; ".join(dict.fromkeys(p.remark for p in parts.values() if p.remark))


def _array(target: Target, parts: dict[Index, Result], what: str) -> Any:
    """One column of the elements' results, in the shape of the written matrix."""
    shape: list[int] = []
    row: Any = target.claim.written
    while not isinstance(row, str):
        shape.append(len(row))
        if not row:
            break
        row = row[0]
    return np.array([getattr(p, what) for p in parts.values()], float).reshape(shape)
