"""Thousands of steps: what is kept of them, how much work they are, and that nothing else is left."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from counting import growth
from rich.progress import Progress

import tracegraph as tg
from tracegraph.training import history as histories

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(16, 3)), RANDOM.normal(size=(16, 1))
START = {"W": RANDOM.normal(size=(3, 4)), "V": RANDOM.normal(size=(4, 1)), "c": 0.5}


def loss(p: dict[str, tg.Tensor]) -> tg.Tensor:
    h = tg.tanh(X @ p["W"])
    L = tg.mse(h @ p["V"] + p["c"], Y)
    return L


def test_it_is_the_training_that_a_loop_makes() -> None:
    run = tg.history(loss, START, tg.optim.Adam(lr=0.05), steps=30, keep=(1, 7, 30))
    adam, weights = tg.optim.Adam(lr=0.05), [tg.parameter(v, n) for n, v in START.items()]
    for step in range(30):
        old, at = weights, loss(dict(zip(START, weights)))
        weights = adam.step(at, weights)
        assert run.losses[step] == at.item()
        for name, before, after in zip(START, old, weights):
            norms = [np.linalg.norm(x) for x in (after.value, before.grad, np.subtract(after.value, before.value))]
            ours = [run.values[name][step], run.gradients[name][step], run.updates[name][step]]
            assert ours == pytest.approx(norms, rel=1e-14)
    assert all(np.array_equal(run.parameters[n], w.value) for n, w in zip(START, weights))
    assert run.steps == run.planned == 30 and repr(run) == "History(30 steps, graphs of 1, 7, 30)"


def test_graphs_of_the_steps_that_are_kept() -> None:
    run = tg.history(loss, START, tg.optim.Momentum(lr=0.05), steps=10, keep=(1, 10))
    graph = run.graphs[10]
    assert {"W_9", "W_10", "v_W_9", "v_W_10", "h", "L", "∂L/∂W₉"} <= {n.name for n in graph}
    assert {n.step for n in graph} == {10} and graph.find("W", 10) is graph["W_10"]
    assert np.array_equal(graph["W_10"].value, run.parameters["W"]) and graph["L"].value == run.losses[-1]
    assert graph["h"].line and graph["h"].line.startswith("test_history.py:")
    for node in graph:
        sent = [e.contribution for e in graph.uses(node) if e.contribution is not None]
        if sent:
            np.testing.assert_allclose(sum(sent), node.gradient, rtol=1e-12)
    assert len(run.graphs[1]) == len(graph) and "update" in {b.role for b in tg.draw(graph).picture.box_of.values()}


def small(p: dict[str, tg.Tensor]) -> tg.Tensor:
    return (p["w"] * 2 + p["b"] - 1) ** 2


@pytest.mark.slow
def test_ten_thousand_steps() -> None:
    run = tg.history(small, {"w": 3.0, "b": 0.0}, tg.optim.SGD(lr=0.01), steps=10_000)
    assert run.losses[-1] < 1e-20 < run.losses[0]


@pytest.mark.slow
def test_a_late_step_is_no_more_work_than_an_early_one() -> None:
    def steps(count: int) -> Callable[[], tg.History]:
        return lambda: tg.history(small, {"w": 3.0, "b": 0.0}, tg.optim.SGD(lr=0.01), steps=count)

    assert growth(steps, 100, 2000) < 1.1


@pytest.mark.slow
def test_memory_is_flat() -> None:
    def left(steps: int) -> int:
        tracemalloc.start()
        run = tg.history(loss, START, tg.optim.Adam(), steps=steps, keep=())
        gc.collect()  # Python's own stock of freed tuples and floats
        held = (
            tracemalloc.get_traced_memory()[0]
            - sum(a.nbytes for those in (run.values, run.gradients, run.updates) for a in those.values())
            - run.losses.nbytes
        )
        tracemalloc.stop()
        return held

    left(20)
    few, many = left(50), left(1000)
    assert many < few + 20_000, "a step leaves nothing but its numbers"


@pytest.mark.slow
def test_a_loss_that_keeps_the_record_is_found() -> None:
    kept = []

    def keeping(p: dict[str, tg.Tensor]) -> tg.Tensor:
        kept.append(loss(p))
        return kept[-1]

    tracemalloc.start()
    tg.history(keeping, START, tg.optim.Adam(), steps=300, keep=())
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held > 300_000


def test_the_same_optimizer_goes_on() -> None:
    whole = tg.history(loss, START, tg.optim.Adam(lr=0.05), steps=20)
    adam = tg.optim.Adam(lr=0.05)
    half = tg.history(loss, START, adam, steps=10)
    rest = tg.history(loss, half.parameters, adam, steps=10)
    assert np.array_equal(np.concatenate([half.losses, rest.losses]), whole.losses) and adam.count == 20


def test_ctrl_c_keeps_what_was_done() -> None:
    calls = []

    def interrupted(p: dict[str, tg.Tensor]) -> tg.Tensor:
        calls.append(1)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return loss(p)

    run = tg.history(interrupted, START, tg.optim.SGD(), steps=100, keep=(1, 50))
    assert (run.steps, run.planned, list(run.graphs)) == (7, 100, [1])
    assert run.losses.shape == run.values["W"].shape == (7,) and repr(run) == "History(7 of 100 steps, graphs of 1)"
    assert loss({n: tg.parameter(v) for n, v in run.parameters.items()}).item() < run.losses[-1]
    calls[:] = [1] * 7
    with pytest.raises(KeyboardInterrupt):
        tg.history(interrupted, START, tg.optim.SGD(), steps=100)


def test_other_errors_come_through() -> None:
    def broken(p: dict[str, tg.Tensor]) -> tg.Tensor:
        raise ZeroDivisionError("in the program")

    with pytest.raises(ZeroDivisionError, match="in the program"):
        tg.history(broken, START, tg.optim.SGD(), steps=3)


@pytest.mark.slow
def test_a_record_has_no_cycles() -> None:
    gc.collect()
    gc.disable()
    try:
        tg.history(loss, START, tg.optim.Adam(), steps=10, keep=())
        assert gc.collect() == 0
    finally:
        gc.enable()


@np.errstate(all="ignore")
def test_a_loss_that_becomes_nan() -> None:
    run = tg.history(lambda p: tg.exp(p["w"] ** 2), {"w": 3.0}, tg.optim.SGD(lr=10), steps=5, keep=5)
    assert not np.isfinite(run.losses[-1]) and "NaN" in run.table()


def test_table() -> None:
    run = tg.history(loss, START, tg.optim.SGD(), steps=1000, keep=(1, 100))
    lines = run.table(rows=4).splitlines()
    assert lines[0].split() == [
        "step",
        "loss",
        "‖W‖",
        "‖∂L/∂W‖",
        "‖ΔW‖",
        "‖V‖",
        "‖∂L/∂V‖",
        "‖ΔV‖",
        "‖c‖",
        "‖∂L/∂c‖",
        "‖Δc‖",
    ]
    assert [line.split()[0] for line in lines[1:]] == ["1", "100", "334", "667", "1000"]
    assert len({len(line) for line in lines}) == 1 and str(run) == run.table()
    assert len(tg.history(loss, START, tg.optim.SGD(), steps=1).table().splitlines()) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": 0}, "steps must be a whole number from 1, not 0"),
        ({"steps": 2.5}, "not 2.5"),
        ({"steps": True}, "not True"),
        ({"keep": (1, 200)}, "step 200 cannot be kept, there are 100"),
        ({"keep": 0}, "keep must be a whole number from 1, not 0"),
        ({"keep": ("a",)}, "not 'a'"),
        ({"parameters": [1.0]}, "give the first parameters as a dictionary of arrays by name"),
        ({"parameters": {}}, "there are no parameters"),
        ({"parameters": {1: 2.0}}, "a dictionary"),
        ({"parameters": {"W": "text"}}, "cannot hold"),
        ({"loss": lambda p: 1.0}, "the loss is float, not a tensor"),
        ({"loss": lambda p: p["W"]}, "make it a number"),
        ({"loss": lambda p: p["V"].sum()}, "no gradient reaches W"),
    ],
)
def test_wrong_use(change: dict[str, Any], said: str) -> None:
    given = {"loss": loss, "parameters": START, "optimizer": tg.optim.SGD(), "steps": 100} | change
    with pytest.raises(tg.TracegraphError) as caught:
        tg.history(**given)
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("progress", "terminal", "patience", "shown"),
    [
        (True, False, 1.0, True),
        (False, True, 0.0, False),
        (None, False, 0.0, False),
        (None, True, 60.0, False),
        (None, True, 0.0, True),
    ],
)
def test_a_bar_is_shown_if_asked_for_or_on_a_terminal_when_it_takes_long(
    progress: bool | None, terminal: bool, patience: float, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr(Progress, "start", lambda self: started.append(1))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(histories, "PATIENCE", patience)
    tg.history(loss, START, tg.optim.SGD(), steps=3, progress=progress)
    assert bool(started) == shown
