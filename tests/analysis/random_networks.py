"""Random networks to plant faults in, and the values of their layers by plain NumPy."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from nets import LOSSES, Array, he

import tracegraph as tg

ACTS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2,
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(z)),
}
DEEPEST = {"relu": 8, "tanh": 8, "sigmoid": 3, "leaky_relu": 8, "elu": 5}
GAINS = {"tanh": 0.5, "sigmoid": 0.5}  # of the variance, by what `he` gives; 1 for what is like a ReLU
Names = frozenset[str]
Block = Callable[[Any, Callable[[Any, str], Any]], Any]


@dataclass(frozen=True)
class Plan:
    """What a random network is like; ``arrays``: its weights by name, and x."""

    act: str
    depth: int
    width: int
    batch: int
    loss: str
    conv: bool
    scoped: bool
    dtype: Any
    seed: int
    arrays: dict[str, Array] = field(default_factory=dict)

    def but(self, name: str, change: Callable[[Array], Array]) -> Plan:
        """With another array."""
        changed = change(self.arrays[name].copy()).astype(self.dtype)
        return Plan(**{**vars(self), "arrays": {**self.arrays, name: changed}})

    @property
    def layers(self) -> list[str]:
        """The names of the weights, from the first layer on; the last one makes the prediction."""
        return [*(f"W{i}" for i in range(self.depth)), "Wo"]

    def before(self, layer: int) -> Names:
        """The names of the parameters of the layers before one."""
        return frozenset(f"{letter}{i}" for letter in "Wb" for i in range(layer))


@dataclass(frozen=True)
class Case:
    """A network with a fault and its twin without.

    ``must``: by kind of finding, the nodes at which there must be one; ``may``: others at which that kind is a
    consequence. ``index``: by node, the first elements or units; ``share``: of the values that are saturated.
    """

    variety: str
    faulty: Callable[[], tg.Tensor]
    twin: Callable[[], tg.Tensor]
    must: dict[str, Names]
    may: Names = frozenset()
    index: dict[str, Array] = field(default_factory=dict)
    share: float | None = None


def only(name: str) -> Names:
    return frozenset([name])


# --- the networks ----------------------------------------------------------------------------------------------------


def drawn(
    random: np.random.Generator, seed: int, acts: str, losses: tuple[str, ...] = tuple(LOSSES), least: int = 2
) -> Plan:
    """A random plan: activation, depth, width, batch, loss, type, with scopes or without; a third are convolutions.

    ``least``: layers; more than the convolutional ones have makes it a plain one.
    """
    act, conv = str(random.choice(acts.split())), bool(random.uniform() < 0.33) and least <= 3
    depth = int(random.integers(least, min(DEEPEST[act], 3 if conv else 8) + 1))
    width, batch = int(random.integers(8, 17 if conv else 49)), int(random.integers(8, 65))
    plan = Plan(
        act,
        depth,
        width,
        batch,
        str(random.choice(losses)),
        conv,
        bool(random.integers(2)),
        random.choice([np.float64, np.float32]),
        seed,
    )
    plan.arrays.update({name: a.astype(plan.dtype) for name, a in first(plan, random).items()})
    return plan


def first(plan: Plan, random: np.random.Generator) -> dict[str, Array]:
    """The data, and weights after Glorot or He; biases are small, and not 0, as after some steps of training."""
    inputs, n = (2 if plan.conv else 10), plan.width
    arrays = {"x": random.normal(size=(plan.batch, inputs, 6, 6) if plan.conv else (plan.batch, inputs))}
    scale = GAINS.get(plan.act, 1.0) ** 0.5
    for i in range(plan.depth):
        into = n if i else inputs
        arrays[f"W{i}"] = he(random, *((n, into, 3, 3) if plan.conv else (into, n)), scale=scale)
        arrays[f"b{i}"] = 0.1 * random.normal(size=n)
    return {**arrays, "Wo": he(random, n * 36 if plan.conv else n, 3, scale=0.5**0.5)}


def network(plan: Plan, at: int = -1, block: Block | None = None) -> Callable[[], tg.Tensor]:
    """The program; ``block``: what is done to the result of layer ``at``."""

    def program() -> tg.Tensor:
        a, h = plan.arrays, tg.tensor(plan.arrays["x"], "x")
        for i in range(plan.depth):
            with tg.scope(f"layer{i}") if plan.scoped else nullcontext():
                w, b = tg.parameter(a[f"W{i}"], f"W{i}"), tg.parameter(a[f"b{i}"], f"b{i}")
                p = note(tg.conv2d(h, w, padding=1) if plan.conv else h @ w, f"p{i}")
                z = note(p + (b.reshape(-1, 1, 1) if plan.conv else b), f"z{i}")
                h = note(getattr(tg, plan.act)(z), f"h{i}")
                h = block(h, note) if block and i == at else h
        w = tg.parameter(a["Wo"], "Wo")
        return LOSSES[plan.loss](note(h.reshape(plan.batch, -1) @ w, "y"), np.random.default_rng(plan.seed), w)

    return program


def note(value: tg.Tensor, name: str) -> tg.Tensor:
    value.name = name
    return value


def values(plan: Plan) -> dict[str, Array]:
    """The values of all layers, by NumPy."""
    a, h, found = plan.arrays, plan.arrays["x"], {}
    for i in range(plan.depth):
        w, b = a[f"W{i}"], a[f"b{i}"]
        z = convolved(h, w) + b[:, None, None] if plan.conv else h @ w + b
        h = found[f"h{i}"] = ACTS[plan.act](z)
    return found


def convolved(x: Array, kernel: Array) -> Array:
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return np.einsum("ncijab,kcab->nkij", windows, kernel)
