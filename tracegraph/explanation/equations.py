"""A graph as a list of equations: given values, forward pass, chain rule, updates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import numpy as np

from .. import formula
from ..graph import Edge, Graph, Node
from ..graph.measure import norm
from ..picture.options import option, options_of
from ..picture.panels import WIDE, panel
from ..text.names import gradient_name, pretty
from ..text.numbers import number, shape
from ..text.width import cut
from .shape_notes import Shape, made, summed

LONGEST = 60  # characters of a name; what is over is cut, as on a card
TITLES = 4  # outputs that the title names
TERMS = 40  # uses that the chain rule is written out for; what is over is one term
CELLS = 36  # numbers that are put into one formula, at most


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in the form of the picture: a number, small matrices, or words and the norm of a large array."""

    number: str = ""
    matrices: tuple[tuple[tuple[str, ...], ...], ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """``name = formula = formula with numbers = result``; the parts that do not apply are empty.

    ``names`` are what stands for each name of the formula, ``values`` the numbers in their place (None where they
    would not fit). ``tensors``: whether arrays take part. ``note``: options of the operation that the formula does not
    show.
    """

    name: str
    result: Shown
    formula: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Shown] | None = None
    tensors: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with a sentence, or none, and its equations."""

    title: str
    lead: str
    equations: tuple[Equation, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """The equations of one node (its key) in one ``stage``: given, forward, backward or update."""

    stage: str
    step: int | None
    node: int
    equations: tuple[Equation, ...]


CHAIN = "Each gradient is the sum, over all uses, of what comes back there times the local derivative."

SPREAD = "to each element"


def title(graph: Graph) -> str:
    """The heading of a solution: the computed tensor, or the number of training steps."""
    steps = len({n.step for n in graph} - {None})
    named = [n.name for n in graph if n.is_output] or [graph.output.name]
    if steps:
        named = list(dict.fromkeys(n.base for n in graph if n.is_parameter and n.base)) or named
    names = ", ".join(pretty(cut(n, LONGEST)) for n in named[:TITLES])
    names += f" and {len(named) - TITLES} more" if len(named) > TITLES else ""
    return f"Training of {names}, {steps} step{'s'[: steps != 1]}" if steps else f"Solution for {names}"


def solution(graph: Graph, digits: int) -> Iterator[Section]:
    """The sections of a solution, step by step where the graph is a training run."""
    for (stage, step), stage_moves in groupby(moves(graph, digits), key=lambda move: (move.stage, move.step)):
        heading = stage.capitalize() + (f" (step {step})" if step is not None else "")
        lead = CHAIN if stage == "backward" else ""
        yield Section(heading, lead, tuple(e for move in stage_moves for e in move.equations))


def moves(graph: Graph, digits: int) -> Iterator[Move]:
    """The moves of a solution in order: given, forward, backward, update; again for each step of a training run."""
    words = _EquationWriter(graph, digits)
    for node in graph:
        if not graph.inputs(node) and not node.formula:
            yield Move("given", None, node.key, (Equation(cut(node.name, LONGEST), words.shown(node.value)),))
    for step, nodes in _steps(graph):
        computed = [n for n in nodes if (n.formula or graph.inputs(n)) and not n.is_gradient]
        yield from (Move("forward", step, n.key, (words.forward(n),)) for n in computed if not n.is_update)
        back = [n for n in reversed(nodes) if n.gradient is not None and not n.is_update]
        keys = {n.key for n in nodes}
        back += [n for n in graph if n.is_update and n.gradient is not None and words.used_in(n) in keys]
        yield from (Move("backward", step, n.key, tuple(words.backward(n))) for n in back)
        yield from (Move("update", step, n.key, (words.forward(n),)) for n in computed if n.is_update)


def _steps(graph: Graph) -> Iterator[tuple[int | None, list[Node]]]:
    """The nodes of each step; those of none come before the steps if a step needs them, else after."""
    numbers = sorted({n.step for n in graph if n.step is not None})
    if not numbers:
        yield None, list(graph)
        return
    first = next(i for i, n in enumerate(graph) if n.step is not None and n.formula)
    yield None, [n for n in graph.nodes[:first] if n.step is None and graph.inputs(n)]
    for step in numbers:
        yield step, [n for n in graph if n.step == step]
    early = [n for n in graph.nodes[:first] if n.step is None and not graph.inputs(n)]
    yield None, early + [n for n in graph.nodes[first:] if n.step is None]


class _EquationWriter:
    """Turns the nodes of one graph into equations."""

    def __init__(self, graph: Graph, digits: int) -> None:
        self.graph, self.digits = graph, digits
        self.loss = graph.output.name

    def used_in(self, node: Node) -> int | None:
        """The node (its key) that first uses an updated parameter: in that node's step it gets its gradient."""
        return next((e.target for e in self.graph.uses(node) if e.contribution is not None), None)

    def forward(self, node: Node) -> Equation:
        if not node.formula:  # a group, or what a view has cut off
            return Equation(cut(node.name, LONGEST), self.shown(node.value))
        edges = dict(zip(node.args, self.graph.inputs(node), strict=True))
        names = {**self.options(node), **{a: e.tensor for a, e in edges.items()}, "y": node.name}
        values = {a: self.value(e) for a, e in edges.items()}
        return self.equation(node.name, node.formula, names, values, node.value, options_of(node))

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
        drawn = uses if len(uses) <= TERMS else uses[: TERMS - 1]
        terms = [self.term(f"u{i}_", edge, names, values) for i, edge in enumerate(drawn)]
        more, remainder = len(uses) - len(drawn), _rest(gradient, drawn)
        if more or norm(remainder) > 1e-6 * norm(gradient) + 1e-12:
            names["rest"], values["rest"] = f"({more} more uses)" if more else "(other uses)", remainder
            terms.append(("rest", np.shape(gradient)))
        total = " + ".join(f"({t})" for t, _ in terms) if len(terms) > 1 else terms[0][0]
        equation = self.equation(name, formula.substitute(total, {}), names, values, gradient)
        if any(found is None or found == np.shape(gradient) for _, found in terms):
            return equation
        return replace(equation, values=None, note=SPREAD)

    def term(self, prefix: str, edge: Edge, names: dict[str, str], values: dict[str, Any]) -> tuple[str, Shape | None]:
        """The contribution of one use as a formula with prefixed names, and its shape, None where unknown.

        The meaning of the names is added to ``names`` and ``values``.
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
        text = formula.substitute(edge.vjp, {a: prefix + a for a in (*operands, *options)})
        ruled = made(edge.vjp, target, {a: v for a, (_, v) in operands.items()})
        expected = np.shape(edge.contribution)
        axes = summed(ruled, expected)
        return (f"sum({text}, axis={axes})", expected) if axes else (text, ruled)

    def equation(
        self, name: str, text: str, names: Mapping[str, str], values: Mapping[str, Any], value: Any, note: str = ""
    ) -> Equation:
        used = {k: v for k, v in values.items() if k in formula.names(text)}
        tensors = bool(np.ndim(value)) or any(np.ndim(v) for v in used.values())
        known = all(v is not None for v in used.values())
        short = {k: cut(v, LONGEST) for k, v in names.items()}
        numbers = {k: self.shown(v) for k, v in used.items()} if known else None
        numbers = numbers if numbers is not None and _fit(numbers.values()) else None
        return Equation(cut(name, LONGEST), self.shown(value), text, short, numbers, tensors, note)

    def value(self, edge: Edge) -> Any:
        """The value that an edge carries; of a group, that of its last tensor."""
        source = self.graph.node(edge.source)
        return self.graph.carried(edge) if not source.is_group or edge.tensor == source.name else None

    def shown(self, value: Any) -> Shown:
        """A value in the picture's words."""
        if np.ndim(value) == 0:
            return Shown(number(value, self.digits))
        size = f"vector of {np.size(value)}" if np.ndim(value) == 1 else f"{shape(np.shape(value))} array"
        if np.size(value) == 0:
            return Shown(words=f"{size} (empty)")
        if max(np.shape(value)) <= WIDE and (grids := panel("", value, self.digits).grids):  # longer ones are wrapped
            return Shown(matrices=tuple(g.cells for g in grids))
        return Shown(number(norm(value), self.digits), words=f"{size}, ‖·‖ = ")

    def loss_of(self, node: Node) -> str:
        return cut(node.loss or self.loss, LONGEST)

    def gradient(self, node: Node) -> str:
        return gradient_name(self.loss_of(node), cut(node.name, LONGEST))

    def options(self, node: Node) -> dict[str, str]:
        return {k: option(v) for k, v in node.attrs.items()}


def _fit(values: Iterable[Shown]) -> bool:
    """Whether values are few and small enough to be put into a formula."""
    values = list(values)
    cells = sum(len(row) for v in values for m in v.matrices for row in m)
    return cells <= CELLS and not any(v.words or len(v.matrices) > 1 for v in values)


def _rest(gradient: Any, uses: Sequence[Edge]) -> Any:
    """The part of a gradient that is not among these contributions: from uses left out here or by a view."""
    with np.errstate(all="ignore"):
        rest = np.asarray(gradient, float) - sum(np.asarray(e.contribution, float) for e in uses)
    return np.where(np.isfinite(rest), rest, 0.0)  # infinity less infinity is nothing to speak of
