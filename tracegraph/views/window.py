"""What one element of a tensor reads, framed on the cards."""

from __future__ import annotations

from collections.abc import Sequence

from ..graph import Graph
from ..graph.note import FocusNote
from .expand import expand
from .view import view


@view
def window(graph: Graph, name: str, index: Sequence[int] | int = ()) -> Graph:
    """Frame one element of a tensor, and on the cards that it is computed from the elements that it reads.

    Of a convolution or a pooling that is its window. Nothing is dropped, and several windows may be framed one after
    the other. ``index`` has one entry for each axis. Raises `GraphError` as `expand` does, which shows the numbers.
    """
    notes = [g.notes.get("focus") for g in (graph, expand(graph, name, index))]
    framed: dict[int, dict[tuple[int, ...], None]] = {}
    for note in notes:
        for key, places in note.focus if isinstance(note, FocusNote) else ():
            framed.setdefault(key, {}).update(dict.fromkeys(places))
    focus = tuple((key, tuple(places)) for key, places in framed.items())
    return graph.replace(graph.nodes, graph.edges).with_note("focus", FocusNote(focus=focus))
