"""Formulas as people write them, in Unicode and in LaTeX, by one walk over the expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from ..text import numbers
from ..text.formula_words import WORDS, Form
from ..text.latex import latex_name, latex_number, latex_text
from ..text.names import GREEK, pretty
from .expression import parse
from .substitution import number_in


class _Level(IntEnum):
    """The binding strength of a piece of notation; one that is too weak for its place gets parentheses."""

    IF, COMPARE, SUM, MINUS, PRODUCT, POWER, ATOM = range(7)


_FORMS = {
    "+": Form("{0:sum} + {1:sum}", "{0:sum} + {1:sum}", "sum"),
    "-": Form("{0:sum} − {1:product}", "{0:sum} - {1:product}", "sum"),
    "**": Form("{0:atom}^{1:atom}", "{0:atom}^{{{1}}}", "power"),
    "call": Form("{name}{axis}({all})", r"\operatorname{{{name}}}{axis}\left({all}\right)"),
}
"""Operators, and calls of words that have no form of their own."""
_COMPARISONS = {
    ast.Gt: (">", ">"),
    ast.GtE: ("≥", r"\ge"),
    ast.Lt: ("<", "<"),
    ast.LtE: ("≤", r"\le"),
    ast.Eq: ("=", "="),
    ast.NotEq: ("≠", r"\ne"),
}
_FRACTIONS = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/6": "⅙", "1/8": "⅛"}
_NUMBER = re.compile(r"[−-]?(\d[\d.]*((e|×10)[−⁻⁰¹²³⁴-⁹\d-]+)?|∞)|NaN")


@dataclass(frozen=True)
class _Style:
    column: int  # of a Form
    brackets: str
    minus: str
    dot: str
    elementwise: str
    below: Callable[[str], str]
    name: Callable[[str], str]
    number: Callable[[str], str]
    word: Callable[[str], str]
    quoted: str


_TEXT = _Style(
    0,
    "({})",
    "−",
    "·",
    " ⊙ ",
    numbers.subscript,
    pretty,
    lambda number: number.replace("-", "−"),
    lambda word: numbers.clean(word).replace("->", "→"),
    "{}",
)
_LATEX = _Style(
    1,
    r"\left({}\right)",
    "-",
    r" \cdot ",
    r" \odot ",
    "_{{{}}}".format,
    latex_name,
    latex_number,
    latex_text,
    r"\text{{{}}}",
)


@dataclass(frozen=True)
class _Piece:
    """Something written; `kind` is the level of a Form, or `literal`, `number` (put in), `ten` (1×10⁶)."""

    text: str
    style: _Style
    level: _Level = _Level.ATOM
    kind: str = ""

    def __format__(self, loosest: str) -> str:
        fits = not loosest or self.level >= _Level[loosest.upper()]
        return self.text if fits else self.style.brackets.format(self.text)


def text(formula: str, names: Mapping[str, str], *, tensors: bool = False) -> str:
    """Write a formula as people do, in Unicode; names are replaced by the given names or numbers.

    With `tensors`, the elementwise product is ⊙ and the matrix product is the dot, and a choice between an array and 0
    is the product with [condition], which is 1 or 0. An argument that is put in as
    `None`, such as the bias of a convolution that has none, is left out.

    >>> text("1 / 2 * (t - o) ** 2", {"o": "o₅"}), text("a * b", {"a": "0.5", "b": "−0.25"})
    ('½(t − o₅)²', '0.5·(−0.25)')
    """
    return _Writer(names, tensors, _TEXT).write(parse(formula)).text


def latex(formula: str, names: Mapping[str, str], *, tensors: bool = False) -> str:
    r"""Write a formula for LaTeX's mathematical mode (amsmath); `names` are the same as those of `text`.

    >>> print(latex("sigmoid(a * w) / 2", {"w": "w_35"}))
    \frac{\sigma\left(a \cdot w_{35}\right)}{2}
    """
    return _Writer(names, tensors, _LATEX).write(parse(formula)).text


def _form(name: str, count: int) -> Form | None:
    """The notation of a function for a number of arguments; None for an ordinary call."""
    word = WORDS.get(name)
    return word.forms.get(count, word.form) if word is not None else None


class _Writer:
    """Walks a formula once; everything that differs between the notations is in the style and in the forms of words."""

    def __init__(self, names: Mapping[str, str], tensors: bool, style: _Style) -> None:
        self.names, self.tensors, self.style = names, tensors, style

    def write(self, node: ast.AST) -> _Piece:
        piece: _Piece = getattr(self, "write_" + type(node).__name__)(node)
        return piece

    def piece(self, written: str, level: _Level = _Level.ATOM, kind: str = "") -> _Piece:
        return _Piece(written, self.style, level, kind)

    def formed(self, key: str, *pieces: _Piece, **words: str) -> _Piece:
        """Fill in the form of an operator or a word."""
        form = _FORMS.get(key) or _form(key, len(pieces)) or _FORMS["call"]
        kind, template = form.level, form[self.style.column]
        if kind == "prefix" and pieces and pieces[0].level < _Level.POWER:  # Σ(a·b) is like a call
            kind, template = "power", template.replace(" ", "")
        level = _Level.__members__.get(kind.upper(), _Level.PRODUCT if kind else _Level.ATOM)
        return self.piece(template.format(*pieces, **words), level, kind)

    def write_Name(self, node: ast.Name) -> _Piece:
        return self.shown(self.names.get(node.id, node.id))

    def write_Constant(self, node: ast.Constant) -> _Piece:
        if isinstance(node.value, str):
            return self.piece(self.style.quoted.format(self.style.word(node.value)))
        return self.shown(numbers.number(node.value, 15), "literal") if node.value is not None else self.piece("None")

    def shown(self, written: str, kind: str = "number") -> _Piece:
        """Word a name or a number that is put in for a name."""
        if _NUMBER.fullmatch(written):
            ten = "e" in written or "×" in written
            level = _Level.MINUS if written[0] in "−-" else _Level.PRODUCT if ten else _Level.ATOM
            return self.piece(self.style.number(written), level, "ten" if ten else kind)
        loose = _Level.SUM if re.search(" [−+-] ", written) else _Level.PRODUCT if "/" in written else _Level.ATOM
        loose = _Level.POWER if re.fullmatch("∂[^/]+/∂[^/]+", written) else loose  # x ⋆ ∂L/∂f
        return self.piece(self.style.name(written), _Level.MINUS if written[:1] in ("−", "-") else loose)

    def write_UnaryOp(self, node: ast.UnaryOp) -> _Piece:
        piece = self.write(node.operand)
        kind = piece.kind if piece.level >= _Level.PRODUCT else ""
        return self.piece(f"{self.style.minus}{piece:product}", _Level.MINUS, kind)

    def write_BinOp(self, node: ast.BinOp) -> _Piece:
        left, right = self.write(node.left), self.write(node.right)
        if isinstance(node.op, (ast.Mult, ast.MatMult)):
            return self.product(left, right, "mul" if isinstance(node.op, ast.Mult) else "mat")
        if isinstance(node.op, ast.Div):
            return self.quotient(left, right)
        if isinstance(node.op, ast.Pow):
            return self.power(left, right)
        if isinstance(node.op, ast.Add) and right.text.startswith(self.style.minus) and right.level >= _Level.SUM:
            right = self.piece(right.text[len(self.style.minus) :].lstrip(), right.level)
            return self.piece(f"{left:sum} {self.style.minus} {right.text}", _Level.SUM)
        return self.formed("+" if isinstance(node.op, ast.Add) else "-", left, right)

    def product(self, left: _Piece, right: _Piece, kind: str) -> _Piece:
        """Write a product; sorts of product that do not associate get parentheses, numbers go with any."""
        plain = {"literal", "number", "ten"} & {left.kind, right.kind}
        if plain:
            kind = next((p.kind for p in (right, left) if p.kind in ("mul", "mat", "conv")), "mul")
        others = {"mul", "mat", "conv", "ten"} - {kind}
        before = self.style.brackets.format(left.text) if left.kind in others | {"div", "prefix"} else f"{left:minus}"
        apart = right.kind in others or kind == "mat" and right.kind == "div"
        after = self.style.brackets.format(right.text) if apart else f"{right:product}"
        dot = self.style.elementwise if self.tensors and kind == "mul" and not plain else self.style.dot
        opening = self.style.brackets.partition("{")[0]
        if left.kind == "literal" and not apart and after.startswith(opening) and right.kind != "number":
            dot = dot if right.level == _Level.MINUS else ""  # ½(t − o)², but 2·(−x)
        last = right.kind if right.kind in ("div", "prefix") and after == right.text else kind
        level = min(_Level.PRODUCT, left.level) if before == left.text else _Level.PRODUCT
        return self.piece(before + dot + after, level, last)

    def quotient(self, left: _Piece, right: _Piece) -> _Piece:
        both = left.kind == right.kind == "literal"
        if self.style is _LATEX:
            negative = left.level == _Level.MINUS and left.text.startswith("-")
            sign, above = ("-", left.text[1:].strip()) if negative else ("", left.text)
            level = _Level.MINUS if sign else _Level.POWER
            return self.piece(rf"{sign}\frac{{{above}}}{{{right}}}", level, "literal" if both else "")
        if both and f"{left.text}/{right.text}" in _FRACTIONS:
            return self.piece(_FRACTIONS[f"{left.text}/{right.text}"], _Level.POWER, "literal")
        above = f"({left.text})" if left.kind in ("mat", "conv", "div", "prefix", "ten") else f"{left:minus}"
        return self.piece(f"{above}/{right:power}", min(_Level.PRODUCT, max(left.level, _Level.MINUS)), "div")

    def power(self, left: _Piece, right: _Piece) -> _Piece:
        if right.kind == "literal" and right.text in ("0.5", "½", r"\frac{1}{2}"):
            return self.formed("sqrt", left)
        if self.style is _TEXT and re.fullmatch(r"−?\d+", right.text):
            raised = f"{left:atom}{numbers.superscript(right.text)}"
            return self.piece(raised, _Level.POWER, "number" if left.kind == "number" else "")
        return self.formed("**", left, right)

    def write_Compare(self, node: ast.Compare) -> _Piece:
        written = f"{self.write(node.left):sum}"
        for kind, term in zip(node.ops, node.comparators):
            written += f" {_COMPARISONS[type(kind)][self.style.column]} {self.write(term):sum}"
        return self.piece(written, _Level.COMPARE)

    def write_Call(self, node: ast.Call) -> _Piece:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "where" and self.tensors and len(node.args) == 3 and number_in(node.args[2]) == 0:
            return self.product(self.write(node.args[1]), self.piece(f"[{self.write(node.args[0]):compare}]"), "mul")
        given = [part for part in node.args if not isinstance(part, ast.Name) or self.names.get(part.id) != "None"]
        pieces = [self.write(part) for part in given]
        word = self.style.name(name) if name in GREEK else self.style.word(name)
        words = {"name": word, "axis": self.axis(node), "all": ", ".join(map(format, pieces))}
        try:
            return self.formed(name, *pieces, **words)
        except IndexError:  # fewer arguments than the form shows
            return self.formed("call", *pieces, **words)

    def axis(self, node: ast.Call) -> str:
        """Write the axis of a sum or the like as its subscript, where it is known and counted from the front."""
        value = next((word.value for word in node.keywords if word.arg == "axis"), ast.Constant(None))
        written = self.names.get(value.id, "") if isinstance(value, ast.Name) else ast.unparse(value)
        written = re.sub(r"[()\s]|,\)", "", written).replace("−", "-")
        return self.style.below(written) if re.fullmatch(r"\d+(,\d+)*", written) else ""

    def write_Attribute(self, node: ast.Attribute) -> _Piece:
        return self.formed("transpose", self.write(node.value))

    def write_Subscript(self, node: ast.Subscript) -> _Piece:
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) and node.slice.elts else [node.slice]
        return self.piece(f"{self.write(node.value):atom}[{self.row(inner)}]")

    def write_Slice(self, node: ast.Slice) -> _Piece:
        ends = [format(self.write(end), "sum") if end else "" for end in (node.lower, node.upper)]
        return self.piece(":".join(ends + ([format(self.write(node.step), "sum")] if node.step else [])))

    def write_Tuple(self, node: ast.Tuple) -> _Piece:
        return self.piece(f"({self.row(node.elts)}{',' * (len(node.elts) == 1)})")

    def write_List(self, node: ast.List) -> _Piece:
        return self.piece(f"[{self.row(node.elts)}]")

    def row(self, nodes: Iterable[ast.expr]) -> str:
        return ", ".join(self.write(node).text for node in nodes)
