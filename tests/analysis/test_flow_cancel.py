"""Contributions that cancel: found where they do, and nowhere else."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.analysis.finding import DIAGNOSTICS, Finding
from tracegraph.analysis.findings.cancellation import cancellation

EXAMPLES = Path(__file__).parents[2] / "examples"
RANDOM = np.random.default_rng(3)


def found(loss: tg.Tensor | tg.Graph, limit: float = 0.01) -> dict[str, Finding]:
    graph = tg.trace(loss)
    return {graph.node(f.node).name: f for f in cancellation(graph, limit)}


def told(flow: tg.Flow) -> list[str]:
    """What the badges of w say."""
    return [b.text for b in flow.badges(flow["w"])]


def test_it_is_a_diagnostic_of_its_own_rank_and_limit() -> None:
    entry = DIAGNOSTICS["cancellation"]
    assert (entry.rank, entry.limit) == (11, 0.01)
    w = tg.parameter(2.0, "w")
    L = 1000 * w - 999 * w
    flow = tg.flow(L)
    assert [f.kind for f in flow.findings if flow.node(f.node).name == "w"] == ["cancellation"]
    assert "cancels: 0.05 % left" in told(flow) and not told(tg.flow(L, cancellation=None))


@pytest.mark.parametrize("share, alarms", [(0.5, False), (0.97, False), (0.99, True), (0.999999, True)])
@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_the_limit_is_one_percent_of_what_there_is(share: float, alarms: bool, shape: tuple[int, ...]) -> None:
    w = tg.parameter(RANDOM.normal(size=shape), "w")
    L = tg.sum(3 * w - 3 * share * w)
    left = (1 - share) / (1 + share)
    seen = found(L)
    assert set(seen) == ({"w"} if alarms else set())
    assert set(found(L, limit=left * 1.001)) == {"w"} and not found(L, limit=left * 0.999)
    if alarms:
        assert seen["w"].measure == pytest.approx(left, rel=1e-6) and seen["w"].threshold == 0.01
        assert seen["w"].excess == pytest.approx(np.log10(0.01 / left)) and "of its 2 contributions" in seen["w"].cause


def test_what_annuls_itself() -> None:
    w = tg.parameter(2.0, "w")
    h = tg.tanh(w)
    seen = found(h * 7 - h * 7)
    assert set(seen) == {"h"} and "annul" in seen["h"].cause and seen["h"].badge == "cancels"


def test_the_elements_of_which_most_is_lost() -> None:
    w = tg.parameter(np.ones((2, 3)), "w")
    back = np.zeros((2, 3))
    back[1, 2], back[0, 1] = 100.0, 50.0
    L = tg.sum(w * back) - tg.sum(w * (back * 0.9999))
    assert found(L)["w"].index[:2] == ((1, 2), (0, 1))


def test_uses_that_do_not_meet_do_not_cancel() -> None:
    x = tg.parameter(np.linspace(-1, 1, 20_000), "x")
    assert not found(tg.sum(x[:10_000]) - tg.sum(x[10_000:]))
    y = tg.parameter(np.ones(300), "y")
    total = y[0] * 1.0
    for i in range(1, 300):
        total = total + y[i] * (-1.0) ** i
    assert not found(total), "300 orthogonal contributions: their norms alone would leave 6 %"


def test_nothing_to_cancel() -> None:
    x = tg.parameter(np.array([-1.0, -2.0]), "x")
    h = tg.relu(x)
    assert not found(tg.sum(h * 2 - h * 1.9))
    z = tg.parameter(0.0, "z")
    assert not found(z * 0.0 - z * 0.0)
    with np.errstate(all="ignore"):
        y = tg.parameter(np.array([0.0, 1.0]), "y")
        assert not found(tg.sum(tg.sqrt(y) - tg.sqrt(y) * 0.9999 + y * np.inf))


def test_noise_is_no_finding() -> None:
    w = tg.parameter(2.0, "w")
    tiny = tg.parameter(1.0, "tiny")
    assert not found(w * 1e6 + tiny * 1e-11 - tiny * 0.9999e-11)
    assert set(found(w * 1e-6 + tiny * 1e-11 - tiny * 0.9999e-11)) == {"tiny"}


def _logsumexp(x: tg.Tensor) -> tg.Tensor:
    m = tg.max(x, axis=-1, keepdims=True)
    return tg.sum(m + tg.log(tg.sum(tg.exp(x - m), axis=-1, keepdims=True)))


def _norm(x: tg.Tensor, axis: int) -> tg.Tensor:
    mu = tg.mean(x, axis=axis, keepdims=True)
    d = x - mu
    return d / tg.sqrt(tg.mean(d * d, axis=axis, keepdims=True) + 1e-5)


def _attention(x: tg.Tensor) -> tg.Tensor:
    a = tg.softmax(x @ x.T / 2.0)
    return tg.sum(tg.tanh(a @ x + x) * WEIGHTS)


WEIGHTS = RANDOM.normal(size=(8, 5))
NETS: dict[str, Callable[[tg.Tensor], tg.Tensor]] = {
    "log-sum-exp, shifted by its maximum": lambda x: _logsumexp(x) + tg.sum(x * x),
    "softmax, shifted": lambda x: tg.sum(WEIGHTS * tg.exp(x - tg.max(x)) / tg.sum(tg.exp(x - tg.max(x)))),
    "batch norm": lambda x: tg.sum(tg.tanh(_norm(x, 0)) * WEIGHTS),
    "layer norm": lambda x: tg.sum(tg.tanh(_norm(x, -1)) * WEIGHTS),
    "centred": lambda x: tg.sum((x - tg.mean(x, axis=0)) ** 2 * WEIGHTS**2),
    "residual": lambda x: tg.mean((x + tg.tanh(x @ WEIGHTS.T) @ WEIGHTS) ** 2),
    "attention": _attention,
    "entropy": lambda x: -tg.sum(tg.softmax(x) * tg.log_softmax(x)),
    "by hand": lambda x: -tg.sum(tg.log(tg.exp(x) / tg.sum(tg.exp(x), axis=1, keepdims=True))[:, 0]),
    "tied": lambda x: tg.mean((tg.tanh(WEIGHTS @ x.T) @ x - WEIGHTS) ** 2),
}


@pytest.mark.parametrize("net", NETS)
def test_what_people_write_raises_no_alarm(net: str) -> None:
    for seed in range(25):
        x = tg.parameter(np.random.default_rng(seed).normal(size=(8, 5)), "x")
        assert not found(NETS[net](x)), seed


@pytest.mark.parametrize("net", NETS)
def test_a_planted_fault_in_each_of_them_is_found(net: str) -> None:
    x = tg.parameter(np.random.default_rng(0).normal(size=(8, 5)), "x")
    h = x * 1.5
    near = NETS[net](h) - NETS[net](h * 0.99999)
    assert "h" in found(near) or "mul_1" in found(near)


def test_random_nets_with_one_and_without() -> None:
    """The fault, two layers whose weights are almost opposite, is found at the tensor that feeds both."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        layers, faulty = rng.integers(2, 6), rng.integers(0, 2)
        at = rng.integers(0, layers)
        h = tg.tensor(rng.normal(size=(4, 6)), "x")
        for i in range(layers):
            W = tg.parameter(rng.normal(size=(6, 6)) / 2, f"W_{i}")
            z = h @ W
            if faulty and i == at:
                z.name = "bad"
                z = z + z * -0.995
            h = h + tg.tanh(z)
        assert set(found(tg.mean(h * h))) == ({"bad"} if faulty else set()), seed


@pytest.mark.parametrize("name", sorted(p.stem for p in EXAMPLES.glob("*.py")))
def test_the_examples_raise_no_alarm(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    module = importlib.import_module(name)
    for what in sorted(vars(module)):
        if what.startswith("build"):
            assert not found(tg.trace(vars(module)[what]())), f"{name}.{what}"
