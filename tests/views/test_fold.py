"""Folding and coarse views keep the numbers: contributions, values, local derivatives."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pictures import random_program

import tracegraph as tg
from tracegraph import formula
from tracegraph.graph import Badge, Edge, Graph, Node, Note, traits_of
from tracegraph.views.coarse import coarse, reduced
from tracegraph.views.fold import MOST, fold

SEEDS = range(60)


def graph_of(seed: int, scalars: bool = False) -> Graph:
    with np.errstate(all="ignore"):
        return tg.trace(random_program(seed, scalars))


def unbalanced(graph: Graph) -> list[str]:
    """The nodes whose contributions do not sum to their gradient; of a group, nothing is known."""
    wrong = []
    for node in graph:
        sent = [e.contribution for e in graph.uses(node) if e.contribution is not None]
        if sent and node.role != "group" and not np.allclose(sum(sent), node.gradient, rtol=1e-10, atol=1e-12):
            wrong.append(node.name)
    return wrong


def arguments(graph: Graph, node: Node) -> dict[str, float]:
    return {a: graph.node(e.source).value for a, e in zip(node.args, graph.inputs(node), strict=True)}


@pytest.mark.parametrize("seed", SEEDS)
def test_contributions_sum_to_the_gradient(seed: int) -> None:
    graph = graph_of(seed)
    folded = fold(graph)
    assert not unbalanced(graph) + unbalanced(folded)
    kept = {n.key: n for n in folded}
    for node in graph:
        if node.key in kept:
            assert kept[node.key].value is node.value and kept[node.key].gradient is node.gradient


def test_a_lost_contribution_is_noticed() -> None:
    x = tg.tensor(2.0, "x")
    graph = tg.trace(x * x)
    edges = [replace(e, contribution=None) if e.slot else e for e in graph.edges]
    assert unbalanced(Graph(graph.nodes, edges)) == ["x"]


@pytest.mark.parametrize("seed", SEEDS)
def test_composed_formulas_are_right(seed: int) -> None:
    graph = fold(graph_of(seed, scalars=True))
    for node in graph:
        if node.formula:
            assert formula.evaluate(node.formula, arguments(graph, node)) == pytest.approx(node.value, rel=1e-9)
    for edge in graph.edges:
        if edge.contribution is not None and edge.vjp:
            target = graph.node(edge.target)
            known = {**arguments(graph, target), "y": target.value, "g": target.gradient, **target.attrs}
            assert formula.evaluate(edge.vjp, known) == pytest.approx(edge.contribution, rel=1e-9, abs=1e-300)
            if edge.local is not None:
                assert edge.local * target.gradient == pytest.approx(edge.contribution, rel=1e-9, abs=1e-300)


def test_some_of_these_programs_are_folded() -> None:
    assert sum(len(graph_of(s)) - len(fold(graph_of(s))) for s in SEEDS) > 60


@pytest.mark.parametrize("seed", SEEDS)
def test_only_unnamed_arithmetic_used_once_is_folded(seed: int) -> None:
    graph = graph_of(seed)
    folded = fold(graph)
    for node in graph:
        if node.key not in {n.key for n in folded} and node.role != "constant":
            (use,) = graph.uses(node)
            assert not node.named and traits_of(node).fold == "both" and graph.node(use.target).scope == node.scope
    for before, after in ((n, folded.node(n.key)) for n in graph if n.key in {m.key for m in folded}):
        assert len(folded.inputs(after)) <= max(MOST, len(graph.inputs(before)))


def test_what_has_a_name_a_scope_or_two_users_stays() -> None:
    a, b = tg.tensor(2.0, "a"), tg.tensor(3.0, "b")
    product = a * b
    assert "product" in tg.fold(tg.trace(product + 1.0))
    with tg.scope("inside"):
        made = [a * b]
    pair = [a * b]
    graphs = [tg.trace(made[0] + b), tg.trace(pair[0] * pair[0]), tg.trace(a * b + a)]
    assert [len(fold(graph)) for graph in graphs] == [4, 4, 3]


def test_the_sign_of_a_card_is_that_of_what_its_formula_shows_outermost() -> None:
    x, w = tg.tensor(2.0, "x"), tg.tensor(3.0, "w")
    row = tg.tensor([1.0, 2.0], "row")
    programs = {"²": 0.5 * (x - w) ** 2, "×": 2.0 * x, "+": x * w + 1.0, "ReLU": tg.relu(x * w), "σ": tg.sigmoid(-x)}
    programs |= {"exp": tg.exp(-x) / 2.0, "÷": 1.0 / (x + w), "tanh": tg.tanh(row * w), "−": x - w}
    assert {sign: fold(tg.trace(made)).output.symbol for sign, made in programs.items()} == {s: s for s in programs}


@pytest.mark.parametrize("value", [np.float32(0.1), -2.0, 1e300, 5e-324, np.int64(3), True])
def test_constants_are_written_as_numbers(value: float) -> None:
    graph = fold(tg.trace(tg.tensor(0.5, "x") * value))
    assert [n.role for n in graph] == ["input", "output"]
    assert formula.evaluate(graph.nodes[1].formula, {"v0": 0.5}) == pytest.approx(0.5 * float(value), rel=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_keeps_its_card(value: float) -> None:
    graph = fold(tg.trace(tg.tensor(0.5, "x") * value))
    assert [n.role for n in graph] == ["input", "constant", "output"]
    assert tg.draw(graph, detail="full").svg


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("most", [4, 8])
def test_coarse_views_keep_the_contributions(seed: int, most: int) -> None:
    graph = graph_of(seed)
    made, note = coarse(graph, most)
    assert bool(note) == (len(graph) > most) and len(made) <= max(len(graph), most)
    assert not unbalanced(made)
    left = {n.key for n in made if n.role != "group"}
    assert _sent(graph, left) == _sent(made, left)


def _sent(graph: Graph, keys: set[int]) -> Counter[tuple[int, str]]:
    """What leaves each of these nodes."""
    uses: list[Edge] = [e for e in graph.edges if e.source in keys and e.contribution is not None]
    return Counter((e.source, np.asarray(e.contribution).tobytes().hex()) for e in uses)


def test_a_chain_becomes_few_cards() -> None:
    x = tg.tensor(0.5, "x")
    for _ in range(2000):
        x = tg.sin(x)
    made, note = coarse(tg.trace(x), 50)
    count = f"2,001 operations in {len(made)} groups"
    assert len(made) <= 50 and note == f'{count}; open one with scope="{made.nodes[0].name}"'


@pytest.mark.parametrize("depth", [-1, "2", 1.5])
def test_wrong_depth(depth: object) -> None:
    with pytest.raises(tg.GraphError, match="depth must be a whole number"):
        reduced(graph_of(1), depth, 500)  # type: ignore[arg-type]


def test_a_gradient_that_its_parameter_shows_has_no_card() -> None:
    """What the update hands on comes from the loss, with the same number; with a mark on it the card stays."""
    x = tg.constant(2.0, "x")
    w, sgd = tg.parameter(1.0, "w"), tg.optim.SGD(lr=0.1)
    for _ in range(2):
        L = (w * x - 3.0) ** 2
        [w] = sgd.step(L, [w])
    whole = tg.trace([w])
    folded = tg.fold(whole)
    assert [n.name for n in whole if n.is_gradient] and not [n.name for n in folded if n.is_gradient]
    for node in (n for n in folded if n.op == "sgd"):
        parameter, gradient = folded.inputs(node)
        assert folded.node(gradient.source).name == f"L_{node.step}"
        assert folded.carried(gradient) == folded.node(parameter.source).gradient
        assert folded.carried(parameter) - 0.1 * folded.carried(gradient) == pytest.approx(node.value)
    key = next(n.key for n in whole if n.is_gradient)
    marked = tg.fold(whole.with_note("mine", Note((Badge(key, "look"),))))
    assert [n.key for n in marked if n.is_gradient] == [key]


def test_a_folded_run_is_kept_in_a_file(tmp_path: Path) -> None:
    w, sgd = tg.parameter([1.0, 2.0], "w"), tg.optim.SGD(lr=0.1)
    [w] = sgd.step((w * w).sum(), [w])
    folded = tg.fold(tg.trace([w]))
    folded.save(tmp_path / "run.tgraph")
    again = tg.load(tmp_path / "run.tgraph")
    handed = [(e.tensor, np.asarray(e.handed).tolist()) for e in folded.edges if e.handed is not None]
    assert handed and handed == [(e.tensor, np.asarray(e.handed).tolist()) for e in again.edges if e.handed is not None]


def test_a_few_numbers_without_a_name_stand_in_the_formula() -> None:
    def formulas(what: object) -> list[str]:
        return [line.text for box in tg.draw(what).picture.boxes for line in box.lines]  # type: ignore[arg-type]

    p, y = tg.tensor([0.25, 0.5], "p"), np.array([0.0, 1.0])
    assert formulas(tg.mse(p, [0, 1])) == ["= mean((p − [0, 1])²)"]
    assert formulas(tg.sum((1 - y) * p)) == ["= Σ([1, 0] ⊙ p)"]
    named, long = tg.draw(tg.sum(y * p)), tg.draw(tg.sum(tg.tensor(np.ones(7), "q") * np.arange(7.0)))
    assert [len(drawing.graph) for drawing in (named, long)] == [3, 3]
    graph = fold(tg.trace(tg.sum((1 - y) * p)))
    edge = next(e for e in graph.edges if e.tensor == "p")
    assert np.array_equal(edge.contribution, [1.0, 0.0]) and "constant" not in (edge.vjp or "")
