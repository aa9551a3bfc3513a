"""Formulas put into formulas, and the local derivative in the formula of a rule."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from .expression import MAX_LENGTH, OPERATORS, check, parse, wrong


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
        raise wrong(formula, f"would have more than {MAX_LENGTH} characters with its names replaced")
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
    branches = [branch if number_in(branch) == 0 else _factor(branch) for branch in node.args[1:]]
    done = [branch for branch in branches if branch]
    return ast.Call(node.func, [node.args[0], *done], []) if len(done) == 2 and _uses_g(node) else None


def _uses_g(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "g" for part in ast.walk(node))


def _unparsed(tree: ast.expr, replacements: Mapping[str, ast.expr]) -> str:
    tree = _Rewrite(replacements).visit(tree)
    check(tree, "made of several")
    return ast.unparse(tree)


def number_in(node: ast.expr) -> float | None:
    """Return the value of a number that is written out; None for any other expression."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    inner = number_in(node.operand) if isinstance(node, ast.UnaryOp) else None
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
        kind, left, right = type(node.op), number_in(node.left), number_in(node.right)
        if (kind, left) in ((ast.Mult, 1), (ast.Add, 0)):
            return node.right
        if (kind, right) in ((ast.Mult, 1), (ast.Div, 1), (ast.Pow, 1), (ast.Add, 0), (ast.Sub, 0)):
            return node.left
        if kind is ast.Mult and -1 in (left, right):
            return _negated(node.right if left == -1 else node.left)
        if kind in (ast.Add, ast.Sub, ast.Mult) and left is not None and right is not None:
            return ast.Constant(OPERATORS[kind](left, right))
        return node if kind is not ast.Mult or right is None else _gathered(node, right)


def _gathered(node: ast.BinOp, right: float) -> ast.expr:
    """Multiply the numbers in `x * 0.5 * 2`, which the rules of powers leave behind."""
    below = node.left
    if not isinstance(below, ast.BinOp) or type(below.op) is not ast.Mult or (inner := number_in(below.right)) is None:
        return node
    return below.left if inner * right == 1 else ast.BinOp(below.left, ast.Mult(), ast.Constant(inner * right))


def _negated(node: ast.expr) -> ast.expr:
    return node.operand if isinstance(node, ast.UnaryOp) else ast.UnaryOp(ast.USub(), node)
