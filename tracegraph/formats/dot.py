"""A picture as DOT text: cards as HTML-like tables, arrows with captions, clusters."""

from __future__ import annotations

from collections.abc import Iterator

from ..layout.cells import Cell, Table
from ..layout.dot_graph import source as dot_graph
from ..layout.measured import measured
from ..layout.sheet import Draft
from ..picture.parts import Picture
from ..picture.theme import Theme
from . import Options
from .dot_tables import label


def write(draft: Draft, options: Options = Options()) -> bytes:
    """The source, without heat maps: DOT cannot hold images."""
    return source(draft.picture, draft.theme, images=False)[0].encode()


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
