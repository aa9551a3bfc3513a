"""Networks for the tests of diagnostics: healthy ones, each of which a keyword can break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS

KINDS = "exploding no_gradient vanishing dies update initialization unused".split()
Array = np.ndarray[Any, Any]
Net = Callable[[np.random.Generator], tg.Tensor]


def others() -> dict[str, Any]:
    """Options of `flow` that leave out all kinds but those."""
    return {kind: None for kind in DIAGNOSTICS if kind not in KINDS}


def findings(what: Any, **limits: Any) -> dict[str, list[str]]:
    """The names of the nodes with findings, by kind."""
    flow = tg.flow(what, **{**others(), **limits})
    found: dict[str, list[str]] = {}
    for f in flow.findings:
        assert len(f.badge) <= 34 and f.cause[-1] != "." and "\n" not in f.cause
        found.setdefault(f.kind, []).append(flow.node(f.node).name)
    return {kind: sorted(names) for kind, names in found.items()}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def he(random: np.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    """Weights of the right size before a ReLU; of a kernel, all axes but the first are inputs of a unit."""
    inputs = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
    return random.normal(size=shape) * scale * (2 / inputs) ** 0.5


def mlp(
    random: np.random.Generator,
    depth: int = 3,
    width: int = 16,
    act: str = "tanh",
    batch: int = 8,
    scale: float = 1.0,
    loss: str = "mse",
    x: Any = None,
) -> tg.Tensor:
    """Layers W0, b0, h0, W1, ... and a last one, Wo; initialized after Glorot or He, times ``scale``."""
    h = tg.tensor(random.normal(size=(batch, width)) if x is None else x, "x")
    gain = scale * (1.0 if "lu" in act else 0.5**0.5)
    for i in range(depth):
        w = tg.parameter(he(random, h.shape[1], width, scale=gain), f"W{i}")
        h = getattr(tg, act)(h @ w + tg.parameter(np.zeros(width), f"b{i}"))
        h.name = f"h{i}"
    w = tg.parameter(he(random, width, 3, scale=0.5**0.5), "Wo")
    return LOSSES[loss](h @ w, random, w)


LOSSES: dict[str, Callable[[tg.Tensor, np.random.Generator, tg.Tensor], tg.Tensor]] = {
    "mse": lambda y, random, w: tg.mse(y, random.normal(size=y.shape)),
    "cross entropy": lambda y, random, w: tg.cross_entropy(y, np.eye(3)[random.integers(0, 3, len(y))]),
    "by hand": lambda y, random, w: 0.5 * tg.sum((tg.sigmoid(y) - random.uniform(size=y.shape)) ** 2) / len(y),
    "log": lambda y, random, w: -tg.mean(tg.log(tg.clip(tg.sigmoid(y), 1e-9, 1.0)) + tg.log(1 - tg.sigmoid(y) + 1e-9)),
    "decay": lambda y, random, w: tg.mse(y, 0.0) + 1e-5 * tg.sum(w**2),
    "sum": lambda y, random, w: tg.sum((y - random.normal(size=y.shape)) ** 2),
}


def conv(random: np.random.Generator) -> tg.Tensor:
    h: Any = random.normal(size=(4, 1, 8, 8))
    for i, (a, b) in enumerate([(1, 8), (8, 8), (8, 16)]):
        kernel, bias = tg.parameter(he(random, b, a, 3, 3), f"K{i}"), tg.parameter(np.zeros(b), f"c{i}")
        h = tg.relu(tg.conv2d(h, kernel, bias, padding=1))
        h = tg.max_pool2d(h, 2) if i else h
    flat = tg.concatenate([h.reshape(4, -1), tg.mean(h, axis=(2, 3))], axis=1)
    return tg.cross_entropy(flat @ tg.parameter(he(random, 80, 5), "W"), np.eye(5)[random.integers(0, 5, 4)])


def residual(random: np.random.Generator) -> tg.Tensor:
    h: Any = tg.tensor(random.normal(size=(16, 32)), "x")
    for i in range(15):
        first, second = tg.parameter(he(random, 32, 32), f"A{i}"), tg.parameter(he(random, 32, 32, scale=0.3), f"B{i}")
        h = h + tg.relu(h @ first) @ second
    return tg.mse(h @ tg.parameter(he(random, 32, 2), "W"), 0.0)


def normalized(random: np.random.Generator) -> tg.Tensor:
    h: Any = tg.tensor(random.normal(size=(16, 32)), "x")
    for i in range(8):
        z = h @ tg.parameter(he(random, 32, 32, scale=0.1), f"A{i}")
        z = (z - tg.mean(z, axis=0)) / tg.sqrt(tg.var(z, axis=0) + 1e-9)
        h = tg.relu(z * tg.parameter(np.ones(32), f"g{i}") + tg.parameter(np.zeros(32), f"s{i}"))
    return tg.mse(h @ tg.parameter(he(random, 32, 2), "W"), 0.0)


def recurrent(random: np.random.Generator) -> tg.Tensor:
    w, b = tg.parameter(he(random, 8, 32, scale=0.7), "W"), tg.parameter(np.zeros(32), "b")
    u = tg.parameter(np.linalg.qr(random.normal(size=(32, 32)))[0], "U")
    h: Any = np.zeros((4, 32))
    for _ in range(20):
        h = tg.tanh(random.normal(size=(4, 8)) @ w + h @ u + b)
    return tg.mse(h @ tg.parameter(he(random, 32, 2), "V"), 0.0)


def attention(random: np.random.Generator) -> tg.Tensor:
    x = tg.tensor(random.normal(size=(200, 16)), "x")
    q, k, v = (x @ tg.parameter(he(random, 16, 16, scale=0.7), name) for name in "QKV")
    y = tg.softmax(q @ k.T / 4.0) @ v @ tg.parameter(he(random, 16, 10), "O")
    return tg.cross_entropy(y, np.eye(10)[random.integers(0, 10, 200)])


def lookup(random: np.random.Generator) -> tg.Tensor:
    """Of a table of 100,000 rows, 32 get a gradient; dropout after it."""
    table = tg.parameter(random.normal(size=(100_000, 8)), "E")
    h = tg.tanh(table[np.arange(32)]) * (random.uniform(size=(32, 8)) < 0.5) * 2.0
    return tg.mse(h @ tg.parameter(he(random, 8, 3), "W"), 0.0)


def neuron(random: np.random.Generator) -> tg.Tensor:
    """A logical or, whose first input is 0: the gradient of its weight is 0, and no fault."""
    x1, x2 = tg.constant(0.0, "x1"), tg.constant(1.0, "x2")
    w1, w2 = tg.parameter(random.normal(), "w1"), tg.parameter(random.normal(), "w2")
    return 0.5 * (1.0 - tg.sigmoid(x1 * w1 + x2 * w2)) ** 2


def unrolled(random: np.random.Generator) -> tg.Tensor:
    """Linear regression on 2,000 points, one by one, with the mean by hand."""
    w, b = tg.parameter(0.0, "w"), tg.parameter(0.0, "b")
    terms = [(w * x + b - y) ** 2 for x, y in random.normal(size=(2000, 2)).tolist()]
    total: tg.Tensor = sum(terms[1:], terms[0]) / len(terms)
    return total


def fitted(random: np.random.Generator) -> tg.Tensor:
    """A perfect fit: every gradient is exactly 0, and should be."""
    x, w = random.normal(size=(8, 4)), random.normal(size=(4, 2))
    return tg.mse(x @ tg.parameter(w, "w") + tg.parameter(np.zeros(2), "b"), x @ w)


def margin(random: np.random.Generator) -> tg.Tensor:
    """A hinge loss, of which some terms are 0."""
    x = random.normal(size=(32, 2))
    return tg.mean(tg.maximum(0.0, 1 - np.sign(x[:, :1]) * (x @ tg.parameter(np.array([[5.0], [0.0]]), "w"))))


def confident(random: np.random.Generator) -> tg.Tensor:
    """A classifier that is right, and sure of it: nothing is left to learn."""
    x = random.choice([-1.0, 1.0], size=(16, 1))
    p = tg.sigmoid(x * x @ tg.parameter(np.array([[40.0]]), "w"))
    return -tg.mean(tg.log(p + 1e-30))


def off(random: np.random.Generator) -> tg.Tensor:
    """A few ReLUs that are all closed for the one sample, beside another way."""
    h = tg.tensor(random.normal(size=(1, 4)), "x") @ tg.parameter(he(random, 4, 4), "w")
    return tg.mse(h @ tg.parameter(he(random, 4, 2), "v") + tg.relu(h - 50) @ np.ones((4, 2)), 1.0)


HEALTHY: list[Net] = [
    conv,
    residual,
    normalized,
    recurrent,
    attention,
    lookup,
    neuron,
    unrolled,
    fitted,
    margin,
    confident,
    off,
]
