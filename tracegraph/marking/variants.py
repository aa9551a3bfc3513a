"""Wrong variants of a formula: a factor or a term forgotten, a sign lost, brackets overlooked, another function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .. import formula
from ..errors import GraphError
from ..text.formula_words import WORDS, Word

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+\.?\d*(?:[eE][+-]?\d+)?|\*\*|\S")
_ENDS = re.compile(r"[\w)]")
MOST_TOKENS = 40
Variant = tuple[str, str]
"""What went wrong, with ``{}`` for the part of the formula that it went wrong with, and the formula that comes of it.

The part follows after a bar: ``the factor {} is left out|v3``.
"""


def variants(text: str) -> Iterator[Variant]:
    """Formulas that come of one mistake, likely ones first."""
    seen = {_plain(text)}
    for what, wrong in (*_edited(text), *_regrouped(text)):
        try:
            plain = _plain(wrong)
        except GraphError:
            continue
        if plain not in seen:
            seen.add(plain)
            yield what, plain


def _plain(text: str) -> str:
    return ast.unparse(formula.parse(text))


def _edited(text: str) -> Iterator[Variant]:
    """One node of the syntax tree replaced."""
    count = len(list(ast.walk(ast.parse(text, mode="eval"))))
    variants: list[tuple[int, str, str]] = []
    for place in range(count):
        tree = ast.parse(text, mode="eval")
        node = list(ast.walk(tree))[place]
        if isinstance(node, ast.expr):
            for rank, what, new in _mistakes(node):
                fresh = ast.parse(text, mode="eval")
                swapped = _Swap(list(ast.walk(fresh))[place], new).visit(fresh)
                variants.append((rank, what, ast.unparse(swapped)))
    yield from ((what, wrong) for _, what, wrong in sorted(variants, key=lambda f: f[0]))


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _mistakes(node: ast.expr) -> Iterator[tuple[int, str, ast.expr]]:
    """Wrong replacements for one part of a formula, each with a rank: likely mistakes come first."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        yield from _other_function(node, node.func.id)
    elif isinstance(node, ast.UnaryOp):
        yield 1, f"a minus sign is lost|{ast.unparse(node)}", node.operand
    elif isinstance(node, ast.BinOp):
        yield from _other_operation(node)
    elif isinstance(node, ast.Name) and re.fullmatch(r"v\d+", node.id):
        yield 5, f"the sign of {{}} is lost|{node.id}", ast.UnaryOp(ast.USub(), node)


def _other_function(node: ast.Call, name: str) -> Iterator[tuple[int, str, ast.expr]]:
    inner, word = node.args[-1], WORDS.get(name, Word())
    for other in word.mistaken:
        yield 0, f"{other} instead of {name}|", ast.Call(ast.Name(other), node.args, [])
    if name == "sqrt":
        yield 0, "the root is taken twice|", ast.Call(ast.Name("sqrt"), [node], [])
        yield 0, "the root is not taken|", inner
    elif word.forgotten:
        yield 2, f"{name} is left out|", inner


def _other_operation(node: ast.BinOp) -> Iterator[tuple[int, str, ast.expr]]:
    left, right = node.left, node.right
    if isinstance(node.op, ast.Pow):
        yield 0, "not squared|" if ast.unparse(right) in ("2", "2.0") else "the power is left out|", left
        yield 3, "multiplied by the exponent|", ast.BinOp(left, ast.Mult(), right)
    elif isinstance(node.op, ast.Mult):
        yield 1, f"the factor {{}} is left out|{ast.unparse(right)}", left
        yield 1, f"the factor {{}} is left out|{ast.unparse(left)}", right
        yield 4, "divided instead of multiplied|", ast.BinOp(left, ast.Div(), right)
    elif isinstance(node.op, ast.Div):
        yield 1, f"not divided by {{}}|{ast.unparse(right)}", left
        yield 4, "multiplied instead of divided|", ast.BinOp(left, ast.Mult(), right)
    elif isinstance(node.op, (ast.Add, ast.Sub)):
        minus = isinstance(node.op, ast.Sub)
        other: ast.operator = ast.Add() if minus else ast.Sub()
        yield 2, f"the term {{}} is left out|{ast.unparse(right)}", left
        yield 2, f"the term {{}} is left out|{ast.unparse(left)}", ast.UnaryOp(ast.USub(), right) if minus else right
        yield (
            3,
            f"{'added' if minus else 'subtracted'} instead of {'subtracted' if minus else 'added'}|",
            ast.BinOp(left, other, right),
        )


def _regrouped(text: str) -> Iterator[Variant]:
    """The same formula with one pair of brackets overlooked, moved or added."""
    tokens = _TOKEN.findall(text)
    if len(tokens) > MOST_TOKENS:
        return
    for start, end in _pairs(tokens):
        call = start > 0 and tokens[start - 1].isidentifier()
        if not call:
            yield "order of operations|", _joined(tokens, {start, end}, {})
        for close in range(start + 2, len(tokens) + 1):
            yield "order of operations|", _joined(tokens, {start, end}, {start: "(", close: ")"})
    for start in range(len(tokens)):
        for close in range(start + 3, len(tokens) + 1):
            yield "order of operations|", _joined(tokens, set(), {start: "(", close: ")"})


def _pairs(tokens: list[str]) -> Iterator[tuple[int, int]]:
    stack: list[int] = []
    for i, token in enumerate(tokens):
        if token == "(":
            stack.append(i)
        elif token == ")" and stack:
            yield stack.pop(), i


def _joined(tokens: list[str], without: set[int], added: dict[int, str]) -> str:
    """The tokens as a formula, without some, and with brackets before others."""
    parts: list[str] = []
    for i in range(len(tokens) + 1):
        if added.get(i) == ")":
            parts.append(")")
        if added.get(i) == "(":
            parts.append("(")
        if i < len(tokens) and i not in without:
            parts.append(tokens[i])
    return " ".join(parts)
