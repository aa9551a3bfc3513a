"""All of a picture that takes room, as tables of known sizes: what every layout places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..picture.parts import Cluster, Picture
from ..picture.theme import Theme
from ..text.metrics import fit
from .arrows import caption
from .cards import Cards
from .cells import Table
from .header import above
from .typeset import WIDEST


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The header (None for none), a card for each box, a title for each cluster, and a caption or None for each arrow.

    Clusters are counted from the outside to the inside, in the order of `clusters`.
    """

    header: Table | None
    cards: dict[str, Table]
    titles: list[Table]
    captions: list[Table | None]


def measured(picture: Picture, theme: Theme, images: bool = True, room: Measured | None = None) -> Measured:
    """Measure a picture; without ``images``, heat maps take no room.

    ``room``: that of a picture of the same structure; no card or caption is smaller than there.
    """
    cards, across = Cards(theme, images), picture.direction not in ("TB", "BT")
    held = room.captions if room else [None] * len(picture.arrows)
    return Measured(
        above(cards, picture),
        {box.key: cards.card(box, room.cards[box.key] if room else None) for box in picture.boxes},
        [_title(cards, cluster) for _, cluster in clusters(picture.clusters)],
        [caption(cards, arrow, across, least) for arrow, least in zip(picture.arrows, held, strict=True)],
    )


def widest(pictures: Sequence[Picture], theme: Theme) -> Measured:
    """The room that each card, caption and header takes in that one of these pictures where it is largest."""
    room = measured(pictures[0], theme)
    for picture in pictures[1:]:
        own = measured(picture, theme, room=room)
        headers = [table for table in (own.header, room.header) if table]
        captions = [one or other for one, other in zip(own.captions, room.captions, strict=True)]
        room = replace(own, header=max(headers, key=lambda t: t.height, default=None), captions=captions)
    return room


def clusters(outer: Sequence[Cluster], path: str = "") -> Iterator[tuple[str, Cluster]]:
    """Each cluster with a name of its own, those inside it after it."""
    for i, cluster in enumerate(outer):
        yield f"{path}{i}", cluster
        yield from clusters(cluster.inner, f"{path}{i}_")


def _title(cards: Cards, cluster: Cluster) -> Table:
    name = fit(cluster.title, cards.theme.size("cluster"), True, WIDEST * cards.theme.scale)
    width = cards.width(name, "cluster", True)
    return Table([cards.row(name, "cluster", width, cards.theme.faint, bold=True)])
