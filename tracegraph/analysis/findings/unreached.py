"""The findings ``no_gradient`` and ``unused``: parameters cut off from the loss, and unused ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ...graph import Edge, Graph, Node, traits_of
from ...graph.walk import ancestors
from ...text.names import pretty
from ..finding import Finding, diagnostic

NAMED = 2  # places where the way is cut, in one sentence


@diagnostic("no_gradient", rank=4)
def no_gradient(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """Parameters that the loss depends on, and that no gradient reaches: it is missing, which is not a gradient of 0.

    The way back ends at operations that have no derivative, such as comparisons. Inputs count only in a graph without
    parameters, where none of them is reached: beside others, an input without gradient is data, such as a mask. Nothing
    is measured. Source: in PyTorch such a parameter has the grad None, which an optimizer passes over in silence.
    """
    needed = needed_nodes(graph)
    cuts: dict[int, tuple[str, ...]] | None = None
    for node in _asked(graph):
        if node.gradient is None and node.key in needed:
            cuts = _cuts(graph, needed) if cuts is None else cuts
            where = cuts.get(node.key) or ("the way back is not in this graph",)
            yield Finding("no_gradient", node.key, "no gradient reaches it", f"{_on(node)}, but {' and '.join(where)}")


@diagnostic("unused", rank=12)
def unused(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """Parameters that the loss does not depend on, so that nothing is learned in them.

    Nothing is measured. They are those of the graph from which no way leads to the loss; `flow` adds to it those that
    were made and left out. Source: what PyTorch's DistributedDataParallel calls unused parameters.
    """
    needed = needed_nodes(graph)
    for node in graph:
        if node.is_parameter and node.gradient is None and node.key not in needed:
            name = pretty(node.name)
            remedy = f"use it, or leave it out; {name}.value and NumPy functions of it are not recorded"
            yield Finding("unused", node.key, "unused", f"the loss does not depend on {name}", remedy=remedy)


def _on(node: Node) -> str:
    return f"the loss depends on {pretty(node.name)}"


def _asked(graph: Graph) -> Iterable[Node]:
    """The leaves that should get a gradient."""
    found = [n for n in graph if n.is_parameter]
    inputs = [n for n in graph if n.is_input and _is_float(n)]
    return found or ([] if any(n.gradient is not None for n in inputs) else inputs)


def _is_float(node: Node) -> bool:
    return isinstance(node.value, float) or np.asarray(node.value).dtype.kind == "f"


def needed_nodes(graph: Graph) -> set[int]:
    """The keys of all that a loss depends on; in a training run, of each step."""
    ends = {n.key for n in graph if n.is_output or n.loss and n.loss == n.name}
    ends = ends or {n.key for n in graph if n.gradient is not None} or {graph.output.key}
    return ancestors(graph, ends, lambda edge: not graph.node(edge.target).is_update)


def _cuts(graph: Graph, needed: set[int]) -> dict[int, tuple[str, ...]]:
    """For each node without a gradient, the ends of the paths from the loss towards it."""
    cuts: dict[int, dict[str, None]] = {}
    for edge in reversed(graph.edges):
        target, source = graph.node(edge.target), graph.node(edge.source)
        if source.gradient is not None or target.key not in needed or target.is_update:
            continue
        here = cuts.setdefault(source.key, {})
        if edge.vjp is None:
            here[_cut(graph, target, edge)] = None
        elif target.gradient is None:
            here.update(cuts.get(target.key, {}))
        while len(here) > NAMED:
            here.popitem()
    return {key: tuple(where) for key, where in cuts.items() if where}


def _cut(graph: Graph, target: Node, edge: Edge) -> str:
    """Why nothing comes back through one use of a tensor."""
    if target.is_group:
        return f"the way back ends in {pretty(target.name)}"
    at = f"the way back ends at {pretty(target.name)}"
    if any(e.vjp is not None for e in graph.inputs(target)):
        return f"{target.op} passes no gradient to its {_place(target, edge)}: {at}"
    return f"{target.op} has no derivative: {at}"


def _place(target: Node, edge: Edge) -> str:
    if traits_of(target).gate == "condition" and edge.slot == 0:
        return "condition"
    return f"input {edge.slot + 1}"
