"""What kind of layer a node is part of: a ReLU, by any name; channels; something that more is learned from."""

from __future__ import annotations

import numpy as np

from ...graph import Edge, Graph, Node
from ...graph.walk import ancestors
from ...ops.op import OPS
from .operands import whole

_CONVOLUTIONS = {"conv1d": 1, "conv2d": 2, "conv3d": 3}
_KEEPING = frozenset("max_pool1d max_pool2d avg_pool1d avg_pool2d pad".split())
_PRODUCTS = frozenset("matmul dot einsum conv1d conv2d conv3d".split())
_ACTIVATIONS = frozenset("relu leaky_relu elu gelu softplus tanh sigmoid softmax log_softmax cross_entropy".split())


def rectified(graph: Graph, node: Node) -> Node | None:
    """The x of a node that is max(0, x): relu itself, maximum with 0, clip from 0, or where(x > 0, x, 0)."""
    slot = _slot(graph, node) if whole(graph, node) else None
    x = None if slot is None else graph.node(graph.inputs(node)[slot].source)
    return x if x is not None and x.shape == node.shape else None


def _slot(graph: Graph, node: Node) -> int | None:
    """The slot of what is rectified; None if nothing is."""
    into, low = graph.inputs(node), node.attrs.get("min")
    if node.op == "relu" or node.op == "clip" and isinstance(low, (int, float)) and low == 0:
        return 0
    if node.op == "maximum":
        zeros = [_is_zero(graph, e) for e in into]
        return zeros.index(False) if sorted(zeros) == [False, True] else None
    if node.op == "where" and _is_zero(graph, into[2]) and _tells_sign(graph, into[0], into[1].source):
        return 1
    return None


def _is_zero(graph: Graph, edge: Edge) -> bool:
    node = graph.node(edge.source)
    return node.role == "constant" and not np.any(node.value)


def _tells_sign(graph: Graph, condition: Edge, x: int) -> bool:
    """Whether a condition is x > 0 or x >= 0."""
    node = graph.node(condition.source)
    if node.op not in ("greater", "greater_equal") or not whole(graph, node):
        return False
    left, right = graph.inputs(node)
    return left.source == x and _is_zero(graph, right)


def channel_axes(graph: Graph) -> dict[int, int]:
    """The axis of the channels of each node that has some: convolutions, and what is made of them place by place.

    (N, C, ...) after `conv2d` of a batch, (C, ...) of a single picture.
    """
    axes: dict[int, int] = {}
    for node in graph:
        if node.op in _CONVOLUTIONS and len(node.shape) > _CONVOLUTIONS[node.op]:
            axes[node.key] = len(node.shape) - _CONVOLUTIONS[node.op] - 1
        elif node.op in _KEEPING or node.op in OPS and OPS[node.op].elementwise:
            found = [axes[s.key] for s in _sources(graph, node) if s.key in axes and len(s.shape) == len(node.shape)]
            axes.update({node.key: found[0]} if found else {})
    return axes


def _sources(graph: Graph, node: Node) -> list[Node]:
    return [graph.node(e.source) for e in graph.inputs(node)]


def hidden(graph: Graph) -> set[int]:
    """The nodes from which more is learned: on the way to a product, an activation, or a product with a parameter.

    The walk back to the parameters of the next step of training is no such way.
    """

    def inside_step(edge: Edge) -> bool:
        return graph.node(edge.target).role != "update"

    return ancestors(graph, {e.source for e in graph.edges if inside_step(e) and _learns(graph, e)}, inside_step)


def _learns(graph: Graph, edge: Edge) -> bool:
    target = graph.node(edge.target)
    if target.role == "group" or target.op in _PRODUCTS | _ACTIVATIONS:
        return True
    others = (graph.node(e.source) for e in graph.inputs(target) if e.source != edge.source)
    return target.op == "mul" and any("parameter" in (n.role, n.op) or n.role == "update" for n in others)
