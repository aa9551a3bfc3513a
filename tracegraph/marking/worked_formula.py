"""The formula by which a number was worked out on paper: unnamed steps substituted down to named or written numbers."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .. import formula
from ..errors import GraphError
from ..formula import notation
from ..graph import Node
from ..graph.rerun import op_of
from ..ops.broadcast import index_before
from ..text.names import gradient_name, pretty
from ..text.numbers import number
from .judge import Judge
from .replay import Quantity
from .targets import Index, element

MOST_INPUTS = 12
LONGEST = 300
"""Characters up to which steps are put in; a longer formula is not what somebody works out in one go."""

Place = tuple[Quantity, Index]


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula of scalars: the place, the number and the name behind each of its variables."""

    formula: str
    places: Mapping[str, Place]
    values: Mapping[str, float]
    names: Mapping[str, str]

    def text(self, variant: str, changed: Mapping[str, float] | None = None) -> str:
        """A variant of the formula with its numbers put in."""
        shown = {name: number(value, 7) for name, value in {**self.values, **(changed or {})}.items()}
        return notation.text(variant, shown)

    def value(self, variant: str, changed: Mapping[str, float] | None = None) -> float:
        """The value of a variant; NaN where it cannot be evaluated."""
        try:
            return formula.evaluate(variant, {**self.values, **(changed or {})})
        except (GraphError, ArithmeticError):
            return float("nan")


def worked(judge: Judge, place: Place, way: str) -> Worked | None:
    """The formula of a number in terms of named or written ones; None where it is no formula of scalars."""
    expansion = _Expansion(judge, place)
    if not expansion.run():
        return None
    states, graph = judge.states[way], judge.graph
    used = {v: p for v, p in expansion.places.items() if v in formula.names(expansion.text)}
    values = {v: element(states[q], at) for v, (q, at) in used.items()}
    names = {v: _name(graph.node(q[0]), q, at, judge) for v, (q, at) in used.items()}
    return Worked(expansion.text, used, values, names)


def _name(node: Node, quantity: Quantity, at: Index, judge: Judge) -> str:
    loss = quantity[1]
    name = pretty(node.name) if loss is None else gradient_name(judge.graph.node(loss).name, node.name)
    return name + (f"[{', '.join(map(str, at))}]" if at else "")


class _Expansion:
    """A formula that grows: each variable stands for a place until the formula of that place is put in."""

    def __init__(self, judge: Judge, place: Place) -> None:
        self.judge, self.replay, self.graph = judge, judge.replay, judge.graph
        self.text, self.root = "v0", place
        self.places: dict[str, Place] = {"v0": place}
        self._count = 1

    def run(self) -> bool:
        """Substitute formulas while it makes sense; returns whether there is one at all."""
        if not self._put("v0"):
            return False
        waiting = [v for v in self.places if v != "v0"]
        while waiting:
            variable = waiting.pop(0)
            known = set(self.places)
            if self._inner(self.places[variable]) and self._put(variable):
                waiting += [v for v in self.places if v not in known]
        self.text = tidy(self.text)
        return True

    def _inner(self, place: Place) -> bool:
        """Whether a place is a step in between: without a name, and nobody wrote it down."""
        quantity, _ = place
        if quantity in self.judge.claimed:
            return False
        return quantity[1] is not None or not self.graph.node(quantity[0]).named

    def _put(self, variable: str) -> bool:
        """Substitute the formula of a place; False where there is none of scalars, or it grows too long."""
        (key, loss), at = self.places[variable]
        node = self.graph.node(key)
        expansion = self._value(node, at) if loss is None else self._gradient(node, loss)
        if expansion is None:
            return False
        text, fresh = expansion
        try:
            formula_text = formula.substitute(self.text, {variable: text})
        except GraphError:
            return False
        if variable != "v0" and (len(formula_text) > LONGEST or len(self.places) + len(fresh) > 4 * MOST_INPUTS):
            return False
        self.text = formula_text
        del self.places[variable]
        self.places.update(fresh)
        return True

    def _value(self, node: Node, at: Index) -> tuple[str, dict[str, Place]] | None:
        if node.is_gradient:
            inputs = self.replay.inputs((node.key, None))
            return self._named(inputs[0], ()) if inputs and inputs[0][1] is not None else None
        if not node.formula:
            unnamed = node.is_constant and not node.named and not node.shape
            return (repr(float(node.value)), {}) if unnamed else None
        op = op_of(node)
        if node.shape and not (op is not None and op.elementwise):
            return None
        return self._with(node, at, node.formula)

    def _with(self, node: Node, at: Index, text: str) -> tuple[str, dict[str, Place]] | None:
        """A formula in the arguments of a node, with a fresh variable for each."""
        fresh: dict[str, Place] = {}
        names: dict[str, str] = {}
        for argument, edge in zip(node.args, self.graph.inputs(node), strict=True):
            source = self.graph.node(edge.source)
            if len(source.shape) > len(at) or edge.index is not None:
                return None
            names[argument] = self._fresh((source.key, None), index_before(at, source.shape), fresh)
        options = {k: repr(v) for k, v in node.attrs.items() if isinstance(v, (int, float))}
        return _substituted(text, {**options, **names}), fresh

    def _gradient(self, node: Node, loss: int) -> tuple[str, dict[str, Place]] | None:
        if node.key == loss:
            return repr(float(np.asarray(node.gradient if node.gradient is not None else 1.0))), {}
        terms: list[str] = []
        fresh: dict[str, Place] = {}
        for use in self.replay.uses(node.key, loss):
            target = self.graph.node(use.target)
            term = self._with(target, (), use.vjp or "") if not node.shape and not target.shape else None
            if term is None:
                return None
            places = {"g": self._fresh((target.key, loss), (), fresh), "y": self._fresh((target.key, None), (), fresh)}
            terms.append(f"({_substituted(term[0], places)})")
            fresh |= term[1]
        return (" + ".join(terms), fresh) if terms else None

    def _named(self, quantity: Quantity, at: Index) -> tuple[str, dict[str, Place]]:
        fresh: dict[str, Place] = {}
        return self._fresh(quantity, at, fresh), fresh

    def _fresh(self, quantity: Quantity, at: Index, fresh: dict[str, Place]) -> str:
        """A variable for a place: the one that stands for it already, or a new one."""
        for variable, place in {**self.places, **fresh}.items():
            if place == (quantity, at) and variable != "v0":
                return variable
        variable = f"v{self._count}"
        self._count += 1
        fresh[variable] = (quantity, at)
        return variable


def _substituted(text: str, names: Mapping[str, str]) -> str:
    return formula.substitute(text, dict(names))


class _Fold(ast.NodeTransformer):
    """Evaluates subexpressions of numbers only, such as `2 - 1`, which rules of derivatives leave behind."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            value = formula.evaluate(ast.unparse(node), {})
            return ast.Constant(int(value) if value == int(value) else value) if abs(value) < 1e15 else node
        return node


def tidy(text: str) -> str:
    """A formula without numbers that cancel.

    >>> tidy("-(0.5 * 2 * (y - p) ** (2 - 1)) * x")
    '-(y - p) * x'
    """
    for _ in range(3):
        text = formula.substitute(ast.unparse(_Fold().visit(ast.parse(text, mode="eval").body)), {})
    return text
