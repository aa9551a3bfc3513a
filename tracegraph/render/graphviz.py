"""What Graphviz writes itself: PNG, PDF, EPS and DOT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import LayoutError

if TYPE_CHECKING:
    from ..drawing import Drawing

DPI = 96.0  # of a PNG at scale 1
LARGEST = 20_000  # pixels that cairo takes in either direction, with room to spare


def png(drawing: Drawing, scale: float) -> bytes:
    """A bitmap of 96 dpi times ``scale``."""
    if not 0.05 <= scale <= 20:
        raise LayoutError(f"scale {scale} is not between 0.05 and 20")
    data = drawing.layout("png", {"dpi": f"{DPI * scale:.6g}"})
    return data


def pdf(drawing: Drawing, scale: float) -> bytes:
    """One page of the size of the drawing."""
    return drawing.layout("pdf")


def eps(drawing: Drawing, scale: float) -> bytes:
    """Encapsulated PostScript, for older LaTeX."""
    return drawing.layout("eps")


def dot(drawing: Drawing, scale: float) -> bytes:
    """The source, without heat maps: DOT cannot hold images."""
    return drawing.dot.encode()
