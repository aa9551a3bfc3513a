"""What a step of training did for the loss: the same computation again, with the new parameters or the first ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .. import formula
from ..errors import TracegraphError
from ..graph import Graph, Node, traits_of
from ..graph.rerun import Rerun
from ..text.names import pretty
from ..text.numbers import number
from .targets_met import aims, error

LARGEST = 1_000_000  # elements that one computation again may have in all


def step_sentence(graph: Graph, step: int, digits: int) -> str:
    """What the update of one step did for the loss of that step; "" where it cannot be computed again."""
    nodes = [n for n in graph if n.step == step and not n.is_update]
    loss = next((n for n in reversed(nodes) if n.gradient is not None and not n.shape), None)
    updates = [n for n in graph if n.step == step and traits_of(n).kind == "update"]
    changed = {e.source: n.value for n in updates for e in graph.inputs(n)[:1]}
    after = _again(graph, nodes, changed) if loss is not None and changed else None
    if after is None or loss is None or loss.key not in after:
        return ""
    before, now = float(loss.value), float(after[loss.key])
    named = ", ".join(pretty(n.name) for n in updates[:4]) + (" and others" if len(updates) > 4 else "")
    aim = next(aims(graph, nodes), None)
    far = error(aim, after) if aim is not None else None
    text = f"{pretty(loss.name)} again, with {named}: {number(before, digits)} → {number(now, digits)}"
    if far is not None and aim is not None and (old := error(aim, {aim.output.key: aim.output.value})) is not None:
        text += f" (error {number(old, digits)} → {number(far, digits)})"
    return f"{text}. {_judged(before, now, 'step')}"


def run_sentences(graph: Graph, digits: int) -> Iterator[str]:
    """What all steps did for each number that is computed from the last parameters."""
    last = max((n.step for n in graph if n.step is not None), default=None)
    tail = [n for n in graph if n.step is None and graph.inputs(n) and not n.is_update]
    first = {n.base: n for n in reversed(graph.nodes) if n.is_parameter and n.base}
    changed = {n.key: first[n.base].value for n in graph if traits_of(n).kind == "update" and n.base in first}
    before = (_again(graph, tail, changed) if last is not None and tail else None) or {}
    used = {e.source for n in tail for e in graph.inputs(n)}
    for node in tail:
        if node.key in before and node.key not in used and not node.shape:
            old, new = float(before[node.key]), float(node.value)
            written = f"{pretty(node.name)}: {number(old, digits)} → {number(new, digits)}"
            yield f"From the first parameters to the last, {written}. {_judged(old, new, 'training')}"


def _judged(before: float, after: float, what: str) -> str:
    verb = "helped" if after < before else "made it worse" if after > before else "changed nothing"
    return f"The {what} {verb}."


def _again(graph: Graph, nodes: Sequence[Node], changed: Mapping[int, Any]) -> dict[int, Any] | None:
    """The values of nodes with others in the place of some; None where one cannot be computed again."""
    values: dict[int, Any] = dict(changed)
    if sum(np.size(n.value) for n in nodes) > LARGEST:
        return None
    for node in nodes:
        edges = graph.inputs(node)
        if not any(e.source in values for e in edges) or node.key in changed:
            continue
        given = [values.get(e.source, graph.node(e.source).value) for e in edges]
        given = [v if e.index is None else np.asarray(v)[e.index] for v, e in zip(given, edges)]
        try:
            values[node.key] = _computed(node, given)
        except (TracegraphError, ArithmeticError, ValueError, TypeError):
            return None
    return values


def _computed(node: Node, values: Sequence[Any]) -> Any:
    rerun = Rerun.of(node)
    if rerun is not None:
        with np.errstate(all="ignore"):
            return rerun.forward(values)
    scalars = {k: v for k, v in node.attrs.items() if isinstance(v, (int, float))}
    return formula.evaluate(node.formula, {**scalars, **dict(zip(node.args, values, strict=True))})
