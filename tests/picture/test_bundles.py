"""Many uses between two cards, where one is a group, are one arrow; all others stay as they are."""

from __future__ import annotations

from collections import Counter
from math import hypot

import pytest

import tracegraph as tg
from tracegraph.picture.bundles import PARALLEL, bundles


def layered(count: int, array: bool = False) -> tg.Graph:
    """A scope of so many results, all of which another scope uses."""
    x = tg.parameter([0.5, 1.0] if array else 0.5, "x")
    with tg.scope("first"):
        made = [x * float(i + 1) for i in range(count)]
    with tg.scope("second"):
        y = made[0]
        for other in made[1:]:
            y = y + other * other
    return tg.trace(y.sum() if array else y * 1.0)


@pytest.mark.parametrize("count", [2, 3, 9])
def test_bundles_hold_every_edge_once(count: int) -> None:
    graph = tg.collapse(layered(count))
    places = [i for one in bundles(graph) for i in one]
    assert sorted(places) == list(range(len(graph.edges)))
    ends = Counter((e.source, e.target) for e in graph.edges)
    for one in ([graph.edges[i] for i in places] for places in bundles(graph)):
        together = ends[one[0].source, one[0].target]
        assert len(one) == (together if together > PARALLEL else 1)
        assert {(e.source, e.target) for e in one} == {(one[0].source, one[0].target)}


def test_arrows_between_plain_cards_are_never_bundled() -> None:
    x = tg.tensor(2.0, "x")
    graph = tg.trace(tg.stack(x, x, x, x, x).sum())
    assert [len(one) for one in bundles(graph)] == [1] * 6 and len(tg.draw(graph).picture.arrows) == 6


@pytest.mark.parametrize("array", [False, True])
def test_a_bundle_says_how_many_and_how_much(array: bool) -> None:
    graph = tg.collapse(layered(9, array))
    first, second = graph["first"].key, graph["second"].key
    between = [e for e in graph.edges if (e.source, e.target) == (first, second)]
    norm = hypot(*(float(v) for e in between for v in (e.contribution if array else [e.contribution])))
    drawing = tg.draw(graph)
    [arrow] = [a for a in drawing.picture.arrows if (a.source, a.target) == (f"n{first}", f"n{second}")]
    assert arrow.lines[0].text == f"{len(between)} uses" and float(arrow.lines[1].text[4:]) == pytest.approx(norm, 1e-3)
    assert arrow.contributes and arrow.sign == (0 if array else 1) and f"{len(between)} uses" in drawing.svg
    assert arrow.label.startswith(f"first to second: {len(between)} uses, contributions ‖·‖")


@pytest.mark.parametrize("detail", ["outline", "shapes", "values", "full"])
def test_bundles_in_every_detail_and_without_gradients(detail: str) -> None:
    for graph in (tg.collapse(layered(9)), tg.collapse(tg.trace(layered_without_gradient()))):
        drawing = tg.draw(graph, detail=detail, key=True)
        assert "uses" in drawing.svg and drawing.render("json") and len(tg.frames(drawing)) > 1
        assert len(drawing.picture.arrows) < len(graph.edges)


def layered_without_gradient() -> tg.Tensor:
    x = tg.constant(0.5, "x")
    with tg.scope("first"):
        made = [x * float(i + 1) for i in range(9)]
    with tg.scope("second"):
        y = made[0]
        for other in made[1:]:
            y = y + other * other
    return y


def test_a_flow_paints_a_bundle_by_the_mean_square_of_all() -> None:
    graph = tg.collapse(tg.flow(layered(9)).graph)
    arrow = next(a for a in tg.draw(graph).picture.arrows if a.lines and a.lines[0].text.endswith(" uses"))
    edges = [graph.edges[i] for i in next(one for one in bundles(graph) if len(one) > 1)]
    square = sum(float(e.contribution) ** 2 for e in edges) / len(edges)
    assert arrow.paint is not None and arrow.paint.rms == pytest.approx(square**0.5)
    assert arrow.weight is not None and 0 < arrow.weight <= 1
