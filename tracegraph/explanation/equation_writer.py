"""Nodes of a graph as equations: a formula in names, the same with numbers, the result; forward and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .. import formula
from ..graph import Edge, Graph, Node, traits_of
from ..graph.measure import norm
from ..picture.counted_axes import counted
from ..picture.options import option, options_of
from ..picture.panels import WIDE, panel
from ..picture.worked import digits_that_check
from ..text.names import gradient_name
from ..text.numbers import number, rounded, shape
from ..text.width import cut
from .array_rules import rule_of
from .cases import decided
from .conventions import conventions
from .equation_parts import Equation, Shown
from .orientation import columns
from .settings import Setting
from .shape_notes import Shape, made, summed

LONGEST = 60  # characters of a name; what is over is cut, as on a card
TERMS = 40  # uses that the chain rule is written out for; what is over is one term
CELLS = 18  # numbers that are put into one formula, at most
MOVED = ("pooling", "shape", "arrange")  # kinds of operations whose numbers stand in the result anyway
FLAT = 16  # elements of a vector that is written out

SPREAD = "to each element"


class EquationWriter:
    """Turns the nodes of one graph into equations; ``settings`` are the options of updates that have a symbol."""

    def __init__(self, graph: Graph, digits: int, settings: Mapping[str, Setting] | None = None) -> None:
        self.graph, self.digits = graph, digits
        self.settings = settings or {}
        self.loss = graph.output.name

    def used_in(self, node: Node) -> int | None:
        """The node (its key) that first uses an updated parameter: in that node's step it gets its gradient."""
        return next((e.target for e in self.graph.uses(node) if e.contribution is not None), None)

    def given(self, node: Node) -> Equation:
        """The value of a leaf."""
        return Equation(cut(node.name, LONGEST), self.shown(node.value))

    def forward(self, node: Node) -> Equation:
        """The value of a node with its formula."""
        if not node.formula:  # a group, or what a view has cut off
            return self.given(node)
        edges = dict(zip(node.args, self.graph.inputs(node), strict=True))
        names = {**self.options(node), **{a: e.tensor for a, e in edges.items()}, "y": node.name}
        values = {a: self.value(e) for a, e in edges.items()}
        text, holds = decided(node.formula, {**_scalars(node.attrs), **values}, names)
        known = {k: s for k, s in self.settings.items() if node.is_update and k in node.attrs}
        names.update({k: s.symbol for k, s in known.items()})
        values.update({k: node.attrs[k] for k in known})
        note = "; ".join(part for part in (self.words(node), holds) if part)
        equation = self.equation(node.name, text, names, values, node.value, note, _scalars(node.attrs))
        return replace(equation, values=None) if traits_of(node).kind in MOVED and node.shape else equation

    def backward(self, node: Node) -> Iterator[Equation]:
        """The gradient of a node, or of each element where single ones are used."""
        uses = [e for e in self.graph.uses(node) if e.contribution is not None]
        places = list(dict.fromkeys(e.index for e in uses)) or [None]
        for index in places:
            name, gradient = self.gradient(node), node.gradient
            if index is not None:
                name = gradient_name(self.loss_of(node), f"{cut(node.name, LONGEST)}[{','.join(map(str, index))}]")
                gradient = np.asarray(node.gradient)[index].item()
            yield self.chain(name, gradient, [e for e in uses if e.index == index], node.is_group)

    def chain(self, name: str, gradient: Any, uses: Sequence[Edge], group: bool) -> Equation:
        """The chain rule: a sum over the uses."""
        if not uses or group:  # the uses of a group are those of different tensors in it
            return Equation(name, self.shown(gradient))
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        constants: dict[str, float] = {}
        drawn = uses if len(uses) <= TERMS else uses[: TERMS - 1]
        terms = [self.term(f"u{i}_", edge, names, values, constants) for i, edge in enumerate(drawn)]
        more, remainder = len(uses) - len(drawn), _rest(gradient, drawn)
        if more or norm(remainder) > 1e-6 * norm(gradient) + 1e-12:
            names["rest"], values["rest"] = f"({more} more uses)" if more else "(other uses)", remainder
            terms.append(("rest", np.shape(gradient)))
        text = formula.merged(" + ".join(f"({t})" for t, _ in terms) if len(terms) > 1 else terms[0][0])
        text, holds = decided(text, {**constants, **values}, names)
        text = formula.merged(text) if holds else text
        notes = dict.fromkeys(part for edge in drawn for part in conventions(self.graph, edge))
        note = "; ".join(part for part in (holds, *notes) if part)
        equation = self.equation(name, text, names, values, gradient, note, constants)
        if any(found is None or found == np.shape(gradient) for _, found in terms):
            return equation
        return replace(equation, values=None, note=SPREAD)

    def term(
        self, prefix: str, edge: Edge, names: dict[str, str], values: dict[str, Any], constants: dict[str, float]
    ) -> tuple[str, Shape | None]:
        """The contribution of one use as a formula with prefixed names, and its shape, None where unknown.

        The meaning of the names is added to ``names`` and ``values``, that of options to ``constants``.
        """
        target = self.graph.node(edge.target)
        if edge.vjp is None:
            names[prefix], values[prefix] = f"(from {cut(target.name, LONGEST)})", edge.contribution
            return prefix, np.shape(edge.contribution)
        inputs = zip(target.args, self.graph.inputs(target), strict=True)
        operands = {a: (e.tensor, self.value(e)) for a, e in inputs}
        operands["y"] = (target.name, target.value)
        operands["g"] = (self.gradient(target), target.gradient)
        for a, (name, value) in operands.items():
            names[prefix + a], values[prefix + a] = name, value
        options = {k: v for k, v in self.options(target).items() if k not in operands}
        names.update({prefix + k: v for k, v in options.items()})
        constants.update({prefix + k: v for k, v in _scalars(target.attrs).items() if k in options})
        known = {a: v for a, (_, v) in operands.items()}
        rule = rule_of(edge, target, known)
        text = formula.substitute(rule, {a: prefix + a for a in (*operands, *options)})
        text = formula.substitute(text, {prefix + "g": "1"}) if is_start(target, self.graph) else text
        ruled = made(rule, target, known)
        expected = np.shape(edge.contribution)
        axes = summed(ruled, expected)
        return (f"sum({formula.merged(text)}, axis={axes})", expected) if axes else (text, ruled)

    def equation(
        self,
        name: str,
        text: str,
        names: Mapping[str, str],
        values: Mapping[str, Any],
        value: Any,
        note: str = "",
        constants: Mapping[str, float] | None = None,
    ) -> Equation:
        """An equation with the numbers put in, so many digits of them as its printed result needs."""
        used = {k: v for k, v in values.items() if k in formula.names(text)}
        tensors = bool(np.ndim(value)) or any(np.ndim(v) for v in used.values())
        known = all(v is not None for v in used.values())
        short = {k: cut(v, LONGEST) for k, v in names.items()}
        upright, tall = columns(text, used)
        digits = self.digits if tensors or not known else self.enough(text, {**(constants or {}), **used}, value)
        numbers = {k: self.shown(v, digits, k in upright) for k, v in used.items()} if known else None
        numbers = numbers if numbers is not None and _fit(numbers.values()) else None
        return Equation(cut(name, LONGEST), self.shown(value, column=tall), text, short, numbers, tensors, note)

    def enough(self, text: str, known: Mapping[str, Any], value: Any) -> int:
        """The digits with which the printed numbers give the printed result."""

        def compute(digits: int) -> float:
            return formula.evaluate(text, {k: rounded(v, digits) for k, v in known.items()})

        return digits_that_check(value, self.digits, compute)

    def value(self, edge: Edge) -> Any:
        """The value that an edge carries; of a group, that of its last tensor."""
        source = self.graph.node(edge.source)
        return self.graph.carried(edge) if not source.is_group or edge.tensor == source.name else None

    def shown(self, value: Any, digits: int = 0, column: bool = False) -> Shown:
        """A value in the picture's words; ``column``: a vector from top to bottom."""
        if np.ndim(value) == 0:
            return Shown(number(value, digits or self.digits))
        size = f"vector of {np.size(value)}" if np.ndim(value) == 1 else f"{shape(np.shape(value))} array"
        if np.size(value) == 0:
            return Shown(words=f"{size} (empty)")
        widest = FLAT if np.ndim(value) == 1 else WIDE
        if max(np.shape(value)) <= widest and (grids := panel("", value, self.digits).grids):
            return Shown(matrices=tuple(_rows(g.cells, np.ndim(value), column) for g in grids))
        return Shown(number(norm(value), self.digits), words=f"{size}, ‖·‖ = ")

    def loss_of(self, node: Node) -> str:
        """The name of what was differentiated."""
        return cut(node.loss or self.loss, LONGEST)

    def gradient(self, node: Node) -> str:
        """The name of a gradient."""
        return gradient_name(self.loss_of(node), cut(node.name, LONGEST))

    def words(self, node: Node) -> str:
        """The options of a node that its formula does not show."""
        return options_of(replace(node, attrs=counted(node, self.graph)))

    def options(self, node: Node) -> dict[str, str]:
        """How the options of a node are written in its formula; axes are counted from the front."""
        return {k: option(v).replace("->", "→") for k, v in counted(node, self.graph).items()}


def is_start(node: Node, graph: Graph) -> bool:
    """Whether the way back begins at a node, with the gradient 1 of it by itself."""
    if node.shape or node.gradient != 1 or node.is_group:
        return False
    named = node.name == (node.loss or graph.output.name)
    return named and not any(e.contribution is not None for e in graph.uses(node))


def _rows(cells: tuple[tuple[str, ...], ...], axes: int, column: bool) -> tuple[tuple[str, ...], ...]:
    """A matrix as it is; a vector in one row, or in one column."""
    if axes > 1:
        return cells
    elements = [cell for row in cells for cell in row]
    return tuple((cell,) for cell in elements) if column else (tuple(elements),)


def _fit(values: Iterable[Shown]) -> bool:
    """Whether values are few and small enough to be put into a formula."""
    values = list(values)
    cells = sum(len(row) for v in values for m in v.matrices for row in m)
    return cells <= CELLS and not any(v.words or len(v.matrices) > 1 for v in values)


def _scalars(attrs: Mapping[str, Any]) -> dict[str, float]:
    return {k: v for k, v in attrs.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}


def _rest(gradient: Any, uses: Sequence[Edge]) -> Any:
    """The part of a gradient that is not among these contributions: from uses left out here or by a view."""
    with np.errstate(all="ignore"):
        rest = np.asarray(gradient, float) - sum(np.asarray(e.contribution, float) for e in uses)
    return np.where(np.isfinite(rest), rest, 0.0)  # infinity less infinity is nothing to speak of
