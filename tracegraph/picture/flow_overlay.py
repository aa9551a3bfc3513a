"""How the arrows of a `Flow` look: colour by the size of what flows back, width by its share, the legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log10
from typing import Any

import numpy as np

from ..graph import Edge, Graph
from ..graph.measure import norm, rms
from ..graph.note import FlowNote, Path, PathsNote
from ..text.numbers import number, percent, superscript
from .panels import Line

SMALLEST, LARGEST = -8, 0
"""Decades of the colour map, the same in every picture, so that two can be compared: 1 is what the loss itself gets,
and what lies below the first takes its colour; from 10⁻⁷ on a gradient is called vanished."""
STEPS = 2  # cells of the legend for each decade, and decades from tick to tick
DIGITS = 3  # of the numbers on the arrows
MARKED = 3  # paths that are named on one arrow


@dataclass(frozen=True, slots=True)
class Paint:
    """What decides the look of an arrow: the ``rms`` of the contribution, its ``tone`` and its ``share``.

    ``tone`` is the place in the map of magnitudes, 0 to 1; None for exactly zero and for what is not finite. ``share``
    is the norm over the sum of the norms of all contributions to the same tensor, 0 to 1; None where that has no value.
    ``paths``: number and share of those of the graph's paths that go through here.
    """

    rms: float
    tone: float | None
    share: float | None
    paths: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Legend:
    """The map of magnitudes as a bar: a title, tones from 0 to 1, tick marks at even distances, and other looks."""

    title: str
    tones: tuple[float, ...]
    ticks: tuple[str, ...]
    lines: tuple[Line, ...]


def painted(graph: Graph) -> bool:
    """Whether the arrows of a graph are painted by the size of what flows back."""
    return "flow" in graph.notes


def culprits(graph: Graph) -> set[int] | None:
    """The nodes with the root causes of a flow and what follows from them; None where there is no fault."""
    note = graph.notes.get("flow")
    if not isinstance(note, FlowNote) or all(c.severity != "fault" for c in note.causes):
        return None
    return note.shown


def roots(graph: Graph) -> set[int]:
    """The nodes with the root causes of a flow."""
    note = graph.notes.get("flow")
    return {c.node for c in note.causes if c.severity == "fault"} if isinstance(note, FlowNote) else set()


def inspected(graph: Graph) -> Graph:
    """The graph before views hid parts of it; but where some steps of a run were picked, these only.

    Their gradients are those of their own losses.
    """
    shown, all_steps = ({n.step for n in g} - {None} for g in (graph, graph.whole))
    grouped = any(n.is_group for n in graph)
    return graph if shown and shown != all_steps and not grouped else graph.whole


def paints(graph: Graph) -> tuple[Paint | None, ...]:
    """For each edge its paint; None where nothing flows back, and everywhere in a graph without a flow."""
    if not painted(graph):
        return (None,) * len(graph.edges)
    sizes, paths = _sizes(graph), _paths(graph)
    return tuple(
        None if e.contribution is None else _paint(e.contribution, sizes[e.tensor, e.index], paths.get(i, ()))
        for i, e in enumerate(graph.edges)
    )


def tone(size: float) -> float | None:
    """The place of a size in the map of magnitudes; what lies beyond takes the end.

    >>> tone(1e-4), tone(1e-30), tone(7.0), tone(0.0)
    (0.5, 0.0, 1.0, None)
    """
    if not isfinite(size) or size == 0:
        return None
    return (min(max(log10(size), SMALLEST), LARGEST) - SMALLEST) / (LARGEST - SMALLEST)


def _paint(sent: Any, sizes: list[float], paths: tuple[tuple[int, float], ...]) -> Paint:
    own = norm(sent)
    largest = max(sizes)
    known = all(map(isfinite, sizes)) and largest > 0
    share = min((own / largest) / sum(s / largest for s in sizes), 1.0) if known else None
    size = rms(sent)
    # The mean of squares may be too small for a float where the largest of them is not: it is not called zero.
    return Paint(size, tone(size) if size else 0.0 if own else None, share, paths)


def _sizes(graph: Graph) -> dict[tuple[str, Any], list[float]]:
    """Norms of all contributions to each tensor, with those of the whole graph that a view dropped."""
    recorded = _norms(inspected(graph).edges)
    return recorded | {k: v for k, v in _norms(graph.edges).items() if k not in recorded}


def _norms(edges: Iterable[Edge]) -> dict[tuple[str, Any], list[float]]:
    norms: dict[tuple[str, Any], list[float]] = {}
    for edge in edges:
        if edge.contribution is not None:
            norms.setdefault((edge.tensor, edge.index), []).append(norm(edge.contribution))
    return norms


def _paths(graph: Graph) -> dict[int, tuple[tuple[int, float], ...]]:
    """By place of an edge, the paths that it is on."""
    between: dict[tuple[int, int], list[int]] = {}
    for place, edge in enumerate(graph.edges):
        between.setdefault((edge.source, edge.target), []).append(place)
    shown = {n.key for n in graph}
    paths: dict[int, tuple[tuple[int, float], ...]] = {}
    note = graph.notes.get("paths")
    for i, path in enumerate(note.paths if isinstance(note, PathsNote) else (), 1):
        for source, target, slot in _hops(path, shown):
            places = between.get((source, target), [])
            for place in [p for p in places if graph.edges[p].slot == slot] or places:
                paths[place] = (*paths.get(place, ()), (i, path.share))
    return paths


def _hops(path: Path, shown: set[int]) -> Iterator[tuple[int, int, int]]:
    """Source, target and slot of the arrows of a path, over nodes that a view has put into others."""
    slots = dict(zip(path.nodes[1:], path.slots))
    for source, target in pairwise(key for key in path.nodes if key in shown):
        yield source, target, slots.get(target, -1)


def caption(sent: Any, paint: Paint, digits: int, full: bool) -> tuple[Line, ...]:
    """What an arrow says of the size of its contribution; ``full``: below the chain rule, which told the number.

    There the share is left out where it is all.
    """
    scalar = np.ndim(sent) == 0
    share = [] if paint.share is None or paint.share == 1 else [percent(paint.share)]
    if not isfinite(paint.rms):
        sizes = [] if scalar and full else [_broken(sent)]
    elif paint.tone is None:
        sizes = ["exactly zero"]
    elif scalar:
        sizes = [f"share {s}" for s in share] if full else [" · ".join([number(sent, digits), *share])]
    else:
        sizes = [" · ".join([f"rms {number(paint.rms, min(digits, DIGITS))}", *share])]
    return (*(Line(text, "contribution") for text in sizes), *(Line(text, "caption") for text in _on_paths(paint)))


def _broken(sent: Any) -> str:
    if np.ndim(sent) == 0:
        return number(sent)
    bad = np.size(sent) - int(np.isfinite(sent).sum())
    return f"{bad} of {np.size(sent)} NaN or ∞" if bad else "rms beyond what a float holds"


def _on_paths(paint: Paint) -> list[str]:
    texts = [f"path {i} · {percent(share)}" for i, share in paint.paths[:MARKED]]
    more = len(paint.paths) - MARKED
    return [*texts, f"… {more} more paths"] if more > 0 else texts


def legend(graph: Graph, drawn: Iterable[Paint | None]) -> Legend | None:
    """The legend of the arrows of a `Flow`; of the looks that tell something else, those that there are."""
    if not painted(graph) or not graph.edges:
        return None
    decades = LARGEST - SMALLEST
    marks = [f"10{superscript(str(d))}" for d in range(SMALLEST, LARGEST + 1, STEPS)]
    cells = decades * STEPS
    return Legend(
        "colour of an arrow: log₁₀ rms of what flows back",
        tuple((i + 0.5) / cells for i in range(cells)),
        (f"≤{marks[0]}", *marks[1:-1], f"≥{marks[-1]}"),
        (Line("width: its share of the gradient that it joins", "note"), *_looks(graph, list(drawn))),
    )


def _looks(graph: Graph, drawn: list[Paint | None]) -> Iterator[Line]:
    known = [p for p in drawn if p is not None]
    none = any(e.contribution is None and not graph.node(e.target).is_update for e in graph.edges)
    looks = {
        "dotted: NaN or ∞": any(not isfinite(p.rms) for p in known),
        "thin and grey: exactly zero": any(isfinite(p.rms) and p.tone is None for p in known),
        "dashed, open head: no gradient": none,
        "dot at the start: on a path": any(p.paths for p in known),
    }
    if texts := [text for text, occurs in looks.items() if occurs]:
        yield Line("; ".join(texts), "note")
