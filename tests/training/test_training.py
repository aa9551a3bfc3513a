"""Training runs as graphs: steps and their names, all gradients, the views of steps, and the examples by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.views.steps import by_step

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))
HAND = json.loads((Path(__file__).parent / "data" / "training.json").read_text("utf-8"))

import adagrad  # noqa: E402
import backprop_steps  # noqa: E402
import momentum  # noqa: E402
import sgd  # noqa: E402


def line(steps: int = 3, optimizer: tg.optim.Optimizer | None = None) -> list[tg.Tensor]:
    """A run on one point after the other; all of it depends on ``scale``, which is not learned."""
    w, b = tg.parameter(0.5, "w"), tg.parameter(0.1, "b")
    scale = tg.parameter(2.0, "scale")
    optimizer = optimizer or tg.optim.Momentum(lr=0.01)
    for i in range(1, steps + 1):
        x, y = tg.constant(float(i), "x"), tg.constant(2.0 * i + 1, "y")
        yhat = scale * (w * x) + b
        L = 0.5 * (y - yhat) ** 2
        w, b = optimizer.step(L, [w, b])
    return [w, b]


def network() -> list[tg.Tensor]:
    """Two steps on tensors, in scopes, with data that serves both."""
    random = np.random.default_rng(0)
    X, Y = tg.constant(random.normal(size=(6, 3)), "X"), tg.constant(random.normal(size=(6, 1)), "Y")
    weights = [tg.parameter(random.normal(size=s), n) for n, s in (("W", (3, 4)), ("V", (4, 1)))]
    adam = tg.optim.Adam(lr=0.1)
    for _ in range(2):
        with tg.scope("hidden"):
            h = tg.tanh(X @ weights[0])
        with tg.scope("output"):
            y = h @ weights[1]
            L = tg.mse(y, Y)
        weights = adam.step(L, weights)
    return weights


def check_sums(graph: tg.Graph) -> int:
    """The law: contributions of all uses sum to the gradient. No gradient crosses an update. How many were checked."""
    checked = 0
    for node in graph:
        sent = [e.contribution for e in graph.uses(node) if e.contribution is not None]
        if node.gradient is not None and sent:
            np.testing.assert_allclose(sum(sent), node.gradient, rtol=1e-12)
            checked += 1
        if node.role == "update":
            assert all(e.contribution is None for e in graph.inputs(node))
    return checked


RUNS: list[Callable[[], Any]] = [
    line,
    network,
    lambda: line(1),
    sgd.build,
    momentum.build,
    adagrad.build,
    backprop_steps.build,
]


@pytest.mark.parametrize("run", RUNS)
def test_contributions_sum_to_the_gradient(run: Callable[[], Any]) -> None:
    graph = tg.trace(run)
    assert check_sums(graph) > 3
    for step in sorted({n.step for n in graph} - {None}):  # type: ignore[type-var]
        part = tg.steps(graph, step)
        assert check_sums(part) > 3
        assert {n.step for n in part} <= {step, None}


def test_a_planted_fault_is_found() -> None:
    from dataclasses import replace

    graph = tg.trace(line)
    wrong = [replace(n, gradient=n.gradient * 2) if n.name == "scale" else n for n in graph]
    with pytest.raises(AssertionError):
        check_sums(tg.Graph(wrong, graph.edges))


@pytest.mark.slow
def test_a_second_trace_is_the_same() -> None:
    for run in RUNS:
        first, second = tg.trace(run), tg.trace(run)
        for a, b in zip(first, second, strict=True):
            assert (a.name, a.base, a.step, a.role, a.loss, a.formula) == (
                b.name,
                b.base,
                b.step,
                b.role,
                b.loss,
                b.formula,
            )
            assert np.array_equal(a.value, b.value)
        assert tg.draw(first).dot == tg.draw(second).dot
    weights = line()
    names = [n.name for n in tg.trace(weights)]
    assert names == [n.name for n in tg.trace(weights)] == [n.name for n in tg.trace(line)]


@pytest.mark.slow
def test_every_step_costs_the_same() -> None:
    w, adam, counts = tg.parameter([1.0, 2.0], "w"), tg.optim.Adam(), []
    for _ in range(300):
        L = (w * w).sum()
        counts.append(len(L.backward()))
        [w] = adam.step(L, [w])
    assert set(counts) == {3}
    graph = tg.trace([w])
    assert {n.step for n in graph} == set(range(1, 301)) and "w_300" in graph


# --- names and steps -------------------------------------------------------------------------------------------------


def test_names_say_the_step() -> None:
    graph = tg.trace(line)
    names = {n.name for n in graph}
    assert {"w_0", "b_0", "v_w_0", "x_1", "yhat_1", "L_1", "∂L₁/∂w₀", "v_w_1", "w_1"} <= names
    assert {"yhat_2", "∂L₂/∂w₁", "w_3"} <= names
    assert {"w", "yhat", "L", "w_4", "yhat_0", "L_4", "scale_1"} & names == set() and "scale" in names
    assert [graph[n].step for n in ("w_0", "x_1", "L_1", "∂L₁/∂w₀", "v_w_1", "w_1", "yhat_2", "w_2", "v_w_0")] == [
        1,
        1,
        1,
        1,
        1,
        1,
        2,
        2,
        1,
    ]
    assert graph["scale"].step is None and graph["scale"].loss == "(sum of L)"
    assert {n.base for n in graph if n.named} == {
        "w",
        "b",
        "x",
        "y",
        "yhat",
        "L",
        "scale",
        "v_w",
        "v_b",
        "∂L/∂w",
        "∂L/∂b",
    }


def test_looking_up_by_name_and_step() -> None:
    graph = tg.trace(line)
    assert graph.find("w", 2) is graph["w_2"] and graph.find("yhat", 3) is graph["yhat_3"]
    assert graph.find("v_w", 1) is graph["v_w_1"] and graph.find("w_0") is graph["w_0"]
    with pytest.raises(tg.GraphError, match="no node is called 'yhta'; nearest: yhat"):
        graph.find("yhta", 1)
    with pytest.raises(tg.GraphError, match="there is no 'w' of step 9; there are 1 to 3"):
        graph.find("w", 9)
    with pytest.raises(tg.GraphError, match="there are several 'yhat'; give the step, 1 to 3"):
        graph.find("yhat")


def test_one_step_has_numbers_for_what_it_changes_only() -> None:
    graph = tg.trace(lambda: line(1))
    assert {n.name for n in graph if n.named} == {
        "scale",
        "w_0",
        "b_0",
        "x",
        "y",
        "yhat",
        "L",
        "∂L/∂w₀",
        "∂L/∂b₀",
        "v_w_0",
        "v_w_1",
        "w_1",
        "v_b_0",
        "v_b_1",
        "b_1",
    }
    assert graph.find("w", 1) is graph["w_1"] and graph.find("yhat", 1) is graph["yhat"]


def test_parameters_in_a_list_have_names() -> None:
    def unnamed() -> list[tg.Tensor]:
        weights = [tg.parameter(1.0), tg.parameter(2.0)]
        sgd = tg.optim.SGD()
        for _ in range(2):
            weights = sgd.step(weights[0] * weights[1], weights)
        return weights

    names = {"weights[0]_0", "weights[0]_2", "weights[1]_0", "weights[1]_2"}
    assert names <= {n.name for n in tg.trace(unnamed)}
    weights = unnamed()
    assert names <= {n.name for n in tg.trace(weights)}


def test_the_same_name_twice_in_a_step() -> None:
    def deep() -> list[tg.Tensor]:
        w, sgd = tg.parameter(0.5, "w"), tg.optim.SGD()
        for _ in range(2):
            z = tg.constant(1.0, "x")
            for _ in range(3):
                z = tg.tanh(z * w)
            L = z * z
            [w] = sgd.step(L, [w])
        return [w]

    graph = tg.trace(deep)
    last = graph["z_3_2"]
    assert {f"z_{turn}_{step}" for turn in (1, 2, 3) for step in (1, 2)} <= {n.name for n in graph}
    assert graph.find("z", 2) is last and graph.uses(last)[0].tensor == "z_3_2"


def test_two_optimizers_of_one_loss_are_one_step() -> None:
    def both() -> list[tg.Tensor]:
        w, v = tg.parameter(0.5, "w"), tg.parameter(2.0, "v")
        slow, fast = tg.optim.SGD(0.01), tg.optim.Adam(0.1)
        for _ in range(2):
            L = (w * v - 3) ** 2
            [w], [v] = slow.step(L, [w]), fast.step(L, [v])
        return [w, v]

    graph = tg.trace(both)
    assert {n.step for n in graph} == {1, 2} and check_sums(graph) > 3
    assert graph["L_1"].gradient == 1 and graph["∂L₁/∂v₀"].step == 1
    assert graph["w_0"].gradient == graph["∂L₁/∂w₀"].value == (0.5 * 2 - 3) * 2 * 2


def test_the_loss_of_a_step_that_was_not_made() -> None:
    def unfinished() -> tg.Tensor:
        w, sgd = tg.parameter(0.5, "w"), tg.optim.SGD()
        for _ in range(3):
            L = (w - 1) ** 2
            [w] = sgd.step(L, [w])
        return L

    graph = tg.trace(unfinished)
    assert graph["L_3"].step == 3 and graph["L_3"].role == "output" and "w_3" not in graph
    assert graph["w_2"].gradient is not None and check_sums(graph) > 3


def test_what_is_computed_on_the_side() -> None:
    def watched() -> list[tg.Tensor]:
        w, sgd, off = tg.parameter(0.5, "w"), tg.optim.SGD(), []
        for _ in range(2):
            yhat = w * tg.constant(3.0, "x")
            error = tg.abs(yhat - 1)
            off.append(error)
            [w] = sgd.step((yhat - 1) ** 2, [w])
        after = w * 3.0
        return [w, *off, after]

    graph = tg.trace(watched)
    assert (graph["error_1"].step, graph["error_2"].step, graph["after"].step) == (1, 2, None)
    assert graph["error_1"].gradient is None and graph["after"].loss == ""


def test_data_serves_all_steps() -> None:
    graph = tg.trace(network)
    assert graph["X"].step is graph["Y"].step is None and graph["X"].name == "X"
    assert graph["h_1"].scope == "hidden" and graph["W_0"].shape == (3, 4)
    assert graph["m_W_2"].role == graph["W_2"].role == "update" and graph["m_W_0"].role == "constant"


# --- views -----------------------------------------------------------------------------------------------------------


def test_a_step_with_what_it_takes_over() -> None:
    graph = tg.trace(line, step=2)
    assert {n.name for n in graph if n.role in ("parameter", "constant") and n.named} == {
        "w_1",
        "b_1",
        "scale",
        "x_2",
        "y_2",
        "v_w_1",
        "v_b_1",
    }
    assert graph["w_1"].formula == "" and graph["w_2"].gradient is None
    assert graph["scale"].loss == "L_2" and graph.find("v_w", 2) is graph["v_w_2"]
    whole = tg.trace(line)
    assert graph["scale"].gradient != whole["scale"].gradient
    assert [n.name for n in tg.trace(line, step=(1, 2, 3))] == [n.name for n in whole]
    assert [n.name for n in tg.draw(line, step=2).graph] == [n.name for n in tg.draw(graph).graph]
    apart = tg.trace(line, step=(1, 3))
    assert apart["w_2"].formula == "" and apart["w_1"].formula and check_sums(apart)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (4, "there is no step 4; there are 1 to 3"),
        (0, "no step 0"),
        ((1, 9), "no step 9"),
        ((), "give at least one"),
        ("2", "a step is a whole number, not '2'"),
        (1.5, "not 1.5"),
        (True, "not True"),
    ],
)
def test_a_step_that_is_none(step: Any, said: str) -> None:
    with pytest.raises(tg.GraphError) as caught:
        tg.trace(line, step=step)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_graph_without_steps() -> None:
    with pytest.raises(tg.GraphError, match="not a training run"):
        tg.trace(lambda x: x * x, 2.0, step=1)


def test_steps_are_clusters() -> None:
    assert [c.title for c in tg.draw(line).picture.clusters] == ["step 1", "step 2", "step 3"]
    assert tg.draw(line, step=2).picture.clusters == ()
    first, second = tg.draw(network).picture.clusters
    assert [c.title for c in first.inner] == [c.title for c in second.inner] == ["hidden", "output"]
    boxes = {b.key for b in tg.draw(line).picture.boxes}
    inside = [key for c in tg.draw(line).picture.clusters for key in c.boxes]
    assert len(inside) == len(set(inside)) and set(inside) < boxes


@pytest.mark.parametrize("run", [line, network, sgd.build])
def test_a_card_for_each_step(run: Callable[[], Any]) -> None:
    graph = tg.trace(run)
    closed = by_step(graph)
    cards = [n for n in closed if n.role == "group"]
    losses = [n for n in graph if n.name == n.loss and n.step]
    assert [n.name for n in cards] == [f"step {n.step}" for n in losses]
    assert [n.value for n in cards] == [n.value for n in losses]
    assert len(closed) < len(graph) and check_sums(closed)
    assert len(tg.draw(run, depth=0).picture.boxes) <= len(closed)


def test_scopes_of_a_run_collapse() -> None:
    graph = tg.trace(network)
    assert check_sums(tg.collapse(graph)) and len(tg.draw(graph, depth=1).graph) == len(tg.draw(graph).graph)


def test_a_long_run_is_drawn_as_cards() -> None:
    drawing = tg.draw(lambda: line(80))
    assert len(drawing.picture.boxes) <= 500 and "step 80" in [b.title for b in drawing.picture.boxes]


def test_a_longer_run_has_cards_of_several_steps() -> None:
    w, scale, sgd = tg.parameter(0.5, "w"), tg.parameter([2.0, 1.0], "scale"), tg.optim.Adam()
    for _ in range(150):
        L = ((scale * w - 1) ** 2).sum()
        [w] = sgd.step(L, [w])
    graph = tg.trace([w])
    drawing = tg.draw(graph)
    titles = [b.title for b in drawing.picture.boxes if b.role == "group"]
    assert titles[::6] == ["steps 1 to 8", "steps 49 to 56", "steps 97 to 104", "steps 145 to 150"]
    assert drawing.picture.note.endswith("in 19 groups; open one with step=1") and not drawing.picture.clusters
    assert drawing.graph["steps 1 to 8"].value == graph["L_8"].value
    assert check_sums(drawing.graph) and len(drawing.graph.uses(drawing.graph["scale"])) == 19, "one arrow a card"


def test_a_run_is_kept_in_a_file(tmp_path: Path) -> None:
    graph = tg.trace(line)
    graph.save(tmp_path / "run.tgraph")
    again = tg.load(tmp_path / "run.tgraph")
    assert [(n.name, n.base, n.step, n.loss) for n in again] == [(n.name, n.base, n.step, n.loss) for n in graph]
    assert [n.name for n in tg.steps(again, 2)] == [n.name for n in tg.steps(graph, 2)]


# --- examples, by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graph", "steps"),
    [
        (tg.trace(sgd.build), HAND["sgd"]),
        (tg.trace(momentum.build), HAND["momentum"]),
        (tg.trace(adagrad.build), HAND["adagrad"]),
        (tg.trace(adagrad.alone), HAND["adagrad alone"]),
        (tg.trace(backprop_steps.build), HAND["backprop"]),
    ],
    ids=["sgd", "momentum", "adagrad", "adagrad alone", "backprop"],
)
def test_examples_by_hand(graph: tg.Graph, steps: list[dict[str, float]]) -> None:
    from tracegraph.graph.lookup import find_gradient

    for step, numbers in enumerate(steps, start=1):
        for name, value in numbers.items():
            found = find_gradient(graph.nodes, name[2:], step) if name.startswith("d ") else graph.find(name, step)
            assert found.value == pytest.approx(value, rel=1e-9), (name, step)


def test_mean_losses_by_hand() -> None:
    for example in (sgd, momentum):
        name = example.__name__
        run = tg.trace(example.build)
        assert tg.trace(example.before)["mse_before"].value == pytest.approx(HAND[f"{name} before"], rel=1e-13)
        assert run["mse_before_1"].value == tg.trace(example.before)["mse_before"].value
        for what, value in HAND[f"{name} after"].items():
            assert run[f"{what}_after"].value == pytest.approx(value, rel=1e-9), what


def test_deltas_by_hand() -> None:
    graph = tg.trace(backprop_steps.build)
    for step, deltas in enumerate(HAND["backprop deltas"], start=1):
        assert backprop_steps.deltas(graph, step) == pytest.approx(deltas, rel=1e-13)


def test_one_update_fits_a_slide() -> None:
    for example in (sgd, momentum, adagrad):
        drawing = tg.draw(example.build, step=2, detail="full", theme="slides")
        assert len(drawing.picture.boxes) <= 14
        assert "\n\nUpdate (step 2)\n" in tg.explain(tg.trace(example.build)).to_text()


def test_a_table_heads_gradients_with_what_was_differentiated() -> None:
    run = tg.trace(sgd.build)
    heads = [str(tg.draw(g)).splitlines()[0].split()[-1] for g in (run, tg.steps(run, 2), tg.trace(sgd.before))]
    assert heads == [
        "gradient",
        "∂L₂/∂…",
        "∂mse_before/∂…",
    ]  # several losses; that of the step; the one that was traced
