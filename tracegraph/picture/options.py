"""The options of operations in words, such as a stride or an index."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import formula
from ..graph import Node, traits_of
from ..text.numbers import clean, number, shape


def options_of(node: Node) -> str:
    """The options that matter to the reader: not those that are in the formula already, nor those that are off."""
    traits = traits_of(node)
    hidden = {*formula.names(node.formula), *traits.implied}
    shown = {k: v for k, v in node.attrs.items() if k not in hidden and not _says_nothing(v, traits.neutral.get(k))}
    return ", ".join(f"{clean(k).replace('_', ' ')} {option(v)}" for k, v in shown.items())[:80]


def _says_nothing(value: Any, neutral: Any) -> bool:
    """Whether an option is off, or as if it were not given; a text from a file is equal, if not the same object."""
    return value is None or value is False or (type(value) is type(neutral) and bool(np.all(value == neutral)))


def option(value: Any) -> str:
    """The value of an option as people write it: numbers rounded, slices with colons."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value, 4)
    if isinstance(value, slice):
        ends = ["" if end is None else option(end) for end in (value.start, value.stop, value.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if isinstance(value, (tuple, list)):
        if all(isinstance(v, int) for v in value):
            return "(" + ", ".join(map(number, value)) + ")"
        return ", ".join("new" if v is None else option(v) for v in value)
    if isinstance(value, np.ndarray):
        few = value.ndim == 1 and value.size <= 6 and value.dtype.kind in "iu"
        return f"[{', '.join(map(number, value.tolist()))}]" if few else f"array {shape(value.shape)}"
    return "…" if value is Ellipsis else clean(str(value))
