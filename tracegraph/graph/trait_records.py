"""Traits of a node as JSON: an object of those that are not neutral.

Causes of NaN and infinities are functions, which no file can hold: the name of the op that has the same stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_type_hints

from ..ops.registry import everything, find
from ..ops.traits import UNKNOWN, Traits
from .packing import Packer, Unpacker


def write(traits: Traits, packer: Packer) -> dict[str, Any]:
    """The traits that are not neutral, as JSON."""
    held = {name: getattr(traits, name) for name in _CHECKS}
    record = {name: _packed(value, packer) for name, value in held.items() if value != getattr(UNKNOWN, name)}
    alike = next((op.name for op in everything() if op.traits.singular == traits.singular != ()), None)
    return record if alike is None else {**record, "singular": alike}


def read(record: Any, values: Unpacker) -> Traits:
    """Traits from their JSON record; ValueError for a malformed one. Causes of an unknown op are dropped."""
    if not isinstance(record, dict) or not record.keys() <= {*_CHECKS, "singular"}:
        raise ValueError(f"{record!r:.40} is no object of {', '.join(_CHECKS)} and singular")
    traits = {name: _unpacked(value, values) for name, value in record.items()}
    alike = find(str(traits.pop("singular", "")))
    for name, value in traits.items():
        if not _CHECKS[name](value):
            raise ValueError(f"{name} cannot be {value!r:.40}")
    return Traits(**traits, singular=alike.traits.singular if alike else ())


def _packed(value: Any, packer: Packer) -> Any:
    if isinstance(value, Mapping):
        return [[key, packer.pack(option)] for key, option in value.items()]
    return packer.pack(value)


def _unpacked(value: Any, values: Unpacker) -> Any:
    if not isinstance(value, list):
        return values.unpack(value)
    if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in value):
        raise ValueError("options are no list of names and values")
    return {key: values.unpack(option) for key, option in value}


def _check(annotation: Any) -> Callable[[Any], bool]:
    """Whether a value is of the type that a trait has."""
    return _OF_TYPE.get(annotation) or (lambda value: isinstance(value, str) and value in get_args(annotation))


def _exactly(kind: type) -> Callable[[Any], bool]:
    return lambda value: type(value) is kind


def _each(kind: type, count: int | None = None) -> Callable[[Any], bool]:
    return lambda value: (
        type(value) is tuple and count in (None, len(value)) and all(type(part) is kind for part in value)
    )


_OF_TYPE: dict[Any, Callable[[Any], bool]] = {
    **{kind: _exactly(kind) for kind in (bool, int, str)},
    tuple[int, ...]: _each(int),
    tuple[str, ...]: _each(str),
    tuple[float, float] | None: _each(float, 2),
    Mapping[str, Any]: _exactly(dict),
}
_CHECKS = {name: _check(kind) for name, kind in get_type_hints(Traits).items() if name != "singular"}
"""Whether a value is one that a trait of this name can have."""
