"""Shapes of formulas: whether a rule's result is larger than its input, because broadcasting stretched it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import formula
from ..graph import Node, shape, traits_of
from ..ops.broadcast import stretched
from ..text.formula_words import WORDS

Shape = tuple[int, ...]


def made(rule: str, target: Node, values: Mapping[str, Any]) -> Shape | None:
    """The shape of a rule's result, with values for its names; None where unknown."""
    shapes = {name: shape(value) for name, value in values.items()}
    if traits_of(target).kind == "reduction":  # these keep the axes that they reduce with length 1, in a formula
        shapes.update(g=(), y=())
    try:
        return _shape(formula.parse(rule), shapes) if any(shapes.values()) else ()
    except (KeyError, ValueError):
        return None


def summed(shape: Shape | None, target: Shape) -> Shape:
    """The axes over which backward sums the result of a rule, because broadcasting had stretched them."""
    return () if shape is None else stretched(shape, target)


def _shape(node: ast.AST, shapes: Mapping[str, Shape]) -> Shape:
    """The shape of an expression; KeyError or ValueError where unknown."""
    if isinstance(node, ast.Name):
        return shapes[node.id]
    if isinstance(node, ast.Constant):
        return ()
    if isinstance(node, ast.UnaryOp):
        return _shape(node.operand, shapes)
    if isinstance(node, ast.Attribute):
        inner = _shape(node.value, shapes)
        return (*inner[:-2], *inner[:-3:-1])
    if isinstance(node, ast.BinOp):
        left, right = _shape(node.left, shapes), _shape(node.right, shapes)
        return _product(left, right) if isinstance(node.op, ast.MatMult) else np.broadcast_shapes(left, right)
    if isinstance(node, ast.Compare):
        return np.broadcast_shapes(*(_shape(part, shapes) for part in (node.left, *node.comparators)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, node, shapes)
    raise KeyError("unknown")


def _called(name: str, node: ast.Call, shapes: Mapping[str, Shape]) -> Shape:
    """The shape of a call."""
    word = WORDS.get(name)
    if word is not None and word.shape == "one":
        return _left(node, shapes)
    parts = [_shape(part, shapes) for part in node.args if not isinstance(getattr(part, "value", None), str)]
    if word is not None and word.shape == "each":
        return np.broadcast_shapes(*parts)
    if name == "rank_one":
        return (*parts[0], *parts[1])
    if name == "matrix_transpose":
        return (*parts[0][:-2], *parts[0][:-3:-1])
    if name == "matvec":
        return (*np.broadcast_shapes(parts[0][:-2], parts[1][:-1]), parts[0][-2])
    if name == "expand_dims":
        place = ast.literal_eval(node.keywords[0].value)
        return np.expand_dims(np.empty(parts[0]), place).shape
    raise KeyError("unknown")


def _left(node: ast.Call, shapes: Mapping[str, Shape]) -> Shape:
    """The shape that a sum leaves; without an axis, or with one that only the options know, a number."""
    axis = next((word.value for word in node.keywords if word.arg == "axis"), None)
    if not isinstance(axis, ast.Constant | ast.Tuple):
        return ()
    away = ast.literal_eval(axis)
    inner = _shape(node.args[0], shapes)
    gone = {a % len(inner) for a in (away if isinstance(away, tuple) else (away,))} if away is not None else {*inner}
    return () if away is None else tuple(n for i, n in enumerate(inner) if i not in gone)


def _product(left: Shape, right: Shape) -> Shape:
    if min(len(left), len(right)) < 2:
        raise KeyError("vectors stand for rows or columns, as it fits")
    return (*np.broadcast_shapes(left[:-2], right[:-2]), left[-2], right[-1])
