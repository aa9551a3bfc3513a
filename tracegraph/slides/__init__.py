"""A drawing in steps, for everywhere people present.

``scene`` is the one layout, taken apart into shapes and texts; ``frames`` decides what each step shows of it, and
nothing else does. A writer is a function ``(deck) -> bytes`` in a file of its own, entered in `writers.WRITERS`.
"""

from __future__ import annotations

from .frames import Frame, Frames, frames
from .reading import scene
from .scene import Scene
from .writers import WRITERS, Deck

__all__ = ["WRITERS", "Deck", "Frame", "Frames", "Scene", "frames", "scene"]
