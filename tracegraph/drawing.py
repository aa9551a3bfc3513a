"""A graph, drawn: shows itself in Jupyter, and saves itself in the format that the suffix names."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from . import layout as _layout
from .errors import GraphError, LayoutError
from .files import write_atomic
from .frontends import graph_of
from .graph import Graph
from .picture import Picture, picture
from .render import RENDERERS
from .source import source
from .tensor import Tensor
from .theme import THEMES, Theme
from .views.coarse import coarse
from .views.fold import fold as fold_unnamed

MOST_BOXES = 500  # that Graphviz is given by default; it takes about a second for twice as many
NOTEBOOK_WIDTH = 1100  # points


class Drawing:
    """What `draw` returns: ``save(path)`` writes it, and a notebook shows it.

    ``graph`` is the graph as drawn (after folding and collapsing), ``picture`` what it says, ``dot`` its DOT source.
    """

    def __init__(self, graph: Graph, words: Picture, theme: Theme, digits: int, engine: str, timeout: float) -> None:
        self.graph, self.picture, self.theme, self.digits = graph, words, theme, digits
        self._engine, self._timeout = engine, timeout
        self._source, self.images = source(words, theme)

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
        source = self._source.replace("  graph [", f"  graph [{extra} ", 1) if extra else self._source
        return _layout.render(
            source, format, engine=self._engine, timeout=self._timeout, images=self.images, **options
        )

    def render(self, format: str, *, scale: float = 1.0) -> bytes:
        """The bytes of a file in one of the formats of `RENDERERS`; ``scale`` is for png."""
        if format not in RENDERERS:
            raise GraphError(f"no format {format!r}; there are {', '.join(RENDERERS)}, tgraph")
        return RENDERERS[format](self, scale)

    def save(self, path: str | os.PathLike[str], *, scale: float = 1.0) -> Path:
        """Write a file in the format of its suffix, whole or not at all; return its path.

        .svg .png .pdf .eps .dot .json .txt, and .tgraph for everything that was recorded. ``scale`` enlarges a .png.
        """
        path = Path(path)
        suffix = path.suffix.lower().lstrip(".")
        if suffix == "tgraph":
            self.graph.save(path)
        elif suffix not in RENDERERS:
            raise GraphError(f"{path.name}: no format {path.suffix!r}; use .{', .'.join(RENDERERS)} or .tgraph")
        else:
            write_atomic(path, self.render(suffix, scale=scale))
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown: dict[str, Any] = {"text/plain": str(self)}
        try:
            shown["image/svg+xml"] = _capped(self.svg)
        except LayoutError as error:
            shown["text/plain"] += f"(no picture: {error})\n"
        return shown

    def __str__(self) -> str:
        return self.render("txt").decode()

    def __repr__(self) -> str:
        return f"Drawing({len(self.picture.boxes)} cards, {len(self.picture.arrows)} arrows, theme {self.theme.name})"


def draw(
    what: Tensor | Graph | Callable[..., Any],
    *arrays: Any,
    detail: str = "values",
    theme: str | Theme = "light",
    direction: str = "LR",
    digits: int | None = None,
    depth: int | None = None,
    fold: bool = True,
    engine: str = "embedded",
    timeout: float = 60.0,
) -> Drawing:
    """Draw a tensor with everything it depends on, a graph, or a function applied to arrays.

    ``detail``: ``outline``, ``shapes``, ``values`` or ``full`` (formulas with numbers, the chain rule on the arrows).
    ``theme``: light, dark, print, slides. ``direction``: LR, TB, RL, BT. ``digits``: significant ones (4; slides 3).
    ``depth``: levels of scopes that stay open. ``fold``: put unnamed arithmetic into the formula that uses it.
    More than 500 cards are drawn as groups, and a note says so. ``engine``: ``embedded``, or ``system`` for the ``dot``
    on the PATH; ``timeout`` in seconds.
    """
    _layout.warm()
    look = _theme(theme)
    digits = look.digits if digits is None else digits
    graph = graph_of(what, arrays, sys._getframe(1))
    shown = fold_unnamed(graph) if fold else graph
    shown, note = coarse(shown, depth, MOST_BOXES)
    words = picture(shown, detail=detail, direction=direction, digits=digits, note=note)
    return Drawing(shown, words, look, digits, engine, timeout)


def dot(graph: Graph, **options: Any) -> str:
    """The DOT source of the drawing of a graph; ``options`` as for `draw`."""
    return draw(graph, **options).dot


def _theme(theme: str | Theme) -> Theme:
    if isinstance(theme, Theme):
        return theme
    if theme not in THEMES:
        raise GraphError(f"no theme {theme!r}; there are {', '.join(THEMES)}")
    return THEMES[theme]


def _capped(svg: str) -> str:
    """The same SVG, at most as wide as a notebook."""
    size = re.search(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if size is None or float(size[1]) <= NOTEBOOK_WIDTH:
        return svg
    height = float(size[2]) * NOTEBOOK_WIDTH / float(size[1])
    fitted = f'width="{NOTEBOOK_WIDTH}pt" height="{height:.0f}pt"'
    return svg.replace(f'width="{size[1]}pt" height="{size[2]}pt"', fitted, 1)
