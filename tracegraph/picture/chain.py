"""Formulas with their names and numbers put in, and the chain rule on the arrows."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from .. import formula
from ..formula import notation
from ..graph import Edge, Graph, Node
from ..graph.measure import norm
from ..text.numbers import number, rounded
from .counted_axes import counted
from .options import option
from .panels import Line
from .shown_names import pretty
from .worked import digits_that_check


class Formulas:
    """Writes the formulas of one graph with so many digits."""

    def __init__(self, graph: Graph, digits: int) -> None:
        self.graph, self.digits = graph, digits

    def args(self, node: Node) -> list[tuple[str, Edge]]:
        return list(zip(node.args, self.graph.inputs(node), strict=True))

    def names(self, node: Node) -> dict[str, str]:
        """How each name in a node's formula is written: inputs by their names, options by their values."""
        options = {k: option(v) for k, v in counted(node, self.graph).items()}
        return {**options, **{a: pretty(e.tensor) for a, e in self.args(node)}, "y": pretty(node.name)}

    def worked(self, node: Node, names: dict[str, str]) -> str:
        """The formula with its numbers put in."""
        carried = {a: self.graph.carried(e) for a, e in self.args(node)}

        def compute(digits: int) -> float:
            return formula.evaluate(node.formula, {**node.attrs, **{a: rounded(x, digits) for a, x in carried.items()}})

        digits = digits_that_check(node.value, self.digits, compute)
        return notation.text(node.formula, {**names, **{a: number(x, digits) for a, x in carried.items()}})

    def chain(self, edge: Edge, target: Node, full: bool) -> tuple[Line, ...]:
        """The local derivative; in full, with what flows back, which stands on the card it flows to."""
        sent = brief(edge.contribution, self.digits)
        unknown = edge.local is None or target.gradient is None
        if not full and not unknown:
            return (Line(f"·{self._factor(edge.local)}", "contribution"),)
        if not full and np.ndim(edge.contribution):  # both ends show the arrays
            size = norm(edge.contribution)
            return () if np.isfinite(size) else (Line(number(size), "contribution"),)
        if not full or edge.vjp is None:
            return (Line(sent, "contribution"),)
        if unknown:
            return (Line(self._rule(edge, target), "caption"), Line(sent, "contribution"))
        slope, factors = number(edge.local, self.digits), (target.gradient, edge.local)
        digits = digits_that_check(edge.contribution, self.digits, lambda n: prod(rounded(x, n) for x in factors))
        chain = f"{number(target.gradient, digits)}·{self._factor(edge.local, digits)} = {sent}"
        symbolic = self._slope(edge, target)
        parts = dict.fromkeys(part for part in (_quotient(target, edge), symbolic, slope) if part)
        return (Line(" = ".join(parts), "caption"), Line(chain, "contribution"))

    def _factor(self, value: Any, digits: int | None = None) -> str:
        written = number(value, digits or self.digits)
        return f"({written})" if written.startswith("−") or "×" in written else written

    def _slope(self, edge: Edge, target: Node, tensors: bool = False) -> str | None:
        local = formula.local(edge.vjp or "")
        return None if local is None else notation.text(local, self.names(target), tensors=tensors)

    def _rule(self, edge: Edge, target: Node) -> str:
        """The way back through an array operation: its local derivative, or the whole rule with g for the gradient."""
        slope = self._slope(edge, target, tensors=True)
        stretched = self.graph.node(edge.source).shape != target.shape and slope is not None
        if slope is not None and not stretched:
            return f"{_quotient(target, edge)} = {slope}"
        names = {**self.names(target), "g": "g"}
        rule = notation.text(edge.vjp or "", names, tensors=True)
        return f"Σ {rule}" if stretched and np.size(edge.contribution) < np.size(target.value) else rule


def _quotient(target: Node, edge: Edge) -> str:
    return f"∂{pretty(target.name)}/∂{pretty(edge.tensor)}"


def brief(value: Any, digits: int) -> str:
    """A number, or the norm of an array."""
    return number(value, digits) if np.ndim(value) == 0 else f"‖·‖ {number(norm(value), digits)}"
