"""The measures of each parameter and each operation in a flow: the rows of its tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..graph import Graph, Node
from ..graph.measure import Size, size


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One parameter or operation.

    ``gradient`` is None where none arrives. ``ratio``: the rms of the gradient handed back (to the input that gets
    most) by that received, of an operation; None where nothing is received. ``update``: the norm of the step that an
    optimizer took by that of the parameter; None where there is no step. ``source``: file and line of the program.
    """

    node: int
    name: str
    op: str
    shape: tuple[int, ...]
    value: Size
    gradient: Size | None
    ratio: float | None
    update: float | None
    source: str | None


def parameters(graph: Graph, chosen: Iterable[Node] | None = None) -> tuple[MeasureRow, ...]:
    """A row for each parameter, and in a training run for each value of it that a loss was computed from."""
    nodes = learned(graph) if chosen is None else chosen
    return tuple(_row(graph, n, None, _update(graph, n)) for n in nodes)


def operations(graph: Graph, chosen: Iterable[Node] | None = None) -> tuple[MeasureRow, ...]:
    """A row for each operation between the leaves and the loss; what optimizers compute is none."""
    nodes = acting(graph) if chosen is None else chosen
    return tuple(_row(graph, n, _ratio(graph, n), None) for n in nodes)


def acting(graph: Graph) -> list[Node]:
    """The operations."""
    return [n for n in graph if n.is_group or not n.is_update and graph.inputs(n)]


def learned(graph: Graph) -> list[Node]:
    """The parameters, and their updated values if a loss was computed from them; the inputs, where there is none."""
    found = [n for n in graph if n.leaf == "parameter" or n.is_update and n.gradient is not None]
    return found or [n for n in graph if n.leaf == "input"]


def _row(graph: Graph, node: Node, ratio: float | None, update: float | None) -> MeasureRow:
    gradient = None if node.gradient is None else size(node.gradient)
    return MeasureRow(node.key, node.name, node.op, node.shape, size(node.value), gradient, ratio, update, node.line)


def _ratio(graph: Graph, node: Node) -> float | None:
    sent = [size(e.contribution).rms for e in graph.inputs(node) if e.contribution is not None]
    received = 0.0 if node.gradient is None else size(node.gradient).rms
    return max(sent) / received if sent and received else None


def _update(graph: Graph, node: Node) -> float | None:
    step = next(_steps(graph, node), None)
    if step is None:
        return None
    with np.errstate(all="ignore"):
        moved = size(np.subtract(step.value, node.value)).norm
    before = size(node.value).norm
    return moved / before if before else None if moved == 0 else math.inf


def _steps(graph: Graph, node: Node) -> Iterator[Node]:
    """The nodes that hold the parameter after a step of an optimizer."""
    targets = (graph.node(e.target) for e in graph.uses(node))
    return (t for t in targets if t.is_update and node.base and t.base == node.base)
