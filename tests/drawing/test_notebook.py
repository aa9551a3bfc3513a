"""What a notebook is given: the forms that it asks for, none wider than its page."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.engine.shown import MOST
from tracegraph.errors import LayoutError
from tracegraph.notebook import FITS, HTML, SVG, TEXT, bundle, fitted


def loss() -> tg.Tensor:
    return tg.exp(tg.parameter(1.0, "w") * 2.0)


SHOWN: dict[str, Callable[[], Any]] = {
    "graph": lambda: tg.trace(loss()),
    "drawing": lambda: tg.draw(loss()),
    "frames": lambda: tg.frames(tg.draw(loss())),
    "deck": lambda: tg.deck(tg.draw(loss()), title="Two"),
    "paths": lambda: tg.paths(loss(), "w"),
    "tensor": loss,
    "array": lambda: tg.tanh(tg.tensor([[0.5, 1.0]], "x")),
    "history": lambda: tg.history(lambda p: (p["w"] - 1.0) ** 2, {"w": 3.0}, tg.optim.SGD(lr=0.1), steps=5),
}
STEPPED = ("frames", "deck")


@pytest.mark.parametrize("name", SHOWN)
def test_forms_are_those_that_are_asked_for(name: str) -> None:
    shown, pictures = SHOWN[name](), {HTML, SVG} if name in STEPPED else {SVG}
    assert shown._repr_mimebundle_().keys() == {*pictures, TEXT}
    assert shown._repr_mimebundle_(include={TEXT}).keys() == {TEXT}
    assert shown._repr_mimebundle_(exclude={TEXT}).keys() == pictures


def test_a_tensor_shows_its_graph_and_the_text_is_that_of_itself() -> None:
    forms = loss()._repr_mimebundle_()
    assert forms[TEXT].startswith("Tensor(7.3891, exp") and "7.389" in forms[SVG]
    assert tg.parameter(1.0, "w")._repr_mimebundle_() == {TEXT: "Tensor(1., parameter, name='w')"}


def test_a_tensor_of_many_operations_is_not_drawn_by_itself() -> None:
    h = tg.tensor(0.5, "x")
    for _ in range(MOST + 1):
        h = h * 0.5
    forms = h._repr_mimebundle_()
    assert forms.keys() == {TEXT} and "(no picture: more than 2000 operations; tg.draw(...) draws them" in forms[TEXT]


def test_what_cannot_be_drawn_does_not_stop_the_notebook() -> None:
    empty = tg.sum(tg.tensor(np.zeros((0, 3)), "x") * 2.0)
    assert TEXT in empty._repr_mimebundle_()


def test_where_there_is_no_picture_the_text_says_why() -> None:
    def failing() -> str:
        raise LayoutError("dot is missing")

    assert bundle(failing, lambda: "table\n", exclude={TEXT}) == {TEXT: "table\n(no picture: dot is missing)\n"}


def test_pictures_are_no_wider_than_their_cell() -> None:
    assert fitted('<svg width="2200pt" height="300pt"></svg>') == f'<svg {FITS} width="2200pt" height="300pt"></svg>'
    assert all(f"<svg {FITS} " in SHOWN[name]()._repr_mimebundle_()[SVG] for name in SHOWN)


def test_frames_come_with_their_controls() -> None:
    page = tg.frames(tg.draw(loss()))._repr_mimebundle_()[HTML]
    assert page.startswith("<iframe ") and html.unescape(page).count('aria-label="Play"') == 1
    assert '"' not in page.partition('srcdoc="')[2].partition('"></iframe>')[0]
