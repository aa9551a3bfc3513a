"""Names of tensors: what the program calls them, where they go and where they are used."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.leaves import PARAMETER
from ...engine.tensor import Tensor
from ...ops.op import Op
from .homes import Home
from .homes import home as home_of
from .keys import Counter
from .owners import Numbers, Owners, Path
from .places import Place, Places
from .source import Function
from .titles import numbered, shortest
from .uses import Use, argument
from .variables import bound

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
        self.used: dict[Tensor, list[tuple[Use, Tensor]]] = {}  # with the operation that uses it
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
                        self.used.setdefault(i, []).append((use, t))

    def _second(self) -> None:
        """What is left: by its uses, by the function that returns it, and by who asks."""
        weak: list[tuple[int, str]] = []
        for t, i in self.open.items():
            uses, place = self.used.get(t, ()), self.made[i]
            if name := self._outer(t, place, uses):
                self.names[i] = name
            elif uses:
                weak.append((i, uses[0][0].name))
            else:
                self.names[i] = self._of_function(t, place)
        strong = set(self.names) if weak else set()
        for i, name in weak:
            t = self.tensors[i]
            self.names[i] = name if name not in strong else self._of_function(t, self.made[i])

    def titles(self) -> list[str | None]:
        """The names; of several that belong to objects, the shortest endings of their paths that tell them apart."""
        titles = list(self.names)
        for alike in self.owned.values():
            if len(alike) > 1:
                for i, title in zip(alike, shortest([self._path(i) for i in alike])):
                    titles[i] = title
        return titles

    def _path(self, i: int) -> Path:
        t, name = self.tensors[i], self.names[i] or ""
        return self.paths.get(t) or (*(self._owner(t) if t.a is not None else ()), name)

    def _outer(self, t: Tensor, place: Place, uses: Sequence[tuple[Use, Tensor]]) -> str | None:
        if strong := next((use.name for use, _ in uses if not use.weak), None):
            return strong
        if uses and (given := self._argument(*uses[0])):
            return given.name
        home = place.home
        if home is not None and home.holder == "result":
            if name := self._called(t, place, home):
                return name
            if home.name:
                return self.numbers.written(home.name, ())
        return self.held.get(t) if t.a is None or t is self.tensors[-1] else None

    def _argument(self, use: Use, user: Tensor) -> Use | None:
        """What the only call of an object gives for what its method calls ``x``: ``X`` in ``l1(X)``."""
        source, call = self.places(user).source, self._call_of(user)
        return argument(source, use.scope, call, use.name) if source and call else None

    def _call_of(self, t: Tensor) -> ast.Call | None:
        """The only call of the object in whose method a tensor was made."""
        source, owner = self.places(t).source, self._owner(t)
        calls = source.calls.get(owner[-1], []) if source and owner else []
        return calls[0] if len(calls) == 1 else None

    def _called(self, t: Tensor, place: Place, home: Home) -> str | None:
        """Where the only call of the function goes that returns a result, also through several functions."""
        source, node, found = place.source, place.node, home
        followed: set[ast.AST] = set()
        while source is not None and node is not None and found.holder == "result":
            scope = source.scope(node)
            call = source.only_call(scope) or (None if followed else self._call_of(t))
            outer = None if call is None or scope in followed else home_of(source, call, found.steps)
            if outer is None:
                return None
            followed.add(scope)
            node, found = call, outer
        counted = any(isinstance(part, Counter) for part in found.name)
        return self.numbers.written(found.name, ()) if found.name and not (counted and home.name) else None

    def _of_function(self, t: Tensor, place: Place) -> str | None:
        """A loss, if it is the number that is returned in the end; else the name of the function that returns it."""
        if place.source is None or place.node is None or place.home is None or place.home.holder != "result":
            return None
        scope = place.source.scope(place.node)
        if not isinstance(scope, Function):
            return None
        if t is self.tensors[-1] and t.size == 1:
            return "loss"
        name = scope.name
        if name in place.source.calls and name not in _GENERAL and not name.startswith("_") and not place.home.steps:
            return name
        return None

    def _owner(self, t: Tensor) -> Path:
        """The object whose ``self.W`` stands in the expression of a result."""
        code, left, seen = t.code, [t], {t}
        for inner in left:
            place = self.places(inner)
            for i, use in zip(inner.inputs, place.uses(inner.details.op)):
                if i in self.paths and use is not None and _belongs(place, use):
                    return self.paths[i][:-1]
            more = [i for i in inner.inputs if i.code is code and i not in seen]
            left += more[: FARTHEST - len(left)]
            seen.update(more)
        return ()


def _belongs(place: Place, use: Use) -> bool:
    """Whether an operand is an attribute of self, or a variable of the function around."""
    node = use.node
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Name) and place.code is not None and node.id in place.code.co_freevars


def _is_arithmetic(op: Op) -> bool:
    """Whether functions written in C, such as sum and reduce, carry it out by one of Python's operators."""
    return bool(op.traits.operator and op.vjps) and len(op.inputs) == 2
