"""Notation of numbers and shapes: every digit of a picture is formatted here."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

MINUS = "\N{MINUS SIGN}"
_SUPER = str.maketrans("0123456789-−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺")
SUB = str.maketrans("0123456789-−+aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₋₋₊ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
LOW = "₀-₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
_PLAIN = {code: chr(plain) for table in (_SUPER, SUB) for plain, code in reversed(table.items())}
FALLBACK = "\N{REPLACEMENT CHARACTER}"


def number(x: object, digits: int = 4) -> str:
    """Write a number with so many significant digits, as people write it.

    Whole numbers below ten million are exact; a missing number (None) is a dash, which is not the same as 0.

    >>> number(0.51249739), number(-0.00102871), number(61706), number(-0.0)
    ('0.5125', '−0.001029', '61706', '0')
    >>> number(-3.2e-17), number(1234567.8), number(float("inf"))
    ('−3.2×10⁻¹⁷', '1.235×10⁶', '∞')
    """
    return _written(x, digits, low=-4, exact=7, power="×10{}")


def cell(x: object, digits: int = 3) -> str:
    """Write a number for a cell of a table: in about six characters, with at least two significant digits.

    >>> cell(-0.04217), cell(0.0000123), cell(17), cell(-12345.6)
    ('−0.042', '1.2e−5', '17', '−12346')
    """
    written = _written(x, digits, low=-3, exact=6, power="e{}")
    while len(written) > 6 and digits > 2:
        digits -= 1
        written = _written(x, digits, low=-3, exact=6, power="e{}")
    return written


def rounded(x: object, digits: int = 4) -> float:
    """The number that `number` writes.

    >>> rounded(0.51249739), rounded(61706.0, 2), rounded(1234567.8)
    (0.5125, 61706.0, 1235000.0)
    """
    plain = float(_plain(x))
    whole = abs(plain) < 1e7 and plain == int(plain)
    return plain if whole or plain != plain or abs(plain) == float("inf") else float(f"{plain:.{digits - 1}e}")


def element(x: object, digits: int = 3) -> str:
    """Write a number inside an array: with a short power of ten, and from a thousandth on without one.

    >>> element(-0.04217), element(0.0000123), element(17), element(-12345.6)
    ('−0.0422', '1.23e−5', '17', '−12346')
    """
    return _written(x, digits, low=-3, exact=6, power="e{}")


def percent(share: float) -> str:
    """Write a share in whole percent; 0 % and 100 % only where exact.

    >>> percent(0.384), percent(1.0), percent(0.9999), percent(1e-9), percent(0.0)
    ('38 %', '100 %', '>99 %', '<1 %', '0 %')
    """
    if 0 < share < 1 and not 0.01 <= share <= 0.99:
        return "<1 %" if share < 0.01 else ">99 %"
    return f"{100 * share:.0f} %"


def superscript(written: str) -> str:
    """Raise the digits and signs of a text: `-2` becomes `⁻²`."""
    return written.translate(_SUPER)


def subscript(written: str) -> str:
    """Lower the digits, signs and those letters of a text that Unicode has below the line."""
    return written.translate(SUB)


def lowered(written: str) -> str:
    """Replace superscripts and subscripts by characters on the line, in ASCII where there is a choice."""
    return written.translate(_PLAIN).replace(MINUS, "-")


def shape(shape: tuple[int, ...]) -> str:
    """Write the shape of an array: `3×4`, or `scalar`."""
    return "×".join(map(str, shape)) or "scalar"


def _plain(x: Any) -> Any:
    """Return the Python number that is written the same as this NumPy scalar or 0-d array."""
    if getattr(x, "shape", None) == () and hasattr(x, "dtype"):
        kind = x.dtype.kind
        # str() of a scalar is its shortest decimal form: a float32 0.1 is 0.1 and not 0.10000000149.
        return float(str(x[()])) if kind == "f" else int(x) if kind in "iu" else bool(x) if kind == "b" else x
    return x


def _written(x: object, digits: int, low: int, exact: int, power: str) -> str:
    """Write a number: in fixed notation from 10**low, whole ones with up to `exact` digits as they are."""
    x = _plain(x)
    if x is None:
        return "–"
    if isinstance(x, bool) or not isinstance(x, (int, float)):
        return clean(str(x))
    if x != x:
        return "NaN"
    if abs(x) == float("inf"):
        return MINUS + "∞" if x < 0 else "∞"
    if x == int(x) and abs(x) < 10**exact:
        return str(int(x)).replace("-", MINUS)
    return _rounded(Decimal(x), min(max(1, digits), 17), low, power).replace("-", MINUS)


def _rounded(x: Decimal, digits: int, low: int, power: str) -> str:
    """Write a finite number that is not zero; Decimal holds a float or an int of any size exactly."""
    mantissa, _, exponent = f"{x:.{digits - 1}e}".partition("e")
    if low <= int(exponent) < 6:
        return _trimmed(f"{x:.{max(0, digits - 1 - int(exponent))}f}")
    raised = str(int(exponent))
    return _trimmed(mantissa) + power.format(superscript(raised) if power == "×10{}" else raised)


def _trimmed(decimal: str) -> str:
    """Drop the zeros at the end of a decimal fraction."""
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal


def clean(written: str) -> str:
    """Make any text fit for a picture: one line, and nothing that XML or a terminal would choke on."""
    written = re.sub(r"\r\n|[\t\n\v\f\r\x85\u2028\u2029]", " ", written)
    return re.sub("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", FALLBACK, written)
