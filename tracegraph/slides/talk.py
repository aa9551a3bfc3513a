"""A deck of a drawing: on one slide, or on as many as make it readable, each with a map of where one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from ..explanation.equations import moves
from ..layout.page import MAP, type_size
from ..layout.scene import Area
from ..layout.sheet import Frame, Sheet
from .deck import Deck
from .paging import READABLE, Drawn, Page, pages, whole
from .story import NAMED, Frames, frames, spoken, stages

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
    turns = _turns([*_events(drawing.sheet, parts, wanted)], wanted)
    if not wanted:
        turns = [_Turn(number, (), frozenset()) for number in range(len(parts))]
    elif not turns:
        frames(drawing, steps=steps)  # which says that nothing happens then
    for i, turn in enumerate(turns):
        page = parts[turn.page]
        stage = f", {turn.stages[-1]}" if len(turns) > len(parts) else ""
        heading = f"{name}{stage} ({turn.page + 1} of {len(parts)})"
        made = frames(page.drawing, steps=",".join(turn.stages), by=by, title=heading)
        kept = [frame for frame in made if frame.stage in ("", "network") or _about(frame, turn)]
        if by == "operation":
            kept = [_in_its_words(frame, turn) for frame in kept]
        if kept and all(later.page != turn.page for later in turns[i + 1 :]):
            kept[-1] = _with_the_rest(made, kept[-1])
        yield replace(made, frames=tuple(kept) or made.frames, overview=overview(drawing.sheet, page))


class _Event(NamedTuple):
    """A move of the computation, the card that it is about, and the number of the page that shows it."""

    stage: str
    step: int | None
    key: str
    page: int
    caption: str


def _events(sheet: Sheet, parts: Sequence[Page], wanted: Sequence[str]) -> Iterator[_Event]:
    """An updated parameter gets its gradient in the next step, on the page where it is used."""
    home, graph = {key: i for i, page in enumerate(parts) for key in page.keys}, sheet.graph
    hosts = [{row.key: box.key for box in page.drawing.sheet.picture.boxes for row in box.rows} for page in parts]
    for move in moves(graph, sheet.digits):
        node = graph.node(move.node)
        later = [e.target for e in graph.uses(node) if node.is_update and move.stage == REVERSED]
        if move.stage in wanted:
            key, page = f"n{node.key}", home[later[0] if later else node.key]
            yield _Event(move.stage, move.step, hosts[page].get(key, key), page, spoken(sheet, move))


class _Turn(NamedTuple):
    """A page that is shown for some stages, and what happens then."""

    page: int
    stages: tuple[str, ...]
    events: frozenset[_Event]


def _turns(events: Sequence[_Event], wanted: Sequence[str]) -> list[_Turn]:
    """Which page is shown next, and for what."""
    order: list[tuple[int, list[_Event]]] = []
    for (stage, _), group in groupby(events, lambda event: (event.stage, event.step)):
        here = sorted(group, key=lambda event: event.page, reverse=stage == REVERSED)
        order += [(page, [*some]) for page, some in groupby(here, lambda event: event.page)]
    turns, seen = [], set[int]()
    for page, run in groupby(order, lambda turn: turn[0]):
        now = frozenset(event for _, some in run for event in some)
        names = {event.stage for event in now} | ({"network"} & {*wanted} if page not in seen else set())
        seen.add(page)
        turns.append(_Turn(page, tuple(name for name in NAMED if name in names), now))
    return turns


def _about(frame: Frame, turn: _Turn) -> bool:
    """Whether a frame is about a card of the page in its turn, not only about one that is shown once more."""
    own = {event[:3] for event in turn.events}
    return any((frame.stage, frame.step, key) in own for key in frame.focus)


def _in_its_words(frame: Frame, turn: _Turn) -> Frame:
    """A frame with the equation of the whole drawing: on a page a gradient from another one would be a mere number."""
    captions = {event.caption for event in turn.events if event[:3] == (frame.stage, frame.step, *frame.focus)}
    return replace(frame, caption=captions.pop()) if len(captions) == 1 else frame


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
