"""A drawing on several slides: all of it, once, readable, in the order of the computation, and with a map."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from stories import built, training

import tracegraph as tg
from tracegraph.layout.page import HEIGHT, MAP, WIDTH, type_size
from tracegraph.slides.paging import LEAST, MOST_PAGES, READABLE, Page, expected, pages

LOOK: dict[str, Any] = {"detail": "full", "theme": "slides", "fit": "slide"}


def chain(length: int) -> tg.Graph:
    h = tg.tensor(0.5, "x")
    for i in range(length):
        h = tg.tanh(h * tg.parameter(0.1 * (i + 1), f"w_{i + 1}"))
    return tg.trace(h)


def branches() -> tg.Graph:
    """Twelve operations side by side: one layer that is larger than a page."""
    x, total = tg.tensor(0.5, "x"), tg.tensor(0.0, "s_0")
    sides = [tg.tanh(x * tg.parameter(0.1 * i, f"w_{i}")) for i in range(1, 13)]
    for i, side in enumerate(sides, 1):
        total = tg.maximum(total, side)
        side.name, total.name = f"y_{i}", f"s_{i}"
    return tg.trace(total)


@cache
def drawn(name: str) -> tg.Drawing:
    graphs = {"chain": chain(20), "branches": branches(), "run": tg.trace(training)}
    return tg.draw(graphs.get(name) or built(name), **LOOK)


@cache
def parts(name: str) -> list[Page]:
    return pages(drawn(name))


NAMES = ("chain", "branches", "run", "backprop", "backprop_steps", "sgd", "momentum", "adagrad", "cnn1", "conv")


@pytest.mark.parametrize("name", NAMES)
def test_every_slide_can_be_read(name: str) -> None:
    assert type_size(drawn(name).sheet.scene) < READABLE
    assert all(type_size(page.drawing.sheet.scene) >= READABLE for page in parts(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_card_belongs_to_one_page_and_every_arrow_is_on_one(name: str) -> None:
    graph, found = drawn(name).graph, parts(name)
    keys = [key for page in found for key in page.keys]
    assert sorted(keys) == sorted(n.key for n in graph)
    arrows = {(e.source, e.target) for page in found for e in page.drawing.sheet.graph.edges}
    edges = [graph.edges[i] for arrow in drawn(name).picture.arrows for i in arrow.edges]
    assert {(e.source, e.target) for e in edges} <= arrows <= {(e.source, e.target) for e in graph.edges}
    for page in found:
        shown = page.drawing.sheet.graph
        assert page.keys <= {n.key for n in shown}
        for key in page.keys & {int(box.key[1:]) for box in drawn(name).picture.boxes}:
            assert len(shown.inputs(shown.node(key))) == len(graph.inputs(graph.node(key)))


@pytest.mark.parametrize("name", ["run", "sgd", "momentum"])
def test_a_page_ends_between_steps_if_steps_fit(name: str) -> None:
    graph, cards = drawn(name).graph, {int(box.key[1:]) for box in drawn(name).picture.boxes}
    for page in parts(name):
        steps = {graph.node(key).step for key in page.keys & cards if graph.inputs(graph.node(key))}
        for step in steps - {None}:
            whole = {n.key for n in graph if n.step == step and graph.inputs(n) and n.key in cards}
            assert whole <= page.keys or len(steps) == 1


def test_so_many_pages_as_are_asked_for() -> None:
    for count in (2, 3, 7, 20):
        found = pages(drawn("chain"), count)
        acting = [n for page in found for n in page.drawing.sheet.graph if page.drawing.sheet.graph.inputs(n)]
        assert len(found) == count and [n.name for n in acting] == [n.name for n in chain_of(drawn("chain").graph)]
    assert len(pages(drawn("chain"), 300)) == len(chain_of(drawn("chain").graph))
    assert len(pages(tg.draw(chain(0)), 2)) == 1


def chain_of(graph: tg.Graph) -> list[tg.Node]:
    return [n for n in graph if graph.inputs(n)]


@pytest.mark.parametrize("length", [13, 19, 25])
def test_no_page_is_what_was_left_over(length: int) -> None:
    drawing = tg.draw(chain(length), fit="slide")
    counts = [sum(bool(drawing.graph.inputs(drawing.graph.node(key))) for key in p.keys) for p in pages(drawing)]
    assert len(counts) > 1 and min(counts) >= sum(counts) / len(counts) / 2, counts


def test_too_many_pages_are_none() -> None:
    big = tg.draw(chain(MOST_PAGES * 6), **LOOK)
    assert [page.drawing for page in pages(big)] == [big]


@pytest.mark.parametrize(("cards", "arrays"), [(13, False), (30, False), (60, False), (8, True)])
def test_the_law_says_about_how_many_slides(cards: int, arrays: bool) -> None:
    shape = (3, 3) if arrays else ()
    h: Any = tg.tensor(np.full(shape, 0.5), "x")
    while len(tg.trace(h)) < cards:
        h = tg.tanh(h * tg.parameter(np.full(shape, 0.3), "w"))
    drawing = tg.draw(h, theme="slides", fit="slide")
    count = len(pages(drawing)) if type_size(drawing.sheet.scene) < READABLE else 1
    assert count / 2 <= expected(drawing.picture) <= 2.5 * count


def number(chapter: Any) -> int:
    """Of the page that a chapter shows, from its title."""
    return int(chapter.title.rpartition("(")[2].partition(" ")[0])


def test_a_deck_goes_forward_and_back() -> None:
    deck = tg.deck(drawn("chain"), steps="network,forward,backward")
    count = len(parts("chain"))
    places = [number(chapter) for chapter in deck.chapters]
    assert places == [*range(1, count + 1), *range(count - 1, 0, -1)]
    stages = [[*dict.fromkeys(f.stage for f in chapter)] for chapter in deck.chapters]
    assert stages[count - 1] == ["network", "forward", "backward"] and stages[-1] == ["backward"]
    assert {s for each in stages[: count - 1] for s in each} == {"network", "forward"}


@pytest.mark.parametrize("name", NAMES)
def test_every_number_comes_once_and_everything_is_shown_in_the_end(name: str) -> None:
    stages = "forward,backward,update" if any(n.is_update for n in drawn(name).graph) else "forward,backward"
    deck = tg.deck(drawn(name), steps=stages)
    events = Counter((frame.stage, frame.step) for chapter in deck.chapters for frame in chapter)
    assert events == Counter((f.stage, f.step) for f in tg.frames(drawn(name), steps=stages))
    if name in ("chain", "branches", "backprop", "conv"):  # in others, rows are cards on their page
        captions = sorted(frame.caption for chapter in deck.chapters for frame in chapter)
        assert captions == sorted(frame.caption for frame in tg.frames(drawn(name), steps=stages))
    shown = {as_card(*part) for chapter in deck.chapters for frame in chapter for part in frame.shown}
    cards = {as_card(card.key, part.name) for card in drawn(name).sheet.scene.of("card") for part in card.parts}
    assert {(key, part) for key, part in cards if part != "focus"} <= shown


def as_card(key: str, part: str) -> tuple[str, str]:
    """A part; of a row, as if it were a card, as it may be on another page."""
    row, _, name = part.partition("_")
    return (row, name or "card") if row.startswith("n") else (key, part)


def test_a_map_shows_where_one_is() -> None:
    deck = tg.deck(drawn("chain"), steps="")
    scene, found = drawn("chain").sheet.scene, parts("chain")
    for page, chapter in zip(found, deck.chapters, strict=True):
        areas = chapter.overview
        assert len(areas) == len(scene.of("card"))
        cards = {f"n{key}" for key in page.keys} & {card.key for card in scene.of("card")}
        assert sum(area.fill == scene.theme.focus for area in areas) == len(cards)
        assert all(0 <= x <= MAP[0] and 0 <= y <= MAP[1] for area in areas for x, y in area.points)
    assert tg.deck(tg.draw(chain(1), **LOOK)).chapters[0].overview == ()


@pytest.mark.parametrize("split", [1, 2, "auto"])
def test_a_deck_of_so_many_parts(split: Any) -> None:
    deck = tg.deck(drawn("chain"), steps="", split=split)
    assert len(deck.chapters) == (split if split != "auto" else len(parts("chain")))
    assert all(chapter.title for chapter in deck.chapters) and LEAST < READABLE and (WIDTH, HEIGHT) == (960, 540)
