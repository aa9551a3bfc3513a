"""Equations as rows of a page: each side, broken at its plus signs or commas where it is too long."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..formula import notation, parse
from ..text.names import pretty
from .equation_parts import Equation, Shown


class Style(Protocol):
    """The notation of one output format."""

    def formula(self, text: str, names: Mapping[str, str], tensors: bool) -> str:
        """A formula with its names."""

    def name(self, name: str) -> str:
        """A name by itself."""

    def number(self, written: str) -> str:
        """A number that is written already."""

    def matrix(self, cells: Sequence[Sequence[str]]) -> str:
        """A matrix of numbers."""

    def words(self, text: str) -> str:
        """Plain words."""

    def note(self, text: str) -> str:
        """Words after a formula."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a side that is not broken, and about how many characters wide it is."""

    text: str
    width: int


Side = tuple[Fragment, ...]
FIRST, LAST = "\ue000", "\uf8ff"  # characters for private use: they stand for matrices while a formula is written


def sides(e: Equation, style: Style, room: int) -> list[Side]:
    """The sides of an equation after its name, each different from the one before; broken if wider than ``room``."""
    every: list[Side] = []
    if e.formula:
        every.append(_formula(e, {}, style, room))
        if e.note:
            every[-1] += (Fragment(style.note(f"({e.note})"), len(e.note) + 4),)
        if e.values is not None:
            every.append(_formula(e, e.values, style, room))
    every.append(value(e.result, style))
    if e.note and not e.formula:
        every[-1] += (Fragment(style.note(f"({e.note})"), len(e.note) + 4),)
    different = [s for i, s in enumerate(every) if i == 0 or s != every[i - 1]]
    return different[1:] if different[0] == (Fragment(style.name(e.name), len(pretty(e.name))),) else different


def value(content: Shown, style: Style) -> Side:
    """A value by itself."""
    if content.matrices:
        several = [Fragment(style.matrix(m), width(m)) for m in content.matrices]
        return tuple(Fragment(p.text + style.words(",  "), p.width + 2) for p in several[:-1]) + (several[-1],)
    written = style.number(content.number) if content.number else ""
    words = style.words(content.words) if content.words else ""
    return (Fragment(words + written, len(content.words + content.number)),)


def width(cells: Sequence[Sequence[str]]) -> int:
    """The number of characters in a line of a matrix; ``1e−5`` becomes a power of ten."""
    return sum(max(len(c) + 5 * ("e" in c) for c in column) + 2 for column in zip(*cells)) + 2


def packed(side: Side, room: int) -> Iterator[list[Fragment]]:
    """The pieces of a side in rows of at most this width, as far as they can be broken."""
    row: list[Fragment] = []
    for piece in side:
        if row and sum(p.width for p in row) + piece.width > room:
            yield row
            row = []
        row.append(piece)
    yield row


def _formula(e: Equation, values: Mapping[str, Shown], style: Style, room: int) -> Side:
    """A formula; if it is too wide in pieces, its terms or the arguments of the function that it is."""
    tokens = {k: chr(ord(FIRST) + i) for i, (k, v) in enumerate(values.items()) if v.matrices}
    names = {**e.names, **{k: v.number for k, v in values.items()}, **tokens}
    matrices = {token: values[k].matrices[0] for k, token in tokens.items()}
    written_matrices = {style.name(token): style.matrix(m) for token, m in matrices.items()}
    spans = {token: "x" * width(m) for token, m in matrices.items()}

    def written(text: str) -> str:
        return style.formula(text, names, e.tensors)

    def plain(text: str) -> str:
        return notation.text(text, names, tensors=e.tensors)

    size = len(_put(plain(e.formula), spans))
    pieces = _aligned(e.formula, written, plain) if size > room else []
    if not pieces:
        return (Fragment(_put(written(e.formula), written_matrices), size),)
    return tuple(Fragment(_put(a, written_matrices), len(_put(b, spans))) for a, b in pieces)


def _put(text: str, replacements: Mapping[str, str]) -> str:
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text


def _aligned(text: str, written: Callable[[str], str], plain: Callable[[str], str]) -> list[tuple[str, str]]:
    """The pieces of a formula, in a style and in plain text; none where it cannot be broken alike in both."""
    for split in (_terms, _arguments):
        pieces, widths = split(text, written), split(text, plain)
        if len(pieces) == len(widths) > 1:
            return list(zip(pieces, widths))
    return []


def _terms(text: str, written: Callable[[str], str]) -> list[str]:
    """The terms of a sum with their signs; the whole where they would not add up to it."""
    node, terms = parse(text), []
    while isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        terms.append((isinstance(node.op, ast.Add), written(ast.unparse(node.right))))
        node = node.left
    if not terms:
        return []
    complete = written(text)
    minus = "−" if "−" in complete or " - " not in complete else "-"
    pieces = [written(ast.unparse(node))]
    for plus, term in reversed(terms):
        turned = plus and term.startswith(minus)
        pieces.append(f" {minus if turned or not plus else '+'} {term[len(minus) :].lstrip() if turned else term}")
    return pieces if "".join(pieces) == complete else []


def _arguments(text: str, written: Callable[[str], str]) -> list[str]:
    """A call in pieces that end at its commas; nothing where it is no call of several arguments."""
    node = parse(text)
    if not isinstance(node, ast.Call) or len(node.args) < 2 or any(isinstance(a, ast.Constant) for a in node.args):
        return []
    complete, inner = written(text), [written(ast.unparse(a)) for a in node.args]
    before, separator, after = complete.partition(", ".join(inner))
    if not separator:
        return []
    if before.endswith(r"\left(") and after == r"\right)":  # a pair that stretches cannot stand on two lines
        before, after = before.removesuffix(r"\left(") + "(", ")"
    return [before + inner[0] + ", ", *(f"{a}, " for a in inner[1:-1]), inner[-1] + after]
