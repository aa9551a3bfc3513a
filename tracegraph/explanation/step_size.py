"""The step size of AdaGrad and its like as an equation of its own: η′ = η/(√G + ε)."""

from __future__ import annotations

from typing import Any

from ..formula import evaluate
from ..graph import Node
from ..graph.rerun import as_declared, op_of
from ..text.names import pretty
from .equation_parts import Equation


def step_size(node: Node, words: Any) -> tuple[Equation, ...]:
    """The equations of an update of one number: the step size and the new number; none where it has no such step."""
    op, rate = op_of(node), scale(node)
    if not rate or op is None or not as_declared(node, op) or node.shape:
        return ()
    w, dw, G = words.graph.inputs(node)
    square, options = float(words.value(G)), {k: float(node.attrs[k]) for k in ("lr", "eps")}
    if square <= 0:
        return ()
    value = evaluate(rate, {"G": square, **options})
    symbols = {**words.options(node), **{k: s.symbol for k, s in words.settings.items()}}
    values = {"G": square, **{k: options[k] for k in words.settings if k in options}}
    size = words.equation(f"η′_{pretty(node.name)}", rate, {**symbols, "G": G.tensor}, values, value, "", options)
    names = {"w": w.tensor, "dw": dw.tensor, "rate": size.name}
    numbers = {"w": words.value(w), "dw": words.value(dw), "rate": value}
    return size, words.equation(node.name, "w - rate * dw", names, numbers, node.value)


def scale(node: Node) -> str:
    """What an update ``w - lr * dw / (…)`` multiplies the gradient with, ``lr / (…)``; "" for any other."""
    before, _, divisor = node.formula.partition("w - lr * dw / ")
    return "" if before or not divisor else f"lr / {divisor}"
