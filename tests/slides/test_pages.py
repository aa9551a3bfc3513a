"""Frames that Graphviz draws: PDF and GIF."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.errors import MissingExtra
from tracegraph.formats.raster import blank, drawn, ringed, sources
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


def cards(plain: bytes) -> list[list[bytes]]:
    """Names, places and sizes of the cards, and the size of the drawing."""
    return [row.split()[:6] for row in plain.splitlines() if row.startswith((b"node", b"graph"))]


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark", "print", "slides"])
def test_every_frame_has_the_same_layout(theme: str) -> None:
    chapter = net(theme)
    found = [cards(chapter.drawing.run(dot, "plain")) for dot in sources(chapter, {})]
    assert len(found) == len(chapter) and all(f == found[0] for f in found)


def test_a_border_that_grows_moves_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracegraph.formats.raster.ringed", lambda label, _: label.replace('BORDER="1"', 'BORDER="3"'))
    chapter = net()
    found = [cards(chapter.drawing.run(dot, "plain")) for dot in sources(chapter, {})]
    assert any(f != found[0] for f in found)


def texts(chapter: Frames) -> Iterator[str]:
    """What can be read on each page."""
    for page in drawn(chapter, "pdf"):
        yield PDF.PdfReader(io.BytesIO(page)).pages[0].extract_text().replace("\n", " ")


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
    theme = chapter.scene.theme
    looks = {"": 'style="invis"', "line": f'color="{theme.neutral}" style="solid" penwidth="{theme.scale:g}"'}
    for frame, dot in zip(chapter, sources(chapter, {}), strict=True):
        arrows = [line for line in dot.split("\n") if " -> " in line]
        shown = dict(key for key in frame.shown if key[0].startswith("a"))
        for i, (arrow, edge) in enumerate(zip(arrows, chapter.drawing.graph.edges, strict=True)):
            part = shown.get(f"a{i}", "")
            if part in looks and (edge.contribution is not None or not part):
                assert looks[part] in arrow
            else:
                assert not any(look in arrow for look in looks.values())


@pytest.mark.slow
def test_pdf_has_a_page_of_one_size_for_each_frame_and_the_same_bytes() -> None:
    chapter = net()
    data = tg.Deck("Talk", (chapter,)).render("pdf")
    reader = PDF.PdfReader(io.BytesIO(data))
    assert len(reader.pages) == len(chapter)
    assert len({tuple(map(float, p.mediabox)) for p in reader.pages}) == 1
    assert reader.metadata.title == "Talk"
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
def test_a_gif_of_two_drawings_has_room_for_both() -> None:
    images = pytest.importorskip("PIL.Image")
    small = tg.frames(tg.draw(lambda a: a * a, 2.0), steps="")
    both = images.open(io.BytesIO(tg.Deck("", (net(), small)).render("gif")))
    assert both.n_frames == len(net()) + 1
    both.seek(len(net()))
    rows, columns = np.nonzero(np.asarray(both.convert("L"), int) < 200)
    width, height = both.size
    assert abs(columns.min() + columns.max() - width) < 20 and abs(rows.min() + rows.max() - height) < 40
    assert both.size == images.open(io.BytesIO(tg.Deck("", (net(),)).render("gif"))).size


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


def test_a_long_caption_does_not_pull_the_legend_apart() -> None:
    flow = tg.flow(lambda a: tg.sum(tg.where(tg.greater(a, 0.0), tg.sqrt(a), 0.0)), [4.0, 1.0, 0.25, 0.5])
    chapter = tg.frames(tg.draw(flow))

    def bar(svg: str) -> list[float]:
        """Left ends of the cells above the cards, from the first on."""
        head = svg.partition('class="node"')[0].partition("<polygon")[2]
        lefts = [float(x) for x in re.findall(r'<polygon fill="#\w+" stroke="none" points="(-?[\d.]+),', head)]
        return [round(x - lefts[0], 1) for x in lefts]

    due = bar(chapter.drawing.svg)
    assert len(due) > 10
    assert all(bar(chapter.drawing.run(dot, "svg").decode()) == due for dot in sources(chapter, {}))


def test_blanking_keeps_cells_and_takes_their_content() -> None:
    cell = '<TD FIXEDSIZE="TRUE" WIDTH="9" HEIGHT="9" BGCOLOR="#123456"><FONT FACE="Arial">7</FONT></TD>'
    label = f'<TABLE BORDER="1" CELLPADDING="2"><TR><TD TITLE="value"><TABLE><TR>{cell}</TR></TABLE></TD></TR></TABLE>'
    assert blank(label, {"value"}) == label
    assert ">7<" not in blank(label, set()) and "#123456" not in blank(label, set())
    assert 'WIDTH="9"' in blank(label, set())
    assert 'BORDER="3"' in ringed(label, "#00ff00") and 'COLOR="#00ff00"' in ringed(label, "#00ff00")
