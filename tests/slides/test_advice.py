"""Which way to draw is advised: what can be read, with its numbers if that can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import tracegraph as tg
from tracegraph.layout.page import LARGEST, place, type_size
from tracegraph.slides.advice import Choice, best, choices
from tracegraph.slides.paging import LEAST, READABLE, whole


def chain(length: int) -> tg.Graph:
    h = tg.tensor(0.5, "x")
    for i in range(length):
        h = tg.tanh(h * tg.parameter(0.1 * (i + 1), f"w_{i + 1}"))
    return tg.trace(h)


def draw(graph: tg.Graph, look: Any) -> tg.Drawing:
    return tg.draw(graph, **look)


LOOK = {"detail": "full", "theme": "slides"}
WITH, WITHOUT = (tg.draw(chain(1), detail=detail) for detail in ("values", "outline"))


@dataclass(frozen=True)
class Sized(Choice):
    """A choice that says of itself how large its type is."""

    points: float = 0.0

    @property
    def size(self) -> float:
        return self.points


def made(size: float, numbers: bool) -> Choice:
    return Sized(f"{size}", WITH if numbers else WITHOUT, (), size)


@pytest.mark.parametrize(
    ("sizes", "due"),
    [
        ([(5, True), (14, False), (13, True)], 13),  # just bearable with numbers before readable without
        ([(5, True), (12.5, True), (20, True)], 20),
        ([(15, True), (20, True)], 15),
        ([(5, True), (12.5, False), (14.5, False)], 14.5),
        ([(5, True), (12.5, False)], 12.5),
        ([(5, True), (7, False)], 7),
    ],
)
def test_the_best_choice(sizes: list[tuple[float, bool]], due: float) -> None:
    assert best([made(*s) for s in sizes]).size == due


def test_a_choice_is_as_small_as_its_smallest_slide() -> None:
    small, large = tg.draw(chain(8), **LOOK), tg.draw(chain(1), **LOOK)
    sizes = [type_size(d.sheet.scene) for d in (small, large)]
    assert sizes[0] < sizes[1] and Choice("", small, (*whole(large), *whole(small))).size == sizes[0]


def test_choices_end_with_the_first_that_can_be_read() -> None:
    found = list(choices(chain(9), LOOK, draw))
    assert found[-1].size >= READABLE and all(c.size < READABLE for c in found[:-1])
    assert found[0].options == "--split auto" and len(found[0].parts) > 1
    assert not any("--split" in c.options for c in choices(chain(9), LOOK, draw, split=False))


def test_scopes_can_be_closed() -> None:
    with tg.scope("a"):
        h = tg.tanh(tg.tensor(0.5, "x") * tg.parameter(1.0, "w"))
    for i in range(12):
        h = tg.tanh(h * tg.parameter(0.1, f"w_{i}"))
    options = [c.options for c in choices(tg.trace(h), LOOK, draw, split=False)]
    assert options[0] == "--depth 0" and options[1] == "--detail values" and READABLE > LEAST
    assert not any("--depth" in c.options for c in choices(chain(9), LOOK, draw, split=False))


def test_a_small_drawing_is_not_blown_up() -> None:
    laid = tg.draw(lambda a: a * 1.0, 1.0, detail="outline").sheet.scene
    assert place(laid).scale == LARGEST == 2.0
