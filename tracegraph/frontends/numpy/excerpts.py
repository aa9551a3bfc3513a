"""The code that stands at a line of the program, as far as its source is at hand."""

from __future__ import annotations

import linecache

WIDEST = 100  # characters of an excerpt
FILES: dict[str, str] = {}
"""By the name under which lines are told, the file that was read last."""


def excerpt(line: str | None) -> str:
    """The code at ``file.py:line``, without its indentation; empty where the source is not at hand.

    >>> excerpt("nowhere.py:3"), excerpt(None)
    ('', '')
    """
    name, _, number = (line or "").rpartition(":")
    if name not in FILES or not number.isdecimal():
        return ""
    code = linecache.getline(FILES[name], int(number)).strip()
    return code if len(code) <= WIDEST else f"{code[: WIDEST - 2]} …"
