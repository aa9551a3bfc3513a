"""How findings lie to each other in the graph: which is made from which, at what step, and with which parameters."""

from __future__ import annotations

import numpy as np

from ..graph import Graph
from ..graph.note import Finding
from ..graph.walk import ancestors, descendants


class Relations:
    """Answers about one graph; each walk is made once for a node."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.place = {n.key: i for i, n in enumerate(graph)}
        self._after: dict[int, set[int]] = {}
        self._around: dict[int, set[int]] = {}

    def reaches(self, start: int, end: int) -> bool:
        """Whether a node is made from another one."""
        return start != end and end in self._descendants(start)

    def related(self, cause: Finding, effect: Finding) -> bool:
        """Whether one is made from the other, or is a parameter of an operation that the other one reaches."""
        return any(effect.node in self._related_to(key) for key in (cause.node, *cause.others))

    def step(self, finding: Finding) -> int:
        """The step of training that a finding belongs to; 0 outside of one."""
        return self.graph.node(finding.node).step or 0

    def gets_zeros(self, finding: Finding) -> bool:
        """Whether what a layer is made of is all zero, biases left out."""
        node = self.graph.node(finding.node)
        while edges := [e for e in self.graph.inputs(node) if self.graph.inputs(self.graph.node(e.source))]:
            node = self.graph.node(edges[0].source)
            if not np.any(node.value):
                return True
            if len(self.graph.inputs(node)) > 1 and len(edges) == 1:
                break
        return False

    def _descendants(self, key: int) -> set[int]:
        if key not in self._after:
            self._after[key] = descendants(self.graph, [key])
        return self._after[key]

    def _related_to(self, key: int) -> set[int]:
        if key not in self._around:
            after = self._descendants(key)
            users = {e.target for e in self.graph.uses(self.graph.node(key))}
            leaves = {e.source for e in self.graph.edges if e.target in after}
            self._around[key] = after | leaves | ancestors(self.graph, {key, *users})
        return self._around[key]
