"""Which parts of a drawing each step shows, and the sentence that goes with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from ..explanation.as_text import line
from ..explanation.equations import moves
from ..graph import Graph, Node, nearest
from ..layout.dot_layout import scene_of as scene
from ..layout.scene import Piece, Scene
from ..notebook import bundle
from ..picture.words import pretty
from ..text.numbers import clean, number
from ..text.width import cut
from .deck import Deck

if TYPE_CHECKING:
    from ..drawing import Drawing

NAMED = ("network", "forward", "backward", "update")
ORDERS = ("operation", "scope", "step")
CAPTION = 110  # characters of a sentence

Shown = tuple[str, str]
"""A part that is shown: the key of its piece, and its name."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One step: ``stage`` is network, forward, backward or update (empty: all at once), ``step`` that of a run.

    ``caption``: one sentence. ``shown``: everything that can be seen, in the order of the scene. ``focus``: keys of the
    cards that it is about.
    """

    stage: str
    caption: str
    shown: tuple[Shown, ...]
    focus: tuple[str, ...] = ()
    step: int | None = None


class Frames(Sequence[Frame]):
    """What `frames` returns: an ordered list of frames over one ``scene``, under a ``title``; ``save`` writes it."""

    def __init__(self, drawing: Drawing, scene: Scene, found: Sequence[Frame], title: str) -> None:
        self.drawing, self.scene, self._frames, self.title = drawing, scene, tuple(found), clean(title)

    def __getitem__(self, place: Any) -> Any:
        return self._frames[place]

    def __len__(self) -> int:
        return len(self._frames)

    @cached_property
    def spans(self) -> dict[Shown, tuple[tuple[int, int], ...]]:
        """For each part that is ever shown, in the order of the scene: the first and last frames it is seen in.

        Frames are counted from 1. A part may come and go several times.
        """
        found: dict[Shown, list[tuple[int, int]]] = {
            (piece.key, part.name): [] for piece in self.scene.pieces for part in piece.parts
        }
        for i, frame in enumerate(self, 1):
            for key in frame.shown:
                runs = found[key]
                if runs and runs[-1][1] == i - 1:
                    runs[-1] = runs[-1][0], i
                else:
                    runs.append((i, i))
        return {key: tuple(runs) for key, runs in found.items() if runs}

    def save(self, path: str | os.PathLike[str], *, to: str | None = None) -> Path:
        """Write a file in the format of its suffix, or that ``to`` names, whole or not at all; return its path."""
        return Deck("", (self,)).save(path, to=to)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(lambda: Deck("", (self,)).render("svg").decode(), lambda: repr(self), include, exclude)

    def __repr__(self) -> str:
        return f"Frames({len(self)} frames of {len(self.scene.of('card'))} cards)"


def frames(drawing: Drawing, *, steps: str = "forward,backward", by: str = "operation", title: str = "") -> Frames:
    """Take a drawing apart into frames over one layout.

    ``steps``: what is shown step by step: network (all cards, without numbers), forward, backward, update, with commas;
    what comes before the first of them is there from the beginning, and an empty text makes one frame of everything.
    ``by``: a frame for each operation, scope, or step (of a training run; without one, for each stage).
    ``title``: the heading; that of the drawing by default. Raises `GraphError` for a name that is none of these.
    """
    wanted = [s.strip() for s in steps.split(",") if s.strip()]
    for name in wanted:
        if name not in NAMED:
            raise GraphError(f"frames: no steps are called {name!r}{nearest(name, NAMED)}; use {', '.join(NAMED)}")
    if by not in ORDERS:
        raise GraphError(f"frames: by={by!r} is not one of {', '.join(ORDERS)}")
    laid, title = scene(drawing), title or drawing.picture.title
    if not wanted:
        shown = tuple((p.key, part.name) for p in laid.pieces for part in _final(p))
        return Frames(drawing, laid, [Frame("", _result(drawing), shown)], title)
    return Frames(drawing, laid, _Story(drawing, laid, wanted).frames(by), title)


def _result(drawing: Drawing) -> str:
    """The equation of the output."""
    key = drawing.graph.output.key
    made = [m for m in moves(drawing.graph, drawing.digits) if m.node == key and m.stage in ("forward", "update")]
    return clean(line(made[-1].equations[-1], CAPTION)) if made else clean(drawing.picture.title)


def _final(piece: Piece) -> Iterator[Any]:
    """The parts of a piece when all is done."""
    replaced = "line" if piece.part("contribution") else ""
    return (part for part in piece.parts if part.name not in ("focus", replaced))


@dataclass(frozen=True, slots=True, eq=False)
class _Beat:
    """One thing that happens: parts appear, and cards are looked at."""

    stage: str
    step: int | None
    scope: str
    caption: str
    parts: tuple[Shown, ...]
    focus: tuple[str, ...]


class _Story:
    """Turns what is worked out at the nodes, in order, into frames."""

    def __init__(self, drawing: Drawing, laid: Scene, wanted: Sequence[str]) -> None:
        self.drawing, self.scene, self.wanted = drawing, laid, wanted
        self.graph: Graph = drawing.graph
        self.pieces = {p.key: p for p in laid.pieces}
        self.arrows = dict(zip(self.graph.edges, laid.of("arrow"), strict=True))
        self.differentiated = any(n.gradient is not None for n in self.graph)

    def frames(self, by: str) -> list[Frame]:
        """The frames of what was asked for; what comes before is there already, and the last one has all the rest."""
        beats = [*self.beats()]
        told = max((i for i, b in enumerate(beats) if b.stage in self.wanted), default=-1)
        if told < 0:
            there = ", ".join(dict.fromkeys(b.stage for b in beats if b.stage in NAMED))
            raise GraphError(f"frames: nothing happens in {', '.join(self.wanted)}; this drawing has {there}")
        complete = all(b.stage in ("network", "given") for b in beats[told + 1 :])
        state: dict[Shown, None] = {("header", "card"): None} if "header" in self.pieces else {}
        made: list[Frame] = []
        for group in self.grouped(beats[: told + 1], by):
            last = max((i for i, b in enumerate(group) if b.stage in self.wanted), default=-1)
            for i, beat in enumerate(group):
                state.update(dict.fromkeys(beat.parts))
                if i == last:  # what comes after it in the group is there from the next frame on
                    made.append(self.frame(group[: i + 1], state))
        if complete:
            rest = [(p.key, part.name) for p in self.pieces.values() for part in _final(p)]
            made[-1] = replace(made[-1], shown=self.ordered({**state, **dict.fromkeys(rest)}, made[-1].focus))
        return made

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
        """The equation of a frame, or where it has several what they are about and the last of them."""
        final = group[-1]
        if len(group) == 1 or final.stage in ("network", "given"):
            return final.caption
        inside = {e.source for e in self.graph.edges if e.contribution is not None}
        losses = [n for n in self.graph if n.step == final.step and n.gradient is not None and n.key not in inside]
        if final.step is not None and len({b.stage for b in group}) > 1 and losses:
            return f"Step {final.step}: {pretty(losses[-1].name)} = {number(losses[-1].value, self.drawing.digits)}"
        where = final.scope or (f"step {final.step}" if final.step is not None else "")
        head = " ".join(part for part in (pretty(where), final.stage) if part)
        return f"{head[:1].upper()}{head[1:]}: {final.caption}"

    def ordered(self, state: dict[Shown, None], focus: Sequence[str]) -> tuple[Shown, ...]:
        """What is shown, in the order of the scene; an arrow in its colour takes the place of the plain one."""
        looked = {(key, "focus") for key in focus}
        every = ((p.key, part.name) for p in self.pieces.values() for part in p.parts)
        there = [k for k in every if k in state or k in looked]
        return tuple((key, part) for key, part in there if part != "line" or (key, "contribution") not in state)

    def beats(self) -> Iterator[_Beat]:
        """Everything that happens; the network first where it is asked for, or it would appear bit by bit."""
        if "network" in self.wanted:
            plain = [(p.key, part) for p in self.pieces.values() for part in ("card", "line") if p.part(part)]
            yield _Beat("network", None, "", clean(self.drawing.picture.title), tuple(plain), ())
        for move in moves(self.graph, self.drawing.digits):
            node = self.graph.node(move.node)
            said = cut(clean("; ".join(line(e, CAPTION) for e in move.equations)), CAPTION)
            if move.stage == "given":
                yield _Beat("given", None, "", "", self.made(node), ())
            else:
                parts = self.back(node) if move.stage == "backward" else self.made(node)
                yield _Beat(move.stage, move.step, node.scope.partition("/")[0], said, parts, (f"n{node.key}",))

    def made(self, node: Node) -> tuple[Shown, ...]:
        """A card with its value, the arrows into it, and the clusters around it."""
        found: list[Shown] = []
        for edge in self.graph.inputs(node):
            source = self.graph.node(edge.source)
            known = self.made(source) if source.is_gradient else self.card(source)  # no beat is about that one
            found += [*known, (self.arrows[edge].key, "line")]
        last = () if self.differentiated and node.gradient is not None else ("tags", "marks")
        return (*found, *self.card(node), *self.has(node, "value", *last))

    def card(self, node: Node) -> tuple[Shown, ...]:
        left, top, width, height = self.pieces[f"n{node.key}"].box
        around = [c for c in self.scene.of("cluster") if _holds(c.box, left + width / 2, top + height / 2)]
        return (*((c.key, "card") for c in around), (f"n{node.key}", "card"))

    def back(self, node: Node) -> tuple[Shown, ...]:
        """The gradient of a card, and what came back to it."""
        sent = [self.arrows[e].key for e in self.graph.uses(node) if e.contribution is not None]
        return (*((key, "contribution") for key in sent), *self.has(node, "gradient", "tags", "marks"))

    def has(self, node: Node, *parts: str) -> tuple[Shown, ...]:
        piece = self.pieces[f"n{node.key}"]
        return tuple((piece.key, part) for part in parts if piece.part(part))


def _holds(box: tuple[float, float, float, float], x: float, y: float) -> bool:
    left, top, width, height = box
    return left <= x <= left + width and top <= y <= top + height
