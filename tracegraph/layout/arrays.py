"""Arrays on a card: grids of numbers, or heat maps with a summary; value and gradient in the form that is smaller."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from ..picture.heat import Heat, png
from ..picture.panels import Grid, Panel
from ..picture.theme import Theme, ink, shade
from ..text.metrics import fit, text_width
from .cells import Cell, Row, Table, filled, gap, spaced, width_of
from .typeset import Typeset

DEEPEST = 0.8  # of the colour map, in cells: its ends are too dark beside text
GRID_GAP = 6  # between the matrices of one array
NAME = 120.0  # points that the name of a row may take
GAP = 14  # between value and gradient
LEAD = 4  # above and between arrays
PAGE = (16, 9)


class Arrays(Typeset):
    """Makes the arrays of one picture; without ``with_images`` a heat map takes no room."""

    def __init__(self, theme: Theme, with_images: bool = True) -> None:
        super().__init__(theme)
        self.with_images = with_images

    def panel(self, panel: Panel, part: str, name: str) -> Table:
        """One array: its sign, and grids or an image with the lines below it."""
        rows: list[Row] = []
        if panel.grids:
            rows.append([_tiled([self.grid(g) for g in panel.grids])])
        rows += self.image(panel.heat, f"{name}.png", panel.names)
        rows += [self.text(x.text, x.style, self.theme.faint) for x in panel.lines]
        rows += self.image(panel.spark, f"{name}_spark.png")
        rows += [self.text(x.text, x.style, self.theme.faint) for x in panel.spread]
        width = max(map(width_of, rows))
        block = Table([filled(row, width) for row in rows])
        return Table([[*self.text(panel.mark, "value", self.theme.faint), block] if panel.mark else [block]], part=part)

    def arrays(self, tables: Sequence[Table], width: float, height: float) -> list[Row]:
        """Panels in a row, or below each other if the card, whose other rows are so wide and high, is smaller then."""

        def size(form: tuple[float, float]) -> float:
            return _on_page(max(form[0], width), form[1] + height)

        side_by_side = sum(t.width + GAP for t in tables) - GAP, max((t.height for t in tables), default=0)
        stacked = max((t.width for t in tables), default=0), sum(t.height + LEAD for t in tables) - LEAD
        if size(stacked) < size(side_by_side):
            return [row for table in tables for row in (gap(1, LEAD), [table])]
        return [gap(1, LEAD), spaced([_topped(t, side_by_side[1]) for t in tables], GAP)] if tables else []

    def image(self, heat: Heat | None, name: str, names: Sequence[str] = ()) -> list[Row]:
        """The row of an image, with the names of its rows at the left."""
        if heat is None or not self.with_images:
            return []
        width, height = (ceil(side * self.theme.scale) for side in (heat.width, heat.height))
        high = max(ceil(height / len(names)), self.line_height("cell")) if names else 0
        image = Cell(
            width, high * len(names) or height, image=name, data=png(heat.tones, self.theme.image, self.theme.card)
        )
        return [[*self.names(names, high), image]]

    def names(self, names: Sequence[str], high: int, spacing: int = 0) -> list[Table]:
        """The names of rows that are so high, below each other."""
        texts = [fit(name, self.theme.size("cell"), False, NAME * self.theme.scale) for name in names]
        width = max((self.width(text, "cell") for text in texts), default=0)
        cells = [[self.cell(text, "cell", width, self.theme.faint, align="LEFT", high=high)] for text in texts]
        return [Table(cells, spacing=spacing)] if cells else []

    def grid(self, grid: Grid) -> Table:
        """A matrix, number by number."""
        size = self.theme.size("cell")
        widest = max(text_width(t, size) for row in grid.cells for t in row)
        width, height = max(ceil(widest + 6), ceil(size * 1.9)), ceil(size * 1.5)
        framed = grid.focus or [[False] * len(row) for row in grid.cells]
        rows = []
        for texts, tones, frames in zip(grid.cells, grid.tones, framed, strict=True):
            fills = [self.theme.card if t is None else shade(self.theme.diverging, DEEPEST * t) for t in tones]
            cells = [
                self.cell(t, "cell", width, ink(fill), fill=fill, high=height, bold=frame, frame=frame)
                for t, fill, frame in zip(texts, fills, frames)
            ]
            rows.append(cells)
        numbers = Table(rows, spacing=1)
        return Table([[*self.names(grid.names, height, spacing=1), numbers]]) if grid.names else numbers


def _tiled(grids: Sequence[Table]) -> Table:
    """The matrices of one array, in rows that take the least of a page."""
    rows = ([grids[i : i + n] for i in range(0, len(grids), n)] for n in range(len(grids), 0, -1))
    return min((_stacked([_row(row) for row in tiles]) for tiles in rows), key=lambda t: _on_page(t.width, t.height))


def _row(tables: Sequence[Table]) -> Table:
    return Table([spaced(tables, GRID_GAP)])


def _stacked(tables: Sequence[Table]) -> Table:
    return Table([row for i, table in enumerate(tables) for row in [gap(1, GRID_GAP)] * bool(i) + [[table]]])


def _topped(table: Table, height: int) -> Table:
    """The table at the top of so much room."""
    spare = height - table.height
    return Table([[table], gap(1, spare)], part=table.part) if spare > 0 else table


def _on_page(width: float, height: float) -> float:
    """The width of the least page that holds this."""
    return max(width, height * PAGE[0] / PAGE[1])
