"""What notes put on the cards: badges, marks beside numbers, and frames around elements."""

from __future__ import annotations

from ..graph import Badge, Graph, Mark, Node
from ..graph.note import FocusNote, Index, MarksNote
from ..text.names import pretty
from ..text.numbers import clean
from ..text.width import cut
from .overlay import overlay
from .parts import Tag

MOST = 3  # badges that a group shows
NAME = 24  # places of a name before a badge, so that the badge itself has place on a card


class Badges:
    """The badges of a graph by node."""

    def __init__(self, graph: Graph) -> None:
        self._at: dict[int, dict[str, tuple[str, Badge]]] = {}
        for kind, note in graph.notes.items():
            sign = overlay(kind).sign
            for badge in note.badges:
                self._at.setdefault(badge.node, {}).setdefault(badge_text(badge), (sign(badge), badge))

    def texts(self, node: Node) -> list[str]:
        """What all badges of a node say."""
        return list(self._at.get(node.key, ()))

    def tags(self, node: Node) -> tuple[Tag, ...]:
        """The badges of a node as they are shown; of a group the first few, what is wrong before what is right."""
        held = self._at.get(node.key, {})
        tags = [(Tag(f"{sign}{clean(text)}", b.tone), b) for text, (sign, b) in held.items()]
        if not node.is_group:
            return tuple(tag for tag, _ in tags)
        ordered = [tag for tag, _ in sorted(tags, key=lambda pair: pair[1].tone == "calm")]
        rest = len(ordered) - MOST
        return (*ordered[:MOST], Tag(f"… {rest} more", "faint")) if rest > 0 else tuple(ordered)


def badge_text(badge: Badge) -> str:
    """The text of a badge, after the name of the node that a view has put into the card."""
    return f"{pretty(cut(badge.name, NAME))}: {badge.text}" if badge.name else badge.text


def marks_of(graph: Graph) -> dict[int, tuple[Mark, ...]]:
    """By node, what a teacher found."""
    note = graph.notes.get("marks")
    marks: dict[int, tuple[Mark, ...]] = {}
    for key, mark in note.marks if isinstance(note, MarksNote) else ():
        marks[key] = (*marks.get(key, ()), mark)
    return marks


def focus_of(graph: Graph) -> dict[int, tuple[Index, ...]]:
    """By node, the elements that are framed."""
    note = graph.notes.get("focus")
    return dict(note.focus) if isinstance(note, FocusNote) else {}
