"""A number as somebody wrote it: its digits decide how close to the right one it has to be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from math import isfinite
from typing import Any

from ..text.numbers import MINUS

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_POWER = re.compile(r"\s*[·×*]\s*10\s*\^?\s*\(?([+-]?\d+)\)?")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
SURE = 13  # significant digits of a computed float that are not noise, in the chains that people write out
LONGEST = 60
_WIDE = Context(prec=400)


@dataclass(frozen=True, slots=True)
class Written:
    """A number with the text it came as; ``unit`` is one in its last digit."""

    text: str
    number: Decimal
    unit: Decimal

    @property
    def value(self) -> float:
        """The number as a float."""
        return float(self.number)

    @property
    def decimals(self) -> int:
        """The number of digits after the point; negative where the last digits are zeros of a power of ten."""
        return -int(self.unit.adjusted())

    @property
    def significant(self) -> int:
        """The number of significant digits."""
        return max(1, self.number.adjusted() - self.unit.adjusted() + 1) if self.number else 1

    def agrees(self, right: Any) -> bool:
        """Whether the right value, rounded half up to the written digits, is the written number."""
        exact = decimal(right, self.unit)
        return exact is not None and rounded(exact, self.unit) == self.number

    def truncated(self, right: Any) -> bool:
        """Whether the right value, cut off after the written digits, is the written number."""
        exact = decimal(right, self.unit)
        return exact is not None and cut(exact, self.unit) == self.number

    def rounding(self, right: Any) -> bool:
        """Whether it is right up to rounding: cut off, or at most one unit of the last digit from the right value.

        A whole number in the place of another whole number is no matter of rounding.
        """
        exact = decimal(right, self.unit)
        if exact is None:
            return False
        integers = self.unit >= 1 and rounded(exact, Decimal(1)) == exact
        return self.truncated(right) or not integers and abs(exact - self.number) <= self.unit

    def reproduces(self, value: Any) -> bool:
        """Whether a wrong computation with this result explains the written number: rounded, or cut off."""
        return self.agrees(value) or self.truncated(value)


def read(text: str) -> Written | None:
    """A number from its text, with its digits; None where it is none.

    >>> read("0.600").decimals, read("1.2e-5").decimals, read("−3×10⁻²").value, read("about 5")
    (3, 6, -0.03, None)
    """
    plain = text.strip().replace(MINUS, "-").replace("–", "-").translate(_RAISED)
    plain = _POWER.sub(r"e\1", plain).replace(" ", "")
    if len(plain) > LONGEST or not _NUMBER.fullmatch(plain):
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not isfinite(float(number)):
        return None
    return Written(text.strip(), number, Decimal((0, (1,), exponent)))


def decimal(value: Any, unit: Decimal) -> Decimal | None:
    """A computed value without the noise of its last bits; None where it is not finite.

    Digits far behind those that were written are dropped first, so that 8.354999999999999 is 8.355 and rounds up.
    """
    number = float(value)
    if not isfinite(number):
        return None
    exact = Decimal(repr(number))
    shown = exact.adjusted() - unit.adjusted() + 1
    return Context(prec=max(SURE, min(shown + 2, 40))).plus(exact)


def rounded(exact: Decimal, unit: Decimal) -> Decimal:
    """Half up, to a multiple of the unit."""
    return exact.quantize(unit, ROUND_HALF_UP, _WIDE)


def cut(exact: Decimal, unit: Decimal) -> Decimal:
    """Towards zero, to a multiple of the unit."""
    return exact.quantize(unit, ROUND_DOWN, _WIDE)
