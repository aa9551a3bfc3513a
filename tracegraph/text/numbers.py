"""How numbers, names and shapes are written: every digit and every subscript of a picture comes from here."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

MINUS = "\N{MINUS SIGN}"
_SUPER = str.maketrans("0123456789-−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺")
_SUB = str.maketrans("0123456789-−+aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₋₋₊ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
_LOW = "₀-₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
_PLAIN = {code: chr(plain) for table in (_SUPER, _SUB) for plain, code in reversed(table.items())}
_FALLBACK = "\N{REPLACEMENT CHARACTER}"

# Greek letters that LaTeX has as commands under the same name.
GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega eps".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩε",
    )
)
_COMMANDS = {letter: "\\" + name for name, letter in GREEK.items() if name != "eps"}
_ACCENTS = {
    "hat": ("\u0302", r"\hat{%s}"),
    "bar": ("\u0304", r"\bar{%s}"),
    "tilde": ("\u0303", r"\tilde{%s}"),
    "dot": ("\u0307", r"\dot{%s}"),
    "prime": ("′", "%s'"),
}
_ELEMENT = re.compile(r"(.+)(\[\d+(?:,\d+)*\])")  # x[0,1]
_WORDS = {"that", "what", "chat"}  # English, and no accented t, w or c
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    _FALLBACK: "?",
    **{mark: "\\" + mark for mark in "%&#_${}"},
}


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
    """Write a number for a grid cell: in about six characters, with at least two significant digits.

    >>> cell(-0.04217), cell(0.0000123), cell(17), cell(-12345.6)
    ('−0.042', '1.2e−5', '17', '−12346')
    """
    written = _written(x, digits, low=-3, exact=6, power="e{}")
    while len(written) > 6 and digits > 2:
        digits -= 1
        written = _written(x, digits, low=-3, exact=6, power="e{}")
    return written


def latex_number(x: object, digits: int = 4) -> str:
    r"""Write a number for LaTeX's mathematical mode; a text is taken to be one that is written already.

    >>> print(latex_number(-1.5e-7), latex_number("−0.25"))
    -1.5 \times 10^{-7} -0.25
    """
    written = x if isinstance(x, str) else number(x, digits)
    written = re.sub(r"(?:e|×10)([−⁻⁰¹²³⁴-⁹\d-]+)", lambda found: r" \times 10^{%s}" % _lowered(found[1]), written)
    return {"NaN": r"\mathrm{NaN}", "–": r"\text{--}"}.get(written, written.replace(MINUS, "-").replace("∞", r"\infty"))


def percent(share: float) -> str:
    """Write a share in whole percent; what is not nothing and not all is not called so.

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
    return written.translate(_SUB)


def _lowered(written: str) -> str:
    """Put raised and lowered digits, signs and letters back on the line, in ASCII where there is a choice."""
    return written.translate(_PLAIN).replace(MINUS, "-")


def shape(shape: tuple[int, ...]) -> str:
    """Write the shape of an array: `3×4`, or `scalar`."""
    return "×".join(map(str, shape)) or "scalar"


def gradient_name(loss: str, name: str) -> str:
    """Write the gradient of a loss with respect to a tensor.

    >>> gradient_name("L", "z_5")
    '∂L/∂z₅'
    """
    return f"∂{pretty(loss)}/∂{pretty(name)}"


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
    return re.sub("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", _FALLBACK, written)


class _Name(NamedTuple):
    base: str  # a Greek letter, or one to three letters
    accent: str  # a key of _ACCENTS, or nothing
    parts: tuple[str, ...]  # what stands below the line


def _split(name: str) -> _Name | None:
    """Take a name apart into letter, accent and subscripts; None if it is not built like that."""
    name = re.sub("^lambda_", "lambda", name)  # `lambda` is a word of Python
    found = re.fullmatch(r"([^\W\d_]+)(\d*)((?:_[^\W_]+)*)", name)
    if not found:
        return None
    base, digits, rest = found.groups()
    parts = rest.split("_")[1:]
    accent = next((part for part in parts if part in _ACCENTS), "")
    parts = [part for part in parts if part != accent]
    if base[1:] in _ACCENTS and base not in _WORDS and not accent:
        base, accent = base[0], base[1:]
    base = GREEK.get(base, base)
    parts = [digits] * bool(digits) + [GREEK.get(part, part) for part in parts]
    # A word is not a symbol: `conv1`, `learning_rate` and `max_pool` stay as they are.
    letters = max((sum(map(str.isalpha, part)) for part in parts), default=0)
    if len(base) > (1 if accent else 2 if letters else 3) or letters > 3:
        return None
    return _Name(base, accent, tuple(parts))


@lru_cache(maxsize=4096)
def pretty(name: str) -> str:
    """Write a name with Greek letters, accents and subscripts, where it is built like a symbol.

    >>> pretty("w_35"), pretty("delta5"), pretty("y_hat"), pretty("W_xh"), pretty("fc1.weight"), pretty("z_5[0,1]")
    ('w₃₅', 'δ₅', 'ŷ', 'Wₓₕ', 'fc1.weight', 'z₅[0,1]')
    """
    if element := _ELEMENT.fullmatch(name):
        return pretty(element[1]) + element[2]
    split = _split(name)
    below = subscript(",".join(split.parts)) if split else ""
    if not split or re.search(r"\w", below.translate(_IS_SUB)):
        return clean(name)
    base = split.base + (_ACCENTS[split.accent][0] if split.accent else "")
    return clean(unicodedata.normalize("NFC", base)) + below


_IS_SUB = {code: None for code in _SUB.values()}


@lru_cache(maxsize=4096)
def latex_name(name: str) -> str:
    r"""Write a name for LaTeX's mathematical mode (amsmath); nothing in it can act as a command.

    >>> print(latex_name("w_35"), latex_name("delta5"), latex_name("y_hat"), latex_name("fc1.b_1"))
    w_{35} \delta_{5} \hat{y} \text{fc1.b\_1}
    """
    gradient = re.fullmatch("∂([^/]+)/∂([^/]+)", name)
    if gradient:
        return r"\frac{\partial %s}{\partial %s}" % (latex_name(gradient[1]), latex_name(gradient[2]))
    if element := _ELEMENT.fullmatch(name):
        return latex_name(element[1]) + element[2]
    split = _split(_unpretty(name))
    if not split or not "".join([split.base, *split.parts]).translate(_NO_GREEK).isascii():
        return r"\text{%s}" % latex_text(name)
    base = _COMMANDS.get(split.base, split.base)
    base = base if len(split.base) == 1 else rf"\mathit{{{base}}}"
    base = _ACCENTS[split.accent][1] % base if split.accent else base
    return base + ("_{%s}" % ",".join(_COMMANDS.get(part, part) for part in split.parts) if split.parts else "")


def _unpretty(name: str) -> str:
    """Undo `pretty`, so that names can be handed on in either form."""
    for accent, (mark, _) in _ACCENTS.items():
        name = unicodedata.normalize("NFD", name).replace(mark, "_" + accent)
    return re.sub(f"[{_LOW}]+(,[{_LOW}]+)*", lambda found: "_" + _lowered(found[0]).replace(",", "_"), name)


_NO_GREEK = {ord(letter): None for letter in _COMMANDS}


def latex_text(written: str) -> str:
    """Escape a text for LaTeX."""
    return "".join(_LATEX.get(mark, mark) for mark in clean(written))
