"""Nodes and edges as JSON: an object each, without the fields that have their default; every field is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

import numpy as np

from .. import formula
from ..errors import GraphError
from ..ops.traits import Traits
from . import trait_records
from .node import Edge, Node
from .packing import DTYPES, Packer, Unpacker
from .validity import LONGEST

LARGEST = 2**60
"""Keys are less: beyond, a stranger could choose numbers of the same hash."""


def write(part: Node | Edge, packer: Packer) -> dict[str, Any]:
    """A node or an edge, without the fields that have their default."""
    record = {name: packed(name, getattr(part, name), packer) for name in DEFAULTS[type(part)]}
    return {name: value for name, value in record.items() if value != DEFAULTS[type(part)][name]}


def packed(name: str, value: Any, packer: Packer) -> Any:
    """The JSON of the value of a field."""
    if name in NUMBERS:
        if type(value) is float:
            return packer.pack(value)
        return packer.pack(_number(float(value) if name == "local" and value is not None else value))
    if name == "attrs":
        return {str(key): packer.pack(option) for key, option in value.items()} if value else {}
    if name in ("args", "index"):
        return None if value is None else list(value)
    if name == "traits":
        return None if value is None else trait_records.write(value, packer)
    return READERS[name](value) if name in _FORMULAS and value else value


def read(kind: type[Any], record: Any, values: Unpacker) -> Any:
    """A node or an edge from its record."""
    what = kind.__name__.lower()
    if not isinstance(record, dict) or not record.keys() <= DEFAULTS[kind].keys():
        raise ValueError(f"a {what} is no object of the fields {', '.join(DEFAULTS[kind])}")
    for name, default in DEFAULTS[kind].items():
        if default is MISSING and name not in record:
            raise ValueError(f"a {what} has no {name}")
    read: dict[str, Any] = {}
    for name, value in record.items():
        try:
            read[name] = unpacked(name, value, values)
        except (ValueError, TypeError, GraphError) as error:
            raise ValueError(f"{name} of a {what}: {error}") from None
    return kind(**read)


def unpacked(name: str, value: Any, values: Unpacker) -> Any:
    """The value of a field from its JSON, checked."""
    if name in NUMBERS:
        return READERS[name](value if type(value) is float else values.unpack(value))
    if name == "attrs":
        value = {key: values.unpack(option) for key, option in _dict(value).items()}
    if name == "traits":
        return None if value is None else trait_records.read(value, values)
    return READERS[name](value)


def _exactly(*kinds: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) not in kinds:
            raise ValueError(f"{value!r:.40} where {' or '.join(k.__name__ for k in kinds)} was due")
        return value

    return check


def _index(value: Any) -> int:
    if type(value) is not int or not 0 <= value < LARGEST:
        raise ValueError(f"{value!r:.40} where a number from 0 was due")
    return value


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > LONGEST:
        raise ValueError(f"{value!r:.40} where a text of at most {LONGEST} characters was due")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(v) for v in _exactly(list)(value))


def _place(value: Any) -> tuple[int, ...]:
    return tuple(_index(i) for i in _exactly(list)(value))


def _place_or_none(value: Any) -> tuple[int, ...] | None:
    return None if value is None else _place(value)


def _formula(value: Any) -> Any:
    if _exactly(str, type(None))(value):
        formula.parse(value)
    return value


def _number(value: Any) -> Any:
    """A value that a node can have: a number, an array of numbers, or None."""
    if type(value) is float or value is None:
        return value
    real = isinstance(value, (bool, int, float, np.ndarray, np.generic))
    if not real or getattr(value, "dtype", np.dtype(float)).newbyteorder("=").name not in DTYPES:
        raise ValueError(f"{value!r:.40} is not a number or an array of numbers")
    return value


_dict = _exactly(dict)
NUMBERS = ("value", "gradient", "contribution", "local", "handed")
_FORMULAS = ("formula", "vjp")
_OF_TYPE: dict[str, Callable[[Any], Any]] = {
    "int": _index,
    "int | None": _exactly(int, type(None)),
    "float | None": _exactly(float, int, type(None)),
    "str": _text,
    "str | None": lambda value: None if value is None else _text(value),
    "bool": _exactly(bool),
    "tuple[str, ...]": _texts,
    "Mapping[str, Any]": _dict,
    "Any": _number,
    "tuple[int, ...] | None": _place_or_none,
    "Traits | None": _exactly(Traits, type(None)),
}


def _default(of: Field[Any]) -> Any:
    """The default of a field, which a record leaves out."""
    if of.default is MISSING:
        return MISSING if of.default_factory is MISSING else {}
    return [] if of.default == () else of.default


DEFAULTS: Mapping[type, dict[str, Any]] = {kind: {f.name: _default(f) for f in fields(kind)} for kind in (Node, Edge)}
READERS: dict[str, Callable[[Any], Any]] = {
    **{f.name: _OF_TYPE[str(f.type)] for kind in (Node, Edge) for f in fields(kind)},
    **dict.fromkeys(_FORMULAS, _formula),
}
