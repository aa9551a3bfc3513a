"""Text in columns: how many places of a terminal it takes, cut and padded to them; and cells of Markdown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate
from unicodedata import category, east_asian_width

LONGEST = 44  # places of the rule under the last column, which may hold sentences


def width(text: str) -> int:
    """The places that a text takes in a terminal: two for a wide character, none for one that combines.

    >>> width("w₃₅"), width("日本"), width("x\u0302")
    (3, 4, 1)
    """
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, most: int) -> str:
    """A text that takes at most so many places.

    >>> cut("a long name", 7)
    'a long…'
    """
    if width(text) <= most:
        return text
    used = list(accumulate(map(width, text)))
    return text[: bisect_right(used, most - 1)] + "…"


def padded(text: str, places: int, right: bool = False) -> str:
    """A text filled up with spaces; ``right`` aligns it to the right."""
    gap = " " * (places - width(text))
    return gap + text if right else text + gap


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """The lines of a table with a rule under its head; ``right``: the columns of numbers."""
    widths = [max(map(width, column)) for column in zip(head, *rows)]
    lines = [
        "  ".join(padded(c, w, i in right) for i, (c, w) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in (head, *rows)
    ]
    rules = [*widths[:-1], min(widths[-1], LONGEST)]
    return [lines[0], "  ".join("─" * w for w in rules), *lines[1:]]


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """The lines of the same table as Markdown."""
    rule = ["--:" if i in right else ":--" for i in range(len(head))]
    cells = [[escaped(c) for c in row] for row in (head, *rows)]
    return [f"| {' | '.join(row)} |" for row in (cells[0], rule, *cells[1:])]


def escaped(text: str) -> str:
    """A text in which Markdown finds nothing of its own; underscores inside words are left, as they mean nothing.

    >>> print(escaped("a|b *c* d_e"))
    a&#124;b \\*c\\* d_e
    """
    text = re.sub(r"[\\`*\[\]<>~$&]|(?<!\w)_|_(?!\w)", lambda found: "\\" + found[0], text)
    return text.replace("|", "&#124;")
