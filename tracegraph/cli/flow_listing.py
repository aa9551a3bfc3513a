"""The tables of a flow in a terminal: in colour, and as wide as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..analysis import DIAGNOSTICS
from ..analysis.flow_report import summary
from ..analysis.flow_tables import SPARE, Section, sections
from ..text.table import width

if TYPE_CHECKING:
    from ..analysis.flow import Flow

LEAST = 10  # places that a name, a line or a cause can be cut or broken to
CAUSE = 30


def show(flow: Flow) -> None:
    """Write them to standard output."""
    console = Console(highlight=False)
    first, second = summary(flow).lines
    console.print(Text(first))
    console.print(Text(second, style="bold red" if flow.findings else "bold green"))
    for section in sections(flow):
        console.print()
        console.print(table(section, console.width))
        if section.rest:
            console.print(Text(section.rest, style="dim"))


def table(section: Section, places: int) -> Table:
    """One of them; what a narrow terminal has no room for is left out, a column at a time."""
    shown = section
    for name in SPARE:
        if needed(shown) > places:
            shown = shown.without(name)
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for i, name in enumerate(shown.head):
        right = i in shown.right
        made.add_column(
            Text(name),
            justify="right" if right else "left",
            no_wrap=name != "cause",
            overflow="ellipsis",
            min_width=_least(shown, i),
        )
    for row, kinds in zip(shown.rows, shown.kinds, strict=True):
        made.add_row(*map(Text, row), style=style(kinds))
    return made


def needed(section: Section) -> int:
    """The places that a table cannot do without."""
    return sum(_least(section, i) for i in range(len(section.head))) + 2 * (len(section.head) - 1)


def _least(section: Section, column: int) -> int:
    """Numbers whole, since a number that is cut is another number; words as they can be cut."""
    full = max(width(text) for text in (section.head[column], *(row[column] for row in section.rows)))
    if column in section.right or section.head[column] in ("finding", "shape", "op"):
        return full
    return min(full, CAUSE if section.head[column] == "cause" else LEAST)


def style(kinds: tuple[str, ...]) -> str:
    """The colour of a row: red for the worse half of the kinds, yellow for the others."""
    if not kinds:
        return ""
    worse = sum(d.rank < DIAGNOSTICS[kinds[0]].rank for d in DIAGNOSTICS.values()) < len(DIAGNOSTICS) / 2
    return "bold red" if worse else "yellow"
