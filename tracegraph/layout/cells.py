"""Tables of cells with known sizes: the geometry of cards, captions and headers, stated once.

`shapes` gives the shapes and texts of a table at its place; `formats.dot_tables` writes the same table as an HTML-like
label. A row or a column that gets more room than its cells need shares it among them, as Graphviz does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .scene import Area, Image, Item, Point, Text

ROUND = 12.0  # points of the radius of a rounded corner; a third of the shorter side where that is less
FRAME = 2  # width of the frame around a cell
BASELINE, BOLD_BASELINE = 0.345, 0.3
"""How far a baseline lies below the middle of its cell, in sizes of the type; measured in Graphviz's drawings."""
ANCHORS = {"LEFT": "start", "CENTER": "middle", "RIGHT": "end"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of fixed size with one line of text, or an image, or a colour, or nothing: a gap.

    ``align`` is LEFT, CENTER or RIGHT; ``frame`` the colour of a line around the cell; ``image`` the name of a PNG, and
    ``data`` its bytes; ``part`` the part of the card that it belongs to, if not that of the table around it.
    """

    width: int
    height: int
    text: str = ""
    size: float = 0.0
    color: str = ""
    bold: bool = False
    struck: bool = False
    align: str = ""
    fill: str = ""
    frame: str = ""
    image: str = ""
    data: bytes = b""
    part: str = ""


@dataclass(slots=True, eq=False)
class Table:
    """Rows of cells and tables. ``padding``: around each cell; ``spacing``: around and between cells.

    ``border``: the colour of a line around it; ``fill`` is the colour inside; ``part`` as of a cell.
    ``inset``: the padding around this table as a cell of another one; None for the padding of the other one.
    """

    rows: Sequence[Row]
    fill: str = ""
    border: str = ""
    rounded: bool = False
    padding: int = 0
    spacing: int = 0
    part: str = ""
    inset: int | None = None
    widths: list[int] = field(init=False)
    heights: list[int] = field(init=False)

    def __post_init__(self) -> None:
        sizes = [[self._needed(cell) for cell in row] for row in self.rows]
        columns = max(map(len, sizes))
        self.widths = [max(row[i][0] for row in sizes if i < len(row)) for i in range(columns)]
        self.heights = [max(height for _, height in row) for row in sizes]

    @property
    def width(self) -> int:
        """The least width, in points."""
        return sum(self.widths) + self.spacing * (len(self.widths) + 1) + 2 * bool(self.border)

    @property
    def height(self) -> int:
        """The least height, in points."""
        return sum(self.heights) + self.spacing * (len(self.heights) + 1) + 2 * bool(self.border)

    def inside(self, cell: Cell | Table) -> int:
        """The padding around a cell."""
        return self.padding if isinstance(cell, Cell) or cell.inset is None else cell.inset

    def _needed(self, cell: Cell | Table) -> tuple[int, int]:
        around = 0 if isinstance(cell, Cell) else 2 * self.inside(cell)
        return cell.width + around, cell.height + around


Row = Sequence[Cell | Table]


def gap(width: int, height: int = 1) -> list[Cell]:
    """An empty cell of this width; none where there is no width."""
    return [Cell(width, height)] if width > 0 else []


def spaced(cells: Sequence[Cell | Table], between: int) -> Row:
    """A row with gaps between its cells."""
    row = [*cells[:1]]
    for cell in cells[1:]:
        row += [*gap(between), cell]
    return row


def width_of(row: Row) -> int:
    """The width of a row without gaps of its own."""
    return sum(cell.width for cell in row)


def filled(row: Row, width: int) -> Row:
    """One cell with a row at the left of so much room."""
    spare = gap(width - width_of(row))
    return [Table([[*row, *spare]])] if spare or len(row) > 1 else row


def padded(rows: Sequence[Row], height: int) -> list[Row]:
    """Rows with as much room below them as is missing to such a height."""
    spare = gap(1, height - Table(rows).height)
    return [*rows, spare] if spare[0].height > 0 else [*rows]


def named(part: str, rows: Sequence[Row]) -> list[Row]:
    """Rows that appear together, as this part of a card."""
    return [[replace(cell, part=part) for cell in row] for row in rows]


def owned(table: Table, key: str) -> Table:
    """The table as the part ``key`` of a card; the parts in it get names that begin with it."""
    table.part = key
    return _prefixed(table, key)


def _prefixed(table: Table, key: str) -> Table:
    def inside(cell: Cell | Table) -> Cell | Table:
        part = f"{key}_{cell.part}" if cell.part else ""
        if isinstance(cell, Cell):
            return replace(cell, part=part)
        cell.part = part
        return _prefixed(cell, key)

    table.rows = [[inside(cell) for cell in row] for row in table.rows]
    return table


def shapes(table: Table, left: float, top: float, part: str = "card") -> Iterator[tuple[str, Item]]:
    """The shapes and texts of a table whose upper left corner is here, each with the part that it belongs to."""
    yield from _table(table, left, top, table.width, table.height, part)


def _table(table: Table, left: float, top: float, width: float, height: float, part: str) -> Iterator[tuple[str, Item]]:
    part, radius = table.part or part, rounding(width, height) if table.rounded else 0.0
    if table.fill:
        yield part, Area(corners(left, top, width, height), table.fill, None, 1.0, radius)
    edge = table.spacing + bool(table.border)
    more = (width - table.width) / len(table.widths), (height - table.height) / len(table.heights)
    y = top + edge
    for row, high in zip(table.rows, table.heights, strict=True):
        x = left + edge
        for cell, wide in zip(row, table.widths):
            pad = table.inside(cell)
            if isinstance(cell, Cell):
                yield from _cell(cell, x + (wide + more[0]) / 2, y + (high + more[1]) / 2, wide + more[0], part)
            else:
                room = wide + more[0] - 2 * pad, high + more[1] - 2 * pad
                yield from _table(cell, x + pad, y + pad, *room, part)
            x += wide + more[0] + table.spacing
        y += high + more[1] + table.spacing
    if table.border:
        yield part, Area(corners(left, top, width, height), None, table.border, 1.0, radius)


def _cell(cell: Cell, x: float, y: float, room: float, part: str) -> Iterator[tuple[str, Item]]:
    """What is in a cell with its middle here, or at one side of its ``room``."""
    part = cell.part or part
    x += {"LEFT": -1, "RIGHT": 1}.get(cell.align, 0) * (room - cell.width) / 2
    left, top = x - cell.width / 2, y - cell.height / 2
    if cell.fill:
        yield part, Area(corners(left, top, cell.width, cell.height), cell.fill)
    if cell.frame:
        within = corners(left + FRAME / 2, top + FRAME / 2, cell.width - FRAME, cell.height - FRAME)
        yield part, Area(within, None, cell.frame, FRAME)
    if cell.data:
        yield part, Image(_near(left), _near(top), cell.width, cell.height, cell.data)
    if cell.text:
        place = {"LEFT": left, "RIGHT": left + cell.width}.get(cell.align, x)
        base = y + cell.size * (BOLD_BASELINE if cell.bold or cell.struck else BASELINE)
        look = cell.size, cell.color, cell.bold, ANCHORS[cell.align], cell.struck
        in_area = bool(cell.fill) and cell.align == "CENTER"
        yield part, Text(_near(place), _near(base), cell.text, *look, in_area)


def rounding(width: float, height: float) -> float:
    """The radius of the corners of a rounded rectangle."""
    return min(ROUND, width / 3, height / 3)


def corners(left: float, top: float, width: float, height: float) -> tuple[Point, ...]:
    """A rectangle as the points of an `Area`."""
    x, y, right, bottom = _near(left), _near(top), _near(left + width), _near(top + height)
    return (x, y), (right, y), (right, bottom), (x, bottom)


def _near(value: float) -> float:
    """To a hundredth of a point."""
    return round(value, 2) + 0.0
