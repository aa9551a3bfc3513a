"""Text in the places of a terminal: how many it takes, cut and padded to them."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from unicodedata import category, east_asian_width

ELLIPSIS = "…"


def width(text: str) -> int:
    """The places that a text takes in a terminal: two for a wide character, none for one that combines.

    >>> width("w₃₅"), width("日本"), width("x\u0302")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, most: int) -> str:
    """A text that takes at most so many places.

    >>> cut("a long name", 7)
    'a long…'
    """
    if width(text) <= most:
        return text
    used = list(accumulate(map(width, text)))
    return text[: bisect_right(used, most - 1)] + ELLIPSIS


def padded(text: str, places: int, right: bool = False) -> str:
    """A text filled up with spaces; ``right`` aligns it to the right."""
    gap = " " * (places - width(text))
    return gap + text if right else text + gap
