"""Why units are off: their biases, their weights, or what comes in; and for which of them that is certain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...graph import Graph, Node, traits_of
from ...graph.note import Trial
from ...text.names import pretty
from ...text.numbers import number
from .weight_layers import WeightLayer, layer_of, weights_by_key, without_bias

Array = np.ndarray[Any, Any]
FAR = 2  # times the largest size of the rest that a bias is below 0: no input of this size switches the unit on
RARE = 4  # times the chance that all weights of a unit are negative, which is high where inputs are few
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Blame:
    """What keeps units off.

    ``way``: "bias", "negative" (weights), "weights", "inputs" or "". ``words``: why, in the sentence. ``certain``: for
    each unit, whether no input in the range of the data can switch it on; ``chance``: a share of such units that is no
    rare chance.
    """

    way: str
    words: str
    remedy: str
    certain: Array
    chance: float = 0.0
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class _Layer:
    """What goes into a ReLU: the bias of each unit, the most that the rest is for it, and the product with weights.

    ``reach``: the largest size of the rest.
    """

    bias: Array
    rest: Array
    reach: Array
    bias_node: Node | None
    product: WeightLayer | None
    data: Array


def blame(graph: Graph, before: Node, axis: int, off: Array) -> Blame:
    """Why the units are off whose ReLU takes ``before``, with the units along an axis."""
    layer = _taken_apart(graph, before, axis, len(off))
    negative, bounded = _certain(layer)
    usual = float(np.abs(layer.bias[~off]).max(initial=0.0))  # a signal that has faded is below any bias
    certain = off & (negative | (layer.bias < -FAR * usual) & (bounded | (layer.bias < -FAR * layer.reach)))
    return replace(_reason(graph, layer, off, certain), chance=RARE * 0.5 ** _alive(layer))


def _reason(graph: Graph, layer: _Layer, off: Array, certain: Array) -> Blame:
    if layer.product is not None and not np.any(layer.data):
        name = pretty(graph.node(layer.product.data.source).name)
        return Blame("inputs", f"all that goes in ({name}) is 0", "", certain)
    if layer.bias_node is not None and np.mean((layer.bias < 0)[off] & (layer.rest > 0)[off]) >= HALF:
        return _by_bias(layer, layer.bias_node, off, certain)
    return _by_weights(layer, off, certain)


def _by_bias(layer: _Layer, bias: Node, off: Array, certain: Array) -> Blame:
    values, most = layer.bias[off], float(layer.rest[off].max())
    name = pretty(bias.name)
    ends = dict.fromkeys(number(float(x), 3) for x in (values.min(), values.max()))
    what = "their biases" if len(values) > 1 else "its bias"
    words = f"{what} in {name} are {' to '.join(ends)}, and the rest is at most {number(most, 3)}"
    return Blame("bias", words, f"start {name} at 0", certain, trial=Trial((bias.key,), "set", 0.0))


def _by_weights(layer: _Layer, off: Array, certain: Array) -> Blame:
    if layer.product is None:
        return Blame("", "", "", certain)
    name = pretty(layer.product.weights.name)
    columns = layer.product.columns
    if len(columns) == len(off) and np.mean((columns <= 0).all(axis=1)[off]) >= HALF and np.min(layer.data) >= 0:
        words = f"their weights in {name} are all negative, and their inputs are never below 0"
        spread = (2 / layer.product.inputs) ** 0.5
        remedy = f"draw {name} with both signs, with deviation √(2/{layer.product.inputs}) = {number(spread, 3)}"
        trial = Trial((layer.product.weights.key,), "draw", spread)
        return Blame("negative", words, remedy, certain, trial=trial)
    return Blame("weights", f"their weights in {name} make them negative for each", "", certain)


def _taken_apart(graph: Graph, before: Node, axis: int, units: int) -> _Layer:
    bias_node, rest = _split(graph, before)
    value = np.asarray(before.value, float)
    product = None if rest is None else layer_of(graph, rest, weights_by_key(graph))
    others = value if rest is None else np.asarray(without_bias(graph, rest), float)
    if others.shape != value.shape:
        others = np.broadcast_to(others, value.shape)
    bias = value - others
    data = np.asarray(graph.carried(product.data), float) if product is not None else np.ones(1)
    aside = tuple(a for a in range(value.ndim) if a != axis % value.ndim)
    most, reach = others.max(axis=aside), np.abs(others).max(axis=aside)
    return _Layer(bias.max(axis=aside), most, reach, bias_node, product, data)


def _split(graph: Graph, before: Node) -> tuple[Node | None, Node | None]:
    """The parameter that is added, and what it is added to; a convolution may take it as an input of its own."""
    edges, traits = graph.inputs(before), traits_of(before)
    if traits.kind == "product":
        return (_parameter(graph, edges[2].source), before) if len(edges) > 2 else (None, before)
    if traits.operator != "add" or len(edges) != 2:
        return None, None
    for mine, other in (edges, edges[::-1]):
        bias = _parameter(graph, mine.source)
        if bias is not None:
            return bias, graph.node(other.source)
    return None, None


def _parameter(graph: Graph, key: int) -> Node | None:
    """The parameter itself, also of one that is reshaped first."""
    node = graph.node(key)
    if traits_of(node).kind == "shape" and graph.inputs(node):
        node = graph.node(graph.inputs(node)[0].source)
    return node if node.leaf == "parameter" or node.is_update else None


def _certain(layer: _Layer) -> tuple[Array, Array]:
    """For each unit, whether negative weights or its bias make it 0 for every input in the range of the data."""
    product, data = layer.product, layer.data
    if product is None or len(columns := np.asarray(product.columns, float)) != len(layer.bias):
        return np.zeros(len(layer.bias), bool), np.zeros(len(layer.bias), bool)
    flat = traits_of(product.node).places == 0
    if flat and data.ndim and data.shape[-1] == columns.shape[1]:
        rows = data.reshape(-1, data.shape[-1])
        low, high = rows.min(axis=0), rows.max(axis=0)
    else:
        low, high = np.minimum(data.min(), 0), np.maximum(data.max(), 0)
    negative = (columns <= 0).all(axis=1) & (columns < 0).any(axis=1) & bool(np.min(low) >= 0) & (layer.bias <= 0)
    with np.errstate(all="ignore"):
        most = layer.bias + np.maximum(columns * low, columns * high).sum(axis=1)
    return np.asarray(negative), np.asarray((layer.bias < 0) & (most <= 0))


def _alive(layer: _Layer) -> int:
    """The number of inputs of a unit that are not 0 for all rows."""
    if layer.product is None:
        return 0
    if traits_of(layer.product.node).places or not layer.data.ndim:
        return layer.product.inputs
    return int((layer.data.reshape(-1, layer.data.shape[-1]) != 0).any(axis=0).sum())
