"""A picture as DOT text: cards as HTML-like tables, arrows with captions, clusters."""

from __future__ import annotations

from collections.abc import Iterator

from ..layout.cells import Cell, Table
from ..layout.dot_graph import placed
from ..layout.dot_graph import source as dot_graph
from ..layout.measured import measured
from ..layout.sheet import Document
from ..picture.parts import Picture
from ..picture.theme import Theme
from . import Options
from .dot_tables import label


def write(document: Document, options: Options = Options()) -> bytes:
    """The source, without heat maps: DOT cannot hold images. Our own layout's is with the place of everything."""
    sheet = document.only("DOT")
    if sheet.layout == "dot":
        return source(sheet.picture, sheet.theme, images=False)[0].encode()
    return placed(sheet.picture, sheet.theme, sheet.sizes, sheet.places, _without_images).encode()


def _without_images(table: Table) -> str:
    return label(table, images=False)


def source(picture: Picture, theme: Theme, *, images: bool = True) -> tuple[str, dict[str, bytes]]:
    """The DOT text, and the images it refers to by file name (none, and no heat maps, without ``images``)."""
    pngs: dict[str, bytes] = {}

    def written(table: Table) -> str:
        pngs.update((cell.image, cell.data) for cell in _cells(table) if cell.image)
        return label(table)

    return dot_graph(picture, theme, measured(picture, theme, images), written), pngs


def _cells(table: Table) -> Iterator[Cell]:
    for row in table.rows:
        for cell in row:
            if isinstance(cell, Table):
                yield from _cells(cell)
            else:
                yield cell
