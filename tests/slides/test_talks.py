"""The talks of the examples can be read from the last row, and every file of them shows the words of its drawings."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import slides as slides_of_backprop
import sliding
from sheet_lint import faults
from stories import built, training

import tracegraph as tg
from tracegraph.formats import FORMATS, stepped
from tracegraph.layout.canvas import canvas
from tracegraph.layout.page import HEIGHT, WIDTH, place, type_size
from tracegraph.layout.scene import Text
from tracegraph.picture.words import DETAILS
from tracegraph.slides.paging import READABLE


def of_run() -> tg.Deck:
    drawing = tg.draw(training, theme="slides", fit="slide", detail="full")
    return tg.deck(drawing, steps="network,forward,backward,update", title="A run")


def of_convolution() -> tg.Deck:
    return tg.deck(tg.draw(built("conv"), theme="slides", fit="slide"), title="A convolution")


TALKS: dict[str, Callable[[], tg.Deck]] = {
    "backprop": slides_of_backprop.talk,
    "window": sliding.deck,
    "run": of_run,
    "convolution": of_convolution,
}


@cache
def talk(name: str) -> tg.Deck:
    return TALKS[name]()


@pytest.mark.parametrize("name", TALKS)
def test_every_slide_can_be_read_from_the_last_row_and_has_a_title(name: str) -> None:
    for chapter in talk(name).chapters:
        assert type_size(chapter.scene) >= READABLE, chapter.title
        assert chapter.title.strip() and faults(chapter) == []
        scale, x, y = place(chapter.scene)
        assert x > 0 and y > 0 and x + scale * chapter.scene.width < WIDTH and y + scale * chapter.scene.height < HEIGHT


def test_small_type_and_a_missing_title_would_be_found() -> None:
    crowded = tg.frames(tg.draw(built("sgd"), theme="slides"))
    assert type_size(crowded.scene) < READABLE


@pytest.mark.parametrize("name", TALKS)
def test_all_files_of_a_talk_have_one_page_size(name: str, tmp_path: Path) -> None:
    deck = talk(name)
    pypdf = pytest.importorskip("pypdf", reason="pypdf is needed to read pages")
    pages = pypdf.PdfReader(io.BytesIO(deck.render("pdf"))).pages
    assert len(pages) == 1 + sum(map(len, deck.chapters))
    assert {tuple(map(float, page.mediabox)) for page in pages} == {(0, 0, WIDTH, HEIGHT)}
    titles = [chapter.title for chapter in deck.chapters for _ in chapter]
    for page, title in zip(pages[1:], titles, strict=True):
        assert squeezed(title) in squeezed(page.extract_text())
    stills = [ET.parse(path).getroot() for path in deck.save_all(tmp_path / name)]
    assert {root.get("viewBox") for root in stills} == {f"0 0 {WIDTH:g} {HEIGHT:g}"}
    for root, title in zip(stills, titles, strict=True):
        assert any(squeezed(title) == squeezed("".join(text.itertext())) for text in root.iter() if _is_text(text))


def _is_text(element: ET.Element) -> bool:
    return element.tag.endswith("}text")


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_output_of_the_convolution_fills_cell_by_cell() -> None:
    graphs = sliding.positions()
    whole = built("conv")["feature_map"].value
    for i, (graph, chapter) in enumerate(zip(graphs, talk("window").chapters, strict=True)):
        seen = graph["feature_map"].value.ravel()
        assert np.array_equal(seen[: i + 1], whole.ravel()[: i + 1]) and not seen[i + 1 :].any()
        products, _, total = chapter[-1].caption.partition(" = ")
        assert eval(products.replace("·", "*")) == float(total) == whole.ravel()[i]


@pytest.mark.parametrize("name", TALKS)
def test_no_caption_writes_a_matrix_out(name: str) -> None:
    captions = [frame.caption for chapter in talk(name).chapters for frame in chapter]
    assert all(captions) and not any(re.search(r"\[[^\]]*;", caption) for caption in captions)


def net() -> tg.Graph:
    x, w = tg.tensor([[0.4321, -1.0]], "features"), tg.parameter([[0.1], [0.3]], "weights")
    hidden = tg.tanh(x @ w)
    loss = tg.sum(hidden)
    return tg.trace(loss)


def words(format: str, data: bytes) -> str:
    """All that can be read in a file."""
    if format == "pdf":
        pypdf = pytest.importorskip("pypdf", reason="pypdf is needed to read pages")
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if format == "pptx":
        with ZipFile(io.BytesIO(data)) as file:
            names = [name for name in file.namelist() if re.fullmatch(r"ppt/slides/slide\d+.xml", name)]
            return " ".join(text for name in names for text in re.findall("<a:t>([^<]*)", file.read(name).decode()))
    return data.decode()


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("format", [name for name in stepped() if name != "gif"])
def test_every_format_shows_the_words_of_every_detail(format: str, detail: str) -> None:
    if (extra := FORMATS[format].extra) == "pptx":
        pytest.importorskip("pptx", reason="python-pptx is needed to write .pptx")
    assert extra in ("", "pptx", "pdf")
    frames = tg.frames(tg.draw(net(), detail=detail), steps="network,forward")
    text = words(format, tg.Deck("", (frames,)).render(format))
    assert {"features", "weights", "hidden", "loss"} <= {*re.findall(r"\w+", text)}
    assert detail not in ("values", "full") or "0.2513" in text


@pytest.mark.parametrize("detail", DETAILS)
def test_a_gif_shows_text_in_its_cards(detail: str) -> None:
    """Where the scene has text on a card, there are dark pixels that a picture without text has not."""
    images: Any = pytest.importorskip("PIL.Image", reason="pillow is needed to read a GIF")
    frames = tg.frames(tg.draw(net(), detail=detail), steps="")
    image = images.open(io.BytesIO(tg.Deck("", (frames,)).render("gif"))).convert("L")
    at, pixels = canvas(frames), np.asarray(image, int)
    scale, left = image.width / ceil(at.width), at.left
    texts = [i for p in frames.scene.of("card") for i in p.parts[0].items if isinstance(i, Text) and i.text.strip()]
    assert len(texts) >= 4
    for text in texts:
        x = {"start": text.x, "middle": text.x - 6, "end": text.x - 12}[text.anchor] + left
        box = pixels[int(scale * (text.y - text.size)) : int(scale * text.y), int(scale * x) : int(scale * (x + 12))]
        assert box.max() - box.min() > 60, text.text
