r"""A solution as Markdown with formulas between dollar signs, in forms that every reader leaves alone.

Jupyter and GitHub use MathJax, VS Code and GitLab use KaTeX, and GitHub treats a formula as Markdown first. So there is
no backslash before a punctuation mark (GitHub drops it: rows end with `\cr`), no underscore that could start emphasis,
no `\operatorname` (GitHub forbids it), and no character of a name that Markdown or TeX would take for its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..text.escape import markdown
from .as_latex import Latex, displays
from .equation_parts import Section

_ESCAPED = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    **{"\\" + mark: mark for mark in "%&#_${}"},
}
_WIDE = {mark: chr(ord(mark) + 0xFEE0) for mark in '\\~^%&#${}<>*`|@!"'} | {"_": " "}
_ESCAPE = re.compile("|".join(map(re.escape, _ESCAPED)))
_WORD = re.compile(r"\\(text|operatorname)\{([^{}]*)\}")


class Markdown(Latex):
    """The style of formulas in Markdown: LaTeX without the forms that Markdown readers break."""

    newline = r"\cr"

    def formula(self, text: str, names: Mapping[str, str], tensors: bool) -> str:
        return _safe(super().formula(text, names, tensors))

    def name(self, name: str) -> str:
        return _safe(super().name(name))

    def matrix(self, cells: Sequence[Sequence[str]]) -> str:
        return _safe(super().matrix(cells))

    def words(self, text: str) -> str:
        return _safe(super().words(text))

    def fitted(self, text: str) -> str:
        return text  # a web page scrolls


STYLE = Markdown()


def write(title: str, sections: tuple[Section, ...]) -> str:
    """The whole text."""
    parts = [f"# {markdown(title)}", ""]
    for section in sections:
        parts += [f"## {markdown(section.title)}", "", *_paragraph(section.lead)]
        for body in displays(section, STYLE):
            parts += ["$$", f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}", "$$", ""]
        parts += _paragraph(section.end)
    return "\n".join(parts)


def _paragraph(text: str) -> list[str]:
    return [markdown(text), ""] if text else []


def _safe(latex: str) -> str:
    """LaTeX in which Markdown and both renderers find nothing of their own."""
    latex = _ESCAPE.sub(lambda found: _WIDE[_ESCAPED[found[0]]], latex)
    outside, parts = 0, []
    for word in _WORD.finditer(latex):
        kind, inner = word[1], "".join(_WIDE.get(c, c) for c in word[2]).replace("](", "]（")  # no link
        written = rf"\mathop{{\text{{{inner}}}}}" if kind == "operatorname" else rf"\text{{{inner}}}"
        parts += [_formula(latex[outside : word.start()]), written]
        outside = word.end()
    return "".join([*parts, _formula(latex[outside:])])


def _formula(latex: str) -> str:
    """A formula without names; a blank before each underscore keeps it from ending emphasis."""
    return re.sub(" ?_", " _", latex).replace("<", r"\lt ").replace(">", r"\gt ")
