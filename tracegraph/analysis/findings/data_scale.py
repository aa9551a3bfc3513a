"""The finding ``scale``: data or targets far from the size that weights are made for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...graph import Graph, Node, traits_of
from ...graph.measure import rms
from ...graph.note import CopiesNote
from ...graph.walk import descendants
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from ..flow_rows import learned
from .loss_head import decades
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
    note = graph.notes.get("copies")
    copies = {c.leaf for c in note.copies} if isinstance(note, CopiesNote) else set()
    learns = descendants(graph, copies | {n.key for n in learned(graph) if not n.is_input})
    seen: set[int] = set()
    for layer in weight_layers(graph):
        key = layer.data.source
        if key in learns or key in seen or layer.data.index is not None:
            continue
        seen.add(key)
        if (finding := _of_data(graph.node(key), least, most)) is not None:
            yield finding
    yield from _of_targets(graph, learns)


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


def _of_targets(graph: Graph, learns: set[int]) -> Iterator[Finding]:
    """Targets of a loss, beside a prediction."""
    for node in graph:
        if traits_of(node).kind != "loss" and not _is_difference(node):
            continue
        sources = [e.source for e in graph.inputs(node)[:2]]
        for key in [k for k in sources if k not in learns]:
            target = graph.node(key)
            size = (
                _size(np.asarray(target.value, float))
                if len(sources) > 1 and any(k in learns for k in sources)
                else None
            )
            if size is not None and TARGETS < size < np.inf:
                name = pretty(target.name)
                cause = (
                    f"the targets in {name} have a typical size of {number(size, 3)}, and errors are as large at first"
                )
                remedy = f"standardise the targets: ({name} - {name}.mean()) / {name}.std()"
                yield _finding(target, f"targets of size {number(size, 3)}", cause, remedy, size, TARGETS, "large")


def _is_difference(node: Node) -> bool:
    return traits_of(node).operator == "sub"


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
    return Finding("scale", node.key, badge, cause, measure, bound, (), excess, remedy=remedy, way=way)
