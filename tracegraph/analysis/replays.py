"""The loss again, with other values of some leaves: forward only, by the declarations of the operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..errors import TracegraphError
from ..graph import Graph, Node
from ..graph.rerun import Rerun
from ..graph.walk import ancestors, descendants


class Replay:
    """Computes a loss of a graph with other values of some nodes; what does not depend on them is kept.

    ``possible`` is False where an operation on the way cannot be run again, as in a group.
    """

    def __init__(self, graph: Graph, loss: Node, changed: Iterable[int]) -> None:
        def inside(edge: Any) -> bool:
            return not graph.node(edge.target).is_update

        changed = set(changed)
        affected = descendants(graph, changed, inside) & ancestors(graph, {loss.key}, inside)
        self._graph, self._loss = graph, loss.key
        self._steps = [(n, Rerun.of(n)) for n in graph if n.key in affected and n.key not in changed]
        self.possible = bool(affected) and all(rerun is not None for _, rerun in self._steps)

    def __call__(self, values: Mapping[int, Any]) -> float:
        """The loss at these values, by key; NaN where an operation refuses them."""
        known = self.values(values)
        return float(np.asarray(known[self._loss])) if known and self._loss in known else float("nan")

    def values(self, values: Mapping[int, Any]) -> dict[int, Any]:
        """Every value that changes, by key; empty where an operation refuses its inputs."""
        known = dict(values)
        with np.errstate(all="ignore"):
            for node, rerun in self._steps:
                try:
                    assert rerun is not None
                    known[node.key] = rerun.forward([self._carried(e, known) for e in self._graph.inputs(node)])
                except (TracegraphError, ValueError, TypeError, IndexError, ArithmeticError):
                    return {}
        return known

    def _carried(self, edge: Any, known: Mapping[int, Any]) -> Any:
        if edge.source not in known:
            return self._graph.carried(edge)
        value = known[edge.source]
        return value if edge.index is None else np.asarray(value)[edge.index].item()
