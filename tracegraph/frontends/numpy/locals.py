"""What a function does with its variables: whether it returns them, keeps them in its object, or changes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from .keys import At, Step
from .source import Function, Scope, Source, called

Holder = Literal["variable", "self", "result", "part", "field"]


def is_self(source: Source, node: ast.AST) -> bool:
    """Whether it is the object that a method belongs to."""
    scope = source.scope(node)
    first = scope.args.args[:1] if isinstance(scope, Function) else []
    inside = isinstance(source.parent.get(scope), ast.ClassDef)
    return inside and isinstance(node, ast.Name) and bool(first) and first[0].arg == node.id


@lru_cache(maxsize=4096)
def handed(source: Source, scope: Scope, name: str) -> tuple[Holder, tuple[Step, ...]]:
    """How a function hands out a variable of its own, and at which place of a tuple.

    A variable that is assigned more than once, or in a loop, is not what it returns in the end.
    """
    parts = list(within(scope))
    if not isinstance(scope, Function) or rebound(source, scope, name):
        return "variable", ()
    for part in parts:
        value = part.value if isinstance(part, (ast.Return, ast.Assign)) else None
        if value is None or not _mentions(value, name):
            continue
        if isinstance(part, ast.Assign):
            target = part.targets[0]
            if isinstance(target, ast.Attribute) and is_self(source, target.value) and _holds(value, name):
                return "self", ()
        elif isinstance(value, ast.Name):
            return "result", ()
        elif isinstance(value, ast.Tuple) and (places := [i for i, e in enumerate(value.elts) if _is(e, name)]):
            return "result", (At(places[0], len(value.elts)),)
        elif _holds(value, name):
            return "part", ()
    inner = [p.name for p in parts if isinstance(p, Function) and any(_is(n, name) for n in ast.walk(p))]
    back = [p.value for p in parts if isinstance(p, ast.Return)]
    return ("part", ()) if any(_is(value, own) for own in inner for value in back) else ("variable", ())


def rebound(source: Source, scope: Scope, name: str) -> bool:
    """Whether a variable is assigned more than once in a function, or in a loop."""
    stores = [p for p in within(scope) if _is(p, name) and isinstance(p.ctx, ast.Store)]  # type: ignore[attr-defined]
    return len(stores) > 1 or any(_in_loop(source, store, scope) for store in stores)


def _in_loop(source: Source, node: ast.AST, scope: Scope) -> bool:
    while node is not scope:
        node = source.parent[node]
        if isinstance(node, (ast.For, ast.While, ast.AsyncFor, ast.AugAssign)):
            return True
    return False


def within(scope: ast.AST) -> Iterator[ast.AST]:
    """Everything in a function but the insides of other functions."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            yield from within(child)


def _is(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _mentions(node: ast.AST, name: str) -> bool:
    return any(_is(part, name) for part in ast.walk(node))


def _holds(value: ast.AST, name: str) -> bool:
    """Whether the value is made to hold a variable, as a dictionary or an object does, and is not computed from it."""
    if isinstance(value, (ast.Tuple, ast.List, ast.Dict)):
        return any(_holds(part, name) for part in ast.iter_child_nodes(value))
    if isinstance(value, ast.Call):
        makes = called(value)[:1].isupper() or called(value) in ("dict", "list", "tuple")
        return makes and any(_is(a, name) for a in (*value.args, *(k.value for k in value.keywords)))
    return _is(value, name)
