"""Work and waiting without a verdict by the clock: lines of Python that a call runs, and a wait for a condition."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(call: Callable[[], Any]) -> int:
    """How many lines of Python a call runs: the same on every machine, whatever else it does."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(outer)
    return count


def growth(call: Callable[[int], Callable[[], Any]], small: int, large: int) -> float:
    """How many times the work for each of ``large`` things is that for each of ``small``: 1 where it is linear.

    ``call`` prepares a size, uncounted, and returns what is counted.
    """
    call(small)()  # what is computed once and kept
    return (lines_run(call(large)) / large) / (lines_run(call(small)) / small)


def wait_for(ready: Callable[[], bool], seconds: float = 120) -> None:
    """Return as soon as it is true; fail where another process does not come to it."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"not ready within {seconds} s")
        time.sleep(0.02)
