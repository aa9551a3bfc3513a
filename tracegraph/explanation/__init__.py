"""The worked solution of a graph, written out: each value, then the chain rule back, then the updates.

Names, formulas and rounding are those of the picture; text, Markdown and LaTeX are three ways to write one list of
equations.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import GraphError
from ..files import write_atomic
from ..frontends import graph_of
from ..views.fold import fold as fold_unnamed
from .as_latex import write as write_latex
from .as_markdown import write as write_markdown
from .as_text import write as write_text
from .equation_parts import Section
from .equations import solution, title
from .wanted_gradients import wanted

__all__ = ["Explanation", "WRITERS", "explain"]


class Explanation:
    """What `explain` returns: prints as text, shows itself in a notebook, saves itself as .md, .tex or .txt."""

    def __init__(self, title: str, sections: tuple[Section, ...]) -> None:
        self.title, self.sections = title, sections

    def to_text(self) -> str:
        """Plain text, in Unicode."""
        return write_text(self.title, self.sections)

    def to_markdown(self) -> str:
        """Markdown with formulas between dollar signs, as notebooks and GitHub render it."""
        return write_markdown(self.title, self.sections)

    def to_latex(self) -> str:
        """A LaTeX document in ASCII that compiles by itself; it needs amsmath, geometry and graphicx."""
        return write_latex(self.title, self.sections)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write .md, .tex or .txt, by the suffix, whole or not at all; return the path."""
        path = Path(path)
        write_atomic(path, self.render(path.suffix.lower().lstrip("."), path.name))
        return path

    def render(self, format: str, name: str = "") -> bytes:
        """The bytes of a file in one of the formats of `WRITERS`; ``name`` is for the error message."""
        writer = WRITERS.get(format)
        if writer is None:
            raise GraphError(f"{name or format}: an explanation is written as .{', .'.join(WRITERS)}")
        return writer(self).encode("utf-8", "replace")

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        count = sum(len(s.equations) for s in self.sections)
        return f"Explanation({self.title!r}, {count} equations)"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


WRITERS: dict[str, Callable[[Explanation], str]] = {
    "md": Explanation.to_markdown,
    "tex": Explanation.to_latex,
    "txt": Explanation.to_text,
}
"""How an explanation is written, by the suffix of the file."""


def explain(
    what: Any, *arrays: Any, digits: int = 4, fold: bool = True, of: str | Sequence[str] | None = None
) -> Explanation:
    """Write out the solution of a tensor, a graph, or a function applied to arrays.

    For each node in order: its formula, the formula with numbers, the result; then backwards, for each node, the chain
    rule as a sum over its uses; then the updates. ``digits``: significant ones. ``fold``: as for `draw`. ``of``: names
    of tensors whose gradients are asked for; by default those of the parameters, or of all inputs if there are none.
    Raises `GraphError` for digits beyond 1 to 17, and for a name that gets no gradient.

    >>> import tracegraph as tg
    >>> def square(x):
    ...     y = x * x
    ...     return y
    >>> print(tg.explain(square, 3.0).to_text().splitlines()[-1])
      ∂y/∂x = x + x = 3 + 3 = 6
    """
    if not isinstance(digits, int) or not 1 <= digits <= 17:
        raise GraphError(f"digits must be a whole number from 1 to 17, not {digits!r}")
    graph = graph_of(what, arrays, sys._getframe(1))
    shown = fold_unnamed(graph) if fold else graph
    return Explanation(title(graph), tuple(solution(shown, graph, digits, wanted(shown, of))))
