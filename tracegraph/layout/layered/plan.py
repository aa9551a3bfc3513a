"""What the layered layout is given and what it returns, and the lengths that it keeps.

Inside, places are ``(a, c)``: ``a`` along the flow, ``c`` across it. LR, TB, RL and BT differ only in how they turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]
Size = tuple[float, float]
Scope = tuple[str, ...]
Box = tuple[float, float, float, float]  # left, top, width, height

HEAD = 9.5  # room for the head of an arrow
ALONG = 8.0  # the least run of a line between two layers
ACROSS = 10.0  # between two cards of a layer
TRACK = 7.0  # between two lines that run side by side
LINE = 5.0  # that a line without a caption needs on either side
MARGIN = 7.0  # between a frame and what is in it
TITLE = 22.0  # least height of the room for the titles of frames
INSET = 7.0  # of the ends of arrows from the corners of a card
FAN = 14.0  # in which lines bend to the card, where their captions need more room than it has
LARGE = 300  # cards from which on fewer ways are tried, and with fewer sweeps
CORNER = 8.0  # radius where a line turns


@dataclass(frozen=True, slots=True)
class Block:
    """A card to be placed. ``docks``: it may stand beside the one card that uses it, as a parameter does."""

    width: float
    height: float
    scope: Scope = ()
    docks: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow from one block to a later one, by their numbers; ``caption`` is the width and height of its text."""

    source: int
    target: int
    caption: Size = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be placed. ``whole`` scopes are never cut.

    ``titles``: the widths of the titles of scopes. ``title_room``: the height that the tallest of them needs.
    """

    blocks: Sequence[Block]
    links: Sequence[Link]
    titles: Mapping[Scope, float] = field(default_factory=dict)
    whole: frozenset[Scope] = frozenset()
    title_room: float = TITLE


@dataclass(frozen=True, slots=True)
class Framing:
    """What frames need: ``flat`` where the flow goes to the right, room for titles, and more room before some."""

    flat: bool
    titles: Mapping[Scope, float]
    title_room: float
    pads: Mapping[Scope, float] = field(default_factory=dict)

    def before(self, scope: Scope) -> float:
        """Room across the flow between a border and what is in the frame; the title is there if the flow is flat."""
        return MARGIN + (self.title_room - MARGIN / 2 if self.flat else 0.0) + self.pads.get(scope, 0.0)

    def along(self, scope: Scope) -> float:
        """The least length of a frame along the flow."""
        return self.titles.get(scope, 0.0) + MARGIN if self.flat else 0.0

    def across(self, scope: Scope) -> float:
        """The least length of a frame across the flow."""
        return 0.0 if self.flat else self.titles.get(scope, 0.0) + MARGIN


@dataclass(frozen=True, slots=True)
class ScopeFrame:
    """The part of a scope that is in one row: left, top, width, height, and where its title may stand."""

    scope: Scope
    box: tuple[float, float, float, float]
    title: tuple[float, float]
    room: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everything goes, in points from the upper left corner.

    ``blocks`` and ``captions`` are upper left corners, ``routes`` chains of cubic Bézier curves whose last point is the
    tip of the arrow. ``rise``: how far above the lower end of the header the drawing begins.
    """

    width: float
    height: float
    direction: str
    rows: int
    blocks: Sequence[Point]
    routes: Sequence[Sequence[Point]]
    captions: Sequence[Point]
    frames: Sequence[ScopeFrame]
    crossings: int
    rise: float = 0.0
