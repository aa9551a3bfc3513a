"""Paths of parameters, such as ``layers[0].W``: from where they were made, and from where those functions were called.

A parameter keeps its callers (`tracegraph.engine.callers`): for each the code, the instruction, and the id of its
``self``. What the source makes of a call (``l1 = Dense()``) names the object that the parameter belongs to.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import NamedTuple

from ...engine.leaves import PARAMETER
from ...engine.tensor import Tensor
from .homes import Home, Step
from .keys import Counter, Name
from .places import Place, Places
from .source import is_inside
from .uses import written

Path = tuple[str, ...]


class _Caller(NamedTuple):
    place: Place
    own: int  # the id of its self; 0 for a function


class Numbers:
    """Numbers in names: one after the other, and the same for the same object."""

    def __init__(self) -> None:
        self._counts: dict[Hashable, int] = {}
        self._objects: dict[Hashable, int] = {}
        self._fields: set[Hashable] = set()

    def written(self, name: Name, parent: Path, own: int = 0, field: Hashable = None) -> str:
        """A name with its number; that of an object belongs to it, until a field of it comes again."""
        return "".join(p if isinstance(p, str) else self._turn(p, parent, own, field) for p in name)

    def _turn(self, counter: Counter, parent: Path, own: int, field: Hashable) -> str:
        key = (parent, counter.key)
        if own and (key, own) in self._objects and (field is None or (key, own, field) not in self._fields):
            number = self._objects[key, own]
        else:
            number = self._counts.get(key, 0)
            self._counts[key] = number + 1
            self._fields = {f for f in self._fields if f[:2] != (key, own)} if own else self._fields  # type: ignore[index]
        self._objects[key, own] = number
        if own and field is not None:
            self._fields.add((key, own, field))
        values = counter.values
        return values[number % len(values)] if values else str(counter.start + number)


class Owners:
    """Finds the paths of parameters, in the order in which they were made."""

    def __init__(self, places: Places, numbers: Numbers) -> None:
        self._places, self._numbers = places, numbers

    def path(self, t: Tensor) -> Path:
        """The names that lead to a parameter, outermost first; empty if it has none."""
        callers = self._callers(t)
        return self._path(callers, 0, callers[0].place.home, 0, None) if callers else ()

    def _callers(self, t: Tensor) -> list[_Caller]:
        """The callers, with comprehensions as parts of the functions that they stand in."""
        if t.op is not PARAMETER or not t.details.callers:
            return []
        found: list[_Caller] = []
        inside = False
        for code, lasti, own in t.details.callers:
            place = self._places.at(code, lasti)
            if inside:
                found[-1] = found[-1]._replace(own=own)
            else:
                found.append(_Caller(place, own))
            inside = is_inside(code)
        return found

    def _path(self, callers: list[_Caller], i: int, home: Home | None, own: int, field: Hashable) -> Path:
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
        elif home.call is not None and (source := callers[i].place.source):
            outer_place = Place(None, callers[i].place.code, source, home.call)
            parent = self._path(callers, i, outer_place.home, 0, None)
        return (*parent, self._numbers.written(home.name, parent, own, field))

    def _result(self, callers: list[_Caller], i: int, steps: tuple[Step, ...], own: int, field: Hashable) -> Path:
        """The path of what the function returns that is called in a caller."""
        if i >= len(callers) or not callers[i].place.in_call:
            return ()
        return self._path(callers, i, callers[i].place.leads(steps), own, field)

    def _maker(self, callers: list[_Caller], i: int, field: Hashable) -> Path:
        """The path of the object whose method a caller is."""
        own = callers[i].own
        j = i + 1
        while j < len(callers) and callers[j].own == own:
            j += 1
        if not own or j >= len(callers):
            return ()
        method, node = callers[j - 1].place.code, callers[j].place.node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and method is not None:
            if node.func.attr == method.co_name != "__init__":
                return (receiver,) if (receiver := written(node.func.value)) else ()
        return self._result(callers, j, (), own, field)
