"""``tracegraph slides``: what is written, what is said about the size of the type, and what helps."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from commands import run, write

import tracegraph as tg
from tracegraph.cli.slides_command import formats, others
from tracegraph.formats import FORMATS as EVERY
from tracegraph.formats import stepped
from tracegraph.layout.page import HEIGHT, WIDTH, place, type_size
from tracegraph.slides.advice import Choice, best, choices
from tracegraph.slides.paging import LEAST, READABLE, whole

SMALL = """
def build():
    x = tg.tensor(0.5, "x")
    w = tg.parameter(2.0, "w")
    loss = (x * w - 3.0) ** 2
    return loss
"""
WIDE = """
def build():
    h = tg.tensor(0.5, "x")
    for i in range(9):
        h = tg.tanh(h * tg.parameter(0.1 * (i + 1), f"w_{i + 1}"))
    return h
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


def slides(program: str, *arguments: str) -> Result:
    return run("slides", write(program), *arguments)


def sizes(text: str) -> list[float]:
    return [float(size) for size in re.findall(r"(?:type: |gives )([\d.]+)", text)]


def test_formats_are_those_of_the_writers() -> None:
    assert {*formats(), *others()} == set(stepped()) and others() == {n: EVERY[n].suffix for n in others()}


def test_every_format_and_a_folder_in_one_run() -> None:
    outputs = [f"a.{format}" for format in formats()]
    result = slides(SMALL, *(part for o in [*outputs, "frames/"] for part in ("-o", o)))
    assert result.exit_code == 0, result.stderr
    count = len(tg.frames(tg.draw(program(SMALL), detail="full", theme="slides")))
    assert result.stderr.count(f"({count} steps)") == len(outputs) + 1
    begins = {
        "pptx": b"PK",
        "tex": b"\\documentclass",
        "pdf": b"%PDF",
        "html": b"<!",
        "svg": b"<?xml",
        "gif": b"GIF89a",
        "mmd": b"%%{init",
    }
    assert all(Path(f"a.{format}").read_bytes().startswith(begins[format]) for format in formats())
    assert len([*Path("frames").glob("*.svg")]) == count


def program(text: str) -> tg.Tensor:
    space: dict[str, object] = {"tg": tg}
    exec(text, space)
    return space["build"]()  # type: ignore[operator, no-any-return]


def test_formats_that_a_suffix_does_not_name() -> None:
    assert slides(SMALL, "-o", "a.tex", "--to", "frame").exit_code == 0
    assert "\\documentclass" not in Path("a.tex").read_text()
    assert slides(SMALL, "--to", "fragments").exit_code == 0
    assert "fragment" in next(Path().glob("*.svg")).read_text("utf-8")


def test_the_size_that_is_told_is_that_of_the_smallest_text() -> None:
    drawing = tg.draw(program(SMALL), detail="full", theme="slides", fit="slide")
    laid = drawing.sheet.scene
    scale = min(912 / laid.width, (HEIGHT - 60 - 48) / laid.height, 2.0)
    svg = tg.Deck("", (tg.frames(drawing, steps=""),)).render("svg").decode()
    smallest = min(float(size) for size in re.findall(r'font-size="([\d.]+)"', svg))
    assert type_size(laid) == pytest.approx(scale * smallest) and place(laid).scale == scale
    assert sizes(slides(SMALL, "-o", "a.mmd").stderr)[0] == pytest.approx(type_size(laid), abs=0.051)


def test_a_scene_is_inside_its_slide() -> None:
    for text in (SMALL, WIDE):
        laid = tg.draw(program(text)).sheet.scene
        scale, x, y = place(laid)
        assert 0 < x and x + scale * laid.width < WIDTH and 0 < y and y + scale * laid.height < HEIGHT


def test_small_type_fills_several_slides_and_the_law_is_said_before() -> None:
    result = slides(WIDE, "-o", "a.html", "-o", "a.pptx")
    assert result.exit_code == 0 and Path("a.html").exists()
    law, told = result.stderr.splitlines()[:2]
    assert law.startswith("19 cards, about 2 slides: at 14 pt a page holds about 16 cards of numbers or 7 of arrays")
    assert sizes(told)[0] >= READABLE and told.endswith("slides")
    count = int(told.split()[-2])
    assert f"({count} of {count})" in Path("a.html").read_text("utf-8")
    one = slides(WIDE, "-o", "b.html", "--split", "1")
    assert sizes(one.stderr)[0] < READABLE and "(1 of" not in Path("b.html").read_text("utf-8")


@pytest.mark.slow
def test_small_type_is_warned_of_with_what_helps() -> None:
    result = slides(WIDE, "-o", "a.html", "--split", "1", "--auto")
    found = sizes(result.stderr)
    assert found[0] < READABLE and found[1:] == sorted(found[1:])
    said = dict(re.findall(r"(--[^,;\n]*?) gives ([\d.]+)", result.stderr))
    again = slides(WIDE, "-o", "b.html", *next(reversed(said)).split())
    assert sizes(again.stderr)[0] == pytest.approx(float(said[next(reversed(said))]), abs=0.051)


@pytest.mark.slow
def test_strict_fails_and_writes_nothing_auto_helps() -> None:
    result = slides(WIDE, "-o", "a.html", "--split", "1", "--strict")
    assert result.exit_code == 1 and f"--strict asks for {LEAST:g}" in result.stderr and not Path("a.html").exists()
    result = slides(WIDE, "-o", "a.html", "--split", "1", "--strict", "--auto")
    assert result.exit_code == 0 and "drawn with --" in result.stderr and Path("a.html").exists()
    assert slides(SMALL, "-o", "b.html", "--strict", "--theme", "light").exit_code == 0


@pytest.mark.slow
def test_auto_does_not_split_for_a_format_that_holds_one_drawing() -> None:
    result = slides(WIDE, "-o", "a.mmd")
    assert result.exit_code == 0 and "warning: type: " in result.stderr and "drawn with" not in result.stderr
    result = slides(WIDE, "-o", "a.html", "-o", "a.mmd", "--auto")
    assert result.exit_code == 0 and "drawn with --" in result.stderr and "--split" not in result.stderr


def test_what_is_said_is_in_the_file() -> None:
    arguments = ("--title", "A talk", "--split", "2", "--by", "step", "--one-slide-per-step")
    assert slides(WIDE, "-o", "a.html", "-o", "a.pptx", *arguments).exit_code == 0
    page = Path("a.html").read_text("utf-8")
    assert "A talk" in page and "(1 of 2)" in page and "(2 of 2)" in page
    pptx = pytest.importorskip("pptx")
    assert len(pptx.Presentation("a.pptx").slides) == 1 + 2 * 2  # the title; forward and backward of both parts


def test_to_takes_any_file_name() -> None:
    assert slides(SMALL, "-o", "talk.slides", "--to", "html").exit_code == 0
    assert Path("talk.slides").read_bytes().startswith(b"<!")


def test_the_best_has_its_numbers_if_it_can() -> None:
    graph = tg.trace(program(WIDE))

    def draw(graph: tg.Graph, look: object) -> tg.Drawing:
        return tg.draw(graph, **look)  # type: ignore[arg-type]

    found = list(choices(graph, {"detail": "full", "theme": "slides"}, draw))
    assert best(found).numbers and best(found).size >= LEAST and found[-1].size >= READABLE
    shapes = tg.draw(graph, detail="shapes")
    assert not Choice("", shapes, tuple(whole(shapes))).numbers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["-o", "a.docx"], 2, "no format .docx"),
        (["-o", "missing/a.html"], 1, "the folder does not exist"),
        (["-o", "missing/frames/"], 1, "folder around it does not exist"),
        (["-o", "a.html", "--steps", "sideways"], 2, "no steps are called 'sideways'"),
        (["-o", "a.html", "--steps", "update"], 1, "nothing happens in update; this drawing has forward, backward"),
        (["-o", "a.html", "--by", "row"], 2, "row"),
        (["-o", "a.mmd", "--split", "2"], 1, "Mermaid holds one drawing"),
        (["-o", "a.html", "--split", "301"], 2, "301"),
        (["-o", "a.html", "--split", "some"], 2, "some"),
    ],
)
def test_wrong_input_is_told_in_one_line_and_nothing_is_written(arguments: list[str], code: int, said: str) -> None:
    result = slides(WIDE, *arguments)
    assert result.exit_code == code and said in result.stderr
    if code == 1:
        assert result.stderr.splitlines()[-1].startswith("error: ")
    assert not [p for p in Path().iterdir() if p.suffix != ".py"]


@pytest.mark.parametrize(("module", "output"), [("pptx", "a.pptx"), ("pypdf", "a.pdf"), ("PIL", "a.gif")])
def test_a_missing_extra_has_its_exit_code(module: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    result = slides(SMALL, "-o", output, "-o", "b.html")
    assert result.exit_code == 3 and "pip install 'tracegraph[" in result.stderr and not Path("b.html").exists()


def test_a_finished_drawing_is_taken_as_it_is() -> None:
    text = SMALL.replace("return loss", "return tg.draw(loss, theme='dark')")
    result = slides(text, "-o", "a.html")
    assert result.exit_code == 0 and "taken as it is" in result.stderr
