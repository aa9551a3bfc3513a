"""A drawing in steps, for everywhere people present.

``scene`` is the one layout, taken apart into shapes and texts; ``frames`` decides what each step shows of it, and
nothing else does. A writer is a function ``(deck) -> bytes`` in a file of its own, entered in `writers.WRITERS`.
"""

from __future__ import annotations

from ..layout.dot_layout import scene_of as scene
from ..layout.scene import Scene
from .deck import WRITERS, Deck
from .story import Frame, Frames, frames

__all__ = ["WRITERS", "Deck", "Frame", "Frames", "Scene", "frames", "scene"]
