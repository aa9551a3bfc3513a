"""Finding a node, or the gradient of one, by the names that people use: the one in the program, and the step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import GraphError
from .node import Node


def find(nodes: Sequence[Node], name: str, step: int | None = None) -> Node:
    """The node of this name; with a step, the one of this base name that belongs to it.

    Of a parameter or a state, that is what the step's update made. Raises `GraphError` where there is none.
    """
    if step is not None:
        return _of_step(nodes, name, step)
    for node in nodes:
        if node.name == name:
            return node
    alike = [n for n in nodes if n.base == name and not n.is_gradient]
    if not alike and (found := latest({n.name: n for n in nodes}, name)) is not None:
        return found
    if not alike:
        raise GraphError(f"no node is called {name!r}{nearest(name, names(nodes))}")
    if len(alike) > 1:
        raise GraphError(f"there are several {name!r}; give the step, {_listed(n.step for n in alike)}")
    return alike[0]


def latest(named: Mapping[str, Node], name: str) -> Node | None:
    """The last of ``h_1``, ``h_2`` and so on: the final value of the variable ``h`` of the program."""
    number = 1
    while f"{name}_{number}" in named:
        number += 1
    found = named.get(f"{name}_{number - 1}") if number > 2 else None
    return found if found is not None and found.named else None


def find_gradient(nodes: Sequence[Node], name: str, step: int | None = None) -> Node:
    """The node whose value is the gradient of a parameter in a step of training, else the node of that name itself.

    ``find_gradient(graph, "w", 2)`` is ∂L₂/∂w, the gradient that step 2 used.
    """
    bases = {n.name: n.base for n in nodes}
    alike = [n for n in nodes if n.is_gradient and step in (None, n.step) and name in _parameter(n, bases)]
    if len(alike) > 1:
        raise GraphError(f"there are several gradients of {name!r}; give the step, {_listed(n.step for n in alike)}")
    return alike[0] if alike else find(nodes, name, step)


def names(nodes: Sequence[Node]) -> list[str]:
    """Every name that `find` knows."""
    return list(dict.fromkeys([n.name for n in nodes] + [n.base for n in nodes if n.base]))


def _parameter(gradient: Node, bases: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the parameter that a gradient node is of."""
    name = str(gradient.attrs.get("w", ""))
    return (name, bases[name]) if name in bases else (name,)


def _of_step(nodes: Sequence[Node], name: str, step: int) -> Node:
    namesakes = [n for n in nodes if name in (n.base, n.name) and not n.is_gradient]
    if not namesakes:  # the last of several in this step
        namesakes = _last_alike(nodes, name, step)
    of_step = [n for n in namesakes if n.step == step]
    if of_step:
        return next((n for n in of_step if n.is_update), of_step[-1])
    if not namesakes:
        raise GraphError(f"no node is called {name!r}{nearest(name, names(nodes))}")
    steps = [n.step for n in namesakes if n.step is not None]
    if not steps:
        raise GraphError(f"{name!r} belongs to no step; leave the step out")
    raise GraphError(f"there is no {name!r} of step {step}; there are {_listed(steps)}")


def _last_alike(nodes: Sequence[Node], name: str, step: int) -> list[Node]:
    node = latest({n.base: n for n in nodes if n.base and n.step == step}, name)
    return [] if node is None else [node]


def _listed(steps: Iterable[int | None]) -> str:
    numbers = sorted({s for s in steps if s is not None})
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]} to {numbers[-1]}"
    return " or ".join(map(str, numbers)) or "none"


def nearest(name: Any, names: Iterable[str]) -> str:
    """The end of an error message about an unknown name: what comes closest to it among the known ones."""
    from difflib import get_close_matches

    close = get_close_matches(str(name), [str(k) for k in names][:10_000], 3)
    return f"; nearest: {', '.join(close)}" if close else ""
