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


def write(part: Node | Edge, packer: Packer) -> dict[str, Any]:
    """A node or an edge, without the fields that have their default."""
    record: dict[str, Any] = {}
    for name, default in _DEFAULTS[type(part)].items():
        value = getattr(part, name)
        if name == "attrs":
            value = {str(key): packer.pack(option) for key, option in value.items()}
        elif name == "args":
            value = list(value)
        elif name == "index":
            value = None if value is None else list(value)
        elif name == "traits":
            value = None if value is None else trait_records.write(value, packer)
        elif name in _NUMBERS:
            value = packer.pack(_number(float(value) if name == "local" and value is not None else value))
        if value != default:
            record[name] = READERS[name](value) if name in _FORMULAS else value
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
            if name == "traits":
                value = trait_records.read(value, values)
            read[name] = READERS[name](values.unpack(value) if name in _NUMBERS else value)
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
    real = value is None or isinstance(value, (bool, int, float, np.ndarray, np.generic))
    if not real or getattr(value, "dtype", np.dtype(float)).newbyteorder("=").name not in DTYPES:
        raise ValueError(f"{value!r:.40} is not a number or an array of numbers")
    return value


_dict = _exactly(dict)
_NUMBERS = ("value", "gradient", "contribution", "local", "handed")
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
    "Traits | None": _exactly(Traits),
}


def _default(of: Field[Any]) -> Any:
    """The default of a field, which a record leaves out."""
    if of.default is MISSING:
        return MISSING if of.default_factory is MISSING else {}
    return [] if of.default == () else of.default


_DEFAULTS: Mapping[type, dict[str, Any]] = {kind: {f.name: _default(f) for f in fields(kind)} for kind in (Node, Edge)}
READERS: dict[str, Callable[[Any], Any]] = {
    **{f.name: _OF_TYPE[str(f.type)] for kind in (Node, Edge) for f in fields(kind)},
    **dict.fromkeys(_FORMULAS, _formula),
}
