"""What a notebook is given to show: a picture no wider than its page, and text for where there are no pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
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
    """The forms that IPython asks for, by MIME type; the text says why where there is no picture."""
    wanted = [t for t in (SVG, TEXT) if (not include or t in include) and t not in (exclude or ())]
    forms, reason = {}, ""
    if SVG in wanted:
        try:
            forms[SVG] = capped(svg())
        except LayoutError as error:
            reason = f"(no picture: {error})\n"
    if TEXT in wanted or reason:
        forms[TEXT] = text() + reason
    return forms


def capped(svg: str) -> str:
    """The same SVG, at most as wide as a notebook."""
    root = ET.fromstring(svg.encode())
    size = [root.get(side, "0pt") for side in ("width", "height")]
    width, height = (float(side.removesuffix("pt")) for side in size)
    if width <= WIDTH:
        return svg
    fitted = f'width="{WIDTH}pt" height="{height * WIDTH / width:.0f}pt"'
    return svg.replace(f'width="{size[0]}" height="{size[1]}"', fitted, 1)
