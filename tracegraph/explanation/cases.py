"""Case distinctions of scalars: the branch that holds takes the place of the whole, and a note says why it holds."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import formula
from ..errors import GraphError
from ..formula import notation
from ..text.names import pretty

OPPOSITE: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Gt: ast.LtE(),
    ast.GtE: ast.Lt(),
    ast.Lt: ast.GtE(),
    ast.LtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
}


def decided(text: str, values: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """A formula without the branches that do not hold, and why: ``since z > 0``; "" where there are none.

    >>> decided("where(x > 0, g, 0)", {"x": -2.0, "g": 3.0}, {"x": "z_3"})
    ('0', 'since z₃ ≤ 0')
    """
    if "where(" not in text:
        return text, ""
    chooser = _Chooser(values)
    written = ast.unparse(chooser.visit(ast.parse(text, mode="eval").body))
    if not chooser.reasons:
        return text, ""
    held = [notation.text(reason, {k: pretty(v) for k, v in names.items()}) for reason in chooser.reasons]
    return written, "since " + " and ".join(dict.fromkeys(held))


class _Chooser(ast.NodeTransformer):
    """Replaces each choice whose condition is known by its branch."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.known = {k: float(v) for k, v in values.items() if v is not None and not np.ndim(v)}
        self.reasons: list[str] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        choice = isinstance(node.func, ast.Name) and node.func.id == "where" and len(node.args) == 3
        holds = self._holds(node.args[0]) if choice else None
        if holds is None:
            return self.generic_visit(node)
        self.reasons.append(ast.unparse(node.args[0] if holds else _opposite(node.args[0])))
        chosen: ast.AST = self.visit(node.args[1 if holds else 2])
        return chosen

    def _holds(self, condition: ast.expr) -> bool | None:
        text = ast.unparse(condition)
        try:
            if any(name not in self.known for name in formula.names(text)):
                return None
            return bool(formula.evaluate(text, self.known))
        except (GraphError, ArithmeticError):
            return None


def _opposite(condition: ast.expr) -> ast.expr:
    """The comparison that holds where this one does not; of anything else, that it is 0."""
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        return ast.Compare(condition.left, [OPPOSITE[type(condition.ops[0])]], condition.comparators)
    return ast.Compare(condition, [ast.Eq()], [ast.Constant(0)])
