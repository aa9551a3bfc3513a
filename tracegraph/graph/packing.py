"""Values as JSON: native types stay as they are, others become an object whose one key names the type.

``{"float": "nan"}`` · ``{"scalar": ["float32", 0.5]}`` · ``{"array": 3}`` · ``{"tuple": [...]}`` · ``{"slice": [...]}``
``{"ellipsis": null}`` · ``{"dtype": "float32"}``; an option that is anything else is kept as its ``repr``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Json = Any

DTYPES = {
    np.dtype(t).name: np.dtype(t)
    for t in (
        np.bool_,
        np.int8,
        np.int16,
        np.int32,
        np.int64,
        np.uint8,
        np.uint16,
        np.uint32,
        np.uint64,
        np.float16,
        np.float32,
        np.float64,
    )
}
"""Types that values may have: real numbers, the same on every machine."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_LONG = 2**1000
DEEPEST = 64
"""Lists and tuples in one another; an array has no more axes."""


class Packer:
    """Turns values into JSON; collects their arrays, each object once."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self._places: dict[int, int] = {}

    def pack(self, value: Any, depth: int = 0) -> Json:
        """The JSON of a value."""
        if depth > DEEPEST:
            raise ValueError("an option is nested too deeply")
        if value is None or type(value) in (bool, str):
            return value
        if type(value) is float:
            return value if isfinite(value) else {"float": repr(value)}
        if isinstance(value, int):
            return int(value) if abs(value) < _LONG else hex(value)
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.newbyteorder("=").name in DTYPES:
            return self._numpy(value)
        if isinstance(value, list):
            return [self.pack(v, depth + 1) for v in value]
        if isinstance(value, tuple):
            return {"tuple": [self.pack(v, depth + 1) for v in value]}
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
            "float": _special,
            "scalar": self._scalar,
            "array": self._array,
            "dtype": _dtype,
            "slice": lambda parts: slice(*self._parts(parts, 3)),
            "ellipsis": lambda nothing: ...,
        }

    def unpack(self, value: Json, depth: int = 0) -> Any:
        """The value that this JSON stands for."""
        if depth > DEEPEST:
            raise ValueError("a value is nested too deeply")
        if isinstance(value, list):
            return self._parts(value, depth=depth)
        if not isinstance(value, dict):
            return value
        tag = next(iter(value), "")
        if len(value) != 1 or tag not in (*self._readers, "tuple"):
            tags = ", ".join((*self._readers, "tuple"))
            raise ValueError(f"a value is marked {', '.join(value)!r:.100}; one of {tags} was due")
        if tag == "tuple":
            return tuple(self._parts(value[tag], depth=depth))
        return self._readers[tag](value[tag])

    def _parts(self, parts: Json, count: int | None = None, depth: int = 0) -> list[Any]:
        if not isinstance(parts, list) or count not in (None, len(parts)):
            raise ValueError("a list of values is not one, or not of the right length")
        return [self.unpack(part, depth + 1) for part in parts]

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
