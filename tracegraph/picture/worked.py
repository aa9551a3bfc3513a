"""Arithmetic that checks: how many digits of its numbers a formula needs so that they give the printed result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import TracegraphError
from ..text.numbers import number

MOST = 17  # digits that tell any two floats apart


def digits_that_check(result: Any, digits: int, compute: Callable[[int], float]) -> int:
    """The fewest digits, from ``digits`` on, with which the numbers put in give what is printed of ``result``.

    ``compute``: the result of numbers with so many digits. Where none gives it (the recorded result has an error of its
    own, or the formula is not one of numbers), it is ``digits``.
    """
    printed = number(result, digits)
    for more in range(digits, MOST + 1):
        try:
            if number(compute(more), digits) == printed:
                return more
        except (TracegraphError, ArithmeticError):
            return digits
    return digits
