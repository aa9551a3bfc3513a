"""Tables of cells as HTML-like labels of DOT."""

from __future__ import annotations

from ..layout.cells import FRAME, Cell, Table
from ..text.escape import xml


def label(table: Table, images: bool = True) -> str:
    """The table as an HTML-like label; without ``images``, their cells are empty."""
    rows = "".join(f"<TR>{''.join(_cell(cell, images) for cell in row)}</TR>" for row in table.rows)
    if table.border:
        return f'<TABLE BORDER="1" {_frame(table)} STYLE="ROUNDED" COLOR="{table.border}"{_fill(table)}>{rows}</TABLE>'
    style = ' STYLE="ROUNDED"' if table.rounded else ""
    return f'<TABLE BORDER="0" {_frame(table)}{style}{_fill(table)}>{rows}</TABLE>'


def _frame(table: Table) -> str:
    return f'CELLBORDER="0" CELLSPACING="{table.spacing}" CELLPADDING="{table.padding}"'


def _fill(part: Cell | Table) -> str:
    return f' BGCOLOR="{part.fill}"' if part.fill else ""


def _cell(cell: Cell | Table, images: bool) -> str:
    if isinstance(cell, Table):
        inset = "" if cell.inset is None else f' CELLPADDING="{cell.inset}"'
        return f"<TD{inset}>{label(cell, images)}</TD>"
    frame = f' BORDER="{FRAME}" COLOR="{cell.frame}"' if cell.frame else ""
    align = f' ALIGN="{cell.align}"' if cell.align else ""
    size = f'FIXEDSIZE="TRUE" WIDTH="{cell.width}" HEIGHT="{cell.height}"'
    return f"<TD {size}{align}{_fill(cell)}{frame}>{_inner(cell, images)}</TD>"


def _inner(cell: Cell, images: bool) -> str:
    """The image or the text of a cell."""
    if cell.image and images:
        return f'<IMG SCALE="BOTH" SRC="{cell.image}"/>'
    if not cell.text:
        return ""
    text = xml(cell.text).replace("\\", "\\\\")  # or \\G would become a name
    text = f"<S>{text}</S>" if cell.struck else f"<B>{text}</B>" if cell.bold else text
    return f'<FONT FACE="Arial" POINT-SIZE="{cell.size:.4g}" COLOR="{cell.color}">{text}</FONT>'
