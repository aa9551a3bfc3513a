"""A still shows what its frame shows, with a caption that stays in the picture; a folder is written all or none."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from pictures import TALES, exact_width
from svg_lint import SVG, layers

import tracegraph as tg
from tracegraph.formats.svg import names, still, stills
from tracegraph.layout.canvas import MOST_LINES, canvas, wrapped
from tracegraph.picture.theme import THEMES
from tracegraph.slides import Deck, Frames
from tracegraph.slides.story import CAPTION


@pytest.fixture(scope="module")
def backprop() -> Frames:
    return tg.frames(tg.draw(TALES["backprop"](), detail="full"))


@pytest.fixture(scope="module")
def deck(backprop: Frames) -> Deck:
    return Deck("", (backprop,))


def test_a_still_shows_what_its_frame_shows_in_the_same_place(backprop: Frames) -> None:
    heads, every = set(), [still(backprop, i) for i in range(len(backprop))]
    for frame, svg in zip(backprop, every, strict=True):
        root = ET.fromstring(svg)
        assert {*layers(svg)} == {*frame.shown}
        assert "".join(root.itertext()).rstrip().endswith(frame.caption)
        heads.add((root.get("viewBox"), root.get("width"), root.get("height")))
    assert len(heads) == 1
    first, last = (layers(svg)["n7", "value"] for svg in (every[0], every[-1]))
    assert [*map(ET.tostring, first)] == [*map(ET.tostring, last)]


def test_a_label_says_no_number_before_it_is_seen(backprop: Frames) -> None:
    labels = [re.findall('aria-label="([^"]*)"', still(backprop, i).decode()) for i in (0, len(backprop) - 1)]
    assert {"x₁: input, value 0.5", "x₁ to z₃"} <= {*labels[0]}
    assert not [x for x in labels[0] if "gradient" in x or "contribution" in x]
    boxes, arrows = backprop.drawing.picture.boxes, backprop.drawing.picture.arrows
    assert {b.label for b in boxes} | {a.label for a in arrows} <= {*labels[1]}


def test_pictures_of_one_deck_share_no_id(backprop: Frames) -> None:
    one, two = canvas(backprop), canvas(tg.frames(backprop.drawing, steps="forward"))
    assert len({sheet.prefix(str(i)) for sheet in (one, two) for i in range(50)}) == 100
    found = [i for _, svg in stills(Deck("", (backprop,))) for i in re.findall(' id="(.*?)"', svg.decode())]
    assert len({*found}) == len(found) > 1000


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tale", ["one node", "backprop", "long names", "names", "wide"])
def test_captions_stay_in_the_picture(tale: str, theme: str) -> None:
    drawing = tg.draw(TALES[tale](), theme=theme)
    steps = "network,forward,backward" if len(drawing.graph) > 1 else ""
    frames = tg.frames(drawing, steps=steps, title="word " * 200 + "W" * 400)
    sheet = canvas(frames)
    for i in range(len(frames)):
        root = ET.fromstring(still(frames, i))
        (group,) = (g for g in root.iter(f"{SVG}g") if g.get("id", "").endswith("_caption"))
        for text in group:
            size, y = float(text.attrib["font-size"]), float(text.attrib["y"])
            assert exact_width(text.text or "", size, False) < 0.93 * sheet.width
            assert y - size > frames.scene.height - size * 0.2 and y + 0.25 * size < sheet.height


def chain() -> tg.Tensor:
    x = tg.tensor(0.5, "x")
    for _ in range(12):
        x = tg.tanh(x)
    return x


@pytest.mark.parametrize(
    ("build", "direction"), [(TALES["backprop"], "TB"), (TALES["backprop"], "LR"), (chain, "TB"), (chain, "LR")]
)
def test_a_caption_is_whole_and_large_enough_in_any_shape(build: Callable[[], tg.Tensor], direction: str) -> None:
    page = (100.0, 4000.0) if direction == "TB" else (4000.0, 100.0)  # long strips
    frames = tg.frames(tg.draw(build(), direction=direction, fold=False, fit=page))
    sheet = canvas(frames)
    on_slide = min(960 / sheet.width, 540 / frames.scene.height)
    assert sheet.size * on_slide >= 11 and "…" not in " ".join(sheet.wrapped(("six by " * 16)[:CAPTION]))
    assert frames.scene.height > 4 * frames.scene.width or build is not chain or direction == "LR"


def test_captions_are_wrapped_and_cut_only_where_they_must_be() -> None:
    assert wrapped("one two three", 10, 45) == ["one two", "three"]
    assert wrapped("", 10, 45) == []
    assert len(wrapped("word " * 100, 10, 60)) == MOST_LINES and wrapped("word " * 100, 10, 60)[-1].endswith("…")
    assert wrapped("W" * 50, 10, 45)[0].endswith("…")


def test_a_folder_of_stills(tmp_path: Path, deck: Deck) -> None:
    folder = tmp_path / "frames"
    paths = deck.save_all(folder)
    assert [p.name for p in paths] == [f"{i:02}.svg" for i in range(1, 21)] == sorted(os.listdir(folder))
    assert {p.name: p.read_bytes() for p in paths} == dict(stills(deck))
    (folder / "notes.txt").write_text("mine")
    (folder / "01.svg").write_text("old")
    assert deck.save_all(folder)[0].read_bytes() == still(deck.chapters[0], 0)
    assert (folder / "notes.txt").read_text() == "mine" and len(os.listdir(folder)) == 21


def test_numbers_of_files_grow_with_the_deck(backprop: Frames) -> None:
    many = names(Deck("", (backprop,) * 6))
    assert many[0] == "001.svg" and many[-1] == "120.svg" and len(many) == 120


def test_stills_of_a_longer_run_are_not_mixed_with_those_of_this_one(tmp_path: Path, deck: Deck) -> None:
    for name in ("21.svg", "022.svg"):
        (tmp_path / name).write_text("other")
    with pytest.raises(tg.GraphError, match="holds 022.svg, 21.svg of another deck; remove"):
        deck.save_all(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["022.svg", "21.svg"]


def test_a_folder_that_cannot_be_written_is_left_as_it_was(
    tmp_path: Path, deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="is a file"):
        deck.save_all(tmp_path / "file")
    with pytest.raises(OSError, match="create it first"):
        deck.save_all(tmp_path / "no" / "frames")
    (tmp_path / "odd" / "20.svg").mkdir(parents=True)
    with pytest.raises(OSError, match="it is a folder"):
        deck.save_all(tmp_path / "odd")
    assert os.listdir(tmp_path / "odd") == ["20.svg"]
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "01.svg").write_text("old")
    written = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "07.svg":
            raise OSError(28, "No space left on device")
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    for folder in ("old", "new"):
        with pytest.raises(OSError, match="the disk is full"):
            deck.save_all(tmp_path / folder)
    assert os.listdir(tmp_path / "old") == ["01.svg"] and (tmp_path / "old" / "01.svg").read_text() == "old"
    assert not (tmp_path / "new").exists()
