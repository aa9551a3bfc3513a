"""``tg.gradcheck``: a graph on which every backward rule was checked."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from math import log10
from typing import Any

import numpy as np

from ...errors import GraphError
from ...graph import Badge, Edge, Graph, Node, Noted
from ...graph.note import Check, ChecksNote
from ...text.names import pretty
from ...text.numbers import cell, clean, number
from ...text.table import columns
from ...text.width import cut
from ..finding import Finding, Index
from .compare import OK, UNKNOWN, VERDICTS, WRONG, Verdict
from .recorded_rules import SUM, Unchecked, added_up, is_complete, slots

HEAD = ("node", "op", "verdict", "error", "method", "where", "expected", "found", "line")
WIDEST = 48  # places of a cell
TONES = {"ok": "calm", "wrong": "invalid"}
"""Colours of badges by verdict; others are neutral."""


class Checked(Noted):
    """The result of `gradcheck`: a graph with a badge on each card: a tick with the relative error, a kink, or a cross.

    It can be used wherever a graph can, and views of it have the same results. As text it is a table, worst first.
    """

    __slots__ = ()
    kind = "gradcheck"

    @property
    def note(self) -> ChecksNote:
        """The results, as the graph has them."""
        note = self.notes[self.kind]
        assert isinstance(note, ChecksNote)
        return note

    @property
    def results(self) -> tuple[Check, ...]:
        """A `Check` for each operation that a gradient arrives at, in the order of the graph."""
        return self.note.results

    @property
    def ok(self) -> bool:
        """Whether no rule is wrong."""
        return all(c.verdict != "wrong" for c in self.results)

    @property
    def worst(self) -> Check | None:
        """The worst result; None where there is none."""
        return next(iter(self._ordered()), None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The wrong rules as findings of the kind ``gradcheck``, like those of `flow`."""
        return tuple(self._finding(c) for c in self._ordered() if c.verdict == "wrong")

    def _ordered(self) -> list[Check]:
        return sorted(self.results, key=lambda c: (-VERDICTS.index(c.verdict), -(c.error or 0.0)))

    def _finding(self, c: Check) -> Finding:
        place = f" at {_place(c.index)}" if c.index else ""
        what = c.where or "the contribution"
        cause = f"{what}{place} is {number(c.found)} where {c.method} gives {number(c.expected)}"
        error = c.error or 0.0
        excess = log10(error / self.note.tolerance) if error > 0 else 0.0
        index = () if c.index is None else (c.index,)
        return Finding("gradcheck", c.node, ", ".join(c.tags), cause, error, self.note.tolerance, index, excess)

    def __str__(self) -> str:
        return "\n".join([*columns([HEAD, None, *(_cells(c) for c in self._ordered())]), ""])


def gradcheck(what: Any, *arrays: Any, tolerance: float | None = None) -> Checked:
    """Check what the rule of every operation sent back against a derivative that was computed without it.

    ``what``: a tensor, a graph, or a function that is applied to arrays. Each operation is run again at its recorded
    inputs: by complex step where it takes complex numbers and is analytic (Squire and Trapp 1998), else by central
    differences, extrapolated (Ridders 1982). Of inputs up to 64 elements each is checked, and each of an operation
    element by element; larger ones in three random directions. Where the contributions of all uses are in the graph,
    their sum must be the gradient.

    ``tolerance``: the largest relative error. By default 1e-12 against complex steps, some thousand roundings; 1e-6
    against central differences, whose error is near the two thirds power of a rounding (Nocedal and Wright, Numerical
    Optimization, 8.1); and 100 roundings of float32 or float16 where something was recorded in these. What one rounding
    of the rule's own inputs changes is allowed on top, thirty times, so that cancellation is no alarm. At a kink any
    contribution between the slopes of both sides passes.

    Raises `GraphError` where nothing was differentiated, or for a tolerance that is no positive number.

    >>> import tracegraph as tg
    >>> a, b = tg.tensor([1.0, 2.0], "a"), tg.tensor([3.0, 0.5], "b")
    >>> tg.gradcheck(tg.sum(tg.sin(a * b))).ok
    True
    """
    from ...frontends import graph_of

    return checked(graph_of(what, arrays, sys._getframe(1)), tolerance)


def checked(graph: Graph, tolerance: float | None = None) -> Checked:
    """The graph with the result of each check."""
    if tolerance is not None and not (isinstance(tolerance, (int, float)) and 0 < tolerance < np.inf):
        raise GraphError(f"gradcheck: tolerance must be a positive number, not {tolerance!r}")
    if all(e.contribution is None for e in graph.edges):
        raise GraphError("gradcheck: nothing was differentiated; give a scalar loss, or call backward(seed) before")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", np.exceptions.ComplexWarning)  # the derivative would be thrown away
        found = {c.node: c for c in _checks(graph, tolerance)}
    results = tuple(replace(c, tags=_tags(c)) for c in found.values())
    badges = tuple(Badge(c.node, tag, TONES.get(c.verdict, "positive")) for c in results for tag in c.tags)
    return Checked(graph.with_note("gradcheck", ChecksNote(badges, results, tolerance or 1e-12)))


def _tags(check: Check) -> tuple[str, ...]:
    """The texts on the card."""
    if check.verdict == "wrong":
        return tuple(
            f"✗ {where} off by {_short(error)}" if where else f"✗ {_short(error)}" for where, error in check.wrong
        )
    if check.verdict == "kink":
        return (f"kink at {_place(check.index)}" if check.index else "kink",)
    return (f"✓ {_short(check.error)}",) if check.verdict == "ok" else ("not checked",)


def _checks(graph: Graph, tolerance: float | None) -> Iterator[Check]:
    complete = is_complete(graph)
    for node in graph:
        edges = [e for e in graph.inputs(node) if e.contribution is not None]
        check = _rule(graph, node, edges, tolerance) if edges else None
        total = added_up(graph, node) if complete else None
        if total is not None and total.verdict == WRONG:
            check = _check(graph, node, {f"sum of the uses of {pretty(node.name)}": total})
        if check is not None:
            yield check


def _rule(graph: Graph, node: Node, edges: list[Edge], tolerance: float | None) -> Check:
    """The check of the rules of one operation."""
    try:
        judged = {_derivative(graph, node, e, edges): j for e, j in slots(graph, node, edges, tolerance)}
    except Unchecked as why:
        return Check(node.key, node.name, node.op, VERDICTS[UNKNOWN], line=node.line, reason=str(why))
    return _check(graph, node, judged)


def _check(graph: Graph, node: Node, judged: dict[str, Verdict]) -> Check:
    where, worst = max(judged.items(), key=lambda item: (item[1].verdict, item[1].error))
    wrong = tuple((name, j.error) for name, j in judged.items() if j.verdict == WRONG)
    if len(graph.inputs(node)) == 1 and worst.method != SUM:
        where, wrong = "", tuple(("", error) for _, error in wrong)
    error = worst.error if worst.verdict in (OK, WRONG) else None
    return Check(
        node.key,
        node.name,
        node.op,
        VERDICTS[worst.verdict],
        error,
        worst.method,
        wrong,
        where,
        worst.index,
        worst.expected,
        worst.found,
        node.line,
        "too much rounding" * (worst.verdict == UNKNOWN),
    )


def _derivative(graph: Graph, node: Node, edge: Edge, edges: list[Edge]) -> str:
    """The derivative that a contribution is made with; the number of the input where that is not enough."""
    often = sum(e.source == edge.source and e.index == edge.index for e in edges) > 1
    at = "" if edge.index is None else f"[{_place(edge.index)}]"
    source = graph.node(edge.source).name
    return f"∂{pretty(node.name)}/∂{pretty(source)}{at}" + f" (input {edge.slot + 1})" * often


def _cells(c: Check) -> tuple[str, ...]:
    error = "" if c.error is None else _short(c.error)
    compared = c.verdict in ("kink", "wrong")
    where = f"{c.where or ''}[{_place(c.index)}]" if c.index else c.where
    numbers = (number(c.expected), number(c.found)) if compared else ("", "")
    note = (c.reason or c.method, where * compared, *numbers)
    return tuple(cut(clean(text), WIDEST) for text in (pretty(c.name), c.op, c.verdict, error, *note, c.line or ""))


def _short(error: float | None) -> str:
    return cell(error, 1 if error is not None and error < 1e-3 else 2)


def _place(index: Index | None) -> str:
    return ",".join(map(str, index or ()))
