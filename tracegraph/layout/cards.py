"""The table of each card: rows of cells whose sizes are measured before anything is placed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from ..picture.panels import Line, Panel
from ..picture.parts import Box
from ..text.metrics import fit
from ..text.numbers import MINUS
from .arrays import LEAD, Arrays
from .cells import Cell, Row, Table, filled, gap, named, owned, padded, width_of
from .typeset import WIDEST

CAPTION = 190.0  # points that a caption on an arrow or the name of a gradient may take
JOINED = 190.0  # up to which a formula and its numbers stand in one line
NOT_FINITE = ("NaN", "∞", MINUS + "∞")
PARTS = ("value", "gradient")  # what the panels of a card show
PADDING = 5  # around all that is on a card
INSET = 3  # around a row of another colour
ASIDE = 10  # between the value and the op at the right
LEAST = 32  # of the width of what is on a card


@dataclass(frozen=True, slots=True)
class Content:
    """The rows of a card before its width is known: the first has its name, and something at the right."""

    head: Row
    aside: Row
    rows: Sequence[Row]

    @property
    def width(self) -> int:
        """The least width, in points."""
        return max(width_of(self.head) + width_of(self.aside), *map(width_of, self.rows), 0)

    def table_rows(self, width: int) -> list[Row]:
        """The rows, so wide."""
        first = [*self.head, *gap(width - width_of(self.head) - width_of(self.aside)), *self.aside]
        return [filled(row, width) for row in (first, *self.rows)]


class Cards(Arrays):
    """Makes the tables of one picture; without ``with_images`` a heat map takes no room."""

    def card(self, box: Box, least: Table | None = None) -> Table:
        """One card, in the colour of its role: name, value and op in the first line, and below them all else.

        ``least``: what it is not to be smaller than.
        """
        theme, content = self.theme, self.content(box)
        rows = [(row, self.row_content(row)) for row in box.rows]
        inside = least.width - 2 * PADDING - 2 if least else 0
        width = max(content.width, *(c.width + 2 * INSET for _, c in rows), ceil(LEAST * theme.scale), inside)
        body = content.table_rows(width)
        for row, lines in rows:
            fill = theme.card if row.role == box.role else theme.roles[row.role]
            table = Table([[Table(lines.table_rows(width - 2 * INSET))]], fill, padding=INSET)
            body += [gap(1, LEAD), [owned(table, row.key)]]
        if least is not None:
            body = padded(body, least.height - 2 * PADDING - 2)
        fill = theme.card if box.faded else theme.roles[box.role]
        return Table([[Table(body)]], fill, theme.border, rounded=True, padding=PADDING)

    def content(self, box: Box) -> Content:
        """What stands on a card."""
        head, op, notes = self.head(box), self.op(box), [*self.notes(box)]
        texts = max(self.line_height("formula") * (1 + len(box.lines) + len(notes)), 1)
        panels = [*self.panels(box, width_of(head) + width_of(op), texts)]
        room = max(JOINED * self.theme.scale, width_of(head) + width_of(op), *map(width_of, (*panels, *notes)))
        return Content(head, op, [*self.lines(box, room), *panels, *notes])

    def row_content(self, box: Box) -> Content:
        """What stands in a row: a number and its gradient are in one line, if that is all."""
        content = self.content(box)
        plain = not (box.lines or box.tags or box.marks) and all(panel.number for panel in box.panels)
        if not plain or len(content.rows) != 1:
            return content
        return Content(content.head, [*gap(ceil(ASIDE * self.theme.scale)), *content.rows[0], *content.aside], [])

    def head(self, box: Box) -> Row:
        """The name, and the value if it is one number."""
        theme = self.theme
        title = fit(box.title, theme.size("title"), True, WIDEST * theme.scale)
        row = [*self.text(title, "title", theme.text, bold=True)]
        if box.panels and (value := box.panels[0].number):
            color = theme.invalid if value in NOT_FINITE else theme.text
            row += named(PARTS[0], [self.text(f"= {value}", "title", color, bold=True)])[0]
        return row

    def op(self, box: Box) -> Row:
        """The op, and where colours do not tell roles apart the sign of the role."""
        kind = " ".join(part for part in (box.kind, self.theme.signs.get(box.role, "")) if part)
        return [*gap(ceil(ASIDE * self.theme.scale)), *self.text(kind, "kind", self.theme.faint)] if kind else []

    def lines(self, box: Box, room: float) -> Iterator[Row]:
        """The lines below the head: a formula and its numbers or options are one line where there is room for it."""
        texts = [*box.lines]
        if len(texts) > 1 and texts[1].style in ("numbers", "note"):
            joined = [*self.line(texts[0]), *self.line(texts[1])]
            if width_of(joined) <= room:
                yield joined
                texts = texts[2:]
        for line in texts:
            yield from (self.line(part) for part in self.wrapped(line))

    def line(self, line: Line) -> Row:
        """A line of text; numbers come with the value."""
        color = self.theme.text if line.style in ("formula", "numbers") else self.theme.faint
        row = self.text(line.text, line.style, color)
        return named(PARTS[0], [row])[0] if line.style == "numbers" else row

    def panels(self, box: Box, width: float, height: float) -> Iterator[Row]:
        """Arrays, and a gradient that is one number, on a card whose other rows are so wide and so high."""
        panels = [*zip(PARTS, box.panels)]
        arrays = [self.panel(p, part, f"{box.key}_{PARTS.index(part)}") for part, p in panels if not p.number]
        yield from self.arrays(arrays, width, height)
        yield from named(PARTS[1], [self.gradient(p) for _, p in panels[1:] if p.number])

    def gradient(self, panel: Panel) -> Row:
        """A gradient that is one number, in the colour of its sign."""
        theme = self.theme
        color = {1: theme.positive, -1: theme.negative}.get(panel.sign, theme.text)
        color = theme.invalid if panel.number in NOT_FINITE else color
        heading = fit(panel.heading, theme.size("value"), False, CAPTION * theme.scale)
        return self.text(f"{heading} = {panel.number}", "value", color)

    def notes(self, box: Box) -> Iterator[Row]:
        """Badges, and marks."""
        theme = self.theme
        for tag in box.tags:
            text = fit(tag.text, theme.size("note"), True, WIDEST * theme.scale)
            yield from named("tags", [self.text(text, "note", getattr(theme, tag.tone), bold=True)])
        yield from named("marks", [self.marked(x) for x in box.marks])

    def marked(self, line: Line) -> Row:
        """A row in which what was wrong is struck through; each part has a cell of its own, so none moves another."""
        parts = ((line.text.strip(), False), (line.struck, True), (line.after.strip(), False))
        return [self.piece(text, line.style, struck) for text, struck in parts if text]

    def piece(self, text: str, style: str, struck: bool) -> Cell:
        width = self.width(text, style, True)
        return self.cell(text, style, width, self.theme.text, bold=not struck, struck=struck)
