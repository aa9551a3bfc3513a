"""The cause of a NaN or an infinity among those that its op declares, in words with the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...ops.causes import Cause, Way
from ...text.numbers import number

Operands = Mapping[str, Any]
"""The numbers that one element is made from, by the name of the input: arrays of one axis."""

Found = tuple[Cause, int]
"""A cause, and the number of the first element that it holds for."""


def why(causes: Iterable[Cause], direction: Way, kind: str, at: Operands, slot: int | None = None) -> Found | None:
    """The first cause that holds for some of these operands, and the number of the first such element.

    ``slot``: the input on the way back to which the number is not finite.
    """
    for cause in causes:
        concerns = cause.way == direction and kind in cause.kinds and cause.slot in (None, slot)
        if concerns and {*cause.operands} <= at.keys():
            holds = _holds(cause, at)
            if holds.any():
                return cause, int(np.argmax(holds))
    return None


def _holds(cause: Cause, at: Operands) -> Any:
    try:
        with np.errstate(all="ignore"):
            return np.asarray(cause.when(*(at[name] for name in cause.operands)))
    except (TypeError, ValueError):  # the shapes in a file need not fit the operation that it names
        return np.asarray(False)


def said(words: str, op: str, at: Operands, place: int, index: Sequence[int], over: str, digits: int = 4) -> str:
    """The words of a cause with the numbers in them."""
    n = max((np.size(v) for v in at.values()), default=0)
    row, column = (0, 0, *index)[-2:] if len(index) != 1 else (index[0], index[0])
    numbers = {k: _at(v, place, digits) for k, v in at.items()}
    return words.format(**{**numbers, "op": op, "over": over, "row": row, "column": column, "n": f"{n} numbers"})


def overflows(value: Any) -> str:
    """The word, with the type where it is not the one that everybody expects."""
    kind = "float64" if isinstance(value, float) else np.asarray(value).dtype.name
    return "overflows" if kind == "float64" else f"overflows {kind}"


def _at(values: Any, place: int, digits: int) -> str:
    flat = np.ravel(values)
    return number(flat[place if place < flat.size else 0], digits) if flat.size else ""
