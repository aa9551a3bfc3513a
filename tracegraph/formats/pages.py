"""PDF and EPS: pages of the size of the drawing, drawn by Graphviz, with text that is text."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from ..errors import MissingExtra
from ..layout.canvas import LEADING, canvases, wrapped
from ..layout.canvas import slide as slide_of
from ..layout.page import HEIGHT, MARGIN, WIDTH
from ..layout.scene import Text
from ..layout.sheet import Document
from . import Options
from .painted import slide
from .xdot import drawn

COVER = 40.0  # points of the title of a talk


def pdf(document: Document, options: Options = Options()) -> bytes:
    """A page for each frame, all of one size: that of a slide, with titles; of the drawing, if there is but one.

    The frames of one drawing without a title are for ``\\includegraphics``, and have nothing around them.
    """
    document.few("a PDF")
    pages = _pages(document, "pdf")
    if len(document.chapters) == len(document.chapters[0]) == 1 and not document.title:
        return next(pages)
    return _bound(pages, document.title or document.chapters[0].title)


def eps(document: Document, options: Options = Options()) -> bytes:
    """One page of Encapsulated PostScript."""
    document.only("EPS")
    (page,) = _pages(document, "eps")
    return page


def _pages(document: Document, format: str) -> Iterator[bytes]:
    if document.title:
        first = document.chapters[0]
        yield drawn(first, slide_of(first), cover(document), format)
    for sheet, at in zip(document.chapters, canvases(document), strict=True):
        for frame in sheet:
            yield drawn(sheet, at, slide(document, sheet, frame, at), format)


def cover(document: Document) -> list[Text]:
    """The title of a talk in the middle of a slide."""
    lines = wrapped(document.title, COVER, WIDTH - 4 * MARGIN)
    top = HEIGHT / 2 - LEADING * COVER * (len(lines) - 1) / 2 + COVER / 3
    color = document.chapters[0].theme.text
    return [Text(WIDTH / 2, top + LEADING * COVER * i, line, COVER, color, True) for i, line in enumerate(lines)]


def _bound(pages: Iterator[bytes], title: str) -> bytes:
    """Pages in one file."""
    try:
        from pypdf import PdfReader, PdfWriter
    except ImportError:
        raise MissingExtra("a .pdf of frames needs pypdf: pip install 'tracegraph[pdf]'") from None
    writer = PdfWriter()
    for page in pages:
        writer.append(PdfReader(BytesIO(page)))
    writer.add_metadata({"/Title": title, "/Producer": "tracegraph"})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
