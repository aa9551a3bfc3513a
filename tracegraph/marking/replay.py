"""Compute a recorded graph again, one quantity at a time, from other values than the recorded ones.

A quantity is the value of a node, or the gradient of a loss there: ``(node, None)`` or ``(node, loss)`` by their keys.
Each has a place in one order in which everything that it is computed from comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .. import formula
from ..errors import GraphError, TracegraphError
from ..graph import Edge, Graph, Node, shape, traits_of
from ..graph.rerun import Rerun
from ..graph.walk import reachable
from ..ops.broadcast import unbroadcast

Quantity = tuple[int, "int | None"]
States = dict[Quantity, Any]
"""What each quantity is taken to be: a number or an array."""


class Replay:
    """The part of a graph that some quantities are computed from."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._places = {n.key: i for i, n in enumerate(graph)}
        self._reach: dict[int, set[int]] = {}

    def losses(self) -> list[int]:
        """The differentiated nodes: the losses of the steps, and the output where it has a gradient."""
        steps = [self._loss(n) for n in self.graph if n.is_gradient and self.graph.inputs(n)]
        last = [n.key for n in self.graph.nodes[-1:] if self.graph.output.gradient is not None]
        return list(dict.fromkeys([*steps, *(self.graph.output.key for _ in last)]))

    def reaches(self, key: int, loss: int) -> bool:
        """Whether a gradient of this loss arrives at a node."""
        return key in self._reached(loss)

    def needed(self, quantities: Iterable[Quantity]) -> list[Quantity]:
        """These quantities and all that they are computed from, in the order of computation."""
        return sorted(reachable(quantities, self.inputs), key=self._order)

    def inputs(self, quantity: Quantity) -> list[Quantity]:
        """The quantities that a quantity is computed from."""
        key, loss = quantity
        node = self.graph.node(key)
        if loss is None:
            if node.is_gradient and self._parameter(node) is not None:
                return [(self._parameter(node) or 0, self._loss(node))]
            return [(e.source, None) for e in self.graph.inputs(node)]
        quantities: dict[Quantity, None] = {}
        for use in self.uses(key, loss):
            quantities[use.target, loss] = quantities[use.target, None] = None
            quantities.update(((e.source, None), None) for e in self.graph.inputs(self.graph.node(use.target)))
        return list(quantities)

    def compute(self, quantity: Quantity, states: States) -> Any:
        """A quantity from the states of its inputs."""
        key, loss = quantity
        node = self.graph.node(key)
        with np.errstate(all="ignore"):
            if loss is not None:
                return self._gradient(node, loss, states)
            if node.is_gradient and self._parameter(node) is not None:
                return states[self._parameter(node) or 0, self._loss(node)]
            return _forward(node, self._values(node, states))

    def _order(self, quantity: Quantity) -> tuple[int, int, int]:
        key, loss = quantity
        place = self._places[key]
        return (place, 0, 0) if loss is None else (self._places[loss], 1, -place)

    def _loss(self, gradient: Node) -> int:
        return self.graph.inputs(gradient)[0].source

    def _parameter(self, gradient: Node) -> int | None:
        name = str(gradient.attrs.get("w"))
        return self.graph[name].key if name in self.graph and self.graph.inputs(gradient) else None

    def _reached(self, loss: int) -> set[int]:
        def receiving(key: int) -> list[int]:
            node = self.graph.node(key)
            return [e.source for e in self.graph.inputs(node) if _flows(node, e)]

        if loss not in self._reach:
            self._reach[loss] = reachable([loss], receiving)
        return self._reach[loss]

    def uses(self, key: int, loss: int) -> list[Edge]:
        """The uses of a node that the gradient of a loss comes back through."""
        if key == loss:
            return []
        reached, node = self._reached(loss), self.graph.node
        return [e for e in self.graph.uses(node(key)) if e.target in reached and _flows(node(e.target), e)]

    def _values(self, node: Node, states: States) -> list[Any]:
        parts = [(states[e.source, None], e.index) for e in self.graph.inputs(node)]
        return [value if index is None else np.asarray(value)[index] for value, index in parts]

    def _gradient(self, node: Node, loss: int, states: States) -> Any:
        if node.key == loss:
            seeded = loss == self.graph.output.key and node.gradient is not None
            return node.gradient if seeded else np.ones(node.shape)
        total: Any = 0.0
        for use in self.uses(node.key, loss):
            target = self.graph.node(use.target)
            g, y = states[use.target, loss], states[use.target, None]
            total = total + self._sent(node, target, use, g, y, self._values(target, states))
        return total

    def _sent(self, node: Node, target: Node, use: Edge, g: Any, y: Any, values: list[Any]) -> Any:
        part = _back(target, use, g, y, values)
        if use.index is None:
            return unbroadcast(np.asarray(part), node.shape) if shape(part) != node.shape else part
        array = np.zeros(node.shape)
        array[use.index] = part
        return array


def _flows(target: Node, edge: Edge) -> bool:
    return edge.contribution is not None and not traits_of(target).of_optimizer


def _forward(node: Node, values: list[Any]) -> Any:
    """The value of a node from its inputs; the recorded one where it cannot be computed again."""
    rerun = Rerun.of(node)
    if not values:
        return node.value
    try:
        if rerun is not None:
            value = rerun.forward(values)
        elif node.formula and not node.shape:
            value = formula.evaluate(node.formula, {**_scalars(node), **dict(zip(node.args, values, strict=True))})
        else:
            return node.value
    except (TracegraphError, ArithmeticError, ValueError, TypeError, IndexError):
        return node.value
    return value if shape(value) == node.shape else node.value


def _back(target: Node, use: Edge, g: Any, y: Any, values: list[Any]) -> Any:
    """The contribution of a node to one of its inputs; the recorded one where it cannot be computed again."""
    rerun = Rerun.of(target)
    try:
        if rerun is not None and (back := rerun.vjp(use.slot, g, values, y)) is not None:
            return back
        named = {**_scalars(target), **dict(zip(target.args, values, strict=True)), "g": g, "y": y}
        return formula.evaluate(use.vjp or "", {name: float(v) for name, v in named.items()})
    except (GraphError, ArithmeticError, ValueError, TypeError):
        return use.contribution


def _scalars(node: Node) -> Mapping[str, float]:
    return {k: float(v) for k, v in node.attrs.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
