"""The autoencoders of the examples: gradients by closed formulas, what training achieves, what the pictures show."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.picture.theme import contrast, ink

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

import autoencoder  # noqa: E402
import autoencoder_scalar as scalar  # noqa: E402
import autoencoder_uses as uses  # noqa: E402
import autoencoder_variants as variants  # noqa: E402
import plot  # noqa: E402
import training  # noqa: E402
from digits import TRAINING, digits  # noqa: E402

IMAGES, LABELS = digits()
TEST = IMAGES[TRAINING:]
GUESS = np.mean((TEST - IMAGES[:TRAINING].mean(axis=0)) ** 2)
"""The squared error of always guessing the mean image."""


# --- the scalar one --------------------------------------------------------------------------------------------------


def test_the_scalar_autoencoder_has_the_gradients_of_the_closed_formulas():
    graph = tg.trace(scalar.build)
    x, w1, b1, w2, b2 = (graph[name].value for name in ("x", "w1", "b1", "w2", "b2"))
    z = w1 * x + b1
    e = w2 * z + b2 - x
    assert graph["L"].value == pytest.approx(np.mean(e**2), rel=1e-14)
    due = {"w1": np.sum(e * w2 * x), "b1": np.sum(e * w2), "w2": np.sum(e * z), "b2": np.sum(e)}
    for name, total in due.items():
        assert graph[name].gradient == pytest.approx(2 / 3 * total, rel=1e-13), name


def test_the_scalar_autoencoder_is_undone_by_the_inverse_line():
    graph = tg.trace(scalar.build)
    x, w1, b1 = (graph[name].value for name in ("x", "w1", "b1"))
    np.testing.assert_allclose((1 / w1) * (w1 * x + b1) - b1 / w1, x, rtol=1e-14)


def test_the_picture_of_the_scalar_autoencoder_says_the_formulas():
    dot = tg.draw(scalar.build, **scalar.DRAWINGS["autoencoder_scalar"]).dot
    for said in ("= w₁ ⊙ x + b₁", "= w₂ ⊙ z + b₂", "= x′ − x", "= mean(e²)", "Σ g ⊙ x", "Σ g ⊙ z"):
        assert said in dot


# --- the variants ----------------------------------------------------------------------------------------------------


def result(weights, pixels):
    code, reconstruction = variants.reconstructed(weights, tg.tensor(pixels))
    return code.value, reconstruction.value


def error(found):
    return np.mean((found - TEST) ** 2) / GUESS


@pytest.mark.slow
def test_the_penalty_makes_units_inactive_and_costs_little():
    plain, without = result(variants.sparse(0), TEST)
    sparse, with_it = result(variants.sparse(), TEST)
    assert np.mean(plain == 0) < 0.32 and np.mean(sparse == 0) > 0.6
    assert error(without) < 0.05 and error(with_it) < 0.1
    assert error(with_it) < error(autoencoder_of_8())


def autoencoder_of_8():
    weights, _ = autoencoder.trained()
    return autoencoder.reconstructed(weights, tg.tensor(TEST)).value


@pytest.mark.slow
def test_sparse_is_not_the_same_as_dead():
    """With the penalty hardly more units than without are inactive in every image."""
    dead = [np.mean(np.all(result(variants.sparse(p), IMAGES)[0] == 0, axis=0)) for p in (0, variants.PENALTY)]
    assert dead[1] < dead[0] + 0.1 and dead[1] < 0.35


def test_the_loss_of_the_sparse_one_has_both_parts():
    graph = tg.trace(variants.build)
    assert graph["L"].value == pytest.approx(graph["error"].value + 0.03 * np.mean(graph["code"].value), rel=1e-12)
    assert graph["activity"].gradient == 0.03


def test_noise_keeps_a_large_code_from_copying():
    noisy = TEST + variants.noise(100, seed=2000)
    copied, restored = (error(result(weights, noisy)[1]) for weights in (variants.sparse(0), variants.denoising()))
    assert error(noisy) > 1.2 and copied > 0.5 and restored < 0.3


# --- what they are for -----------------------------------------------------------------------------------------------


def test_denoising_shows_the_error_before_and_after():
    graph = tg.trace(uses.build())
    noise = graph["noisy"].value - graph["original"].value
    assert graph["before"].value == pytest.approx(np.mean(noise**2), rel=1e-12)
    assert graph["after"].value < graph["before"].value / 4
    assert graph["restored"].shape == graph["original"].shape == (10, 8, 8)


def test_what_is_no_digit_raises_the_alarm():
    def alarms(pixels):
        return np.mean(uses.scores(tg.constant(pixels)).value > uses.limit())

    noise = np.random.default_rng(7).uniform(size=TEST.shape)
    assert alarms(TEST) < 0.25 and alarms(TEST[:, ::-1, ::-1]) > 0.7
    assert alarms(1 - TEST) == alarms(noise) == alarms(np.rot90(TEST, axes=(1, 2))) == 1


def test_scores_stand_where_their_images_stand():
    graph = tg.trace(uses.anomalies)
    off = np.mean((graph["reconstruction"].value - graph["images"].value) ** 2, axis=(1, 2))
    np.testing.assert_allclose(graph["score"].value, off.reshape(4, 4), rtol=1e-12)
    assert graph["alarm"].value.tolist() == [[False] * 4, [False, True, True, True], [True] * 4, [True] * 4]


@pytest.mark.slow
def test_the_code_of_two_numbers_keeps_digits_apart():
    code = tg.trace(autoencoder.loss_of(uses.flat(), IMAGES))["code"].value
    centred = (IMAGES - IMAGES[:TRAINING].mean(axis=0)).reshape(-1, 64)
    main = centred @ np.linalg.svd(centred[:TRAINING])[2][:2].T
    assert right_by_neighbours(code) > 0.62 > right_by_neighbours(main)


def right_by_neighbours(points):
    """The share of held-out digits that are the most frequent one of their five nearest neighbours for training."""
    away = np.sum((points[TRAINING:, None] - points[:TRAINING]) ** 2, axis=2)
    near = LABELS[np.argsort(away, axis=1)[:, :5]]
    return np.mean([np.bincount(n).argmax() == label for n, label in zip(near, LABELS[TRAINING:], strict=True)])


# --- pictures --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def discs():
    """The map as the labels of its discs and their places: those of the digits, and those of the legend."""
    root = ET.fromstring(uses.code_map())
    circles = [e for e in root if e.tag.endswith("circle")]
    said = [root[list(root).index(c) + 1].text for c in circles]
    return [(text, float(c.get("cx")), float(c.get("cy")), c.get("fill")) for text, c in zip(said, circles)]


def test_the_map_has_a_disc_for_each_image_and_a_legend(discs):
    assert Counter(text for text, *_ in discs) == {str(digit): 11 for digit in range(10)}
    assert len({(text, fill) for text, *_, fill in discs}) == len({fill for *_, fill in discs}) == 10
    points = tg.trace(autoencoder.loss_of(uses.flat(), TEST))["code"].value
    places = np.array([[x, -y] for _, x, y, _ in discs[:100]])
    for axis in (0, 1):
        assert np.corrcoef(points[:, axis], places[:, axis])[0, 1] > 0.99999
    inside = places - [plot.LEFT, -plot.TOP]
    assert 0 <= inside[:, 0].min() and inside[:, 0].max() <= 640
    assert -560 <= inside[:, 1].min() and inside[:, 1].max() <= 0


def test_the_map_is_attributes_only_and_the_same_every_time():
    svg = uses.code_map()
    assert svg == uses.code_map() and len(svg) < 60_000
    assert "style" not in svg and "class=" not in svg and "<script" not in svg
    assert all(contrast(color, ink(color)) >= 4.5 for color in plot.COLORS)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(-5.4, 21.2, [-10, -5, 0, 5, 10, 15, 20, 25]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (3, 3.5, [3, 3.1, 3.5])],
)
def test_ticks_are_round_and_go_around_everything(low, high, ticks):
    found = plot.round_ticks(low, high)
    assert found[0] <= low and found[-1] >= high and len(found) <= 10
    assert all(any(abs(t - f) < 1e-9 for f in found) for t in ticks)


@pytest.mark.slow
def test_drawings_are_small():
    for example, cards in ((variants, [12, 10]), (uses, [7, 6, 6, 2])):
        drawings = [d for d in example.drawings().values() if isinstance(d, tg.Drawing)]
        assert [len(d.picture.boxes) for d in drawings] == cards


def test_saving_writes_drawings_and_texts(tmp_path, capsys):
    training.save({"net": tg.draw(scalar.build), "table.txt": "a  b\n"}, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"net.svg", "table.txt"}
    assert (tmp_path / "table.txt").read_text() == "a  b\n"
    assert capsys.readouterr().out.split() == [str(tmp_path / "net.svg"), str(tmp_path / "table.txt")]
