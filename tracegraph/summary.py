"""What stands above the picture of a `Flow`: how far the gradient reaches, where it is smallest, the worst finding."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from .graph import Graph, Node
from .numbers import clean, number
from .numbers import pretty as _pretty
from .painting import inspected, painted
from .panels import Line, norm

NAME = 40  # characters of a name that are shown
DIGITS = 3  # of a norm


def header(graph: Any) -> tuple[Line, ...]:
    """The lines above the picture of a `Flow`, of whatever view of it; none above other pictures."""
    if not painted(graph):
        return ()
    whole = inspected(graph)
    texts = [_reach(whole), *_layers(whole), _worst(graph)]
    return tuple(Line(text, "header") for text in texts)


def leaves(graph: Graph) -> tuple[str, list[Node]]:
    """What a gradient should reach, and its name: the parameters, or where there are none the inputs."""
    for role in ("parameter", "input"):
        if found := [n for n in graph if role in (n.role, n.op)]:  # that is differentiated itself has another role
            return role, found
    return "parameter", []


def _reach(graph: Graph) -> str:
    """How many parameters a gradient reaches, and at how many of those it is exactly zero."""
    role, due = leaves(graph)
    if not due:
        return "no parameters and no inputs"
    there = [n for n in due if n.gradient is not None]
    said = f"gradient reaches {len(there)} of {len(due)} {role}{'s' * (len(due) > 1)}"
    zero = sum(norm(n.gradient) == 0 for n in there)
    return f"{said}; it is exactly zero at {zero}" if zero else said


def layers(graph: Graph) -> dict[str, float]:
    """The norm of the gradient of each layer: of the parameters of one scope together, or of one without a scope."""
    parts: dict[str, list[float]] = {}
    for node in leaves(graph)[1]:
        if node.gradient is not None:
            parts.setdefault(node.scope or node.name, []).append(norm(node.gradient))
    return {name: norm(np.array(sizes)) for name, sizes in parts.items()}


def _layers(graph: Graph) -> list[str]:
    """The smallest and the largest layer, of those whose norm is a number."""
    sizes = layers(graph)
    finite = {name: size for name, size in sizes.items() if isfinite(size)}
    said = []
    if len(finite) > 1:
        least, most = min(finite, key=finite.__getitem__), max(finite, key=finite.__getitem__)
        said.append(f"layer norms from {number(finite[least], DIGITS)} ({_name(least)}) to {_of(finite, most)}")
    elif finite:
        said.append(f"layer norm {_of(finite, *finite)}")
    if bad := len(sizes) - len(finite):
        said.append(f"not a finite number in {bad} of {len(sizes)} layer{'s' * (len(sizes) > 1)}")
    return ["; ".join(said)] if said else []


def _of(sizes: dict[str, float], name: str) -> str:
    return f"{number(sizes[name], DIGITS)} ({_name(name)})"


def _worst(graph: Any) -> str:
    """The worst finding by its badge, and how many there are; the causes are in the table of `tracegraph flow`."""
    found = graph.findings
    if not found:
        return "nothing wrong was found"
    worst = found[0]
    count = f"worst of {len(found)} findings" if len(found) > 1 else "one finding"
    node = graph.whole.node(worst.node)
    return f"{count}: {_name(node.name)} – {clean(worst.badge)}"


def _name(name: str) -> str:
    return _pretty(name if len(name) <= NAME else f"{name[: NAME - 1]}…")
