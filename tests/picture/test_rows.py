"""Rows in cards: leaves that one card uses (``compact``), and the last update of a parameter; no number is lost."""

from __future__ import annotations

import json

import pytest
from pictures import TALES, faults

import tracegraph as tg
from tracegraph.picture.parts import Box
from tracegraph.picture.rows import hosts_of
from tracegraph.views.fold import fold


def steps(count: int, optimizer: tg.optim.Optimizer) -> tg.Graph:
    """So many steps of a line through a point."""
    w, b = tg.parameter(0.5, "w"), tg.parameter(0.1, "b")
    for _ in range(count):
        w, b = optimizer.step(0.5 * (w * 2.0 + b - 3.0) ** 2, [w, b])
    return tg.trace([w, b])


def texts(box: Box) -> set[str]:
    """All that a card says, with its rows."""
    own = {box.title, *(line.text for line in box.lines), *(p.number for p in box.panels if p.number)}
    cells = {cell for p in box.panels for grid in p.grids for row in grid.cells for cell in row}
    return own.union(cells, *map(texts, box.rows))


@pytest.mark.parametrize("tale", ["backprop", "conv", "scopes", "no gradient"])
def test_compact_says_what_the_cards_said(tale: str) -> None:
    plain, compact = (tg.draw(TALES[tale](), compact=c).picture for c in (False, True))
    assert set().union(*map(texts, plain.boxes)) == set().union(*map(texts, compact.boxes))
    assert len(compact.boxes) + sum(len(b.rows) for b in compact.boxes) == len(plain.boxes)
    assert len(compact.arrows) == len(plain.arrows) - sum(len(b.rows) for b in compact.boxes)


def test_leaves_that_one_card_uses_are_its_rows() -> None:
    x, w = tg.tensor(2.0, "x"), tg.parameter(0.5, "w")
    h = tg.tanh(x * w)
    drawing = tg.draw(h * x, compact=True, key=True)
    rows = {b.title: [r.title for r in b.rows] for b in drawing.picture.boxes}
    assert sorted(map(len, rows.values())) == [0, 0, 1] and ["w"] in rows.values() and "x" in rows
    assert "in a card: a leaf that only this card uses" in [e.meaning for e in drawing.picture.key]
    assert not any(e.sign == "row" for e in tg.draw(h * x, key=True).picture.key)


def test_the_last_update_is_a_row_of_its_parameter() -> None:
    drawing = tg.draw(steps(2, tg.optim.SGD(lr=0.1)), key=True)
    rows = {b.title: [r.title for r in b.rows] for b in drawing.picture.boxes if b.rows}
    assert rows == {"w₁": ["w₂"], "b₁": ["b₂"]}
    assert [line.text for b in drawing.picture.boxes if b.title == "w₁" for line in b.rows[0].lines]
    assert any("the next value" in e.meaning for e in drawing.picture.key)
    assert not any("∂" in b.title for b in drawing.picture.boxes)  # no card repeats a gradient


@pytest.mark.parametrize("optimizer", [tg.optim.Momentum(lr=0.1), tg.optim.AdaGrad(lr=0.1), tg.optim.Adam(lr=0.1)])
def test_states_that_only_the_last_update_uses_are_with_it(optimizer: tg.optim.Optimizer) -> None:
    graph = fold(steps(1, optimizer))
    hosts = hosts_of(graph, compact=False)
    updates = [n for n in graph if n.is_update and not n.is_gradient]
    assert hosts.keys() == {n.key for n in updates}
    assert {graph.node(host).name for host in hosts.values()} == {"w_0", "b_0"}


@pytest.mark.parametrize("detail", ["outline", "values", "full"])
@pytest.mark.parametrize("theme", ["light", "print"])
def test_rows_leave_no_place_and_are_in_every_format(theme: str, detail: str) -> None:
    for graph in (steps(2, tg.optim.SGD(lr=0.1)), tg.trace(TALES["conv"]()), tg.trace(TALES["backprop"]())):
        drawing = tg.draw(graph, compact=True, theme=theme, detail=detail, key=True)
        assert not faults(drawing)
        names = [r.title for b in drawing.picture.boxes for r in b.rows]
        assert names and all(f">{name}" in drawing.svg for name in names)
        assert len(json.loads(drawing.render("json"))["nodes"]) == len(drawing.graph)
        text = str(drawing)
        assert all(name in text for name in names)


@pytest.mark.parametrize("steps_shown", ["network,forward,backward,update", "backward,update"])
def test_frames_show_rows_when_they_happen(steps_shown: str) -> None:
    frames = tg.frames(tg.draw(steps(2, tg.optim.SGD(lr=0.1)), compact=True), steps=steps_shown)
    cards = {b.title: b for b in frames.picture.boxes}
    key = cards["w₁"].key, cards["w₁"].rows[0].key
    seen = [key in frame.shown for frame in frames]
    first = seen.index(True)
    assert frames[first].stage == "update" and frames[first].step == 2 and all(seen[first:])
    whole = {(p.key, part.name) for p in frames.scene.of("card") for part in p.parts if part.name != "focus"}
    assert whole <= {*frames[-1].shown}


def test_frames_show_the_gradient_of_a_row_when_it_is_known() -> None:
    frames = tg.frames(tg.draw(TALES["backprop"](), compact=True), steps="forward,backward")
    rows = {row.key: box.key for box in frames.picture.boxes for row in box.rows if row.panels[1:]}
    for row, card in rows.items():
        seen = [i for i, frame in enumerate(frames) if (card, f"{row}_gradient") in frame.shown]
        assert seen == [*range(seen[0], len(frames))] and frames[seen[0]].stage == "backward"
        assert all((card, f"{row}_value") in f.shown for f in frames if (card, "card") in f.shown)
    assert len(rows) == 6
