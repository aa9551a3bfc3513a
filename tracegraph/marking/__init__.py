"""Marking: a worked solution, checked number by number, with errors carried forward."""

from __future__ import annotations

from typing import Any

from ..errors import MarkError
from ..graph import Graph, Noted, graph_in
from .claim_tables import is_table
from .claims import Claim, Problem, read_claims
from .feedback import missing
from .judge import Judge
from .mark_report import Marking
from .outcome import outcome
from .replay import Replay
from .results import Result
from .slip_causes import Causes
from .targets import Target, target

__all__ = ["Claim", "Marking", "Result", "mark"]


def mark(graph: Graph | Noted, claims: Any) -> Marking:
    """Judge what somebody wrote for the quantities of a computation, each from the writer's own values before it.

    ``claims``: the path of a TOML file or of a table (.csv, .tsv, .md), or a list of dictionaries or `Claim` objects.
    Claims that cannot be judged are
    in ``problems`` of the result, and the rest is marked. Raises `MarkError` for a file that cannot be read.
    """
    traced = graph_in(graph)
    if traced is None:
        raise MarkError(f"mark: give a graph, such as tg.trace(loss), not {type(graph).__name__}")
    replay = Replay(traced)
    targets: list[Target] = []
    problems: list[Problem] = []
    for number, entry in enumerate(read_claims(claims), 1):
        if isinstance(entry, Problem):
            problems.append(entry)
            continue
        try:
            targets.append(target(traced, replay, entry))
        except MarkError as error:
            problems.append(Problem(number, entry.line, str(error)))
    judge = Judge(traced, replay, targets)
    verdicts = judge.run()
    results = outcome(targets, verdicts, Causes(judge))
    left_out = missing(traced, targets) if is_table(claims) else ()
    return Marking(traced, targets, results, tuple(problems), left_out)
