"""The error signal δ of a neuron: minus the gradient of its weighted sum, as textbooks of backpropagation name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..graph import Graph, Node, traits_of
from ..text.numbers import number
from .equation_parts import Equation, Shown

SUM = re.compile(r"z_?(?P<index>\w*)$")
"""The name of a weighted sum: z₅, z_5, z5_1."""


def delta(graph: Graph, node: Node, words: Any) -> Iterator[Equation]:
    """``δ₅ = −∂L/∂z₅``, for a number that is called z and goes into an activation."""
    named = SUM.match(node.name)
    if named is None or not has_delta(graph, node):
        return
    name = f"delta_{named['index']}" if named["index"] else "delta"
    value = Shown(number(-float(node.gradient), words.digits))
    yield Equation(name, value, "-g", {"g": words.gradient(node)})


def has_delta(graph: Graph, node: Node) -> bool:
    """Whether a node is the weighted sum of a neuron, by its name and its use."""
    if node.gradient is None or node.shape or SUM.match(node.name) is None:
        return False
    into = [traits_of(graph.node(e.target)).kind for e in graph.uses(node) if e.contribution is not None]
    return into == ["activation"]
