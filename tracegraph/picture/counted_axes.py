"""Options of operations with their axes counted from the front, as a reader counts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph import Graph, Node

AXES = ("axis", "axes", "axis1", "axis2", "source", "destination")
"""Options that number the axes of the first input."""


def counted(node: Node, graph: Graph) -> Mapping[str, Any]:
    """The options of a node; a negative axis becomes the same one counted from 0."""
    inputs = graph.inputs(node)
    if not any(k in AXES for k in node.attrs) or not inputs:
        return node.attrs
    rank = max(len(node.shape), len(graph.node(inputs[0].source).shape))  # a new axis is one of the result
    return {k: _positive(v, rank) if k in AXES else v for k, v in node.attrs.items()}


def _positive(axis: Any, rank: int) -> Any:
    if isinstance(axis, (tuple, list)):
        return tuple(_positive(a, rank) for a in axis)
    negative = isinstance(axis, int) and not isinstance(axis, bool) and -rank <= axis < 0
    return axis + rank if negative else axis
