"""How well a drawing fills a page, together with its borders and the header above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .plan import ACROSS, Box, Placement, Plan, Size

ASPECT = 0.675, 1.4  # of the page is the width to height of a larger drawing; 1.2 to 2.5 on a slide
SMALL = 12  # cards: drawings that may have any shape


@dataclass(frozen=True, slots=True)
class Filling:
    """A page, and what shrinks and grows with the drawing: a border on each side, and a header in its upper left."""

    page: Size
    border: float = 0.0
    header: Size = (0.0, 0.0)

    def whole(self, width: float, height: float, rise: float = 0.0) -> Size:
        """The extent of everything, if the drawing begins so far above the lower end of the header."""
        across = max(width, self.header[0]) + 2 * self.border
        return across, height + self.header[1] - rise + 2 * self.border

    def scale(self, width: float, height: float, rise: float = 0.0) -> float:
        """How much everything is enlarged on the page."""
        whole = self.whole(width, height, rise)
        return min(self.page[0] / whole[0], self.page[1] / whole[1])

    def shapely(self, width: float, height: float, rise: float) -> bool:
        """Whether the shape of everything is near that of the page."""
        whole = self.whole(width, height, rise)
        return ASPECT[0] <= whole[0] / whole[1] * self.page[1] / self.page[0] <= ASPECT[1]

    def rise(self, plan: Plan, placement: Placement) -> float:
        """How far the drawing can go up beside the header, and nothing meets it."""
        right = self.header[0] + ACROSS
        tops = (top for left, top, _, _ in boxes(plan, placement) if left < right)
        return min(self.header[1], max(min(tops, default=self.header[1]), 0.0))


def boxes(plan: Plan, placement: Placement) -> Iterator[Box]:
    """Left, top, width and height of all that is placed; of a line for each of its points."""
    for (x, y), block in zip(placement.blocks, plan.blocks):
        yield x, y, block.width, block.height
    for (x, y), link in zip(placement.captions, plan.links):
        if link.caption[0]:
            yield x, y, *link.caption
    for frame in placement.frames:
        yield frame.box
    for route in placement.routes:
        for x, y in route:
            yield x, y, 0.0, 0.0
