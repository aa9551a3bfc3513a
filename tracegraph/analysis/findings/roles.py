"""Roles of nodes in a network: a ReLU, however it is written; channels; hidden nodes."""

from __future__ import annotations

import numpy as np

from ...graph import Edge, Graph, Node, traits_of
from ...graph.walk import ancestors
from .operands import as_recorded


def rectified(graph: Graph, node: Node) -> Node | None:
    """The x of a node that is max(0, x): relu itself, maximum with 0, clip from 0, or where(x > 0, x, 0)."""
    slot = _slot(graph, node) if as_recorded(graph, node) else None
    x = None if slot is None else graph.node(graph.inputs(node)[slot].source)
    return x if x is not None and x.shape == node.shape else None


def _slot(graph: Graph, node: Node) -> int | None:
    """The slot of the rectified input; None if the node is no ReLU."""
    into, low, gate = graph.inputs(node), node.attrs.get("min"), traits_of(node).gate
    if gate == "rectifier" or gate == "limits" and isinstance(low, (int, float)) and low == 0:
        return 0
    if gate == "larger":
        zeros = [is_zero(graph, e) for e in into]
        return zeros.index(False) if sorted(zeros) == [False, True] else None
    if gate == "condition" and is_zero(graph, into[2]) and _tells_sign(graph, into[0], into[1].source):
        return 1
    return None


def is_zero(graph: Graph, edge: Edge) -> bool:
    """Whether an edge carries a constant of zeros."""
    node = graph.node(edge.source)
    return node.is_constant and not np.any(node.value)


def _tells_sign(graph: Graph, condition: Edge, x: int) -> bool:
    """Whether a condition is x > 0 or x >= 0."""
    node = graph.node(condition.source)
    if traits_of(node).operator not in ("gt", "ge") or not as_recorded(graph, node):
        return False
    left, right = graph.inputs(node)
    return left.source == x and is_zero(graph, right)


def channel_axes(graph: Graph) -> dict[int, int]:
    """The axis of the channels, for convolutions and everything computed from them place by place.

    (N, C, ...) after `conv2d` of a batch, (C, ...) of a single picture.
    """
    axes: dict[int, int] = {}
    for node in graph:
        traits = traits_of(node)
        if traits.kind == "product" and 0 < traits.places < len(node.shape):
            axes[node.key] = len(node.shape) - traits.places - 1
        elif traits.keeps_axes or traits.elementwise:
            found = [axes[s.key] for s in _sources(graph, node) if s.key in axes and len(s.shape) == len(node.shape)]
            axes.update({node.key: found[0]} if found else {})
    return axes


def _sources(graph: Graph, node: Node) -> list[Node]:
    return [graph.node(e.source) for e in graph.inputs(node)]


def hidden(graph: Graph) -> set[int]:
    """The nodes from which later layers learn: before a product, an activation, or a product with a parameter.

    The walk back to the parameters of the next step of training is no such way.
    """

    def inside_step(edge: Edge) -> bool:
        return not graph.node(edge.target).is_update

    return ancestors(graph, {e.source for e in graph.edges if inside_step(e) and _learns(graph, e)}, inside_step)


def _learns(graph: Graph, edge: Edge) -> bool:
    target = graph.node(edge.target)
    traits = traits_of(target)
    if target.is_group or traits.kind in ("product", "activation") or traits.normalizes:
        return True
    others = (graph.node(e.source) for e in graph.inputs(target) if e.source != edge.source)
    return len(traits.factors) > 1 and any(n.leaf == "parameter" or n.is_update for n in others)
