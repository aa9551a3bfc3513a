"""Many uses between two cards as one arrow: where one of them is a group, there may be thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import hypot
from typing import Any

import numpy as np

from ..graph import Graph
from ..graph.measure import norm
from .flow_overlay import Paint, tone

PARALLEL = 3  # arrows between two cards that are drawn one by one


def bundles(graph: Graph) -> tuple[tuple[int, ...], ...]:
    """The places of the edges of each arrow, by the first: several where one arrow stands for all between two cards."""
    groups = {n.key for n in graph if n.is_group}
    counts = Counter((e.source, e.target) for e in graph.edges if e.source in groups or e.target in groups)
    gathered: dict[tuple[int, ...], list[int]] = {}
    for place, edge in enumerate(graph.edges):
        ends = edge.source, edge.target
        gathered.setdefault(ends if counts[ends] > PARALLEL else (place,), []).append(place)
    return tuple(map(tuple, gathered.values()))


def total(contributions: Sequence[Any]) -> float:
    """The norm of everything that flows back, taken as one long vector."""
    return hypot(*map(norm, contributions))


def is_finite(contributions: Sequence[Any]) -> bool:
    """Whether all that flows back are numbers."""
    return all(bool(np.isfinite(c).all()) for c in contributions)


def common_sign(contributions: Sequence[Any]) -> int:
    """The sign that all have, if they are numbers; 0 for arrays, and where some are of the other sign."""
    signs = {int(np.sign(c)) if np.ndim(c) == 0 else 0 for c in contributions}
    return signs.pop() if len(signs) == 1 else 0


def paint_of(contributions: Sequence[Any], paints: Sequence[Paint]) -> Paint:
    """The paint of an arrow for several: the root mean square of all, and the mean of the shares that have a value."""
    size = total(contributions) / sum(np.size(c) for c in contributions) ** 0.5
    shares = [p.share for p in paints if p.share is not None]
    paths = tuple(dict.fromkeys(path for p in paints for path in p.paths))
    return Paint(size, tone(size), sum(shares) / len(shares) if shares else None, paths)
