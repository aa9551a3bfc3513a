"""The gradients that a solution writes out: those of the parameters, and all that the chain rule needs for them."""

from __future__ import annotations

from collections.abc import Container, Sequence

from ..errors import GraphError
from ..graph import Graph, Node
from .equation_writer import is_start


def wanted(graph: Graph, of: str | Sequence[str] | None = None) -> Container[int]:
    """The nodes (their keys) whose gradients are written out.

    ``of``: names of tensors whose gradients are asked for; None for all parameters, or for all leaves where there is no
    parameter. Raises `GraphError` for a name that is none, or that gets no gradient.
    """
    chosen = _asked(graph, of) if of is not None else _by_default(graph)
    need = set(chosen)
    for node in graph:  # inputs come first: what uses something needed is needed
        back = [e.source for e in graph.inputs(node) if e.contribution is not None]
        if node.gradient is not None and not need.isdisjoint(back):
            need.add(node.key)
    return {key for key in need if not is_start(graph.node(key), graph)}


def _asked(graph: Graph, of: str | Sequence[str]) -> list[int]:
    keys = []
    for name in [of] if isinstance(of, str) else of:
        same = [n for n in graph if n.base == name and n.gradient is not None] or [graph[name]]
        if any(n.gradient is None for n in same):
            raise GraphError(f"explain: no gradient reaches {name!r}")
        keys += [n.key for n in same]
    return keys


def _by_default(graph: Graph) -> list[int]:
    learned = [n.key for n in graph if _is_learned(n)]
    leaves = [n.key for n in graph if n.gradient is not None and not graph.inputs(n)]
    return learned or leaves or [n.key for n in graph if n.gradient is not None]


def _is_learned(node: Node) -> bool:
    return node.gradient is not None and (node.is_parameter or node.leaf == "parameter" or node.is_update)
