"""What every format writes: a drawing with places (`Sheet`), what each step shows of it, and several of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..cached import cached
from ..errors import GraphError
from ..graph import Graph
from ..picture.parts import Picture
from ..picture.theme import Theme
from .measured import Measured
from .pieces import Places
from .scene import Area, Part, Piece, Scene

MOST = 300  # frames that are written each by itself

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


@dataclass(frozen=True, eq=False)
class Draft:
    """A graph in the words and the look in which it is drawn, before anything has a place.

    ``layout`` is one of `laying.LAYOUTS`, ``page`` the width and height that it fills. ``engine`` and ``timeout``
    (seconds) are those of `graphviz.run.render`.
    """

    graph: Graph
    picture: Picture
    theme: Theme
    digits: int
    layout: str
    page: tuple[float, float]
    engine: str
    timeout: float


@dataclass(frozen=True, eq=False)
class Sheet(Draft, Sequence[Frame]):
    """The result of layout, as a sequence of at least one frame: all of them show parts of the one ``scene``.

    ``overview``: a small map of the drawing that this is a part of, at most as large as `page.MAP`.
    """

    sizes: Measured
    places: Places
    scene: Scene
    title: str
    frames: tuple[Frame, ...]
    overview: tuple[Area, ...] = field(default=(), kw_only=True)

    def __getitem__(self, place: Any) -> Any:
        return self.frames[place]

    def __len__(self) -> int:
        return len(self.frames)

    @cached
    def spans(self) -> dict[Shown, tuple[tuple[int, int], ...]]:
        """For each part that is ever shown, in the order of the scene: the first and last frames it is seen in.

        Frames are counted from 1. A part may come and go several times.
        """
        runs_of: dict[Shown, list[tuple[int, int]]] = {
            (piece.key, part.name): [] for piece in self.scene.pieces for part in piece.parts
        }
        for i, frame in enumerate(self, 1):
            for key in frame.shown:
                runs = runs_of[key]
                if runs and runs[-1][1] == i - 1:
                    runs[-1] = runs[-1][0], i
                else:
                    runs.append((i, i))
        return {key: tuple(runs) for key, runs in runs_of.items() if runs}


@dataclass(frozen=True)
class Document:
    """Sheets under one title, which is left out where it is empty: what one file is written from.

    ``one_slide_per_step``: a slide for each frame instead of builds on one, where the format knows builds.
    """

    title: str
    chapters: tuple[Sheet, ...]
    one_slide_per_step: bool = False

    @property
    def talk(self) -> bool:
        """Whether it is shown as slides of one size, with titles: more than the frames of one drawing."""
        return bool(self.title) or len(self.chapters) > 1

    def few(self, what: str) -> None:
        """Raise `GraphError` where a format that holds each frame by itself would take minutes and gigabytes."""
        if (count := sum(map(len, self.chapters))) > MOST:
            raise GraphError(f"slides: {what} of {count} frames is too much (over {MOST}); use by='scope' or 'step'")

    def only(self, what: str) -> Sheet:
        """The one chapter, for a format that cannot hold more."""
        if len(self.chapters) != 1:
            raise GraphError(f"slides: {what} holds one drawing, and the deck has {len(self.chapters)}")
        return self.chapters[0]


def still(scene: Scene) -> Frame:
    """The frame that shows everything, without a caption."""
    return Frame("", "", tuple((p.key, part.name) for p in scene.pieces for part in final(p)))


def final(piece: Piece) -> Iterator[Part]:
    """The parts of a piece when all is done: an arrow in its colour takes the place of the plain one."""
    replaced = "line" if piece.part("contribution") else ""
    return (part for part in piece.parts if part.name not in ("focus", replaced))
