"""Frames that Graphviz draws: PDF and GIF."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from readers import strokes

import tracegraph as tg
from tracegraph.errors import MissingExtra
from tracegraph.formats.xdot import graph
from tracegraph.graphviz.run import render
from tracegraph.layout.canvas import canvas
from tracegraph.layout.scene import Curve, Text
from tracegraph.picture.theme import THEMES
from tracegraph.slides.story import Frames

PDF = pytest.importorskip("pypdf")


def net(theme: str = "light") -> Frames:
    x = tg.tensor([[0.5, -1.0, 2.0]], "x")
    with tg.scope("dense"):
        w = tg.parameter([[0.1], [0.3], [-0.2]], "w")
        h = tg.tanh(x @ w)
    big = tg.parameter(np.linspace(-1, 1, 400).reshape(1, 400), "big")
    loss = tg.mean((h @ big) ** 2)
    return tg.frames(tg.draw(loss, detail="full", theme=theme), steps="network,forward,backward")


def pages(chapter: Frames) -> list[Any]:
    return [*PDF.PdfReader(io.BytesIO(tg.Deck("", (chapter,)).render("pdf"))).pages]


def texts(chapter: Frames) -> Iterator[str]:
    """What can be read on each page."""
    return (page.extract_text().replace("\n", " ") for page in pages(chapter))


@pytest.mark.parametrize("theme", THEMES)
def test_every_page_has_what_it_shows_in_the_places_of_the_scene(theme: str) -> None:
    chapter = net(theme)
    for frame, page in zip(chapter, pages(chapter), strict=True):
        cards, arrows = strokes(page.get_contents().get_data(), chapter.scene)
        shown = Counter(key for key, part in frame.shown if part in ("card", "line", "contribution"))
        assert cards + arrows == Counter({key: n for key, n in shown.items() if key[0] in "na"})


def due(chapter: Frames, place: int) -> set[str]:
    """The words of the parts that a frame shows, and of its sentence."""
    shown = set(chapter[place].shown)
    items = [i for p in chapter.scene.pieces for part in p.parts if (p.key, part.name) in shown for i in part.items]
    said = [chapter[place].caption, *(i.text for i in items if hasattr(i, "anchor"))]
    return {word for text in said for word in text.split() if word.isascii()}


@pytest.mark.slow
def test_a_page_shows_what_its_frame_shows() -> None:
    chapter = net()
    every = set().union(*(due(chapter, i) for i in range(len(chapter))))
    for i, text in enumerate(texts(chapter)):
        words = set(text.split())
        wanted = due(chapter, i)
        assert wanted <= words
        assert not (every - wanted) & words, f"frame {i}"


def test_an_arrow_is_hidden_then_plain_then_in_its_colour() -> None:
    chapter = tg.frames(net().drawing, steps="forward,backward")
    seen = {piece.key: [dict(f.shown).get(piece.key, "") for f in chapter] for piece in chapter.scene.of("arrow")}
    for edge, piece in zip(chapter.graph.edges, chapter.scene.of("arrow"), strict=True):
        parts = [part for part, _ in groupby(seen[piece.key])]
        assert parts[-len(piece.parts) :] == ["line", "contribution"][: len(piece.parts)]
        plain, coloured = (next(i for i in part.items if isinstance(i, Curve)) for part in (piece.parts * 2)[:2])
        assert (edge.contribution is None) == (plain is coloured)
        if plain is not coloured:
            assert (plain.stroke, plain.width, plain.dash) == (chapter.theme.neutral, chapter.theme.scale, "solid")


@pytest.mark.slow
def test_pdf_has_a_page_of_one_size_for_each_frame_and_the_same_bytes() -> None:
    chapter = net()
    data = tg.Deck("Talk", (chapter,)).render("pdf")
    reader = PDF.PdfReader(io.BytesIO(data))
    assert len(reader.pages) == 1 + len(chapter) and reader.pages[0].extract_text() == "Talk"
    assert {tuple(map(float, p.mediabox)) for p in reader.pages} == {(0, 0, 960, 540)}
    assert reader.metadata.title == "Talk"
    alone = PDF.PdfReader(io.BytesIO(tg.Deck("", (chapter,)).render("pdf"))).pages
    assert len(alone) == len(chapter) and len({tuple(map(float, p.mediabox)) for p in alone}) == 1
    assert tg.Deck("Talk", (net(),)).render("pdf") == data


@pytest.mark.slow
def test_gif_has_a_picture_of_one_size_for_each_frame() -> None:
    images = pytest.importorskip("PIL.Image")
    chapter = net("dark")
    data = tg.Deck("", (chapter,)).render("gif")
    image = images.open(io.BytesIO(data))
    assert image.n_frames == len(chapter) and max(image.size) <= 1281
    last = image.n_frames - 1
    image.seek(0)
    first = np.asarray(image.convert("RGB"), int)
    image.seek(last)
    assert np.abs(np.asarray(image.convert("RGB"), int) - first).max() > 100
    assert tuple(first[2, 2]) == (20, 23, 28)  # the background of the theme
    assert tg.Deck("", (net("dark"),)).render("gif") == data
    pauses = []
    for i in range(image.n_frames):
        image.seek(i)
        pauses.append(image.info["duration"])
    assert image.info["loop"] == 0 and set(pauses[:-1]) == {1600} and pauses[-1] == 4000


def test_a_missing_extra_is_told_with_the_line_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = net()
    for module, to in (("pypdf", "pdf"), ("PIL", "gif")):
        monkeypatch.setitem(__import__("sys").modules, module, None)
        with pytest.raises(MissingExtra, match=r"pip install 'tracegraph\["):
            tg.Deck("", (chapter,)).render(to)


@pytest.mark.slow
def test_a_gif_of_two_drawings_is_of_slides_with_their_titles() -> None:
    images = pytest.importorskip("PIL.Image")
    small = tg.frames(tg.draw(lambda a: a * a, 2.0), steps="", title="Small")
    both = images.open(io.BytesIO(tg.Deck("", (net(), small)).render("gif")))
    assert both.n_frames == len(net()) + 1
    for i in (0, len(net())):
        both.seek(i)
        assert both.size == (1280, 720)
        dark = np.asarray(both.convert("L"), int) < 200
        assert dark[20:75, 32:150].any(), "a title"
        rows, columns = np.nonzero(dark[80:654])
        assert abs(columns.min() + columns.max() - 1280) < 100 and abs(rows.min() + rows.max() - 574) < 100


@pytest.mark.slow
def test_hundreds_of_frames_are_refused_before_minutes_have_passed(tmp_path: Path) -> None:
    h = tg.tensor(0.5, "h")
    for _ in range(160):
        h = tg.tanh(h)
    many = tg.Deck("", (tg.frames(tg.draw(h)),))
    for to in ("pdf", "gif"):
        with pytest.raises(tg.GraphError, match="of 3[0-9]+ frames is too much .over 300.; use by='scope'"):
            many.render(to)
    with pytest.raises(tg.GraphError, match="a folder of 3"):
        many.save_all(tmp_path / "frames")
    assert not any(tmp_path.iterdir())


def test_a_caption_is_below_everything_and_the_last_thing_on_its_page() -> None:
    flow = tg.flow(lambda a: tg.sum(tg.where(tg.greater(a, 0.0), tg.sqrt(a), 0.0)), [4.0, 1.0, 0.25, 0.5])
    chapter = tg.frames(tg.draw(flow))
    at = canvas(chapter)
    assert at.height > chapter.scene.height and at.left == (at.width - chapter.scene.width) / 2
    for frame, text in zip(chapter, texts(chapter), strict=True):
        assert text.split()[-1] == at.wrapped(frame.caption)[-1].split()[-1]


STRANGE = ["plain", "a\\b", "c\\\\d", 'q"q', "&lt;&amp;", "<b>x</b>", "\\N\\G", 'x\\"y', "end\\", "漢字 ∂L", "last"]


def test_texts_come_through_xdot_as_they_are() -> None:
    """Backslashes are counted in a way of their own there; one that is miscounted takes what comes after it away."""
    items = [Text(10, 20 * (i + 1), text, 12, "#000000", anchor="start") for i, text in enumerate(STRANGE)]
    source, _ = graph((300, 300), items * 60)  # longer than a string may be
    found = PDF.PdfReader(io.BytesIO(render(source, "pdf"))).pages[0].extract_text().replace("\u2060", "")
    lines = [line.strip() for line in found.split("\n")]
    assert {*lines} >= {*STRANGE} - {"漢字 ∂L"} and lines.count("last") == 60


def test_a_miscounted_text_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    source, _ = graph((300, 300), [Text(10, 20, x, 12, "#000000") for x in ("one", "two")])
    found = PDF.PdfReader(io.BytesIO(render(source.replace("3 -one", "9 -one"), "pdf"))).pages[0].extract_text()
    assert "two" not in found
