"""The graph of a computation: an immutable snapshot that views change and everything else reads."""

from .graph import Graph, load
from .lookup import nearest
from .node import LEAVES, ROLES, Edge, Node, maker, shape, traits_of
from .note import NOTES, Badge, Mark, Note
from .noted import Noted, graph_in
from .structure import same_structure

__all__ = [
    "LEAVES",
    "NOTES",
    "ROLES",
    "Badge",
    "Edge",
    "Graph",
    "Mark",
    "Node",
    "Note",
    "Noted",
    "graph_in",
    "load",
    "maker",
    "nearest",
    "same_structure",
    "shape",
    "traits_of",
]
