"""Widths of text in the fonts that Graphviz draws with here, so that cells can be given their size before."""

import json
from functools import lru_cache
from importlib.resources import files

WIDTHS = files(__package__.partition(".")[0]) / "fonts" / "widths.json"  # also from within a zip
EM = 2048  # units of a table entry per em
PIXEL = 0.75  # points; Pango lays text out at 96 dpi with advances of whole pixels
ELLIPSIS = "…"


@lru_cache(maxsize=2)
def table(bold: bool) -> dict[str, int]:
    """Advance width per character, in 1/2048 em.

    The file holds, per font, each width with the characters that have it. `tests/test_metrics.py` compares it with the
    fonts, and writes it anew when run as a script.
    """
    groups: dict[str, str] = json.loads(WIDTHS.read_text("utf-8"))["bold" if bold else "regular"]
    return {char: int(width) for width, chars in groups.items() for char in chars}


def _points(units: int, size: float) -> float:
    """The larger of the true width (SVG) and the one in whole pixels (PNG, PDF and EPS)."""
    exact = units * size / EM
    return max(exact, _pixels(exact))


def _pixels(exact: float) -> float:
    # A little above a half, because sizes and advances are held there in 1/64 of a pixel.
    return int(exact / PIXEL + 0.525) * PIXEL


@lru_cache(maxsize=32)
def _advances(size: float, bold: bool) -> dict[str, float]:
    return {char: _points(units, size) for char, units in table(bold).items()}


def _foreign(char: str, size: float) -> float:
    """Width of a character that the fonts lack: an em in SVG, elsewhere a box with its code (measured)."""
    box = 10.5 + size / 2 if size >= 8.5 else 22.5
    return max(size * 1.05, box) * (1 if char < "\U00010000" else 1.375)


@lru_cache(maxsize=1 << 14)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in points of one line of text at a type size in points: no format draws it wider.

    >>> round(text_width("z₅ = h₃·w₃₅", 12), 1)
    59.6
    """
    known = _advances(size, bold)
    return sum([known[char] if char in known else _foreign(char, size) for char in text])


@lru_cache(maxsize=1 << 14)
def laid_width(text: str, size: float, bold: bool = False) -> float:
    """Width in points that Graphviz takes a line to have when it places it: advances of whole pixels."""
    known = table(bold)
    return sum(_pixels(known[char] * size / EM) if char in known else _foreign(char, size) for char in text)


def fit(text: str, size: float, bold: bool, width: float) -> str:
    """Shorten a line with an ellipsis so that it is at most `width` points wide; empty if not even that fits.

    >>> fit("encoder.layer.weight", 10, False, 60)
    'encoder.la…'
    """
    if text_width(text, size, bold) <= width:
        return text
    room = width - text_width(ELLIPSIS, size, bold)
    if room < 0:
        return ""
    end = 0
    while (room := room - text_width(text[end], size, bold)) >= 0:
        end += 1
    return text[:end].rstrip() + ELLIPSIS
