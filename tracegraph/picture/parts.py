"""The parts of a picture: boxes of text and grids, arrows with captions, clusters; what is around them."""

from __future__ import annotations

from dataclasses import dataclass

from .flow_overlay import Legend, Paint
from .panels import Line, Panel


@dataclass(frozen=True, slots=True)
class Tag:
    """A badge as it is shown; ``tone`` is the name of one of the theme's colours."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Box:
    """One card; ``rows`` are the cards that are shown in it, each in the colour of its own role.

    ``faded``: it is not what the picture is about, and has no colour.
    """

    key: str
    role: str
    title: str
    kind: str
    lines: tuple[Line, ...] = ()
    panels: tuple[Panel, ...] = ()
    tags: tuple[Tag, ...] = ()
    label: str = ""
    marks: tuple[Line, ...] = ()
    rows: tuple[Box, ...] = ()
    faded: bool = False

    @property
    def docks(self) -> bool:
        """Whether it stands beside the card that uses it, off the way of the data: parameters and constants do."""
        return self.role in ("parameter", "constant")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One edge, or many between a group and another card.

    ``weight`` from 0 to 1 is its width, None where no gradient flows; ``sign`` its colour.
    ``finite``: whether what flows are numbers; NaN and infinities have no width, but a colour and their word.
    ``update``: it leads into an update of a parameter, where none is meant to flow.
    ``paint``: what its colour is by in the drawing of a `Flow`, where ``weight`` is its share; None in others.
    ``contributes``: whether it carries a contribution to a gradient. ``edges``: the places of its edges in the graph.
    """

    source: str
    target: str
    lines: tuple[Line, ...] = ()
    weight: float | None = None
    sign: int = 0
    label: str = ""
    update: bool = False
    finite: bool = True
    paint: Paint | None = None
    contributes: bool = False
    edges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """A scope: the boxes directly in it, and the scopes inside; ``whole`` if it is a step, which is not to be cut."""

    title: str
    boxes: tuple[str, ...]
    inner: tuple[Cluster, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the key.

    ``kind``: ``role`` (``sign`` names it), ``line`` (``sign`` is positive, negative, update, width, none or nan),
    ``cells``, or ``sign``: a text.
    """

    kind: str
    sign: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything a renderer needs to know, and nothing about where it goes.

    Above the picture stand ``header`` (title, caption, and what notes say), the ``legend`` of a `Flow`, the ``key``,
    and the ``note``.
    """

    title: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    clusters: tuple[Cluster, ...]
    direction: str
    note: str = ""
    header: tuple[Line, ...] = ()
    legend: Legend | None = None
    key: tuple[Entry, ...] = ()

    @property
    def box_of(self) -> dict[str, Box]:
        """By key, every card, and every row in one."""
        return {box.key: box for card in self.boxes for box in (card, *card.rows)}
