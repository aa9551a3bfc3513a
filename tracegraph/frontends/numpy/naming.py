"""Names of tensors: what the program calls them, where they go and where they are used."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...engine.leaves import PARAMETER
from ...engine.tensor import Tensor
from ...ops.op import Op
from .homes import Home
from .homes import home as home_of
from .owners import Numbers, Owners, Path
from .places import Place, Places
from .source import Function
from .uses import Use

_GENERAL = {"build", "main", "forward", "call"}  # functions whose names say nothing of their results
FARTHEST = 20
"""Operations of one expression in which the parameters of an object are looked for."""


def name_all(tensors: list[Tensor], variables: Mapping[str, Any], places: Places) -> tuple[list[str], list[bool]]:
    """A unique name for each tensor, and whether the program gave it.

    Where several share a name, they are numbered from 1; if the first is a leaf and the second computed, as the h of
    a recurrent network, the leaf keeps the name. What has none is called by its operation and a number.
    """
    wanted = wanted_names(tensors, variables, places)
    return numbered(tensors, wanted), [bool(name) for name in wanted]


def wanted_names(tensors: list[Tensor], variables: Mapping[str, Any], places: Places) -> list[str | None]:
    """The name that the program has for each tensor, if any; several may have the same.

    ``variables``: those of who asks for the graph. They name the output, and what was made by code without source.
    """
    return _Names(tensors, variables, places).titles()


def numbered(tensors: Sequence[Tensor], wanted: Sequence[str | None]) -> list[str]:
    """The names with numbers where several tensors have the same, and the names of operations where there is none."""
    groups: dict[str, list[int]] = {}
    for i, name in enumerate(wanted):
        if name:
            groups.setdefault(name, []).append(i)
    names = list(wanted)
    taken = {name for name, those in groups.items() if len(those) == 1 or _grows(tensors, those)}
    numbers: dict[str, int] = {}
    for i, (t, name) in enumerate(zip(tensors, wanted)):
        if name is None or not (name in taken and groups[name][0] == i):
            names[i] = _next(name or t.op.name, numbers, taken)
    return [name or "" for name in names]


def _grows(tensors: Sequence[Tensor], those: list[int]) -> bool:
    first, second = (tensors[i] for i in those[:2])
    return first.a is None and second.a is not None


def _next(stem: str, numbers: dict[str, int], taken: set[str]) -> str:
    """The next name made of a stem and a number that nothing else has."""
    while True:
        numbers[stem] = number = numbers.get(stem, 0) + 1
        name = f"{stem}_{number}"
        if name not in taken:
            taken.add(name)
            return name


class _Names:
    """The names of the tensors of one graph.

    In this order: the given name; the path of a parameter; where the result goes; what another function calls it;
    where the only call of the function goes that returns it; the variable that a function returns; for the output the
    variable of who asks; what a function calls its argument, if nothing else is called so; the function that returns
    it; and a loss that a function returns is a loss.
    """

    def __init__(self, tensors: list[Tensor], variables: Mapping[str, Any], places: Places) -> None:
        self.tensors, self.places = tensors, places
        self.made = [places(t) for t in tensors]
        self.numbers = Numbers()
        self.owners = Owners(places, self.numbers)
        self.held = bound(variables)
        self.paths: dict[Tensor, Path] = {}
        self.open: dict[Tensor, Place] = {}
        self.used: dict[Tensor, list[Use]] = {}
        self._first()
        self._second()

    def titles(self) -> list[str | None]:
        """The shortest ending of each path that tells it from others of the same last name."""
        groups: dict[tuple[bool, str], list[Tensor]] = {}
        for t, path in self.paths.items():
            groups.setdefault((t.op is PARAMETER, path[-1]), []).append(t)
        titles: dict[Tensor, str] = {}
        for those in groups.values():
            if len(those) > 1:
                self._own(those)
            titles.update(zip(those, _shortest([self.paths[t] for t in those])))
        return [titles.get(t) for t in self.tensors]

    def _first(self) -> None:
        """What needs nothing but the place where a tensor was made."""
        between = self._on_the_way()
        for t, place in zip(self.tensors, self.made):
            home, name = place.home, t.details.name
            if name:
                self.paths[t] = (name,)
            elif t in between or t.details.op.traits.of_optimizer:  # a step's list of updates is not one of them
                if name := self.held.get(t):
                    self.paths[t] = (name,)
            elif t.details.op is PARAMETER and (path := self.owners.path(t)):
                self.paths[t] = path
            elif home is not None and home.name and home.holder != "result":
                self.paths[t] = (self.numbers.written(home.name, ()),)
            elif place.node is None and (name := self.held.get(t) or place.stored):
                self.paths[t] = (name,)
            else:
                self.open[t] = place

    def _on_the_way(self) -> set[Tensor]:
        """What ``total = sum(terms)`` adds up on its way: one call, many additions, and the variable holds the last."""
        found = set()
        for t, place in zip(self.tensors, self.made):
            if place.in_call:
                for i in (t.a, t.b):
                    if i is not None and i.lasti == t.lasti and i.code is t.code and _is_arithmetic(i.details.op):
                        found.add(i)
        return found

    def _second(self) -> None:
        """What is left: by its uses, by the function that returns it, and by who asks."""
        self._find_uses()
        weak: dict[Tensor, str] = {}
        for t, place in self.open.items():
            uses = self.used.get(t, ())
            name = self._outer(t, place, uses)
            if name:
                self.paths[t] = (name,)
            elif uses:
                weak[t] = uses[0].name
            elif name := self._of_function(t, place):
                self.paths[t] = (name,)
        strong = {path[-1] for path in self.paths.values()}
        for t, name in weak.items():
            if name not in strong:
                self.paths[t] = (name,)
            elif other := self._of_function(t, self.open[t]):
                self.paths[t] = (other,)

    def _find_uses(self) -> None:
        for t, place in zip(self.tensors, self.made):
            if t.a is None or place.node is None:
                continue
            for i, use in zip(t.inputs, place.uses(t.details.op)):
                if use is not None and (own := self.open.get(i)) is not None and use.node is not own.node:
                    # The variable of a loop names the rows of a tensor and the arrays of a list, and no results.
                    if not use.turns or own.node is None and (i.a is not None or i.shape):
                        self.used.setdefault(i, []).append(use)

    def _outer(self, t: Tensor, place: Place, uses: Iterable[Use]) -> str | None:
        if strong := next((u.name for u in uses if not u.weak), None):
            return strong
        home = place.home
        if home is not None and home.holder == "result":
            if name := self._called(place, home):
                return name
            if home.name:
                return self.numbers.written(home.name, ())
        return self.held.get(t) if t.a is None or t is self.tensors[-1] else None

    def _called(self, place: Place, home: Home) -> str | None:
        """Where the only call of the function goes that returns a result, also through several functions."""
        source, node, found = place.source, place.node, home
        followed: list[ast.AST] = []
        while source is not None and node is not None and found.holder == "result":
            scope = source.scope(node)
            node = source.only_call(scope)
            if node is None or scope in followed:
                return None
            followed.append(scope)
            outer = home_of(source, node, found.steps)
            if outer is None:
                return None
            if outer.holder != "result" and outer.name:
                return self.numbers.written(outer.name, ())
            found = outer
        return None

    def _of_function(self, t: Tensor, place: Place) -> str | None:
        """The name of the function that returns a result; of a number that a traced function returns, a loss."""
        if place.source is None or place.node is None or place.home is None or place.home.holder != "result":
            return None
        scope = place.source.scope(place.node)
        if not isinstance(scope, Function):
            return None
        name = scope.name
        if name in place.source.calls and name not in _GENERAL and not name.startswith("_") and not place.home.steps:
            return name
        return "loss" if t is self.tensors[-1] and t.size == 1 else None

    def _own(self, those: list[Tensor]) -> None:
        """Put the object before the names of results that its parameters were used for."""
        for t in those:
            if t.a is not None and t not in self.open and (owner := self._owner(t)):
                self.paths[t] = (*owner, *self.paths[t])

    def _owner(self, t: Tensor) -> Path:
        """The object whose ``self.W`` stands in the expression of a result."""
        code, left, seen = t.code, [t], {t}
        for inner in left:
            place = self.places(inner)
            for i, use in zip(inner.inputs, place.uses(inner.details.op)):
                path = self.paths.get(i, ())
                if len(path) > 1 and use is not None and _belongs(place, use):
                    return path[:-1]
            more = [i for i in inner.inputs if i.code is code and i not in self.paths and i not in seen]
            left += more[: FARTHEST - len(left)]
            seen.update(more)
        return ()


def _belongs(place: Place, use: Use) -> bool:
    """Whether an operand is an attribute of self, or a variable of the function around."""
    node = use.node
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "self"
    code = place.code
    return isinstance(node, ast.Name) and code is not None and node.id in code.co_freevars


def _shortest(paths: list[Path]) -> list[str]:
    for depth in range(1, max(map(len, paths)) + 1):
        endings = [".".join(path[-depth:]) for path in paths]
        if len(set(endings)) == len(endings):
            return endings
    return [path[-1] for path in paths]


def _is_arithmetic(op: Op) -> bool:
    """Whether functions written in C, such as sum and reduce, carry it out by one of Python's operators."""
    return bool(op.traits.operator and op.vjps) and len(op.inputs) == 2


def bound(variables: Mapping[str, Any]) -> dict[Tensor, str]:
    """Names of the tensors that variables hold, one level into lists, tuples and dictionaries."""
    found: dict[Tensor, str] = {}
    seen = [(name, held) for name, held in variables.items() if isinstance(name, str) and not name.startswith("_")]
    for name, held in seen:
        if isinstance(held, Tensor):
            found.setdefault(held, name)
    for name, held in seen:
        if isinstance(held, (list, tuple, dict)) and len(held) <= 1000 and held is not variables.get("_oh"):
            for item, own in _items(name, held):
                found.setdefault(item, own)
    return found


def _items(name: str, held: Any) -> Iterable[tuple[Tensor, str]]:
    items = held.items() if isinstance(held, dict) else enumerate(held)
    for key, item in list(items):
        if isinstance(item, Tensor) and isinstance(key, (str, int)):  # the text of other keys may hold an address
            yield item, key if isinstance(key, str) else f"{name}[{key}]"
