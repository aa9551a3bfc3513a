"""Functions of dictionaries and nested lists of parameters are traced as functions of arrays are."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

import tracegraph as tg

W, B = np.array([[0.5, -1.0], [0.25, 2.0]]), np.array([0.1, -0.2])


def leaves(graph: tg.Graph) -> dict[str, str]:
    return {n.name: n.role for n in graph.nodes if n.role in ("input", "parameter")}


def test_a_dictionary_of_parameters() -> None:
    def loss(p: Any, x: Any) -> Any:
        return np.sum(np.tanh(x @ p["W"] + p["b"]))

    graph = tg.trace(loss, {"W": W, "b": B}, [1.0, 2.0])
    assert leaves(graph) == {"W": "parameter", "b": "parameter", "x": "input"}
    slope = 1 - np.tanh(np.array([1.0, 2.0]) @ W + B) ** 2
    np.testing.assert_allclose(graph["W"].gradient, np.outer([1.0, 2.0], slope))
    np.testing.assert_allclose(graph["b"].gradient, slope)


def test_nested_containers() -> None:
    def loss(net: Any) -> Any:
        h = np.ones(2)
        for layer in net["layers"]:
            h = np.tanh(h @ layer["W"] + layer["b"])
        return np.sum(h) * net["scale"]

    graph = tg.trace(loss, {"layers": [{"W": W, "b": B}, {"W": W, "b": B}], "scale": 2.0})
    names = ["layers_0.W", "layers_0.b", "layers_1.W", "layers_1.b", "scale"]
    assert leaves(graph) == dict.fromkeys(names, "parameter")


def test_lists_and_tuples_of_arrays() -> None:
    Layer = namedtuple("Layer", "W b act")

    def loss(layers: Any, pair: Any) -> Any:
        return np.sum(layers[0].act(pair[0] @ layers[0].W + layers[0].b) * pair[1])

    graph = tg.trace(loss, [Layer(W, B, np.tanh)], (B, tg.tensor(3.0, "k")))
    assert leaves(graph) == {"layers_0_0": "parameter", "layers_0_1": "parameter", "pair_0": "parameter", "k": "input"}


def test_data_stays_one_input() -> None:
    graph = tg.trace(lambda x: np.sum(x * x), [[1.0, 2.0], [3.0, 4.0]])
    assert leaves(graph) == {"x": "input"} and graph["x"].shape == (2, 2)
