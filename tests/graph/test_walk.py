"""What is reached in random graphs, against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from tracegraph.graph import Edge, Graph, Node
from tracegraph.graph.walk import ancestors, descendants, reachable


def random_graph(seed: int, size: int = 30) -> tuple[Graph, nx.DiGraph]:
    rng = np.random.default_rng(seed)
    nodes = [Node(i, f"n{i}", "op", "op", 1.0) for i in range(size)]
    edges = [
        Edge(int(source), target, slot, f"n{source}", contribution=rng.choice([None, 1.0]))
        for target in range(1, size)
        for slot, source in enumerate(rng.integers(0, target, rng.integers(0, 4)))
    ]
    drawn: nx.DiGraph = nx.DiGraph((e.source, e.target) for e in edges)
    drawn.add_nodes_from(range(size))
    return Graph(nodes, edges), drawn


@pytest.mark.parametrize("seed", range(20))
def test_ancestors_and_descendants(seed: int) -> None:
    graph, drawn = random_graph(seed)
    starts = {3, 11, 20}
    assert ancestors(graph, starts) == starts.union(*(nx.ancestors(drawn, s) for s in starts))
    assert descendants(graph, starts) == starts.union(*(nx.descendants(drawn, s) for s in starts))
    assert reachable(starts, drawn.predecessors) == ancestors(graph, starts)
    assert starts == {3, 11, 20}


@pytest.mark.parametrize("seed", range(20))
def test_only_through_some_edges(seed: int) -> None:
    graph, _ = random_graph(seed)
    kept = [e for e in graph.edges if e.contribution is not None]
    drawn: nx.DiGraph = nx.DiGraph((e.source, e.target) for e in kept)
    drawn.add_nodes_from(n.key for n in graph)
    assert ancestors(graph, [20], lambda e: e.contribution is not None) == {20} | nx.ancestors(drawn, 20)
    assert descendants(graph, [3], lambda e: e.contribution is not None) == {3} | nx.descendants(drawn, 3)


def test_each_thing_is_asked_once_and_deep_chains_do_not_recurse() -> None:
    asked = []

    def following(n: int) -> list[int]:
        asked.append(n)
        return [n + 1] if n < 50_000 else []

    assert len(reachable([0], following)) == 50_001
    assert len(asked) == len(set(asked))
    assert reachable([], following) == set()
