"""Products without the factor 1 and with one sign: what the chain rule leaves behind, as one would write it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache, reduce

from .expression import parse
from .substitution import number_in


@lru_cache(maxsize=4096)
def merged(formula: str) -> str:
    """A formula with the signs of each product merged, its numbers multiplied, and no factor or divisor of 1.

    >>> merged("-1 * (t - o)"), merged("1 / n * 2 * e"), merged("a - -g * b"), merged("0.5 * (2 * x) / 4")
    ('-(t - o)', '2 * e / n', 'a + g * b', 'x / 4')
    """
    return ast.unparse(_merged(parse(formula)))


@dataclass(slots=True)
class _Product:
    """A product and a quotient: a sign, the numbers of both, and what else is multiplied and divided."""

    sign: int = 1
    number: float = 1
    divisor: float = 1
    above: list[ast.expr] = field(default_factory=list)
    below: list[ast.expr] = field(default_factory=list)

    def __mul__(self, other: _Product) -> _Product:
        return _Product(
            self.sign * other.sign,
            self.number * other.number,
            self.divisor * other.divisor,
            self.above + other.above,
            self.below + other.below,
        )

    def inverse(self) -> _Product:
        return _Product(self.sign, self.divisor, self.number, self.below, self.above)

    def expression(self) -> ast.expr:
        """The product written out; numbers come first."""
        number, divisor = self.number, self.divisor
        if divisor != 1 and number % divisor == 0:
            number, divisor = number / divisor, 1
        written = _times(number, self.above)
        if divisor != 1 or self.below:
            written = ast.BinOp(written, ast.Div(), _times(divisor, self.below))
        return ast.UnaryOp(ast.USub(), written) if self.sign < 0 and number else written


def _times(number: float, factors: Iterable[ast.expr]) -> ast.expr:
    if not number:
        return ast.Constant(0)
    whole = int(number) if number == int(number) else number
    numbers: list[ast.expr] = [ast.Constant(whole)] if number != 1 else []
    every = [*numbers, *factors] or [ast.Constant(1)]
    return reduce(lambda left, right: ast.BinOp(left, ast.Mult(), right), every)


def _product(node: ast.expr) -> _Product:
    """A node as a product; anything else is its one factor."""
    value = number_in(node)
    if value is not None and abs(value) < 1e15:
        return _Product(-1 if value < 0 else 1, abs(value))
    if isinstance(node, ast.UnaryOp):
        return _Product(-1) * _product(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _product(node.left) * _product(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and number_in(node.right) != 0:
        return _product(node.left) * _product(node.right).inverse()
    return _Product(above=[_inside(node)])


def _merged(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        return _sum(node)
    if isinstance(node, ast.Name | ast.Constant):
        return node
    return _product(node).expression()


def _sum(node: ast.BinOp) -> ast.expr:
    left, right = _merged(node.left), _merged(node.right)
    minus = isinstance(node.op, ast.Sub)
    a, b = number_in(left), number_in(right)
    if a is not None and b is not None:
        return ast.Constant(a - b if minus else a + b)
    if b == 0 or a == 0 and not minus:
        return left if b == 0 else right
    if isinstance(right, ast.UnaryOp):
        right, minus = right.operand, not minus
    return ast.BinOp(left, ast.Sub() if minus else ast.Add(), right)


def _inside(node: ast.expr) -> ast.expr:
    """A node that is no product, with its parts merged."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        return _sum(node)
    if isinstance(node, ast.BinOp):
        left, right = _merged(node.left), _merged(node.right)
        power = isinstance(node.op, ast.Pow) and number_in(right) == 1
        return left if power else ast.BinOp(left, node.op, right)
    if isinstance(node, ast.Call):
        words = [ast.keyword(word.arg, _merged(word.value)) for word in node.keywords]
        return ast.Call(node.func, [_merged(part) for part in node.args], words)
    return node
