"""Small networks with one mistake each, by kind, and clean twins that look like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from nets import he

import tracegraph as tg

Rng = np.random.Generator
Net = Callable[[Rng], Any]
NETS: dict[str, list[Net]] = {}
TWINS: dict[str, list[Net]] = {}


def faulty(kind: str) -> Callable[[Net], Net]:
    """Enter a network in which the first entry must be of this kind."""
    return lambda net: NETS.setdefault(kind, []).append(net) or net


def clean(kind: str) -> Callable[[Net], Net]:
    """Enter a network that must not have an entry of this kind, nor any fault."""
    return lambda net: TWINS.setdefault(kind, []).append(net) or net


def body(r: Rng, out: int, x: Any = None, rows: int = 0, name: str = "x") -> tuple[tg.Tensor, int]:
    """A hidden layer or two and a linear output, with the number of rows."""
    rows = rows or int(r.integers(16, 65))
    data = r.normal(size=(rows, int(r.integers(4, 13)))) if x is None else x
    h: Any = tg.tensor(data, name)
    act = str(r.choice(["relu", "tanh"]))
    for i in range(int(r.integers(1, 3))):
        width = int(r.integers(16, 33))
        h = getattr(tg, act)(h @ tg.parameter(he(r, h.shape[1], width, scale=1 if act == "relu" else 0.7), f"W{i}"))
    return h @ tg.parameter(he(r, h.shape[1], out, scale=0.7), "Wo"), len(data)


# --- broadcast -------------------------------------------------------------------------------------------------------


@faulty("broadcast")
def squared(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mean((y - r.normal(size=n)) ** 2)


@faulty("broadcast")
def absolute_of_a_column(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.sum(tg.abs(r.normal(size=(n, 1)) - y.reshape(n))) / n


@faulty("broadcast")
def cross_entropy_by_hand(r: Rng) -> Any:
    y, n = body(r, 1)
    p, t = tg.sigmoid(y), r.integers(0, 2, n).astype(float)
    return -tg.mean(t * tg.log(p + 1e-9) + (1 - t) * tg.log(1 - p + 1e-9))


@clean("broadcast")
def same_shape(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mean((y - r.normal(size=(n, 1))) ** 2)


@clean("broadcast")
def distances(r: Rng) -> Any:
    """Squares of the distances of rows from as many centres, as in k-means."""
    y, n = body(r, 4)
    centres = r.normal(size=(n, 4))
    d = tg.sum(y * y, axis=1, keepdims=True) + np.sum(centres**2, axis=1) - 2 * y @ centres.T
    return tg.mean(tg.min(d, axis=1))


@clean("broadcast")
def quantiles(r: Rng) -> Any:
    y, n = body(r, 1)
    off = r.normal(size=(n, 1)) - y
    taus = np.array([0.1, 0.5, 0.9])
    return tg.mean(tg.maximum(taus * off, (taus - 1) * off))


@clean("broadcast")
def outer_differences(r: Rng) -> Any:
    """Each prediction against each other, as in a ranking loss."""
    y, n = body(r, 1)
    flat = y.reshape(n)
    return tg.mean(tg.softplus(flat.reshape(n, 1) - flat))


@clean("broadcast")
def weighted(r: Rng) -> Any:
    y, n = body(r, 3)
    return tg.mean(r.uniform(0.5, 1.5, size=(n, 1)) * (y - r.normal(size=(n, 3))) ** 2)


# --- twice -----------------------------------------------------------------------------------------------------------


@faulty("twice")
def softmax_into_cross_entropy(r: Rng) -> Any:
    y, n = body(r, 4)
    return tg.cross_entropy(tg.softmax(y), r.integers(0, 4, n))


@faulty("twice")
def softmax_by_hand(r: Rng) -> Any:
    y, n = body(r, 4)
    e = tg.exp(y - y.max(axis=1, keepdims=True))
    return tg.cross_entropy(e / tg.sum(e, axis=1, keepdims=True), np.eye(4)[r.integers(0, 4, n)])


@faulty("twice")
def sigmoid_into_logits(r: Rng) -> Any:
    y, n = body(r, 1)
    p = tg.clip(tg.sigmoid(y), 1e-6, 1 - 1e-6).reshape(n)
    return tg.binary_cross_entropy(p, r.integers(0, 2, n).astype(float), from_logits=True)


@faulty("twice")
def sigmoid_by_hand(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.binary_cross_entropy(1 / (1 + np.exp(-y)), r.integers(0, 2, (n, 1)).astype(float), from_logits=True)


@faulty("twice")
def relu_before_cross_entropy(r: Rng) -> Any:
    y, n = body(r, 4)
    return tg.cross_entropy(tg.relu(y), r.integers(0, 4, n))


@faulty("twice")
def softmax_of_softmax(r: Rng) -> Any:
    y, n = body(r, 4)
    return tg.mse(tg.softmax(tg.softmax(y)), np.eye(4)[r.integers(0, 4, n)])


@clean("twice")
def logits(r: Rng) -> Any:
    y, n = body(r, 4)
    return tg.cross_entropy(y, r.integers(0, 4, n))


@clean("twice")
def attended(r: Rng) -> Any:
    y, n = body(r, 8)
    a = tg.softmax(y @ y.T / 8**0.5) @ y
    return tg.cross_entropy(a @ tg.parameter(he(r, 8, 4, scale=0.7), "A"), r.integers(0, 4, n))


@clean("twice")
def distilled(r: Rng) -> Any:
    """The targets are a softmax, as they should be."""
    y, n = body(r, 4)
    e = np.exp(r.normal(size=(n, 4)))
    return tg.cross_entropy(y / 2.0, e / e.sum(axis=1, keepdims=True))


@clean("twice")
def mixed(r: Rng) -> Any:
    """A gate of experts, and a softmax of the mixture."""
    y, n = body(r, 3)
    gate = tg.softmax(y)
    return tg.cross_entropy(gate @ tg.parameter(r.normal(size=(3, 16)), "experts"), r.integers(0, 16, n))


@clean("twice")
def logarithms(r: Rng) -> Any:
    y, n = body(r, 4)
    return -tg.mean(tg.log_softmax(y) * np.eye(4)[r.integers(0, 4, n)])


# --- axis, one_class -------------------------------------------------------------------------------------------------


@faulty("axis")
def down_the_batch(r: Rng) -> Any:
    y, n = body(r, 4)
    return -tg.mean(tg.log(tg.softmax(y, axis=0) + 1e-9) * np.eye(4)[r.integers(0, 4, n)])


@faulty("axis")
def down_the_batch_by_hand(r: Rng) -> Any:
    y, n = body(r, 4)
    e = tg.exp(y)
    return -tg.mean(tg.log(e / tg.sum(e, axis=0) + 1e-9) * np.eye(4)[r.integers(0, 4, n)])


@clean("axis")
def along_the_classes(r: Rng) -> Any:
    y, n = body(r, 4)
    return -tg.mean(tg.log(tg.softmax(y, axis=1) + 1e-9) * np.eye(4)[r.integers(0, 4, n)])


@faulty("one_class")
def softmax_of_one(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mse(tg.softmax(y), r.integers(0, 2, (n, 1)).astype(float))


@faulty("one_class")
def cross_entropy_of_one(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.cross_entropy(y, np.ones((n, 1)))


@clean("one_class")
def sigmoid_of_one(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.binary_cross_entropy(y, r.integers(0, 2, (n, 1)).astype(float), from_logits=True)


# --- targets, range --------------------------------------------------------------------------------------------------


@faulty("targets")
def minus_one_and_one(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.binary_cross_entropy(y, r.choice([-1.0, 1.0], size=(n, 1)), from_logits=True)


@faulty("targets")
def several_labels(r: Rng) -> Any:
    y, n = body(r, 4)
    return tg.cross_entropy(y, np.eye(4)[r.integers(0, 4, n)] + np.eye(4)[r.integers(0, 4, n)])


@clean("targets")
def smoothed(r: Rng) -> Any:
    y, n = body(r, 4)
    return tg.cross_entropy(y, 0.9 * np.eye(4)[r.integers(0, 4, n)] + 0.025)


@clean("targets")
def several_labels_each_alone(r: Rng) -> Any:
    y, n = body(r, 4)
    return tg.binary_cross_entropy(y, r.integers(0, 2, (n, 4)).astype(float), from_logits=True)


@faulty("range")
def sigmoid_of_large(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mse(tg.sigmoid(y), r.uniform(0, 100, size=(n, 1)))


@faulty("range")
def tanh_of_normal(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mean((tg.tanh(y) - r.normal(size=(n, 1)) * 2) ** 2)


@faulty("range")
def relu_of_negative(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mse(tg.relu(y), r.normal(size=(n, 1)))


@clean("range")
def linear(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mse(y, r.uniform(0, 100, size=(n, 1)))


@clean("range")
def tanh_within(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.mse(tg.tanh(y), r.uniform(-1, 1, size=(n, 1)))


@clean("range")
def relu_above(r: Rng) -> Any:
    y, n = body(r, 2)
    return tg.mse(tg.softplus(y), r.uniform(0, 3, size=(n, 2)))


# --- scale, leak -----------------------------------------------------------------------------------------------------


@faulty("scale")
def bytes_of_pixels(r: Rng) -> Any:
    y, n = body(r, 4, r.uniform(0, 255, size=(32, 16)))
    return tg.cross_entropy(y, r.integers(0, 4, n))


@faulty("scale")
def tiny_units(r: Rng) -> Any:
    y, n = body(r, 4, 1e-4 * r.normal(size=(32, 16)))
    return tg.cross_entropy(y, r.integers(0, 4, n))


@faulty("scale")
def one_column_in_dollars(r: Rng) -> Any:
    y, n = body(r, 4, r.normal(size=(32, 16)) * np.where(np.arange(16) == 3, 5000, 1.0))
    return tg.cross_entropy(y, r.integers(0, 4, n))


@clean("scale")
def standardised_in_the_graph(r: Rng) -> Any:
    raw = tg.tensor(r.uniform(0, 255, size=(32, 16)), "raw")
    x = (raw - tg.mean(raw, axis=0)) / tg.std(raw, axis=0)
    return tg.mse(tg.tanh(x @ tg.parameter(he(r, 16, 16, scale=0.7), "W")), r.uniform(-1, 1, size=(32, 16)))


@clean("scale")
def one_hot(r: Rng) -> Any:
    y, n = body(r, 4, np.eye(16)[r.integers(0, 16, 48)])
    return tg.cross_entropy(y, r.integers(0, 4, n))


@clean("scale")
def three_times(r: Rng) -> Any:
    y, n = body(r, 4, 3 * r.normal(size=(32, 16)))
    return tg.cross_entropy(y, r.integers(0, 4, n))


@faulty("leak")
def label_in_the_input(r: Rng) -> Any:
    x = r.normal(size=(40, 8))
    y, n = body(r, 1, x)
    return tg.mse(y, 0.5 * x[:, 2:3] + 1)


@clean("leak")
def correlated(r: Rng) -> Any:
    x = r.normal(size=(40, 8))
    y, n = body(r, 1, x)
    return tg.mse(y, x[:, 2:3] + 0.1 * r.normal(size=(40, 1)))


@clean("leak")
def itself(r: Rng) -> Any:
    x = r.normal(size=(40, 8))
    y, n = body(r, 8, x)
    return tg.mse(y, x)


# --- zero, tied ------------------------------------------------------------------------------------------------------


def two_layers(r: Rng, first: Any, second: Any, act: str = "tanh") -> Any:
    w, v = tg.parameter(first, "W"), tg.parameter(second, "V")
    h = getattr(tg, act)(tg.tensor(r.normal(size=(32, 8)), "x") @ w)
    return tg.cross_entropy(h @ v, r.integers(0, 3, 32))


@faulty("zero")
def all_zero(r: Rng) -> Any:
    return two_layers(r, np.zeros((8, 16)), np.zeros((16, 3)), str(r.choice(["relu", "tanh", "sigmoid"])))


@faulty("tied")
def all_equal(r: Rng) -> Any:
    return two_layers(r, np.full((8, 16), 0.1), np.full((16, 3), 0.2))


@faulty("tied")
def half_equal(r: Rng) -> Any:
    w, v = he(r, 8, 16), he(r, 16, 3)
    w[:, 8:], v[8:] = w[:, :1], v[:1]
    return two_layers(r, w, v)


@clean("zero")
def last_layer_zero(r: Rng) -> Any:
    return two_layers(r, he(r, 8, 16), np.zeros((16, 3)))


@clean("zero")
def low_rank(r: Rng) -> Any:
    """LoRA: what is added starts at 0."""
    x = tg.tensor(r.normal(size=(32, 16)), "x")
    w = tg.constant(he(r, 16, 16))
    h = tg.tanh(x @ w + x @ tg.parameter(he(r, 16, 4), "A") @ tg.parameter(np.zeros((4, 16)), "B"))
    return tg.cross_entropy(h @ tg.parameter(he(r, 16, 3), "V"), r.integers(0, 3, 32))


@clean("tied")
def logistic_from_zero(r: Rng) -> Any:
    w = tg.parameter(np.zeros((16, 3)), "w")
    return tg.cross_entropy(tg.tensor(r.normal(size=(32, 16)), "x") @ w, r.integers(0, 3, 32))


# --- hints -----------------------------------------------------------------------------------------------------------


@faulty("log")
def log_of_softmax(r: Rng) -> Any:
    y, n = body(r, 4)
    return -tg.mean(np.eye(4)[r.integers(0, 4, n)] * tg.log(tg.softmax(y)))


@faulty("log")
def log_of_own_softmax(r: Rng) -> Any:
    y, n = body(r, 4)
    e = np.exp(y)
    return -tg.mean(np.eye(4)[r.integers(0, 4, n)] * np.log(e / e.sum(axis=1, keepdims=True)))


@clean("log")
def log_of_clipped(r: Rng) -> Any:
    y, n = body(r, 4)
    return -tg.mean(np.eye(4)[r.integers(0, 4, n)] * tg.log(tg.clip(tg.softmax(y), 1e-9, 1.0)))


@faulty("no_effect")
def bias_before_normalization(r: Rng) -> Any:
    z = tg.tensor(r.normal(size=(32, 8)), "x") @ tg.parameter(he(r, 8, 16), "W") + tg.parameter(r.normal(size=16), "b")
    z = (z - tg.mean(z, axis=0)) / tg.sqrt(tg.var(z, axis=0) + 1e-5)
    return tg.cross_entropy(tg.relu(z) @ tg.parameter(he(r, 16, 3), "V"), r.integers(0, 3, 32))


@clean("no_effect")
def bias_after_normalization(r: Rng) -> Any:
    z = tg.tensor(r.normal(size=(32, 8)), "x") @ tg.parameter(he(r, 8, 16), "W")
    z = (z - tg.mean(z, axis=0)) / tg.sqrt(tg.var(z, axis=0) + 1e-5) + tg.parameter(0.1 * r.normal(size=16), "b")
    return tg.cross_entropy(tg.relu(z) @ tg.parameter(he(r, 16, 3), "V"), r.integers(0, 3, 32))


@faulty("summed")
def sum_of_squares(r: Rng) -> Any:
    y, n = body(r, 1)
    return tg.sum((y - r.normal(size=(n, 1))) ** 2)


@clean("summed")
def mean_of_sums(r: Rng) -> Any:
    """Of a variational autoencoder: a sum over columns, and a mean over rows."""
    y, n = body(r, 4)
    return tg.mean(tg.sum((y - r.normal(size=(n, 4))) ** 2, axis=1))


@faulty("overflow")
def near_the_end(r: Rng) -> Any:
    w = tg.parameter(1.0, "w")
    return tg.log(tg.sum(tg.exp(w * r.uniform(700, 705, size=8))))


@clean("overflow")
def far_from_the_end(r: Rng) -> Any:
    w = tg.parameter(1.0, "w")
    return tg.log(tg.sum(tg.exp(w * r.uniform(400, 500, size=8))))
