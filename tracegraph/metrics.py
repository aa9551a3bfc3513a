"""Widths of text in the fonts that Graphviz draws with here, so that cells can be given their size before."""
import json
import os
from functools import lru_cache

WIDTHS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fonts", "widths.json")
EM = 2048  # units of a table entry per point of type size
ELLIPSIS = "…"


@lru_cache(maxsize=2)
def table(bold: bool) -> dict[str, int]:
    """Advance width per character, in 1/2048 of the type size.

    The file holds, per font, each width with the characters that have it; `tests/test_metrics.py` compares it with the
    fonts, and writes it anew when run with `TRACEGRAPH_WRITE_WIDTHS=1`.
    """
    with open(WIDTHS, encoding="utf-8") as file:
        groups: dict[str, str] = json.load(file)["bold" if bold else "regular"]
    return {char: int(width) for width, chars in groups.items() for char in chars}


@lru_cache(maxsize=1 << 14)
def _units(text: str, bold: bool) -> int:
    known = table(bold)
    return sum([known.get(char, EM) for char in text])


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in points of one line of text at a type size.

    A character outside of the fonts counts as one em, the width of an ideograph.

    >>> text_width("0000", 10) == 4 * text_width("0", 10)
    True
    """
    return _units(text, bold) * size / EM


def fit(text: str, size: float, bold: bool, width: float) -> str:
    """Shorten a line with an ellipsis so that it is at most `width` points wide; empty if not even that fits.

    >>> fit("encoder.layer.weight", 10, False, 60)
    'encoder.la…'
    """
    room = width * EM / size
    if _units(text, bold) <= room:
        return text
    known, room = table(bold), room - _units(ELLIPSIS, bold)
    if room < 0:
        return ""
    end = 0
    while (room := room - known.get(text[end], EM)) >= 0:
        end += 1
    return text[:end].rstrip() + ELLIPSIS
