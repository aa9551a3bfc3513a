"""The graph of a computation: an immutable snapshot that views change and everything else reads."""

from .graph import Graph, load
from .lookup import nearest
from .node import LEAVES, ROLES, Edge, Mark, Node, maker, shape, traits_of

__all__ = ["LEAVES", "ROLES", "Edge", "Graph", "Mark", "Node", "load", "maker", "nearest", "shape", "traits_of"]
