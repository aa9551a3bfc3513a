"""Heat maps: what each pixel says."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tracegraph.picture.heat import CELL, LARGE, SMALL, MapSize, heat, png
from tracegraph.picture.theme import GREY, VIK, rgb, shade

Image = pytest.importorskip("PIL.Image", reason="pillow reads the images back")


def read(tones: np.ndarray) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png(tones, VIK, "#123456"))).convert("RGB"))


def test_each_entry_has_its_colour() -> None:
    tones = np.array([[-1.0, 0.0, 1.0], [0.5, np.nan, -0.25]])
    pixels = read(tones)
    scale = pixels.shape[0] // 2
    assert pixels.shape == (2 * scale, 3 * scale, 3)
    for (i, j), tone in np.ndenumerate(tones):
        block = pixels[i * scale : (i + 1) * scale, j * scale : (j + 1) * scale].reshape(-1, 3)
        assert len(np.unique(block, axis=0)) == 1  # a whole square of one colour
        expected = rgb("#123456") if np.isnan(tone) else rgb(shade(VIK, round(tone * 127) / 127))
        assert np.abs(block[0].astype(int) - expected).max() <= 3


def test_signs_of_infinities_are_kept() -> None:
    pixels = read(np.array([[np.inf, -np.inf]]))
    assert tuple(pixels[0, -1]) == rgb(VIK[0]) and tuple(pixels[0, 0]) == rgb(VIK[-1])


@pytest.mark.parametrize(
    "shape",
    [
        (1,),
        (3000,),
        (9, 9),
        (3000, 2),
        (2, 3000),
        (300, 400),
        (5, 9, 9),
        (40, 8, 8),
        (2, 3, 9, 9),
        (4, 1, 9, 9),
        (2, 1, 2, 1, 2, 2, 1, 30),
    ],
)
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_every_shape_has_a_picture(shape: tuple[int, ...], size: MapSize) -> None:
    made = heat(np.random.default_rng(0).normal(size=shape), size)
    assert made.tones.ndim == 2 and np.nanmax(np.abs(made.tones)) == 1
    assert 12 <= min(made.width, made.height) and max(made.width, made.height) <= max(size.side, size.mosaic * CELL)
    assert made.width / made.tones.shape[1] >= CELL - 0.1 and made.height / made.tones.shape[0] >= CELL - 0.1
    assert png(made.tones, GREY, "#ffffff").startswith(b"\x89PNG")


def test_a_large_entry_is_never_lost() -> None:
    array = np.zeros((1000, 1000))
    array[437, 811], array[12, 3] = -5.0, 2.0
    tones = heat(array).tones
    assert tones.min() == -1 and tones.max() == 0.4


def test_slices_left_out_are_told() -> None:
    assert heat(np.ones((20, 9, 9))).note == f"{LARGE.tiles} of 20 slices shown"
    assert heat(np.ones((3, 9, 9))).note == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 1e300, 5e-324])
def test_extreme_entries(value: float) -> None:
    tones = heat(np.full((20, 20), value)).tones
    finite = tones[np.isfinite(tones)]
    assert np.all(np.abs(finite) <= 1)
    assert png(tones, VIK, "#ffffff").endswith(b"IEND\xaeB`\x82")


def test_one_nan_does_not_spread() -> None:
    array = np.ones((500, 500))
    array[3, 3] = np.nan
    assert np.isnan(heat(array).tones).sum() <= 1
