"""Leaves that are copies of the numbers of a tensor, so that parameters before it get no gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from ...engine.created import Watch
from ...engine.tensor import Tensor
from ...graph import Graph, Node
from ...graph.note import Copy
from ...graph.walk import reachable
from .naming import wanted_names
from .places import Places


def copies(
    graph: Graph, watch: Watch, unused: Mapping[Tensor, Node], named: Mapping[Tensor, str] | None = None
) -> tuple[Copy, ...]:
    """The copies in a graph by which parameters are lost.

    ``unused``: the parameters that the graph lacks, with their nodes. ``named``: the tensors that variables hold; those
    are asked for equal numbers, where the program ran before anybody watched.
    """
    if not unused:
        return ()
    leaves = [
        n for n in graph if n.leaf in ("input", "constant") and isinstance(n.value, np.ndarray) and n.value.size > 1
    ]
    by_array = {id(leaf.held): source for leaf, source in watch.copies.items()}
    places, found = Places(), []
    for leaf in leaves:
        source = by_array.get(id(leaf.value))
        if source is None:
            source = next(_equal(leaf, (*unused, *(named or ()))), None)
        if source is None:
            continue
        lost = tuple(unused[t].key for t in reachable([source], lambda t: t.inputs) if t in unused)
        if lost:
            name = (named or {}).get(source) or _name(source, places)
            found.append(Copy(leaf.key, name, places(source).line, tuple(sorted(lost))))
    return tuple(found)


def _equal(leaf: Node, tensors: Iterable[Tensor]) -> Iterator[Tensor]:
    for t in tensors:
        if t.needs and t.shape == leaf.shape and np.array_equal(t.held, leaf.value) and np.any(leaf.value):
            yield t


def _name(tensor: Tensor, places: Places) -> str:
    names: Sequence[str | None] = wanted_names([tensor], {}, places)
    return names[0] or tensor.op.name
