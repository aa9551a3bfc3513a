"""Places from the layered layout, which is given the sizes of cards, captions and titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, hypot

from ..picture.parts import Cluster, Picture
from ..picture.theme import Theme
from ..text.metrics import fit
from .cards import Cards
from .cells import Table
from .layered import Block, Filling, Link, Placement, Plan, place
from .layered.plan import TITLE, Scope
from .measured import Measured
from .page import SLIDE
from .pieces import ClusterFrame, Places, Route
from .scene import Point

BORDER = 8.0  # around a drawing
BELOW = 4.0  # between the header and the drawing
HEAD_LENGTH, HEAD_WIDTH = 8.0, 5.6  # of an arrow, at scale 1
ABOVE = 2.0  # the title of a frame, and left of it
TAIL = 3.2  # radius of the dot at the tail of a marked arrow


def places(picture: Picture, theme: Theme, sizes: Measured, page: tuple[float, float] = SLIDE) -> Places:
    """Find places in which everything is as large as can be on a page of this width and height, in points."""
    directions = (picture.direction,) if picture.direction else ("LR", "TB")
    header = (sizes.header.width, sizes.header.height + BELOW) if sizes.header else (0.0, 0.0)
    placement = place(plan(picture, theme, sizes), Filling(page, BORDER, header), directions)
    return _OnPage(picture, theme, sizes, placement, header[1] - placement.rise).places()


def plan(picture: Picture, theme: Theme, sizes: Measured) -> Plan:
    """What is to be placed: a parameter or a constant that is used once belongs to the scope of its card."""
    number = {box.key: i for i, box in enumerate(picture.boxes)}
    scopes = dict(_scopes(picture.clusters, ()))
    uses: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        uses.setdefault(arrow.source, []).append(arrow.target)
    beside = {b.key for b in picture.boxes if b.docks and len(uses.get(b.key, ())) == 1}
    home = {b.key: scopes.get(uses[b.key][0] if b.key in beside else b.key, ()) for b in picture.boxes}
    blocks = [
        Block(card.width, card.height, home[box.key], box.key in beside)
        for box, card in zip(picture.boxes, sizes.cards.values(), strict=True)
    ]
    links = [
        Link(number[a.source], number[a.target], (c.width, c.height) if c else (0.0, 0.0))
        for a, c in zip(picture.arrows, sizes.captions, strict=True)
    ]
    titles = {scope: float(t.width) for (scope, _), t in zip(_walk(picture.clusters, ()), sizes.titles, strict=True)}
    whole = frozenset(scope for scope, cluster in _walk(picture.clusters, ()) if cluster.whole)
    tallest = max((title.height for title in sizes.titles), default=0.0)
    return Plan(blocks, links, titles, whole, max(TITLE, tallest + ABOVE))


def _walk(outer: Sequence[Cluster], path: Scope) -> Iterator[tuple[Scope, Cluster]]:
    """Each cluster with the names that lead to it; those of one name side by side are told apart by their numbers."""
    for i, cluster in enumerate(outer):
        yield (*path, f"{i} {cluster.title}"), cluster
        yield from _walk(cluster.inner, (*path, f"{i} {cluster.title}"))


def _scopes(outer: Sequence[Cluster], path: Scope) -> Iterator[tuple[str, Scope]]:
    for scope, cluster in _walk(outer, path):
        for key in cluster.boxes:
            yield key, scope


class _OnPage:
    """The places of a placement, moved below the header and inside the border."""

    def __init__(self, picture: Picture, theme: Theme, sizes: Measured, placement: Placement, top: float) -> None:
        self.picture, self.theme, self.sizes, self.placement = picture, theme, sizes, placement
        self.shift = BORDER, BORDER + top

    def places(self) -> Places:
        header, placement = self.sizes.header, self.placement
        width = max(placement.width, header.width if header else 0.0) + 2 * BORDER
        captions = zip(self.sizes.captions, placement.captions, strict=True)
        return Places(
            ceil(width),
            ceil(placement.height + self.shift[1] + BORDER),
            (BORDER, BORDER) if header else None,
            [self.point(p) for p in placement.blocks],
            [*self.frames()],
            [self.route(i, route) for i, route in enumerate(placement.routes)],
            [self.point(p) if caption else None for caption, p in captions],
        )

    def point(self, p: Point) -> Point:
        return round(p[0] + self.shift[0], 2), round(p[1] + self.shift[1], 2)

    def frames(self) -> Iterator[ClusterFrame]:
        """Outer frames first; the title is cut where the lines that come in leave less room than it needs."""
        names = [scope for scope, _ in _walk(self.picture.clusters, ())]
        cards = Cards(self.theme, False)
        for frame in sorted(self.placement.frames, key=lambda f: (len(f.scope), names.index(f.scope))):
            i = names.index(frame.scope)
            title: Table | None = self.sizes.titles[i]
            if title is not None and title.width > frame.room:
                title = _cut(cards, frame.scope[-1].partition(" ")[2], frame.room)
            box = (*self.point(frame.box[:2]), *frame.box[2:])
            yield ClusterFrame(i, box, title, self.point((frame.title[0] + ABOVE, frame.title[1] + ABOVE)))

    def route(self, i: int, route: Sequence[Point]) -> Route:
        """A line that ends where its head begins."""
        points = [self.point(p) for p in route]
        scale = self.theme.scale
        tip, before = points[-1], next((p for p in reversed(points[:-1]) if p != points[-1]), points[0])
        length = hypot(tip[0] - before[0], tip[1] - before[1]) or 1.0
        ahead = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
        back = tip[0] - ahead[0] * HEAD_LENGTH * scale, tip[1] - ahead[1] * HEAD_LENGTH * scale
        half = HEAD_WIDTH * scale / 2
        head = [
            _rounded((back[0] - ahead[1] * half, back[1] + ahead[0] * half)),
            tip,
            _rounded((back[0] + ahead[1] * half, back[1] - ahead[0] * half)),
        ]
        points[-1] = _rounded(back)
        paint = self.picture.arrows[i].paint
        dots = [(points[0], TAIL * scale)] if paint is not None and paint.paths else []
        return Route(points, head, dots)


def _rounded(p: Point) -> Point:
    return round(p[0], 2), round(p[1], 2)


def _cut(cards: Cards, name: str, room: float) -> Table | None:
    text = fit(name, cards.theme.size("cluster"), True, room - 4)
    if len(text) < 2:
        return None
    return Table([cards.row(text, "cluster", int(room), cards.theme.faint, bold=True)])
