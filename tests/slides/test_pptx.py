"""PowerPoint: native shapes, glued connectors, builds that show exactly each frame, valid and reproducible files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

pytest.importorskip("pptx")

import backprop
import sgd
from counting import growth
from pictures import TALES
from pptx_reader import A, chains, clicks, expected, names, opened, shapes, states, texts

import tracegraph as tg
from tracegraph.errors import GraphError, MissingExtra
from tracegraph.formats.pptx.presentation import write
from tracegraph.layout.scene import Image, Text
from tracegraph.picture.theme import THEMES
from tracegraph.slides import Deck, Frames, frames

XML = re.compile(r"ppt/.*\.xml")
HOSTILE = "a\x00b\x1b \ud800 <&\"'> ]]> \u202e _x0041_ " + "long " * 2000


def skipping() -> tg.Tensor:
    """Arrows that have to go around cards."""
    x = tg.tensor(0.5, name="x")
    a = tg.sigmoid(x)
    b = tg.tanh(a)
    c = tg.sigmoid(b)
    for tensor, name in ((a, "a"), (b, "b"), (c, "c")):
        tensor.name = name
    y = tg.tanh(c) * x
    y.name = "y"
    loss = y * a * x
    loss.name = "L"
    loss.backward()
    return loss


def product() -> Any:
    """A product of matrices, of which one element can be opened: frames then go around what it is made from."""
    return tg.sum(tg.tensor([[1.0, 2.0], [3.0, 4.0]], "x") @ tg.parameter([[0.5, -1.0], [1.5, 2.0]], "W"))


STORIES: dict[str, Any] = {
    "backprop": lambda: frames(tg.draw(backprop.build(), detail="full")),
    "network": lambda: frames(tg.draw(backprop.build(), theme="slides"), steps="network,forward"),
    "stages": lambda: frames(tg.draw(backprop.build(), theme="dark", direction="TB"), by="step"),
    "conv": lambda: frames(tg.draw(TALES["conv"](), detail="full"), title="A convolution"),
    "scopes": lambda: frames(tg.draw(TALES["scopes"]()), by="scope"),
    "sgd": lambda: frames(tg.draw(sgd.build(), step=1), steps="forward,backward,update"),
    "skipping": lambda: frames(tg.draw(skipping(), direction="BT")),
    "one element": lambda: frames(tg.draw(tg.expand(tg.trace(product()), "matmul_1", (0, 1)), detail="full"), steps=""),
    "all at once": lambda: frames(tg.draw(TALES["heat"](), theme="print"), steps=""),
}
"""Each with cards whose names are all different: shapes are known by them."""


@pytest.fixture(scope="module", params=STORIES)
def story(request: pytest.FixtureRequest) -> tuple[Frames, bytes]:
    told = STORIES[request.param]()
    return told, write(Deck("", (told,)))


@pytest.mark.slow
def test_each_click_shows_exactly_its_frame(story: tuple[Frames, bytes]) -> None:
    told, data = story
    (slide,) = opened(data).slides
    seen = states(slide)
    assert len(seen) == len(told)
    for frame, ids in zip(told, seen, strict=True):
        assert names(slide, ids) == expected(told, frame)
        captions = [s.text_frame.text for s in slide.shapes if s.name == "caption" and s.shape_id in ids]
        assert captions == [frame.caption]


def test_what_is_animated_lies_on_the_slide_and_has_its_builds(story: tuple[Frames, bytes]) -> None:
    (slide,) = opened(story[1]).slides
    on_top = {s.shape_id: s for s in slide.shapes}
    targets = [shape for click in clicks(slide) for shape, _ in click]
    assert set(targets) <= set(on_top)
    alone = sorted(i for i in targets if on_top[i]._element.tag.endswith("}sp"))
    assert alone == sorted(int(b.get("spid")) for b in slide._element.iter("{*}bldP"))
    numbers = [c.get("id") for c in slide._element.iter("{*}cTn")]
    ids = [s.shape_id for s in shapes(slide.shapes)]
    assert len(set(numbers)) == len(numbers) and len(set(ids)) == len(ids)


def test_every_text_and_picture_of_the_scene_is_there(story: tuple[Frames, bytes]) -> None:
    told, data = story
    (slide,) = opened(data).slides
    parts = [part for piece in told.scene.pieces for part in piece.parts if (piece.key, part.name) in told.spans]
    drawn = [item for part in parts for item in part.items]
    said = [i.text for i in drawn if isinstance(i, Text)]
    assert sorted(texts(slide)) == sorted([told.title, *said, *(f.caption for f in told)])
    pictures = [s for s in shapes(slide.shapes) if s._element.tag.endswith("}pic")]
    assert sorted(p.image.blob for p in pictures) == sorted(i.data for i in drawn if isinstance(i, Image))
    assert all(p._element.nvPicPr.cNvPr.get("descr") for p in pictures)


def test_cards_are_groups_with_alternative_text(story: tuple[Frames, bytes]) -> None:
    told, data = story
    (slide,) = opened(data).slides
    groups = {s.name: s._element.nvGrpSpPr.cNvPr.get("descr") for s in slide.shapes if hasattr(s, "shapes")}
    for box in told.drawing.picture.boxes:
        assert groups[box.title] == box.label
    assert all(groups.values())


@pytest.mark.slow
def test_every_arrow_is_glued_to_its_cards(story: tuple[Frames, bytes]) -> None:
    told, data = story
    (slide,) = opened(data).slides
    inside = {s.shape_id: group.name for group in slide.shapes if hasattr(group, "shapes") for s in group.shapes}
    found = chains(slide)
    shown = [(p, part) for p in told.scene.of("arrow") for part in p.parts if (p.key, part.name) in told.spans]
    titles = {box.key: box.title for box in told.drawing.picture.boxes}
    wanted = [(titles[p.source], titles[p.target], part.name) for p, part in shown]
    ends = [(inside[c.source], inside[c.target], c.name.rpartition(": ")[2]) for c in found]
    assert ends == wanted
    assert max((c.off for c in found), default=0.0) < 0.01


@pytest.mark.slow
def test_arrows_bend_around_cards() -> None:
    told = STORIES["skipping"]()
    (slide,) = opened(write(Deck("", (told,)))).slides
    assert [s for s in slide.shapes if s.name.endswith(", joint")]
    cards = [s for s in shapes(slide.shapes) if s.name == "outline"]
    for line in (s for s in slide.shapes if s._element.tag.endswith("}cxnSp")):
        for i in range(1, 40):  # points of the line, without its ends
            x = line.begin_x + i / 40 * (line.end_x - line.begin_x)
            y = line.begin_y + i / 40 * (line.end_y - line.begin_y)
            assert not [c for c in cards if 0 < x - c.left < c.width and 0 < y - c.top < c.height]


def test_notes_hold_every_caption(story: tuple[Frames, bytes]) -> None:
    told, data = story
    (slide,) = opened(data).slides
    assert slide.notes_slide.notes_text_frame.text == "\n".join(f"{i}. {f.caption}" for i, f in enumerate(told, 1))


@pytest.mark.slow
def test_a_fault_in_the_builds_is_found() -> None:
    told = STORIES["backprop"]()
    (slide,) = opened(write(Deck("", (told,)))).slides
    effect = next(e for e in slide._element.iter("{*}cTn") if e.get("presetClass") == "entr").getparent()
    effect.getparent().remove(effect)
    with pytest.raises(AssertionError):
        seen = states(slide)
        assert [names(slide, ids) for ids in seen] == [expected(told, f) for f in told]


@pytest.mark.slow
def test_one_slide_per_step() -> None:
    told = STORIES["backprop"]()
    made = [*opened(write(Deck("By hand", (told,), one_slide_per_step=True))).slides]
    assert made[0].shapes.title.text_frame.text == "By hand"
    for i, (slide, frame) in enumerate(zip(made[1:], told, strict=True), 1):
        assert not clicks(slide)
        assert names(slide, {s.shape_id for s in slide.shapes}) == expected(told, frame)
        assert slide.notes_slide.notes_text_frame.text == f"{i}. {frame.caption}"
        assert slide.shapes.title.text_frame.text == told.title


@pytest.mark.slow
def test_nothing_moves_from_step_to_step() -> None:
    told = frames(tg.draw(skipping()))
    places: dict[str, set[tuple[int, ...]]] = {}
    for slide in opened(write(Deck("", (told,), one_slide_per_step=True))).slides:
        for name, group in groupby(sorted(slide.shapes, key=lambda s: s.name), key=lambda s: s.name):
            if name not in ("Title", "caption"):
                corners = sorted((s.left, s.top, s.width, s.height) for s in group)
                places.setdefault(name, set()).add(tuple(n for corner in corners for n in corner))
    assert places and not [name for name, found in places.items() if len(found) > 1]


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_those_of_the_theme(theme: str) -> None:
    drawing = tg.draw(backprop.build(), theme=theme)
    made = opened(write(Deck("", (frames(drawing, steps=""),))))
    assert (made.slide_width, made.slide_height) == (12192000, 6858000)
    (slide,) = made.slides
    scheme = ZipFile(BytesIO(write(Deck("", (frames(drawing, steps=""),))))).read("ppt/theme/theme1.xml").decode()
    colors = {name: color.lower() for name, color in re.findall(r'<a:(\w+)><a:srgbClr val="(\w+)"/>', scheme)}
    where = dict(made.slide_master._element.find("{*}clrMap").attrib)

    def color(element: Any) -> str:
        found = element.find(f".//{A}solidFill")[0]
        name = found.get("val")
        return "#" + (colors[where.get(name, name)] if found.tag == f"{A}schemeClr" else name.lower())

    look = drawing.theme
    assert color(slide._element.find("{*}cSld/{*}bg")) == look.background
    assert color(slide.shapes.title._element) == look.text
    for group, box in zip([s for s in slide.shapes if hasattr(s, "shapes")], drawing.picture.boxes, strict=True):
        outline = next(s for s in group.shapes if s.name == "outline")
        role = next(b.role for b in drawing.picture.boxes if b.title == group.name)
        assert color(outline._element) == look.roles[role], box
    assert scheme.count('<a:latin typeface="Arial"') == 2


@pytest.mark.slow
@pytest.mark.parametrize("tale", TALES)
def test_hostile_and_odd_pictures_survive(tale: str) -> None:
    told = frames(tg.draw(TALES[tale](), detail="full"), steps="", title=HOSTILE)
    first, slide = opened(write(Deck(HOSTILE, (told,)))).slides
    assert len(first.shapes.title.text_frame.text) < 200
    said = [
        i.text
        for p in told.scene.pieces
        for k in p.parts
        if k.name not in ("focus", "line")
        for i in k.items
        if isinstance(i, Text)
    ]
    assert not set(said) - set(texts(slide))


@pytest.mark.slow
def test_same_bytes_always() -> None:
    program = (
        "import sys, hashlib, backprop, tracegraph as tg; from tracegraph.slides import Deck, frames; "
        "told = frames(tg.draw(backprop.build())); print(hashlib.sha256(Deck('T', (told,)).render('pptx')).hexdigest())"
    )
    paths = os.pathsep.join([str(Path(backprop.__file__).parent), *filter(None, sys.path)])
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    file = ZipFile(BytesIO(write(Deck("T", (STORIES["backprop"](),)))))
    assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not re.search(rb"20\d\d-\d\d-\d\d", file.read("docProps/core.xml"))


@pytest.mark.slow
def test_a_large_drawing() -> None:
    total = tg.tensor(0.5, name="x")
    for i in range(220):  # a line of the program is one card
        total = tg.tanh(total * tg.parameter(0.1 + i / 1000, name=f"w{i}"))
    total.backward()
    told = frames(tg.draw(total), steps="")
    assert len(told.scene.of("card")) > 400
    (slide,) = opened(write(Deck("", (told,)))).slides
    assert len(chains(slide)) == len(told.scene.of("arrow"))


def test_what_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GraphError, match="without chapters"):
        write(Deck("T", ()))
    told = STORIES["all at once"]()
    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(MissingExtra, match=r"pip install 'tracegraph\[pptx\]'"):
        write(Deck("", (told,)))


def test_marked_arrows_have_a_dot_and_open_ones_no_triangle() -> None:
    drawing = tg.draw(tg.paths(backprop.build(), "x1", k=1).flow)
    told = frames(drawing, steps="")
    (slide,) = opened(write(Deck("", (told,)))).slides
    lines = [s._element for s in slide.shapes if s._element.tag.endswith("}cxnSp")]
    dots = [line for line in lines if line.find(f".//{A}headEnd[@type='oval']") is not None]
    assert len(dots) == sum(bool(a.paint and a.paint.paths) for a in drawing.picture.arrows) > 0
    heads = [end.get("type") for line in lines if (end := line.find(f".//{A}tailEnd")) is not None]
    assert heads == ["arrow" if a.weight is None else "triangle" for a in drawing.picture.arrows]


@pytest.mark.slow
def test_the_work_for_each_card_does_not_grow_with_the_drawing() -> None:
    def write_all(cards: int) -> Any:
        h = tg.tensor(0.5, "x")
        for i in range(cards):
            h = tg.tanh(h)
            h.name = f"h_{i}"
        drawing = tg.draw(h)
        assert len(drawing.sheet.scene.of("card")) == cards + 1
        return lambda: drawing.render("pptx")

    assert growth(write_all, 40, 160) < 1.5
