"""The convolution exercises, against numbers worked out by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import tracegraph as tg

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
import cnn1
import cnn2
import cnn3

MAP = [[12, 12, 17], [10, 17, 19], [9, 6, 14]]
PADDED_MAP = [[6, 14, 17, 11, 3], [14, 12, 12, 17, 11], [8, 10, 17, 19, 13], [11, 9, 6, 14, 12], [6, 4, 4, 6, 4]]
PADDED_POOLED = [[14, 17, 17, 17], [14, 17, 19, 19], [11, 17, 19, 19], [11, 9, 14, 14]]
EXERCISE = {
    "map_s1": MAP,
    "map_s2": [[12, 17], [9, 14]],
    "map_s3": [[12]],
    "max_s1": [[17, 19], [17, 19]],
    "max_s2": [[17]],
    "avg_s1": [[12.75, 16.25], [10.5, 14]],
    "avg_s2": [[12.75]],
    "flat_s1": [17, 19, 17, 19],
    "map_p1": PADDED_MAP,
    "max_p1": PADDED_POOLED,
    "flat_p1": sum(PADDED_POOLED, []),
}


@pytest.mark.parametrize("name", EXERCISE)
def test_strides_padding_and_pooling(name: str) -> None:
    np.testing.assert_allclose(tg.trace(cnn1.build)[name].value, EXERCISE[name], atol=1e-12)


FIRST = 13.3 + 9 * np.arange(3)[:, None] + 1.8 * np.arange(3)
FLATTENED = {
    "stride 1": [24.1, 25.9, 33.1, 34.9, 1.7, 1.7, 1.7, 1.7],
    "stride 2": [24.1, 1.7],
    "stride 2, partial windows": [24.1, 25.9, 33.1, 34.9, 1.7, 1.7, 1.7, 1.7],
}


def test_two_kernels() -> None:
    graph = tg.trace(cnn2.build)
    np.testing.assert_allclose(graph["maps"].value, [FIRST - 0.1, np.full((3, 3), 1.5)], atol=1e-12)
    np.testing.assert_allclose(graph["activated"].value, [FIRST, np.full((3, 3), 1.7)], atol=1e-12)


@pytest.mark.parametrize("convention", cnn2.POOLING)
def test_conventions_of_pooling(convention: str) -> None:
    np.testing.assert_allclose(cnn2.features(convention).value, FLATTENED[convention], atol=1e-12)


@pytest.mark.parametrize(("convention", "count"), [("stride 1", 27), ("stride 2", 15)])
def test_parameters_of_the_dense_layers(convention: str, count: int) -> None:
    graph = tg.trace(lambda: cnn2.build(convention))
    assert sum(np.size(graph[name].value) for name in ("W1", "c1", "W2", "c2")) == count


@pytest.mark.torch
def test_network_against_pytorch() -> None:
    torch = pytest.importorskip("torch")
    graph = tg.trace(cnn2.build)
    leaves = {n.name: torch.tensor(n.value, dtype=torch.float64, requires_grad=True) for n in graph if not n.formula}
    maps = torch.nn.functional.conv2d(leaves["x"][None], leaves["K"])[0] + leaves["b"]
    flat = torch.nn.functional.max_pool2d(torch.relu(maps)[None], 2, stride=1).flatten()
    logits = torch.tanh(flat @ leaves["W1"] + leaves["c1"]) @ leaves["W2"] + leaves["c2"]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(1))
    loss.backward()
    assert graph["L"].value == pytest.approx(loss.item(), abs=1e-12)
    for name in ("W1", "c1", "W2", "c2", "b"):
        np.testing.assert_allclose(graph[name].gradient, leaves[name].grad.numpy(), atol=1e-10)


def test_tie_goes_to_the_first_maximum() -> None:
    graph = tg.trace(cnn3.build)
    cyclic = [[6.6, 7.2, 6.8], [7.2, 6.8, 5.4], [6.8, 5.4, 5.5]]
    np.testing.assert_allclose(graph["feature_map"].value, cyclic, atol=1e-12)
    np.testing.assert_allclose(graph["pooled"].value, [[7.2, 7.2], [7.2, 6.8]], atol=1e-12)
    # windows (0, 0) and (0, 1) both take (0, 1); the first of the tied pair in window (0, 0) is (0, 1), not (1, 0)
    np.testing.assert_array_equal(graph["activated"].gradient, [[0, 2, 0], [1, 1, 0], [0, 0, 0]])


@pytest.mark.slow
def test_every_drawing_is_made() -> None:
    for drawings in (cnn1.drawings, cnn2.drawings):
        for drawing in drawings().values():
            assert drawing.render("svg").startswith(b"<?xml")
