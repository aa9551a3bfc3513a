"""Remedies tried out: the graph with another value of a leaf, forward and backward, by the declared operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import TracegraphError
from ..graph import Edge, Graph
from ..graph.note import Cause
from ..graph.rerun import Rerun, input_values
from ..text.numbers import number
from .replays import Replay

Again = Callable[[Graph], tuple[Cause, ...]]
"""The root causes of another graph, with the same thresholds."""

RATE = "rate"
ACTIONS: dict[str, Callable[[Any, float], Any]] = {
    "set": lambda value, to: np.full_like(np.asarray(value), to)[()],
    "multiply": lambda value, by: value * by,
    "standardise": lambda value, to: (value - np.mean(value, axis=0)) / (np.std(value, axis=0) + (np.std(value) == 0)),
    "draw": lambda value, spread: np.random.default_rng(0).normal(size=np.shape(value)) * spread,
}
"""What can be done to the value of a leaf, with a number."""


def outcome(graph: Graph, cause: Cause, again: Again) -> str:
    """What comes of the remedy of a cause, in a few words; empty where there is nothing that can be tried."""
    trial = cause.trial
    if trial is not None and trial.action == RATE:
        return "forward again on the same data, the loss falls"  # it is by that that the rate was found
    if trial is None or trial.action not in ACTIONS:
        return ""
    changed = {key: ACTIONS[trial.action](graph.node(key).value, trial.number) for key in trial.nodes}
    other = replayed(graph, changed)
    if other is None:
        return "cannot be tried: an operation on the way cannot be run again"
    left = next((c for c in again(other) if c.severity == "fault"), None)
    before, after = (number(float(np.asarray(g.output.value)), 3) for g in (graph, other))
    losses = f"the loss is {after} (before: {before})"
    if left is None:
        return f"the fault is gone; {losses}"
    same = (left.kind, left.node) == (cause.kind, cause.node)
    return f"the fault is still there; {losses}" if same else f"then {left.kind} at {left.place}; {losses}"


def replayed(graph: Graph, changed: dict[int, Any]) -> Graph | None:
    """The graph with other values of some leaves, and all that follows; None where an operation cannot be run again."""
    replay = Replay(graph, graph.output, changed)
    values = replay.values(changed) if replay.possible else {}
    if not values or any(n.is_update or n.is_group for n in graph):
        return None
    plain = graph.without(*graph.notes)
    other = plain.replace((replace(n, value=values.get(n.key, n.value)) for n in graph), graph.edges)
    try:
        with np.errstate(all="ignore"):
            return _differentiated(other)
    except (TracegraphError, ValueError, TypeError, IndexError, ArithmeticError):
        return None


def _differentiated(graph: Graph) -> Graph | None:
    """The graph with the gradients of its values."""
    gradients: dict[int, Any] = {graph.output.key: graph.output.gradient}
    sent: dict[tuple[int, int], Any] = {}
    for node in reversed(graph.nodes):
        edges = [e for e in graph.inputs(node) if e.contribution is not None]
        if not edges or node.key not in gradients:
            continue
        rerun = Rerun.of(node)
        if rerun is None:
            return None
        values = input_values(graph, node)
        for edge in edges:
            part = rerun.vjp(edge.slot, gradients[node.key], values)
            sent[node.key, edge.slot] = part
            gradients[edge.source] = _added(graph, edge, gradients.get(edge.source), part)
    nodes = (replace(n, gradient=gradients.get(n.key) if n.gradient is not None else None) for n in graph)
    edges_again = (replace(e, contribution=sent.get((e.target, e.slot)), local=None) for e in graph.edges)
    return Graph(nodes, edges_again)


def _added(graph: Graph, edge: Edge, total: Any, part: Any) -> Any:
    """The gradient of the source of an edge with one contribution more."""
    if edge.index is not None:
        whole = np.zeros(graph.node(edge.source).shape)
        whole[edge.index] = part
        part = whole
    return part if total is None else total + part


def tried(graph: Graph, causes: tuple[Cause, ...], again: Again) -> tuple[Cause, ...]:
    """The causes, each with what comes of its remedy."""
    return tuple(replace(c, outcome=outcome(graph, c, again)) if c.trial is not None else c for c in causes)
