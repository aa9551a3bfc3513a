"""Lessons: each has every part or says why not, and what is in the gallery is linked."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from test_gallery import EXAMPLES, OUTPUT

import tracegraph as tg
from tracegraph.cli.example_file import INDEX, example, index, lesson_of
from tracegraph.cli.program import program
from tracegraph.errors import GraphError
from tracegraph.lessons import PARTS, page

LESSONS = [file for file in EXAMPLES if "def lesson(" in file.read_text("utf-8")]
LINK = re.compile(r"\]\(([^)]+)\)|(?:src|href)=\"([^\"]+)\"")
WHOLE = '''
import tracegraph as tg

def build():
    """A product."""
    x, w = tg.tensor(2.0, "x"), tg.parameter(3.0, "w")
    L = x * w
    return L

def lesson():
    return tg.Lesson(
        title="A product", subject="Products", place=1, summary="Two numbers.", question="What is 2·3?", answer="6.",
        marked={{"marked": (build, {claims!r})}}{more}
    )
'''


def links(file: Path) -> set[str]:
    """What a page links to, in its own folder and elsewhere."""
    return {first or second for first, second in LINK.findall(file.read_text("utf-8"))}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A whole lesson; its file."""
    claims = tmp_path / "claims.toml"
    claims.write_text('[[claim]]\nvalue = "L"\nwritten = "5"\n')
    file = tmp_path / "product.py"
    file.write_text(WHOLE.format(claims=str(claims), more=""), encoding="utf-8")
    return file


def test_every_example_is_a_lesson() -> None:
    assert EXAMPLES == LESSONS and len(LESSONS) >= 26


@pytest.mark.parametrize("file", LESSONS, ids=lambda f: f.stem)
def test_a_lesson_has_every_part_or_says_why_not(file: Path) -> None:
    text = (OUTPUT / file.stem / INDEX).read_text("utf-8")
    for part in PARTS.values():
        section = text.split(f"\n## {part.heading}\n\n")[1].split("\n## ")[0].strip()
        assert len(section) > 20
        assert not section.startswith("None:") or len(section.split()) > 3


@pytest.mark.parametrize("file", LESSONS, ids=lambda f: f.stem)
def test_every_link_leads_somewhere_and_every_file_is_linked(file: Path) -> None:
    folder = OUTPUT / file.stem
    linked = {(folder / link).resolve() for link in links(folder / INDEX) if not link.startswith("http")}
    assert {path for path in linked if not path.exists()} == set()
    shown = {path for path in folder.iterdir() if path.name != INDEX and path.suffix != ".txt"}
    assert {path.name for path in shown} <= {path.name for path in linked}


def test_the_index_lists_every_lesson() -> None:
    linked = links(OUTPUT / INDEX)
    assert {f"{file.stem}/{INDEX}" for file in LESSONS} <= linked
    assert all((OUTPUT / link).exists() for link in linked)


def test_a_lesson_becomes_a_page_with_its_files(written: Path, tmp_path: Path) -> None:
    drawn, lesson = example(written, tmp_path / "out")
    assert drawn == ["product/product"] and lesson is not None
    names = {path.name for path in (tmp_path / "out" / "product").iterdir()}
    assert names >= {INDEX, "product.svg", "solution.md", "solution.tex", "marked.md", "slides.html"}
    text = (tmp_path / "out" / "product" / INDEX).read_text("utf-8")
    assert "What is 2·3?" in text and "6." in text and "L = x * w" in text and "0 of 1 right, 1 slip" in text
    assert b"[A product](product/README.md)" in index([lesson])


def test_a_part_that_is_missing_is_named(written: Path) -> None:
    written.write_text(written.read_text("utf-8").replace("marked={", "solutions={}, marked={"), encoding="utf-8")
    with (
        program(written) as module,
        pytest.raises(GraphError, match=r"product: the lesson has no solution; give it one, or"),
    ):
        page(lesson_of(module, written), written.parent)


def test_a_reason_for_a_part_that_there_is_not_is_refused(written: Path) -> None:
    text = written.read_text("utf-8").replace("marked={", "without={'songs': 'none'}, marked={")
    written.write_text(text, encoding="utf-8")
    with program(written) as module, pytest.raises(GraphError, match="a lesson has no part 'songs'; there"):
        page(lesson_of(module, written), written.parent)


def test_a_lesson_that_is_none_is_refused(written: Path) -> None:
    text = written.read_text("utf-8").replace("return tg.Lesson(", "return dict(")
    written.write_text(text, encoding="utf-8")
    with program(written) as module, pytest.raises(Exception, match=r"lesson\(\) returned dict, not a tg.Lesson"):
        lesson_of(module, written)


def test_a_lesson_is_one_of_the_public_names() -> None:
    assert tg.Lesson.__module__ == "tracegraph.lessons.lesson"


def test_words_of_a_lesson_say_nothing_to_markdown(written: Path, tmp_path: Path) -> None:
    hostile = """A <b>"new" | *product*</b> & more"""
    text = written.read_text("utf-8").replace("'A product'", "HOSTILE").replace('"A product"', "HOSTILE")
    written.write_text(text.replace('"Two numbers."', "HOSTILE") + f"\nHOSTILE = {hostile!r}\n", encoding="utf-8")
    _, lesson = example(written, tmp_path / "out")
    assert lesson is not None and lesson.lesson.title == hostile
    listed = index([lesson]).decode().splitlines()[-1]
    assert listed.count("|") == 3 and "<b>" not in listed and 'alt="A &lt;b&gt;' in listed
    heading = (tmp_path / "out" / "product" / INDEX).read_text("utf-8").splitlines()[0]
    assert heading.startswith("# A ") and "<b>" not in heading.replace("\\<b\\>", "")


def test_a_subject_stands_once_in_the_index(written: Path) -> None:
    with program(written) as module:
        whole = lesson_of(module, written)
    places = [
        replace(whole, lesson=replace(whole.lesson, place=place, subject=subject))
        for place, subject in ((1, "A"), (2, "B"), (3, "A"))
    ]
    assert [line for line in index(places).decode().splitlines() if line.startswith("## ")] == ["## A", "## B"]
