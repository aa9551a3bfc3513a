"""What the rows of arrays are called, where the program says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import GraphError
from ..graph import Graph, Node, nearest
from ..text.numbers import clean, shape


def row_names(graph: Graph, labels: Mapping[str, Sequence[str]]) -> dict[int, tuple[str, ...]]:
    """By node, the names of the rows of its value; raises `GraphError` where they do not fit.

    ``labels``: by the name of a tensor.
    """
    known = {n.name: n for n in graph}
    names = {}
    for name, rows in labels.items():
        if name not in known:
            raise GraphError(f"labels: no tensor is called {name!r}{nearest(name, known)}")
        names[known[name].key] = _checked(known[name], tuple(clean(str(row)) for row in rows))
    return names


def _checked(node: Node, rows: tuple[str, ...]) -> tuple[str, ...]:
    if np.ndim(node.value) not in (1, 2) or len(node.value) != len(rows):
        raise GraphError(f"labels: {node.name} is {shape(node.shape)} and has no {len(rows)} rows to name")
    return rows
