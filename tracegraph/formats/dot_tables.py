"""Tables of HTML-like labels, and what keeps their cells apart."""

from __future__ import annotations

from collections.abc import Sequence


def spaced(cells: Sequence[str], between: int) -> str:
    return f"<TR>{gap(between).join(cells)}</TR>"


def centered(inner: str, spare: int) -> str:
    """A row with something in its middle and the width that is to spare on both sides."""
    return f"<TR><TD>{table([f'<TR>{gap(spare // 2)}<TD>{inner}</TD>{gap(spare - spare // 2)}</TR>'])}</TD></TR>"


def gap(width: int) -> str:
    """An empty cell of this width."""
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="1"></TD>' if width > 0 else ""


def table(rows: Sequence[str], *, fill: str = "", rounded: bool = False, padding: int = 0, spacing: int = 0) -> str:
    """Rows as a table without borders; the padding of a rounded one is around all rows."""
    style = ' STYLE="ROUNDED"' if rounded else ""
    paint = f' BGCOLOR="{fill}"' if fill else ""
    inner = "".join(rows)
    if rounded:  # the padding is around all rows, not around each
        inner = f"<TR><TD>{table(rows)}</TD></TR>"
    frame = f'BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}"{style}{paint}'
    return f"<TABLE {frame}>{inner}</TABLE>"
