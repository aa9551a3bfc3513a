"""Planted NaN: operations that make NaN of numbers, after a random layer; their right twins; arrays that hold some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from random_networks import ACTS, Array, Block, Case, Plan, drawn, network, only, values


def _middle(h: Array) -> float:
    return float(h.min() + h.max()) / 2


def _shifted(broken: bool, h: Array) -> Callable[[Any], Any]:
    """To a range of 1, that begins below 0 or above."""
    span = float(h.max() - h.min())
    low = _middle(h) if broken else float(h.min()) - 0.1 * span
    return lambda x: (x - low) / span


def _log(broken: bool, h: Array) -> Block:
    return lambda x, note: note(np.log(_shifted(broken, h)(x)), "bad")


def _root(broken: bool, h: Array) -> Block:
    return lambda x, note: note(np.sqrt(_shifted(broken, h)(x)), "bad")


def _power(broken: bool, h: Array) -> Block:
    return lambda x, note: note(_shifted(broken, h)(x) ** 1.5, "bad")


def _angle(broken: bool, h: Array) -> Block:
    """arcsin of more than 1."""
    high = float(np.abs(h).max()) * (0.7 if broken else 2)
    return lambda x, note: note(np.arcsin(x / high), "bad")


def _standardized(broken: bool, h: Array) -> Block:
    """A unit that is the same for all samples: 0 by 0."""
    keep, least = _all_but_one(h), 0.0 if broken else 1e-3

    def block(x: Any, note: Any) -> Any:
        x = x * keep
        return note((x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + least), "bad")

    return block


def _all_but_one(h: Array) -> Array:
    keep = np.ones(h.shape[1:], h.dtype)
    keep[h.shape[1] // 2] = 0
    return keep


def _softmax(broken: bool, h: Array) -> Block:
    """Without its largest exponent taken off first: infinity by infinity; that is born in exp."""
    factor = (2000 if broken else 1) / float(np.abs(h).max())

    def block(x: Any, note: Any) -> Any:
        e = note(np.exp(x * factor), "over")
        return note(e / np.sum(e, axis=1, keepdims=True), "bad")

    return block


def _where(broken: bool, h: Array) -> Block:
    """On the way back, 0 times the infinite derivative of the branch that was not taken."""
    low = _middle(h)

    def block(x: Any, note: Any) -> Any:
        x = np.maximum(x, low) - low
        return np.where(x > 0, note(np.sqrt(x if broken else np.where(x > 0, x, 1.0)), "bad"), 0.0)

    return block


FORWARD = {"log": _log, "sqrt": _root, "arcsin": _angle, "power": _power, "0/0": _standardized, "∞/∞": _softmax}


def nan(random: np.random.Generator, seed: int) -> Case:
    """An operation of which some results are no numbers, after a layer; one way back; or data and weights with NaN."""
    plan = drawn(random, seed, " ".join(ACTS))
    variety = str(random.choice([*FORWARD, "where", "weights", "data"]))
    layer = int(random.integers(plan.depth))
    if variety in ("weights", "data"):
        return _holding(plan, variety, "x" if variety == "data" else plan.layers[layer], random)
    h = values(plan)[f"h{layer}"]
    make = {**FORWARD, "where": _where}[variety]
    must = {"nan": only("bad")}
    if variety == "where":
        index = {"bad": np.argwhere(~(h > _middle(h)))}
    else:
        born = _computed(make(True, h), h)
        index = {"bad": np.argwhere(np.isnan(born.pop("bad")))}
        if born:
            must["inf"] = only("over")
            index["over"] = np.argwhere(np.isinf(born["over"]))
    return Case(variety, network(plan, layer, make(True, h)), network(plan, layer, make(False, h)), must, index=index)


def _computed(block: Block, h: Array) -> dict[str, Array]:
    """What a block makes of arrays, by name."""
    found: dict[str, Array] = {}
    with np.errstate(all="ignore"):
        block(h, lambda value, name: found.setdefault(name, value))
    return found


def _holding(plan: Plan, variety: str, name: str, random: np.random.Generator) -> Case:
    at = tuple(int(random.integers(n)) for n in plan.arrays[name].shape)

    def spoilt(array: Array) -> Array:
        array[at] = np.nan
        return array

    return Case(
        variety, network(plan.but(name, spoilt)), network(plan), {"nan": only(name)}, index={name: np.array([at])}
    )
