"""Overlays: how each kind of note is shown on a picture; the file of a kind words it, and stands in `OVERLAYS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..graph import Badge, Graph
from . import flow_header
from .panels import Line

DOT = "● "


@dataclass(frozen=True, slots=True)
class Overlay:
    """How a kind of note is shown.

    ``header``: the lines above the picture. ``signed``: whether the texts of badges that are right or wrong start with
    a sign of their own, so that no dot stands before them.
    """

    header: Callable[[Graph], tuple[Line, ...]] = lambda graph: ()
    signed: bool = True

    def sign(self, badge: Badge) -> str:
        """What stands before the text of a badge."""
        return "" if badge.tone == "faint" or self.signed and badge.tone in ("calm", "invalid") else DOT


BADGES_ONLY = Overlay()
OVERLAYS = {"flow": Overlay(flow_header.header, signed=False)}
"""By kind of note; of a kind that is not here, the badges are shown."""


def overlay(kind: str) -> Overlay:
    """The overlay of a kind of note."""
    return OVERLAYS.get(kind, BADGES_ONLY)


def header(graph: Graph) -> tuple[Line, ...]:
    """The lines above the picture of a graph, of all its notes."""
    return tuple(line for kind in graph.notes for line in overlay(kind).header(graph))
