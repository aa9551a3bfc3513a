"""Names as they are shown: with Greek letters and subscripts, and not too long."""

from __future__ import annotations

from ..text.names import pretty as _pretty
from ..text.width import cut

NAME = 60  # characters of a name that are shown


def short(name: str) -> str:
    """A name that is not too long to be shown."""
    return cut(name, NAME)


def pretty(name: str) -> str:
    """A name as it is shown."""
    return _pretty(short(name))
