"""A view of a training run that picks some of its steps."""

from __future__ import annotations

from ..errors import GraphError
from ..graph import Graph
from .cut import keep


def steps(graph: Graph, *numbers: int) -> Graph:
    """Keep some steps of a training run, with what they take over from the step before and from the data.

    Raises `GraphError` for a graph without steps, and for a step that is not there.
    """
    known = sorted({n.step for n in graph if n.step is not None})
    if not known:
        raise GraphError("steps: this graph is not a training run; parameters come from tg.optim in one")
    missing = [str(n) for n in numbers if n not in known] or ([] if numbers else ["none given"])
    if missing:
        raise GraphError(f"steps: {missing[0]}; there are {known[0]} to {known[-1]}")
    wanted = {n.key for n in graph if n.step in numbers}
    return keep(graph, wanted | {e.source for e in graph.edges if e.target in wanted})
