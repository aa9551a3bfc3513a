"""How large gradients, updates and signals are: each fault is found at its node, and only there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from counting import growth
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import KINDS, findings, he, lookup, mlp, rng
from programs import build as random_program

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS

# --- vanishing -------------------------------------------------------------------------------------------------------


def test_vanishing() -> None:
    def net() -> tg.Tensor:
        return mlp(rng(), 20, 32, "sigmoid")

    names = findings(net)["vanishing"]
    assert {"W0", "b0", "W1", "W5"} <= set(names) and not {"W18", "W19", "Wo"} & set(names)
    assert findings(net, vanishing=1e-30).get("vanishing") is None
    assert len(findings(net, vanishing=1e-5)["vanishing"]) > len(names)
    first = next(f for f in tg.flow(net).findings if f.kind == "vanishing")
    assert first.measure and first.measure < 1e-12 and first.threshold == 1e-7 and first.excess > 5
    assert first.badge.startswith("vanishing: mean |g| ") and "while the prediction gets" in first.cause


def test_exactly_zero_is_told_apart() -> None:
    flow = tg.flow(lambda: tg.sum(tg.relu(rng().normal(size=(9, 4)) ** 2 @ tg.parameter(-np.ones((4, 4)), "w"))))
    first = next(f for f in flow.findings if f.kind == "vanishing")
    assert first.measure == 0 and first.badge == "vanishing: mean |g| 0" and "exactly 0" in first.cause
    assert first.cause.endswith("relu at relu₁ hands nothing back of what it receives")


def test_what_arrives_and_cancels_is_told_apart() -> None:
    def net() -> tg.Tensor:
        z = rng().normal(size=(8, 4)) + tg.parameter(np.zeros(4), "b")
        return tg.mse((z - tg.mean(z, axis=0)) ** 2, 0.3)

    def small() -> tg.Tensor:
        return tg.mse(1e-9 * rng().normal(size=(8, 4)) * tg.parameter(np.ones(4), "w") + 1.0, 0.3)

    assert [c.kind for c in tg.flow(net).causes] == ["no_effect"] and tg.flow(net).findings == ()
    assert "arrives where it is used" in tg.flow(small).findings[0].cause


def test_rows_of_a_table_that_were_not_looked_up_do_not_count() -> None:
    mean = np.abs(tg.trace(lookup(rng()))["E"].gradient).mean()
    assert "vanishing" not in findings(lambda: lookup(rng()), vanishing=100 * float(mean))


def test_a_small_factor_of_the_loss_dies_there_and_a_mean_does_not() -> None:
    def net(factor: float) -> tg.Tensor:
        y = tg.tanh(rng().normal(size=(50, 4)) @ tg.parameter(he(rng(1), 4, 4), "w"))
        L = factor * tg.sum(y**2)
        return L

    assert findings(lambda: net(1 / 200)) == findings(lambda: net(1e-4)) == {}
    assert findings(lambda: net(1e-9))["dies"] == ["L"]


# --- dies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act, shift", [("sigmoid", 9.0), ("tanh", -9.0), ("relu", -9.0), ("elu", -9.0), ("sign", 0.0)])
def test_dies(act: str, shift: float) -> None:
    def net(shift: float) -> tg.Tensor:
        random = rng(3)
        z = random.normal(size=(16, 8)) @ tg.parameter(he(random, 8, 8), "w") + tg.parameter(np.full(8, shift), "b")
        h = getattr(tg, act)(z)
        return tg.mse(h @ tg.parameter(he(random, 8, 2), "v"), 0.5)

    assert findings(lambda: net(shift))["dies"] == ["h"]
    assert findings(lambda: net(shift), dies=1e-300).get("dies", ["h"]) == ["h"]
    assert act == "sign" or findings(lambda: net(0.0)) == {}
    found = next(f for f in tg.flow(lambda: net(shift)).findings if f.kind == "dies")
    assert found.badge.startswith("dies here: ×") and f"{act} receives a gradient of rms" in found.cause


@pytest.mark.parametrize("where", ["number", "mask", "weights", "softmax"])
def test_dies_over_products_and_softmax(where: str) -> None:
    def net(size: float) -> tg.Tensor:
        random = rng(3)
        h = tg.tanh(random.normal(size=(16, 32)) @ tg.parameter(he(random, 32, 32), "w"))
        if where == "number":
            y = h * size
        elif where == "mask":
            y = h * np.full((16, 32), size)
        elif where == "weights":
            y = h @ tg.parameter(he(random, 32, 32) * size, "v")
        else:
            y = tg.softmax(h / size)
        return tg.mse(y @ tg.parameter(he(random, 32, 2), "u"), 1.0)

    assert findings(lambda: net(1e-4)).get("dies") == ["y"]
    assert findings(lambda: net(1.0)) == {}


# --- exploding -------------------------------------------------------------------------------------------------------


def test_exploding() -> None:
    names = findings(lambda: mlp(rng(), 8, 16, "relu", scale=8))["exploding"]
    assert {"W0", "W1", "b0", "Wo"} <= set(names)
    flow = tg.flow(lambda: mlp(rng(), 8, 16, "relu", scale=8))
    cause = next(f.cause for f in flow.findings if f.kind == "exploding" and flow.node(f.node).name == "W0")
    assert "times that at the prediction" in cause
    assert "exploding" not in findings(lambda: mlp(rng(), 8, 16, "relu", scale=8), exploding=1e30)


@pytest.mark.parametrize("reduce, alarms", [(tg.mean, True), (tg.sum, False)])
def test_a_sum_over_many_elements_may_be_large(reduce: Callable[[Any], tg.Tensor], alarms: bool) -> None:
    x, y = rng().normal(size=(5000, 4)), 2000.0 if reduce is tg.mean else 1.0
    loss = reduce((x @ tg.parameter(np.ones((4, 1)), "w") + tg.parameter(0.0, "b") - y) ** 2)
    assert ("exploding" in findings(loss)) == alarms and (reduce is tg.mean or abs(tg.trace(loss)["b"].gradient) > 1e3)


def test_growth_does_not_depend_on_the_size_of_the_loss() -> None:
    def net(weight: float, size: float) -> tg.Tensor:
        h = rng().normal(size=(8, 16)) @ tg.parameter(he(rng(1), 16, 16), "w0")
        for i in range(4):
            h = h @ tg.parameter(he(rng(i), 16, 16) * size, f"w{i + 1}")
        return weight * tg.mse(h / size**4, 1.0)

    assert "w0" not in findings(lambda: net(1e-6, 1.0)).get("exploding", [])
    assert findings(lambda: net(1.0, 1.0)) == {}
    h = rng().normal(size=(8, 16)) * 1e5
    assert findings(lambda: tg.mse(h @ tg.parameter(he(rng(1), 16, 1), "w"), 0.0)) == {"exploding": ["w"]}


# --- update ----------------------------------------------------------------------------------------------------------


def trained(lr: float) -> list[tg.Tensor]:
    random = rng(5)
    w, b = tg.parameter(he(random, 4, 3), "w"), tg.parameter(np.zeros(3), "b")
    x, sgd = random.normal(size=(16, 4)), tg.optim.SGD(lr=lr)
    for _ in range(2):
        L = tg.mse(x @ w + b, 1.0)
        w, b = sgd.step(L, [w, b])
    return [w, b]


@pytest.mark.parametrize(
    "lr, names", [(1e-12, ["w_1", "w_2"]), (0.01, []), (1e3, ["b_2", "w_1", "w_2"]), (0.0, ["w_1", "w_2"])]
)
def test_update(lr: float, names: list[str]) -> None:
    assert findings(trained(lr), exploding=None).get("update", []) == names
    assert "update" not in findings(trained(lr), update=(0.0, 1e9))


def test_a_parameter_that_happens_to_be_small_may_move() -> None:
    w, b = tg.parameter(1e-6, "w"), tg.parameter(0.5, "b")
    steps = tg.optim.SGD(lr=0.1).step(0.5 * (w * 2.0 + b - 1.0) ** 2, [w, b])
    assert findings(steps) == {} and "update" in findings(tg.optim.SGD(lr=9e3).step((w - b) ** 2, [w, b]))


# --- initialization --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act, depth, scale, alarms",
    [
        ("relu", 20, 1.0, False),
        ("relu", 20, 0.5**0.5, True),
        ("relu", 6, 0.5**0.5, False),
        ("tanh", 20, 1.0, False),
        ("relu", 6, 4.0, True),
        ("tanh", 5, 0.05, True),
        ("sigmoid", 10, 1.0, False),
        ("tanh", 1, 1e-3, False),
    ],
)
def test_initialization(act: str, depth: int, scale: float, alarms: bool) -> None:
    found = findings(lambda: mlp(rng(7), depth, 64, act, 32, scale), vanishing=None, exploding=None)
    assert len(found.get("initialization", [])) == alarms


@pytest.mark.slow
def test_narrow_layers_may_differ_by_chance() -> None:
    assert not any("initialization" in findings(mlp(rng(seed), 15, 8, "relu", 4)) for seed in range(40))


def test_one_layer_that_is_badly_initialized_is_named() -> None:
    def net(third: float) -> tg.Tensor:
        h: Any = rng().normal(size=(16, 32))
        for i in range(6):
            h = tg.relu(h @ tg.parameter(he(rng(i), 32, 32) * (third if i == 3 else 1.0), f"W{i}").T)
        return tg.mse(h, 0.0)

    assert findings(lambda: net(1e-4), vanishing=None)["initialization"] == ["W3"]
    assert findings(lambda: net(1e4), exploding=None)["initialization"] == ["W3"]
    assert findings(lambda: net(1e-4), vanishing=None, initialization=(1e-9, 1e9)).get("initialization") is None


def test_the_scale_of_the_data_is_no_fault_of_the_weights() -> None:
    x = 255 * rng().uniform(size=(32, 64))
    assert findings(lambda: mlp(rng(), 4, 32, "tanh", x=x), dies=None, vanishing=None, exploding=None) == {}


# --- anything goes in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, 1e-300, 0.0])
def test_numbers_that_are_none(bad: float) -> None:
    with np.errstate(all="ignore"):
        loss = mlp(rng(), x=np.full((8, 4), bad))
    told(tg.flow(loss))


def told(flow: tg.Flow) -> None:
    """What is not a number anywhere is found as such, and nothing is where all are numbers."""
    held = [part for n in flow for part in (n.value, n.gradient) if part is not None]
    broken = not all(np.isfinite(part).all() for part in held)
    assert broken == any(f.kind in ("nan", "inf") for f in flow.findings)


@pytest.mark.parametrize(
    "program",
    [
        lambda: tg.parameter(2.0, "w"),
        lambda: tg.sum(tg.parameter(np.zeros((0, 3)), "w")),
        lambda: tg.tensor(1.0),
        lambda: tg.sum(np.zeros((0, 4)) @ tg.parameter(np.ones((4, 4)), "w")),
        lambda: tg.parameter(np.float32(2)) ** 2,
    ],
)
def test_hardly_a_graph(program: Callable[[], tg.Tensor]) -> None:
    assert tg.flow(program).findings == ()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_program(seed: int) -> None:
    random = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        out, _ = random_program(lambda n: int(random.integers(n)), 20)
        loss = tg.sum(out)
    told(tg.flow(loss))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_work_for_a_finding_grows_with_the_graph_and_no_faster(kind: str) -> None:
    def net(depth: int) -> tg.Tensor:
        h, w = tg.tensor(0.5, "x"), tg.parameter(0.9, "w")
        for _ in range(depth):
            h = tg.tanh(h * w) + 0.1
        return 0.5 * (h - 1.0) ** 2

    def of(depth: int) -> Callable[[], list[Any]]:
        graph = tg.trace(net(depth))
        return lambda: list(DIAGNOSTICS[kind].find(graph, DIAGNOSTICS[kind].limit))

    assert growth(of, 500, 10_000) < 1.1
