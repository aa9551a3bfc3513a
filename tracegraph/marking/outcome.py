"""The results of claims from the verdicts on their elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .judge import BLANK, CARRIED, ROUNDING, SLIP, WORST, Judged
from .results import Result
from .shared_causes import shared_causes
from .slip_causes import Causes, Explained
from .study_topics import topic_of
from .targets import Index, Target
from .written import Written


def outcome(targets: Sequence[Target], verdicts: Sequence[dict[Index, Judged]], causes: Causes) -> tuple[Result, ...]:
    """One result for each target, in their order."""
    labels = [t.claim.label for t in targets]
    shared = shared_causes(causes.judge)
    every = enumerate(zip(targets, verdicts, strict=True))
    return tuple(_result(i, t, v, labels, causes, shared) for i, (t, v) in every)


def _result(
    i: int,
    target: Target,
    verdicts: dict[Index, Judged],
    labels: list[str],
    causes: Causes,
    shared: Mapping[tuple[int, Index], Explained],
) -> Result:
    parts = {at: _one(i, at, target, j, labels, causes, shared.get((i, at))) for at, j in verdicts.items()}
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
        tuple(causes_found)[:1],
        tuple(origins),
        target.claim.line,
        _joined(parts),
        parts,
        bool(wrong := [p for p in parts.values() if p.verdict == SLIP]) and all(p.misprint for p in wrong),
        topic_of(causes.judge.graph, target) if worst == SLIP else "",
    )


def _one(
    i: int, at: Index, target: Target, judged: Judged, labels: list[str], causes: Causes, shared: Explained | None
) -> Result:
    claim, written = target.claim, target.atoms[at]
    way, cause = causes.of(i, at) if judged.verdict == SLIP else (judged.way, None)
    cause = shared if shared is not None and (cause is None or cause.misprint) else cause
    texts: tuple[str, ...] = () if cause is None else (cause.text,)
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
        misprint=cause is not None and cause.misprint,
        topic=topic_of(causes.judge.graph, target) if judged.verdict == SLIP else "",
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
        return "right by the exact values, not by the rounded ones before it"
    if judged.verdict in (CARRIED, ROUNDING) and judged.origins:
        return "right from your values; follows from " + ", ".join(labels[s] for s in sorted(judged.origins))
    return ""


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
