"""Drawings of one structure with other numbers: laid out once, every card at the same place with its own numbers."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import faults

import tracegraph as tg
from tracegraph.layout.laying import LAYOUTS


def net(w: float, name: str = "w") -> tg.Tensor:
    x, target = tg.tensor(np.linspace(-1, 1, 4) * w, "x"), tg.constant(1.0, "t")
    h = tg.tanh(tg.parameter(w, name) * x)
    return (tg.sum(h) - target) ** 2


VALUES = [0.5, -123456.789, 1e-9, float("nan"), 0.0]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("detail", ["values", "full"])
def test_every_card_stays_where_it_is(layout: str, detail: str) -> None:
    with np.errstate(all="ignore"):
        graphs = [tg.trace(net(w)) for w in VALUES]
    drawings = tg.draw(graphs[0], layout=layout, detail=detail).with_values(*graphs)
    boxes = [[(p.key, p.box) for p in d.sheet.scene.of("card")] for d in drawings]
    assert all(other == boxes[0] for other in boxes)
    for drawing, graph in zip(drawings, graphs, strict=True):
        assert not faults(drawing)
        alone = tg.draw(graph, layout=layout, detail=detail)
        shown = [(b.title, b.lines, [p.number for p in b.panels]) for b in drawing.picture.boxes]
        assert shown == [(b.title, b.lines, [p.number for p in b.panels]) for b in alone.picture.boxes]


def test_they_are_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = [tg.trace(net(w)) for w in (0.1, 0.2, 0.3)]
    drawing, count = tg.draw(graphs[0]), []
    layered = LAYOUTS["layered"]
    monkeypatch.setitem(LAYOUTS, "layered", lambda *args: count.append(1) or layered(*args))  # type: ignore[func-returns-value]
    drawings = drawing.with_values(*graphs)
    assert all(str(w) in d.svg for w, d in zip((0.1, 0.2, 0.3), drawings, strict=True)) and len(count) == 1


def test_one_that_has_the_same_numbers_is_the_same() -> None:
    graph = tg.trace(net(0.5))
    drawing = tg.draw(graph, title="A net", key=True)
    (same,) = drawing.with_values(graph)
    assert same.svg == drawing.svg and drawing.with_values() == []


def test_another_structure_is_refused() -> None:
    drawing = tg.draw(net(0.5))
    with pytest.raises(tg.GraphError, match=r"node 2 is v .* and not w .*only numbers may differ"):
        drawing.with_values(net(0.5, "v"))
    a, b = tg.tensor(0.5, "a"), tg.tensor(0.5, "b")
    with pytest.raises(tg.GraphError, match="arrow 2 is b from 1 to input 2 of 3, and not a from 0"):
        tg.draw(a * b + a).with_values(a * b + b)
