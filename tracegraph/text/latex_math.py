"""Text of a drawing for LaTeX: what is a formula becomes one, in ASCII."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ..explanation.as_latex import ascii_only
from .numbers import clean, latex_name, latex_number, latex_text

_LOW = "₀-₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
_LETTER = "A-Za-zΑ-Ωα-ω"
_NUMBER = r"\d+(?:\.\d+)?(?:e[−-]?\d+|×10[⁻⁰¹²³⁴-⁹]+)"
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})|(?P<text>[{_LETTER}][{_LETTER}\d_]+|[\\~^%&\#_${{}}₋₊]+)"
    rf"|(?P<symbol>[{_LETTER}][\u0300-\u036f]?[{_LOW}]*)|(?P<raised>[⁻⁺⁰¹²³⁴-⁹ᵀ]+)|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
_MATHS = re.compile(rf"[=∂·×‖Σσ√∞²³⁻{_LOW}Α-Ωα-ω\d()+−/|<>⊙⋆]|(?<![{_LETTER}])[{_LETTER}](?![{_LETTER}])")
_WORD = re.compile(f"[{_LETTER}]{{2}}")
_ARTICLES = ("a", "A", "I")
_SIGNS = {"−": "-", "●": r"\bullet ", "✓": r"\checkmark ", "✗": r"\times ", "≈": r"\approx "}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ", "0123456789-+T")


@lru_cache(maxsize=4096)
def maths(text: str) -> str:
    """A line of a card as LaTeX: an equation between dollar signs; of other lines the words that are symbols.

    >>> print(maths("z₅ = h₃·w₃₅"), maths("of w₃₅, a parameter"))
    $z_{5}=h_{3}\\ensuremath{\\cdot}w_{35}$ of $w_{35},$ a parameter
    """
    text = clean(text)
    if "=" in text or not _WORD.search(text):
        return _formula(text) if _MATHS.search(text) else ascii_only(latex_text(text))
    return " ".join(_word(word) for word in text.split(" "))


def _word(word: str) -> str:
    symbol = _MATHS.search(word) and word not in _ARTICLES
    return _formula(word) if symbol else ascii_only(latex_text(word))


def _formula(text: str) -> str:
    text = re.sub(r"(?<=\S) ([=+−<>]) (?=\S)", r"\1", text)  # TeX has spaces of its own there
    return ascii_only(f"${''.join(_written(t) for t in _TOKEN.finditer(unicodedata.normalize('NFD', text)))}$")


def _written(found: re.Match[str]) -> str:
    """One token in mathematical mode."""
    kind, text = str(found.lastgroup), found[0]
    if kind == "number":
        return latex_number(text)
    if kind == "symbol":
        return latex_name(unicodedata.normalize("NFC", text))
    if kind == "raised":
        return "^{" + text.translate(_RAISED) + "}"
    if kind == "space":
        return r"\ " * len(text)
    if kind == "text":
        return rf"\text{{{latex_text(text)}}}"
    return _SIGNS.get(text, text)
