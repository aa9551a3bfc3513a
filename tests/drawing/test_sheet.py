"""One layout for everything that is written, one registry that says what can be; and nothing edits text of others."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pictures import TALES

import tracegraph as tg
from tracegraph.formats import FORMATS, stepped, stills
from tracegraph.layout.laying import LAYOUTS

pytest.importorskip("pypdf"), pytest.importorskip("PIL"), pytest.importorskip("pptx")
PACKAGE = Path(tg.__file__).parent
EDITS = ("sub", "subn")
ALLOWED = {
    "formats/mermaid.py": "replaces in words, which go into a text of its own",
    "formats/pptx/package.py": "no SVG and no DOT: the XML of a slide",
    "graphviz/run.py": "takes the clock out of the PDF and EPS that Graphviz writes",
}
"""Files that replace by regular expressions, and why that is none of what the test is about."""


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the layouts that are asked for places."""
    asked: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        lay = LAYOUTS[name]
        return lambda *given: asked.append(name) or lay(*given)

    for name in LAYOUTS:
        monkeypatch.setitem(LAYOUTS, name, counted(name))
    return asked


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_drawing_is_laid_out_once_whatever_is_written_from_it(
    layout: str, layouts: list[str], tmp_path: Path
) -> None:
    drawing = tg.draw(TALES["square"](), detail="full", layout=layout)
    for name in stills():
        drawing.render(name)
    for steps in ("", "forward,backward"):
        deck = tg.Deck("", (tg.frames(drawing, steps=steps),))
        for name in stepped():
            deck.render(name)
        deck.save_all(tmp_path / f"frames{len(steps)}")
    drawing._repr_mimebundle_()
    assert layouts == [layout]


def test_what_needs_no_places_is_not_laid_out(layouts: list[str]) -> None:
    drawing = tg.draw(TALES["square"]())
    for name in [name for name in stills() if not FORMATS[name].laid]:
        drawing.render(name)
    assert not layouts and {"json", "txt"} == {name for name in FORMATS if not FORMATS[name].laid}


def test_a_format_holds_what_it_says() -> None:
    one = tg.frames(tg.draw(TALES["square"]()), steps="")
    for name, format in FORMATS.items():
        assert format.still or format.steps, name
        assert format.about and (format.suffix == name or not format.still)
        if format.steps and not format.chapters:
            with pytest.raises(tg.GraphError, match="holds one drawing, and the deck has 2"):
                tg.Deck("", (one, one)).render(name)


def test_a_new_format_is_known_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(FORMATS, "new", replace(FORMATS["svg"], suffix="new", write=lambda *_: b"new"))
    drawing = tg.draw(TALES["square"]())
    assert drawing.save(tmp_path / "a.new").read_bytes() == b"new"
    assert tg.frames(drawing).save(tmp_path / "b.new").read_bytes() == b"new"
    with pytest.raises(tg.GraphError, match="new"):
        drawing.save(tmp_path / "a.other")


def edits(source: str) -> Iterator[int]:
    """Lines that replace by a regular expression in what is not plain words: in bytes, tags or statements."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in EDITS:
            yield node.lineno


@pytest.mark.parametrize("folder", ["formats", "layout", "slides", "graphviz", ""])
def test_no_regular_expression_edits_a_file_of_graphviz_or_svg(folder: str) -> None:
    files = (PACKAGE / folder).rglob("*.py") if folder else [PACKAGE / "drawing.py", PACKAGE / "notebook.py"]
    found = {p.relative_to(PACKAGE).as_posix() for p in files if [*edits(p.read_text("utf-8"))]}
    assert found <= {*ALLOWED}


def test_a_planted_edit_is_found() -> None:
    assert [*edits("import re\nx = re.sub('<g ', '<h ', svg)\n")] == [2]
