"""The scalar graph of one element of an operation, while it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import GraphError
from ..graph import Badge, Edge, Graph, Node
from ..graph.note import FocusNote
from ..graph.rerun import Rerun, as_declared, is_from_group
from ..ops.op import Op
from ..ops.running import run_vjp

MOST = 36
"""Terms that get a card or an arrow of their own; what is over is one card, so that the picture stays readable."""

MORE = "gradient of all its uses"
"""Badge of an input that gets gradient through other elements and operations too: the arrows here are a part of it."""

Index = tuple[int, ...]


class Element:
    """The scalar computation of one element of an operation, built card by card.

    ``g`` is the gradient of the element, None where none arrives; ``read`` are the elements of each input (by slot)
    that it depends on.
    """

    def __init__(self, graph: Graph, node: Node, index: Index, op: Op) -> None:
        self.graph, self.node, self.index, self.op = graph, node, index, op
        self.sources = [graph.node(e.source) for e in graph.inputs(node)]
        self.tensors = [e.tensor for e in graph.inputs(node)]
        self.loss = node.loss or graph.output.name
        self.g = None if node.gradient is None else at(node.gradient, index)
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.read: dict[int, dict[Index, None]] = {}
        self.key = max(n.key for n in graph.nodes)
        self.taken = {node.name, *(s.name for s in self.sources)}

    # --- what the operation says of itself ---------------------------------------------------------------------------

    def attrs(self) -> dict[str, Any]:
        """The options that the op takes."""
        return {k: v for k, v in self.node.attrs.items() if k in self.op.attrs}

    def weights(self, slot: int, inputs: Sequence[Any] | None = None) -> Any:
        """The derivative of the element by each element of an input, from the op's own rule.

        ``inputs`` may take the place of the values.
        """
        one = np.zeros(self.node.shape)
        one[self.index] = 1.0
        values = [np.asarray(s.value) for s in self.sources] if inputs is None else list(inputs)
        Rerun(self.node, self.op).bounded(values)
        try:
            with np.errstate(all="ignore"):
                back = run_vjp(self.op, slot, one, np.asarray(self.node.value, float), values, self.attrs())
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:  # a file may give other options
            fits = f"{self.op.name} with these options does not fit its value of shape {self.node.shape}"
            raise GraphError(f"{self.node.name!r}: {fits}") from error
        return np.zeros(self.sources[slot].shape) if back is None else back

    def value(self, slot: int, index: Index) -> float:
        """One element of an input."""
        return at(self.sources[slot].value, index)

    # --- making cards and arrows -------------------------------------------------------------------------------------

    def card(
        self, name: str, op: str, symbol: str, formula: str, count: int, value: float, g: float | None, **more: Any
    ) -> Node:
        """Add a scalar computed from ``count`` others, which its formula calls ``v0``, ``v1`` and so on."""
        while name in self.taken:
            name += "'"
        self.taken.add(name)
        self.key += 1
        node = Node(
            self.key,
            name,
            op,
            "op",
            value,
            g,
            symbol,
            formula,
            tuple(f"v{i}" for i in range(count)),
            scope=self.node.scope,
            line=self.node.line,
            step=self.node.step,
            loss=self.loss,
            base=name,
        )
        self.nodes.append(replace(node, **more))
        return self.nodes[-1]

    def result(self, formula: str, count: int, **more: Any) -> Node:
        """The element itself."""
        node = self.node
        role = node.role if not node.shape else "op"
        self.taken.discard(node.name if not node.shape else "")
        return self.card(
            element_name(node.name, self.index),
            node.op,
            node.symbol,
            formula,
            count,
            at(node.value, self.index),
            self.g,
            role=role,
            **more,
        )

    def use(self, slot: int, index: Index, target: Node, place: int, vjp: str | None, local: float | None) -> None:
        """An arrow from one element of an input to a scalar, whose input number ``place`` it is."""
        source = self.sources[slot]
        self.read.setdefault(slot, {})[index] = None
        none = target.gradient is None or source.gradient is None
        sent = None if none or local is None else _times(target.gradient, local)
        name = element_name(self.tensors[slot], index)
        self.edges.append(Edge(source.key, target.key, place, name, vjp, local, sent, index))

    def link(self, source: Node, target: Node, place: int, vjp: str = "g", local: float = 1.0) -> None:
        """An arrow from one scalar to another."""
        sent = None if target.gradient is None else _times(target.gradient, local)
        self.edges.append(Edge(source.key, target.key, place, source.name, vjp, local, sent))

    def rest(
        self, what: str, value: float, g: float | None, symbol: str, reads: Sequence[tuple[int, Index, float]]
    ) -> Node:
        """One card for many terms: those of which ``reads`` tells slot, index and derivative."""
        card = self.card(what, "sum", symbol, "", 0, value, g)
        for place, slot in enumerate(sorted({s for s, _, _ in reads})):
            source, contribution = self.sources[slot], np.zeros(self.sources[slot].shape)
            for s, index, local in reads:
                if s == slot:
                    self.read.setdefault(slot, {})[index] = None
                    contribution[index] += _times(g or 0.0, local)
            none = g is None or source.gradient is None
            self.edges.append(
                Edge(source.key, card.key, place, self.tensors[slot], None, None, None if none else contribution)
            )
        return card

    def finished(self, last: Node) -> Graph:
        """The graph: inputs with the read elements framed, the scalars, and the tensor with its element framed."""
        used = {s.key: s for i, s in enumerate(self.sources) if i in self.read}
        inputs, badges, focus = [], [], {}
        for key in sorted(used):
            slots = [i for i, s in enumerate(self.sources) if s.key == key]
            focus[key] = {i for slot in slots for i in self.read.get(slot, ())}
            inputs.append(_leaf(used[key], self.loss))
            if self.used_elsewhere(inputs[-1]):
                badges.append(Badge(key, MORE))
        nodes, edges = [*inputs, *self.nodes], list(self.edges)
        if self.node.shape:
            nodes.append(_leaf(self.node, self.loss))
            edges.append(Edge(last.key, self.node.key, 0, last.name, None, None, self.g))
            focus[self.node.key] = {self.index}
        framed = ((key, tuple(sorted(places - {()}))) for key, places in focus.items())
        note = FocusNote(tuple(badges), tuple((key, places) for key, places in framed if places))
        return self.graph.replace(nodes, edges).with_note("focus", note)

    def used_elsewhere(self, leaf: Node) -> bool:
        """Whether the gradient of an input is more than what comes back through this element."""
        edges = [e for e in self.edges if e.source == leaf.key and e.contribution is not None]
        if leaf.gradient is None or not edges:
            return False
        total = np.zeros(leaf.shape)
        for e in edges:
            total[() if e.index is None else e.index] += e.contribution
        with np.errstate(all="ignore"):
            return not np.allclose(total, np.asarray(leaf.gradient, float), equal_nan=True)


def opened(graph: Graph, node: Node, index: Index, how: Callable[[Element], Graph], op: Op) -> Graph:
    """Open one element; an error for a node whose inputs are no longer those of its op."""
    if not as_declared(node, op):
        raise GraphError(f"expand: {node.name!r} has been folded, or lost an input; expand the graph as it was traced")
    if is_from_group(graph, node):
        raise GraphError(f"expand: an input of {node.name!r} is in a group; expand the graph as it was traced")
    return how(Element(graph, node, index, op))


def at(array: Any, index: Index) -> float:
    """One element as a number."""
    return float(np.asarray(array)[index])


def element_name(name: str, index: Index) -> str:
    """``x[0,1]``; the name itself for a scalar."""
    return f"{name}[{','.join(map(str, index))}]" if index else name


def _leaf(node: Node, loss: str) -> Node:
    """A tensor as it is, without the formula that made it."""
    return replace(node, formula="", args=(), loss=node.loss or loss)


def _times(a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(a) * b)
