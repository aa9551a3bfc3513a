"""The classics: the numbers that their authors published, or those of PyTorch."""

from __future__ import annotations

import attention
import batchnorm
import circuits
import feature_learning
import generation
import lstm
import mazur
import numpy as np
import optimizers
import pytest
import softmax
import xor

import tracegraph as tg


def test_all_published_numbers_of_mazur_agree() -> None:
    marking = tg.mark(tg.trace(mazur.build), mazur.MARKED / "mazur.toml")
    assert len(marking.results) == 18 and {r.verdict for r in marking.results} == {"agrees"}


def test_the_circuits_of_cs231n() -> None:
    graph = tg.trace(circuits.product)
    assert (graph["q"].value, graph["f"].value) == (3, -12)
    assert [graph[name].gradient for name in "xyz"] == [-4, -4, 3]
    graph = tg.trace(circuits.build)
    assert round(graph["f"].value, 2) == 0.73
    printed = {"w0": -0.2, "x0": 0.39, "w1": -0.39, "x1": -0.59, "w2": 0.2}
    assert all(graph[name].gradient == pytest.approx(value, abs=0.01) for name, value in printed.items())


def test_xor_is_solved_by_the_weights_of_the_book() -> None:
    graph = tg.trace(xor.build)
    assert graph["y"].value.tolist() == xor.TARGETS and graph["L"].value == 0
    line = tg.trace(xor.linear)
    assert line["y"].value.tolist() == [0.5] * 4 and line["L"].value == 0.25
    assert not np.any(line["w"].gradient) and line["b"].gradient == 0


def test_softmax_step_by_step_is_cross_entropy() -> None:
    steps, fused = tg.trace(softmax.build), tg.trace(softmax.fused)
    assert np.round(steps["p"].value, 2).tolist() == [0.13, 0.87, 0.0] and round(steps["L"].value, 2) == 2.04
    assert steps["L"].value == pytest.approx(fused["L"].value, rel=1e-14)
    np.testing.assert_allclose(steps["s"].gradient, fused["s"].gradient, rtol=1e-13)
    np.testing.assert_allclose(fused["s"].gradient, steps["p"].value - [1, 0, 0], rtol=1e-13)


LSTM_W = {"a": (-0.0267, -0.0922), "i": (-0.00221, -0.00666), "f": (-0.00316, -0.01893), "o": (-0.02593, -0.16262)}
LSTM_U = {"a": -0.01039, "i": -0.00060, "f": -0.00338, "o": -0.02970}
LSTM_B = {"a": -0.03641, "i": -0.00277, "f": -0.00631, "o": -0.05362}


def test_the_lstm_has_the_published_gradients() -> None:
    graph = tg.trace(lstm.build)
    assert graph["state_2"].value == pytest.approx(1.5176, abs=1e-4)
    assert graph["out_2"].value == pytest.approx(0.77197, abs=2e-5)
    for gate in "aifo":
        np.testing.assert_allclose(graph[f"W_{gate}"].gradient, LSTM_W[gate], atol=5e-5)
        assert graph[f"U_{gate}"].gradient == pytest.approx(LSTM_U[gate], abs=2e-5)
        assert graph[f"b_{gate}"].gradient == pytest.approx(LSTM_B[gate], abs=2e-5)


def test_attention_has_the_printed_outputs() -> None:
    graph = tg.trace(attention.build)
    printed = [[1.9366, 6.6831, 1.5951], [2.0, 7.9640, 0.0540], [1.9997, 7.7599, 0.3584]]
    np.testing.assert_allclose(graph["outputs"].value, printed, atol=6e-5)
    assert graph["scores"].value.tolist() == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]


@pytest.mark.torch
def test_batch_normalisation_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    graph = tg.trace(batchnorm.build)
    x = torch.tensor(batchnorm.X, dtype=torch.float64, requires_grad=True)
    gamma, beta = (torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in (2.0, 0.5))
    y = torch.nn.functional.batch_norm(x[:, None], None, None, gamma, beta, training=True, eps=1e-300)
    torch.nn.functional.mse_loss(y[:, 0], torch.tensor(batchnorm.TARGET, dtype=torch.float64)).backward()
    np.testing.assert_allclose(graph["x"].gradient, x.grad, atol=1e-12)
    assert graph["gamma"].gradient == pytest.approx(gamma.grad.item())
    assert graph["beta"].gradient == pytest.approx(beta.grad.item())
    assert abs(np.sum(graph["x"].gradient)) < 1e-12 and abs(graph["x"].gradient @ batchnorm.X) < 1e-12


def test_every_point_of_a_contour_has_its_loss() -> None:
    for level in optimizers.LEVELS:
        for w, b in optimizers.contour(level)[::40]:
            loss = optimizers.mean_loss({"w": tg.tensor(w), "b": tg.tensor(b)})
            assert loss.item() == pytest.approx(level, rel=1e-9)


def test_the_paths_are_those_of_the_runs() -> None:
    for name in optimizers.OPTIMIZERS:
        way, run = optimizers.path(name), optimizers.trained(name)
        assert len(way) == optimizers.STEPS + 1
        for (w, b), loss in zip(way[::50], [*run.losses, None][::50], strict=True):
            ours = optimizers.mean_loss({"w": tg.tensor(w), "b": tg.tensor(b)}).item()
            assert loss is None or ours == pytest.approx(loss, rel=1e-12)


@pytest.mark.slow
def test_a_code_helps_where_labels_are_few() -> None:
    shares = feature_learning.shares()
    assert all(code > pixels for code, pixels in zip(shares["code of 100"], shares["64 pixels"], strict=True))
    assert shares["code of 8"][0] < shares["64 pixels"][0]


@pytest.mark.slow
def test_most_new_digits_are_near_known_ones() -> None:
    assert 0.02 < generation.far() < 0.12
    assert tg.trace(generation.generated)["generated"].shape == (10, 8, 8)
