"""Heat maps: a large array as one small image."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from .theme import rgb, shade

CELL = 4.5  # points of a cell at least: 6 pixels at 96 dots per inch
SHARP = 480  # pixels that the longer side of the image has at least, so that cells keep their edges when it is scaled
BINS = 24
TALL = 16  # steps of height that a histogram tells apart
BAR, FOOT = 2, 3  # columns of a bar, after which one is empty; rows below the bars, for the mark at zero
BELOW, ABOVE, ZERO = -0.75, 0.75, 1.0  # tones of bars left and right of zero, and of the mark there


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """Tones from -1 to 1 (NaN: nothing, or no number), the size in points, and in words what is left out."""

    tones: Any
    width: int
    height: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class MapSize:
    """How large heat maps are: ``side`` in points of the longer side, unless cells would be too small.

    ``pixels`` and ``mosaic``: rows and columns that are told apart at most, of a matrix and of slices side by side.
    ``tiles``: slices of an array that are shown.
    """

    side: int
    pixels: int
    mosaic: int
    tiles: int


LARGE, SMALL = MapSize(120, 32, 48, 16), MapSize(72, 16, 24, 4)
"""By themselves, and where a picture has many."""


def heat(array: Any, size: MapSize = LARGE) -> Heat:
    """Lay out an array as a picture.

    Matrices are shown as they are, vectors as a strip; of higher dimensions the last two axes are an image, and some of
    those of the first element stand side by side. Each cell of a large one takes the entry that is largest.
    """
    with np.errstate(all="ignore"):
        data = np.asarray(array, float)
        slices = _slices(data, size)
        image = _mosaic(slices)
        finite = np.abs(image[np.isfinite(image)])
        tones = image / (float(finite.max(initial=0.0)) or 1.0)
    rows, columns = tones.shape
    scale = max(size.side / max(rows, columns), CELL)
    total = int(np.prod(data.shape[:-2]))
    note = f"{len(slices)} of {total} slices shown" if len(slices) < total else ""
    return Heat(tones, max(round(columns * scale), 12), max(round(rows * scale), 12), note)


def counts(finite: Any) -> Any:
    """How many of these numbers are in each of 24 bins of the same width from the least to the largest of them."""
    size = float(np.abs(finite).max()) or 1.0  # or the range could be more than a float holds
    scaled = finite / size
    low, high = float(scaled.min()), float(scaled.max())
    places = np.minimum((scaled - low) * (BINS / (high - low)), BINS - 1).astype(int)
    return np.bincount(places, minlength=BINS)


def histogram(finite: Any) -> Heat:
    """The bins as bars, those below zero in the tone of negative numbers; a mark under them where zero is."""
    counted, size = counts(finite), float(np.abs(finite).max())
    low, high = float(finite.min() / size), float(finite.max() / size)
    bars = np.ceil(counted / counted.max() * TALL).astype(int)
    columns = BINS * (BAR + 1) - 1
    tones = np.full((TALL + FOOT, columns), np.nan)
    middles = low + (np.arange(BINS) + 0.5) * (high - low) / BINS
    for i, height in enumerate(bars.tolist()):
        if height:
            tone = BELOW if middles[i] < 0 else ABOVE
            tones[TALL - height : TALL, i * (BAR + 1) : i * (BAR + 1) + BAR] = tone
    if low <= 0 <= high:
        place = min(int(-low / (high - low) * columns), columns - BAR)
        tones[TALL + 1 :, place : place + BAR] = ZERO
    return Heat(tones, LARGE.side, round(LARGE.side * len(tones) / columns))


def png(tones: Any, anchors: tuple[str, ...], blank: str) -> bytes:
    """Encode tones as a PNG, each as a square of at least 4 pixels; NaN takes the colour ``blank``."""
    scale = max(4, -(-SHARP // max(tones.shape)))
    known = np.nan_to_num(tones, nan=0.0, posinf=1.0, neginf=-1.0)
    index = np.where(np.isnan(tones), 255, np.clip(np.rint((known + 1) * 127), 0, 254)).astype(np.uint8)
    index = index.repeat(scale, 1)
    rows, width = index.shape
    raw = np.zeros((rows, scale, 1 + width), np.uint8)  # each line of pixels after a byte for its filter
    raw[:, 0, 1:] = index
    raw[:, 1:, 0] = 2  # "as the line above, plus nothing": what repeats takes neither space nor time
    head = struct.pack(">IIBBBBB", width, rows * scale, 8, 3, 0, 0, 0)  # 8 bits, by palette
    packer = zlib.compressobj(6, zlib.DEFLATED, 15, 9, zlib.Z_RLE)  # cells are runs: a third of the time, and smaller
    data = packer.compress(raw.tobytes()) + packer.flush()
    parts = ((b"IHDR", head), (b"PLTE", _palette(anchors, blank)), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


@lru_cache(maxsize=16)
def _palette(anchors: tuple[str, ...], blank: str) -> bytes:
    return np.array([rgb(shade(anchors, i / 127 - 1)) for i in range(255)] + [rgb(blank)], np.uint8).tobytes()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _slices(data: Any, size: MapSize) -> list[Any]:
    """The matrices to show."""
    if data.ndim < 3:
        return [_shrunk(np.atleast_2d(data), size.pixels)]
    while data.ndim > 3:
        data = data[0] if data.shape[1] > 1 else data[:, 0]  # the channels of one image, or many images of one channel
    shown = data[: size.tiles]
    most = size.pixels if len(shown) == 1 else size.mosaic // _columns(len(shown)) - 1
    return [_shrunk(matrix, most) for matrix in shown]


def _shrunk(matrix: Any, most: int) -> Any:
    """At most so many rows and columns; of the entries that share a cell, the largest in size is shown."""
    for axis in (0, 1):
        n = matrix.shape[axis]
        if n > most:
            edges = np.linspace(0, n, most, endpoint=False).astype(int)
            high, low = np.maximum.reduceat(matrix, edges, axis), np.minimum.reduceat(matrix, edges, axis)
            matrix = np.where(high >= -low, high, low)
    return matrix


def _columns(tiles: int) -> int:
    return int(np.ceil(np.sqrt(tiles)))


def _mosaic(tiles: list[Any]) -> Any:
    """Tiles side by side in a near square, a line of nothing between them."""
    if len(tiles) == 1:
        return tiles[0]
    columns = _columns(len(tiles))
    rows, (h, w) = -(-len(tiles) // columns), tiles[0].shape
    image = np.full((rows * (h + 1) - 1, columns * (w + 1) - 1), np.nan)
    for i, tile in enumerate(tiles):
        r, c = divmod(i, columns)
        image[r * (h + 1) : r * (h + 1) + h, c * (w + 1) : c * (w + 1) + w] = tile
    return image


def pixels(data: bytes, most: int) -> list[list[str]]:
    """The colours of a PNG that `png` made, a cell each; of more than ``most`` rows or columns evenly spaced ones."""
    parts: dict[bytes, bytes] = {}
    place = 8
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        parts[kind] = data[place + 8 : place + 8 + size]
        place += size + 12
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, 1 + width)
    cells = lines[lines[:, 0] == 0][:, 1:]  # the other lines repeat the one above
    cells = cells[:, :: height // len(cells)]
    rows, columns = (np.arange(min(n, most)) * n // min(n, most) for n in cells.shape)
    colors = [f"#{parts[b'PLTE'][3 * i : 3 * i + 3].hex()}" for i in range(256)]
    return [[colors[i] for i in row] for row in cells[np.ix_(rows, columns)].tolist()]
