"""Six kinds of faults planted in random networks: how each is made, and the nodes at which it has to be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from nan_faults import nan
from nets import LOSSES
from random_networks import ACTS, Array, Block, Case, Names, Plan, drawn, network, only, values

import tracegraph as tg

MANY = 200
BOUNDED = ("cross entropy",)  # losses whose gradient stays small, whatever the prediction
ZERO = ("log", "decay")  # losses whose minimum is at a prediction of 0: there nothing is left to learn
OPEN = ("mse", "sum", "decay", "cross entropy")  # and those that are not flat where the prediction is far off
Fault = Callable[[np.random.Generator, int], Case]


def cases(start: int = 0) -> list[tuple[str, int]]:
    """200 kinds and seeds, the six kinds in turn."""
    return [(list(FAULTS)[i % len(FAULTS)], start + i) for i in range(MANY)]


def case(kind: str, seed: int) -> Case:
    return FAULTS[kind](np.random.default_rng(seed), seed)


# --- units -----------------------------------------------------------------------------------------------------------


def dead(random: np.random.Generator, seed: int) -> Case:
    """A quarter of the units of a layer, or more, or all, have a large negative bias."""
    plan = drawn(random, seed, "relu")
    layer, count = int(random.integers(plan.depth)), int(random.integers(-(-plan.width // 4), plan.width + 1))
    units, low = random.choice(plan.width, count, replace=False), random.uniform(50, 500)

    def killed(b: Array) -> Array:
        b[units] -= low
        return b

    bad = plan.but(f"b{layer}", killed)
    rows = (0, 2, 3) if plan.conv else 0
    off = {name: np.flatnonzero((h == 0).all(axis=rows)) for name, h in values(bad).items()}
    assert set(units) <= set(off[f"h{layer}"])
    # Behind a layer with hardly any units left the samples are nearly the same, and other units are off for all.
    after = frozenset(f"h{i}" for i in range(layer + 1, plan.depth))
    index = {name: units[:, None] for name, units in off.items()}
    return Case(f"{count} of {plan.width}", network(bad), network(plan), {"dead": only(f"h{layer}")}, after, index)


def saturated(random: np.random.Generator, seed: int) -> Case:
    """The weights of a layer are scaled up, so that most values are at the flat ends of the activation."""
    plan = drawn(random, seed, "tanh sigmoid")
    layer, factor = int(random.integers(plan.depth)), random.uniform(30, 100)
    bad = plan.but(f"W{layer}", lambda w: w * factor)
    h, where = values(bad)[f"h{layer}"], f"h{layer}"
    flat = np.abs(h) > 0.97 if plan.act == "tanh" else (h < 0.03) | (h > 0.97)
    rows = flat.reshape(-1, flat.shape[-1])
    return Case(
        plan.act,
        network(bad),
        network(plan),
        {"saturated": only(where)},
        share=float(flat.mean()),
        index={where: np.flatnonzero(rows.all(axis=0))[:, None]},
    )


# --- sizes -----------------------------------------------------------------------------------------------------------


def vanishing(random: np.random.Generator, seed: int) -> Case:
    """One layer hands next to nothing back to those before it; or each layer of a deep network a little less."""
    if random.uniform() < 0.3:
        plan = drawn(random, seed, "relu tanh leaky_relu", tuple(k for k in LOSSES if k not in ZERO), least=6)
        bad = _scaled(plan, random.uniform(0.01, 0.04), plan.layers)
        return Case("every layer", network(bad), network(plan), {"vanishing": plan.before(1)}, may=_all(plan))
    plan = drawn(random, seed, " ".join(ACTS))
    layer = int(random.integers(1, plan.depth + (plan.loss not in ZERO)))
    bad = _scaled(plan, 10 ** random.uniform(-13, -9), [plan.layers[layer]])
    where = "y" if layer == plan.depth else f"p{layer}"
    return Case("one layer", network(bad), network(plan), {"vanishing": plan.before(layer), "dies": only(where)})


def exploding(random: np.random.Generator, seed: int) -> Case:
    """The weights of a layer, or of each, are scaled up, so that those before it get far too large a gradient."""
    if random.uniform() < 0.3:
        plan = drawn(random, seed, "relu leaky_relu", OPEN, least=6)
        bad = _scaled(plan, random.uniform(6, 12), plan.layers)
        return Case("every layer", network(bad), network(plan), {"exploding": plan.before(1)}, may=_all(plan))
    plan = drawn(random, seed, "relu leaky_relu elu", OPEN)
    layer = int(random.integers(1, plan.depth + 1))
    bad = _scaled(plan, 10 ** random.uniform(5, 8), [plan.layers[layer]])
    return Case("one layer", network(bad), network(plan), {"exploding": plan.before(layer)}, may=_grown(plan, layer))


def _grown(plan: Plan, layer: int) -> Names:
    """The other parameters that the scaled layer makes grow: by what goes into them, or by an error that is large."""
    if plan.loss in BOUNDED:
        return frozenset(plan.layers[layer + 1 :])
    return _all(plan)


def _all(plan: Plan) -> Names:
    return plan.before(plan.depth) | {"Wo"}


def _scaled(plan: Plan, factor: float, names: list[str]) -> Plan:
    for name in names:
        plan = plan.but(name, lambda w: w * factor)
    return plan


# --- unused ----------------------------------------------------------------------------------------------------------


def _detached(x: Any, note: Any) -> Any:
    return x + _part(x).value


def _dropped(x: Any, note: Any) -> Any:
    note(x * _part(x), "dropped")
    return x


def _forgotten(x: Any, note: Any) -> Any:
    _part(x)
    return x


def _used(x: Any, note: Any) -> Any:
    return x + 0.1 * _part(x)


def _part(x: Any) -> tg.Tensor:
    return tg.parameter(np.full(x.shape[1:], 0.5, x.value.dtype), "spare")


UNUSED: dict[str, Block] = {"detached": _detached, "dropped": _dropped, "forgotten": _forgotten}


def unused(random: np.random.Generator, seed: int) -> Case:
    """A parameter that the loss does not depend on: left out, used for what is thrown away, or its value alone used."""
    plan = drawn(random, seed, " ".join(ACTS))
    variety, layer = str(random.choice(list(UNUSED))), int(random.integers(plan.depth))
    faulty, twin = network(plan, layer, UNUSED[variety]), network(plan, layer, _used)
    return Case(variety, faulty, twin, {"unused": only("spare")})


FAULTS: dict[str, Fault] = {
    "dead": dead,
    "saturated": saturated,
    "vanishing": vanishing,
    "exploding": exploding,
    "nan": nan,
    "unused": unused,
}
