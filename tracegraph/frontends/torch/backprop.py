"""The gradients of a record: a hook on each node of autograd while the loss is differentiated once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from ...errors import GraphError
from .hearing import Call, Key, Record

LEAF = "AccumulateGrad"


@dataclass(eq=False)
class Sent:
    """What the nodes of autograd received (``arrived``, by node) and sent back (``sent``, by node and input)."""

    arrived: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    sent: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    leaves: dict[int, Any] = field(default_factory=dict)


def next_nodes(node: Any) -> Iterator[tuple[int, Any, int]]:
    """Slot, node and number of output of everything that a node sends to."""
    for slot, (behind, number) in enumerate(node.next_functions):
        if behind is not None:
            yield slot, behind, number


def is_leaf(node: Any) -> bool:
    """Whether a node stands for a leaf, whose tensor it holds."""
    return type(node).__name__ == LEAF


def reachable(root: Any) -> list[Any]:
    """All nodes that a node leads to, itself included."""
    seen, stack, found = {id(root)}, [root], []
    while stack:
        node = stack.pop()
        found.append(node)
        for _, behind, _ in next_nodes(node):
            if id(behind) not in seen:
                seen.add(id(behind))
                stack.append(behind)
    return found


def differentiate(loss: Any, seed: Any = None) -> tuple[Sent, list[Any]]:
    """Differentiate a loss and see every gradient on the way; no ``.grad`` is touched. And the nodes, to be held."""
    nodes = reachable(loss.grad_fn)
    sent = Sent()
    hooks = [_hooked(node, sent) for node in nodes if not is_leaf(node)]
    leaves = [node.variable for node in nodes if is_leaf(node)]
    try:
        if leaves:
            with torch.enable_grad():
                found = torch.autograd.grad(loss, leaves, seed, retain_graph=True, allow_unused=True)
            sent.leaves = {id(t): g for t, g in zip(leaves, found, strict=True)}
    except RuntimeError as error:
        if "second time" not in str(error):
            raise
        raise GraphError(
            "trace: the function has called backward() itself, which frees what a record needs; return the loss instead"
        ) from None
    finally:
        for hook in hooks:
            hook.remove()
    return sent, nodes


def _hooked(node: Any, sent: Sent) -> Any:
    def hook(inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
        sent.sent[id(node)], sent.arrived[id(node)] = inputs, outputs

    return node.register_hook(hook)


def owners(record: Record) -> dict[int, Call]:
    """By node of autograd, the call that made it: what is behind its results, up to what earlier calls made."""
    owned: dict[int, Call] = {}
    for call in record.calls:
        stack = [node for node in call.nodes if node is not None]
        given = {key[0] for key, _ in call.inputs if key[1] < 0}  # made before, if by nobody who was heard
        while stack:
            node = stack.pop()
            if id(node) in owned or id(node) in given or is_leaf(node):
                continue
            owned[id(node)] = call
            record.held.append(node)
            stack += [behind for _, behind, _ in next_nodes(node)]
    return owned


def contributions(nodes: list[Any], sent: Sent) -> dict[Key, list[Any]]:
    """What some nodes send to tensors that they did not make, by the key of the tensor, in the order of sending.

    A leaf's key is its identity and 0.
    """
    ours = {id(node) for node in nodes}
    found: dict[Key, list[Any]] = {}
    for node in nodes:
        parts = sent.sent.get(id(node), ())
        for slot, behind, number in next_nodes(node):
            if id(behind) in ours or slot >= len(parts):
                continue
            key = (id(behind.variable), 0) if is_leaf(behind) else (id(behind), -1 - number)
            found.setdefault(key, []).append(parts[slot])
    return found
