"""Numbers, names and texts for LaTeX, in ASCII; and lines of a card, in which what is a formula becomes one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .names import ACCENTS, ELEMENT, GREEK, numbered, symbol_of, unpretty
from .numbers import FALLBACK, LOW, MINUS, clean, lowered, number

_COMMANDS = {letter: "\\" + name for name, letter in GREEK.items() if name != "eps"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    FALLBACK: "?",
    **{mark: "\\" + mark for mark in "%&#_${}"},
}
_NO_GREEK = {ord(letter): None for letter in _COMMANDS}


def latex_number(x: object, digits: int = 4) -> str:
    r"""Write a number for LaTeX's mathematical mode; a text is taken to be one that is written already.

    >>> print(latex_number(-1.5e-7), latex_number("−0.25"))
    -1.5 \times 10^{-7} -0.25
    """
    written = x if isinstance(x, str) else number(x, digits)
    written = re.sub(r"(?:e|×10)([−⁻⁰¹²³⁴-⁹\d-]+)", lambda found: r" \times 10^{%s}" % lowered(found[1]), written)
    return {"NaN": r"\mathrm{NaN}", "–": r"\text{--}"}.get(written, written.replace(MINUS, "-").replace("∞", r"\infty"))


@lru_cache(maxsize=4096)
def latex_name(name: str) -> str:
    r"""Write a name for LaTeX's mathematical mode (amsmath); nothing in it can act as a command.

    >>> print(latex_name("w_35"), latex_name("delta5"), latex_name("y_hat"), latex_name("fc1.b_1"))
    w_{35} \delta_{5} \hat{y} \text{fc1.b\_1}
    """
    gradient = re.fullmatch("∂([^/]+)/∂([^/]+)", name)
    if gradient:
        return r"\frac{\partial %s}{\partial %s}" % (latex_name(gradient[1]), latex_name(gradient[2]))
    if element := ELEMENT.fullmatch(name):
        return latex_name(element[1]) + element[2]
    split = symbol_of(unpretty(name))
    if not split or not "".join([split.base, *split.parts]).translate(_NO_GREEK).isascii():
        words, numbers = numbered(unpretty(name))
        return r"\text{%s}" % latex_text(words if numbers else name) + "_{%s}" % ",".join(numbers) * bool(numbers)
    base = _COMMANDS.get(split.base, split.base)
    base = base if len(split.base) == 1 else rf"\mathit{{{base}}}"
    base = ACCENTS[split.accent][1] % base if split.accent else base
    return base + ("_{%s}" % ",".join(_COMMANDS.get(part, part) for part in split.parts) if split.parts else "")


def latex_text(written: str) -> str:
    """Escape a text for LaTeX."""
    return "".join(_LATEX.get(mark, mark) for mark in clean(written))


# --- characters ---

_MARKS = dict(
    zip(
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0331\u0338",
        r"\` \' \^ \~ \= \u \. \" \r \H \v \d \c \b".split(),
    )
)
_LETTERS = {
    "ß": r"\ss",
    "æ": r"\ae",
    "Æ": r"\AE",
    "œ": r"\oe",
    "Œ": r"\OE",
    "ø": r"\o",
    "Ø": r"\O",
    "ł": r"\l",
    "Ł": r"\L",
    "ı": r"\i",
    "§": r"\S",
    "…": r"\ldots",
    "–": "--",
    "—": "---",
    "’": "'",
    "‘": "`",
}
_SIGNS = {
    "−": "-",
    "·": r"\cdot",
    "×": r"\times",
    "∂": r"\partial",
    "‖": r"\Vert",
    "∞": r"\infty",
    "→": r"\to",
    "√": r"\surd",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "⊙": r"\odot",
    "⋆": r"\star",
    "±": r"\pm",
    "′": "'",
    "°": r"^\circ",
    "∇": r"\nabla",
    "∈": r"\in",
    "≈": r"\approx",
    "µ": r"\mu",
}
_SIGNS |= _COMMANDS
_SCRIPTS = {"<super>": r"\textsuperscript", "<sub>": r"\textsubscript"}


def ascii_only(document: str) -> str:
    """The text with a command for each character that LaTeX may not know; its code point where there is none."""
    together = unicodedata.normalize("NFD", document)
    return re.sub("[^\x00-\x7f][\u0300-\u036f]*|[A-Za-z][\u0300-\u036f]+", lambda found: _command(found[0]), together)


def _command(letter: str) -> str:
    base, marks = letter[0], letter[1:]
    if letter in _SIGNS:
        return rf"\ensuremath{{{_SIGNS[letter]}}}"
    inner = base if base.isascii() else _single(base)
    for mark in marks:
        accent = _MARKS.get(mark)
        inner = rf"{accent}{{{inner}}}" if accent else inner + _code(mark)
    return rf"\text{{{inner}}}"


def _single(letter: str) -> str:
    if letter in _SIGNS:
        return rf"\ensuremath{{{_SIGNS[letter]}}}"
    if letter in _LETTERS:
        return f"{_LETTERS[letter]}{{}}"
    kind, _, codes = unicodedata.decomposition(letter).rpartition("> ")
    plain = "".join(chr(int(code, 16)) for code in codes.split())
    if kind and plain and plain != letter:
        inner = "".join(latex_text(c) if c.isascii() else _single(c) for c in plain)
        return f"{_SCRIPTS.get(kind + '>', '')}{{{inner}}}"
    return _code(letter)


def _code(letter: str) -> str:
    return rf"\texttt{{U+{ord(letter):04X}}}"


# --- lines of a card ---

_LETTER = "A-Za-zΑ-Ωα-ω"
_NUMBER = r"\d+(?:\.\d+)?(?:e[−-]?\d+|×10[⁻⁰¹²³⁴-⁹]+)"
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})|(?P<text>[{_LETTER}][{_LETTER}\d_]+|[\\~^%&\#_${{}}₋₊]+)"
    rf"|(?P<symbol>[{_LETTER}][\u0300-\u036f]?[{LOW}]*)|(?P<raised>[⁻⁺⁰¹²³⁴-⁹ᵀ]+)|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
_MATHS = re.compile(rf"[=∂·×‖Σσ√∞²³⁻{LOW}Α-Ωα-ω\d()+−/|<>⊙⋆]|(?<![{_LETTER}])[{_LETTER}](?![{_LETTER}])")
_WORD = re.compile(f"[{_LETTER}]{{2}}")
_ARTICLES = ("a", "A", "I")
_OF_CARDS = {"−": "-", "●": r"\bullet ", "✓": r"\checkmark ", "✗": r"\times ", "≈": r"\approx "}
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
    return ascii_only(f"${''.join(_token(t) for t in _TOKEN.finditer(unicodedata.normalize('NFD', text)))}$")


def _token(found: re.Match[str]) -> str:
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
    return _OF_CARDS.get(text, text)
