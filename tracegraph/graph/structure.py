"""Whether two graphs differ in their numbers only."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from ..errors import GraphError
from ..text.numbers import shape
from .graph import Graph
from .node import Edge, Node


def same_structure(expected: Graph, given: Graph) -> None:
    """Raise `GraphError` with the first difference of names, operations, scopes, shapes or arrows; not of numbers."""
    _compare("node", expected.nodes, given.nodes, _node)
    _compare("arrow", expected.edges, given.edges, _edge)


def _compare(what: str, expected: Any, given: Any, words: Any) -> None:
    for i, (one, other) in enumerate(zip_longest(expected, given)):
        first, second = ("missing" if part is None else words(part) for part in (one, other))
        if first != second:
            raise GraphError(f"with_values: {what} {i} is {second}, and not {first}: only numbers may differ")


def _node(node: Node) -> str:
    within = f" in {node.scope}" if node.scope else ""
    return f"{node.name}{within} ({node.op}, {shape(node.shape)}, {len(node.args)} inputs)"


def _edge(edge: Edge) -> str:
    return f"{edge.tensor} from {edge.source} to input {edge.slot} of {edge.target}"
