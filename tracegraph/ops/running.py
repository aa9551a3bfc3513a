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


def run_forward(op: Op, values: Sequence[Any], attrs: Mapping[str, Any]) -> Any:
    """The result of an op at these inputs. Raises whatever the op does."""
    return op.forward(*map(ieee, values), **attrs)


def run_vjp(op: Op, slot: int, g: Any, y: Any, values: Sequence[Any], attrs: Mapping[str, Any]) -> Any:
    """What the op's rule sends back to one input, in the shape of that input; None where no gradient flows.

    ``g`` is the gradient of the result ``y``. Raises whatever the rule does.
    """
    vjp = op.vjp(slot)
    if vjp is None:
        return None
    where = {"slot": slot} if op.variadic else {}
    back = vjp.rule(np.asarray(g)[()], np.asarray(y)[()], *map(ieee, values), **attrs, **where)
    return unbroadcast(np.asarray(back), np.shape(values[slot]))[()]
