"""What stands above the picture of a `Flow`: how far the gradient reaches, where it is smallest, the worst finding."""

from __future__ import annotations

from math import isfinite

from ..graph import Graph
from ..graph.measure import norm
from ..graph.note import FlowNote
from ..text.names import pretty as _pretty
from ..text.numbers import clean, number
from ..text.width import cut
from .flow_overlay import inspected
from .panels import Line

NAME = 40  # characters of a name that are shown
DIGITS = 3  # of a norm


def header(graph: Graph) -> tuple[Line, ...]:
    """The lines above the picture of a flow, of whatever view of it."""
    whole = inspected(graph)
    texts = [_reach(whole), *_layers(whole), _worst(graph)]
    return tuple(Line(text, "header") for text in texts)


def _reach(graph: Graph) -> str:
    """How many parameters a gradient reaches, and at how many of those it is exactly zero."""
    from ..analysis.flow_report import reach  # with a `Flow`, it has been imported; without one it costs its time

    leaf, due, there = reach(graph)
    if not due:
        return "no parameters and no inputs"
    said = f"gradient reaches {len(there)} of {due} {leaf}{'s' * (due > 1)}"
    zero = sum(norm(n.gradient) == 0 for n in there)
    return f"{said}; it is exactly zero at {zero}" if zero else said


def _layers(graph: Graph) -> list[str]:
    """The smallest and the largest layer, of those whose norm is a number."""
    from ..analysis.flow_report import layers

    sizes = layers(graph)
    finite = sorted((name for name, size in sizes.items() if isfinite(size)), key=sizes.__getitem__)
    said = []
    if len(finite) > 1:
        said.append(f"layer norms from {_of(sizes, finite[0])} to {_of(sizes, finite[-1])}")
    elif finite:
        said.append(f"layer norm {_of(sizes, finite[0])}")
    if bad := len(sizes) - len(finite):
        said.append(f"not a finite number in {bad} of {len(sizes)} layer{'s' * (len(sizes) > 1)}")
    return ["; ".join(said)] if said else []


def _of(sizes: dict[str, float], name: str) -> str:
    return f"{number(sizes[name], DIGITS)} ({_name(name)})"


def _worst(graph: Graph) -> str:
    """The worst finding by its badge, and how many there are; the causes are in the table of `tracegraph flow`."""
    note = graph.notes["flow"]
    found = note.findings if isinstance(note, FlowNote) else ()
    if not found:
        return "nothing wrong was found"
    worst = found[0]
    count = f"worst of {len(found)} findings" if len(found) > 1 else "one finding"
    node = graph.whole.node(worst.node)
    return f"{count}: {_name(node.name)} – {clean(worst.badge)}"


def _name(name: str) -> str:
    return _pretty(cut(name, NAME))
