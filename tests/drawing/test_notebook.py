"""What a notebook is given: the forms that it asks for, none wider than its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import tracegraph as tg
from tracegraph.errors import LayoutError
from tracegraph.notebook import SVG, TEXT, WIDTH, bundle, capped


def loss() -> tg.Tensor:
    return tg.exp(tg.parameter(1.0, "w") * 2.0)


SHOWN: dict[str, Callable[[], Any]] = {
    "graph": lambda: tg.trace(loss()),
    "drawing": lambda: tg.draw(loss()),
    "frames": lambda: tg.frames(tg.draw(loss())),
    "paths": lambda: tg.paths(loss(), "w"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_forms_are_those_that_are_asked_for(name: str) -> None:
    shown = SHOWN[name]()
    assert shown._repr_mimebundle_().keys() == {SVG, TEXT}
    assert shown._repr_mimebundle_(include={TEXT}).keys() == {TEXT}
    assert shown._repr_mimebundle_(exclude={TEXT}).keys() == {SVG}


def test_where_there_is_no_picture_the_text_says_why() -> None:
    def failing() -> str:
        raise LayoutError("dot is missing")

    assert bundle(failing, lambda: "table\n", exclude={TEXT}) == {TEXT: "table\n(no picture: dot is missing)\n"}


def test_wide_pictures_keep_their_proportions() -> None:
    wide = '<svg width="2200pt" height="300pt"></svg>'
    assert capped(wide) == f'<svg width="{WIDTH}pt" height="150pt"></svg>'
    assert capped(wide.replace("2200", "300")) == wide.replace("2200", "300")
