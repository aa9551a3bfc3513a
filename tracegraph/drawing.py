"""A graph, drawn: shows itself in Jupyter, and saves itself in the format that the suffix names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from .engine.tensor import Tensor
from .errors import GraphError, LayoutTimeout
from .files import write_atomic
from .formats import RENDERERS
from .formats.dot import source
from .frontends import graph_of
from .graph import Graph, Noted
from .graphviz import run as _layout
from .notebook import bundle
from .picture.theme import Theme, theme_of
from .picture.words import Picture, picture
from .views.coarse import coarse
from .views.fold import fold as fold_unnamed
from .views.steps import picked

MOST_BOXES = 500  # that Graphviz is given by default; it takes about a second for twice as many
SHRINK = 4  # of the cards of a drawing that Graphviz did not finish, one in so many is left for the next attempt
ATTEMPTS = 3


class Drawing:
    """What `draw` returns: ``save(path)`` writes it, and a notebook shows it.

    ``graph`` is the graph as drawn (after folding and collapsing), ``recorded`` the one before that, ``picture`` what
    the drawing says, ``dot`` its DOT source.
    Where Graphviz does not finish within the ``timeout``, they become those of a coarser drawing, which says so.
    """

    def __init__(
        self,
        graph: Graph,
        word: Callable[[Graph, str], Picture],
        theme: Theme,
        *,
        note: str = "",
        digits: int = 4,
        engine: str = "embedded",
        timeout: float = 60.0,
        recorded: Graph | None = None,
    ) -> None:
        self.theme, self.digits = theme, digits
        self.recorded = recorded if recorded is not None else graph
        self._word, self._engine, self._timeout = word, engine, timeout
        self._show(graph, note)

    def _show(self, graph: Graph, note: str) -> None:
        self.graph, self.picture = graph, self._word(graph, note)
        self.source, self.images = source(self.picture, self.theme)
        for cached in ("dot", "svg"):
            self.__dict__.pop(cached, None)

    @cached_property
    def dot(self) -> str:
        """The DOT source, without heat maps."""
        return source(self.picture, self.theme, images=False)[0]

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG."""
        return self.render("svg").decode()

    def layout(self, format: str, attributes: dict[str, str] | None = None, **options: Any) -> bytes:
        """Run Graphviz on the source, with more graph attributes."""
        extra = "".join(f' {k}="{v}"' for k, v in (attributes or {}).items())
        dot = self.source.replace("  graph [", f"  graph [{extra} ", 1) if extra else self.source
        return self.run(dot, format, **options)

    def run(self, dot: str, format: str, **options: Any) -> bytes:
        """Run Graphviz on another source with the same images, as this drawing was told to run it."""
        return _layout.render(dot, format, engine=self._engine, timeout=self._timeout, images=self.images, **options)

    def render(self, format: str, *, scale: float = 1.0) -> bytes:
        """The bytes of a file in one of the formats of `RENDERERS`; ``scale`` is for png."""
        if format not in RENDERERS:
            raise GraphError(f"no format {format!r}; there are {', '.join(RENDERERS)}, tgraph")
        for _ in range(ATTEMPTS - 1):
            try:
                return RENDERERS[format](self, scale)
            except LayoutTimeout:
                if not self._coarsen():
                    raise
        return RENDERERS[format](self, scale)

    def _coarsen(self) -> bool:
        """Draw runs of operations as one card each; False where there is nothing left to put together."""
        cards, most = len(self.graph), len(self.graph) // SHRINK
        if most < 2:
            return False
        graph, _ = coarse(self.graph, None, most)
        late = f"Graphviz did not finish {cards} cards within {self._timeout:g} s; drawn as {len(graph)}"
        self._show(graph, f"{late}; draw a part with upto, between or collapse")
        return True

    def save(self, path: str | os.PathLike[str], *, scale: float = 1.0) -> Path:
        """Write a file in the format of its suffix, whole or not at all; return its path.

        .svg .png .pdf .eps .dot .json .txt .pptx .tex .mmd, and .tgraph for everything that was recorded.
        ``scale`` enlarges a .png.
        """
        path = Path(path)
        suffix = path.suffix.lower().lstrip(".")
        if suffix == "tgraph":
            self.recorded.save(path)
        elif suffix not in RENDERERS:
            wrong = f"no format {path.suffix!r}" if path.suffix else "the suffix decides the format, and there is none"
            raise GraphError(f"{path.name!r}: {wrong}; use .{', .'.join(RENDERERS)} or .tgraph")
        else:
            write_atomic(path, self.render(suffix, scale=scale))
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(lambda: self.svg, lambda: str(self), include, exclude)

    def __str__(self) -> str:
        return self.render("txt").decode()

    def __repr__(self) -> str:
        return f"Drawing({len(self.picture.boxes)} cards, {len(self.picture.arrows)} arrows, theme {self.theme.name})"


def draw(
    what: Tensor | Graph | Noted | Callable[..., Any],
    *arrays: Any,
    detail: str = "values",
    theme: str | Theme = "light",
    direction: str = "LR",
    digits: int | None = None,
    depth: int | None = None,
    step: int | Iterable[int] | None = None,
    fold: bool = True,
    engine: str = "embedded",
    timeout: float = 60.0,
) -> Drawing:
    """Draw a tensor with everything it depends on, a graph, or a function applied to arrays.

    ``detail``: ``outline``, ``shapes``, ``values`` or ``full`` (formulas with numbers, the chain rule on the arrows).
    ``theme``: light, dark, print, slides. ``direction``: LR, TB, RL, BT. ``digits``: significant ones (4; slides 3).
    ``depth``: levels of scopes that stay open; 0 makes a card of each step of a training run, too. ``step``: of such a
    run, the one to be drawn, or several. ``fold``: put unnamed arithmetic into the formula that uses it.
    More than 500 cards are drawn as groups, and a note says so. ``engine``: ``embedded``, or ``system`` for the ``dot``
    on the PATH; ``timeout`` in seconds.
    """
    _layout.warm()
    look = theme_of(theme)
    digits = look.digits if digits is None else digits
    graph = picked(graph_of(what, arrays, sys._getframe(1)), step)
    shown = fold_unnamed(graph) if fold else graph
    shown, note = coarse(shown, depth, MOST_BOXES)

    def word(graph: Graph, note: str) -> Picture:
        return picture(graph, detail=detail, direction=direction, digits=digits, note=note)

    return Drawing(shown, word, look, note=note, digits=digits, engine=engine, timeout=timeout, recorded=graph)
