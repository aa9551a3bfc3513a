"""A solution as plain text, in Unicode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from ..formula import notation
from ..text.names import pretty
from ..text.numbers import clean
from ..text.width import cut
from .equation_parts import Equation, Section
from .line_breaks import Fragment, Side, packed, sides

WIDTH = 100  # characters of a line


class PlainText:
    """The style of plain text."""

    def formula(self, text: str, names: Mapping[str, str], tensors: bool) -> str:
        return notation.text(text, names, tensors=tensors)

    def name(self, name: str) -> str:
        return pretty(name)

    def number(self, written: str) -> str:
        return written

    def matrix(self, cells: Sequence[Sequence[str]]) -> str:
        return "[" + "; ".join("  ".join(row) for row in cells) + "]"

    def words(self, text: str) -> str:
        return text

    def note(self, text: str) -> str:
        return f"  {text}"


STYLE = PlainText()


def write(title: str, sections: tuple[Section, ...]) -> str:
    """The whole text."""
    lines = [clean(title)]
    for section in sections:
        lines += ["", section.title, *wrap(section.lead, WIDTH)]
        lines += [line for e in section.equations for line in _equation(e)]
        lines += wrap(section.end, WIDTH)
    return "\n".join([*lines, ""])


def line(e: Equation, width: int) -> str:
    """An equation on one line; where that is too long, without what stands in its middle, or the result alone."""
    name, found = pretty(e.name), [_joined(side) for side in sides(e, STYLE, 10 * width)]
    for kept in (found, [found[0], found[-1]], [found[-1]]):
        if len(written := " = ".join([name, *dict.fromkeys(kept)])) <= width:
            break
    return cut(written, width)


def _equation(e: Equation) -> Iterator[str]:
    """One line; or where that is too long, a line for each side, and its terms on several."""
    name = pretty(e.name)
    indent = min(len(name), 24) + 2
    parts = sides(e, STYLE, WIDTH - indent - 3)
    line = f"  {' = '.join(['', *map(_joined, parts)]).replace(' = ', f'{name} = ', 1)}"
    if len(line) <= WIDTH:
        yield line
        return
    for i, side in enumerate(parts):
        rows = list(packed(_by_rows(side), WIDTH - indent - 3))
        for j, row in enumerate(rows):
            start = f"  {name}" if i == j == 0 else " " * indent
            yield f"{start:{indent}}{' = ' if j == 0 else '   '}{_joined(row).strip()}"


def _joined(pieces: Sequence[Fragment]) -> str:
    return "".join(p.text for p in pieces)


def _by_rows(side: Side) -> Side:
    """The rows of a matrix that stands alone and is too long for a line, as pieces."""
    if len(side) > 1 or not side[0].text.startswith("[") or side[0].text.count("[") > 1 or len(side[0].text) < WIDTH:
        return side
    *rows, last = side[0].text.split("; ")
    return (*(Fragment(f"{row}; ", WIDTH) for row in rows), Fragment(last, WIDTH))
