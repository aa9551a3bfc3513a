"""Paths of parameters, such as ``layers[0].W``: from where they were made, and from where those functions were called.

A parameter keeps its callers (`tracegraph.engine.callers`): for each the code, the instruction, and the id of its
``self``. What the source makes of a call (``l1 = Dense()``) names the object that the parameter belongs to.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import NamedTuple

from ...engine.callers import Caller
from ...engine.tensor import Tensor
from .homes import Home
from .homes import home as home_of
from .keys import Counter, Name, Step
from .places import NOWHERE, Place, Places
from .source import is_inside
from .uses import written

Path = tuple[str, ...]


class _Caller(NamedTuple):
    place: Place
    own: int  # the id of its self; 0 for a function


class _Callers:
    """The callers of a parameter, looked up as far as they are asked for.

    A comprehension, which is a function of its own up to Python 3.11, is part of the function that it stands in.
    """

    def __init__(self, callers: tuple[Caller, ...], places: Places) -> None:
        self._rest, self._places = iter(callers), places
        self._found: list[_Caller] = []

    def __getitem__(self, i: int) -> _Caller | None:
        while len(self._found) <= i:
            code, lasti, own = next(self._rest, _END)
            place = NOWHERE if code is None else self._places.at(code, lasti)
            if place is NOWHERE:  # the end, or code of ours
                return None
            while code is not None and is_inside(code):
                code, _, own = next(self._rest, _END)
            self._found.append(_Caller(place, own))
        return self._found[i]


_END = (None, 0, 0)


class Numbers:
    """Numbers in names: one after the other, and the same for the same object."""

    def __init__(self) -> None:
        self._counts: dict[Hashable, int] = {}
        self._objects: dict[Hashable, int] = {}
        self._fields: dict[Hashable, set[Hashable]] = {}

    def written(self, name: Name, parent: Path, own: int = 0, field: Hashable = None) -> str:
        """A name with its number; that of an object belongs to it, until a field of it comes again."""
        return "".join([p if isinstance(p, str) else self._turn(p, parent, own, field) for p in name])

    def _turn(self, counter: Counter, parent: Path, own: int, field: Hashable) -> str:
        key = (parent, counter.key)
        number = self._objects.get((key, own)) if own else None
        if number is None or (field is not None and field in self._fields[key, own]):
            number = self._counts.get(key, 0)
            self._counts[key] = number + 1
            self._objects[key, own], self._fields[key, own] = number, set()
        self._fields[key, own].add(field)
        values = counter.values
        return values[number % len(values)] if values else str(counter.start + number)


class Owners:
    """Finds the paths of parameters, in the order in which they were made."""

    def __init__(self, places: Places, numbers: Numbers) -> None:
        self._places, self._numbers = places, numbers
        self._calls: dict[ast.Call, Home | None] = {}
        self._list: tuple[tuple[Caller, ...], Name, Path] = ((), (), ())  # of the parameter before, if it is in a list

    def path(self, t: Tensor) -> Path:
        """The names that lead to a parameter, outermost first; empty if it has none."""
        before, name, parent = self._list
        if before and t.details.callers == before:  # the next element of the same list of the same object
            return (*parent, self._numbers.written(name, parent))
        callers = _Callers(t.details.callers, self._places)
        first = callers[0]
        if first is None:
            return ()
        home = first.place.home
        path = self._path(callers, 0, home, 0, None)
        listed = home is not None and home.holder == "self" and any(isinstance(p, Counter) for p in home.name)
        self._list = (t.details.callers, home.name, path[:-1]) if home is not None and listed else ((), (), ())
        return path

    def _path(self, callers: _Callers, i: int, home: Home | None, own: int, field: Hashable) -> Path:
        """The path of what goes to ``home`` in a caller: of an object with its id, of which a field is asked."""
        if home is None:
            return ()
        if home.holder == "result":
            outer = self._result(callers, i + 1, home.steps, own, field)
            return outer or ((self._numbers.written(home.name, (), own, field),) if home.name else ())
        parent: Path = ()
        if home.holder == "self":
            parent = self._maker(callers, i, None if i or any(isinstance(p, Counter) for p in home.name) else home)
        elif home.holder == "part":
            parent = self._result(callers, i + 1, (), 0, None)
        elif home.call is not None and (caller := callers[i]):
            parent = self._path(callers, i, self._home_of(caller.place, home.call), 0, None)
        return (*parent, self._numbers.written(home.name, parent, own, field))

    def _home_of(self, place: Place, call: ast.Call) -> Home | None:
        if call not in self._calls and place.source is not None:
            self._calls[call] = home_of(place.source, call)
        return self._calls[call]

    def _result(self, callers: _Callers, i: int, steps: tuple[Step, ...], own: int, field: Hashable) -> Path:
        """The path of what the function returns that is called in a caller."""
        caller = callers[i]
        if caller is None or not caller.place.in_call:
            return ()
        return self._path(callers, i, caller.place.leads(steps), own, field)

    def _maker(self, callers: _Callers, i: int, field: Hashable) -> Path:
        """The path of the object whose method a caller is."""
        method, j = callers[i], i + 1
        while method is not None and (caller := callers[j]) is not None and caller.own == method.own:
            method, j = caller, j + 1
        if method is None or caller is None or not method.own:
            return ()
        code, node = method.place.code, caller.place.node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and code is not None:
            if node.func.attr == code.co_name != "__init__":
                return (receiver,) if (receiver := written(node.func.value)) else ()
        return self._result(callers, j, (), method.own, field)
