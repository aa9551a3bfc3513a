"""PDF and EPS: pages of the size of the drawing, drawn by Graphviz, with text that is text."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from ..errors import MissingExtra
from ..layout.canvas import canvas
from ..layout.sheet import Document, Sheet
from . import Options
from .painted import painted
from .xdot import drawn


def pdf(document: Document, options: Options = Options()) -> bytes:
    """A page for each frame of each chapter; the pages of a chapter are of one size, as ``\\includegraphics`` needs."""
    document.few("a PDF")
    pages = (page for sheet in document.chapters for page in _pages(sheet, "pdf"))
    if len(document.chapters) == len(document.chapters[0]) == 1 and not document.title:
        return next(pages)
    return _bound(pages, document.title or document.chapters[0].title)


def eps(document: Document, options: Options = Options()) -> bytes:
    """One page of Encapsulated PostScript."""
    (page,) = _pages(document.only("EPS"), "eps")
    return page


def _pages(sheet: Sheet, format: str) -> Iterator[bytes]:
    at = canvas(sheet)
    return (drawn(sheet, at, painted(sheet, frame, at), format) for frame in sheet)


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
