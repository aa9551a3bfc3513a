"""What a notebook is given to show: a picture no wider than its cell, and text for where there are no pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection
from html import escape

from .errors import TracegraphError

HTML, SVG, TEXT = "text/html", "image/svg+xml", "text/plain"
WIDTH = 700.0
"""Points: the width of a cell on a page of 1100 pixels; a picture up to here has its own size everywhere."""


def bundle(
    svg: Callable[[], str],
    text: Callable[[], str],
    include: Collection[str] | None = None,
    exclude: Collection[str] | None = None,
    page: Callable[[], str] | None = None,
) -> dict[str, str]:
    """The forms that IPython asks for, by MIME type; the text says why where there is no picture.

    ``page``: what makes an HTML file, which is shown with its controls where the notebook takes HTML.
    """
    every = (HTML, SVG, TEXT) if page else (SVG, TEXT)
    wanted = [t for t in every if (not include or t in include) and t not in (exclude or ())]
    forms, reason = {}, ""
    try:
        if SVG in wanted:
            forms[SVG] = fitted(svg())
        if page and HTML in wanted:
            forms[HTML] = framed(page())
    except TracegraphError as error:
        reason = f"(no picture: {error})\n"
    if TEXT in wanted or reason:
        words = text()
        forms[TEXT] = words + "\n" * (bool(reason) and not words.endswith("\n")) + reason
    return forms


def fitted(svg: str) -> str:
    """The same SVG; a wide one without a size of its own, so that it is as wide as the cell of the notebook."""
    root = ET.fromstring(svg.encode())
    width, height = (root.get(side, "0pt") for side in ("width", "height"))
    if float(width.removesuffix("pt")) <= WIDTH:
        return svg
    return svg.replace(f'width="{width}" height="{height}" ', "", 1)


def framed(page: str) -> str:
    """An HTML file as a part of another page: in a frame of the shape of a slide."""
    look = "width: 100%; aspect-ratio: 16 / 9; border: 0"
    return f'<iframe style="{look}" allow="fullscreen" srcdoc="{escape(page, quote=True)}"></iframe>'
