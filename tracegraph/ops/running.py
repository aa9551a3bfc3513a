"""Run an op, or one of its rules, on plain values: numbers and arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .broadcast import unbroadcast
from .op import Op


def ieee(value: Any) -> Any:
    """NumPy's number for Python's, which raises where IEEE arithmetic has inf and nan."""
    return np.float64(value) if type(value) is float else value


HALF = np.dtype(np.float16)


def widened(values: Sequence[Any]) -> list[Any]:
    """Numbers of float16 as float32, which has room for squares and sums where float16 ends at 65504."""
    return [v.astype(np.float32) if getattr(v, "dtype", None) is HALF else v for v in values]


def run_forward(op: Op, values: Sequence[Any], attrs: Mapping[str, Any]) -> Any:
    """The result of an op at these inputs. Raises whatever the op does."""
    return run_arrays(op, [*map(ieee, values)], attrs)


def run_arrays(op: Op, values: Sequence[Any], attrs: Mapping[str, Any]) -> Any:
    """The same for values that are not all Python floats; an op that sums is computed in float32 for float16."""
    if not op.sums or not any([getattr(v, "dtype", None) is HALF for v in values]):
        return op.forward(*values, **attrs)
    floats = [v.dtype for v in values if getattr(v, "dtype", HALF).kind == "f" and hasattr(v, "dtype")]
    value = op.forward(*widened(values), **attrs)
    narrow = np.asarray(value).dtype == np.float32 and all(kind is HALF for kind in floats)
    return np.asarray(value, HALF)[()] if narrow else value


def run_vjp(op: Op, slot: int, g: Any, y: Any, values: Sequence[Any], attrs: Mapping[str, Any]) -> Any:
    """What the op's rule sends back to one input, in the shape of that input; None where no gradient flows.

    ``g`` is the gradient of the result ``y``. Raises whatever the rule does.
    """
    vjp = op.vjp(slot)
    if vjp is None:
        return None
    where = {"slot": slot} if op.variadic else {}
    numbers = [np.asarray(g)[()], np.asarray(y)[()], *map(ieee, values)]
    back = vjp.rule(*widened(numbers), **attrs, **where)
    return unbroadcast(np.asarray(back), np.shape(values[slot]))[()]
