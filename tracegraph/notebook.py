"""What a notebook is given to show: a picture no wider than its page, and text for where there are no pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from .errors import LayoutError

WIDTH = 1100  # points
SVG, TEXT = "image/svg+xml", "text/plain"


def bundle(
    svg: Callable[[], str],
    text: Callable[[], str],
    include: Collection[str] | None = None,
    exclude: Collection[str] | None = None,
) -> dict[str, str]:
    """The forms that IPython asks for, by MIME type; the text says why where there is no picture.

    The picture is made first: a drawing that Graphviz does not finish becomes coarser, and its text with it.
    """
    wanted = [t for t in (SVG, TEXT) if (not include or t in include) and t not in (exclude or ())]
    shown, reason = {}, ""
    if SVG in wanted:
        try:
            shown[SVG] = capped(svg())
        except LayoutError as error:
            reason = f"(no picture: {error})\n"
    if TEXT in wanted or reason:
        shown[TEXT] = text() + reason
    return shown


def capped(svg: str) -> str:
    """The same SVG, at most as wide as a notebook."""
    size = re.search(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if size is None or float(size[1]) <= WIDTH:
        return svg
    height = float(size[2]) * WIDTH / float(size[1])
    return svg.replace(f'width="{size[1]}pt" height="{size[2]}pt"', f'width="{WIDTH}pt" height="{height:.0f}pt"', 1)
