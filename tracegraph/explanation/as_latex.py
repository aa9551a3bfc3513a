"""A solution as a LaTeX document, in ASCII: it compiles with pdflatex as with any other LaTeX."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from ..formula import notation
from ..text.numbers import GREEK, latex_name, latex_number, latex_text, pretty
from .equations import Equation, Section
from .line_breaks import Piece, Side, packed, sides

ROOM = 84  # characters of a row, of those that are about as wide as a digit
NAME = 16  # characters that a name may have to stand left of the equals signs
TOGETHER = 12  # equations in one display: TeX holds all of it in memory

HEAD = r"""\documentclass[11pt]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath,amssymb,graphicx}
\allowdisplaybreaks
\setlength{\arraycolsep}{4pt}
\setlength{\parindent}{0pt}
\setcounter{MaxMatrixCols}{20}
% What is wider than the page in spite of all line breaks is made smaller.
\newcommand{\fit}[1]{\sbox0{$\displaystyle #1$}%
  \ifdim\wd0>0.78\textwidth\resizebox{0.78\textwidth}{!}{\usebox0}\else\usebox0\fi}
\begin{document}
"""


class Latex:
    """How the mathematical mode of LaTeX is written."""

    newline = r"\\"

    def formula(self, text: str, names: Mapping[str, str], tensors: bool) -> str:
        return notation.latex(text, names, tensors=tensors)

    def name(self, name: str) -> str:
        return latex_name(name)

    def number(self, written: str) -> str:
        return latex_number(written)

    def matrix(self, cells: Sequence[Sequence[str]]) -> str:
        inner = f" {self.newline} ".join(" & ".join(map(latex_number, row)) for row in cells)
        return rf"\begin{{bmatrix}} {inner} \end{{bmatrix}}"

    def words(self, text: str) -> str:
        return rf"\text{{{latex_text(text)}}}"

    def note(self, text: str) -> str:
        return r"\quad " + self.words(text)

    def fitted(self, text: str) -> str:
        return rf"\fit{{{text}}}"


STYLE = Latex()


def write(title: str, sections: tuple[Section, ...]) -> str:
    """The whole document."""
    parts = [HEAD + rf"\section*{{{latex_text(title)}}}"]
    for section in sections:
        parts += [rf"\subsection*{{{latex_text(section.title)}}}", *([section.lead] if section.lead else [])]
        parts += [f"\\begin{{align*}}\n{body}\n\\end{{align*}}" for body in displays(section, STYLE)]
    return ascii_only("\n".join([*parts, r"\end{document}", ""]))


def displays(section: Section, style: Latex) -> Iterator[str]:
    """The equations of a section in groups, each with its equals signs below each other."""
    for start in range(0, len(section.equations), TOGETHER):
        some = section.equations[start : start + TOGETHER]
        left = max([w for e in some if (w := len(pretty(e.name))) <= NAME], default=0)
        yield f" {style.newline}\n".join(line for e in some for line in _equation(e, style, ROOM - left))


def _equation(e: Equation, style: Latex, room: int) -> Iterator[str]:
    """The rows of one equation; on one, if it is short."""
    found, name = sides(e, style, room), style.name(e.name)
    start = f"  {name} &= "
    if len(pretty(e.name)) > NAME:  # alone on its line, or it would push all others to the right
        yield f"  & {name}"
        start = "  &= "
    if sum(p.width + 3 for side in found for p in side) <= room:
        yield start + " = ".join(_joined(side) for side in found)
        return
    for i, side in enumerate(found):
        for j, row in enumerate(packed(_fitted(side, style, room), room)):
            yield (start if i == j == 0 else "  &= " if j == 0 else r"  &\quad {} ") + _joined(row).strip()


def _fitted(side: Side, style: Latex, room: int) -> Side:
    return tuple(Piece(style.fitted(p.text), room) if p.width > room else p for p in side)


def _joined(pieces: Sequence[Piece]) -> str:
    return "".join(p.text for p in pieces)


# --- characters ------------------------------------------------------------------------------------------------------

_ACCENTS = dict(
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
_SIGNS |= {letter: "\\" + name for name, letter in GREEK.items() if name != "eps"}
_RAISED = {"<super>": r"\textsuperscript", "<sub>": r"\textsubscript"}


def ascii_only(document: str) -> str:
    """The same with a command for each character that LaTeX may not know; its number where there is none."""
    together = unicodedata.normalize("NFD", document)
    return re.sub("[^\x00-\x7f][\u0300-\u036f]*|[A-Za-z][\u0300-\u036f]+", lambda found: _command(found[0]), together)


def _command(letter: str) -> str:
    base, marks = letter[0], letter[1:]
    if letter in _SIGNS:
        return rf"\ensuremath{{{_SIGNS[letter]}}}"
    inner = base if base.isascii() else _single(base)
    for mark in marks:
        accent = _ACCENTS.get(mark)
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
        return f"{_RAISED.get(kind + '>', '')}{{{inner}}}"
    return _code(letter)


def _code(letter: str) -> str:
    return rf"\texttt{{U+{ord(letter):04X}}}"
