"""What a notebook is given: the forms that it asks for, none wider than its page."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.engine.shown import MOST
from tracegraph.errors import LayoutError
from tracegraph.notebook import HTML, SVG, TEXT, bundle, fitted


def loss() -> tg.Tensor:
    return tg.exp(tg.parameter(1.0, "w") * 2.0)


SHOWN: dict[str, Callable[[], Any]] = {
    "graph": lambda: tg.trace(loss()),
    "drawing": lambda: tg.draw(loss()),
    "frames": lambda: tg.frames(tg.draw(loss())),
    "deck": lambda: tg.deck(tg.draw(loss()), title="Two"),
    "paths": lambda: tg.paths(loss(), "w"),
    "tensor": loss,
    "array": lambda: tg.tanh(tg.tensor([[0.5, 1.0]], "x")),
    "history": lambda: tg.history(lambda p: (p["w"] - 1.0) ** 2, {"w": 3.0}, tg.optim.SGD(lr=0.1), steps=5),
}
STEPPED = ("frames", "deck")


@pytest.mark.parametrize("name", SHOWN)
def test_forms_are_those_that_are_asked_for(name: str) -> None:
    shown, pictures = SHOWN[name](), {HTML, SVG} if name in STEPPED else {SVG}
    assert shown._repr_mimebundle_().keys() == {*pictures, TEXT}
    assert shown._repr_mimebundle_(include={TEXT}).keys() == {TEXT}
    assert shown._repr_mimebundle_(exclude={TEXT}).keys() == pictures


def test_a_tensor_shows_its_graph_and_the_text_is_that_of_itself() -> None:
    forms = loss()._repr_mimebundle_()
    assert forms[TEXT].startswith("Tensor(7.3891, exp") and "7.389" in forms[SVG]
    assert tg.parameter(1.0, "w")._repr_mimebundle_() == {TEXT: "Tensor(1., parameter, name='w')"}


def test_a_tensor_of_many_operations_is_not_drawn_by_itself() -> None:
    h = tg.tensor(0.5, "x")
    for _ in range(MOST + 1):
        h = h * 0.5
    forms = h._repr_mimebundle_()
    assert forms.keys() == {TEXT} and "(no picture: more than 2000 operations; tg.draw(...) draws them" in forms[TEXT]


def test_what_cannot_be_drawn_does_not_stop_the_notebook() -> None:
    empty = tg.sum(tg.tensor(np.zeros((0, 3)), "x") * 2.0)
    assert TEXT in empty._repr_mimebundle_()


def test_where_there_is_no_picture_the_text_says_why() -> None:
    def failing() -> str:
        raise LayoutError("dot is missing")

    assert bundle(failing, lambda: "table\n", exclude={TEXT}) == {TEXT: "table\n(no picture: dot is missing)\n"}


def test_wide_pictures_take_the_width_of_their_cell_and_keep_their_proportions() -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" '
    wide = f'{head}width="2200pt" height="300pt" viewBox="0 0 2200 300"></svg>'
    assert fitted(wide) == f'{head}viewBox="0 0 2200 300"></svg>'
    assert fitted(wide.replace("2200pt", "300pt")) == wide.replace("2200pt", "300pt")


def test_frames_come_with_their_controls() -> None:
    page = tg.frames(tg.draw(loss()))._repr_mimebundle_()[HTML]
    assert page.startswith("<iframe ") and html.unescape(page).count('aria-label="Play"') == 1
    assert '"' not in page.partition('srcdoc="')[2].partition('"></iframe>')[0]


@pytest.mark.browser
def test_nothing_is_cut_off_on_a_page_made_from_a_notebook(tmp_path: Path) -> None:
    """A page of 1100 pixels by nbconvert, in Chromium: each picture ends inside of its cell."""
    format = pytest.importorskip("nbformat", reason="nbformat is needed to write a notebook").v4
    exporters = pytest.importorskip("nbconvert", reason="nbconvert is needed to make a page of a notebook")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if chromium is None:
        pytest.skip("no chromium on the PATH")
    x = tg.tensor(0.5, "x")
    for i in range(8):
        x = tg.tanh(x * tg.parameter(0.1 * i, f"w_{i}"))
    shown = {**{name: make() for name, make in SHOWN.items()}, "wide": tg.draw(x, layout="dot", detail="full")}
    outputs = [[format.new_output("display_data", data=thing._repr_mimebundle_())] for thing in shown.values()]
    notebook = format.new_notebook(cells=[format.new_code_cell(outputs=each) for each in outputs])
    page, _ = exporters.HTMLExporter().from_notebook_node(notebook)
    path = tmp_path / "page.html"
    path.write_text(page.replace("</body>", f"<script>{EDGES}</script></body>"), "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,4000"]
    options += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=4000", "--dump-dom", path.as_uri()]
    done = subprocess.run([chromium, *options], capture_output=True, text=True, timeout=90, encoding="utf-8")
    edges = json.loads(html.unescape(done.stdout.rpartition('<pre id="edges">')[2].partition("</pre>")[0]))
    assert len(edges) == len(shown) and all(0 < width and right <= room + 0.5 for width, right, room in edges), edges


EDGES = """
addEventListener("load", () => {
  const pre = document.createElement("pre");
  const pictures = [...document.querySelectorAll(".jp-OutputArea-output")].map((cell) => [
    cell.querySelector("img, svg, iframe").getBoundingClientRect(), cell.getBoundingClientRect()]);
  pre.id = "edges";
  pre.textContent = JSON.stringify(pictures.map(([a, b]) => [a.width, a.right, Math.min(b.right, innerWidth)]));
  document.body.appendChild(pre);
});
"""
