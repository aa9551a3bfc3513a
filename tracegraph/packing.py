"""Nodes and edges as JSON, and their values: what JSON has stays as it is, the rest is an object with one key.

``{"float": "nan"}`` · ``{"scalar": ["float32", 0.5]}`` · ``{"array": 3}`` · ``{"tuple": [...]}`` · ``{"slice": [...]}``
``{"ellipsis": null}`` · ``{"dtype": "float32"}``; an option that is anything else is kept as its ``repr``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from math import isfinite
from typing import Any

import numpy as np

from . import formula
from .errors import GraphError
from .graph import Edge, Mark, Node

Array = np.ndarray[Any, Any]
Json = Any

DTYPES = {np.dtype(t).name: np.dtype(t) for t in (
    np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64,
    np.float16, np.float32, np.float64,
)}  # fmt: skip
"""Types that values may have: real numbers, the same on every machine."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_LONG = 2**1000


class Packer:
    """Turns values into JSON; collects their arrays, each object once."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self._places: dict[int, int] = {}

    def pack(self, value: Any) -> Json:
        """The JSON of a value."""
        if value is None or type(value) in (bool, str):
            return value
        if type(value) is float:
            return value if isfinite(value) else {"float": repr(value)}
        if isinstance(value, int):
            return int(value) if abs(value) < _LONG else hex(value)
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.newbyteorder("=").name in DTYPES:
            return self._numpy(value)
        if isinstance(value, list):
            return [self.pack(v) for v in value]
        if isinstance(value, tuple):
            return {"tuple": [self.pack(v) for v in value]}
        if isinstance(value, slice):
            return {"slice": [self.pack(v) for v in (value.start, value.stop, value.step)]}
        if value is ...:
            return {"ellipsis": None}
        if isinstance(value, np.dtype) and value.name in DTYPES:
            return {"dtype": value.name}
        return str(value) if isinstance(value, str) else _ADDRESS.sub("", repr(value))

    def _numpy(self, value: Any) -> Json:
        if isinstance(value, np.generic):
            return {"scalar": [value.dtype.name, self.pack(value.item())]}
        place = self._places.setdefault(id(value), len(self.arrays))
        if place == len(self.arrays):
            self.arrays.append(np.asarray(value))
        return {"array": place}


class Unpacker:
    """Turns JSON back into values; raises ValueError for what no `Packer` has made."""

    def __init__(self, arrays: Sequence[Array]) -> None:
        self.arrays = arrays
        self._readers: Mapping[str, Callable[[Any], Any]] = {
            "float": _special, "scalar": self._scalar, "array": self._array, "dtype": _dtype,
            "tuple": lambda parts: tuple(self._parts(parts)), "slice": lambda parts: slice(*self._parts(parts, 3)),
            "ellipsis": lambda nothing: ...,
        }  # fmt: skip

    def unpack(self, value: Json) -> Any:
        """The value that this JSON stands for."""
        if isinstance(value, list):
            return self._parts(value)
        if not isinstance(value, dict):
            return value
        tag = next(iter(value), "")
        if len(value) != 1 or tag not in self._readers:
            raise ValueError(f"a value is marked {', '.join(value)!r}; one of {', '.join(self._readers)} was due")
        return self._readers[tag](value[tag])

    def _parts(self, parts: Json, count: int | None = None) -> list[Any]:
        if not isinstance(parts, list) or count not in (None, len(parts)):
            raise ValueError("a list of values is not one, or not of the right length")
        return [self.unpack(part) for part in parts]

    def _array(self, place: Json) -> Array:
        if type(place) is not int or not 0 <= place < len(self.arrays):
            raise ValueError(f"array {place!r} is not in the file")
        return self.arrays[place]

    def _scalar(self, pair: Json) -> Any:
        name, number = self._parts(pair, 2)
        kind = _dtype(name)
        wanted = {"b": bool, "f": float}.get(kind.kind, int)
        if type(number) is not wanted or not _fits(number, kind):
            raise ValueError(f"{number!r} is not a {name}")
        return kind.type(number)


def _fits(number: Any, kind: np.dtype[Any]) -> bool:
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        return bool(limits.min <= number <= limits.max)
    if kind.kind == "f" and isfinite(number):
        return bool(abs(number) <= np.finfo(kind).max)
    return True


def _special(word: Json) -> float:
    if word not in ("nan", "inf", "-inf"):
        raise ValueError(f"float {word!r} is not nan, inf or -inf")
    return float(word)


def _dtype(name: Json) -> np.dtype[Any]:
    if not isinstance(name, str) or name not in DTYPES:
        raise ValueError(f"type {name!r} is not one of {', '.join(DTYPES)}")
    return DTYPES[name]


# --- nodes and edges --------------------------------------------------------------------------------------------------

def write(part: Node | Edge, packer: Packer) -> dict[str, Any]:
    """A node or an edge, without the fields that have their default."""
    record: dict[str, Any] = {}
    for name, default in _DEFAULTS[type(part)].items():
        value = getattr(part, name)
        if name == "attrs":
            value = {str(key): packer.pack(option) for key, option in value.items()}
        elif name in ("args", "tags"):
            value = list(value)
        elif name == "focus":
            value = [list(place) for place in value]
        elif name == "index":
            value = None if value is None else list(value)
        elif name == "marks":
            value = [[m.verdict, m.quantity, m.written, m.right, list(m.index)] for m in value]
        elif name in _NUMBERS:
            value = packer.pack(_number(float(value) if name == "local" and value is not None else value))
        if value != default:
            record[name] = _READERS[name](value) if name in _FORMULAS else value
    return record


def read(kind: type[Any], record: Any, values: Unpacker) -> Any:
    """A node or an edge from its record."""
    what = kind.__name__.lower()
    if not isinstance(record, dict) or not record.keys() <= _DEFAULTS[kind].keys():
        raise ValueError(f"a {what} is no object of the fields {', '.join(_DEFAULTS[kind])}")
    for name, default in _DEFAULTS[kind].items():
        if default is MISSING and name not in record:
            raise ValueError(f"a {what} has no {name}")
    read: dict[str, Any] = {}
    for name, value in record.items():
        try:
            if name == "attrs":
                value = {key: values.unpack(option) for key, option in _dict(value).items()}
            read[name] = _READERS[name](values.unpack(value) if name in _NUMBERS else value)
        except (ValueError, TypeError, GraphError) as error:
            raise ValueError(f"{name} of a {what}: {error}") from None
    return kind(**read)


def _exactly(*kinds: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) not in kinds:
            raise ValueError(f"{value!r:.40} where {' or '.join(k.__name__ for k in kinds)} was due")
        return value

    return check


def _index(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**60:  # beyond, a stranger could choose numbers of the same hash
        raise ValueError(f"{value!r:.40} where a number from 0 was due")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_exactly(str)(v) for v in _exactly(list)(value))


def _marks(value: Any) -> tuple[Mark, ...]:
    return tuple(_mark(_exactly(list)(v)) for v in _exactly(list)(value))


def _mark(parts: list[Any]) -> Mark:
    if len(parts) != 5:
        raise ValueError(f"a mark of {len(parts)} parts; 5 were due")
    verdict, quantity, written, right = _texts(parts[:4])
    return Mark(verdict, quantity, written, right, _place(parts[4]))


def _place(value: Any) -> tuple[int, ...]:
    return tuple(_index(i) for i in _exactly(list)(value))


def _place_or_none(value: Any) -> tuple[int, ...] | None:
    return None if value is None else _place(value)


def _places(value: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(_place(v) for v in _exactly(list)(value))


def _formula(value: Any) -> Any:
    if _exactly(str, type(None))(value):
        formula.parse(value)
    return value


def _number(value: Any) -> Any:
    """A value that a node can have: a number, an array of numbers, or None."""
    real = value is None or isinstance(value, (bool, int, float, np.ndarray, np.generic))
    if not real or getattr(value, "dtype", np.dtype(float)).newbyteorder("=").name not in DTYPES:
        raise ValueError(f"{value!r:.40} is not a number or an array of numbers")
    return value


_dict = _exactly(dict)
_NUMBERS = ("value", "gradient", "contribution", "local")
_FORMULAS = ("formula", "vjp")
_OF_TYPE: dict[str, Callable[[Any], Any]] = {
    "int": _index, "int | None": _exactly(int, type(None)), "float | None": _exactly(float, int, type(None)),
    "str": _exactly(str), "str | None": _exactly(str, type(None)), "bool": _exactly(bool), "tuple[str, ...]": _texts,
    "Mapping[str, Any]": _dict, "Any": _number, "tuple[Mark, ...]": _marks,
    "tuple[tuple[int, ...], ...]": _places, "tuple[int, ...] | None": _place_or_none,
}  # fmt: skip


def _default(of: Field[Any]) -> Any:
    """What is left out of the record of a node or an edge."""
    if of.default is MISSING:
        return MISSING if of.default_factory is MISSING else {}
    return [] if of.default == () else of.default


_DEFAULTS: Mapping[type, dict[str, Any]] = {kind: {f.name: _default(f) for f in fields(kind)} for kind in (Node, Edge)}
_READERS: dict[str, Callable[[Any], Any]] = {
    **{f.name: _OF_TYPE[str(f.type)] for kind in (Node, Edge) for f in fields(kind)},
    **dict.fromkeys(_FORMULAS, _formula),
}
