"""The formulas of operations: Python expressions in strings, read and checked.

A formula may come out of a stranger's file, so it is never run: its syntax tree is checked against a list of
permitted nodes, and everything here walks that tree.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from ..errors import GraphError
from ..text import numbers

MAX_LENGTH = 10_000
MAX_DEPTH = 150  # the walks below recurse, three calls a level; Python's own limit is 1,000

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
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
"""What the operators of a formula compute."""

_PERMITTED = (
    *OPERATORS,
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


@lru_cache(maxsize=256)
def parse(formula: str) -> ast.expr:
    """Return the checked syntax tree of a formula; it is shared, so it must not be changed."""
    if len(formula) > MAX_LENGTH:
        raise GraphError(f"formula of {len(formula)} characters; at most {MAX_LENGTH} are read")
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "msg", "") or str(error) or "too deeply nested"
        raise wrong(formula, f"is not an expression: {numbers.clean(reason)}") from None
    check(tree, formula)
    return tree


def wrong(formula: str, what: str) -> GraphError:
    """The error that names a formula and what is the matter with it."""
    shown = formula if len(formula) <= 60 else formula[:57] + "..."
    return GraphError(f"formula {shown!r} {what}")


def check(tree: ast.expr, formula: str) -> None:
    """Raise unless each node of a formula is permitted; without recursion, because the tree may be deep."""
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH and isinstance(node, ast.expr):
            raise wrong(formula, f"is nested more than {MAX_DEPTH} deep")
        problem = _problem(node)
        if problem:
            raise wrong(
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
