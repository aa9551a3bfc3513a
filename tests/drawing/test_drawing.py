"""Drawings: files, notebooks, wrong use, and graphs too large or too dense to be drawn whole."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from counting import growth
from pictures import TALES, faults

import tracegraph as tg
from tracegraph import drawing as module
from tracegraph.errors import LayoutTimeout, TracegraphError
from tracegraph.formats import stills
from tracegraph.layout import dot_layout as layout
from tracegraph.notebook import SVG, TEXT, WIDTH

MAGIC = {
    "svg": b"<?xml",
    "png": b"\x89PNG\r\n\x1a\n",
    "pdf": b"%PDF-",
    "eps": b"%!PS-Adobe",
    "dot": b"digraph",
    "json": b"{",
    "txt": b"name",
    "pptx": b"PK",
    "tex": b"\\documentclass",
    "mmd": b"%%{init",
}


@pytest.fixture
def drawing() -> tg.Drawing:
    return tg.draw(TALES["backprop"](), detail="full")


def chain(length: int) -> tg.Tensor:
    x = tg.tensor(0.5, "x")
    for _ in range(length):
        x = tg.sin(x)
    return x


def dense(length: int) -> tg.Tensor:
    made = [tg.tensor(0.1, "x")]
    for _ in range(length):
        made.append(tg.tanh(tg.sum(tg.stack(made))))
    return made[-1]


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", stills())
def test_the_suffix_decides(drawing: tg.Drawing, tmp_path: Path, suffix: str) -> None:
    assert set(MAGIC) == set(stills())
    path = drawing.save(tmp_path / f"net.{suffix.upper()}")
    assert path.read_bytes().startswith(MAGIC[suffix])
    assert path.read_bytes() == drawing.render(suffix)


def test_tgraph_keeps_everything(drawing: tg.Drawing, tmp_path: Path) -> None:
    again = tg.load(drawing.save(tmp_path / "net.tgraph"))
    assert len(again) > len(drawing.graph)  # also what the drawing folds
    assert tg.draw(again, detail="full").dot == drawing.dot


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("net.gif", "no format '.gif'"),
        ("net", "there is none"),
        ("missing/net.svg", "folder does not exist"),
        (".svg", "there is none"),
        ("net.svg.", "there is none|no format"),
    ],
)
def test_wrong_paths(drawing: tg.Drawing, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(TracegraphError, match=said) as error:
        drawing.save(tmp_path / name)
    assert "\n" not in str(error.value) and not any(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="for root every file can be written")
def test_read_only(drawing: tg.Drawing, tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(TracegraphError, match="permission"):
        drawing.save(path)


def test_a_failed_drawing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = tg.draw(chain(2), layout="dot")
    path = tmp_path / "net.svg"
    path.write_text("old")

    def fail(*args: object, **options: object) -> bytes:
        raise tg.LayoutError("planted")

    monkeypatch.setattr(layout, "render", fail)
    with pytest.raises(tg.LayoutError, match="planted"):
        drawing.save(path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])  # type: ignore[return-value]


def test_scale_of_a_png(drawing: tg.Drawing) -> None:
    width, height = (float(v) for v in re.findall(r'="([\d.]+)pt"', drawing.svg)[:2])
    for scale in (0.5, 1, 3):
        across, down = size(drawing.render("png", scale=scale))
        assert across == pytest.approx(width * 96 / 72 * scale, abs=2)
        assert down == pytest.approx(height * 96 / 72 * scale, abs=2)


@pytest.mark.parametrize("scale", [0, -1, 0.001, 1000, float("nan"), float("inf")])
def test_absurd_scale(drawing: tg.Drawing, scale: float) -> None:
    with pytest.raises(tg.LayoutError, match="scale .* is not between"):
        drawing.render("png", scale=scale)


def test_a_bitmap_that_is_too_large() -> None:
    with pytest.raises(tg.LayoutError, match="pixels is too large"):
        tg.draw(chain(150), detail="full", fit=(100_000.0, 100.0)).render("png")
    with pytest.raises(tg.LayoutError, match="pixels is too large"):
        tg.draw(chain(40), detail="full", fit=(100_000.0, 100.0)).render("png", scale=20)


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="no pdftoppm on the PATH")
def test_pdf_is_one_page_of_its_size(drawing: tg.Drawing, tmp_path: Path) -> None:
    path = drawing.save(tmp_path / "net.pdf")
    subprocess.run(["pdftoppm", "-r", "72", "-png", str(path), str(tmp_path / "page")], check=True, timeout=60)
    (page,) = tmp_path.glob("page*.png")
    width, height = (float(v) for v in re.findall(r'="([\d.]+)pt"', drawing.svg)[:2])
    assert size(page.read_bytes()) == (pytest.approx(width, abs=2), pytest.approx(height, abs=2))


@pytest.mark.skipif(not shutil.which("gs"), reason="no Ghostscript on the PATH")
@pytest.mark.parametrize("tale", ["backprop", "names"])
def test_eps_is_read_by_ghostscript(tmp_path: Path, tale: str) -> None:
    path = tg.draw(TALES[tale](), detail="full").save(tmp_path / "net.eps")
    box = subprocess.run(
        ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=bbox", str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stderr
    found = re.search(r"%%BoundingBox: (\d+) (\d+) (\d+) (\d+)", box)
    assert found and int(found[3]) - int(found[1]) > 100


def test_json_holds_the_numbers(drawing: tg.Drawing) -> None:
    read = json.loads(drawing.render("json"))
    assert [n["name"] for n in read["nodes"]] == [n.name for n in drawing.graph]
    for node, told in zip(drawing.graph, read["nodes"], strict=True):
        assert told["value"] == float(f"{node.value:.12g}")
        assert told["gradient"] == (None if node.gradient is None else float(f"{node.gradient:.12g}"))
    for edge, told in zip(drawing.graph.edges, read["edges"], strict=True):
        sent = edge.contribution
        assert told["contribution"] == (None if sent is None else float(f"{sent:.12g}"))


@pytest.mark.parametrize("tale", TALES)
def test_json_can_be_read_by_everybody(tale: str) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    json.loads(tg.draw(TALES[tale]()).render("json").decode("utf-8"), parse_constant=refuse)


# --- notebooks -------------------------------------------------------------------------------------------------------


def test_notebooks_show_a_picture_and_a_table(drawing: tg.Drawing) -> None:
    shown = drawing._repr_mimebundle_()
    assert list(shown) == [SVG, TEXT]
    root = ET.fromstring(shown[SVG].encode())
    whole = ET.fromstring(drawing.svg.encode())
    assert float(whole.attrib["width"].removesuffix("pt")) > WIDTH and not {"width", "height"} & {*root.attrib}
    assert root.attrib["viewBox"] == whole.attrib["viewBox"] and [*root.itertext()] == [*whole.itertext()]
    narrow = tg.draw(TALES["square"]())
    assert narrow._repr_mimebundle_()[SVG] == narrow.svg


@pytest.mark.parametrize(
    ("include", "exclude", "kinds"),
    [(None, [SVG], [TEXT]), ([SVG], None, [SVG]), ([TEXT], [TEXT], []), (None, None, [SVG, TEXT])],
)
def test_notebooks_get_what_they_ask_for(
    drawing: tg.Drawing, include: list[str] | None, exclude: list[str] | None, kinds: list[str]
) -> None:
    assert list(drawing._repr_mimebundle_(include, exclude)) == kinds


def test_notebooks_show_the_table_without_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = tg.draw(chain(2), layout="dot")

    def missing(*args: object, **options: object) -> bytes:
        raise tg.LayoutError("Graphviz is missing: pip install pygraphviz")

    monkeypatch.setattr(layout, "render", missing)
    shown = drawing._repr_mimebundle_()
    assert list(shown) == [TEXT] and "(no picture: Graphviz is missing" in shown[TEXT]


def columns(text: str) -> int:
    """Places that a text takes in a terminal."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.category(c) in ("Mn", "Me", "Cf") for c in text)


def test_the_table_is_aligned() -> None:
    x, y = tg.tensor(1.0, "y_hat"), tg.tensor(2.0, "漢字")
    lines = str(tg.draw(tg.tanh(x) * y * tg.tensor(3.0, "q\u0302\u0303"))).splitlines()
    starts = [i for i, (a, b) in enumerate(zip(" " + lines[1], lines[1])) if b == "─" and a == " "]
    for line in [lines[0], *lines[2:]]:
        for start in starts[1:]:
            cut = next(i for i in range(len(line) + 1) if columns(line[:i]) >= start)
            assert line[cut - 2 : cut] == "  " and line[cut : cut + 1] != " ", line


def test_the_table_says_each_number() -> None:
    x = tg.tensor(3.0, "x")
    assert [line.split() for line in str(tg.draw(x * x)).splitlines()[2:]] == [
        ["x", "input", "scalar", "3", "6"],
        ["mul₁", "x·x", "scalar", "9", "1"],
    ]


# --- wrong use -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"theme": "blue"}, "light, dark, print, slides"),
        ({"theme": ["x"]}, "light, dark"),
        ({"detail": "all"}, "outline, shapes, values, full"),
        ({"detail": None}, "outline"),
        ({"direction": "up"}, "LR, TB, RL, BT"),
        ({"digits": 0}, "from 1 to 17"),
        ({"digits": "3"}, "from 1 to 17"),
        ({"digits": True}, "from 1 to 17"),
        ({"digits": 18}, "from 1 to 17"),
        ({"depth": -1}, "0 or more"),
        ({"depth": "2"}, "0 or more"),
    ],
)
def test_wrong_options_name_what_is_there(options: dict[str, object], said: str) -> None:
    with pytest.raises(tg.GraphError, match=said) as error:
        tg.draw(tg.tensor(1.0, "x"), **options)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_unknown_engine_and_format(drawing: tg.Drawing) -> None:
    with pytest.raises(tg.GraphError, match="no format 'gif'; there are svg"):
        drawing.render("gif")
    with pytest.raises(TracegraphError, match="no engine 'magic'; there are embedded, system"):
        tg.draw(chain(1), engine="magic")


# --- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("length", [600, 20_000])
def test_a_long_chain_is_drawn_in_groups(length: int) -> None:
    drawing = tg.draw(chain(length))
    assert not faults(drawing) and len(drawing.picture.boxes) <= 500
    assert drawing.picture.note.startswith(f"{length + 1:,} operations in 24 groups; open one with scope=")
    assert re.sub(r"\W+", "", drawing.picture.note)[:20] in re.sub(
        r"\W+", "", "".join(ET.fromstring(drawing.svg.encode()).itertext())
    )


@pytest.mark.slow
def test_the_work_for_a_picture_grows_with_the_chain_and_no_faster() -> None:
    def of(length: int) -> Callable[[], str]:
        graph = tg.trace(chain(length))
        return lambda: tg.draw(graph).dot

    assert growth(of, 1_000, 10_000) < 1.1


@pytest.mark.slow
def test_past_the_deadline_the_picture_is_coarser() -> None:
    drawing = tg.draw(dense(60), layout="dot", timeout=1.5)
    before, words, svg = len(drawing.graph), drawing.picture, drawing.svg
    seen = drawing.sheet
    assert len(seen.graph) < before and svg.count('class="node"') == len(seen.picture.boxes)
    assert seen.picture.note.startswith(f"Graphviz did not finish {before} cards within 1.5 s; drawn as")
    assert "did not finish" in svg and tg.frames(drawing, steps="").scene is seen.scene
    assert drawing.picture is words and len(json.loads(drawing.render("json"))["nodes"]) == len(drawing.graph) == before
    assert not faults(drawing)


def test_what_cannot_be_coarser_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def late(*args: object, **options: object) -> bytes:
        tries.append(args)
        raise LayoutTimeout("Graphviz did not finish")

    monkeypatch.setattr(layout, "render", late)
    with pytest.raises(LayoutTimeout):
        tg.draw(chain(100), layout="dot").render("svg")
    assert len(tries) == module.ATTEMPTS
    tries.clear()
    with pytest.raises(LayoutTimeout):
        tg.draw(chain(2), layout="dot").render("svg")
    assert len(tries) == 1


@pytest.mark.slow
def test_formulas_of_thousands_of_terms() -> None:
    x = tg.tensor(0.5, "x")
    drawing = tg.draw(tg.sum(tg.stack([x] * 3000)), detail="full")
    assert not faults(drawing) and "stack of 3000 tensors" in drawing.svg


def test_deep_scopes() -> None:
    import contextlib

    x = tg.tensor(0.5, "x")
    with contextlib.ExitStack() as stack:
        for i in range(300):
            stack.enter_context(tg.scope(f"s_{i}"))
            x = tg.tanh(x) if i % 20 == 0 else x
    drawing = tg.draw(x)
    scopes = {piece.label.rstrip(" …") for piece in drawing.sheet.scene.of("cluster")}
    assert not faults(drawing) and len(drawing.picture.clusters) == 1 and len(scopes) == 8


def test_what_is_not_finite_has_a_colour_and_a_word_and_no_width() -> None:
    with np.errstate(all="ignore"):
        x = tg.tensor([1.0, np.nan], "x")
        drawing = tg.draw(tg.sum(x * tg.tensor([np.inf, 1.0], "y")), theme="dark")
    arrows = [a for a in drawing.picture.arrows if not a.finite]
    assert arrows and all(a.weight == 0 for a in arrows)
    assert {a.lines[0].text for a in arrows} <= {"NaN", "∞"}
    assert drawing.theme.invalid in drawing.svg
    assert all(0 < float(w) < 10 for w in re.findall(r'penwidth="([^"]*)"', drawing.dot))
