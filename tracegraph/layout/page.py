"""How a drawing is placed on a 16:9 slide, and how large its type is there."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import GraphError
from .scene import Scene, Text

SLIDE = WIDTH, HEIGHT = 960.0, 540.0
"""A slide of 13.33 × 7.5 inches, in points."""
MARGIN, HEAD, FOOT = 24.0, 60.0, 48.0
"""Left and right, above (for the title) and below (for the caption), in points."""
PAGES = {
    "16:9": SLIDE,
    "4:3": (720.0, 540.0),
    "A4": (482.0, 729.0),
    "README": (630.0, 420.0),
    "slide": (WIDTH - 2 * MARGIN, HEIGHT - HEAD - FOOT),
}
"""Width and height in points of what a drawing is made to fill.

README is 840 pixels wide, A4 without its margins, ``slide`` what is left of a slide between its title and its caption.
"""
MAP = 120.0, 36.0
"""Width and height at most of the map of a drawing that is on several slides, at the right end of the title."""
LARGEST = 2.0
"""How much a small drawing is enlarged at most."""


def page_of(fit: str | tuple[float, float]) -> tuple[float, float]:
    """The width and height that a name of `PAGES` stands for; a pair of numbers is itself, in points."""
    if isinstance(fit, str):
        if fit not in PAGES:
            raise GraphError(f"fit {fit!r} is not one of {', '.join(PAGES)}; or give width and height in points")
        return PAGES[fit]
    try:
        width, height = (float(n) for n in fit)
    except (TypeError, ValueError):
        raise GraphError(f"fit={fit!r} is not a name or a width and a height in points") from None
    if not (0 < width < float("inf") and 0 < height < float("inf")):
        raise GraphError(f"fit={fit!r}: width and height are positive numbers of points")
    return width, height


class SlidePlace(NamedTuple):
    """A point of the scene is at ``x + scale * its x``, ``y + scale * its y`` on the slide."""

    scale: float
    x: float
    y: float


def place(scene: Scene) -> SlidePlace:
    """As large as it fits between title and caption, in the middle."""
    width, height = WIDTH - 2 * MARGIN, HEIGHT - HEAD - FOOT
    scale = min(width / scene.width, height / scene.height, LARGEST)
    return SlidePlace(scale, MARGIN + (width - scale * scene.width) / 2, HEAD + (height - scale * scene.height) / 2)


def type_size(scene: Scene) -> float:
    """The smallest type on the slide, in points."""
    sizes = [i.size for p in scene.pieces for part in p.parts for i in part.items if isinstance(i, Text)]
    return min(sizes, default=0.0) * place(scene).scale
