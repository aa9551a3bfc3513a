"""The summary of a flow, for the report and the header of the picture."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..graph import Graph, Node
from ..graph.measure import norm, size
from ..text.names import pretty
from ..text.numbers import cell
from .finding import Finding
from .flow_rows import learned
from .flow_tables import findings


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a flow.

    The gradient arrives at ``reached`` of ``parameters`` (of the inputs, where nothing is learned: see ``leaf``), and
    is exactly zero at ``zero`` of those. ``smallest`` and ``largest``: the layers with the least and the greatest norm
    of it, of those where it is finite, as name and norm; ``layers``: how many there are, ``broken``: how many where it
    is not finite. ``found``: how many findings of each kind, worst first.
    """

    leaf: str
    parameters: int
    reached: int
    zero: int
    smallest: tuple[str, float] | None
    largest: tuple[str, float] | None
    layers: int
    broken: int
    found: dict[str, int]

    @property
    def reach(self) -> str:
        """How far the gradient gets."""
        return f"gradient reaches {self.reached:,} of {_many(self.parameters, self.leaf)}"

    @property
    def lines(self) -> list[str]:
        """The same in two sentences."""
        reached = f"the {self.reach}"
        if self.smallest and self.largest:
            ends = dict.fromkeys(f"{cell(norm)} ({pretty(name)})" for name, norm in (self.smallest, self.largest))
            reached += f"; ‖g‖ of {'layers from' if len(ends) > 1 else 'the layer'} {' to '.join(ends)}"
        counts = ", ".join(f"{n:,} {kind}" for kind, n in self.found.items())
        total = sum(self.found.values())
        return [reached, f"{_many(total, 'finding')}: {counts}" if total else "no findings"]


def summary(graph: Graph) -> Summary:
    """The reach of the gradient in a flow, and its findings."""
    return summed_up(graph.whole, findings(graph))


def summed_up(graph: Graph, findings: Iterable[Finding]) -> Summary:
    """The reach of the gradient in a graph as it is, with the number of findings."""
    leaf, expected, reached_nodes = reach(graph)
    sizes = layers(graph)
    finite = sorted((name for name, x in sizes.items() if math.isfinite(x)), key=sizes.__getitem__)
    least, most = ((finite[i], sizes[finite[i]]) if finite else None for i in (0, -1))
    zero = sum(norm(n.gradient) == 0 for n in reached_nodes)
    counts = dict(Counter(f.kind for f in findings))
    return Summary(leaf, expected, len(reached_nodes), zero, least, most, len(sizes), len(sizes) - len(finite), counts)


def reach(graph: Graph) -> tuple[str, int, list[Node]]:
    """What a gradient should reach (parameter or input), how many there are, and those that it reaches.

    In a training run a parameter counts once, whatever its values.
    """
    expected = learned(graph)
    reached = {_parameter(n): n for n in expected if n.gradient is not None}
    leaf = "input" if expected and expected[0].is_input else "parameter"
    return leaf, len({_parameter(n): n for n in expected}), list(reached.values())


def layers(graph: Graph) -> dict[str, float]:
    """The norm of the gradient of each layer: of the parameters of one scope together, or of one without a scope.

    In a training run each value of a parameter is a layer.
    """
    parts: dict[str, float] = {}
    for node in learned(graph):
        if node.gradient is not None:
            layer = node.scope if node.scope and node.step is None else node.name
            parts[layer] = math.hypot(parts.get(layer, 0.0), size(node.gradient).norm)
    return parts


def _parameter(node: Node) -> str:
    """The identity that all values of a parameter share in a training run."""
    return node.base or node.name


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"
