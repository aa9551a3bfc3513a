"""Healthy networks raise no alarm: of many kinds, while they are trained and when they have been; and the examples."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nets import HEALTHY, LOSSES, Net, findings, he, mlp, others, rng

import tracegraph as tg
from tracegraph.analysis.findings import drop as passing
from tracegraph.analysis.findings import gradient_size as sizes
from tracegraph.analysis.findings import loss_head as heads
from tracegraph.analysis.flow import inspected
from tracegraph.graph import Node, traits_of
from tracegraph.ops.traits import Traits

EXAMPLES = Path(__file__).parents[2] / "examples"
FAULTY = {"vanishing": {"vanishing"}, "unscaled": {"exploding", "update"}}
"""The examples that show such a fault."""


@pytest.mark.slow
@pytest.mark.parametrize("net", HEALTHY, ids=lambda net: net.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_healthy_networks(net: Net, seed: int) -> None:
    assert findings(lambda: net(rng(seed))) == {}


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "act, deepest", [("sigmoid", 3), ("tanh", 20), ("relu", 20), ("leaky_relu", 10), ("gelu", 4), ("elu", 6)]
)
def test_random_layers(act: str, deepest: int, loss: str) -> None:
    for seed in range(8):
        random = rng(seed)
        depth, width, batch = (int(random.integers(*ends)) for ends in ((1, deepest + 1), (8, 48), (1, 33)))
        assert findings(lambda: mlp(random, depth, width, act, batch, loss=loss)) == {}, seed


@pytest.mark.parametrize("file", sorted(p.stem for p in EXAMPLES.glob("*.py")))
def test_examples(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No alarm on any of the examples but those that show a fault, with all that they train on the way."""
    from tracegraph.engine.created import created
    from tracegraph.frontends.numpy.unused import isolated

    monkeypatch.syspath_prepend(str(EXAMPLES))
    module = importlib.import_module(file)
    for name in [n for n in vars(module) if n.startswith("build")]:
        with created() as watch:
            graph = tg.trace(getattr(module, name))
        if any(n.gradient is not None for n in graph):
            flow = inspected(graph, others(), isolated(graph, watch.unused()))
            assert {f.kind for f in flow.findings} == FAULTY.get(file, set())


@pytest.mark.parametrize("kind", "SGD Momentum Nesterov AdaGrad RMSProp Adam".split())
def test_training(kind: str) -> None:
    random = rng(1)
    w, v = tg.parameter(he(random, 4, 16), "w"), tg.parameter(he(random, 16, 1), "v")
    b = tg.parameter(np.zeros(16), "b")
    x, optimizer = random.normal(size=(16, 4)), getattr(tg.optim, kind)(lr=0.01)
    for _ in range(10):
        L = tg.mse(tg.relu(x @ w + b) @ v, x[:, :1] * x[:, 1:2])
        w, b, v = optimizer.step(L, [w, b, v])
    assert findings([w, b, v]) == findings(tg.trace([w, b, v], step=4)) == findings(L) == {}


@pytest.mark.slow
def test_a_network_that_was_trained_to_the_end() -> None:
    x = rng(2).normal(size=(32, 2))
    y = np.where(x[:, :1] > 0, 1.0, 0.0)

    def loss(p: Any) -> tg.Tensor:
        q = tg.sigmoid(tg.tanh(x @ p["W"] + p["b"]) @ p["V"])
        return -tg.mean(y * tg.log(q + 1e-9) + (1 - y) * tg.log(1 - q + 1e-9))

    start = {"W": he(rng(3), 2, 8), "b": np.zeros(8), "V": he(rng(4), 8, 1)}
    run = tg.history(loss, start, tg.optim.Adam(lr=0.05), steps=1500, keep=(1, 2, 1500))
    assert run.losses[-1] < 1e-3
    assert all(findings(graph) == {} for graph in run.graphs.values())


# --- the tests can fail ----------------------------------------------------------------------------------------------


def without(**neutral: Any) -> Callable[[Node], Traits]:
    """A `traits_of` by which no op has a trait."""
    return lambda node: traits_of(node)._replace(**neutral)


@pytest.mark.slow
@pytest.mark.parametrize(
    "module, name, value, net",
    [
        (heads, "FLAT", -1.0, "fitted"),
        (sizes, "is_idle", lambda *_: False, "neuron"),
        (heads, "traits_of", without(logarithm=False), "confident"),
        (passing, "traits_of", without(gate=""), "off"),
        (heads, "measured", lambda node: (heads.size(node.gradient), 0), "unrolled"),
    ],
)
def test_planted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, value: Any, net: str) -> None:
    """Without each of the exceptions, a healthy network raises an alarm."""
    monkeypatch.setattr(module, name, value)
    assert findings(lambda: next(n for n in HEALTHY if n.__name__ == net)(rng()))
