"""The Beamer document compiles, and shows on each slide what its frame shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.formats.tikz import PAPER
from tracegraph.layout.page import WIDTH, place
from tracegraph.layout.scene import Area, Image, Text
from tracegraph.picture.heat import heat, pixels, png
from tracegraph.picture.theme import THEMES, VIK, shade
from tracegraph.slides.story import Frames
from tracegraph.text.latex import maths

PDFLATEX = shutil.which("pdflatex")
BEAMER = PDFLATEX and all(
    subprocess.run(["kpsewhich", name], capture_output=True).returncode == 0 for name in ("beamer.cls", "tikz.sty")
)
needs_beamer = pytest.mark.skipif(not BEAMER, reason="pdflatex with beamer and tikz is not installed")
HOSTILE = [
    r"\input{/etc/passwd}",
    "a_b^c",
    "50 % & 3 # {x} ~",
    "$x$",
    "日本",
    "x\x00\ud800",
    "●",
    "end{frame}",
    "w" * 300,
]


def net(name: str = "w", theme: str = "light") -> Frames:
    x = tg.tensor([[0.5, -1.0, 2.0]], "x")
    with tg.scope("dense"):
        w = tg.parameter([[0.1], [0.3], [-0.2]], name)
        h = tg.tanh(x @ w)
    big = tg.parameter(np.linspace(-1, 1, 400).reshape(1, 400), "big")
    loss = tg.mean((h @ big) ** 2)
    return tg.frames(tg.draw(loss, detail="full", theme=theme), steps="network,forward,backward")


def compiled(document: bytes, folder: Path) -> Path:
    """Run pdflatex; the PDF."""
    (folder / "s.tex").write_bytes(document)
    command = [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "s.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300)
    said = done.stdout.decode("latin-1")
    assert done.returncode == 0, said[-2000:]
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", said)]
    assert max(wide, default=0.0) < 1, said[-2000:]
    return folder / "s.pdf"


@needs_beamer
@pytest.mark.parametrize("theme", THEMES)
def test_it_compiles_to_a_slide_for_each_frame(theme: str, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    chapter = net(theme=theme)
    pdf = compiled(tg.Deck("A talk of h₃ & more", (chapter,)).render("tex"), tmp_path)
    assert len(pypdf.PdfReader(pdf).pages) == len(chapter) + 1


def spots(chapter: Frames) -> dict[tuple[str, str], list[Text]]:
    """The texts of each part that can come and go."""
    found: dict[tuple[str, str], list[Text]] = {}
    for piece in chapter.scene.of("card"):
        for part in piece.parts:
            texts = [i for i in part.items if isinstance(i, Text)]
            if part.name in ("value", "gradient") and texts:
                found[piece.key, part.name] = texts
    return found


@needs_beamer
@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="pdftoppm is not installed")
def test_a_slide_shows_what_its_frame_shows(tmp_path: Path) -> None:
    images = pytest.importorskip("PIL.Image")
    chapter, dots = net(), 4.0  # pixels for each point
    pdf = compiled(tg.Deck("", (chapter,)).render("tex"), tmp_path)
    subprocess.run(["pdftoppm", "-r", str(72.27 * dots), "-png", str(pdf), str(tmp_path / "p")], check=True)
    pages = [np.asarray(images.open(p).convert("L"), int) for p in sorted(tmp_path.glob("p-*.png"))]
    unit = place(chapter.scene).scale * PAPER / WIDTH
    left = (PAPER - chapter.scene.width * unit) / 2
    # Where the drawing begins from above is up to Beamer: the first row of the highest card tells.
    boxes = [p.box for p in chapter.scene.pieces if p.kind in ("card", "cluster")]
    x, y, w, _ = min(boxes, key=lambda box: box[1])
    column = pages[0][:, round((left + (x + w / 2) * unit) * dots)]
    title = round(30 * dots)
    top = (np.flatnonzero(column[title:] < 250).min() + title) / dots - y * unit
    for frame, page in zip(chapter, pages, strict=True):
        for part, texts in spots(chapter).items():
            for t in texts:
                middle = round((left + t.x * unit) * dots), round((top + (t.y - 0.3 * t.size) * unit) * dots)
                area = page[middle[1] - 5 : middle[1] + 5, middle[0] - 12 : middle[0] + 12]
                assert (np.ptp(area) > 60) == (part in frame.shown), (frame.caption, t.text)


@needs_beamer
def test_hostile_names_compile_and_do_nothing(tmp_path: Path) -> None:
    deck = tg.Deck("\\undefined", tuple(net(name) for name in HOSTILE))
    assert compiled(deck.render("tex"), tmp_path).exists()


def test_frames_alone_have_no_preamble_and_say_what_they_need() -> None:
    text = tg.Deck("", (net(),)).render("frame").decode("ascii")
    assert "\\documentclass" not in text and text.startswith("% The preamble needs:\n% \\usepackage{amsmath")
    assert text.count("\\begin{frame}") == 1


def test_overlays_are_the_spans_of_the_frames() -> None:
    chapter = net()
    text = tg.Deck("", (chapter,)).render("tex").decode("ascii")
    last = len(chapter)
    due = [
        ",".join(f"{a}-" if b == last else f"{a}-{b}" for a, b in spans)
        for spans in chapter.spans.values()
        if spans != ((1, last),)
    ]
    assert re.findall(r"\\uncover<([^>]*)>", text) == due
    assert re.findall(r"^\\only<(\d+)>", text, re.MULTILINE) == [str(i) for i in range(1, last + 1)]
    assert tg.Deck("", (net(),)).render("tex").decode("ascii") == text


def test_every_card_and_arrow_is_drawn() -> None:
    chapter = net()
    text = tg.Deck("", (chapter,)).render("tex").decode("ascii")
    for piece in chapter.scene.of("card"):
        x, y, _, _ = piece.box
        assert f"({x:.2f},{y:.2f}) rectangle" in text
    for piece in chapter.scene.of("arrow"):
        x, y = piece.parts[-1].items[0].points[0]  # type: ignore[union-attr]
        assert f"] ({x:.2f},{y:.2f}) .. controls" in text


def test_bold_struck_and_rounded() -> None:
    marking = tg.mark(tg.trace(lambda a, b: a * b + a, 2.0, 3.0), [{"value": "a", "written": "2.5"}])
    chapter = tg.frames(tg.draw(marking.graph), steps="")
    text = tg.Deck("", (chapter,)).render("tex").decode("ascii")
    parts = [i for p in chapter.scene.pieces for part in p.parts for i in part.items if part.name != "focus"]
    texts = [i for i in parts if isinstance(i, Text)]
    assert text.count(r"\bfseries\boldmath") == sum(t.bold for t in texts) > 0
    assert text.count(r"\rlap{\raisebox") == sum(t.struck for t in texts) == 1
    assert text.count("rounded corners=") == sum(isinstance(i, Area) and i.radius > 0 for i in parts) > 0
    assert all(float(r) > 1 for r in re.findall(r"rounded corners=([\d.]+)pt", text))


def test_colours_are_those_of_the_scene() -> None:
    chapter = net()
    text = tg.Deck("", (chapter,)).render("tex").decode("ascii")
    defined = dict(re.findall(r"\\definecolor\{(tg[0-9a-f]{6})\}\{HTML\}\{([0-9A-F]{6})\}", text))
    assert len(defined) > 10 and all(name == f"tg{color.lower()}" for name, color in defined.items())


def test_a_heat_map_is_cell_by_cell() -> None:
    array = np.zeros((9, 9))
    array[4, 2] = 1.0
    chapter = tg.frames(tg.draw(lambda a: a * 1.0, array), steps="")
    image = next(i for p in chapter.scene.of("card") for i in p.parts[1].items if isinstance(i, Image))
    text = tg.Deck("", (chapter,)).render("tex").decode("ascii")
    w = image.width / 9
    x, y = image.x + 2 * w, image.y + 4 * image.height / 9
    assert f"({x:.2f},{y:.2f}) rectangle ({x + w:.2f},{y + image.height / 9:.2f})" in text


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("∂L/∂w₃₅ = −0.0422", r"$\ensuremath{\partial}L/\ensuremath{\partial}w_{35}=-0.0422$"),
        ("3.2×10⁻¹⁷", r"$3.2 \times 10^{-17}$"),
        ("parameter 3×3", r"parameter $3\ensuremath{\times}3$"),
        ("ŷ₁", r"$\hat{y}_{1}$"),
        ("value", "value"),
        ("learning_rate", r"learning\_rate"),
        ("a & b", r"$a\ \text{\&}\ b$"),
    ],
)
def test_maths(text: str, due: str) -> None:
    assert maths(text) == due


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_maths_is_ascii_and_balanced(text: str) -> None:
    written = maths(text)
    assert written.isascii() and written.replace(r"\$", "").count("$") % 2 == 0
    bare = re.sub(r"\\[{}\\]", "", written)
    assert bare.count("{") == bare.count("}")


def test_pixels_are_those_of_the_map() -> None:
    array = np.linspace(-1, 1, 12).reshape(3, 4)
    array[1, 2] = np.nan
    found = pixels(png(heat(array).tones, VIK, "#abcdef"), 10)
    assert [len(found), len(found[0])] == [3, 4] and found[1][2] == "#abcdef"
    assert found[0][0] == shade(VIK, -1.0) and found[2][3] == shade(VIK, 1.0)
    assert len(pixels(png(heat(np.ones((90, 80))).tones, VIK, "#abcdef"), 10)) == 10
