"""The findings ``step`` and ``big_step``: steps of an optimizer that raise the loss, by trying them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from ...graph import Graph, Node
from ...graph.measure import norm
from ...graph.note import Trial
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from ..replays import Replay
from .loss_head import decades

SMALLER = 7  # times that a tenth of the step is tried
FEW = 16  # weights of a matrix; one number may well change by half


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an optimizer: each new parameter with the old one, and the loss that was differentiated."""

    number: int | None
    loss: Node
    pairs: tuple[tuple[Node, Node], ...]

    @property
    def largest(self) -> tuple[Node, float]:
        """The new value of the matrix that changes most, and by how much of its norm; 0 where there is no matrix."""
        ratios = [
            (changed(new, old), new) for new, old in self.pairs if np.size(old.value) >= FEW and np.ndim(old.value) > 1
        ]
        ratio, node = max(ratios, key=lambda pair: pair[0], default=(0.0, self.pairs[0][0]))
        return node, ratio

    def values(self, share: float) -> dict[int, object]:
        """The parameters after a share of the step, by the keys of the old ones."""
        with np.errstate(all="ignore"):
            return {old.key: old.value + share * np.subtract(new.value, old.value) for new, old in self.pairs}


def steps(graph: Graph) -> list[Step]:
    """The steps of training in a graph, first to last."""
    pairs: dict[tuple[int | None, str], list[tuple[Node, Node]]] = {}
    for node in graph:
        if node.is_update and node.symbol == "update" and (edges := graph.inputs(node)):
            old = graph.node(edges[0].source)
            if edges[0].slot == 0 and old.shape == node.shape and node.value is not None and old.loss in graph:
                pairs.setdefault((node.step, old.loss), []).append((node, old))
    return [Step(number, graph[loss], tuple(found)) for (number, loss), found in pairs.items()]


def changed(new: Node, old: Node) -> float:
    """The norm of the change of a parameter by that of the parameter; 0 of one that was 0."""
    before = norm(old.value)
    with np.errstate(all="ignore"):
        return norm(np.subtract(new.value, old.value)) / before if before else 0.0


def raised(graph: Graph, step: Step, limit: float) -> tuple[float, float, float] | None:
    """The loss after a step on the same data, a share of the step that lowers it, and the loss after that.

    None where the whole step does not raise the loss beyond the limit, or no smaller one lowers it.
    """
    before = float(np.asarray(step.loss.value))
    replay = Replay(graph, step.loss, [old.key for _, old in step.pairs])
    if not replay.possible or not isfinite(before):
        return None
    after = replay(step.values(1.0))
    if isfinite(after) and after - before <= (limit - 1) * abs(before):
        return None
    for power in range(1, SMALLER + 1):
        share = 0.1**power
        if (less := replay(step.values(share))) < before:
            return after, share, less
    return None


@diagnostic("step", rank=2, limit=1.5, depth=2)
def step(graph: Graph, limit: float) -> Iterator[Finding]:
    """Steps of an optimizer that raise the loss on the data that they were computed from, where smaller ones lower it.

    Measured: the loss with the new parameters by the loss with the old ones, on the same data (replayed forward).
    Threshold: 1.5, a convention of ours; in 216 healthy runs with six optimizers, none rises by as much. Source of the
    fault: the notes of Stanford's CS231n, Neural Networks part 3 (the loss for too high a learning rate).
    """
    for one in steps(graph):
        found = raised(graph, one, limit)
        if found is not None:
            yield _raising(one, found, limit)


def _raising(one: Step, found: tuple[float, float, float], limit: float) -> Finding:
    after, share, less = found
    node, ratio = one.largest
    before, rate = float(np.asarray(one.loss.value)), node.attrs.get("lr")
    measure = after / before if before > 0 and isfinite(after) else inf
    change = f" (the weights change by up to {number(100 * ratio, 3)} %)" if 0 < ratio < inf else ""
    at = f" at a learning rate of {number(rate)}" if isinstance(rate, (int, float)) else ""
    cause = f"the step is too large: on the same data it takes the loss from {number(before)} to {number(after)}"
    cause += change + at
    smaller = f"a learning rate of about {number((rate or 0.0) * share, 2)}" if at else f"{number(share)} of the step"
    remedy = f"{smaller} would take it to {number(less)}"
    badge = f"step raises loss: ×{number(measure, 3)}"
    others = tuple(new.key for new, _ in one.pairs if new is not node)
    trial = Trial(tuple(old.key for _, old in one.pairs), "rate", (rate or 0.0) * share)
    excess = decades(measure, limit)
    return Finding(
        "step", node.key, badge, cause, measure, limit, (), excess, remedy=remedy, others=others, trial=trial
    )


@diagnostic("big_step", rank=41, limit=0.5, depth=2, alone="hint")
def big_step(graph: Graph, limit: float) -> Iterator[Finding]:
    """Steps that change a matrix of weights by more than half, although the loss falls.

    Measured: ‖Δw‖ / ‖w‖. Threshold: a half, a convention of ours: in 486 healthy networks with six optimizers, 0.24 at
    most. About 0.001 is healthy (Karpathy, notes of the course CS231n).
    """
    for one in steps(graph):
        node, ratio = one.largest
        if limit < ratio < inf:
            cause = f"the step changes {pretty(node.base or node.name)} by {number(100 * ratio, 3)} % of its norm"
            remedy = "lower the learning rate if the loss does not fall; about 0.1 % in a step is healthy"
            badge = f"changes by {number(100 * ratio, 3)} %"
            yield Finding("big_step", node.key, badge, cause, ratio, limit, (), decades(ratio, limit), remedy=remedy)
