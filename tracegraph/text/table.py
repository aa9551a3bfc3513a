"""Tables of texts: in columns for a terminal, by the places that each text takes there, and in Markdown."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence

from .escape import markdown as escaped
from .width import padded, width

LONGEST = 44  # places of the rule under the last column, which may hold sentences


def columns(rows: Sequence[Sequence[str] | None], right: Collection[int] = (), longest: int = sys.maxsize) -> list[str]:
    """The lines of a table; None stands for a rule, of which the last part is at most ``longest`` places wide.

    ``right``: the columns of numbers, by their places.

    >>> print(*columns([("layer", "ops"), None, ("漢字", "12")], right=[1]), sep="\\n")
    layer  ops
    ─────  ───
    漢字    12
    """
    widths = [max(map(width, column)) for column in zip(*(row for row in rows if row is not None), strict=True)]
    rule = "  ".join("─" * w for w in [*widths[:-1], min(widths[-1], longest)])
    return [rule if row is None else _line(row, widths, right) for row in rows]


def _line(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    cells = (padded(text, w, i in right) for i, (text, w) in enumerate(zip(row, widths, strict=True)))
    return "  ".join(cells).rstrip()


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """The lines of a table with a rule under its head; ``right``: the columns of numbers."""
    return columns([head, None, *rows], right, LONGEST)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """The lines of the same table as Markdown."""
    rule = ["--:" if i in right else ":--" for i in range(len(head))]
    return [markdown_row(map(escaped, head)), markdown_row(rule), *(markdown_row(map(escaped, row)) for row in rows)]


def markdown_row(cells: Iterable[str]) -> str:
    """One line of a table in Markdown."""
    return f"| {' | '.join(cells)} |"
