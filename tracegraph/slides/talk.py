"""A deck of a drawing: on one slide, or on as many as make it readable, each with a map of where one is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from ..explanation.equations import moves
from ..layout.page import MAP, type_size
from ..layout.scene import Area
from ..layout.sheet import Frame, Sheet
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
    wanted, name = stages(steps), drawing.sheet.picture.title
    if len(parts) == 1:
        yield frames(parts[0].drawing, steps=steps, by=by, title=name)
        return
    events = [*_events(drawing.sheet, parts, wanted)]
    turns = _turns(events, wanted) if wanted else [(i, ()) for i in range(len(parts))]
    if not turns:
        frames(drawing, steps=steps)  # which says that nothing happens then
    for number, shown in turns:
        stage = f", {shown[-1]}" if len(turns) > len(parts) and shown else ""
        heading = f"{name}{stage} ({number + 1} of {len(parts)})"
        made = frames(parts[number].drawing, steps=",".join(shown), by=by, title=heading)
        own = {(event.stage, event.key) for event in events if event.page == number}
        kept = [frame for frame in made if frame.stage in ("", "network") or _about(frame, own)]
        if kept:
            kept[-1] = _with_the_rest(made, kept[-1])
        yield replace(made, frames=tuple(kept) or made.frames, overview=overview(drawing.sheet, parts[number]))


class _Event(NamedTuple):
    """A move of the computation, the card that it is about, and the number of the page that shows it."""

    stage: str
    step: int | None
    key: str
    page: int


def _events(sheet: Sheet, parts: Sequence[Page], wanted: Sequence[str]) -> Iterator[_Event]:
    """An updated parameter gets its gradient in the next step, on the page where it is used."""
    home, graph = {key: i for i, page in enumerate(parts) for key in page.keys}, sheet.graph
    for move in moves(graph, sheet.digits):
        node = graph.node(move.node)
        later = [e.target for e in graph.uses(node) if node.is_update and move.stage == REVERSED]
        if move.stage in wanted:
            yield _Event(move.stage, move.step, f"n{node.key}", home[later[0] if later else node.key])


def _turns(events: Sequence[_Event], wanted: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Which page is shown next, and for which stages: its number, and their names."""
    order: list[tuple[int, str]] = []
    for (stage, _), group in groupby(events, lambda event: (event.stage, event.step)):
        numbers = sorted({event.page for event in group}, reverse=stage == REVERSED)
        order += [(number, stage) for number in numbers]
    turns, seen = [], set[int]()
    for number, run in groupby(order, lambda turn: turn[0]):
        names = {stage for _, stage in run} | ({"network"} & {*wanted} if number not in seen else set())
        seen.add(number)
        turns.append((number, tuple(name for name in NAMED if name in names)))
    return turns


def _about(frame: Frame, own: Collection[tuple[str, str]]) -> bool:
    """Whether a frame is about a card of the page, not only about one that is shown once more."""
    return any((frame.stage, key) in own for key in frame.focus)


def _with_the_rest(made: Frames, frame: Frame) -> Frame:
    """A frame that shows what the last one does, around its own cards."""
    ended = {part for part in made[-1].shown if part[1] != "focus"} | {p for p in frame.shown if p[1] == "focus"}
    every = ((piece.key, part.name) for piece in made.scene.pieces for part in piece.parts)
    return replace(frame, shown=tuple(part for part in every if part in ended))


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
