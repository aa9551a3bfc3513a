"""A second look where inputs are tied, nearly so, or rounding noise: differences do not tell what is right there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .compare import KINK, UNKNOWN, WRONG, Verdict
from .derivatives import Forward

Array = Any
Judge = Callable[[Forward, Array], Verdict]
Rule = Callable[[Forward], Array]

NEAR = 1e-9
"""Distance of two inputs, of the larger of 1 and the greatest, below which differences cannot tell them apart."""
MOVE = 0.25
"""By how much inputs are moved, of the larger of 1 and the greatest, to where a rule can be judged."""
LOOKS, RIGHT = 5, 2  # places, and at how many of them a rule has to be right: others may lie at a kink again
ALIKE = 1e-6
"""Relative difference of two contributions, or sums of them, that are the same."""


def second_look(forward: Forward, slot: int, sent: Array, verdict: Verdict, rule: Rule, judge: Judge) -> Verdict:
    """The verdict on a contribution that seems wrong, if inputs are so near to each other that it may be right.

    The rule is judged again at inputs that are moved apart. Where it is right there, it is a choice at a kink if the
    inputs were tied exactly and its parts have the sum that they have beside it, and cannot be checked if they were
    nearly tied. ``rule``: the contribution at some inputs; ``judge``: the verdict on one.
    """
    x = np.asarray(forward.values[slot], float)
    if verdict.verdict != WRONG or forward.op.elementwise or not (_ties(x, 0.0) or _ties(x, NEAR)):
        return verdict
    try:
        if not np.allclose(rule(forward), sent, rtol=ALIKE, atol=0):
            return verdict
        moved = [_apart(forward, seed) for seed in range(LOOKS)]
        contributions = [rule(other) for other in moved]
        right = sum(judge(other, c).verdict != WRONG for other, c in zip(moved, contributions))
    except Exception:  # what a user's rule raises is not known
        return verdict
    if right < RIGHT:
        return verdict
    if _ties(x, NEAR):
        return replace(verdict, verdict=UNKNOWN)
    sums = [float(np.sum(c)) for c in contributions]
    size = float(np.abs(sent).sum())
    same = all(abs(total - float(np.sum(sent))) <= ALIKE * size for total in sums)
    return replace(verdict, verdict=KINK) if same else verdict


def _ties(x: Array, within: float) -> bool:
    """Whether two inputs are equal, or nearly so, or all are nearly 0; ``within``: relative to the larger of 1."""
    gaps, most = np.diff(np.sort(x, axis=None)), float(np.abs(x).max(initial=0.0))
    if not within:
        return bool((gaps == 0).any())
    return 0 < most < within or bool(((gaps > 0) & (gaps < within * max(1.0, most))).any())


def _apart(forward: Forward, seed: int) -> Forward:
    """The operation at inputs that are moved at random."""
    random = np.random.default_rng(seed)

    def moved(value: Any) -> Any:
        array = np.asarray(value)
        if array.dtype.kind != "f":
            return value
        reach = MOVE * max(1.0, float(np.abs(array).max(initial=0.0)))
        return (array + reach * random.uniform(0, 1, array.shape))[()]

    return Forward(forward.op, forward.attrs, [moved(v) for v in forward.values])
