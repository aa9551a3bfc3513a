"""Every picture has a ground of its own, never black on transparent; and every SVG is what all programs read."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from readers import OPERATOR
from stories import QUICK, story
from svg_lint import faults

import tracegraph as tg
from tracegraph.picture.theme import THEMES

LINTED = [name for name in QUICK if not name.startswith(("tale", "example"))]  # those have a test of their own


@pytest.mark.parametrize("name", LINTED)
def test_every_kind_of_drawing_is_an_svg_that_all_programs_read(name: str) -> None:
    assert faults(story(name).svg.encode()) == []


def drawn(theme: str) -> tg.Drawing:
    return tg.draw(story("layers").graph, theme=theme)


def ground(theme: str) -> list[int]:
    color = THEMES[theme].background
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


@pytest.mark.parametrize("theme", THEMES)
def test_a_png_is_opaque_and_its_corners_are_the_background(theme: str) -> None:
    images = pytest.importorskip("PIL.Image")
    image = images.open(io.BytesIO(drawn(theme).render("png")))
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert alpha[:-1, :-1].min() == 255 and alpha.min() > 0  # the last ones are cut where a size is no whole number
    assert corners(image) == [ground(theme)] * 4


@pytest.mark.parametrize("theme", THEMES)
def test_no_picture_of_a_gif_is_transparent(theme: str) -> None:
    images = pytest.importorskip("PIL.Image")
    deck = tg.Deck("", (tg.frames(drawn(theme), by="step"),))
    image = images.open(io.BytesIO(deck.render("gif")))
    for i in range(image.n_frames):
        image.seek(i)
        assert "transparency" not in image.info
        assert corners(image) == [ground(theme)] * 4


def corners(image: Any) -> list[list[int]]:
    pixels = np.asarray(image.convert("RGB"), int)
    return [pixels[y, x].tolist() for y in (1, -2) for x in (1, -2)]


@pytest.mark.parametrize("theme", THEMES)
def test_pages_begin_with_a_rectangle_over_all(theme: str) -> None:
    pypdf = pytest.importorskip("pypdf")
    drawing = drawn(theme)
    eps = drawing.render("eps")
    box = [float(n) for n in eps.partition(b"%%BoundingBox: ")[2].split(None, 4)[:4]]
    assert begins(eps.partition(b"%%EndPageSetup")[2], box) == ground(theme)
    for data in (drawing.render("pdf"), tg.Deck("", (tg.frames(drawing, by="step"),)).render("pdf")):
        for page in pypdf.PdfReader(io.BytesIO(data)).pages:
            assert begins(page.get_contents().get_data(), [float(n) for n in page.mediabox]) == ground(theme)


def begins(stream: bytes, box: list[float]) -> list[int]:
    """The colour of the first thing that is filled, which is as large as the page."""
    numbers: list[float] = []
    color: list[float] = []
    area: list[float] = []
    for token in OPERATOR.findall(stream):
        if token[:1].isdigit() or token[:1] in b"-.":
            numbers.append(float(token))
            continue
        if token in (b"rg", b"g"):
            color = numbers[-3:] if token == b"rg" else numbers[-1:] * 3
        if token in (b"re", b"rectfill"):
            area = numbers[-4:]
        if token in (b"f", b"rectfill"):
            break
        numbers = []
    assert area[:2] == [0, 0] and area[2] > box[2] - 1 and area[3] > box[3] - 1, (area, box)
    return [round(255 * c) for c in color]
