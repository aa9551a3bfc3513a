"""Run a recorded operation again: at other inputs than the recorded ones, or back through one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import GraphError
from ..ops.op import Op
from ..ops.registry import find
from ..ops.running import run_forward, run_vjp
from ..ops.sizes import admitted
from .graph import Graph
from .node import Node


def op_of(node: Node) -> Op | None:
    """The op that made a node, updates of optimizers included; None where its declaration is not known here.

    The gradient in an optimizer's step has none: it is not computed from its inputs.
    """
    return None if node.is_gradient else find(node.op)


def as_declared(node: Node, op: Op) -> bool:
    """Whether a node has the inputs that its op declares, so that no view hid or folded one."""
    count = len(node.args)
    if op.variadic:
        return node.args == tuple(f"{op.inputs[0].lstrip('*')}{i}" for i in range(count))
    return count >= op.required and node.args == op.inputs[:count]


def is_from_group(graph: Graph, node: Node) -> bool:
    """Whether an input of a node comes from inside a group, so that its value is not known."""
    return any(graph.node(e.source).is_group for e in graph.inputs(node))


def input_values(graph: Graph, node: Node) -> list[Any]:
    """The values that go into a node, by slot."""
    return [graph.carried(e) for e in graph.inputs(node)]


@dataclass(frozen=True, slots=True)
class Rerun:
    """A node and the op that can compute it again."""

    node: Node
    op: Op

    @staticmethod
    def of(node: Node) -> Rerun | None:
        """None for a node that cannot be run again: its op is not known, or no longer what the node shows."""
        op = op_of(node)
        return Rerun(node, op) if op is not None and as_declared(node, op) else None

    def forward(self, values: Sequence[Any]) -> Any:
        """The value at these inputs. Raises whatever the op does, and `GraphError` where it would be too large."""
        self.bounded(values)
        return run_forward(self.op, values, self.node.attrs)

    def vjp(self, slot: int, g: Any, values: Sequence[Any], y: Any = None) -> Any:
        """The contribution to one input, in its shape, for the output gradient ``g``; None where no gradient flows.

        ``y``: the value at ``values`` if that is not the recorded one. Raises whatever the rule does.
        """
        self.bounded(values)
        return run_vjp(self.op, slot, g, self.node.value if y is None else y, values, self.node.attrs)

    def bounded(self, values: Sequence[Any]) -> None:
        """Raise `GraphError` where running the op would make more than the recorded shape admits, as a file may ask."""
        if not admitted(self.op, values, self.node.attrs, self.node.shape):
            raise GraphError(f"{self.node.name!r}: {self.op.name} with these options makes no value of its shape")
