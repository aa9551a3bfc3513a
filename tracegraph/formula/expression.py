"""The formulas of operations: Python expressions in strings, read, combined and evaluated. `notation` writes them.

A formula may come out of a stranger's file, so it is never run: its syntax tree is checked against a list of
permitted nodes, and everything here walks that tree.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import GraphError
from ..text import numbers
from ..text.formula_words import WORDS

MAX_LENGTH = 10_000
MAX_DEPTH = 150  # the walks below recurse, three calls a level; Python's own limit is 1,000

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_PERMITTED = (
    *_OPERATORS,
    ast.MatMult,
    ast.USub,
    ast.Name,
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Call,
    ast.Tuple,
    ast.List,
    ast.Subscript,
    ast.Slice,
    ast.Attribute,
    ast.Load,
)


# --- reading ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def parse(formula: str) -> ast.expr:
    """Return the checked syntax tree of a formula; it is shared, so it must not be changed."""
    if len(formula) > MAX_LENGTH:
        raise GraphError(f"formula of {len(formula)} characters; at most {MAX_LENGTH} are read")
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "msg", "") or str(error) or "too deeply nested"
        raise _wrong(formula, f"is not an expression: {numbers.clean(reason)}") from None
    _check(tree, formula)
    return tree


def _wrong(formula: str, what: str) -> GraphError:
    shown = formula if len(formula) <= 60 else formula[:57] + "..."
    return GraphError(f"formula {shown!r} {what}")


def _check(tree: ast.expr, formula: str) -> None:
    """Raise unless each node is permitted; without recursion, because the tree may be deep."""
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH and isinstance(node, ast.expr):
            raise _wrong(formula, f"is nested more than {MAX_DEPTH} deep")
        problem = _problem(node)
        if problem:
            raise _wrong(
                formula,
                f"holds {problem}; permitted are names, numbers, + - * / ** @, comparisons, "
                "calls of named functions, tuples, lists, subscripts and .T",
            )
        stack.extend((child, depth + 1) for child in _parts(node))


def _problem(node: ast.AST) -> str:
    """The reason why one node of an expression is not permitted, without its parts; empty if it is."""
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, (int, float, type(None))):
            return f"a {type(node.value).__name__}"
        return "a number beyond 1e300" if isinstance(node.value, int) and abs(node.value) > 1e300 else ""
    if isinstance(node, ast.Attribute):
        return "" if node.attr == "T" else f"the attribute .{node.attr}"
    if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and all(word.arg for word in node.keywords)):
        return "a call of something that is not a plain name"
    if isinstance(node, ast.Name) and node.id.startswith("__"):
        return f"the name {node.id}"
    return "" if isinstance(node, _PERMITTED) else f"a {type(node).__name__}"


def _parts(node: ast.AST) -> Iterable[ast.AST]:
    """Return the children of a node to check; a string is permitted as an argument only, so it is left out there."""
    if not isinstance(node, ast.Call):
        return ast.iter_child_nodes(node)
    arguments = [*node.args, *(word.value for word in node.keywords)]
    return [node.func, *(part for part in arguments if not isinstance(getattr(part, "value", None), str))]


@lru_cache(maxsize=1024)
def names(formula: str) -> tuple[str, ...]:
    """Return the names that a formula uses, in the order of their first use; called functions are not among them.

    >>> names("where(x > lo, g * y, g)")
    ('x', 'lo', 'g', 'y')
    """
    nodes = list(ast.walk(parse(formula)))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    used = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
    return tuple(dict.fromkeys(node.id for node in sorted(used, key=lambda node: (node.lineno, node.col_offset))))


# --- combining -------------------------------------------------------------------------------------------------------


def substitute(formula: str, replacements: Mapping[str, str]) -> str:
    """Put formulas in the place of names, all at once, and drop neutral operations (`1 * x`, `x + 0`, `--x`).

    >>> substitute("g * b", {"g": "-h", "b": "p + q"})
    '-h * (p + q)'
    """
    return _substituted(formula, tuple((name, new) for name, new in replacements.items() if name in formula))


@lru_cache(maxsize=4096)  # a training run asks the same in every step
def _substituted(formula: str, pairs: tuple[tuple[str, str], ...]) -> str:
    tree, replacements = parse.__wrapped__(formula), dict(pairs)
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if len(formula) + sum(len(replacements.get(name, "")) for name in used) > MAX_LENGTH:
        raise _wrong(formula, f"would have more than {MAX_LENGTH} characters with its names replaced")
    return _unparsed(tree, {name: parse(replacements[name]) for name in used if name in replacements})


def local(vjp: str) -> str | None:
    """Return the local derivative: the factor of `g`, the gradient of the output; None if `g` is not just scaled.

    >>> local("g * b"), local("-g * a / b ** 2"), local("where(x > 0, g, 0)"), local("g @ b.T")
    ('b', '-a / b ** 2', 'where(x > 0, 1, 0)', None)
    """
    factor = _factor(parse.__wrapped__(vjp))
    return None if factor is None else _unparsed(factor, {})


def _factor(node: ast.expr) -> ast.expr | None:
    """Replace by 1 the single `g` that the expression is a multiple of; None if there is no such `g`."""
    if isinstance(node, ast.Name):
        return ast.Constant(1) if node.id == "g" else None
    if isinstance(node, ast.UnaryOp):
        inner = _factor(node.operand)
        return inner and ast.UnaryOp(node.op, inner)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "where":
        return _factor_where(node)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Mult, ast.Div)):
        return None
    left, right = _factor(node.left), _factor(node.right)
    if left and not _uses_g(node.right):
        return ast.BinOp(left, node.op, node.right)
    if right and not _uses_g(node.left) and isinstance(node.op, ast.Mult):
        return ast.BinOp(node.left, node.op, right)
    return None


def _factor_where(node: ast.Call) -> ast.expr | None:
    """Treat `where(condition, g * a, 0)`: each branch is a multiple of `g` or zero."""
    if len(node.args) != 3 or _uses_g(node.args[0]):
        return None
    branches = [branch if _literal(branch) == 0 else _factor(branch) for branch in node.args[1:]]
    done = [branch for branch in branches if branch]
    return ast.Call(node.func, [node.args[0], *done], []) if len(done) == 2 and _uses_g(node) else None


def _uses_g(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "g" for part in ast.walk(node))


def _unparsed(tree: ast.expr, replacements: Mapping[str, ast.expr]) -> str:
    tree = _Rewrite(replacements).visit(tree)
    _check(tree, "made of several")
    return ast.unparse(tree)


def _literal(node: ast.expr) -> float | None:
    """Return the value of a number that is written out."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    inner = _literal(node.operand) if isinstance(node, ast.UnaryOp) else None
    return None if inner is None else -inner


class _Rewrite(ast.NodeTransformer):
    """Replaces names and drops neutral numbers, bottom up; changes the tree it is given, never a replacement."""

    def __init__(self, replacements: Mapping[str, ast.expr]) -> None:
        self.replacements = replacements

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.replacements.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(part) for part in node.args]
        for word in node.keywords:
            word.value = self.visit(word.value)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        return _negated(self.visit(node.operand))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        kind, left, right = type(node.op), _literal(node.left), _literal(node.right)
        if (kind, left) in ((ast.Mult, 1), (ast.Add, 0)):
            return node.right
        if (kind, right) in ((ast.Mult, 1), (ast.Div, 1), (ast.Pow, 1), (ast.Add, 0), (ast.Sub, 0)):
            return node.left
        if kind is ast.Mult and -1 in (left, right):
            return _negated(node.right if left == -1 else node.left)
        if kind in (ast.Add, ast.Sub, ast.Mult) and left is not None and right is not None:
            return ast.Constant(_OPERATORS[kind](left, right))
        return node if kind is not ast.Mult or right is None else _gathered(node, right)


def _gathered(node: ast.BinOp, right: float) -> ast.expr:
    """Multiply the numbers in `x * 0.5 * 2`, which the rules of powers leave behind."""
    below = node.left
    if not isinstance(below, ast.BinOp) or type(below.op) is not ast.Mult or (inner := _literal(below.right)) is None:
        return node
    return below.left if inner * right == 1 else ast.BinOp(below.left, ast.Mult(), ast.Constant(inner * right))


def _negated(node: ast.expr) -> ast.expr:
    return node.operand if isinstance(node, ast.UnaryOp) else ast.UnaryOp(ast.USub(), node)


# --- evaluating ------------------------------------------------------------------------------------------------------

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
            raise _wrong(formula, f"needs a value for {node.id}; there are {', '.join(values) or 'none'}")
        value = values[node.id]
        if isinstance(value, (str, bytes)) or np.ndim(value):
            raise _wrong(formula, f"is one of scalars, and {node.id} is none")
        return np.float64(value)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return np.float64(node.value)
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values, formula)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left, values, formula), _value(node.right, values, formula))
    if isinstance(node, ast.Compare):
        return _compared([_value(part, values, formula) for part in (node.left, *node.comparators)], node.ops)
    if isinstance(node, ast.Attribute):
        return _value(node.value, values, formula)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and all(w.arg in _AXIS for w in node.keywords):
        return _called(node.func.id, [_value(part, values, formula) for part in node.args], formula)
    raise _wrong(formula, f"is not one of scalars: it holds a {type(getattr(node, 'op', node)).__name__}")


def _compared(terms: list[Any], kinds: list[ast.cmpop]) -> Any:
    pairs = zip(kinds, terms, terms[1:])
    return np.float64(all(_OPERATORS[type(kind)](left, right) for kind, left, right in pairs))


def _called(name: str, arguments: list[Any], formula: str) -> Any:
    word = WORDS.get(name)
    if word is None or word.scalar is None:
        known = sorted(name for name, word in WORDS.items() if word.scalar)
        raise _wrong(formula, f"calls {name}; of scalars there are {', '.join(known)}")
    try:
        return np.float64(word.scalar(*arguments))
    except (TypeError, ValueError) as error:
        raise _wrong(formula, f"calls {name} with {len(arguments)} arguments ({error})") from None
