"""A drawing in steps, for everywhere people present.

``frames`` decides what each step shows of the one layout, and nothing else does; a ``Deck`` writes it in a format.
"""

from __future__ import annotations

from ..layout.scene import Scene
from ..layout.sheet import Frame
from .deck import Deck
from .story import Frames, frames

__all__ = ["Deck", "Frame", "Frames", "Scene", "frames"]
