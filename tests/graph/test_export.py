"""Graphs as objects of networkx, graphviz and pydot."""

from __future__ import annotations

from types import SimpleNamespace

import graphviz
import networkx
import pydot
import pytest

import tracegraph as tg
from tracegraph.graph import Graph

pydots = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")  # its own use of pyparsing


@pytest.fixture
def graph() -> Graph:
    x = tg.tensor([[1.0, 2.0]], name='x "quoted" <b>&\u2028')
    w = tg.parameter([[0.5], [0.25]], name="w")
    with tg.scope("layer"):
        h = x @ w
    loss = (h * h).sum()
    loss.backward()
    return tg.trace(loss)


def test_networkx_keeps_everything(graph: Graph) -> None:
    made = graph.to_networkx()
    assert type(made) is networkx.MultiDiGraph
    assert list(made) == [n.name for n in graph]
    assert made.number_of_edges("h", "mul_1") == 2
    assert networkx.is_directed_acyclic_graph(made)
    for node in graph:
        attributes = made.nodes[node.name]
        assert attributes["value"] is node.value and attributes["formula"] == node.formula
    for edge in graph.edges:
        ends = graph.node(edge.source).name, graph.node(edge.target).name
        assert made.edges[(*ends, edge.slot)]["contribution"] is edge.contribution


def test_networkx_has_the_algorithms(graph: Graph) -> None:
    assert networkx.ancestors(graph.to_networkx(), "h") == {graph.nodes[0].name, "w"}


def test_graphviz_holds_the_drawing(graph: Graph) -> None:
    made = graph.to_graphviz(detail="full", theme="dark")
    assert type(made) is graphviz.Digraph
    assert made.source == tg.draw(graph, detail="full", theme="dark").dot != tg.draw(graph).dot


def test_graphviz_can_be_added_to(graph: Graph) -> None:
    made = graph.to_graphviz()
    made.node("note", "mine")
    assert made.source.endswith("\tnote [label=mine]\n}\n")


@pydots
def test_pydot_reads_it_back(graph: Graph) -> None:
    made = graph.to_pydot(fold=False)
    assert type(made) is pydot.Dot
    named = [n for n in _nodes(made) if n.get_name() not in ("node", "edge", "graph")]
    assert len({n.get_name() for n in named if n.get("label")}) == len(graph)
    assert len(made.get_edges()) == len(graph.edges)


@pydots
def test_pydot_refuses_what_it_cannot_read(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = SimpleNamespace(dot="digraph g {\n  n0 [label=<<TABLE>];\n  ]]\n}\n")
    monkeypatch.setattr("tracegraph.hooks.draw", lambda *_, **__: broken)
    with pytest.raises(tg.GraphError, match="pydot cannot read"):
        graph.to_pydot()


def _nodes(made: pydot.Graph) -> list[pydot.Node]:
    return [*made.get_nodes(), *(n for part in made.get_subgraphs() for n in _nodes(part))]
