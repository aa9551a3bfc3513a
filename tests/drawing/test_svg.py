"""Text stays in its box, and the SVG is what every program reads, the same in every process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pictures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, SVG, TALES, by_hand, crowding, faults, groups, random_program

import tracegraph as tg
from tracegraph.layout.scene import Text
from tracegraph.picture.theme import THEMES
from tracegraph.picture.words import DETAILS, DIRECTIONS
from tracegraph.text import metrics

ROOT = Path(__file__).parents[2]
FORBIDDEN = ("style", "script", "foreignObject", "a", "link", "use", "animate")


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tale", TALES)
def test_text_stays_in_its_box(tale: str, theme: str) -> None:
    graph = tg.trace(TALES[tale]())
    for i, detail in enumerate(DETAILS):
        direction = DIRECTIONS[(i + len(tale)) % len(DIRECTIONS)]
        drawing = tg.draw(graph, theme=theme, detail=detail, direction=direction)
        assert not faults(drawing), (detail, direction)
        assert not [f for f in crowding(drawing) if f.startswith("card")]


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("detail", ["full", "outline"])
def test_hostile_names_stay_in_their_boxes(name: str, detail: str) -> None:
    a, b = tg.tensor(0.5, name), tg.tensor([1.0, 2.0], "b")
    with tg.scope(name):
        c = tg.tanh(a) * b
    drawing = tg.draw(tg.sum(c), detail=detail, theme="slides")
    assert not faults(drawing)
    assert max(g.frame.right - g.frame.left for g in groups(drawing.svg) if g.kind == "node" and g.frame) < 1000
    assert str(drawing) and drawing.render("json") and drawing.render("pdf") and drawing.render("png", scale=0.1)


def test_backslash_in_a_name_is_one() -> None:
    drawing = tg.draw(tg.tensor(1.0, r"a\N\G\\b"))
    assert r"a\N\G\\b" in [t.text for g in groups(drawing.svg) for t in g.texts]


@pytest.mark.slow
@pytest.mark.parametrize("name", by_hand())
def test_captions_of_the_examples_are_free(name: str) -> None:
    built = pictures.example(name)
    graph = built if isinstance(built, tg.Graph) else tg.trace(built)
    for i, theme in enumerate(THEMES):
        for direction, detail in (("LR", "full"), ("TB", DETAILS[i % len(DETAILS)])):
            drawing = tg.draw(graph, theme=theme, direction=direction, detail=detail)
            assert not faults(drawing) + crowding(drawing), (theme, detail)


def test_crowded_captions_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = pictures.exact_width
    monkeypatch.setattr(pictures, "exact_width", lambda *args: 2 * exact(*args))
    assert [f for f in crowding(tg.draw(pictures.example("backprop"), detail="full")) if f.startswith("caption")]


def test_a_wider_font_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = tg.draw(TALES["conv"](), detail="full")
    assert not faults(drawing)
    exact = pictures.exact_width
    monkeypatch.setattr(pictures, "exact_width", lambda *args: 1.25 * exact(*args))
    assert faults(drawing)


def off_centre(drawing: tg.Drawing) -> float:
    """By how much, at most, a number stands beside the middle of its cell."""
    pairs = [(t.rect, r) for g in groups(drawing.svg) for t in g.texts for r, _ in g.shapes[2:] if r.holds(t.rect)]
    assert pairs
    return max(abs(text.left + text.right - cell.left - cell.right) / 2 for text, cell in pairs)


def test_numbers_stand_in_the_middle_of_their_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(off_centre(tg.draw(TALES["grid"](), theme=theme)) < 0.1 for theme in THEMES)
    planted = tg.draw(TALES["grid"](), theme="slides")
    scene = planted.sheet.scene
    pieces = [replace(p, parts=tuple(replace(part, items=moved(part.items)) for part in p.parts)) for p in scene.pieces]
    monkeypatch.setattr(type(planted), "sheet", replace(planted.sheet, scene=replace(scene, pieces=tuple(pieces))))
    assert off_centre(planted) > 0.25


def moved(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Texts half a point further to the right."""
    return tuple(replace(i, x=i.x + 0.5) if isinstance(i, Text) else i for i in items)


def test_the_table_of_widths_is_that_of_the_fonts() -> None:
    ttlib = pytest.importorskip("fontTools.ttLib", reason="fontTools reads the fonts")
    font = ttlib.TTFont(str(ROOT / "tracegraph" / "fonts" / "TracegraphSans-Regular.ttf"))
    advances, names = font["hmtx"], font.getBestCmap()
    for char in "0123456789−.·=∂/xyzw₃₅σΣ‖":
        if ord(char) in names:
            width = advances[names[ord(char)]][0] * metrics.EM / font["head"].unitsPerEm
            assert abs(pictures.exact_width(char, 1, False) * metrics.EM - width) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("tale", TALES)
def test_svg_is_plain(tale: str) -> None:
    root = ET.fromstring(tg.draw(TALES[tale](), detail="full").svg.encode())
    assert root.get("role") == "graphics-document"
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids)) and all(re.fullmatch("[A-Za-z0-9_]+", i) for i in ids)
    named = (root.get("aria-labelledby") or "").split()
    assert {e.get("id"): e.tag for e in root}.items() >= {named[0]: f"{SVG}title", named[1]: f"{SVG}desc"}.items()
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in FORBIDDEN
        assert "style" not in element.attrib
        for name, value in element.attrib.items():
            if name.endswith("href"):
                assert value.startswith("data:image/png;base64,")
            elif name not in ("aria-label",):
                assert not re.search("rgba|transparent|url|javascript|//", value), (name, value)
    nodes = [g for g in root.iter(f"{SVG}g") if g.get("class") in ("node", "edge")]
    assert nodes and all(g.get("role") == "graphics-symbol" and g.get("aria-label") for g in nodes)


def test_labels_say_name_value_and_gradient() -> None:
    x = tg.tensor(3.0, "x")
    svg = tg.draw(x * x).svg
    assert 'aria-label="x: input, value 3, gradient 6"' in svg
    assert svg.count('class="edge"') == 2 and svg.count("contribution 3") >= 2


def test_two_drawings_on_a_page_have_their_own_ids() -> None:
    x = tg.tensor(3.0, "x")
    one, two = (set(re.findall(r'\bid="([^"]*)"', tg.draw(y).svg)) for y in (x * x, x + x))
    assert one and two and not one & two


PROGRAM = """
import sys, hashlib, numpy as np, tracegraph as tg
sys.path.insert(0, sys.argv[1])
from pictures import TALES
for tale in ("conv", "heat", "names", "scopes"):
    d = tg.draw(TALES[tale](), detail="full")
    for format in ("dot", "svg", "json", "txt", "pdf"):
        print(tale, format, hashlib.sha256(d.render(format)).hexdigest())
"""


@pytest.mark.slow
def test_same_program_same_bytes_in_any_process(tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text('<?xml version="1.0"?><fontconfig></fontconfig>')
    common = {k: v for k, v in os.environ.items() if k in ("PATH", "SYSTEMROOT", "TEMP")}
    seen = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)],
            env=common | extra,
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for folder, extra in [
            (tmp_path, {"PYTHONHASHSEED": "0", "HOME": str(tmp_path), "LC_ALL": "C"}),
            (ROOT, {"PYTHONHASHSEED": "1", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Tokyo", "FONTCONFIG_FILE": str(nothing)}),
        ]
    }
    assert len(seen) == 1 and next(iter(seen)).count("\n") == 20


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from(sorted(THEMES)), st.sampled_from(["outline", "full"]))
def test_random_programs_are_drawn(seed: int, theme: str, detail: str) -> None:
    with np.errstate(all="ignore"):
        graph = tg.trace(random_program(seed))
    drawing = tg.draw(graph, theme=theme, detail=detail)
    assert not faults(drawing)
    assert len([g for g in groups(drawing.svg) if g.kind == "edge"]) == len(drawing.graph.edges)
