"""The findings ``no_effect``, ``summed``, ``overflow`` and ``leak``: what is no error, and mostly not meant."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np

from ...graph import Graph, Node, traits_of
from ...graph.measure import rms
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from ..flow_rows import learned
from ..replays import Replay
from .gradient_size import cancels
from .loss_head import Heads, decades
from .predictions import meetings
from .weight_layers import weight_layers

SAME = 1e-9  # relative difference of two losses that are the same
BATCH, SHARE = 16, 0.4  # rows of a batch, and the least share of a sum in a loss
NARROW = 10.0  # times below the largest number, of float16
ROWS, ONE = 8, 1e-9  # rows for a correlation, and its distance from 1


@diagnostic("no_effect", rank=43, depth=7, alone="hint", excuses=True)
def no_effect(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """A bias that a mean or a softmax after it takes off again, so that its gradient is 0 by mathematics: a hint.

    Nothing is measured: the parts of its gradient cancel to rounding, 10⁻¹⁰ of their sizes, and the loss is the same
    for another value of it (replayed forward). Source: Ioffe and Szegedy, Batch normalization (2015), section 3.2,
    which leaves such a bias out.
    """
    losses = [n for n in graph if n.gradient is not None and (n.is_output or n.loss == n.name)]
    for node in learned(graph):
        if len(losses) == 1 and node.is_parameter and cancels(graph, node) and _is_idle(graph, node, losses[0]):
            name = pretty(node.name)
            cause = (
                f"{name} has no effect: a mean or softmax that comes after it takes it off again, so its gradient is 0 "
                "by mathematics"
            )
            yield Finding("no_effect", node.key, "has no effect", cause, remedy=f"leave {name} out")


def _is_idle(graph: Graph, node: Node, loss: Node) -> bool:
    """Whether the loss is the same for another value of a parameter."""
    replay, before = Replay(graph, loss, [node.key]), float(np.asarray(loss.value))
    other = np.asarray(node.value) + np.random.default_rng(0).normal(size=node.shape) * (rms(node.value) or 1.0)
    return replay.possible and abs(replay({node.key: other}) - before) <= SAME * max(1.0, abs(before))


@diagnostic("summed", rank=44, limit=SHARE, alone="hint")
def summed(graph: Graph, limit: float) -> Iterator[Finding]:
    """A loss that is the sum over a batch of 16 rows or more, so that the step grows with the batch: a hint.

    Measured: the factor of one term in the loss, 1 in a sum and 1/n in a mean. Threshold: 0.4, a convention of ours
    that has ½ Σ in and a mean over rows of sums over columns out.
    """
    for head in Heads(graph).all:
        node = graph[head.name]
        factor, rows = head.share / head.elements if head.elements else 0.0, _rows(graph, head.nodes)
        if rows >= BATCH and factor >= limit and any(_is_sum(graph.node(key)) for key in head.chain):
            cause = f"the loss is a sum over {rows} rows, so the gradient and the step are {rows} times those of a mean"
            remedy = "take the mean, or divide the learning rate by the size of the batch"
            yield Finding("summed", node.key, f"sum over {rows} rows", cause, factor, limit, remedy=remedy)


def _is_sum(node: Node) -> bool:
    return traits_of(node).element == "total" or node.attrs.get("reduction") in ("sum", "half")


def _rows(graph: Graph, nodes: frozenset[int]) -> int:
    """The number of rows of the largest tensor in the head of a loss, or of what goes into it."""
    inputs = (graph.node(e.source) for key in nodes for e in graph.inputs(graph.node(key)))
    return max((n.shape[0] for n in inputs if n.shape), default=0)


@diagnostic("overflow", rank=45, limit=1e3, alone="hint")
def overflow(graph: Graph, limit: float) -> Iterator[Finding]:
    """Values within a thousandth of the largest that their type can hold (a tenth, of float16): a hint.

    Measured: the largest number of the type by the largest in the value. Source of the fault: IEEE 754-2019, section
    7.4; the threshold is a convention of ours.
    """
    for node in graph:
        kind = getattr(node.value, "dtype", np.dtype(float))
        if kind.kind != "f" or node.leaf == "constant" or not np.size(node.value):
            continue
        most = float(np.abs(np.asarray(node.value)).max())
        room = float(np.finfo(kind).max) / most if 0 < most < inf else inf
        bound = min(limit, NARROW) if kind == np.float16 else limit
        if room < bound:
            end, excess = number(float(np.finfo(kind).max)), decades(room, bound)
            cause = f"{pretty(node.name)} has numbers up to {number(most)}, and {kind.name} ends at {end}"
            remedy = "scale what it is made of down, or use a wider type"
            yield Finding("overflow", node.key, "near overflow", cause, room, bound, (), excess, remedy=remedy)


@diagnostic("leak", rank=19, depth=0)
def leak(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """A column of the input that is the target itself, up to scale and offset.

    Nothing is measured: a correlation of 1 over 8 rows or more, within 10⁻⁹, with one column of several, and not with
    all: an autoencoder has its input for a target on purpose.
    """
    targets = {m.target.key: m.target for m in meetings(graph)}
    for layer in weight_layers(graph):
        data = np.asarray(graph.carried(layer.data))
        source = graph.node(layer.data.source)
        for target in targets.values() if data.ndim == 2 and data.dtype.kind == "f" else ():
            columns = _copied_columns(data, np.asarray(target.value))
            if columns and len(columns) < data.shape[1] and target.key != source.key:
                cause = f"column {columns[0]} of {pretty(source.name)} is the target: its correlation with it is 1"
                remedy = "leave this column out of the input"
                yield Finding("leak", source.key, "target in the input", cause, remedy=remedy, index=((columns[0],),))
                return


def _copied_columns(data: np.ndarray[tuple[int, int], np.dtype[np.float64]], target: object) -> list[int]:
    """The columns that have a correlation of 1 with a target of one number for each row."""
    values = np.asarray(target, float).reshape(-1)
    if len(values) != len(data) or len(values) < ROWS or not np.isfinite(data).all() or values.std() == 0:
        return []
    spread = data.std(axis=0)
    with np.errstate(all="ignore"):
        r = ((data - data.mean(axis=0)) * (values - values.mean())[:, None]).mean(axis=0) / (spread * values.std())
    return [int(i) for i in np.flatnonzero((spread > 0) & (np.abs(r) > 1 - ONE))]
