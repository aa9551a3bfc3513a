"""The elements that one element of a tensor reads, framed: nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.graph.note import FocusNote


def maps() -> tg.Graph:
    x = tg.tensor(np.arange(16.0).reshape(4, 4), "x")
    y = tg.conv2d(x, tg.parameter([[0.0, 1.0], [0.0, 0.0]], "K"))
    p = tg.max_pool2d(y, 2, stride=1)
    return tg.trace(tg.sum(p))


def framed(graph: tg.Graph) -> dict[str, set[tuple[int, ...]]]:
    note = graph.notes["focus"]
    assert isinstance(note, FocusNote)
    return {graph.node(key).name: set(places) for key, places in note.focus}


def test_a_convolution_reads_its_window_and_all_of_the_kernel() -> None:
    graph = tg.window(maps(), "y", (1, 2))
    cells = {(1, 2), (1, 3), (2, 2), (2, 3)}  # zeros of the kernel count, too
    assert framed(graph) == {"x": cells, "K": {(0, 0), (0, 1), (1, 0), (1, 1)}, "y": {(1, 2)}}
    assert [n.name for n in graph] == [n.name for n in maps()] and len(graph.edges) == len(maps().edges)


def test_a_pooling_reads_its_window_not_the_maximum_alone() -> None:
    assert framed(tg.window(maps(), "p", (0, 1)))["y"] == {(0, 1), (0, 2), (1, 1), (1, 2)}


def test_windows_add_up_and_are_drawn() -> None:
    graph = tg.window(tg.window(maps(), "p", (0, 0)), "y", (0, 0))
    assert framed(graph).keys() == {"x", "K", "y", "p"}
    boxes = {b.title: b for b in tg.draw(graph).picture.boxes}
    (grid,) = boxes["p"].panels[0].grids
    assert sum(map(sum, grid.focus)) == 1 and any(map(any, boxes["x"].panels[0].grids[0].focus))


def test_an_index_outside_is_refused() -> None:
    with pytest.raises(tg.GraphError, match="is not one of"):
        tg.window(maps(), "y", (9, 9))
