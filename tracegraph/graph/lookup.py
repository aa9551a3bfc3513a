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
    """The last of ``h_1``, ``h_2`` and so on, which is what the variable ``h`` of the program holds in the end."""
    number = 1
    while f"{name}_{number}" in named:
        number += 1
    found = named.get(f"{name}_{number - 1}") if number > 2 else None
    return found if found is not None and found.named else None


def find_gradient(nodes: Sequence[Node], name: str, step: int | None = None) -> Node:
    """The node that holds a gradient as a value (of a parameter, in a step of training), else the node itself.

    ``find_gradient(graph, "w", 2)`` is ∂L₂/∂w, the gradient that step 2 used.
    """
    bases = {n.name: n.base for n in nodes}
    held = [n for n in nodes if n.is_gradient and step in (None, n.step) and name in _parameter(n, bases)]
    if len(held) > 1:
        raise GraphError(f"there are several gradients of {name!r}; give the step, {_listed(n.step for n in held)}")
    return held[0] if held else find(nodes, name, step)


def names(nodes: Sequence[Node]) -> list[str]:
    """Every name that `find` knows."""
    return list(dict.fromkeys([n.name for n in nodes] + [n.base for n in nodes if n.base]))


def _parameter(gradient: Node, bases: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the parameter that a gradient node is of."""
    name = str(gradient.attrs.get("w", ""))
    return (name, bases[name]) if name in bases else (name,)


def _of_step(nodes: Sequence[Node], name: str, step: int) -> Node:
    alike = [n for n in nodes if name in (n.base, n.name) and not n.is_gradient]
    if not alike:  # the last of several in this step
        alike = _last_alike(nodes, name, step)
    found = [n for n in alike if n.step == step]
    if found:
        return next((n for n in found if n.is_update), found[-1])
    if not alike:
        raise GraphError(f"no node is called {name!r}{nearest(name, names(nodes))}")
    known = [n.step for n in alike if n.step is not None]
    if not known:
        raise GraphError(f"{name!r} belongs to no step; leave the step out")
    raise GraphError(f"there is no {name!r} of step {step}; there are {_listed(known)}")


def _last_alike(nodes: Sequence[Node], name: str, step: int) -> list[Node]:
    found = latest({n.base: n for n in nodes if n.base and n.step == step}, name)
    return [] if found is None else [found]


def _listed(steps: Iterable[int | None]) -> str:
    known = sorted({s for s in steps if s is not None})
    if len(known) > 2 and known[-1] - known[0] == len(known) - 1:
        return f"{known[0]} to {known[-1]}"
    return " or ".join(map(str, known)) or "none"


def nearest(name: Any, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name: what comes closest to it among the known ones."""
    from difflib import get_close_matches

    close = get_close_matches(str(name), [str(k) for k in known][:10_000], 3)
    return f"; nearest: {', '.join(close)}" if close else ""
