"""What Graphviz writes itself: PNG, PDF, EPS and DOT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import LayoutError

if TYPE_CHECKING:
    from ..drawing import Drawing

DPI = 96.0  # of a PNG at scale 1
SIDE = 32_767  # pixels that cairo takes in either direction; it shrinks a larger picture until nobody can read it
AREA = 200_000_000  # pixels in all: 800 MB while it is drawn


def png(drawing: Drawing, scale: float) -> bytes:
    """A bitmap of 96 dpi times ``scale``; LayoutError for one that would be too large to draw or to read."""
    if not 0.05 <= scale <= 20:
        raise LayoutError(f"scale {scale} is not between 0.05 and 20")
    if scale > 2 or len(drawing.picture.boxes) > 100:  # a small one is quicker drawn than measured
        _check_size(drawing, scale)
    return drawing.layout("png", {"dpi": f"{DPI * scale:.6g}"})


def _check_size(drawing: Drawing, scale: float) -> None:
    inches = drawing.layout("plain").split(None, 4)[2:4]
    width, height = (float(i) * DPI * scale for i in inches)
    if max(width, height) > SIDE or width * height > AREA:
        raise LayoutError(f"a PNG of {width:.0f}×{height:.0f} pixels is too large: use .svg, .pdf or a smaller scale")


def pdf(drawing: Drawing, scale: float) -> bytes:
    """One page of the size of the drawing."""
    return drawing.layout("pdf")


def eps(drawing: Drawing, scale: float) -> bytes:
    """Encapsulated PostScript, for older LaTeX."""
    return drawing.layout("eps")


def dot(drawing: Drawing, scale: float) -> bytes:
    """The source, without heat maps: DOT cannot hold images."""
    return drawing.dot.encode()
