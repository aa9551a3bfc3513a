"""The graph of a computation: an immutable snapshot that views change and everything else reads."""

from .graph import Graph, load
from .lookup import nearest
from .node import ROLES, Edge, Mark, Node, maker, shape

__all__ = ["ROLES", "Edge", "Graph", "Mark", "Node", "load", "maker", "nearest", "shape"]
