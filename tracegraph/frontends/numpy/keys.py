"""Names that a program makes as it runs, such as ``f"W{i}"``: their text, and the counter of the loop around them."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator
from typing import NamedTuple

from .source import Source

LONGEST = 1000  # loops whose turns are all written out


class Counter(NamedTuple):
    """A number that goes up each time; ``values``: what it stands for in turn, where that is known."""

    key: Hashable
    values: tuple[str, ...] = ()
    start: int = 0


class At(NamedTuple):
    """A place in a literal of so many elements."""

    place: int
    of: int


Name = tuple["str | Counter", ...]
Step = At | Counter


def key_name(source: Source, key: ast.AST | None) -> Name:
    """The text of a key, with a counter in it; empty for what is not known, or not the same on every run."""
    name = tuple(_parts(source, key)) if key is not None else ()
    counters = [part for part in name if isinstance(part, Counter)]
    return name if "" not in name and len(counters) < 2 else ()


def _parts(source: Source, key: ast.AST) -> Iterator[str | Counter]:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        yield key.value
    elif isinstance(key, ast.JoinedStr):
        for part in key.values:
            yield from _parts(source, part)
    elif isinstance(key, ast.FormattedValue):
        yield _counter(source, key.value) or ""
    elif isinstance(key, ast.BinOp) and isinstance(key.op, ast.Add) and not _shift(key):
        yield from _parts(source, key.left)
        yield from _parts(source, key.right)
    elif isinstance(key, ast.BinOp) and isinstance(key.op, ast.Mod) and isinstance(key.left, ast.Constant):
        yield from _filled(str(key.left.value), "%d", source, key.right)
    elif isinstance(key, ast.Call) and isinstance(key.func, ast.Attribute) and key.func.attr == "format" and key.args:
        yield from _filled(str(getattr(key.func.value, "value", "")), "{}", source, key.args[0])
    elif isinstance(key, ast.Call) and getattr(key.func, "id", "") == "str" and key.args:
        yield _counter(source, key.args[0]) or ""
    else:
        yield _counter(source, key) or ""


def _filled(text: str, hole: str, source: Source, value: ast.AST) -> Iterator[str | Counter]:
    before, found, after = text.replace("%s", "%d").partition(hole)
    yield from filter(None, (before, (_counter(source, value) or "") if found else "", after))
    if not found:
        yield ""


def _shift(key: ast.BinOp) -> int:
    """How much is added to a variable, in ``i + 1``."""
    added = key.right.value if isinstance(key.right, ast.Constant) else 0
    return added if isinstance(key.op, ast.Add) and isinstance(added, int) else 0


def _counter(source: Source, value: ast.AST) -> Counter | None:
    if isinstance(value, ast.BinOp) and (shift := _shift(value)):
        inner = _counter(source, value.left)
        whole = inner and all(v.isdigit() for v in inner.values)
        values = tuple(str(int(v) + shift) for v in inner.values) if inner and whole else ()
        return inner._replace(values=values, start=inner.start + shift) if inner else None
    if not isinstance(value, ast.Name):
        return None
    for target, iterated in _loops(source, value):
        if isinstance(target, ast.Name) and target.id == value.id:
            return _turns(iterated, value)
        if isinstance(target, ast.Tuple) and value.id in [getattr(e, "id", "") for e in target.elts]:
            return _turns_of(iterated, [getattr(e, "id", "") for e in target.elts].index(value.id), value)
    return None


def _loops(source: Source, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The targets and the iterables of the loops around, inner ones first."""
    above: ast.AST | None = source.parent.get(node)
    while above is not None:
        if isinstance(above, ast.For):
            yield above.target, above.iter
        for part in getattr(above, "generators", ()):
            yield part.target, part.iter
        above = source.parent.get(above)


def _turns(iterated: ast.AST, key: ast.AST) -> Counter | None:
    """What a loop variable is in each turn."""
    if isinstance(iterated, ast.Call) and getattr(iterated.func, "id", "") == "range":
        bounds = [a.value if isinstance(a, ast.Constant) else None for a in iterated.args]
        if all(isinstance(b, int) for b in bounds) and len(turns := range(*bounds)) <= LONGEST:  # type: ignore[arg-type]
            return Counter(key, tuple(map(str, turns)))
        first = bounds[0] if len(bounds) > 1 else 0
        return Counter(key, start=first) if isinstance(first, int) else None
    elements = getattr(iterated, "elts", None)
    if elements and all(isinstance(e, ast.Constant) for e in elements):
        return Counter(key, tuple(str(e.value) for e in elements))
    return None


def _turns_of(iterated: ast.AST, place: int, key: ast.AST) -> Counter | None:
    """What the variable at a place of a loop's targets is in each turn."""
    if isinstance(iterated, ast.Call) and getattr(iterated.func, "id", "") == "enumerate" and place == 0:
        given = [*iterated.args[1:], *(k.value for k in iterated.keywords)]
        first = getattr(given[0], "value", None) if given else 0
        return Counter(key, start=first) if isinstance(first, int) else None
    rows = [getattr(e, "elts", []) for e in getattr(iterated, "elts", ())]
    cells = [row[place] for row in rows if place < len(row)]
    if cells and len(cells) == len(rows) and all(isinstance(c, ast.Constant) for c in cells):
        return Counter(key, tuple(str(c.value) for c in cells))
    return None


def length(source: Source, container: ast.AST) -> int:
    """How many elements a list is made with, before more are appended to it."""
    wanted = ast.dump(container).replace("Store()", "Load()")
    for node in ast.walk(source.scope(container)):
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(value, ast.List) and target is not None:
            if ast.dump(target).replace("Store()", "Load()") == wanted:
                return len(value.elts)
    return 0
