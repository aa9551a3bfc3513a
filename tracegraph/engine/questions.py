"""NumPy's functions without a derivative, which treat a tensor as its plain array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .tensor import Recorded

NAMES = """
    shape ndim size result_type can_cast common_type min_scalar_type iscomplexobj isrealobj
    may_share_memory shares_memory isnan isinf isfinite isnat isneginf isposinf iscomplex isreal
    signbit floor ceil rint trunc fix round around sign spacing
    floor_divide logical_and logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor invert bitwise_not
    all any allclose array_equal array_equiv isclose isin in1d count_nonzero
    argmax argmin nanargmax nanargmin argsort argpartition argwhere lexsort nonzero flatnonzero searchsorted digitize
    unique unique_values unique_counts unique_inverse unique_all intersect1d setdiff1d setxor1d union1d
    bincount histogram histogram2d histogramdd histogram_bin_edges zeros_like ones_like empty_like
    array2string array_repr array_str save savez savez_compressed savetxt
""".split()

QUESTIONS: set[Any] = {getattr(np, name) for name in NAMES if hasattr(np, name)}
"""The functions themselves; those that an operation records are recorded."""


def plain(value: Any) -> Any:
    """An argument with the arrays of its tensors in their place."""
    if isinstance(value, Recorded):
        return value.held
    if isinstance(value, (list, tuple)):
        parts = [plain(part) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value


def answer(function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """The result of a function for plain arrays."""
    return function(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})
