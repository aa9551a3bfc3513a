"""Slips of the pen: a digit changed, dropped, doubled or swapped; the point or the sign in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..text.numbers import MINUS
from .written import Written, cut, decimal, rounded

MORE = 2  # digits that a number may have had before one of them was dropped
SURE = 3  # significant digits from which one more or less is no chance


def slips_of_the_pen(number: Written, right: float) -> Iterator[tuple[int, str]]:
    """Slips that turn the right number into the written one, each with a rank: likely slips come first."""
    if number.significant + max(0, number.decimals) < 2:
        return  # one digit for another says nothing
    wrong, kinds = _digits(number.number, -number.decimals), set[str]()
    for meant in _meant(number, right):
        slip = _between(wrong, meant) if significant(meant) >= SURE or len(meant) == len(wrong) else None
        kind = slip[1].partition(" (")[0] if slip else ""
        if slip and kind not in kinds:
            kinds.add(kind)
            yield slip[0], f"{slip[1]}: {meant.replace('-', MINUS)}"
    yield from ((3, text) for text in _shifted(number, right))


def sign_lost(number: Written, right: float) -> bool:
    """Whether the number is right but for its sign."""
    return right != 0 and number.number != 0 and number.reproduces(-right)


def _meant(number: Written, right: float) -> Iterator[str]:
    """The right number with as many digits as were written, with one or two more, or one less: rounded, or cut off."""
    for more in (*range(MORE + 1), -1):
        unit = number.unit.scaleb(-more)
        exact = decimal(right, unit)
        if exact is not None:
            yield from dict.fromkeys(_digits(d, unit.adjusted()) for d in (rounded(exact, unit), cut(exact, unit)))


def significant(written: str) -> int:
    """The number of digits from the first that is not 0."""
    return len(written.replace(".", "").lstrip("-0"))


def _digits(number: Decimal, exponent: int) -> str:
    return f"{number:.{max(0, -exponent)}f}"


def _between(wrong: str, meant: str) -> tuple[int, str] | None:
    """The one slip that makes one text of the other."""
    if wrong == meant:
        return None
    if len(wrong) == len(meant):
        apart = [i for i, (a, b) in enumerate(zip(wrong, meant, strict=True)) if a != b]
        if len(apart) == 2 and not wrong[apart[0] + 1 : apart[1]].strip("."):
            i, j = apart
            if wrong[i] == meant[j] and wrong[j] == meant[i]:
                return 0, "two digits are swapped"
        if len(apart) == 1 and wrong[apart[0]].isdigit() and meant[apart[0]].isdigit():
            return 1 + (apart[0] == len(wrong) - 1), f"one digit is wrong ({wrong[apart[0]]} for {meant[apart[0]]})"
        return None
    if len(wrong) == len(meant) - 1 and (lost := _one_more(meant, wrong)):
        return 1, f"a digit is dropped ({lost})"
    if len(wrong) == len(meant) + 1 and (extra := _one_more(wrong, meant)):
        twice = extra + extra in wrong
        return (1, f"a digit is doubled ({extra})") if twice else (2, f"a digit too many ({extra})")
    return None


def _one_more(longer: str, shorter: str) -> str:
    """The digit that one text has more than the other."""
    for i, char in enumerate(longer):
        if char.isdigit() and longer[:i] + longer[i + 1 :] == shorter:
            return char
    return ""


def _shifted(number: Written, right: float) -> Iterator[str]:
    if number.significant < 2:
        return
    for places in (1, -1, 2, -2, 3, -3):
        if number.reproduces(right * 10.0**places):
            side = "right" if places > 0 else "left"
            far = f"{abs(places)} place{'s' * (abs(places) > 1)}"
            yield f"the decimal point is {far} too far to the {side}"
            return
