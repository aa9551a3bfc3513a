"""Fold what has no name into what has: ``z = a*b + c*d`` becomes one card instead of three."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from .. import formula
from ..errors import GraphError
from ..graph import Edge, Graph, Node, traits_of
from ..ops.op import OPS
from .view import view

MOST = 6
"""Inputs that a card may have after folding; a longer formula is harder to read than two cards."""
IN_A_ROW = 6
"""Elements up to which an unnamed array stands in the formula that uses it."""


@view
def fold(graph: Graph) -> Graph:
    """Put unnamed arithmetic into the formula of its only user, and numbers of the program in as such.

    The gradient that an update uses is handed on by the loss, as its number stands on the card of the parameter.
    Contributions stay what they were; formulas and local derivatives are composed by the chain rule.
    """
    nodes = {n.key: n for n in graph.nodes}
    into = {n.key: graph.inputs(n) for n in graph.nodes}
    gone: set[int] = set()
    noted = {key for note in graph.notes.values() for key in note.shown}
    for outer in graph.nodes:  # inputs come first, so that what is folded into this node is complete
        slot = 0
        while slot < len(into[outer.key]):
            inner = nodes[into[outer.key][slot].source]
            if _fits(graph, nodes[outer.key], inner, len(into[outer.key]) + len(into[inner.key]) - 1, noted):
                try:
                    merged = _merge(nodes[outer.key], into[outer.key], inner, into[inner.key], slot)
                except GraphError:  # the formula would be too long to read anyway
                    slot += 1
                    continue
                nodes[outer.key], into[outer.key] = merged
                gone.add(inner.key)
            else:
                slot += 1
    repeated = _repeated(graph, noted)
    gone |= repeated.keys()
    edges = [_handed(e, nodes, repeated) for key, edges_in in into.items() if key not in gone for e in edges_in]
    gone -= {e.source for e in edges}
    return graph.replace([n for key, n in nodes.items() if key not in gone], edges)


def _repeated(graph: Graph, noted: set[int]) -> dict[int, int]:
    """By gradient that is on the card of its parameter already, the loss that it is of."""
    gradients = [n for n in graph.nodes if n.is_gradient and n.key not in noted and graph.uses(n)]
    known = {n.name: n.gradient for n in graph.nodes if n.gradient is not None} if gradients else {}
    names = {n.key: str(n.attrs.get("w")) for n in gradients}
    same = [n for n in gradients if names[n.key] in known and np.array_equal(known[names[n.key]], n.value)]
    return {n.key: edges[0].source for n in same if len(edges := graph.inputs(n)) == 1}


def _handed(edge: Edge, nodes: dict[int, Node], repeated: dict[int, int]) -> Edge:
    """The edge from what has the card, if its source has none."""
    if edge.source not in repeated:
        return edge
    return replace(edge, source=repeated[edge.source], handed=nodes[edge.source].value)


def _fits(graph: Graph, outer: Node, inner: Node, inputs: int, noted: set[int]) -> bool:
    if inner.key in noted or not outer.formula:
        return False
    if inner.is_constant and (not inner.named or inner.line is None):  # of a plain number no line is recorded
        return _is_short(inner.value) and not (inner.named and inner.shape)
    if inner.named:
        return False
    one_line = inner.is_result and traits_of(inner).fold == "both" and bool(traits_of(outer).fold)
    return one_line and inner.scope == outer.scope and len(graph.uses(inner)) == 1 and inputs <= MOST


def _is_short(value: Any) -> bool:
    """Whether a constant is a number, or a few in a row: shown in the formula, it needs no card."""
    if value is None or np.ndim(value) > 1 or np.size(value) > IN_A_ROW:
        return False
    return np.asarray(value).dtype.kind in "iufb"[: 4 - np.ndim(value)] and bool(np.all(np.isfinite(value)))


def _merge(
    outer: Node, edges: tuple[Edge, ...], inner: Node, below: tuple[Edge, ...], slot: int
) -> tuple[Node, tuple[Edge, ...]]:
    """The outer node with input ``slot`` replaced by the formula of the inner one, and the edges into it."""
    args = tuple(f"v{i}" for i in range(len(edges) - 1 + len(below)))
    inner_args = args[slot : slot + len(below)]
    inside = _written(inner, dict(zip(inner.args, inner_args, strict=True)))
    names = dict(zip(outer.args, (*args[:slot], inside, *args[slot + len(below) :]), strict=True))
    kept = [replace(e, vjp=_put(e.vjp, names)) for e in edges]
    within = {**dict(zip(inner.args, inner_args, strict=True)), "y": inside, "g": kept[slot].vjp or "g"}
    through = [
        replace(e, target=outer.key, vjp=_put(e.vjp, within), local=_product(e.local, edges[slot].local)) for e in below
    ]
    final = [*kept[:slot], *through, *kept[slot + 1 :]]
    written = formula.substitute(outer.formula, names)
    merged = replace(outer, formula=written, args=args, symbol=_symbol(outer, written))
    return merged, tuple(replace(e, slot=i) for i, e in enumerate(final))


def _symbol(outer: Node, written: str) -> str:
    """That of the op which a longer formula shows outermost: of a half of a square, the square."""
    before, now = _outermost(outer.formula), _outermost(written)
    return outer.symbol if now == before else _symbols().get(now, outer.symbol)


@lru_cache(maxsize=4096)
def _outermost(written: str) -> str:
    """The operator or the function of a formula, without its sign and factors that are numbers."""
    tree = ast.parse(written, mode="eval").body
    while (inner := _scaled(tree)) is not None:
        tree = inner
    if isinstance(tree, ast.BinOp):
        power = isinstance(tree.op, ast.Pow) and isinstance(tree.right, ast.Constant)
        return f"{type(tree.op).__name__} {ast.unparse(tree.right) if power else ''}"
    return ast.unparse(tree.func) if isinstance(tree, ast.Call) else type(tree).__name__


def _scaled(tree: ast.expr) -> ast.expr | None:
    """What is multiplied by a number, if it is more than a name."""
    inner: ast.expr | None = tree.operand if isinstance(tree, ast.UnaryOp) else None
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Mult, ast.Div)):
        parts = [part for part in (tree.left, tree.right) if any(isinstance(p, ast.Name) for p in ast.walk(part))]
        divides = isinstance(tree.op, ast.Div) and parts != [tree.left]
        inner = parts[0] if len(parts) == 1 and not divides else None
    return inner if isinstance(inner, (ast.BinOp, ast.Call, ast.UnaryOp)) else None


@lru_cache(maxsize=1)
def _symbols() -> dict[str, str]:
    """By the outermost operator or function of its formula, the symbol of the first op that has it."""
    found: dict[str, str] = {}
    for op in OPS.values():
        if op.formula and not op.variadic:
            found.setdefault(_outermost(op.formula), op.symbol)
    return found


def _written(inner: Node, names: dict[str, str]) -> str:
    return formula.substitute(inner.formula, names) if inner.formula else _literal(inner.value)


def _literal(value: Any) -> str:
    """A number as Python writes it, or a list of them; of NumPy's the shortest form, so that a float32 0.1 is 0.1."""
    if np.ndim(value):
        return f"[{', '.join(map(str, value))}]"
    return str(value) if isinstance(value, np.generic) else repr(value)


def _put(vjp: str | None, names: dict[str, str]) -> str | None:
    return None if vjp is None else formula.substitute(vjp, names)


def _product(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a * b
