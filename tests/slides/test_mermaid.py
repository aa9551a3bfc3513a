"""Mermaid text: every card and arrow is in it, and no name can break it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.formats.mermaid import write
from tracegraph.picture.theme import THEMES

MERMAID = os.environ.get("TRACEGRAPH_MERMAID", "")
"""Path of mermaid.min.js, to be set by hand; the test that needs it is skipped without."""
STATEMENT = re.compile(
    r"""%%\{init:\ .*\}%%|flowchart\ (LR|TB|RL|BT)|\ \ acc(Title|Descr):\ [^;\#"]+|\ *subgraph\ c[\d_]+\["[^"]*"\]
    |\ *end|\ *n\d+\["[^"]*"\]:::\w+|\ \ n\d+\ (-->|-\.->)(\|"[^"]*"\|)?\ n\d+|\ \ linkStyle\ \d+\ [\w:\#,.-]+
    |\ \ classDef\ \w+\ [\w:\#,]+""",
    re.VERBOSE,
)
HOSTILE = [
    "end",
    'a"]; b',
    "<script>x</script>",
    "#35;",
    "1. list",
    "`**x**`",
    "a_b _c_",
    "\\n",
    "$$x$$",
    "x\x00\ud800",
]


def loss(name: str, scope: str = "layer") -> tg.Tensor:
    with tg.scope(scope):
        w = tg.parameter([[1.0, 2.0], [3.0, -4.0]], name)
        y = tg.relu(tg.tensor([[1.0, -1.0]], "x") @ w)
    return tg.sum(y)


def written(drawing: tg.Drawing) -> str:
    return write(tg.Deck("", (tg.frames(drawing, steps=""),))).decode()


def faults(text: str) -> list[str]:
    """Lines that are no statement of ours: something broke out of its quotes."""
    return [line for line in text.splitlines() if not STATEMENT.fullmatch(line)]


@pytest.mark.parametrize("theme", THEMES)
def test_every_card_and_arrow_is_in_it(theme: str) -> None:
    drawing = tg.draw(loss("w"), detail="full", theme=theme)
    text = written(drawing)
    assert not faults(text)
    assert sorted(re.findall(r'^ *(n\d+)\["', text, re.MULTILINE)) == sorted(b.key for b in drawing.picture.boxes)
    arrows = re.findall(r"^  (n\d+) (?:-->|-\.->).* (n\d+)$", text, re.MULTILINE)
    assert arrows == [(a.source, a.target) for a in drawing.picture.arrows]
    for box in drawing.picture.boxes:
        row = next(line for line in text.splitlines() if line.strip().startswith(f'{box.key}["'))
        cells = [cell for p in box.panels for g in p.grids for cells in g.cells for cell in cells]
        assert all(n in row for n in (box.title, *(p.number for p in box.panels), *cells))


def test_what_was_found_and_marked_is_in_it() -> None:
    flow = tg.flow(lambda a: tg.sum(tg.where(tg.greater(a, 0.0), tg.sqrt(a), 0.0)), [4.0, 0.0])
    drawing = tg.draw(flow)
    text = written(drawing)
    assert all(badge.text in text for box in drawing.picture.boxes for badge in box.tags) and "NaN born" in text
    assert all(line.text in text for line in drawing.picture.header) and drawing.picture.header
    marking = tg.mark(tg.trace(lambda a, b: a * b, 2.0, 3.0), [{"value": "mul_1", "written": "7"}])
    assert "✗ 7 6" in written(tg.draw(marking.graph))


@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_those_of_the_drawing(theme: str) -> None:
    drawing = tg.draw(lambda a, b: tg.sum(a * -1.0 * b) + a, -2.0, 3.0, theme=theme)
    look, text = THEMES[theme], written(drawing)
    dot = [line for line in drawing.dot.split("\n") if " -> " in line]
    due = [(re.search(r'color="(#\w+)"', line), re.search(r'penwidth="([\d.]+)"', line)) for line in dot]
    found = re.findall(r"^  linkStyle \d+ stroke:(#\w+),stroke-width:([\d.]+)px$", text, re.MULTILINE)
    assert [color for color, _ in found] == [c[1] for c, _ in due if c]
    assert [float(w) for _, w in found] == pytest.approx([float(w[1]) / look.scale for _, w in due if w], abs=0.01)
    classes = dict(re.findall(r"classDef (\w+) fill:(#\w+)", text))
    assert classes == {b.role: look.roles[b.role] for b in drawing.picture.boxes}


def test_an_arrow_without_gradient_is_dotted() -> None:
    drawing = tg.draw(loss("w") * tg.constant(2.0, "c"), fold=False)
    dotted = re.findall(r"^  (n\d+) -\.->", written(drawing), re.MULTILINE)
    assert dotted == [a.source for a in drawing.picture.arrows if a.weight is None] != []


def test_html_labels_are_off() -> None:
    head = written(tg.draw(loss("w"))).splitlines()[0]
    settings_ = json.loads(head.removeprefix("%%{init: ").removesuffix("}%%"))
    assert settings_["htmlLabels"] is False and settings_["flowchart"]["htmlLabels"] is False


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_in_their_quotes(name: str) -> None:
    assert not faults(written(tg.draw(loss(name, name.replace("/", "") or "s"))))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.text(max_size=30))
def test_any_name_stays_in_its_quotes(name: str) -> None:
    assert not faults(written(tg.draw(loss(name or "w"))))


def test_a_name_that_breaks_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracegraph.formats.mermaid.LIKE", {})
    assert faults(written(tg.draw(loss('a"]\nend'))))


@pytest.mark.browser
@pytest.mark.skipif(not MERMAID or not shutil.which("chromium"), reason="needs Chromium, and Mermaid's script")
@pytest.mark.parametrize("name", HOSTILE)
def test_mermaid_itself_draws_it(name: str, tmp_path: Path) -> None:
    drawing = tg.draw(loss(name), detail="full")
    text = json.dumps(written(drawing)).replace("</", "<\\/")
    page = (
        f"<meta charset=utf-8><body><script src='{Path(MERMAID).as_uri()}'></script><script>"
        f"mermaid.initialize({{startOnLoad: false}}); mermaid.render('g', {text})"
        ".then(r => document.body.innerHTML = r.svg).catch(e => document.title = e)</script>"
    )
    (tmp_path / "page.html").write_text(page, "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    command = ["chromium", *flags, f"--user-data-dir={tmp_path}", (tmp_path / "page.html").as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    found = dom[dom.rindex("<svg") :]
    assert len(re.findall(r'class="node ', found)) == len(drawing.picture.boxes)
    assert "foreignObject" not in found and "&amp;#" not in found
