"""How a drawing is placed on a 16:9 slide, and how large its type is there."""

from __future__ import annotations

from typing import NamedTuple

from .scene import Scene, Text

WIDTH, HEIGHT = 960.0, 540.0
"""A slide of 13.33 × 7.5 inches, in points."""
MARGIN, HEAD, FOOT = 24.0, 60.0, 48.0
"""Left and right, above (for the title) and below (for the caption), in points."""
LARGEST = 2.0
"""How much a small drawing is enlarged at most."""


class Place(NamedTuple):
    """A point of the scene is at ``x + scale * its x``, ``y + scale * its y`` on the slide."""

    scale: float
    x: float
    y: float


def place(scene: Scene) -> Place:
    """As large as it fits between title and caption, in the middle."""
    width, height = WIDTH - 2 * MARGIN, HEIGHT - HEAD - FOOT
    scale = min(width / scene.width, height / scene.height, LARGEST)
    return Place(scale, MARGIN + (width - scale * scene.width) / 2, HEAD + (height - scale * scene.height) / 2)


def type_size(scene: Scene) -> float:
    """The smallest type on the slide, in points."""
    sizes = [i.size for p in scene.pieces for part in p.parts for i in part.items if isinstance(i, Text)]
    return min(sizes, default=0.0) * place(scene).scale
