"""Nine families of networks, drawn at random: what a fault can be planted in, and healthy as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from nets import Array, he

import tracegraph as tg

Name = Callable[[str, tg.Tensor], tg.Tensor]
Forward = Callable[[Mapping[str, tg.Tensor], tg.Tensor, Name], tg.Tensor]


@dataclass(frozen=True)
class Net:
    """A network: its parameters, data and program.

    ``relus``: by the name of a layer of ReLUs its weights and its bias; ``positive``: those whose input is never below
    0. ``flat``: layers of tanh or sigmoid from which later ones learn, with their weights. ``matrices``: weights of
    hidden layers; ``scaled``: those whose size matters. ``cuts``: the tensors that parameters lie before.
    """

    arrays: dict[str, Array]
    x: Array
    forward: Forward
    relus: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    positive: tuple[str, ...] = ()
    flat: Mapping[str, str] = field(default_factory=dict)
    matrices: tuple[str, ...] = ()
    scaled: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()

    def but(self, **changed: Array) -> Net:
        """With other parameters."""
        return replace(self, arrays={**self.arrays, **changed})

    def parameters(self) -> dict[str, tg.Tensor]:
        return {name: tg.parameter(array, name) for name, array in self.arrays.items()}

    def loss(self, parameters: Mapping[str, tg.Tensor] | None = None, cut: str = "") -> tg.Tensor:
        """The loss; ``cut``: the tensor of this name goes on as a copy of its numbers."""

        def name(label: str, value: tg.Tensor) -> tg.Tensor:
            value.name = label
            return tg.tensor(value.value, f"{label}_copy") if label == cut else value

        return self.forward(parameters or self.parameters(), tg.tensor(self.x, "x"), name)


def _labels(random: np.random.Generator, rows: int, classes: int) -> Array:
    return random.integers(0, classes, rows)


def _bias(random: np.random.Generator, n: int) -> Array:
    return 0.05 * random.normal(size=n)


def _layers(random: np.random.Generator, sizes: list[int], gain: float = 1.0) -> dict[str, Array]:
    arrays = {}
    for i, (a, b) in enumerate(zip(sizes, sizes[1:]), 1):
        last = i == len(sizes) - 1
        arrays[f"W{i}"] = he(random, a, b, scale=0.5**0.5 if last else gain)
        arrays[f"b{i}"] = _bias(random, b)
    return arrays


def _perceptron(random: np.random.Generator, x: Array, depth: int, act: str) -> Net:
    rows, width, classes = len(x), int(random.integers(16, 41)), int(random.integers(3, 8))
    arrays = _layers(random, [x.shape[1], *[width] * depth, classes], 1.0 if act == "relu" else 0.5**0.5)
    labels = _labels(random, rows, classes)

    def forward(p: Any, x: Any, name: Name) -> tg.Tensor:
        h = x
        for i in range(1, depth + 1):
            h = name(f"h{i}", getattr(tg, act)(h @ p[f"W{i}"] + p[f"b{i}"]))
        return tg.cross_entropy(name("y", h @ p[f"W{depth + 1}"] + p[f"b{depth + 1}"]), labels)

    hidden = {f"h{i}": (f"W{i}", f"b{i}") for i in range(1, depth + 1)}
    matrices = tuple(w for w, _ in hidden.values())
    shared: dict[str, Any] = {"matrices": matrices, "scaled": matrices, "cuts": tuple(hidden)}
    if act != "relu":
        return Net(arrays, x, forward, flat={h: w for h, (w, _) in hidden.items()}, **shared)
    positive = tuple(h for h in hidden if h != "h1" or x.min() >= 0)
    return Net(arrays, x, forward, relus=hidden, positive=positive, **shared)


def mlp(random: np.random.Generator) -> Net:
    return _perceptron(
        random, random.normal(size=(int(random.integers(32, 97)), 20)), int(random.integers(2, 5)), "relu"
    )


def pixels(random: np.random.Generator) -> Net:
    """Pictures of 8 by 8 pixels from 0 to 1, most of them dark."""
    x = np.clip(random.normal(size=(int(random.integers(32, 97)), 64)), 0, 1)
    return _perceptron(random, x, int(random.integers(1, 4)), "relu")


def tanh(random: np.random.Generator) -> Net:
    return _perceptron(random, random.normal(size=(64, 16)), int(random.integers(2, 6)), "tanh")


def sigmoid(random: np.random.Generator) -> Net:
    """Weights four times as large as for tanh, as the slope of a sigmoid is a quarter."""
    net = _perceptron(random, random.normal(size=(64, 16)), int(random.integers(2, 4)), "sigmoid")
    return net.but(**{name: 2 * net.arrays[name] for name in net.matrices})


def residual(random: np.random.Generator) -> Net:
    """Blocks with batch normalization: h + relu(bn(h @ A)) @ B."""
    rows, width, blocks, classes = 48, int(random.integers(16, 33)), int(random.integers(2, 4)), 5
    arrays = {"W0": he(random, 20, width, scale=0.5**0.5), "Wo": he(random, width, classes, scale=0.5**0.5)}
    for i in range(1, blocks + 1):
        arrays |= {f"A{i}": he(random, width, width), f"B{i}": he(random, width, width, scale=0.5)}
        arrays |= {f"g{i}": np.ones(width), f"s{i}": _bias(random, width)}
    labels = _labels(random, rows, classes)

    def forward(p: Any, x: Any, name: Name) -> tg.Tensor:
        h = name("h0", x @ p["W0"])
        for i in range(1, blocks + 1):
            z = h @ p[f"A{i}"]
            z = (z - tg.mean(z, axis=0)) / tg.sqrt(tg.var(z, axis=0) + 1e-5)
            r = name(f"r{i}", tg.relu(z * p[f"g{i}"] + p[f"s{i}"]))
            h = name(f"h{i}", h + r @ p[f"B{i}"])
        return tg.cross_entropy(name("y", h @ p["Wo"]), labels)

    return Net(
        arrays,
        random.normal(size=(rows, 20)),
        forward,
        relus={f"r{i}": (f"A{i}", f"s{i}") for i in range(1, blocks + 1)},
        matrices=tuple(f"{a}{i}" for i in range(1, blocks + 1) for a in "AB"),
        cuts=tuple(f"h{i}" for i in range(blocks + 1)),
    )


def attention(random: np.random.Generator) -> Net:
    """One block over 24 rows: attention, a layer of ReLUs, both added to what comes in."""
    rows, width, inner, classes = 24, 16, int(random.integers(24, 41)), 5
    arrays = {name: he(random, width, width, scale=0.5**0.5) for name in ("E", "Q", "K", "V", "O")}
    arrays |= {"W1": he(random, width, inner), "b1": _bias(random, inner), "W2": he(random, inner, width, scale=0.5)}
    arrays["Wo"] = he(random, width, classes, scale=0.5**0.5)
    labels = _labels(random, rows, classes)

    def forward(p: Any, x: Any, name: Name) -> tg.Tensor:
        e = name("e", x @ p["E"])
        q, k, v = e @ p["Q"], e @ p["K"], e @ p["V"]
        a = name("a", e + tg.softmax(q @ k.T / width**0.5) @ v @ p["O"])
        h = name("h1", tg.relu(a @ p["W1"] + p["b1"]))
        f = name("f", a + h @ p["W2"])
        return tg.cross_entropy(name("y", f @ p["Wo"]), labels)

    return Net(
        arrays,
        random.normal(size=(rows, width)),
        forward,
        relus={"h1": ("W1", "b1")},
        matrices=("E", "V", "O", "W1", "W2"),
        scaled=("E", "V", "O", "W1", "W2"),
        cuts=("e", "a", "h1", "f"),
    )


def conv(random: np.random.Generator) -> Net:
    rows, channels, classes = int(random.integers(8, 17)), int(random.integers(8, 13)), 4
    arrays = {
        "K1": he(random, channels, 1, 3, 3),
        "b1": _bias(random, channels),
        "K2": he(random, channels, channels, 3, 3),
        "b2": _bias(random, channels),
        "Wo": he(random, channels * 4, classes, scale=0.5**0.5),
    }
    labels = _labels(random, rows, classes)

    def forward(p: Any, x: Any, name: Name) -> tg.Tensor:
        h = name("h1", tg.relu(tg.conv2d(x, p["K1"], p["b1"], padding=1)))
        h = tg.max_pool2d(h, 2)
        h = name("h2", tg.relu(tg.conv2d(h, p["K2"], p["b2"], padding=1)))
        flat = tg.max_pool2d(h, 2).reshape(rows, -1)
        return tg.cross_entropy(name("y", flat @ p["Wo"]), labels)

    return Net(
        arrays,
        random.normal(size=(rows, 1, 8, 8)),
        forward,
        relus={"h1": ("K1", "b1"), "h2": ("K2", "b2")},
        positive=("h2",),
        matrices=("K1", "K2"),
        scaled=("K1", "K2"),
        cuts=("h1", "h2"),
    )


def rnn(random: np.random.Generator) -> Net:
    """A state of zeros, and five steps of tanh; the last state tells."""
    rows, inputs, width, steps = 32, 6, int(random.integers(16, 33)), 5
    arrays = {
        "Wx": he(random, inputs, width, scale=0.5**0.5),
        "Wh": np.linalg.qr(random.normal(size=(width, width)))[0] * 0.9,
        "bh": _bias(random, width),
        "Wo": he(random, width, 2, scale=0.5**0.5),
    }
    x, target = random.normal(size=(steps, rows, inputs)), random.normal(size=(rows, 2))

    def forward(p: Any, x: Any, name: Name) -> tg.Tensor:
        h: Any = np.zeros((rows, width))
        for t in range(steps):
            h = name(f"h{t}", tg.tanh(x[t] @ p["Wx"] + h @ p["Wh"] + p["bh"]))
        return tg.mse(name("y", h @ p["Wo"]), target)

    flat = {f"h{t}": "Wx" for t in range(steps)}
    return Net(arrays, x, forward, flat=flat, matrices=("Wx", "Wh"), scaled=("Wx",), cuts=(f"h{steps - 1}",))


def autoencoder(random: np.random.Generator) -> Net:
    """ReLUs, a code without, ReLUs, and the data again."""
    inputs, width, code = 20, int(random.integers(16, 33)), 6
    arrays = _layers(random, [inputs, width, code, width, inputs])
    arrays["W2"] = he(random, width, code, scale=0.5**0.5)
    x = random.normal(size=(64, 8)) @ random.normal(size=(8, inputs)) / 8**0.5

    def forward(p: Any, x: Any, name: Name) -> tg.Tensor:
        h = name("h1", tg.relu(x @ p["W1"] + p["b1"]))
        c = name("code", h @ p["W2"] + p["b2"])
        h = name("h3", tg.relu(c @ p["W3"] + p["b3"]))
        return tg.mse(name("y", h @ p["W4"] + p["b4"]), x.value)

    return Net(
        arrays,
        x,
        forward,
        relus={"h1": ("W1", "b1"), "h3": ("W3", "b3")},
        matrices=("W1", "W2", "W3"),
        scaled=("W1", "W2", "W3"),
        cuts=("h1", "code", "h3"),
    )


FAMILIES: dict[str, Callable[[np.random.Generator], Net]] = {
    f.__name__: f for f in (mlp, pixels, tanh, sigmoid, residual, attention, conv, rnn, autoencoder)
}
