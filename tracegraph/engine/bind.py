"""Bind the arguments of a call to the inputs and the options of an op."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import OpError
from ..ops.op import Op

ALIASES = {
    "a_min": "min",
    "a_max": "max",
    "exponent": "b",
    "newshape": "shape",
    "pad_width": "width",
    "correction": "ddof",
}
"""Names that NumPy or PyTorch give to an argument, and ours."""


def bind(op: Op, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by position, then by name, as (inputs, options); an unknown or missing one is an error."""
    if op.variadic:
        return _bind_variadic(op, args, kwargs)
    names = (*op.inputs, *op.attrs)
    if len(args) > len(names):
        raise OpError(f"{op.name} takes {', '.join(names)}; {len(args)} arguments were given")
    values = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        key = ALIASES.get(key, key)
        if key not in names or key in values:
            raise OpError(f"{op.name} has no option {key!r}; it takes {', '.join(names)}")
        values[key] = value
    inputs = [values.pop(key, None) for key in op.inputs]
    while len(inputs) > op.required and inputs[-1] is None:
        inputs.pop()
    missing = [k for k, v in zip(op.inputs, inputs, strict=False) if v is None]
    missing += [k for k, v in op.attrs.items() if v is ... and k not in values]
    if missing:
        raise OpError(f"{op.name} needs {', '.join(missing)}; it takes {', '.join(names)}")
    return inputs, {**op.attrs, **values}


def _bind_variadic(op: Op, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    attrs = dict(op.attrs)
    first = [k for k, v in attrs.items() if v is ...]  # options that come before the inputs, as in einsum
    attrs.update(zip(first, args, strict=False))
    inputs = list(args[len(first) :])
    if not first and inputs and isinstance(inputs[0], (list, tuple)):  # concatenate([a, b], axis)
        attrs.update(zip(attrs, inputs[1:], strict=False))
        inputs = list(inputs[0])
    elif not first and len(inputs) == 1:  # NumPy would take it apart along its first axis
        raise OpError(f"{op.name}: give several tensors, or a list of them")
    if unknown := [k for k in kwargs if k not in attrs]:
        raise OpError(f"{op.name} has no option {unknown[0]!r}; it takes {', '.join(attrs)}")
    if not inputs:
        raise OpError(f"{op.name} needs at least one tensor")
    return inputs, {**attrs, **kwargs}
