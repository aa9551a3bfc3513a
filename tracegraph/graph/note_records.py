"""Notes as JSON: an object each, read back by the types of the fields; every value is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ..errors import GraphError
from .note import NOTES, Note
from .packing import Packer, Unpacker
from .records import LARGEST


def write(notes: Mapping[str, Note], packer: Packer) -> dict[str, Any]:
    """The record of each note by its kind."""
    return {kind: _written(note, type(note), packer) for kind, note in notes.items()}


def read(record: Any, values: Unpacker) -> dict[str, Note]:
    """The notes of a JSON record; ValueError for a malformed one."""
    if not isinstance(record, dict):
        raise ValueError("its notes are no object")
    notes = {}
    for kind, note in record.items():
        try:
            notes[kind] = _read(note, NOTES.get(kind, Note), values)
        except (ValueError, GraphError) as error:
            raise ValueError(f"note {kind!r:.40}: {error}") from None
    return notes


def _written(value: Any, kind: Any, packer: Packer) -> Any:
    """A value as JSON; NumPy's numbers become those of Python, by the type of the field."""
    if value is None:
        return None
    kind = _plain(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return {
            name: _written(getattr(value, name), of, packer)
            for name, (of, default) in _fields(kind).items()
            if getattr(value, name) != default
        }
    if get_origin(kind) is tuple:
        return [_written(v, of, packer) for v, of in zip(value, _parts(kind, len(value)), strict=True)]
    return packer.pack(kind(value))


def _read(value: Any, kind: Any, values: Unpacker) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return None if value is None else _read(value, _plain(kind), values)
    if is_dataclass(kind):
        return _object(value, kind, values)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{value!r:.40} where a list was due")
        return tuple(_read(v, of, values) for v, of in zip(value, _parts(kind, len(value)), strict=True))
    return _SIMPLE[kind](values.unpack(value))


def _object(record: Any, kind: Any, values: Unpacker) -> Any:
    declared = _fields(kind)
    if not isinstance(record, dict) or not record.keys() <= declared.keys():
        raise ValueError(f"{record!r:.40} is no object of the fields {', '.join(declared)}")
    for name, (_, default) in declared.items():
        if default is MISSING and name not in record:
            raise ValueError(f"a {kind.__name__} has no {name}")
    return kind(**{name: _read(value, declared[name][0], values) for name, value in record.items()})


@cache
def _fields(kind: Any) -> dict[str, tuple[Any, Any]]:
    """Type and default of each field of a dataclass."""
    hints = get_type_hints(kind)
    return {f.name: (hints[f.name], f.default) for f in fields(kind)}


def _parts(kind: Any, count: int) -> tuple[Any, ...]:
    """The types of the ``count`` parts of a tuple."""
    parts = get_args(kind)
    if parts[-1] is ...:
        return (parts[0],) * count
    if len(parts) != count:
        raise ValueError(f"{count} parts where {len(parts)} were due")
    return parts


def _plain(kind: Any) -> Any:
    """The type itself of one that may be None."""
    union = get_origin(kind) in (Union, UnionType)
    return next(part for part in get_args(kind) if part is not NoneType) if union else kind


def _index(value: Any) -> int:
    if type(value) is not int or not 0 <= value < LARGEST:
        raise ValueError(f"{value!r:.40} where a number from 0 was due")
    return value


def _float(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError(f"{value!r:.40} where a number was due")
    return float(value)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(f"{value!r:.40} where a text was due")
    return value


_SIMPLE: Mapping[Any, Callable[[Any], Any]] = {int: _index, float: _float, str: _text}
