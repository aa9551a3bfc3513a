"""What stands above the picture of a `Flow`: how far the gradient reaches, where it is smallest, the worst finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..graph import Graph
from ..graph.note import FlowNote
from ..text.names import pretty as _pretty
from ..text.numbers import clean, number
from ..text.width import cut
from .flow_overlay import inspected
from .panels import Line

if TYPE_CHECKING:
    from ..analysis.flow_summary import Summary

NAME = 40  # characters of a name that are shown
DIGITS = 3  # of a norm


def header(graph: Graph) -> tuple[Line, ...]:
    """The lines above the picture of a flow, of whatever view of it."""
    from ..analysis.flow_summary import summed_up  # with a `Flow`, it has been imported; without one it costs its time

    facts = summed_up(inspected(graph), ())
    texts = [_reach(facts), *_layers(facts), _worst(graph)]
    return tuple(Line(text, "header") for text in texts)


def _reach(facts: Summary) -> str:
    """How many parameters a gradient reaches, and at how many of those it is exactly zero."""
    if not facts.parameters:
        return "no parameters and no inputs"
    return f"{facts.reach}; it is exactly zero at {facts.zero}" if facts.zero else facts.reach


def _layers(facts: Summary) -> list[str]:
    """The smallest and the largest layer, of those whose norm is a number."""
    parts = []
    if facts.smallest and facts.largest and facts.layers - facts.broken > 1:
        parts.append(f"layer norms from {_of(*facts.smallest)} to {_of(*facts.largest)}")
    elif facts.smallest:
        parts.append(f"layer norm {_of(*facts.smallest)}")
    if facts.broken:
        parts.append(f"not a finite number in {facts.broken} of {facts.layers} layer{'s' * (facts.layers > 1)}")
    return ["; ".join(parts)] if parts else []


def _of(name: str, size: float) -> str:
    return f"{number(size, DIGITS)} ({_name(name)})"


def _worst(graph: Graph) -> str:
    """The worst root cause by its badge, and how many there are; sentences are in the table of `tracegraph flow`."""
    note = graph.notes["flow"]
    causes = note.causes if isinstance(note, FlowNote) else ()
    faults = [c for c in causes if c.severity == "fault"]
    if not causes:
        return "nothing wrong was found"
    count = f"worst of {len(faults)} root causes" if len(faults) > 1 else "one root cause" if faults else "a hint"
    return f"{count}: {_name(causes[0].place)} – {clean(causes[0].badge)}"


def _name(name: str) -> str:
    return _pretty(cut(name, NAME))
