"""The value of a formula of scalars, computed by a walk of its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..text.formula_words import WORDS
from .expression import OPERATORS, parse, wrong

_AXIS = {"axis", "axes", "keepdims"}  # the keywords that mean nothing for a scalar


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """Compute a formula of scalars, with NaN and infinities where IEEE arithmetic has them.

    >>> evaluate("g * y * (1 - y)", {"g": 2, "y": 0.5}), evaluate("1 / x", {"x": 0})
    (0.5, inf)
    """
    with np.errstate(all="ignore"):
        return float(_value(parse(formula), values, formula))


def _value(node: ast.expr, values: Mapping[str, float], formula: str) -> Any:
    if isinstance(node, ast.Name):
        if node.id not in values:
            raise wrong(formula, f"needs a value for {node.id}; there are {', '.join(values) or 'none'}")
        value = values[node.id]
        if isinstance(value, (str, bytes)) or np.ndim(value):
            raise wrong(formula, f"is one of scalars, and {node.id} is none")
        return np.float64(value)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return np.float64(node.value)
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values, formula)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.left, values, formula), _value(node.right, values, formula))
    if isinstance(node, ast.Compare):
        return _compared([_value(part, values, formula) for part in (node.left, *node.comparators)], node.ops)
    if isinstance(node, ast.Attribute):
        return _value(node.value, values, formula)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and all(w.arg in _AXIS for w in node.keywords):
        return _called(node.func.id, [_value(part, values, formula) for part in node.args], formula)
    raise wrong(formula, f"is not one of scalars: it holds a {type(getattr(node, 'op', node)).__name__}")


def _compared(terms: list[Any], kinds: list[ast.cmpop]) -> Any:
    pairs = zip(kinds, terms, terms[1:])
    return np.float64(all(OPERATORS[type(kind)](left, right) for kind, left, right in pairs))


def _called(name: str, arguments: list[Any], formula: str) -> Any:
    word = WORDS.get(name)
    if word is None or word.scalar is None:
        known = sorted(name for name, word in WORDS.items() if word.scalar)
        raise wrong(formula, f"calls {name}; of scalars there are {', '.join(known)}")
    try:
        return np.float64(word.scalar(*arguments))
    except (TypeError, ValueError) as error:
        raise wrong(formula, f"calls {name} with {len(arguments)} arguments ({error})") from None
