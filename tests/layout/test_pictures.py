"""Pictures as our own layout places them: nothing meets anything, and the type can be read."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pictures import TALES, random_program
from sheet_lint import faults, type_size
from stories import QUICK, story

import tracegraph as tg
from tracegraph.layout.scene import Curve
from tracegraph.layout.sheet import Sheet


def by_hand(cards: int) -> tg.Tensor:
    """A chain of scalars, each with a weight of its own."""
    h = tg.tensor(0.5, "x")
    for i in range(cards // 2):
        h = tg.tanh(h * tg.parameter(0.9, f"w_{i}"))
        h.name = f"h_{i}"
    return h


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_no_arrow_meets_anything(name: str) -> None:
    drawing = story(name)
    assert faults(tg.draw(drawing.graph, detail="full").sheet) == []


@pytest.mark.parametrize("seed", range(40))
def test_no_arrow_meets_anything_in_random_programs(seed: int) -> None:
    assert faults(tg.draw(random_program(seed, bool(seed % 2)), detail="full").sheet) == []


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_a_direction_that_is_asked_for_is_taken(direction: str) -> None:
    sheet = tg.draw(TALES["conv"](), direction=direction, detail="full").sheet
    (_, first), (_, last) = ((p.key, p.box) for p in (sheet.scene.of("card")[0], sheet.scene.of("card")[-1]))
    along = {"LR": last[0] - first[0], "RL": first[0] - last[0], "TB": last[1] - first[1], "BT": first[1] - last[1]}
    assert faults(sheet) == [] and along[direction] > 0


@pytest.mark.parametrize("fit, aspect", [("16:9", 16 / 9), ("4:3", 4 / 3), ("A4", 482 / 729), ((900.0, 300.0), 3.0)])
def test_a_long_picture_takes_the_shape_of_its_page(fit: str | tuple[float, float], aspect: float) -> None:
    scene = tg.draw(by_hand(60), fit=fit).sheet.scene
    assert 0.67 < scene.width / scene.height / aspect < 1.42


def test_what_is_no_page_is_refused() -> None:
    for wrong, said in (("A5", "16:9, 4:3, A4, README"), ((0, 3), "positive"), ("", "not one of"), (7, "not a name")):
        with pytest.raises(tg.GraphError, match=said):
            tg.draw(by_hand(4), fit=wrong)  # type: ignore[arg-type]
    with pytest.raises(tg.GraphError, match="layered, dot"):
        tg.draw(by_hand(4), layout="neato")


def planted() -> dict[str, Sheet]:
    """A right sheet, made wrong in one way each."""
    sheet = tg.draw(TALES["conv"](), detail="full").sheet
    cards, arrows = sheet.scene.of("card"), sheet.scene.of("arrow")
    curve = next(i for i in arrows[0].parts[0].items if isinstance(i, Curve))
    left, top, width, height = cards[-1].box
    middle = (left + width / 2, top + height / 2)
    through = replace(curve, points=(*curve.points, middle, middle, middle))
    line = replace(arrows[0], parts=(replace(arrows[0].parts[0], items=(through,)), *arrows[0].parts[1:]))
    moved = replace(cards[0], parts=cards[1].parts)

    def changed(old: object, new: object) -> Sheet:
        pieces = tuple(new if p is old else p for p in sheet.scene.pieces)
        return replace(sheet, scene=replace(sheet.scene, pieces=pieces))  # type: ignore[arg-type]

    return {
        "runs through": changed(arrows[0], line),
        "overlaps": changed(cards[0], moved),
        "leaves the page": replace(sheet, scene=replace(sheet.scene, width=50.0)),
    }


@pytest.mark.parametrize("fault", ["runs through", "overlaps", "leaves the page"])
def test_a_planted_fault_is_found(fault: str) -> None:
    assert any(fault in line for line in faults(planted()[fault]))


def test_the_size_of_type_is_that_on_the_page() -> None:
    scene = tg.draw(by_hand(12)).sheet.scene
    assert type_size(scene, (scene.width, scene.height)) == pytest.approx(13.0)
    assert type_size(scene, (scene.width / 2, scene.height)) == pytest.approx(6.5)


@pytest.mark.parametrize("name", ["conv", "scopes", "square"])
def test_any_graphviz_draws_the_same_picture(name: str, tmp_path: Path) -> None:
    neato = shutil.which("neato")
    if neato is None:
        pytest.skip("no `neato` on the PATH")
    drawing = tg.draw(TALES[name](), detail="full")
    done = subprocess.run([neato, "-n2", "-Tplain"], input=drawing.dot.encode(), capture_output=True, check=True)
    nodes = [line.split() for line in done.stdout.decode().splitlines() if line.startswith("node")]
    drawn = [(float(n[2]) * 72, -float(n[3]) * 72) for n in nodes]
    placed = [(x + w / 2, y + h / 2) for x, y, w, h in (c.box for c in drawing.sheet.scene.of("card"))]
    assert _from_first(drawn) == pytest.approx(_from_first(placed), abs=2)


def _from_first(points: list[tuple[float, float]]) -> list[float]:
    """Coordinates counted from the first point, as Graphviz moves the origin."""
    return [n - first for point in points for n, first in zip(point, points[0], strict=True)]
