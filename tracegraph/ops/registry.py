"""All operations by name, those of optimizers too."""

from __future__ import annotations

from collections.abc import Iterator

from .op import OPS, Op
from .updates import UPDATES


def find(name: str) -> Op | None:
    """The operation of this name; None where nobody has declared it."""
    return OPS.get(name) or UPDATES.get(name)


def everything() -> Iterator[Op]:
    """All operations in the order of declaration, those of optimizers last."""
    yield from OPS.values()
    yield from UPDATES.values()
