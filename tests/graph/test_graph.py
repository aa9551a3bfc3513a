"""The graph: lookup, and the checks where it is made."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.graph import Edge, Graph, Node


def node(key: int, name: str, role: str = "op", value: Any = 1.0, **fields: Any) -> Node:
    return Node(key, name, "mul", role, value, **fields)


A, B = node(1, "a", "input"), node(2, "b", formula="x * x", args=("x", "x2"))
USES = [Edge(1, 2, 0, "a"), Edge(1, 2, 1, "a")]


def test_lookup() -> None:
    graph = Graph([A, B], USES)
    assert graph["a"] is A and graph.node(2) is B and "a" in graph and "c" not in graph and [] not in graph.nodes
    assert list(graph) == [A, B] and len(graph) == 2 and repr(graph) == "Graph(2 nodes, 2 edges)"
    assert graph.inputs(B) == tuple(USES) == graph.uses(A) and graph.inputs(A) == () == graph.uses(B)
    assert graph.output is B


def test_output_is_what_was_differentiated() -> None:
    assert Graph([replace(A, role="output"), node(3, "c")], []).output.name == "a"
    with pytest.raises(tg.GraphError, match="empty"):
        assert Graph([], []).output


def test_an_unknown_name_gets_the_nearest() -> None:
    graph = Graph([node(1, "weight_1"), node(2, "weight_2"), node(3, "bias")], [])
    with pytest.raises(tg.GraphError, match="no node is called 'wieght_1'; nearest: weight_1"):
        graph["wieght_1"]


def test_edges_are_sorted_by_target_and_slot() -> None:
    c = node(3, "c", formula="x", args=("x",))
    edges = [*USES, Edge(2, 3, 0, "b")]
    for order in ([2, 1, 0], [1, 0, 2], [0, 1, 2], [1, 2, 0]):
        assert Graph([A, B, c], [edges[i] for i in order]).edges == tuple(edges)


def test_scopes() -> None:
    graph = Graph([node(1, "a", scope="x/y"), node(2, "b", scope="x"), node(3, "c", scope="z/y"), node(4, "d")], [])
    assert graph.scopes == ("x", "x/y", "z", "z/y")


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        ([A, A], [], "same key"),
        ([A, replace(A, key=5)], [], "two nodes are called 'a'"),
        ([A, B], [Edge(1, 2, 0, "a")], "'b': 2 arguments, but 1 edges come in"),
        ([A, B], [Edge(1, 2, 0, "a"), Edge(1, 2, 2, "a")], "'a' -> 'b': slot 2 where 1 was due"),
        ([A, B], [Edge(1, 2, 0, "a"), Edge(1, 2, 0, "a")], "slot 0 where 1 was due"),
        ([A, B], [Edge(1, 9, 0, "a")], "node 9, which the graph does not have"),
        ([A, B], [Edge(9, 2, 0, "a")], "node 9, which the graph does not have"),
        ([B, A], USES, "'a' -> 'b': the source does not come before the target"),
        ([A, B], [Edge(2, 2, 0, "b"), USES[1]], "the source does not come before the target"),
        ([replace(A, role="king")], [], "role 'king' is not one of input, parameter"),
        ([replace(A, value=None)], [], "'a' has no value"),
        ([replace(A, gradient=np.ones(2))], [], "gradient (2,) for a value ()"),
        ([A, B], [replace(USES[0], contribution=np.ones(3)), USES[1]], "'a' -> 'b': contribution (3,), value ()"),
    ],
)
def test_what_does_not_fit_is_named(nodes: list[Node], edges: list[Edge], said: str) -> None:
    with pytest.raises(tg.GraphError) as caught:
        Graph(nodes, edges)
    assert said in str(caught.value)


def test_nodes_and_edges_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        A.name = "z"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        USES[0].slot = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Graph([A], []).anything = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [1.0, 2, True, np.float32(1), np.ones((2, 3)), np.array(1.0)])
def test_shape(value: Any) -> None:
    assert node(1, "a", value=value).shape == np.shape(value)
    assert repr(node(1, "a", value=value)) == f"Node('a', mul, shape {np.shape(value)})"
