"""The target of a claim: its quantity in the graph, and the written number of each element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import GraphError, MarkError
from ..graph import Graph, Node
from ..graph import shape as shape_of
from ..graph.lookup import find_gradient
from ..text.numbers import shape as spelled
from .claims import Claim, Text
from .replay import Quantity, Replay
from .written import Written, read

Index = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A claim with its quantity; ``atoms``: the written number of each element, None for a blank."""

    claim: Claim
    node: Node
    quantity: Quantity
    atoms: dict[Index, Written | None]


def target(graph: Graph, replay: Replay, claim: Claim) -> Target:
    """Find what a claim is about; raises `MarkError`, in one line, for what cannot be judged."""
    try:
        node, quantity = _quantity(graph, replay, claim)
    except GraphError as error:
        raise MarkError(str(error)) from None
    places = _places(claim, node.shape)
    texts = _texts(claim.written)
    problem = next((t for t in texts.ravel() if t.strip() and read(t) is None), None)
    if problem is not None:
        raise MarkError(f"{claim.label}: written {problem[:40]!r} is not a number")
    if np.squeeze(places).shape != np.squeeze(texts).shape:
        expected = spelled(places.shape)
        raise MarkError(f"{claim.label}: written is {spelled(texts.shape)}, the quantity {expected}")
    atoms = dict(zip((_index(i, node.shape) for i in places.ravel()), map(_number, texts.ravel()), strict=True))
    return Target(claim, node, quantity, atoms)


def _quantity(graph: Graph, replay: Replay, claim: Claim) -> tuple[Node, Quantity]:
    if claim.grad is None:
        node = graph.find(str(claim.value), claim.step)
        return node, (node.key, None)
    node = find_gradient(graph.nodes, claim.grad, claim.step)
    if node.is_gradient:
        return node, (node.key, None)
    losses = [loss for loss in replay.losses() if replay.reaches(node.key, loss)]
    if claim.step is not None and len(losses) > 1:
        losses = [loss for loss in losses if graph.node(loss).step == claim.step]
    if not losses:
        raise GraphError(f"no gradient reaches {node.name!r}")
    if len(losses) > 1:
        names = ", ".join(graph.node(loss).name for loss in losses[:3])
        raise GraphError(f"gradients of several losses reach {node.name!r} ({names}); give the step")
    return node, (node.key, losses[0])


def _places(claim: Claim, shape: Index) -> Any:
    """The flat number of each element that a claim is about."""
    places = np.arange(int(np.prod(shape))).reshape(shape)
    if claim.index is None:
        return places
    try:
        return np.asarray(places[claim.index])
    except IndexError:
        has = f"shape {spelled(shape)}" if shape else "no elements, it is one number"
        raise MarkError(f"{claim.label}: index {list(claim.index)} is outside; the quantity has {has}") from None


def _index(place: int, shape: Index) -> Index:
    return tuple(int(i) for i in np.unravel_index(place, shape)) if shape else ()


def _texts(written: Text) -> Any:
    """Nested tuples of texts as an array."""
    shape: list[int] = []
    part: Text = written
    while not isinstance(part, str):
        shape.append(len(part))
        if not part:
            break
        part = part[0]
    flat = list(_flat(written, tuple(shape)))
    array = np.empty(len(flat), object)
    array[:] = flat
    return array.reshape(shape)


def _flat(written: Text, shape: Index) -> Iterator[str]:
    if isinstance(written, str):
        if shape:
            raise MarkError("written: the rows of the matrix are not of the same length")
        yield written
        return
    if not shape or len(written) != shape[0]:
        raise MarkError("written: the rows of the matrix are not of the same length")
    for part in written:
        yield from _flat(part, shape[1:])


def _number(text: str) -> Written | None:
    return read(text) if text.strip() else None


def element(value: Any, index: Index) -> float:
    """One element of a number or an array, as a number; a float32 as it is written, without digits it does not have."""
    one = np.asarray(value)[index] if shape_of(value) else value
    return float(str(one)) if isinstance(one, np.floating) else float(one)
