"""A solution as a LaTeX document, in ASCII: it compiles with pdflatex as with any other LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..formula import notation
from ..text.latex import ascii_only, latex_name, latex_number, latex_text
from ..text.names import pretty
from .equation_parts import Equation, Section
from .line_breaks import Fragment, Side, packed, sides

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
    """The style of LaTeX's mathematical mode."""

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
        parts += [rf"\subsection*{{{latex_text(section.title)}}}", *sentences(section.lead, latex_text)]
        parts += [f"\\begin{{align*}}\n{body}\n\\end{{align*}}" for body in displays(section, STYLE)]
        parts += sentences(section.end, latex_text)
    return ascii_only("\n".join([*parts, r"\end{document}", ""]))


def sentences(text: str, escaped: Callable[[str], str]) -> list[str]:
    """Sentences as a paragraph of their own; none where there are none."""
    return [escaped(text)] if text else []


def displays(section: Section, style: Latex) -> Iterator[str]:
    """The equations of a section in groups of about one size, each with its equals signs below each other."""
    count = len(section.equations)
    groups = -(-count // TOGETHER)
    for i in range(groups):
        some = section.equations[i * count // groups : (i + 1) * count // groups]
        left = max([w for e in some if (w := len(pretty(e.name))) <= NAME], default=0)
        yield f" {style.newline}\n".join(line for e in some for line in _equation(e, style, ROOM - left))


def _equation(e: Equation, style: Latex, room: int) -> Iterator[str]:
    """The rows of one equation; on one, if it is short."""
    parts, name = sides(e, style, room), style.name(e.name)
    start = f"  {name} &= "
    if len(pretty(e.name)) > NAME:  # alone on its line, or it would push all others to the right
        yield f"  & {name}"
        start = "  &= "
    if sum(p.width + 3 for side in parts for p in side) <= room:
        yield start + " = ".join(_joined(side) for side in parts)
        return
    for i, side in enumerate(parts):
        for j, row in enumerate(packed(_fitted(side, style, room), room)):
            yield (start if i == j == 0 else "  &= " if j == 0 else r"  &\quad {} ") + _joined(row).strip()


def _fitted(side: Side, style: Latex, room: int) -> Side:
    return tuple(Fragment(style.fitted(p.text), room) if p.width > room else p for p in side)


def _joined(pieces: Sequence[Fragment]) -> str:
    return "".join(p.text for p in pieces)
