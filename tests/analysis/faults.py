"""Ten faults, planted in networks of nine families: which entry of `flow` has to come first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from families import FAMILIES, Net
from nets import Array

import tracegraph as tg
from tracegraph.analysis import Flow

SEEDS = 30
RATE = 0.1
Names = frozenset[str]


class Planted(NamedTuple):
    """A network with a fault: its program, and the kinds and places of the entry that names it."""

    program: Callable[[], Any]
    kinds: Names
    places: Names


@dataclass(frozen=True)
class Outcome:
    """What `flow` says of a planted fault: whether the first entry names it, and how many entries there are."""

    first: bool
    entries: int
    said: str


def _planted(net: Net, kinds: str, *places: str) -> Planted:
    return Planted(net.loss, frozenset(kinds.split()), frozenset(places))


def _units(random: np.random.Generator, net: Net, layer: str) -> Array:
    """A third to all of the units of a layer."""
    n = len(net.arrays[net.relus[layer][1]])
    return random.choice(n, int(random.integers(-(-n // 3), n)), replace=False)


def _relu(random: np.random.Generator, net: Net, layers: Any) -> str | None:
    layers = list(layers)
    return layers[int(random.integers(len(layers)))] if layers else None


def dead_by_bias(random: np.random.Generator, net: Net) -> Planted | None:
    """A third of a layer or more has a bias of -10 to -30."""
    layer = _relu(random, net, net.relus)
    if layer is None:
        return None
    bias = net.arrays[net.relus[layer][1]].copy()
    bias[_units(random, net, layer)] = -random.uniform(10, 30)
    return _planted(net.but(**{net.relus[layer][1]: bias}), "dead", layer)


def dead_by_weights(random: np.random.Generator, net: Net) -> Planted | None:
    """A third of a layer or more has negative weights only, where what comes in is never below 0."""
    layer = _relu(random, net, net.positive)
    if layer is None:
        return None
    name, bias = net.relus[layer]
    units, weights, biases = _units(random, net, layer), net.arrays[name].copy(), net.arrays[bias].copy()
    at = (units,) if weights.ndim == 4 else (slice(None), units)
    weights[at], biases[units] = -np.abs(weights[at]), 0.0
    return _planted(net.but(**{name: weights, bias: biases}), "dead", layer)


def all_dead(random: np.random.Generator, net: Net) -> Planted | None:
    """All units of a layer have a bias of -20 to -60."""
    layer = _relu(random, net, net.relus)
    if layer is None:
        return None
    name = net.relus[layer][1]
    return _planted(net.but(**{name: np.full_like(net.arrays[name], -random.uniform(20, 60))}), "dead", layer)


def saturated(random: np.random.Generator, net: Net) -> Planted | None:
    """The weights of a layer of tanh or sigmoid are 30 to 100 times as large."""
    layer = _relu(random, net, net.flat)
    if layer is None:
        return None
    weights = net.flat[layer]
    bad = net.but(**{weights: net.arrays[weights] * random.uniform(30, 100)})
    return _planted(bad, "weights saturated", weights, *[h for h, w in net.flat.items() if w == weights])


def small(random: np.random.Generator, net: Net) -> Planted | None:
    """The weights of one hidden layer, or of all layers, are 1,000 to 10,000 times as small."""
    names = _some(random, (*net.matrices, *(n for n in ("Wo",) if n in net.arrays)))
    factor = 10 ** random.uniform(-4, -3)
    bad = net.but(**{name: net.arrays[name] * factor for name in names})
    return _planted(bad, "weights initialization", *names)


def large(random: np.random.Generator, net: Net) -> Planted | None:
    """The weights of one hidden layer whose size matters, or of all, are 50 to 200 times as large."""
    if not net.scaled:
        return None
    names = _some(random, net.scaled)
    factor = random.uniform(50, 200)
    bad = net.but(**{name: net.arrays[name] * factor for name in names})
    return _planted(bad, "weights initialization", *names)


def _some(random: np.random.Generator, names: tuple[str, ...]) -> tuple[str, ...]:
    """All, or one of them."""
    return names if random.uniform() < 0.5 else (names[int(random.integers(len(names)))],)


def zero(random: np.random.Generator, net: Net) -> Planted | None:
    """All weights are 0, those of the last layer too."""
    names = [name for name, a in net.arrays.items() if a.ndim > 1]
    return _planted(net.but(**{name: np.zeros_like(net.arrays[name]) for name in names}), "zero", *names)


def detached(random: np.random.Generator, net: Net) -> Planted | None:
    """A tensor goes on as a copy of its numbers."""
    cut = net.cuts[int(random.integers(len(net.cuts)))]
    return Planted(lambda: net.loss(cut=cut), frozenset(["cut"]), frozenset([f"{cut}_copy"]))


def _stepped(net: Net, rate: float) -> Callable[[], Any]:
    def program() -> Any:
        parameters = net.parameters()
        return tg.optim.SGD(lr=rate).step(net.loss(parameters), list(parameters.values()))

    return program


def rate_too_large(random: np.random.Generator, net: Net) -> Planted | None:
    """A step of gradient descent at 100 times the usual rate."""
    names = frozenset(f"{name}_1" for name in net.arrays)
    return Planted(_stepped(net, 100 * RATE), frozenset(["step", "update", "big_step"]), names)


def rate_too_small(random: np.random.Generator, net: Net) -> Planted | None:
    """A step of gradient descent at a rate of 10⁻⁹."""
    names = frozenset(f"{name}_1" for name in net.arrays)
    return Planted(_stepped(net, 1e-9), frozenset(["update"]), names)


FAULTS: dict[str, Callable[[np.random.Generator, Net], Planted | None]] = {
    f.__name__: f
    for f in (
        dead_by_bias,
        dead_by_weights,
        all_dead,
        saturated,
        small,
        large,
        zero,
        detached,
        rate_too_large,
        rate_too_small,
    )
}


def planted(seeds: range = range(SEEDS)) -> Iterator[tuple[str, str, int, Planted]]:
    """Every fault in every family that can have it, for each seed: fault, family, seed and program."""
    for k, (fault, plant) in enumerate(FAULTS.items()):
        for j, (family, draw) in enumerate(FAMILIES.items()):
            for seed in seeds:
                random = np.random.default_rng([k, j, seed])
                case = plant(random, draw(random))
                if case is not None:
                    yield fault, family, seed, case


def flow_of(program: Callable[[], Any]) -> Flow:
    """The findings with their own thresholds; of what is no number NumPy may warn."""
    with np.errstate(all="ignore"):
        return tg.flow(program)


def judged(case: Planted) -> Outcome:
    """Whether the first entry names the fault, and how many there are."""
    causes = flow_of(case.program).causes
    first = bool(causes) and causes[0].kind in case.kinds and causes[0].place in case.places
    return Outcome(first, len(causes), "; ".join(f"{c.kind} at {c.place}" for c in causes))


def healthy(seeds: range = range(100)) -> Iterator[tuple[str, int, Net]]:
    """Networks of every family as they are drawn."""
    for j, (family, draw) in enumerate(FAMILIES.items()):
        for seed in seeds:
            yield family, seed, draw(np.random.default_rng([99, j, seed]))
