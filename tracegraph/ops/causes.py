"""Why an operation makes a NaN or an infinity: conditions on its operands, the words for them, and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

Way = Literal["forward", "derivative", "backward"]


class Cause(NamedTuple):
    """One way in which an operation makes a number that is not finite.

    ``when`` is a condition on the operands that it names: inputs, ``y`` (the output) and, on the way back, ``g`` (the
    gradient that arrives). Each is an array of one axis, the numbers that one element is made from. ``words`` may hold
    the names of inputs, for their numbers, and ``op``, ``row``, ``column``, ``over`` (overflows, and what) and ``n``;
    so may ``remedy``. ``kinds``: "nan" or "inf". ``way``: "forward"; "derivative", where the derivative is infinite;
    "backward", for other ways in which the gradient is spoiled. ``slot``: the input that the derivative is for, None
    for any.
    """

    way: Way
    kinds: tuple[str, ...]
    words: str
    when: Callable[..., Any]
    remedy: str = ""
    slot: int | None = None

    @property
    def operands(self) -> tuple[str, ...]:
        """The names of the operands that the condition asks for."""
        code = self.when.__code__
        return code.co_varnames[: code.co_argcount]


def nan(words: str, when: Callable[..., Any], remedy: str = "", way: Way = "forward") -> Cause:
    """How a NaN is born; of the causes of an op, the first that holds is named."""
    return Cause(way, ("nan",), words, when, remedy)


def inf(words: str, when: Callable[..., Any], remedy: str = "", way: Way = "forward") -> Cause:
    """How an infinity is born."""
    return Cause(way, ("inf",), words, when, remedy)


def pole(words: str, when: Callable[..., Any], remedy: str, slot: int | None = None) -> Cause:
    """Where the derivative for an input is infinite."""
    return Cause("derivative", ("nan", "inf"), words, when, remedy, slot)


POSITIVE = "add a small number, or clip: {op}(maximum(x, 1e-12))"
SMALLER = "make its input smaller: scale or normalize it, or clip it"
STABLE = "use log_softmax, softplus or logits, which do not overflow"
APART = "add a small number to the denominator"
INSIDE = "put the condition inside: {op}(where(x > 0, x, 1))"
INSIDE_DIVISION = "put the condition inside: a / where(b != 0, b, 1)"
LOGARITHMS = "sum the logarithms"
EPSILON = "give eps above 0"
