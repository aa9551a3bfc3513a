"""The finding ``scale``: data or targets far from the size that weights are made for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...graph import Graph, Node
from ...graph.measure import rms
from ...graph.note import Trial
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from .loss_head import decades
from .predictions import learning, meetings
from .weight_layers import weight_layers

APART, WIDE = 100.0, 3.0  # times that columns differ, and the size from which the larger one matters
TARGETS = 1000.0  # the size of targets
ROWS = 2


@diagnostic("scale", rank=23, limit=(0.01, 10.0), depth=1, alone="hint")
def scale(graph: Graph, limit: tuple[float, float]) -> Iterator[Finding]:
    """Data of another size than about 1, for which weights and learning rates are made: a hint, if nothing follows.

    Measured: the rms of the numbers that are not 0, of what no parameter was used for, where it goes into a product
    with weights. Thresholds, a convention of ours: 0.01 and 10, between which one-hot codes, counts and pixels of 0 to
    1 lie; also columns that differ by more than 100 times, the larger one above 3, and targets above 1,000. Source:
    LeCun, Bottou, Orr and Müller, Efficient BackProp (1998), section 4.3: the mean of each input near 0, its variance
    near 1.
    """
    least, most = limit
    learns = learning(graph)
    seen: set[int] = set()
    for layer in weight_layers(graph):
        key = layer.data.source
        if key in learns or key in seen or layer.data.index is not None:
            continue
        seen.add(key)
        if (finding := _of_data(graph.node(key), least, most)) is not None:
            yield finding
    yield from _of_targets(graph)


def _of_data(node: Node, least: float, most: float) -> Finding | None:
    data = np.asarray(node.value, float)
    size = _size(data)
    if size is None:
        return None
    name = pretty(node.name)
    remedy = f"standardise the data: ({name} - {name}.mean(0)) / {name}.std(0)"
    if not least <= size <= most:
        bound, way = (most, "large") if size > most else (least, "small")
        cause = (
            f"the numbers in {name} have a typical size of {number(size, 3)} (mean {number(float(data.mean()), 3)}, "
            f"deviation {number(float(data.std()), 3)}), and weights are made for about 1"
        )
        return _finding(node, f"typical size {number(size, 3)}", cause, remedy, size, bound, way)
    sizes = _columns(data)
    if len(sizes) > 1 and sizes[-1] > APART * sizes[0] and sizes[-1] > WIDE:
        cause = f"the columns of {name} have typical sizes from {number(sizes[0], 3)} to {number(sizes[-1], 3)}"
        return _finding(node, "columns differ in size", cause, remedy, sizes[-1] / sizes[0], APART, "large")
    return None


def _of_targets(graph: Graph) -> Iterator[Finding]:
    """Targets of a loss, beside a prediction."""
    for meeting in meetings(graph):
        size = _size(np.asarray(meeting.target.value, float))
        if size is not None and TARGETS < size < np.inf:
            name = pretty(meeting.target.name)
            cause = f"the targets in {name} have a typical size of {number(size, 3)}, and errors are as large at first"
            remedy = f"standardise the targets: ({name} - {name}.mean()) / {name}.std()"
            badge = f"targets of size {number(size, 3)}"
            yield _finding(meeting.target, badge, cause, remedy, size, TARGETS, "large")


def _size(data: Any) -> float | None:
    """The rms of the numbers that are not 0; None of whole numbers that count, and where there is nothing finite."""
    numbers = data[(data != 0) & np.isfinite(data)]
    return rms(numbers) if numbers.size else None


def _columns(data: Any) -> list[float]:
    """The typical size of each column of a table, least first."""
    if data.ndim != 2 or len(data) < ROWS:
        return []
    return sorted(size for column in data.T if (size := _size(column)) is not None)


def _finding(node: Node, badge: str, cause: str, remedy: str, measure: float, bound: float, way: str) -> Finding:
    excess = decades(measure, bound)
    trial = Trial((node.key,), "standardise") if node.leaf else None
    return Finding("scale", node.key, badge, cause, measure, bound, (), excess, remedy=remedy, way=way, trial=trial)
