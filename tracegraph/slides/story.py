"""The parts of a drawing that each step shows, and the sentence of each step."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from ..errors import GraphError
from ..explanation.as_text import line
from ..explanation.equation_parts import Equation, Move
from ..explanation.equation_writer import EquationWriter
from ..explanation.equations import moves
from ..graph import Edge, Graph, Node, nearest
from ..layout.sheet import Frame, Sheet, Shown, final, still
from ..notebook import bundle
from ..picture.words import pretty
from ..text.numbers import clean, number
from ..text.width import cut
from .deck import Deck
from .paging import Drawn

NAMED = ("network", "forward", "backward", "update")
ORDERS = ("operation", "scope", "step")
CAPTION = 110  # characters of a sentence


@dataclass(frozen=True, eq=False, repr=False)
class Frames(Sheet):
    """The result of `frames`: frames over the one ``scene`` of a ``drawing``, under a ``title``; `save` writes them."""

    drawing: Drawn

    def save(self, path: str | os.PathLike[str], *, to: str | None = None) -> Path:
        """Write a file in the format of its suffix, or that ``to`` names, whole or not at all; return its path."""
        return Deck("", (self,)).save(path, to=to)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        deck = Deck("", (self,))
        svg, page = (lambda to=to: deck.render(to).decode() for to in ("svg", "html"))
        return bundle(svg, lambda: repr(self), include, exclude, page)

    def __repr__(self) -> str:
        return f"Frames({len(self)} frames of {len(self.scene.of('card'))} cards)"


def frames(
    drawing: Drawn, *, steps: str = "forward,backward", by: str = "operation", title: str = "", caption: str = ""
) -> Frames:
    """Take a drawing apart into frames over one layout.

    ``steps``: what is shown step by step: network (all cards, without numbers), forward, backward, update, with commas;
    what comes before the first of them is there from the beginning, and an empty text makes one frame of everything.
    ``by``: a frame for each operation, scope, or step (of a training run; without one, for each stage).
    ``title``: the heading; that of the drawing by default. ``caption``: the sentence of the last frame, instead of the
    equation of its operation. Raises `GraphError` for a name that is none of these.
    """
    wanted = stages(steps)
    if by not in ORDERS:
        raise GraphError(f"frames: by={by!r} is not one of {', '.join(ORDERS)}")
    sheet = drawing.sheet
    every = _Story(sheet, wanted).frames(by) if wanted else [replace(still(sheet.scene), caption=_result(sheet))]
    if caption:
        every[-1] = replace(every[-1], caption=clean(caption))
    given = {f.name: getattr(sheet, f.name) for f in fields(sheet)}
    return Frames(**{**given, "title": clean(title or sheet.picture.title), "frames": tuple(every), "drawing": drawing})


def stages(steps: str) -> list[str]:
    """The names of a list with commas; `GraphError` for one that is none of `NAMED`."""
    names = [s.strip() for s in steps.split(",") if s.strip()]
    for name in names:
        if name not in NAMED:
            raise GraphError(f"frames: no steps are called {name!r}{nearest(name, NAMED)}; use {', '.join(NAMED)}")
    return names


def _result(sheet: Sheet) -> str:
    """The equation of the output."""
    output = sheet.graph.output
    if not (output.formula or sheet.graph.inputs(output)):
        return clean(sheet.picture.title)
    return _sentence(sheet, EquationWriter(sheet.graph, sheet.digits).forward(output))


def spoken(sheet: Sheet, move: Move) -> str:
    """The equations of a move as the sentence of a frame."""
    return cut("; ".join(_sentence(sheet, equation) for equation in move.equations), CAPTION)


def _sentence(sheet: Sheet, equation: Equation) -> str:
    """An equation on one line, without the sides that write matrices out: their numbers stand on the cards.

    Of a drawing without numbers, its formula only.
    """
    name, *sides = clean(line(equation, CAPTION)).split(" = ")
    if not any(box.panels for box in sheet.picture.boxes):
        return " = ".join([name, *sides[: len(sides) > 1]])
    short = [side for side in sides if "; " not in side]
    return " = ".join([name, *(short or sides)])


@dataclass(frozen=True, slots=True, eq=False)
class _Beat:
    """An event: parts that appear and cards in focus at one computation step."""

    stage: str
    step: int | None
    scope: str
    caption: str
    parts: tuple[Shown, ...]
    focus: tuple[str, ...]


class _Story:
    """Turns the moves of a computation, in order, into frames."""

    def __init__(self, sheet: Sheet, wanted: Sequence[str]) -> None:
        self.sheet, self.scene, self.wanted = sheet, sheet.scene, wanted
        self.graph: Graph = sheet.graph
        self.pieces = {p.key: p for p in self.scene.pieces}
        drawn = zip(sheet.picture.arrows, self.scene.of("arrow"), strict=True)
        self.arrows = {self.graph.edges[place]: piece.key for arrow, piece in drawn for place in arrow.edges}
        self.rows = {row.key: box.key for box in sheet.picture.boxes for row in box.rows}
        self.differentiated = any(n.gradient is not None for n in self.graph)

    def frames(self, by: str) -> list[Frame]:
        """The frames of what was asked for; what comes before is there already, and the last one has all the rest."""
        beats = [*self.beats()]
        last_wanted = max((i for i, b in enumerate(beats) if b.stage in self.wanted), default=-1)
        if last_wanted < 0:
            stages = ", ".join(dict.fromkeys(b.stage for b in beats if b.stage in NAMED))
            raise GraphError(f"frames: nothing happens in {', '.join(self.wanted)}; this drawing has {stages}")
        complete = all(b.stage in ("network", "given") for b in beats[last_wanted + 1 :])
        state: dict[Shown, None] = {("header", "card"): None} if "header" in self.pieces else {}
        story: list[Frame] = []
        for group in self.grouped(beats[: last_wanted + 1], by):
            last = max((i for i, b in enumerate(group) if b.stage in self.wanted), default=-1)
            for i, beat in enumerate(group):
                state.update(dict.fromkeys(beat.parts))
                if i == last:  # what comes after it in the group is there from the next frame on
                    story.append(self.frame(group[: i + 1], state))
        if complete:
            remaining = [(p.key, part.name) for p in self.pieces.values() for part in final(p)]
            story[-1] = replace(story[-1], shown=self.ordered({**state, **dict.fromkeys(remaining)}, story[-1].focus))
        return story

    def grouped(self, beats: Sequence[_Beat], by: str) -> list[list[_Beat]]:
        """Beats that share a frame."""
        run = any(b.step is not None for b in beats)

        def key(beat: _Beat) -> Any:
            if beat.stage in ("network", "given"):
                return beat.stage
            if by == "operation" or by == "scope" and not beat.scope:
                return beat
            return (beat.stage, beat.step, beat.scope) if by == "scope" else beat.step if run else beat.stage

        return [list(group) for _, group in groupby(beats, key)]

    def frame(self, group: Sequence[_Beat], state: dict[Shown, None]) -> Frame:
        final = group[-1]
        focus = tuple(dict.fromkeys(key for beat in group for key in beat.focus))
        return Frame(final.stage, self.caption(group), self.ordered(state, focus), focus, final.step)

    def caption(self, group: Sequence[_Beat]) -> str:
        """The equation of a frame; of several, their subject and the last equation."""
        final = group[-1]
        if len(group) == 1 or final.stage in ("network", "given"):
            return final.caption
        inside = {e.source for e in self.graph.edges if e.contribution is not None}
        losses = [n for n in self.graph if n.step == final.step and n.gradient is not None and n.key not in inside]
        if final.step is not None and len({b.stage for b in group}) > 1 and losses:
            return f"Step {final.step}: {pretty(losses[-1].name)} = {number(losses[-1].value, self.sheet.digits)}"
        where = final.scope or (f"step {final.step}" if final.step is not None else "")
        head = " ".join(part for part in (pretty(where), final.stage) if part)
        return f"{head[:1].upper()}{head[1:]}: {final.caption}"

    def ordered(self, state: dict[Shown, None], focus: Sequence[str]) -> tuple[Shown, ...]:
        """The shown parts in the order of the scene; an arrow in its colour replaces the plain one."""
        focused = {(key, "focus") for key in focus}
        all_parts = ((p.key, part.name) for p in self.pieces.values() for part in p.parts)
        shown = [k for k in all_parts if k in state or k in focused]
        return tuple((key, part) for key, part in shown if part != "line" or (key, "contribution") not in state)

    def beats(self) -> Iterator[_Beat]:
        """Everything that happens; the network first where it is asked for, or it would appear bit by bit."""
        if "network" in self.wanted:
            plain = [(p.key, part) for p in self.pieces.values() for part in ("card", "line") if p.part(part)]
            rows = [self.part(n) for n in self.graph if f"n{n.key}" in self.rows and not n.is_update]
            yield _Beat("network", None, "", clean(self.sheet.picture.title), (*plain, *rows), ())
        for move in moves(self.graph, self.sheet.digits):
            node = self.graph.node(move.node)
            caption = spoken(self.sheet, move)
            if move.stage == "given":
                parts = () if f"n{node.key}" in self.rows else self.made(node)  # a row comes with its card
                yield _Beat("given", None, "", "", parts, ())
            else:
                parts = self.back(node) if move.stage == "backward" else self.made(node)
                yield _Beat(move.stage, move.step, node.scope.partition("/")[0], caption, parts, (self.part(node)[0],))

    def made(self, node: Node) -> tuple[Shown, ...]:
        """A card with its value, the arrows into it, and the clusters around it."""
        shown: list[Shown] = []
        for edge in self.graph.inputs(node):
            source = self.graph.node(edge.source)
            inner = self.made(source) if source.is_gradient else self.card(source)  # no beat is about that one
            shown += [*inner, *self.line(edge)]
        late = () if self.differentiated and node.gradient is not None else ("tags", "marks")
        return (*shown, *self.card(node), *self.has(node, "value", *late))

    def line(self, edge: Edge) -> tuple[Shown, ...]:
        """An arrow; nothing where one end is a row of the other's card."""
        return ((self.arrows[edge], "line"),) if edge in self.arrows else ()

    def card(self, node: Node) -> tuple[Shown, ...]:
        """A card with the clusters around it and its rows but updates, which come later; or a row."""
        key = f"n{node.key}"
        if key in self.rows:
            return ((self.rows[key], key),) if node.is_update else ()
        left, top, width, height = self.pieces[key].box
        around = [c for c in self.scene.of("cluster") if _holds(c.box, left + width / 2, top + height / 2)]
        rows = [self.graph.node(int(row[1:])) for row, host in self.rows.items() if host == key]
        leaves = [shown for row in rows if not row.is_update for shown in (self.part(row), *self.has(row, "value"))]
        return (*((c.key, "card") for c in around), (key, "card"), *leaves)

    def part(self, node: Node, name: str = "") -> Shown:
        """The part of the card or row of a node."""
        key = f"n{node.key}"
        return (self.rows[key], f"{key}_{name}" if name else key) if key in self.rows else (key, name or "card")

    def back(self, node: Node) -> tuple[Shown, ...]:
        """The gradient of a card, and what came back to it."""
        arrows = [self.arrows[e] for e in self.graph.uses(node) if e.contribution is not None and e in self.arrows]
        return (*((key, "contribution") for key in arrows), *self.has(node, "gradient", "tags", "marks"))

    def has(self, node: Node, *parts: str) -> tuple[Shown, ...]:
        places = (self.part(node, part) for part in parts)
        return tuple((key, part) for key, part in places if self.pieces[key].part(part))


def _holds(box: tuple[float, float, float, float], x: float, y: float) -> bool:
    left, top, width, height = box
    return left <= x <= left + width and top <= y <= top + height
