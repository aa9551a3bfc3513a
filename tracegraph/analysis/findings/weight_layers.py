"""Layers of weights: products of data with parameters, what goes in, and what the weights make of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from ...graph import Edge, Graph, Node, traits_of
from ...graph.measure import rms
from ...text.numbers import number
from ..flow_rows import learned
from .roles import rectified

FEW = 16  # elements of a layer; the size of fewer says little
NEAR = 4  # operations from a product to its activation


@dataclass(frozen=True, slots=True)
class WeightLayer:
    """A product with weights: its node, the edge that its input comes by, and the node of the weights.

    ``turned``: whether the weights come through an operation such as a transpose.
    """

    node: Node
    data: Edge
    weights: Node
    turned: bool = False

    @property
    def inputs(self) -> int:
        """The number of inputs of a unit."""
        units = self.node.shape[self.unit_axis] if self.node.shape else 1
        return max(1, np.size(self.weights.value) // max(1, units))

    @property
    def unit_axis(self) -> int:
        """The axis of the result along which its units are."""
        places = traits_of(self.node).places
        return len(self.node.shape) - places - 1 if places else -1

    @property
    def columns(self) -> Any:
        """The weights of each unit as a row: (units, inputs)."""
        return self.by_unit(self.weights.value)

    def by_unit(self, array: Any) -> Any:
        """The weights, or their gradient, with a row for each unit."""
        array = np.asarray(array)
        first = traits_of(self.node).places > 0 or self.turned
        return array.reshape(len(array), -1) if first else np.moveaxis(array, -1, 0).reshape(array.shape[-1], -1)


def weight_layers(graph: Graph) -> list[WeightLayer]:
    """Every product with weights that is large enough to tell something, in the order of the graph."""
    weights = weights_by_key(graph)
    layers = (layer_of(graph, node, weights) for node in graph if not node.is_update)
    return [layer for layer in layers if layer is not None]


def weights_by_key(graph: Graph) -> dict[int, Node]:
    """Parameters and reshaped parameters, by key."""
    weights = {n.key: n for n in learned(graph) if not n.is_input}
    for node in graph:
        if traits_of(node).kind == "shape" and (edges := graph.inputs(node)) and edges[0].source in weights:
            weights[node.key] = weights[edges[0].source]
    return weights


def layer_of(graph: Graph, node: Node, weights: dict[int, Node]) -> WeightLayer | None:
    """A product of data and weights, if there are enough of both to say something."""
    if traits_of(node).kind != "product" or node.gradient is None:
        return None
    edges = graph.inputs(node)[:2]
    weight_edges, data_edges = [e for e in edges if e.source in weights], [e for e in edges if e.source not in weights]
    if len(weight_edges) != 1 or len(data_edges) != 1 or np.size(node.value) < FEW:
        return None
    key = weight_edges[0].source
    turned = weights[key].key != key and weights[key].shape != graph.node(key).shape
    return WeightLayer(node, data_edges[0], weights[key], turned) if np.size(weights[key].value) >= FEW else None


def gains(graph: Graph, layer: WeightLayer) -> tuple[float, float] | None:
    """The rms of the product by that of its input, of all entries that are not 0, and of all; None of one of zeros.

    Units all of whose weights are negative are left out: they make a sum of what else cancels, and are another fault.
    """
    data = np.asarray(graph.carried(layer.data))
    start, product = rms(data[data != 0]), np.asarray(without_bias(graph, layer.node))
    negative = (layer.columns <= 0).all(axis=1) & (layer.columns < 0).any(axis=1)
    if len(negative) == product.shape[layer.unit_axis]:
        product = np.compress(~negative, product, axis=layer.unit_axis)
    return (rms(product) / start, rms(product) / rms(data)) if start and product.size else None


def without_bias(graph: Graph, product: Node) -> Any:
    """The value of a product, less the bias that is one of its inputs."""
    edges = graph.inputs(product)
    if len(edges) < 3 or not traits_of(product).places:
        return product.value
    bias = np.asarray(graph.carried(edges[2]))
    return product.value - bias.reshape(-1, *[1] * traits_of(product).places)


def deviation(graph: Graph, layer: WeightLayer) -> str:
    """The standard deviation to draw weights with, as formula and number."""
    n = layer.inputs
    factors = (2,) if (act := activation(graph, layer.node)) == "relu" else (1,) if act else (2, 1)
    forms = [f"√({g}/{n}) = {number(sqrt(g / n), 3)}" for g in factors]
    return forms[0] if len(forms) == 1 else f"{forms[0]} before ReLU, {forms[1]} before tanh or sigmoid"


def wanted_deviation(graph: Graph, layer: WeightLayer) -> float:
    """The standard deviation that keeps the size of the signal, as a number."""
    return sqrt((2 if activation(graph, layer.node) == "relu" else 1) / layer.inputs)


def activation(graph: Graph, node: Node) -> str:
    """What comes next after a product: "relu", another "activation", or "" for none."""
    for _ in range(NEAR):
        uses = graph.uses(node)
        if len(uses) != 1:
            return ""
        node = graph.node(uses[0].target)
        if rectified(graph, node) is not None:
            return "relu"
        traits = traits_of(node)
        if traits.kind == "activation" and not traits.normalizes:
            return "activation"
        if traits.kind != "arithmetic":
            return ""
    return ""
