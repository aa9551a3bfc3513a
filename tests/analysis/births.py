"""Births of NaN and infinity in small networks: ten kinds, each with the node and the element where it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from nets import Array, he

import tracegraph as tg

SEEDS = 31
Rng = np.random.Generator


class Birth(NamedTuple):
    """A program, the node at which the first number that is none is born, and the elements that are."""

    program: Callable[[], tg.Tensor]
    kind: str
    place: str
    elements: Array


def _hidden(r: Rng) -> tuple[Callable[[], tg.Tensor], Array]:
    """A layer of tanh, as a program and as numbers."""
    x, w = r.normal(size=(int(r.integers(8, 33)), 6)), he(r, 6, int(r.integers(5, 13)), scale=0.7)

    def layer() -> tg.Tensor:
        h = tg.tanh(tg.tensor(x, "x") @ tg.parameter(w, "W"))
        h.name = "h"
        return h

    return layer, np.tanh(x @ w)


def _named(t: tg.Tensor) -> tg.Tensor:
    t.name = "bad"
    return t


def _head(t: tg.Tensor, r: Rng) -> tg.Tensor:
    """A linear layer on top, and a mean."""
    return tg.mean((t @ tg.parameter(he(np.random.default_rng(0), t.shape[-1], 2), "V")) ** 2)


def exp_overflows(r: Rng) -> Birth:
    layer, h = _hidden(r)
    k = 800 / float(h.max())
    return Birth(lambda: _head(_named(tg.exp(layer() * k)), r), "inf", "bad", np.isinf(np.exp(h * k)))


def log_of_0(r: Rng) -> Birth:
    layer, h = _hidden(r)
    return Birth(lambda: _head(_named(tg.log(tg.relu(layer()))), r), "inf", "bad", h <= 0)


def root_of_negative(r: Rng) -> Birth:
    layer, h = _hidden(r)
    return Birth(lambda: _head(_named(tg.sqrt(layer())), r), "nan", "bad", h < 0)


def zero_by_zero(r: Rng) -> Birth:
    """A column that is the same for all rows, standardised."""
    layer, h = _hidden(r)
    keep = np.ones(h.shape[1])
    keep[int(r.integers(len(keep)))] = 0

    def program() -> tg.Tensor:
        z = layer() * keep
        return _head(_named((z - tg.mean(z, axis=0)) / tg.std(z, axis=0)), r)

    return Birth(program, "nan", "bad", np.broadcast_to(keep == 0, h.shape))


def own_softmax(r: Rng) -> Birth:
    layer, h = _hidden(r)
    k = 1000 / float(h.max())

    def program() -> tg.Tensor:
        e = _named(tg.exp(layer() * k))
        return _head(e / tg.sum(e, axis=1, keepdims=True), r)

    return Birth(program, "inf", "bad", np.isinf(np.exp(h * k)))


def root_behind_where(r: Rng) -> Birth:
    """0·∞ on the way back in the branch that was not taken."""
    layer, h = _hidden(r)

    def program() -> tg.Tensor:
        z = tg.relu(layer())
        return _head(tg.where(z.value > 0, _named(tg.sqrt(z)), 0.0), r)

    return Birth(program, "nan", "bad", h <= 0)


def distance_0(r: Rng) -> Birth:
    """The derivative of a root at 0, of rows that are their own neighbours."""
    layer, h = _hidden(r)
    twin = h.copy()
    twin[1:] *= 0.5

    def program() -> tg.Tensor:
        return tg.mean(_named(tg.sqrt(tg.sum((layer() - twin) ** 2, axis=1))))

    return Birth(program, "inf", "bad", np.arange(len(h)) == 0)


def entropy_of_0(r: Rng) -> Birth:
    """p·log p, of which the logarithm is −∞ first."""
    layer, h = _hidden(r)

    def program() -> tg.Tensor:
        p = tg.relu(layer())
        return -tg.mean(p * _named(tg.log(p)))

    return Birth(program, "inf", "bad", h <= 0)


def own_sigmoid(r: Rng) -> Birth:
    layer, h = _hidden(r)
    k = 900 / float(-h.min())
    return Birth(lambda: _head(1 / (1 + _named(tg.exp(-(layer() * k)))), r), "inf", "bad", np.isinf(np.exp(-h * k)))


def data(r: Rng) -> Birth:
    """A NaN in the data themselves."""
    x = r.normal(size=(16, 6))
    at = tuple(int(r.integers(n)) for n in x.shape)
    x[at] = np.nan
    born = np.zeros(x.shape, bool)
    born[at] = True
    return Birth(lambda: _head(tg.tensor(x, "bad") @ tg.parameter(he(r, 6, 8), "W"), r), "nan", "bad", born)


BIRTHS: dict[str, Callable[[Rng], Birth]] = {
    f.__name__: f
    for f in (
        exp_overflows,
        log_of_0,
        root_of_negative,
        zero_by_zero,
        own_softmax,
        root_behind_where,
        distance_0,
        entropy_of_0,
        own_sigmoid,
        data,
    )
}


def births(seeds: int = SEEDS) -> Iterator[tuple[str, int, Birth]]:
    """Every kind with every seed: name, seed and case."""
    for k, (name, make) in enumerate(BIRTHS.items()):
        for seed in range(seeds):
            with np.errstate(all="ignore"):
                birth = make(np.random.default_rng([k, seed]))
            yield name, seed, birth


def amiss(birth: Birth, causes: Any) -> str:
    """What is not as it happened: kind and node of the first entry, its first element, and other births beside it."""
    if not causes or (causes[0].kind, causes[0].place) != (birth.kind, birth.place):
        return "; ".join(f"{c.kind} at {c.place}" for c in causes[:3]) or "nothing"
    if causes[0].index[0] != tuple(int(i) for i in np.argwhere(birth.elements)[0]):
        return f"element {causes[0].index[0]}"
    return ""
