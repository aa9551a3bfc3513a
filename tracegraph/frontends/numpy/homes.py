"""Where the result of an expression goes in the source: a variable, an attribute, a key, an element, a field."""

from __future__ import annotations

import ast
from typing import NamedTuple

from .keys import At, Counter, Name, Step, key_name, length
from .locals import Holder, handed, is_self
from .source import Source, called


class Home(NamedTuple):
    """Where a result goes.

    ``name``: empty for what a function returns as it is. ``holder``: a "variable" (also of a container), an attribute
    of "self", the "result" of the function, a "part" of what it returns, a "field" of an object that ``call`` makes.
    ``steps``: the place in a tuple that is returned. ``identifier``: what the code must know if the source is right.
    """

    name: Name
    holder: Holder
    steps: tuple[Step, ...] = ()
    call: ast.Call | None = None
    identifier: str = ""


def home(source: Source, node: ast.AST, steps: tuple[Step, ...] = ()) -> Home | None:
    """Where the result of an expression goes; ``steps`` lead to the part of it that is asked for."""
    while True:
        above = source.parent.get(node)
        if isinstance(node, ast.AugAssign):
            return _bound(source, node.target, steps)
        if isinstance(above, (ast.Tuple, ast.List)):
            steps = (At(above.elts.index(node), len(above.elts)), *steps)  # type: ignore[arg-type]
        elif isinstance(above, (ast.ListComp, ast.GeneratorExp)) and above.elt is node:
            steps = (Counter((above, steps)), *steps)
        elif isinstance(above, ast.Call) and called(above) in ("tuple", "list") and node in above.args:
            pass
        elif not (isinstance(above, ast.IfExp) and above.test is not node):
            return _at_end(source, node, above, steps)
        node = above


def _at_end(source: Source, node: ast.AST, above: ast.AST | None, steps: tuple[Step, ...]) -> Home | None:
    if isinstance(above, ast.Assign):
        return _bound(source, above.targets[0], steps)
    if isinstance(above, (ast.AnnAssign, ast.NamedExpr)):
        return _bound(source, above.target, steps)
    if isinstance(above, ast.Return):
        return Home((), "result", steps)
    if isinstance(above, ast.Lambda):
        return _of_lambda(source, above, steps)
    if isinstance(above, ast.Dict):
        key = next((k for k, v in zip(above.keys, above.values) if v is node), None)
        return _keyed(source, above, key_name(source, key), steps)
    if isinstance(above, ast.DictComp) and above.value is node:
        return _keyed(source, above, key_name(source, above.key), steps)
    if isinstance(above, ast.keyword) and above.arg and isinstance(call := source.parent[above], ast.Call):
        return _keyword(source, call, above.arg, steps)
    if isinstance(above, ast.Call) and node in above.args:
        return _argument(source, above, node, steps)
    return None


def _of_lambda(source: Source, function: ast.Lambda, steps: tuple[Step, ...]) -> Home:
    above = source.parent[function]
    if isinstance(above, ast.keyword) and above.arg == "default_factory":
        while not isinstance(above, (ast.AnnAssign, ast.Module)):
            above = source.parent[above]
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name):
            return Home((above.target.id, *_indexes(steps)), "self")
    return Home((), "result", steps)


def _keyed(source: Source, container: ast.AST, name: Name, steps: tuple[Step, ...]) -> Home | None:
    """A dictionary gives its elements their keys; where they are found depends on where it goes itself."""
    if not name:
        return None
    outer = home(source, container)
    holder = outer.holder if outer else "variable"
    return Home((*name, *_indexes(steps)), "part" if holder == "result" else holder, (), outer and outer.call)


def _keyword(source: Source, call: ast.Call, name: str, steps: tuple[Step, ...]) -> Home | None:
    if called(call) in ("dict", "update", "OrderedDict"):
        return _keyed(source, call, (name,), steps)
    if called(call) in source.classes or called(call)[:1].isupper():
        return Home((name, *_indexes(steps)), "field", (), call)
    return None


def _argument(source: Source, call: ast.Call, node: ast.AST, steps: tuple[Step, ...]) -> Home | None:
    place, function = call.args.index(node), call.func  # type: ignore[arg-type]
    if called(call) == "append" and isinstance(function, ast.Attribute):
        container = function.value
        start = length(source, container)
        counter = Counter((source.scope(call), ast.dump(container), steps), start=start)
        return _bound(source, container, (counter, *steps))
    if called(call) == "setattr" and place == 2 and (name := key_name(source, call.args[1])):
        return Home(name, "self" if is_self(source, call.args[0]) else "variable")
    fields = _fields(source.classes.get(called(call)))
    if place < len(fields):
        return Home((fields[place], *_indexes(steps)), "field", (), call)
    return None


def _fields(made: ast.AST | None) -> list[str]:
    """The names of what a class of the file is called with."""
    if isinstance(made, ast.Call):  # a namedtuple
        named = made.args[1] if len(made.args) > 1 else None
        if isinstance(named, ast.Constant):
            return str(named.value).replace(",", " ").split()
        return [str(getattr(e, "value", "")) for e in getattr(named, "elts", ())]
    if not isinstance(made, ast.ClassDef):
        return []
    for part in made.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return [a.arg for a in part.args.args[1:]]
    return [p.target.id for p in made.body if isinstance(p, ast.AnnAssign) and isinstance(p.target, ast.Name)]


def _bound(source: Source, target: ast.AST, steps: tuple[Step, ...]) -> Home | None:
    """Where an assignment to ``target`` leaves the part of its value that the steps lead to."""
    if isinstance(target, ast.Name):
        holder, place = handed(source, source.scope(target), target.id)
        if holder == "result" and steps:
            holder = "part"
        return Home((target.id, *_indexes(steps)), holder, place, None, target.id)
    if isinstance(target, ast.Attribute):
        holder = "self" if is_self(source, target.value) else "variable"
        return Home((target.attr, *_indexes(steps)), holder, (), None, target.attr)
    if isinstance(target, ast.Subscript):
        return _at_key(source, target, steps)
    if isinstance(target, (ast.Tuple, ast.List)) and steps:
        return _unpacked(source, target.elts, steps[0], steps[1:])
    return None


def _at_key(source: Source, target: ast.Subscript, steps: tuple[Step, ...]) -> Home | None:
    container, key = target.value, target.slice
    number = isinstance(key, ast.Constant) and isinstance(key.value, int)
    name = (str(key.value),) if number and isinstance(key, ast.Constant) else key_name(source, key)
    outer = _bound(source, container, ())
    if not name or outer is None:
        return None
    if number or isinstance(key, (ast.Name, ast.BinOp)) and all(part.isdigit() for part in _values(name)):
        name = (*outer.name, "[", *name, "]")
    return Home((*name, *_indexes(steps)), "part" if outer.holder == "result" else outer.holder)


def _values(name: Name) -> list[str]:
    return [v for part in name for v in ([part] if isinstance(part, str) else part.values or [str(part.start)])]


def _unpacked(source: Source, targets: list[ast.expr], step: Step, rest: tuple[Step, ...]) -> Home | None:
    if isinstance(step, Counter):
        names = tuple(t.id for t in targets if isinstance(t, ast.Name))
        return Home((step._replace(values=names),), "variable") if len(names) == len(targets) and not rest else None
    star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    if star is None or step.place < star:
        return _bound(source, targets[step.place], rest) if step.place < len(targets) else None
    after = step.of - step.place  # counted from the end
    if after < len(targets) - star:
        return _bound(source, targets[-after], rest)
    starred: ast.AST = targets[star]
    inner = At(step.place - star, step.of - len(targets) + 1)
    return _bound(source, starred.value, (inner, *rest)) if isinstance(starred, ast.Starred) else None


def _indexes(steps: tuple[Step, ...]) -> Name:
    parts: Name = ()
    for step in steps:
        parts += ("[", str(step.place) if isinstance(step, At) else step, "]")
    return parts
