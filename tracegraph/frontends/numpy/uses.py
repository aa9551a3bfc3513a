"""What the operands of an operation are called where it stands in the source."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ...ops.op import Op
from .locals import within
from .source import Function, Scope, Source, called

_REVERSED = {"lt": ast.Gt, "gt": ast.Lt, "le": ast.GtE, "ge": ast.LtE}


class Use(NamedTuple):
    """An operand: its expression, its name, and whether that is only what a function calls its argument.

    ``scope``: the function where the name stands. ``turns``: it is the variable of a loop.
    """

    node: ast.AST
    name: str
    weak: bool
    scope: Scope
    turns: bool = False


Uses = tuple["Use | None", ...]


def uses(source: Source, node: ast.AST | None, op: Op) -> Uses:
    """How each input of an operation is written; None for what is not a name."""
    found = tuple(use(source, operand) for operand in operands(source, node, op))
    return found if any(found) else ()


def operands(source: Source, node: ast.AST | None, op: Op) -> list[ast.expr | None]:
    """The expressions of the inputs of an operation, in their order."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.AugAssign):
        return [node.target, node.value]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, (ast.Subscript, ast.Attribute)):
        return [node.value]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        both: list[ast.expr | None] = [node.left, node.comparators[0]]
        return both[::-1] if isinstance(node.ops[0], _REVERSED.get(op.traits.operator, ())) else both
    return _of_call(source, node, op) if isinstance(node, ast.Call) else []


def _of_call(source: Source, call: ast.Call, op: Op) -> list[ast.expr | None]:
    given: list[ast.expr] = list(call.args)
    if isinstance(call.func, ast.Attribute) and not _is_module(source, call.func.value):
        given.insert(0, call.func.value)
    if op.variadic:
        first = given[0] if given else None
        return list(first.elts if isinstance(first, (ast.List, ast.Tuple)) else given)
    spellings = {op.name, *(getattr(f, "__name__", "") for f in op.numpy)}
    if called(call) not in spellings and (len(op.inputs) > 1 or len(given) != 1):
        return []  # sum, reduce and the like, which do more than one operation
    named = {k.arg: k.value for k in call.keywords}
    if any(isinstance(a, ast.Starred) for a in given):
        return []
    return [*given[: len(op.inputs)], *(named[i] for i in op.inputs[len(given) :] if i in named)]


def _is_module(source: Source, node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in source.modules


def use(source: Source, operand: ast.expr | None, followed: tuple[Scope, ...] = ()) -> Use | None:
    """What an operand is called, if it is written as a name, an attribute, or an element by a constant key.

    The argument of a function that is called at one place has the name that it has there.
    """
    name = written(operand)
    if operand is None or not name:
        return None
    scope = source.scope(operand)
    if not isinstance(operand, ast.Name):
        return Use(operand, name, False, scope)
    binder = _binder(source, scope, name)
    if binder is None:
        turns = _turns(source, operand)
        return Use(operand, name, turns, scope, turns)
    call = source.only_call(binder)
    if call is None or binder in followed:
        return Use(operand, name, True, scope)
    outer = argument(source, binder, call, name, (*followed, binder))
    return Use(operand, *outer[1:]) if outer else Use(operand, name, True, scope)


def argument(source: Source, scope: Scope, call: ast.Call, name: str, followed: tuple[Scope, ...] = ()) -> Use | None:
    """What a call gives for an argument of a function, if it is written as a name there."""
    return use(source, _given(scope, call, name), followed)


def _binder(source: Source, scope: Scope, name: str) -> Scope | None:
    """The function that has a name as its argument, and puts nothing else into it; None if it is no argument."""
    while not isinstance(scope, ast.Module):
        if _stored(scope, name):
            return None
        if name in arguments(scope):
            return scope
        scope = source.scope(scope)
    return None


def written(node: ast.AST | None) -> str:
    """The name in an expression that is nothing but a name."""
    if isinstance(node, ast.Name):
        return "" if node.id.startswith("_") else node.id
    if isinstance(node, ast.Attribute):
        inner = written(node.value)
        return f"{inner}.T" if node.attr == "T" and inner else "" if node.attr == "T" else node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value if isinstance(node.slice.value, str) else ""
    return ""


def arguments(scope: Scope) -> list[str]:
    """The names of what a function is called with."""
    if not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return []
    a = scope.args
    return [p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg)))]


def _stored(scope: Scope, name: str) -> bool:
    """Whether a function puts something else into the variable of its argument."""
    return any(isinstance(p, ast.Name) and p.id == name and isinstance(p.ctx, ast.Store) for p in within(scope))


def _given(scope: Scope, call: ast.Call, name: str) -> ast.expr | None:
    """What a call gives for an argument of a function."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    names = arguments(scope)
    names = names[1:] if names[:1] == ["self"] else names
    place = names.index(name) if name in names else len(call.args)
    starred = any(isinstance(a, ast.Starred) for a in call.args)
    return call.args[place] if place < len(call.args) and not starred else None


def _turns(source: Source, name: ast.Name) -> bool:
    above = source.parent.get(name)
    while above is not None and not isinstance(above, Function):
        targets = [above.target] if isinstance(above, ast.For) else []
        targets += [part.target for part in getattr(above, "generators", ())]
        if any(isinstance(n, ast.Name) and n.id == name.id for t in targets for n in ast.walk(t)):
            return True
        above = source.parent.get(above)
    return False
