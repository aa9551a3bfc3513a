"""The worked solution of a graph, written out: each value, then the chain rule back, then the updates.

Names, formulas and rounding are those of the picture; Markdown, LaTeX and plain text are three ways to write one list
of equations.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import formula, notation
from .errors import GraphError
from .files import write_atomic
from .frontends import graph_of
from .graph import Edge, Graph, Node
from .numbers import cell, gradient_name, latex_name, latex_number, latex_text, number, pretty, shape
from .views.fold import fold as fold_unnamed

ROWS = 8  # rows and columns up to which a matrix is written out


@dataclass(frozen=True, slots=True)
class Equation:
    """``name = formula = formula with numbers = value``; the parts that do not apply are empty.

    ``names`` are what stands for each name of the formula, ``numbers`` the values in their place (scalars only).
    """

    name: str
    formula: str
    names: Mapping[str, str]
    numbers: Mapping[str, str] | None
    value: Any
    tensors: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its equations."""

    title: str
    equations: tuple[Equation, ...]


class Explanation:
    """What `explain` returns: prints as text, shows itself in a notebook, saves itself as .md, .tex or .txt."""

    def __init__(self, title: str, sections: tuple[Section, ...], digits: int) -> None:
        self.title, self.sections, self.digits = title, sections, digits

    def to_text(self) -> str:
        """Plain text, in Unicode, an equation a line."""
        parts = [pretty(self.title), ""]
        for section in self.sections:
            equations = (" = ".join(_stages(e, _Text, self.digits)) for e in section.equations)
            parts += [section.title, *(f"  {text}" for text in equations), ""]
        return "\n".join(parts)

    def to_markdown(self) -> str:
        """Markdown with formulas between dollar signs, as notebooks and GitHub render it."""
        parts = [f"# {_plain(self.title)}", ""]
        for section in self.sections:
            parts += [f"## {_plain(section.title)}", ""]
            for e in section.equations:
                parts += ["$$", _aligned(_stages(e, _Latex, self.digits), "aligned"), "$$", ""]
        return "\n".join(parts)

    def to_latex(self) -> str:
        """A LaTeX document that compiles by itself; it needs amsmath only."""
        parts = [r"\documentclass{article}", r"\usepackage{amsmath,amssymb}", r"\allowdisplaybreaks"]
        parts += [r"\begin{document}", rf"\section*{{{latex_text(self.title)}}}"]
        for section in self.sections:
            parts.append(rf"\subsection*{{{latex_text(section.title)}}}")
            parts += [_aligned(_stages(e, _Latex, self.digits), "align*") for e in section.equations]
        return "\n".join([*parts, r"\end{document}", ""])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write .md, .tex or .txt, by the suffix; the file is written whole or not at all."""
        path = Path(path)
        writer = WRITERS.get(path.suffix.lower().lstrip("."))
        if writer is None:
            raise GraphError(f"{path.name}: an explanation is written as .{', .'.join(WRITERS)}")
        write_atomic(path, writer(self).encode())
        return path

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


WRITERS: dict[str, Callable[[Explanation], str]] = {
    "md": Explanation.to_markdown,
    "tex": Explanation.to_latex,
    "txt": Explanation.to_text,
}


def explain(what: Any, *arrays: Any, digits: int = 4, fold: bool = True) -> Explanation:
    """Write out the solution of a tensor, a graph, or a function applied to arrays.

    For each node in order: its formula, the formula with numbers, the result; then backwards, for each node, the chain
    rule as a sum over its uses; then the updates. ``digits``: significant ones. ``fold``: as for `draw`.

    >>> import tracegraph as tg
    >>> def square(x):
    ...     y = x * x
    ...     return y
    >>> print(tg.explain(square, 3.0).to_text().splitlines()[-1])
      ∂y/∂x = ∂y/∂y·x + ∂y/∂y·x = 1·3 + 1·3 = 6
    """
    graph = graph_of(what, arrays, sys._getframe(1))
    writer = _Solution(fold_unnamed(graph) if fold else graph, digits)
    return Explanation(f"Solution for {graph.output.name}", tuple(writer.sections()), digits)


class _Solution:
    """Turns a graph into equations."""

    def __init__(self, graph: Graph, digits: int) -> None:
        self.graph, self.digits = graph, digits

    def sections(self) -> Iterator[Section]:
        given = [n for n in self.graph if not n.formula and n.role != "group"]
        if given:
            yield Section("Given", tuple(Equation(n.name, "", {}, None, n.value) for n in given))
        steps = sorted({n.step for n in self.graph if n.step is not None})
        for step in [*steps, None]:
            nodes = [n for n in self.graph if n.step == step]
            suffix = f" (step {step})" if step is not None else ""
            made = [n for n in nodes if n.formula]
            yield from self.section(f"Forward{suffix}", [self.forward(n) for n in made if n.role != "update"])
            back = [n for n in reversed(nodes) if n.gradient is not None and n.role != "update"]
            taken_over = [n for n in self.graph if n.role == "update" and n.gradient is not None]
            back += [n for n in taken_over if self.step_of_use(n) == step]
            yield from self.section(f"Backward{suffix}", [self.backward(n) for n in back])
            updates = [n for n in made if n.role == "update" and n.op != "gradient"]
            yield from self.section(f"Update{suffix}", [self.forward(n) for n in updates])

    def section(self, title: str, equations: list[Equation]) -> Iterator[Section]:
        if equations:
            yield Section(title, tuple(equations))

    def step_of_use(self, node: Node) -> int | None:
        """The step in which an updated parameter is used, and gets its gradient."""
        users = [self.graph.node(e.target) for e in self.graph.uses(node) if e.contribution is not None]
        return users[0].step if users else None

    def forward(self, node: Node) -> Equation:
        edges = dict(zip(node.args, self.graph.inputs(node), strict=True))
        names = {**self.options(node), **{a: e.tensor for a, e in edges.items()}}
        values = {a: self.graph.carried(e) for a, e in edges.items()}
        return self.equation(node.name, node.formula, names, values, node.value)

    def backward(self, node: Node) -> Equation:
        name = self.gradient_name(node)
        terms: list[str] = []
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        for i, edge in enumerate(e for e in self.graph.uses(node) if e.contribution is not None):
            target = self.graph.node(edge.target)
            terms.append(self.term(i, edge, target, names, values))
        if not terms or any(t == "" for t in terms):
            return Equation(name, "", {}, None, node.gradient)
        total = " + ".join(f"({t})" for t in terms) if len(terms) > 1 else terms[0]
        return self.equation(name, formula.substitute(total, {}), names, values, node.gradient)

    def term(self, i: int, edge: Edge, target: Node, names: dict[str, str], values: dict[str, Any]) -> str:
        """What one use sends back, in names of its own; their meaning is added to ``names`` and ``values``."""
        if edge.vjp is None:
            return ""
        own = {a: (e.tensor, self.graph.carried(e)) for a, e in zip(target.args, self.graph.inputs(target))}
        own["y"] = (target.name, target.value)
        own["g"] = (self.gradient_name(target), target.gradient)
        own.update({k: (v, None) for k, v in self.options(target).items()})
        fresh = {a: f"u{i}_{a}" for a in own}
        for a, (name, value) in own.items():
            names[fresh[a]] = name
            if value is not None:
                values[fresh[a]] = value
        return formula.substitute(edge.vjp, fresh)

    def equation(self, name: str, text: str, names: dict[str, str], values: dict[str, Any], value: Any) -> Equation:
        used = {k: v for k, v in values.items() if k in formula.names(text)}
        tensors = bool(np.ndim(value)) or any(np.ndim(v) for v in used.values())
        shown = {**names, **{k: number(v, self.digits) for k, v in used.items()}} if not tensors else None
        return Equation(name, text, names, shown, value, tensors)

    def gradient_name(self, node: Node) -> str:
        return gradient_name(node.loss or self.graph.output.name, node.name)

    def options(self, node: Node) -> dict[str, str]:
        return {k: number(v) if isinstance(v, (int, float)) else str(v) for k, v in node.attrs.items()}


class _Text:
    """How plain text is written."""

    formula = staticmethod(notation.text)
    name = staticmethod(pretty)
    number = staticmethod(lambda x: x)

    @staticmethod
    def matrix(rows: list[list[str]]) -> str:
        return "[" + "; ".join("  ".join(row) for row in rows) + "]"

    @staticmethod
    def words(text: str) -> str:
        return text


class _Latex:
    """How LaTeX's mathematical mode is written, in Markdown too."""

    formula = staticmethod(notation.latex)
    name = staticmethod(latex_name)
    number = staticmethod(latex_number)

    @staticmethod
    def matrix(rows: list[list[str]]) -> str:
        inner = r" \\ ".join(" & ".join(latex_number(x) for x in row) for row in rows)
        return rf"\begin{{bmatrix}} {inner} \end{{bmatrix}}"

    @staticmethod
    def words(text: str) -> str:
        return rf"\text{{{latex_text(text)}}}"


def _stages(e: Equation, style: type[_Text] | type[_Latex], digits: int) -> list[str]:
    """The sides of an equation, each different from the one before."""
    sides = [style.name(e.name)]
    if e.formula:
        sides.append(style.formula(e.formula, e.names, tensors=e.tensors))
    if e.formula and e.numbers is not None:
        sides.append(style.formula(e.formula, e.numbers))
    sides.append(_value(e.value, style, digits))
    return [side for i, side in enumerate(sides) if i == 0 or side != sides[i - 1]]


def _value(value: Any, style: type[_Text] | type[_Latex], digits: int) -> str:
    if np.ndim(value) == 0:
        return style.number(number(value, digits))
    array = np.asarray(value)
    if array.size == 0 or array.ndim > 2 or max(array.shape) > ROWS:
        with np.errstate(all="ignore"):
            norm = number(float(np.linalg.norm(array.astype(float).ravel())), digits)
        return style.words(f"{shape(array.shape)} array of norm ") + style.number(norm)
    return style.matrix([[cell(x, digits) for x in row] for row in np.atleast_2d(array)])


def _aligned(sides: list[str], environment: str) -> str:
    first, *rest = sides
    lines = " \\\\\n  &= ".join(rest)
    return f"\\begin{{{environment}}}\n  {first} &= {lines}\n\\end{{{environment}}}"


def _plain(text: str) -> str:
    """Text that Markdown leaves alone."""
    return "".join("\\" + c if c in "\\`*_{}[]<>()#+!|$" else c for c in text)
