"""Predictions and targets: what depends on parameters, what does not, and where the two meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ...graph import Graph, Node, traits_of
from ...graph.note import CopiesNote
from ...graph.walk import ancestors, descendants
from ..flow_rows import learned

SUM = 1e-6  # by which rows of probabilities may differ from 1
FAR = 20  # operations back to what a value is made of


class Meeting(NamedTuple):
    """An operation that compares a prediction with a target."""

    node: Node
    prediction: Node
    target: Node


def learning(graph: Graph) -> set[int]:
    """The keys of all that depends on a parameter, or on a copy of what does."""
    note = graph.notes.get("copies")
    copies = {c.leaf for c in note.copies} if isinstance(note, CopiesNote) else set()
    return descendants(graph, copies | {n.key for n in learned(graph)})


def meetings(graph: Graph) -> Iterator[Meeting]:
    """Where a prediction meets a target: in a loss, or in a difference of two of one size at the end of a network."""
    learns, inner = learning(graph), before_products(graph)
    for node in graph:
        if traits_of(node).kind != "loss" and traits_of(node).operator != "sub" or node.is_update:
            continue
        sides = [graph.node(e.source) for e in graph.inputs(node)[:2]]
        if len(sides) == 2 and sum(n.key in learns for n in sides) == 1:
            first, second = sides
            alike = 1 < np.size(first.value) == np.size(second.value)
            if traits_of(node).kind != "loss" and not (alike and node.key not in inner):
                continue
            yield Meeting(node, first, second) if first.key in learns else Meeting(node, second, first)


def behind(graph: Graph, node: Node, clips: bool = True) -> Node:
    """What a value was before it was brought into another shape, or clipped."""
    for _ in range(FAR):
        edges, traits = graph.inputs(node), traits_of(node)
        plain = traits.kind == "shape" or clips and traits.gate == "limits"
        if not plain or len(edges) != 1:
            break
        node = graph.node(edges[0].source)
    return node


def is_simplex(value: Any) -> bool:
    """Whether the rows are probabilities that sum to 1."""
    array = np.asarray(value)
    if array.ndim == 0 or array.shape[-1] < 2 or array.dtype.kind != "f" or not array.size:
        return False
    return bool((array >= 0).all() and np.abs(array.sum(axis=-1) - 1).max() <= SUM)


def link_name(graph: Graph, node: Node) -> str:
    """What makes probabilities of any numbers: "softmax" or "sigmoid", also by hand; "" for something else."""
    traits = traits_of(node)
    if traits.link:
        return "softmax" if traits.normalizes else "sigmoid"
    if traits.operator != "truediv":
        return ""
    above, below = (graph.node(e.source) for e in graph.inputs(node)[:2])
    if traits_of(below).kind == "reduction" and graph.inputs(below) and graph.inputs(below)[0].source == above.key:
        return "softmax" if is_simplex(node.value) else ""
    if traits_of(below).operator != "add" or not above.is_constant or not np.all(np.asarray(above.value) == 1):
        return ""
    return "sigmoid" if any(_is_power(graph.node(e.source)) for e in graph.inputs(below)) else ""


def _is_power(node: Node) -> bool:
    """Whether it is an exponential: it changes the scale, and is above 0."""
    traits = traits_of(node)
    return traits.rescales and not traits.logarithm and bool(np.all(np.asarray(node.value) >= 0))


def further(graph: Graph, node: Node) -> list[Node]:
    """All that is made of a value, without the steps of an optimizer."""
    keys = descendants(graph, [node.key], lambda e: not graph.node(e.target).is_update) - {node.key}
    return [n for n in graph if n.key in keys]


def before_products(graph: Graph) -> set[int]:
    """The keys of products, and of all that they are made of: what is not among them is the end of a network."""
    products = {n.key for n in graph if traits_of(n).kind == "product"}
    return ancestors(graph, products, lambda e: not graph.node(e.target).is_update)


def is_head(graph: Graph, node: Node) -> bool:
    """Whether no product with weights or data comes after it: it belongs to the end of the network."""
    return not any(traits_of(n).kind == "product" for n in further(graph, node))
