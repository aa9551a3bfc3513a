"""Pages: a drawing that is too large for a slide, as parts of it that fill slides, row after row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice
from math import ceil
from typing import NamedTuple, Protocol

from ..graph import Graph
from ..layout.layered import strips
from ..layout.layered_layout import plan
from ..layout.page import type_size
from ..layout.sheet import Sheet
from ..picture.parts import Box, Picture
from ..views.cut import keep

READABLE, LEAST = 14.0, 12.0
"""Points of the smallest type on a slide that can be read from the last row, and that are just bearable.

A convention: guides to accessible slides ask for 18 points of running text; what is small here are labels.
"""
WHOLE, BETWEEN = (16, 7), (11, 5)
"""Cards at 14 points on a page of 13.33 × 7.5 inches, of one number each or of arrays; and between title and caption.

Measured over the gallery and over networks of 13 to 60 cards: twice the type, a quarter of the cards.
"""
MOST_PAGES = 24
"""Slides that a drawing is split over by itself; who wants more says how many."""
EVEN = 1.3  # of its share of the operations has a page at most, where that makes no page more
ARROW = 0.2  # cost of an arrow from page to page, and of a layer that would fit and is left for the next page
SHORTEST = 2 / 3  # of a full page is a page at least that ends where fewer arrows are cut


class Drawn(Protocol):
    """Anything with a sheet: a `Drawing`."""

    @property
    def sheet(self) -> Sheet:
        """Everything, with its place."""

    def part(self, graph: Graph, fit: str) -> Drawn:
        """Another graph in the same look, for a page of its own."""


class Layer(NamedTuple):
    """Cards side by side, by their keys.

    ``cost``: of a page that begins with them; ``closed``: whether that divides a step of a run.
    """

    keys: tuple[int, ...]
    cost: float
    closed: bool


@dataclass(frozen=True)
class Page:
    """A part of a drawing for one slide; ``keys`` of the cards that belong to it, without those shown once more."""

    drawing: Drawn
    keys: frozenset[int]


def expected(picture: Picture) -> float:
    """Slides that the cards of a picture need at 14 points, between title and caption."""
    scalars, arrays = BETWEEN
    return sum(1 / (scalars if all(p.number for p in box.panels) else arrays) for box in picture.boxes)


def whole(drawing: Drawn) -> list[Page]:
    """The one page that shows everything."""
    return [Page(drawing, frozenset(n.key for n in drawing.sheet.graph))]


def pages(drawing: Drawn, count: int | None = None) -> list[Page]:
    """The parts of a drawing, in the order of its flow, with what goes into each.

    They are filled at 14 points: a page ends where few arrows are cut, and a step of a training run is divided only
    where it is larger than a page. With ``count`` they are so many (or one for each operation, if there are fewer), of
    about as many operations each. One page of everything, where more than `MOST_PAGES` would be needed.
    """
    layers, pager = [*_layers(drawing.sheet)], _Pager(drawing)
    parts = _equal(layers, count) if count else pager.even(layers)
    if not 1 < len(parts) <= max(MOST_PAGES, count or 0):
        return whole(drawing)
    seen: set[int] = set()
    found = []
    for keys in parts:
        own = pager.with_rows({*keys} | pager.inputs(keys) - pager.acting - seen)
        found.append(Page(pager.part(keys), frozenset(own)))
        seen |= own
    return found


def _layers(sheet: Sheet) -> Iterator[Layer]:
    """The layers of the layered layout, as far as they have more than what only goes into others."""
    cards, acting = [_key(box) for box in sheet.picture.boxes], _acting(sheet.graph)
    for blocks, cost, closed in strips(plan(sheet.picture, sheet.theme, sheet.sizes)):
        keys = tuple(cards[i] for i in sorted(blocks) if cards[i] in acting)
        if keys:
            yield Layer(keys, cost, closed)


def _key(box: Box) -> int:
    """The key of the node that a card shows."""
    return int(box.key.removeprefix("n"))


def _acting(graph: Graph) -> set[int]:
    """Operations, and leaves that nothing uses."""
    return {n.key for n in graph if graph.inputs(n) or not graph.uses(n)}


def _equal(layers: Sequence[Layer], count: int) -> list[tuple[int, ...]]:
    keys = [key for layer in layers for key in layer.keys]
    ends = [round(i * len(keys) / count) for i in range(count + 1)]
    return [tuple(keys[a:b]) for a, b in zip(ends, ends[1:]) if a < b]


@dataclass
class _Pager:
    """Cuts one drawing; a part is drawn once."""

    drawing: Drawn
    drawn: dict[tuple[int, ...], Drawn] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.graph = self.drawing.sheet.graph
        self.acting = _acting(self.graph)
        boxes = self.drawing.sheet.picture.boxes
        self.weight = {_key(box): expected(replace(self.drawing.sheet.picture, boxes=(box,))) for box in boxes}
        self.rows = {_key(box): {_key(row) for row in box.rows} for box in boxes if box.rows}

    def inputs(self, keys: Iterable[int]) -> set[int]:
        return {e.source for key in keys for e in self.graph.inputs(self.graph.node(key))}

    def with_rows(self, keys: set[int]) -> set[int]:
        """Cards with what is shown as a row of one of them; those that are shown once more have no rows."""
        return keys.union(*(self.rows.get(key, ()) for key in keys))

    def part(self, keys: tuple[int, ...]) -> Drawn:
        """These operations with what goes into them."""
        if keys not in self.drawn:
            inputs = self.inputs(keys)
            shown = self.with_rows({*keys} | inputs - self.acting) | inputs
            self.drawn[keys] = self.drawing.part(keep(self.graph, shown), "slide")
        return self.drawn[keys]

    def readable(self, layers: Sequence[Layer]) -> bool:
        return type_size(self.part(_keys(layers)).sheet.scene) >= READABLE

    def even(self, layers: Sequence[Layer]) -> list[tuple[int, ...]]:
        """As few pages as `filled` has, of about as many operations each, if that can be."""
        found = [*islice(self.filled(layers), MOST_PAGES + 1)]
        share = sum(map(len, found)) / max(len(found), 1)
        if len(found) > MOST_PAGES or min(map(len, found), default=0) > share / 2:
            return found
        others = ([*islice(self.filled(layers, ceil(part * share)), len(found) + 1)] for part in (1, EVEN))
        return next((other for other in others if len(other) == len(found)), found)

    def filled(self, layers: Sequence[Layer], cards: int | None = None) -> Iterator[tuple[int, ...]]:
        """Pages one after the other, each as full as can be, or of so many operations at most."""
        while layers:
            count = self.most(layers)
            if cards:
                sums = [*accumulate(len(layer.keys) for layer in layers[:count])]
                count = max(sum(1 for n in sums if n <= cards), 1)
            if count == 1 and len(layers[0].keys) > 1 and not self.readable(layers[:1]):
                layers = [*_halves(layers[0]), *layers[1:]]
                continue
            end = self.end(layers, count)
            yield _keys(layers[:end])
            layers = layers[end:]

    def most(self, layers: Sequence[Layer]) -> int:
        """Layers that fit on a page: as the law has it, then one more or less until it is full."""
        limit = len(layers)
        if layers[0].closed:  # the rest of a step that is larger than a page has pages of its own
            limit = next((i for i, layer in enumerate(layers) if i and not layer.closed), limit)
        count = min(self.guess(layers), limit)
        while count < limit and self.readable(layers[:count]):
            count += 1
        while count > 1 and not self.readable(layers[:count]):
            count -= 1
        return count

    def guess(self, layers: Sequence[Layer]) -> int:
        cards = ({*layer.keys} | self.inputs(layer.keys) - self.acting for layer in layers)
        sums = accumulate(sum(self.weight.get(key, 0.0) for key in keys) for keys in cards)
        return max(sum(1 for weight in sums if weight <= 1), 1)

    def end(self, layers: Sequence[Layer], count: int) -> int:
        """Where the page ends: with the last layer, else between steps, else where few arrows are cut."""
        if count == len(layers):
            return count
        open_ends = [i for i in range(1, count + 1) if not layers[i].closed]
        ends = open_ends or range(1, count + 1)
        late = [i for i in ends if i >= ceil(SHORTEST * count)] or [max(ends)]
        end = min(late, key=lambda i: (round(layers[i].cost + ARROW * (count - i), 3), -i))
        return end if self.readable(layers[:end]) else count


def _keys(layers: Iterable[Layer]) -> tuple[int, ...]:
    return tuple(key for layer in layers for key in layer.keys)


def _halves(layer: Layer) -> tuple[Layer, Layer]:
    middle = len(layer.keys) // 2
    return layer._replace(keys=layer.keys[:middle]), layer._replace(keys=layer.keys[middle:])
