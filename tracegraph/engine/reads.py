"""The tensors whose numbers a program has asked for of late: what it makes of them may be a leaf that is a copy."""

from __future__ import annotations

from collections import deque
from contextvars import ContextVar
from typing import Any

import numpy as np

MOST = 64  # tensors that are kept, and only while somebody watches
READS: ContextVar[deque[Any] | None] = ContextVar("tracegraph_reads", default=None)
reading = READS.get


def note(tensor: Any) -> None:
    """Note that the program asks for the numbers of a tensor."""
    reads = reading()
    if reads is not None and tensor.details.needs and isinstance(tensor.held, np.ndarray):
        reads.append(tensor)


def source(value: Any) -> Any:
    """The tensor whose numbers an array is, or equals; None where there is none."""
    reads = reading()
    if not reads or not isinstance(value, np.ndarray) or value.size < 2:
        return None
    for tensor in reversed(reads):
        array = tensor.held
        if value is array or value.base is array or value.shape == array.shape and np.array_equal(value, array):
            return tensor
    return None
