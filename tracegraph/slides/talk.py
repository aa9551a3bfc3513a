"""A deck of a drawing: on one slide, or on as many as make it readable, each with a map of where one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ..explanation.equations import Move, moves
from ..layout.page import MAP, type_size
from ..layout.scene import Area
from ..layout.sheet import Sheet
from .deck import Deck
from .paging import READABLE, Drawn, Page, pages, whole
from .story import NAMED, Frames, frames, stages

REVERSED = "backward"
"""The stage in which the last page comes first."""


def deck(
    drawing: Drawn,
    *,
    steps: str = "forward,backward",
    by: str = "operation",
    title: str = "",
    split: str | int = "auto",
    one_slide_per_step: bool = False,
) -> Deck:
    """A deck of one drawing: ``steps`` and ``by`` as in `frames`, ``title`` of the first slide (none if empty).

    ``split``: ``auto`` for as many parts as are readable, if the type on one slide is smaller than 14 points; or how
    many parts. Forward they come in the order of the flow, backward the other way round; each shows a small map.
    """
    parts = split_over(drawing, split)
    return Deck(title, tuple(chapters(drawing, parts, steps, by)), one_slide_per_step)


def split_over(drawing: Drawn, split: str | int) -> list[Page]:
    """The pages of a drawing for a number of them, or ``auto``."""
    if split == "auto":
        return whole(drawing) if type_size(drawing.sheet.scene) >= READABLE else pages(drawing)
    return pages(drawing, int(split)) if int(split) > 1 else whole(drawing)


def chapters(drawing: Drawn, parts: Sequence[Page], steps: str, by: str) -> Iterator[Frames]:
    """The slides: a page once for each run of stages that it is shown for."""
    if len(parts) == 1:
        yield frames(parts[0].drawing, steps=steps, by=by, title=drawing.sheet.picture.title)
        return
    wanted = stages(steps)
    turns = _turns(drawing.sheet, parts, wanted) if wanted else [(i, ()) for i in range(len(parts))]
    if not turns:
        frames(drawing, steps=steps)  # which says that nothing happens then
    for number, shown in turns:
        page, name = parts[number], drawing.sheet.picture.title
        stage = f", {shown[-1]}" if len(turns) > len(parts) and shown else ""
        heading = f"{name}{stage} ({number + 1} of {len(parts)})"
        made = frames(page.drawing, steps=",".join(shown), by=by, title=heading)
        yield replace(made, overview=overview(drawing.sheet, page))


def _turns(sheet: Sheet, parts: Sequence[Page], wanted: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Which page is shown next, and for which stages: its number, and their names."""
    home, graph = {key: i for i, page in enumerate(parts) for key in page.keys}, sheet.graph

    def place(move: Move) -> int:
        """An updated parameter gets its gradient in the next step, where it is used."""
        node = graph.node(move.node)
        later = [e.target for e in graph.uses(node) if node.is_update and move.stage == REVERSED]
        return home[later[0] if later else node.key]

    every = [(m.stage, m.step, place(m)) for m in moves(graph, sheet.digits) if m.stage in wanted]
    order: list[tuple[int, str]] = []
    for (stage, _), group in groupby(every, lambda move: move[:2]):
        numbers = sorted({number for *_, number in group}, reverse=stage == REVERSED)
        order += [(number, stage) for number in numbers]
    turns, seen = [], set[int]()
    for number, run in groupby(order, lambda turn: turn[0]):
        names = {stage for _, stage in run} | ({"network"} & {*wanted} if number not in seen else set())
        seen.add(number)
        turns.append((number, tuple(name for name in NAMED if name in names)))
    return turns


def overview(sheet: Sheet, page: Page) -> tuple[Area, ...]:
    """A map: the cards of a drawing where they are, and those of the page in another colour."""
    scene, theme = sheet.scene, sheet.theme
    scale = min(MAP[0] / scene.width, MAP[1] / scene.height)
    drawn = []
    keys = {f"n{key}" for key in page.keys}
    for card in scene.of("card"):
        x, y, w, h = (scale * side for side in card.box)
        fill = theme.focus if card.key in keys else theme.cluster_border
        drawn.append(Area(((x, y), (x + w, y), (x + w, y + h), (x, y + h)), fill))
    return tuple(drawn)
