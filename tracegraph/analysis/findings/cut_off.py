"""The finding ``cut``: a tensor that goes on as a copy of its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph import Graph
from ...graph.note import CopiesNote
from ...text.names import pretty
from ..finding import Finding, diagnostic


@diagnostic("cut", rank=24, depth=0, alone="silent")
def cut(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """A leaf made of the numbers of a tensor, so that parameters before it get no gradient.

    Nothing is measured: the numbers of a leaf are, or equal, those of a tensor that the program asked for its
    ``value``. Only where a parameter lost its gradient by that: a target that is to stay as it is loses none.
    """
    note = graph.notes.get("copies")
    for copy in note.copies if isinstance(note, CopiesNote) else ():
        source, leaf = pretty(copy.source), pretty(graph.node(copy.leaf).name)
        at = f" ({copy.line})" if copy.line else ""
        cause = (
            f"{leaf} is a copy of the numbers of {source}{at}, not the tensor itself, so no gradient gets back to it"
        )
        remedy = f"use {source} here, not {source}.value"
        yield Finding("cut", copy.leaf, f"cut off from {source}", cause, remedy=remedy, others=copy.lost)
