"""Parameters that the loss does not depend on: in a graph, beside a tensor, in a function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from counting import lines_run

import tracegraph as tg
from tracegraph.engine.created import Watch, created, watching
from tracegraph.graph import Edge, Graph, Node

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(8, 4))


def found(flow: tg.Flow, *kinds: str) -> dict[str, str]:
    return {flow.node(f.node).name: f.cause for f in flow.findings if f.kind in (kinds or ("no_gradient", "unused"))}


def weights(*shape: int, name: str | None = None) -> tg.Tensor:
    return tg.parameter(RANDOM.normal(size=shape), name)


# --- in a graph ------------------------------------------------------------------------------------------------------


def test_a_parameter_without_way_to_the_loss() -> None:
    nodes = [
        Node(0, "a", "parameter", "parameter", 1.0),
        Node(1, "w", "parameter", "parameter", 1.0, 2.0),
        Node(2, "s", "square", "op", 1.0),
        Node(3, "L", "square", "output", 1.0, 1.0),
    ]
    edges = [Edge(0, 2, 0, "a"), Edge(1, 3, 0, "w", "2 * g * x", 2.0, 2.0)]
    assert list(found(tg.flow(Graph(nodes, edges)))) == ["a"]


def test_found_again_after_saving(tmp_path: Path) -> None:
    def build() -> tg.Tensor:
        weights(2, name="left")
        return tg.sum(weights(2, name="w"))

    flow = tg.flow(build)
    flow.save(tmp_path / "f.tgraph")
    again = tg.flow(tg.load(tmp_path / "f.tgraph"), unused=None)
    assert not found(again) and list(found(tg.flow(again))) == ["left"]
    flow = tg.flow(again)
    assert [b.text for b in flow.badges(flow["left"])] == ["unused"]


# --- beside a tensor -------------------------------------------------------------------------------------------------


def test_among_the_variables_of_the_caller() -> None:
    w1, w2, w3 = weights(4, 4), weights(4, 4), {"deep": weights(4), "used": weights(4)}
    L = tg.mse(X @ w1 * w3["used"], 0.0)
    flow = tg.flow(L)
    assert list(found(flow)) == ["w2", "deep"]
    assert "the loss does not depend on w₂" in found(flow)["w2"] and flow["w2"].gradient is None
    assert flow.output.name == "L" and flow["w2"].line and "test_flow_unused.py" in flow["w2"].line
    assert all(n.key == i for i, n in enumerate(sorted(flow, key=lambda n: n.key)))
    del w2


def test_what_goes_nowhere() -> None:
    w, side = weights(4, 4), weights(4, 4)
    branch = tg.relu(X @ side)  # and forgotten
    assert list(found(tg.flow(tg.mse(X @ w, 0.0)))) == ["side"]
    assert branch.shape == (8, 4)


def test_other_models_are_left_alone() -> None:
    w, other, trained, gate = weights(4, 4), weights(4, 4), weights(4), tg.parameter(0.5)
    their_loss = tg.mse(X @ other, 1.0)
    tg.sum(trained).backward()
    alone = 3 * gate
    L = tg.mse(X @ w, 0.0)
    assert not found(tg.flow(L))
    assert their_loss.size == alone.size == 1


def test_globals_of_a_function_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "elsewhere", weights(3))
    L = tg.sum(weights(4))
    assert not found(tg.flow(L))


PROGRAM = """
import numpy as np
import tracegraph as tg
X = np.ones((5, 3))
w, forgotten, theirs, held = tg.parameter(np.ones((3, 2))), tg.parameter(1.0), tg.parameter(2.0), [tg.parameter(3.0)]
def other(x):
    return x * theirs + held[0]
loss = tg.mse(X @ w, 0.0)
flow = tg.flow(loss)
"""


def test_at_the_top_level_of_a_program() -> None:
    program: dict[str, Any] = {"__name__": "net"}
    exec(compile(PROGRAM, "net.py", "exec"), program)
    assert list(found(program["flow"])) == ["forgotten"]


def test_explicit_parameters() -> None:
    w, b, c = weights(4, name="w"), weights(4, name="b"), weights(4)
    L = tg.sum(w**2)
    assert list(found(tg.flow(L, parameters=[w, b]))) == ["b"]
    assert list(found(tg.flow(L, parameters={"w": w, "c": c}))) == ["c"]
    assert not found(tg.flow(L, parameters=[])) and list(found(tg.flow(L))) == ["b", "c"]


def test_parameters_that_an_optimizer_made_are_known() -> None:
    w = weights(4, name="w")
    sgd = tg.optim.SGD(lr=0.1)
    for _ in range(2):
        L = tg.sum(w**2)
        (w,) = sgd.step(L, [w])
    L = tg.sum(w**2)
    assert not found(tg.flow(L, parameters=[w])) and not found(tg.flow(L)) and not found(tg.flow(w))


@pytest.mark.parametrize(
    "wrong, says",
    [
        ([1.0], "parameters are tensors, as from tg.parameter, not float"),
        (weights(2), "give a list of parameters, also for one"),
    ],
)
def test_wrong_parameters(wrong: Any, says: str) -> None:
    with pytest.raises(tg.GraphError, match=says):
        tg.flow(tg.sum(weights(2)), parameters=wrong)
    with pytest.raises(tg.GraphError, match="a graph does not know its tensors"):
        tg.flow(tg.trace(tg.sum(weights(2))), parameters=[weights(2)])


# --- in a function ---------------------------------------------------------------------------------------------------


def test_among_those_that_a_function_makes() -> None:
    def build(x: tg.Tensor) -> tg.Tensor:
        layers = [(weights(4, 4), weights(4)) for _ in range(3)]
        tg.parameter(0.5)
        with tg.scope("spare"):
            weights(2, name="w")
        for w, b in layers[:2]:
            x = tg.tanh(x @ w + b)
        return tg.mse(x, 0.0)

    flow = tg.flow(build, X)
    assert [flow.node(f.node).shape for f in flow.findings if f.kind == "unused"] == [(4, 4), (4,), (), (2,)]
    assert flow["w"].scope == "spare" and not found(tg.flow(build, X, unused=None))


def test_training_inside_a_function_raises_nothing() -> None:
    def build() -> tg.Tensor:
        def loss(p: Any) -> tg.Tensor:
            return tg.mse(X @ p["w"], 1.0)

        run = tg.history(loss, {"w": np.zeros((4, 1))}, tg.optim.SGD(lr=0.1), steps=2500)
        tg.mse(X @ tg.parameter(run.parameters["w"], "w"), 0.0)  # of held-out data, say
        return loss({"w": tg.parameter(run.parameters["w"], "w")})

    assert not found(tg.flow(build))


def test_what_was_trained_is_let_go() -> None:
    watch = Watch()
    for _ in range(5000):
        t = tg.parameter(1.0)
        t.grad = 1.0
        watch.add(t)
    assert len(watch.parameters) <= 1001


def test_nothing_watches_by_default_and_it_costs_nothing() -> None:
    assert watching() is None
    with created() as outer:
        w = weights(2)
    assert outer.unused() == [w] and watching() is None

    assert lines_run(watching) < 0.2 * lines_run(lambda: tg.parameter(1.0))


def test_planted_a_search_that_does_not_know_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "unused", lambda self, given=None: list(self.parameters if given is None else given))
    w = weights(4)
    assert list(found(tg.flow(tg.sum(w)), "unused")) == ["w_1"]
