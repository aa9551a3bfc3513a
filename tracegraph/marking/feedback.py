"""What a marking says once of all claims: causes, rounding, points, what to look at again, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ..graph import Graph
from ..text.names import gradient_name, pretty
from ..text.numbers import number
from .judge import SLIP
from .results import Result
from .targets import Target

TOPICS = 3  # that are named
NAMED = 8  # missing claims that are named


def by_cause(results: Sequence[Result], misprint: bool) -> Iterator[list[Result]]:
    """The slips that share a cause; one without a cause is alone."""
    slips = [r for r in results if r.verdict == SLIP and r.misprint == misprint]
    order = {r.causes: i for i, r in reversed(list(enumerate(slips)))}
    slips.sort(key=lambda r: order[r.causes])
    for causes, some in groupby(slips, key=lambda r: r.causes):
        together = list(some)
        yield from [together] if causes else [[r] for r in together]


def remarks(results: Sequence[Result], points: tuple[float, float] | None, missing: Sequence[str]) -> Iterator[str]:
    """The sentences under a report."""
    if rounded := sum(r.rounded_before for r in results):
        which = "1 number is" if rounded == 1 else f"{rounded} numbers are"
        yield f"Rounding carried on: {which} right from your rounded numbers; the exact ones differ in the last digits."
    if points is not None:
        yield f"Points: {number(points[0], 4)} of {number(points[1], 4)}."
    topics = list(dict.fromkeys(r.topic for r in results if r.verdict == SLIP and not r.misprint and r.topic))
    if topics:
        yield f"Look again at: {', '.join(topics[:TOPICS])}."
    if missing:
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        yield f"Missing: {', '.join(missing[:NAMED])}{more}."


def missing(graph: Graph, targets: Sequence[Target]) -> tuple[str, ...]:
    """Named values, and gradients of parameters, that no claim is about."""
    claimed = {t.quantity for t in targets}
    about = {key for key, loss in claimed if loss is not None}
    named = [n for n in graph if n.named and n.formula and not n.is_gradient]
    names = [pretty(n.name) for n in named if (n.key, None) not in claimed]
    learned = [n for n in graph if n.is_parameter and n.gradient is not None and n.key not in about]
    return (*names, *(gradient_name(n.loss or graph.output.name, n.name) for n in learned if about))
