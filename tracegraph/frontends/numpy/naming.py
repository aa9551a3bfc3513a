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
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for i, name in enumerate(wanted):
        if name is not None and first.setdefault(name, i) != i:
            second.setdefault(name, i)
    for name, i in second.items():
        if tensors[first[name]].a is not None or tensors[i].a is None:  # else a leaf, and what is computed from it
            del first[name]
    numbers: dict[str, int] = {}
    names: list[str] = []
    for i, name in enumerate(wanted):
        if name is None or first.get(name) != i:
            name = _next(name or tensors[i].details.op.name, numbers, first)
        names.append(name)
    return names


def _next(stem: str, numbers: dict[str, int], taken: Mapping[str, int]) -> str:
    """The next name made of a stem and a number that nothing else has."""
    while True:
        numbers[stem] = number = numbers.get(stem, 0) + 1
        name = f"{stem}_{number}"
        if name not in taken:
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
        self.made = places.all(tensors)
        self.numbers = Numbers()
        self.owners = Owners(places, self.numbers)
        self.held = bound(variables)
        self.names: list[str | None] = [None] * len(tensors)
        self.paths: dict[Tensor, Path] = {}  # of what belongs to an object
        self.owned: dict[tuple[bool, str], list[int]] = {}  # by name: parameters, and what methods have made of them
        self.open: dict[Tensor, int] = {}
        self.used: dict[Tensor, list[Use]] = {}
        self._first()
        self._find_uses()
        self._second()

    def _first(self) -> None:
        """What needs nothing but the place where a tensor was made."""
        between = self._on_the_way()
        for i, (t, place) in enumerate(zip(self.tensors, self.made)):
            details = t.details
            if details.name is not None:
                self.names[i] = details.name
            elif between and t in between:
                pass
            elif t.a is None and (details.op is PARAMETER or details.extra_inputs):
                self._parameter(i, t, place)
            elif place.name is not None:
                self.names[i] = place.name
                if place.in_method:
                    self.owned.setdefault((False, place.name), []).append(i)
            elif not self._counted(i, t, place):
                self.open[t] = i

    def _parameter(self, i: int, t: Tensor, place: Place) -> None:
        """A parameter, or what an optimizer made: of a list of those, no line says which is which."""
        path = self.owners.path(t)
        if len(path) > 1:
            self.paths[t] = path
        if path:
            self.names[i] = path[-1]
            self.owned.setdefault((True, path[-1]), []).append(i)
        elif t.details.extra_inputs:
            self.names[i] = self.held.get(t)
        elif not self._counted(i, t, place):
            self.open[t] = i

    def _counted(self, i: int, t: Tensor, place: Place) -> bool:
        """Names with numbers that the program counts, and names without a source."""
        home = place.home
        if home is not None and home.name and home.holder != "result":
            self.names[i] = self.numbers.written(home.name, ())
        elif place.node is None:
            self.names[i] = self.held.get(t) or place.stored
        return self.names[i] is not None

    def _on_the_way(self) -> set[Tensor]:
        """What ``total = sum(terms)`` adds up on its way: one call, many additions, and the variable holds the last."""
        found = set()
        for t, place in zip(self.tensors, self.made):
            if place.in_call:
                for i in (t.a, t.b):
                    if i is not None and i.lasti == t.lasti and i.code is t.code and _is_arithmetic(i.details.op):
                        found.add(i)
        return found

    def _find_uses(self) -> None:
        """What the operations call their inputs, of those that have no name yet."""
        for t, place in zip(self.tensors, self.made):
            if t.a is None or not (uses := place.uses(t.details.op)):
                continue
            for i, use in zip(t.inputs, uses):
                if use is not None and i in self.open:
                    own = self.made[self.open[i]].node
                    # The variable of a loop names the rows of a tensor and the arrays of a list, and no results.
                    if use.node is not own and (not use.turns or own is None and (i.a is not None or i.shape)):
                        self.used.setdefault(i, []).append(use)

    def _second(self) -> None:
        """What is left: by its uses, by the function that returns it, and by who asks."""
        weak: list[tuple[int, str]] = []
        for t, i in self.open.items():
            uses, place = self.used.get(t, ()), self.made[i]
            if name := self._outer(t, place, uses):
                self.names[i] = name
            elif uses:
                weak.append((i, uses[0].name))
            else:
                self.names[i] = self._of_function(t, place)
        strong = set(self.names) if weak else set()
        for i, name in weak:
            t = self.tensors[i]
            self.names[i] = name if name not in strong else self._of_function(t, self.made[i])

    def titles(self) -> list[str | None]:
        """The names; of several that belong to objects, the shortest endings of their paths that tell them apart."""
        titles = list(self.names)
        for those in self.owned.values():
            if len(those) > 1:
                for i, title in zip(those, _shortest([self._path(i) for i in those])):
                    titles[i] = title
        return titles

    def _path(self, i: int) -> Path:
        t, name = self.tensors[i], self.names[i] or ""
        return self.paths.get(t) or (*(self._owner(t) if t.a is not None else ()), name)

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
        followed: set[ast.AST] = set()
        while source is not None and node is not None and found.holder == "result":
            scope = source.scope(node)
            node = None if scope in followed else source.only_call(scope)
            outer = None if node is None else home_of(source, node, found.steps)
            if outer is None:
                return None
            followed.add(scope)
            found = outer
        return self.numbers.written(found.name, ()) if found.name else None

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

    def _owner(self, t: Tensor) -> Path:
        """The object whose ``self.W`` stands in the expression of a result."""
        code, left, seen = t.code, [t], {t}
        for inner in left:
            place = self.places(inner)
            for i, use in zip(inner.inputs, place.uses(inner.details.op)):
                if i in self.paths and use is not None and _belongs(place, use):
                    return self.paths[i][:-1]
            more = [i for i in inner.inputs if i.code is code and i in self.open and i not in seen]
            left += more[: FARTHEST - len(left)]
            seen.update(more)
        return ()


def _belongs(place: Place, use: Use) -> bool:
    """Whether an operand is an attribute of self, or a variable of the function around."""
    node = use.node
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Name) and place.code is not None and node.id in place.code.co_freevars


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
