"""Outputs beside their targets: whether an output is too small or too large, and what that does to its gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..graph import Graph, Node, traits_of
from ..text.names import gradient_name, pretty
from ..text.numbers import number


@dataclass(frozen=True, slots=True)
class Aim:
    """An output with its gradient, and the target that it is compared with."""

    output: Node
    target: Node


def aims(graph: Graph, nodes: Iterable[Node]) -> Iterator[Aim]:
    """Named outputs that a loss, or a difference on the way to one, compares with given numbers."""
    for node in nodes:
        traits = traits_of(node)
        edges = graph.inputs(node)
        if node.gradient is None or len(edges) < 2 or not (traits.operator == "sub" or traits.kind == "loss"):
            continue
        first, second = (graph.node(e.source) for e in edges[:2])
        for output, target in ((first, second), (second, first)):
            computed = output.formula and output.gradient is not None and output.named and not output.is_update
            given = target.leaf in ("input", "constant") and target.named and target.line is not None
            if computed and given and output.shape == target.shape:
                yield Aim(output, target)


def aim_sentence(aim: Aim, loss: str, digits: int) -> str:
    """What the difference means for the gradient; "" where signs do not tell it.

    ``ŷ₁ = 0.6 is below its target y₁ = 3, so ∂L₁/∂ŷ₁ is negative: a larger ŷ₁ makes L₁ smaller.``
    """
    off = np.asarray(aim.output.value, float) - np.asarray(aim.target.value, float)
    g = np.asarray(aim.output.gradient, float)
    if not np.array_equal(np.sign(off), np.sign(g)) or not np.all(np.isfinite(off)):
        return ""
    name, about = pretty(aim.output.name), pretty(loss)
    if off.ndim:
        below, above = int((off < 0).sum()), int((off > 0).sum())
        return (
            f"Of the {off.size} elements of {name}, {above} {_are(above)} above the target, with a positive gradient, "
            f"and {below} {_are(below)} below, with a negative one."
        )
    value, target = number(aim.output.value, digits), f"{pretty(aim.target.name)} = {number(aim.target.value, digits)}"
    if not off:
        return f"{name} = {value} meets its target, so no gradient comes from there."
    side, sign, way = ("above", "positive", "smaller") if off > 0 else ("below", "negative", "larger")
    gradient = gradient_name(loss, aim.output.name)
    why = f"{name} = {value} is {side} its target {target}, so {gradient} is {sign}"
    return f"{why}: a {way} {name} makes {about} smaller."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def error(aim: Aim, values: dict[int, Any]) -> float | None:
    """The distance between output and target with other values; None for arrays."""
    if aim.output.shape or aim.output.key not in values:
        return None
    return abs(float(values[aim.output.key]) - float(aim.target.value))
