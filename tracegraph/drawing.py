"""A graph, drawn: shows itself in Jupyter, and saves itself in the format that the suffix names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from .cached import cached
from .engine.tensor import Tensor
from .errors import GraphError, LayoutTimeout
from .files import write_atomic
from .formats import FORMATS, Format, Options, stills
from .frontends import graph_of
from .graph import Graph, Noted, same_structure
from .graphviz import run as _layout
from .layout.laying import LAYOUTS, lay, lay_alike
from .layout.page import page_of
from .layout.sheet import Document, Draft, Sheet
from .notebook import bundle
from .picture.flow_overlay import roots
from .picture.row_names import row_names
from .picture.theme import Theme, theme_of
from .picture.words import Picture, picture
from .views.coarse import coarse, reduced
from .views.inside import inside
from .views.neighbourhood import neighbourhood
from .views.steps import picked

READABLE = 60  # cards of a flow that are drawn all; of more, those around the findings
MOST_BOXES = 500  # that Graphviz is given by default; it takes about a second for twice as many
SHRINK = 4  # of the cards of a drawing that Graphviz did not finish, one in so many is left for the next attempt
ATTEMPTS = 3


class Look(NamedTuple):
    """How a drawing was asked for: the ``part`` of a graph, how to ``show`` that, with a note, and to ``word`` it."""

    part: Callable[[Graph], Graph]
    show: Callable[[Graph], tuple[Graph, str]]
    word: Callable[[Graph, str], Picture]


class Drawing:
    """What `draw` returns: ``save(path)`` writes it, and a notebook shows it.

    ``graph`` is the graph as drawn (after folding and collapsing), ``recorded`` the one before that, ``picture`` what
    the drawing says, ``dot`` its DOT source. ``sheet`` is where everything is: laid out once, when it is first asked
    for, and the same in every format. Where Graphviz does not finish within the ``timeout``, the sheet is that of a
    coarser graph and says so; its ``sheet.graph`` and ``sheet.picture`` are what can be seen.
    """

    def __init__(self, draft: Draft, look: Look, recorded: Graph) -> None:
        self.draft, self.recorded, self._look = draft, recorded, look

    def reworded(self, picture: Picture) -> Drawing:
        """The same drawing with other words on its cards and arrows."""
        return Drawing(replace(self.draft, picture=picture), self._look, self.recorded)

    @property
    def graph(self) -> Graph:
        return self.draft.graph

    @property
    def picture(self) -> Picture:
        return self.draft.picture

    @property
    def theme(self) -> Theme:
        return self.draft.theme

    @property
    def digits(self) -> int:
        return self.draft.digits

    @property
    def dot(self) -> str:
        """The DOT source, without heat maps."""
        return self.render("dot").decode()

    @cached
    def svg(self) -> str:
        """The drawing as SVG."""
        return self.render("svg").decode()

    @property
    def sheet(self) -> Sheet:
        """The drawing laid out, with one frame that shows everything."""
        return self._sheet  # kept under another name: type checkers do not take a cached property for a property

    @cached
    def _sheet(self) -> Sheet:
        draft = self.draft
        for _ in range(ATTEMPTS - 1):
            try:
                return lay(draft)
            except LayoutTimeout:
                if (fewer := self._coarser(draft)) is None:
                    raise
                draft = fewer
        return lay(draft)

    def _coarser(self, draft: Draft) -> Draft | None:
        """The same with runs of operations as one card each; None where there is nothing left to put together."""
        cards, most = len(draft.graph), len(draft.graph) // SHRINK
        if most < 2:
            return None
        graph, note = coarse(draft.graph, most, self.recorded)
        late = f"Graphviz did not finish {cards} cards within {draft.timeout:g} s; drawn as {len(graph)}"
        words = self._look.word(graph, f"{late}: {note}")
        return replace(draft, graph=graph, picture=words)

    def part(self, graph: Graph, fit: str = "16:9") -> Drawing:
        """Another graph, a part of this one, in the same look and without its heading, for a page ``fit``."""
        words = replace(self._look.word(graph, ""), header=())
        return Drawing(replace(self.draft, graph=graph, picture=words, page=page_of(fit)), self._look, graph)

    def with_values(self, *graphs: Graph | Noted | Tensor) -> list[Drawing]:
        """Graphs of the same structure, with other numbers, in the same look: every card is at the same place in all.

        They are laid out once, each card as large as in the one where it is largest; this drawing keeps its own places.
        Raises `GraphError` where names, operations, shapes or arrows are others than in this one.
        """
        here = sys._getframe(1)
        drafts, recorded = [], [self._look.part(graph_of(graph, (), here)) for graph in graphs]
        for graph in recorded:
            shown, note = self._look.show(graph)
            same_structure(self.graph, shown)
            drafts.append(replace(self.draft, graph=shown, picture=self._look.word(shown, note)))
        drawings = [Drawing(draft, self._look, graph) for draft, graph in zip(drafts, recorded, strict=True)]
        for drawing, sheet in zip(drawings, lay_alike(drafts) if drafts else (), strict=True):
            vars(drawing)["_sheet"] = sheet
        return drawings

    def render(self, format: str, *, scale: float = 1.0) -> bytes:
        """The bytes of a file in one of the formats of `formats.stills`; ``scale`` is for png."""
        if format not in stills():
            raise GraphError(f"no format {format!r}; there are {', '.join(stills())}, tgraph")
        return self._written(FORMATS[format], Options(scale=scale))

    def _written(self, format: Format, options: Options) -> bytes:
        if not format.laid:
            return format.write(self.draft, options)
        if not format.captioned:
            return format.write(Document("", (self.sheet,)), options)
        from .slides.story import frames  # which knows the sentence

        return format.write(Document("", (frames(self, steps=""),)), options)

    def save(self, path: str | os.PathLike[str], *, scale: float = 1.0) -> Path:
        """Write a file in the format of its suffix, whole or not at all; return its path.

        The formats are those of `formats.stills`, and .tgraph for everything that was recorded.
        ``scale`` enlarges a .png.
        """
        path = Path(path)
        suffix = path.suffix.lower().lstrip(".")
        if suffix == "tgraph":
            self.recorded.save(path)
        elif suffix not in stills():
            wrong = f"no format {path.suffix!r}" if path.suffix else "the suffix decides the format, and there is none"
            raise GraphError(f"{path.name!r}: {wrong}; use .{', .'.join(stills())} or .tgraph")
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
    direction: str | None = None,
    fit: str | tuple[float, float] = "16:9",
    layout: str = "layered",
    digits: int | None = None,
    depth: int | None = None,
    step: int | Iterable[int] | None = None,
    scope: str | None = None,
    fold: bool = True,
    compact: bool = False,
    labels: Mapping[str, Sequence[str]] | None = None,
    title: str = "",
    caption: str = "",
    key: bool = False,
    engine: str = "embedded",
    timeout: float = 60.0,
) -> Drawing:
    """Draw a tensor with everything it depends on, a graph, or a function applied to arrays.

    ``detail``: ``outline``, ``shapes``, ``values`` or ``full`` (formulas with numbers, the chain rule on the arrows).
    ``theme``: light, dark, print, slides. ``direction``: of the computation, LR, TB, RL, BT; by default whichever shows
    the cards larger. ``fit``: the page that is filled, in rows: 16:9, 4:3, A4, README, slide, or points.
    ``layout``: ``layered``, or ``dot`` for Graphviz's (LR by default), in one row. ``digits``: significant ones (4; in
    slides and inside arrays 3, and 2 if there are many). ``depth``: levels of scopes that stay open; 0 makes a card of
    each step of a training run, too. ``step``: of such a run, the one to be drawn, or several. ``scope``: the one to be
    drawn. ``fold``: put unnamed arithmetic into the formula that uses it. ``compact``: inputs, parameters and constants
    that one card uses are rows of that card. ``labels``: by the name of a tensor, what its rows (or the elements of a
    vector) are called. ``title`` and ``caption`` stand above the picture; ``key``: with what its colours and signs
    mean. More than 500 cards are drawn as a few groups; a note says so, and ``scope`` opens one. ``engine``:
    ``embedded``, or ``system`` for the ``dot`` on the PATH; ``timeout`` in seconds.
    """
    if layout not in LAYOUTS:
        raise GraphError(f"layout {layout!r} is not one of {', '.join(LAYOUTS)}")
    if engine not in _layout.ENGINES:
        raise GraphError(f"no engine {engine!r}; there are {', '.join(_layout.ENGINES)}")
    if layout == "dot":
        _layout.warm()
        direction = direction or "LR"
    look, page = theme_of(theme), page_of(fit)
    cells, digits = digits, look.digits if digits is None else digits

    def part(graph: Graph) -> Graph:
        graph = picked(graph, step)
        return graph if scope is None else inside(graph, scope)

    def show(graph: Graph) -> tuple[Graph, str]:
        shown, note = reduced(graph, depth, MOST_BOXES, fold)
        found = roots(shown) if depth is None and scope is None and not note else set()
        return neighbourhood(shown, found) if found and len(shown) > READABLE else (shown, note)

    graph = part(graph_of(what, arrays, sys._getframe(1)))
    rows, (shown, note) = row_names(graph, labels or {}), show(graph)
    wording: dict[str, Any] = {"rows": rows, "compact": compact, "title": title, "caption": caption, "key": key}

    def word(graph: Graph, note: str) -> Picture:
        way = direction or ""
        return picture(graph, detail=detail, direction=way, digits=digits, cells=cells, note=note, **wording)

    draft = Draft(shown, word(shown, note), look, digits, layout, page, engine, timeout)
    return Drawing(draft, Look(part, show, word), graph)
