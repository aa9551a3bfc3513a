"""Exercise sheets: friendly numbers, by seed; filled in rightly all is right, and a slip is found for the class."""

from __future__ import annotations

import csv
import importlib.util
import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import error, run, write

import tracegraph as tg
from tracegraph.errors import MarkError
from tracegraph.exercises.exercise_sheet import BLANK, WRITERS
from tracegraph.exercises.friendly_numbers import written

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("backprop", "autoencoder_scalar", "adagrad", "conv", "cnn3", "momentum")


def build_of(name: str) -> Callable[[], Any]:
    """The function of an example."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        spec.loader.exec_module(module)
    return module.build  # type: ignore[no-any-return]


def answers(sheet: tg.Exercise, slips: dict[str, str] | None = None) -> str:
    """The table of a sheet, filled in with the right numbers, but for some."""
    rows = list(csv.reader(io.StringIO(sheet.render("csv").decode())))
    right = {row.name: written(row.value, sheet.digits) for row in sheet.asked}
    filled = [[name, (slips or {}).get(name, right[name])] for name, _ in rows[1:]]
    text = io.StringIO()
    csv.writer(text).writerows([rows[0], *filled])
    return text.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_filled_in_rightly_is_all_right(name: str, tmp_path: Path) -> None:
    sheet = tg.exercise(build_of(name), 3)
    (tmp_path / "a.csv").write_text(answers(sheet), "utf-8")
    marking = tg.mark(sheet.graph, tmp_path / "a.csv")
    assert not marking.problems and {r.verdict for r in marking.results} == {"agrees"}
    assert len(marking.results) == len(sheet.asked) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_other_ones_and_those_of_the_seed(name: str) -> None:
    build = build_of(name)
    own, sheet, again, other = tg.trace(build), tg.exercise(build, 3), tg.exercise(build, 3), tg.exercise(build, 4)
    for format in WRITERS:
        assert sheet.render(format) == again.render(format)

    def leaves(graph: tg.Graph) -> list[Any]:
        return [np.asarray(n.value).tolist() for n in graph if n.leaf and n.line is not None]

    assert leaves(sheet.graph) == leaves(again.graph) != leaves(other.graph)
    assert leaves(sheet.graph) != leaves(own) and len(leaves(sheet.graph)) == len(leaves(own))
    for number in np.concatenate([np.ravel(v) for v in leaves(sheet.graph)]):
        assert abs(number * 100 - round(number * 100)) < 1e-9  # at most two decimals


@pytest.mark.parametrize("seed", range(1, 31))
def test_no_ties_no_saturation_and_results_that_survive_rounding(seed: int) -> None:
    """The network by hand, worked out here as a student would, with every step rounded to four digits."""
    graph = tg.exercise(build_of("backprop"), seed).graph
    x1, x2, w13, w24, w35, w45 = (float(graph[n].value) for n in ("x1", "x2", "w13", "w24", "w35", "w45"))

    def r(value: float) -> float:
        return float(written(value, 4))

    def s(value: float) -> float:
        return r(1 / (1 + np.exp(-value)))

    h3, h4 = s(r(x1 * w13)), s(r(x2 * w24))
    o5 = s(r(h3 * w35 + h4 * w45))
    assert 0.03 < o5 < 0.97 and all(0.03 < h < 0.97 for h in (h3, h4))
    assert r(0.5 * (1 - o5) ** 2) == r(float(graph["L"].value)) and float(graph["t"].value) == 1.0
    d5 = -(1 - o5) * o5 * (1 - o5)
    assert r(d5 * h3) == r(float(graph["w35"].gradient))


def test_leaves_that_are_fixed_stay() -> None:
    build = build_of("backprop")
    sheet = tg.exercise(build, 5, fixed=["x1", "w45"])
    assert sheet.graph["x1"].value == 0.5 and sheet.graph["w45"].value == 0.6
    assert sheet.graph["w13"].value != 0.1 or sheet.graph["x2"].value != 0.6
    with pytest.raises(tg.GraphError, match="no input, parameter or constant is called 'x9'; there are t, w13"):
        tg.exercise(build, 5, fixed=["x9"])


def test_flags_and_large_arrays_stay_and_types_are_kept() -> None:
    def build() -> tg.Tensor:
        target, big = tg.constant([0, 1, 0], "target"), tg.constant(np.full((10, 10), 0.5), "big")
        w = tg.parameter(np.array([0.5, 0.25, 0.75], np.float32), "w")
        L = tg.sum((w - target) ** 2) + tg.sum(big)
        return L

    graph = tg.exercise(build, 1).graph
    assert np.asarray(graph["target"].value).tolist() == [0, 1, 0] and np.all(graph["big"].value == 0.5)
    assert graph["w"].value.dtype == np.float32


def test_what_cannot_be_an_exercise() -> None:
    with pytest.raises(tg.GraphError, match="give the function that builds the computation, not Tensor"):
        tg.exercise(tg.tensor(1.0) * 2, 1)  # type: ignore[arg-type]

    def build() -> tg.Tensor:
        x = tg.tensor(0.5, "x")
        h = tg.relu(x * 0.0 - 1.0)
        return h

    with pytest.raises(tg.GraphError, match="no friendly numbers in 400 tries"):
        tg.exercise(build, 1)


def test_the_sheet_and_the_key() -> None:
    sheet = tg.exercise(build_of("backprop"), 7)
    text, markdown = str(sheet), sheet.to_markdown()
    value = written(float(sheet.graph["z5"].value), 4)
    assert "z₅ = h₃·w₃₅ + h₄·w₄₅ = …" in text and "∂L/∂w₃₅ = ____" in text and value not in text
    assert "| ∂L/∂w₃₅ |  |" in markdown and value not in markdown
    key = str(sheet.key)
    assert key.startswith("Key to exercise 7") and f"= {value}" in key
    assert sheet.to_latex().isascii() and r"\begin{tabular}" in sheet.to_latex()


def test_the_picture_has_blanks_where_results_stand() -> None:
    """No number of the results or gradients is on it, those of the leaves are."""
    sheet = tg.exercise(build_of("conv"), 7)
    svg = sheet.picture().svg
    assert svg.count(f">{BLANK}<") >= 9 + 9 + 4 + 4
    boxes = {b.key: b for b in sheet.picture().picture.boxes}
    for node in sheet.picture().graph:
        cells = {c for p in boxes[f"n{node.key}"].panels for g in p.grids for row in g.cells for c in row}
        assert not node.formula or cells <= {BLANK}
        assert all(not p.heading for p in boxes[f"n{node.key}"].panels)


def test_the_page_to_print_has_the_table() -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    data = tg.exercise(build_of("backprop"), 7).render("pdf")
    text = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()
    assert "Exercise 7" in text and "∂L/∂w" in text and "x₁" in text


def class_folder(tmp_path: Path) -> tuple[Path, Path]:
    """Three sheets, and what four people wrote: one all right, two with the same slip, one with another."""
    sheets, filled = tmp_path / "sheets", tmp_path / "answers"
    filled.mkdir()
    build = build_of("backprop")
    for seed in (1, 2, 3):
        tg.exercise(build, seed).save(sheets, ("csv",))
    one, two, three = (tg.exercise(build, seed) for seed in (1, 2, 3))
    (filled / "anna-01.csv").write_text(answers(one), "utf-8")
    for name, sheet in (("ben-02", two), ("cem-03", three)):
        wrong = np.exp(float(sheet.graph["z5"].value))
        (filled / f"{name}.csv").write_text(answers(sheet, {"o5": written(wrong, 5)}), "utf-8")
    (filled / "dora-02.csv").write_text(answers(two, {"z3": ""}), "utf-8")
    return sheets, filled


def test_the_overview_of_a_class(tmp_path: Path) -> None:
    sheets, filled = class_folder(tmp_path)
    (filled / "nobody.csv").write_text("name,value\nz3,1\n", "utf-8")
    marks = tg.overview(sheets, filled)
    assert list(marks.markings) == ["anna-01", "ben-02", "cem-03", "dora-02"]
    rows = {row[0]: row for row in marks.rows}
    assert rows["anna-01"][1:4] == ["11 of 11", "0", "0"] and rows["dora-02"][4] == "1"
    assert "exp instead of sigmoid" in rows["ben-02"][-1]
    assert "exp instead of sigmoid (2 times)" in marks.common and "at o₅ (2 times)" in marks.common
    assert marks.problems == ("nobody.csv: its name does not end with the number of a sheet",)
    assert "4 answers" in marks.to_markdown() and "Common slips" in str(marks)
    with pytest.raises(MarkError, match="there is no key"):
        tg.overview(filled, filled)


@pytest.mark.usefixtures("here")
def test_commands(tmp_path: Path) -> None:
    write(Path(EXAMPLES / "backprop.py").read_text("utf-8"))
    done = run("exercise", "p.py", "--seeds", "1-2,7", "-o", "sheets", "--fixed", "t", "--format", "csv")
    assert done.exit_code == 0 and "wrote 3 sheets and their keys" in done.stderr
    assert sorted(p.name for p in Path("sheets").glob("*07*")) == ["key-07.md", "key-07.tgraph", "sheet-07.csv"]
    Path("answers").mkdir()
    table = Path("sheets/sheet-07.csv").read_text("utf-8")
    Path("answers/eve-07.csv").write_text(table, "utf-8")
    assert "11 left blank" in run("mark", "sheets/key-07.tgraph", "answers/eve-07.csv").stdout
    done = run("mark", "sheets", "answers", "-o", "class.md")
    assert done.exit_code == 0 and "eve-07" in Path("class.md").read_text("utf-8")
    assert "0 of 11" in run("mark", "sheets", "answers").stdout
    assert run("exercise", "p.py", "--seeds", "3-1", "-o", "x").exit_code == 2
    assert "has no function" in error(run("exercise", "p.py:DRAWINGS", "-o", "x"))
    assert "is a saved graph" in error(run("exercise", "sheets/key-07.tgraph", "-o", "x"))
