"""Views of a training run: some of its steps, or one card for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

from ..errors import GraphError
from ..graph import Edge, Graph, Node
from ..graph.walk import ancestors
from ..text.names import pretty
from .collapse import group
from .view import view

FEW = 20  # cards for many steps


@view
def steps(graph: Graph, *numbers: int) -> Graph:
    """Keep some steps of a training run, with what they take over from the step before and from the data.

    What is taken over is given: it has no formula. Gradients are those of the losses of these steps only. Raises
    `GraphError` for a graph without steps, and for a step that is not there.
    """
    _check(numbers, {n.step for n in graph if n.step is not None})
    chosen = {n.key for n in graph if n.step in numbers}
    inside = ancestors(graph, chosen, lambda edge: graph.node(edge.source).step is None)
    edges = [e for e in graph.edges if e.target in inside]
    # by the key of what is taken over, the first step that does
    first_uses = {e.source: graph.node(e.target).step for e in reversed(edges) if e.source not in inside}
    contributions: dict[int, list[Any]] = {}
    for edge in edges:
        if edge.contribution is not None:
            contributions.setdefault(edge.source, []).append(edge.contribution)
    present = inside | first_uses.keys()
    nodes = [_leaf(n, first_uses[n.key]) if n.key in first_uses else n for n in graph if n.key in present]
    return graph.replace([_with_gradient(graph, n, contributions.get(n.key, []), numbers) for n in nodes], edges)


def picked(graph: Graph, step: int | Iterable[int] | None) -> Graph:
    """The graph with one step only, or some; all of it for None."""
    if step is None:
        return graph
    if isinstance(step, Iterable) and not isinstance(step, str):
        return steps(graph, *step)
    return steps(graph, step)


def _check(numbers: tuple[int, ...], available: set[int]) -> None:
    if not available:
        raise GraphError("steps: this graph is not a training run; parameters come from tg.optim in one")
    if not numbers:
        raise GraphError(f"steps: give at least one; there are {_listed(available)}")
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int):
            raise GraphError(f"steps: a step is a whole number, not {number!r}; there are {_listed(available)}")
        if number not in available:
            raise GraphError(f"steps: there is no step {number}; there are {_listed(available)}")


def _listed(numbers: set[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low} to {high}" if len(numbers) == high - low + 1 > 1 else ", ".join(map(str, sorted(numbers)))


def _leaf(node: Node, step: int | None) -> Node:
    """A parameter or state of the step before, as a leaf with its value."""
    role = "parameter" if node.gradient is not None else "constant"
    return replace(node, role=role, formula="", args=(), attrs={}, step=step)


def _with_gradient(graph: Graph, node: Node, contributions: list[Any], numbers: tuple[int, ...]) -> Node:
    """The node with the part of its gradient that comes from these steps."""
    before = [e.contribution for e in graph.uses(node) if e.contribution is not None]
    if len(before) == len(contributions):
        return node
    loss = next(n.loss for n in graph if n.step == numbers[0]) if len(numbers) == 1 else node.loss
    return replace(node, gradient=_sum(contributions), loss=loss)


def by_step(graph: Graph, most: int | None = None) -> Graph:
    """A training run with one card for each step, of the value of its loss; parameters and states stay between them.

    Constants that only the steps use are dropped. Where more than ``most`` cards remain, consecutive steps share a
    card. A graph with fewer than two steps is returned unchanged.
    """
    numbers = sorted(n for n in {n.step for n in graph} if n is not None)
    if len(numbers) < 2:
        return graph
    losses = {n.step: n for n in graph if n.step is not None and n.name == n.loss}
    values = {f"step {step}": loss for step, loss in losses.items()}
    closed = _closed(graph, {n.key: f"step {n.step}" for n in graph if _within(n)}, values)
    if most is None or len(closed) <= most:
        return closed
    length = -(-len(numbers) // FEW)
    rows = {n: numbers[i // length * length : i // length * length + length] for i, n in enumerate(numbers)}
    names = {n: f"steps {row[0]} to {row[-1]}" for n, row in rows.items()}
    values = {name: replace(losses[n], step=None) for n, name in names.items() if n in losses}  # the last of each row
    return _closed(graph, {n.key: names[n.step] for n in graph if n.step is not None}, values)


def _closed(graph: Graph, cards: Mapping[int, str], losses: Mapping[str, Node]) -> Graph:
    """The graph with the nodes of each card in one, with the value of its loss."""
    closed = group(graph, cards)
    cards_made = {n.key for n in closed if n.is_group and n.name in losses}
    inner = {n.key for n in closed if n.is_constant and all(e.target in cards_made for e in closed.uses(n))}
    nodes = [_of_loss(n, losses[n.name]) if n.key in cards_made else n for n in closed if n.key not in inner]
    return closed.replace(nodes, _merged((e for e in closed.edges if e.source not in inner), cards_made))


def _merged(edges: Iterable[Edge], cards: set[int]) -> list[Edge]:
    """The edges, with one in place of several from a tensor into a card, which has the sum of their contributions."""
    kept: dict[tuple[int, int, int | str], Edge] = {}
    count: dict[int, int] = {}
    for edge in edges:
        place = edge.source, edge.target, edge.tensor if edge.target in cards else edge.slot
        if place in kept:
            kept[place] = replace(kept[place], contribution=_sum([kept[place].contribution, edge.contribution]))
        else:
            count[edge.target] = count.get(edge.target, -1) + 1
            kept[place] = replace(edge, slot=count[edge.target])
    return list(kept.values())


def _sum(contributions: Iterable[Any]) -> Any:
    terms = [c for c in contributions if c is not None]
    return reduce(add, terms) if terms else None


def _within(node: Node) -> bool:
    """Whether a node is drawn inside the card of its step: everything but parameters and states."""
    kept = node.is_parameter or node.is_update and not node.is_gradient
    return node.step is not None and not kept


def _of_loss(card: Node, loss: Node) -> Node:
    attrs = {"loss": pretty(loss.name), "ops": card.attrs["ops"]}
    return replace(card, value=loss.value, gradient=None, attrs=attrs, step=loss.step, base="step")
