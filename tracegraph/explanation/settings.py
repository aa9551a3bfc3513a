"""The settings of a training run that its updates use: learning rate, momentum and so on, with their symbols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..graph import Graph, Node, traits_of

WORDS = {
    "lr": ("η", "learning rate"),
    "beta": ("β", "share of the last step that is kept"),
    "rho": ("ρ", "share of the last mean that is kept"),
    "beta1": ("β₁", "share of the mean gradient that is kept"),
    "beta2": ("β₂", "share of the mean square that is kept"),
    "eps": ("ε", "keeps the divisor from 0"),
}
"""By option of an optimizer's operations: its symbol and what it is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its symbol, what it is, and the number that all updates use."""

    symbol: str
    meaning: str
    value: float


def settings(graph: Graph) -> dict[str, Setting]:
    """The settings by option; one that changes during the run has no symbol, so its numbers stay in the formulas."""
    values: dict[str, set[float]] = {}
    for node in graph:
        if node.is_update and node.formula:
            for key in WORDS.keys() & node.attrs.keys():
                values.setdefault(key, set()).add(float(node.attrs[key]))
    return {k: Setting(*WORDS[k], next(iter(values[k]))) for k in WORDS if len(values.get(k, ())) == 1}


def starts(graph: Graph) -> Iterator[tuple[str, float]]:
    """The states of an optimizer before the first step, such as a velocity of 0: name and number."""
    seen: set[str] = set()
    for node in graph:
        if traits_of(node).kind != "state" or node.base in seen:
            continue
        seen.add(node.base)
        first = next(iter(graph.inputs(node)), None)
        source = graph.node(first.source) if first is not None else None
        if source is not None and _is_start(source):
            yield source.name, float(source.value)


def _is_start(node: Node) -> bool:
    return node.is_constant and node.line is None and not node.shape
