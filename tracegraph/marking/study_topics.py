"""What to look at again after a slip: the rule that the number rests on, and where it is used."""

from __future__ import annotations

import ast

from .. import formula
from ..graph import Graph, Node, traits_of
from ..text.names import pretty
from .targets import Target

RULES: dict[type[ast.AST], str] = {
    ast.Add: "the rule of sums",
    ast.Sub: "the rule of sums",
    ast.Mult: "the product rule",
    ast.Div: "the quotient rule",
    ast.Pow: "the power rule",
    ast.MatMult: "the rule of matrix products",
}
"""By the outermost operator of a formula: the rule of its derivative."""
KINDS = {
    "activation": "the activation function",
    "pooling": "what a pooling window takes",
    "reduction": "sums and means",
    "loss": "the loss",
    "update": "the update of the optimizer",
    "state": "what the optimizer remembers",
    "shape": "the order of the elements",
}
"""By kind of operation: what its value is about."""


def topic_of(graph: Graph, target: Target) -> str:
    """``the product rule at L₄`` for a gradient, ``the activation function at h₃`` for a value."""
    node, (_, loss) = target.node, target.quantity
    if loss is None and not node.is_gradient:
        return f"{_of_value(node)} at {pretty(node.name)}"
    parameter = graph[str(node.attrs["w"])] if node.is_gradient and str(node.attrs.get("w")) in graph else node
    uses = [graph.node(e.target) for e in graph.uses(parameter) if e.contribution is not None]
    user = next(iter(uses), None)
    if user is None:
        return "the chain rule"
    named = user
    while not named.named and (more := graph.uses(named)):
        named = graph.node(more[0].target)
    return f"{_of_gradient(user)} at {pretty(named.name)}"


def _of_value(node: Node) -> str:
    traits = traits_of(node)
    if traits.places and traits.kind == "product":
        return "the window of a convolution"
    return KINDS.get(traits.kind, "the arithmetic")


def _of_gradient(user: Node) -> str:
    traits = traits_of(user)
    if traits.kind == "activation":
        return "the derivative of the activation function"
    outermost = getattr(formula.parse(user.formula), "op", None) if user.formula else None
    return next((rule for operator, rule in RULES.items() if isinstance(outermost, operator)), "the chain rule")
