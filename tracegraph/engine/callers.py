"""Where a parameter was made: the functions that were running, and the objects whose methods they are.

A layer is made by a call such as ``l1 = Dense()``, which tells what its parameters are called. Only numbers and code
are kept, so that no object lives longer for it.
"""

from __future__ import annotations

from sys import getrefcount
from types import CodeType, FrameType

MOST = 12
"""Callers that are kept."""

Caller = tuple[CodeType, int, int]


def callers(frame: FrameType | None) -> tuple[Caller, ...]:
    """The code, the instruction and the id of ``self`` (0: none) of a frame and its callers, up to the file's."""
    found: list[Caller] = []
    while frame is not None and len(found) < MOST:
        code = frame.f_code
        found.append((code, frame.f_lasti, _own(frame) if code.co_varnames[:1] == ("self",) else 0))
        if code.co_name == "<module>":
            break
        frame = frame.f_back
    return tuple(found)


def _own(frame: FrameType) -> int:
    """The id of ``self``; up to Python 3.12 the frame would keep all its variables for having been asked."""
    held = frame.f_locals
    found = id(held.get("self"))
    if type(held) is dict and getrefcount(held) <= 3:
        held.clear()
    return found
