"""All of a picture that takes room, as tables of known sizes: what every layout places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def measured(picture: Picture, theme: Theme, images: bool = True) -> Measured:
    """Measure a picture; without ``images``, heat maps take no room."""
    cards, across = Cards(theme, images), picture.direction not in ("TB", "BT")
    return Measured(
        above(cards, picture),
        {box.key: cards.card(box) for box in picture.boxes},
        [_title(cards, cluster) for _, cluster in clusters(picture.clusters)],
        [caption(cards, arrow, across) for arrow in picture.arrows],
    )


def clusters(outer: Sequence[Cluster], path: str = "") -> Iterator[tuple[str, Cluster]]:
    """Each cluster with a name of its own, those inside it after it."""
    for i, cluster in enumerate(outer):
        yield f"{path}{i}", cluster
        yield from clusters(cluster.inner, f"{path}{i}_")


def _title(cards: Cards, cluster: Cluster) -> Table:
    name = fit(cluster.title, cards.theme.size("cluster"), True, WIDEST * cards.theme.scale)
    width = cards.width(name, "cluster", True)
    return Table([cards.row(name, "cluster", width, cards.theme.faint, bold=True)])
