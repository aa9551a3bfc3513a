"""Slides look as the scene does: sizes, weights, strokes and dashes, in PowerPoint and in SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

import tracegraph as tg
from tracegraph.formats.svg import still
from tracegraph.layout.page import place
from tracegraph.layout.scene import Curve, Scene, Text
from tracegraph.slides.story import Frames

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
S = "{http://www.w3.org/2000/svg}"


def story(theme: str = "print") -> Frames:
    """Bold and struck text, dashed lines (negative, and without gradient), several widths."""
    c = tg.constant(2.0, "c")
    marking = tg.mark(tg.trace(lambda a, b: (a - b) * c, 2.0, 3.0), [{"value": "sub_1", "written": "7"}])
    return tg.frames(tg.draw(marking.graph, theme=theme, detail="full"), steps="")


def items(scene: Scene, frames: Frames, kind: type) -> Iterator[Any]:
    """What the one frame shows."""
    parts = {(p.key, part.name): part for p in scene.pieces for part in p.parts}
    return (i for key in frames[0].shown for i in parts[key].items if isinstance(i, kind))


def slide(frames: Frames, to: str = "ppt/slides/slide1.xml") -> ET.Element:
    return ET.fromstring(ZipFile(BytesIO(tg.Deck("", (frames,)).render("pptx"))).read(to))


def test_the_story_has_all_looks() -> None:
    frames = story()
    texts, curves = ([*items(frames.scene, frames, kind)] for kind in (Text, Curve))
    assert {t.bold for t in texts} == {t.struck for t in texts} == {True, False}
    assert {"solid", "dashed"} == {c.dash for c in curves} and len({c.width for c in curves}) > 1


def test_text_in_powerpoint() -> None:
    pytest.importorskip("pptx")
    frames, root = story(), slide(story())
    scale = place(frames.scene).scale
    due = Counter((t.text, int(100 * t.size * scale), t.bold, t.struck) for t in items(frames.scene, frames, Text))
    found: Counter[Any] = Counter()
    for run in root.iter(f"{A}r"):
        look, text = run.find(f"{A}rPr"), run.findtext(f"{A}t")
        assert look is not None
        latin = look.find(f"{A}latin")
        key = text, int(look.get("sz", "0")), look.get("b") == "1", look.get("strike") == "sngStrike"
        found[key] += 1
        assert key not in due or latin is not None and latin.get("typeface") == "Arial"
    assert not due - found


def test_text_boxes_neither_grow_nor_wrap() -> None:
    pytest.importorskip("pptx")
    texts = {t.text for t in items(story().scene, story(), Text)}
    boxes = 0
    for body in slide(story()).iter(f"{P}txBody"):
        look = body.find(f"{A}bodyPr")
        if look is not None and any(t.text in texts for t in body.iter(f"{A}t")):
            boxes += 1
            assert look.get("wrap") == "none" and look.find(f"{A}noAutofit") is not None
            assert [look.get(side) for side in ("lIns", "tIns", "rIns", "bIns")] == ["0"] * 4
    assert boxes > 10


def test_lines_in_powerpoint() -> None:
    pytest.importorskip("pptx")
    frames = story()
    scale = place(frames.scene).scale
    due = sorted((round(c.width * scale, 1), c.dash) for c in items(frames.scene, frames, Curve))
    found = []
    for line in slide(frames).iter(f"{P}cxnSp"):
        look = line.find(f"{P}spPr/{A}ln")
        assert look is not None
        dash = look.find(f"{A}prstDash")
        kind = "solid" if dash is None or dash.get("val") == "solid" else "dashed"
        found.append((round(int(look.get("w", "0")) / 12700, 1), kind))
    assert {kind for _, kind in found} == {"solid", "dashed"}
    assert sorted(set(found)) == sorted(set(due))


def test_colours_of_cells_are_fixed_and_those_of_the_theme_are_not() -> None:
    """A number on a cell keeps its ink when somebody recolours the theme: the cell keeps its colour, too."""
    pytest.importorskip("pptx")
    frames = tg.frames(tg.draw(lambda a: a * 1.0, [[1.0, -1.0]]), steps="")
    fills: dict[str, set[str]] = {}
    for run in slide(frames).iter(f"{A}r"):
        fill = run.find(f"{A}rPr/{A}solidFill")
        assert fill is not None
        fills.setdefault(str(run.findtext(f"{A}t")), set()).add(fill[0].tag.removeprefix(A))
    assert fills["−1"] == fills["1"] == {"srgbClr"} and fills["= a"] == {"schemeClr"}


def test_effects_are_appear_and_disappear() -> None:
    pytest.importorskip("pptx")
    frames = tg.frames(tg.draw(lambda a, b: a * b, 2.0, 3.0))
    effects = [e for e in slide(frames).iter(f"{P}cTn") if e.get("presetClass")]
    assert effects and {e.get("presetID") for e in effects} == {"1"}


def test_text_and_lines_in_svg() -> None:
    frames = story()
    root = ET.fromstring(still(frames, 0))
    due = Counter((t.text, round(t.size, 2), t.bold, t.struck) for t in items(frames.scene, frames, Text))
    found = Counter(
        (t.text, float(t.get("font-size", "0")), t.get("font-weight") == "bold", "text-decoration" in t.attrib)
        for t in root.iter(f"{S}text")
    )
    assert not due - found
    lines = sorted((round(c.width, 2), c.dash != "solid") for c in items(frames.scene, frames, Curve))
    drawn = [(float(p.get("stroke-width", "1")), "stroke-dasharray" in p.attrib) for p in root.iter(f"{S}path")]
    assert sorted(drawn) == lines
