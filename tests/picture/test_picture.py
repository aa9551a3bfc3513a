"""What a picture says is true: worked lines evaluate, captions are the chain rule, nothing missing is said to be 0."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pictures import HOSTILE, TALES, random_program

import tracegraph as tg
from tracegraph.formula import evaluate
from tracegraph.graph import Badge, Note
from tracegraph.picture.words import NAME, NO_GRADIENT, Arrow, Box, Picture, picture
from tracegraph.text.numbers import number as shown
from tracegraph.views.fold import fold

DIGITS = 6
SUPER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
POWER = re.compile("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")


def read(written: str) -> str:
    """A line of a picture as a formula again: the notation of these tests' operations, undone."""
    written = POWER.sub(lambda m: f"**({m[1].translate(SUPER)})", written.replace("×10", "e"))
    written = re.sub(r"e\*\*\((-?\d+)\)", r"e\1", written)
    for sign, plain in (("−", "-"), ("·", "*"), ("σ(", "sigmoid("), ("½", "(1/2)"), ("ln", "log")):
        written = written.replace(sign, plain)
    return re.sub(r"(?<=[\d.)])\(", "*(", written)


def number(written: str) -> float:
    return evaluate(read(written), {})


def words(graph: tg.Graph, digits: int = DIGITS, detail: str = "full") -> Picture:
    return picture(graph, detail=detail, digits=digits)


def scalar_graphs() -> list[tg.Graph]:
    return [fold(tg.trace(random_program(seed, scalars=True))) for seed in range(40)] + [tg.trace(TALES["backprop"]())]


def wrong_lines(box: Box) -> list[str]:
    """The worked lines that differ from the value on their card by more than their digits allow."""
    wrong = []
    for line in box.lines:
        if line.style == "numbers":
            left, right = line.text.removeprefix("= "), box.panels[0].number
            terms = [abs(number(t)) for t in re.findall(r"\d[\d.]*(?:×10[⁻⁰-⁹¹²³]+)?", left)]
            if not np.isclose(number(left), number(right), rtol=1e-3, atol=1e-4 * max(terms, default=1)):
                wrong.append(line.text)
    return wrong


def wrong_captions(arrow: Arrow) -> list[str]:
    """The chains `g·local = contribution` that do not multiply out within their digits, and other signs than shown."""
    wrong = []
    for line in arrow.lines:
        if line.style == "contribution" and "=" in line.text:
            left, _, right = line.text.rpartition(" = ")
            if not np.isclose(number(left), number(right), rtol=1e-4, atol=1e-300):
                wrong.append(line.text)
            if np.sign(number(right)) != arrow.sign:
                wrong.append(f"sign of {line.text}")
    return wrong


def test_worked_lines_evaluate() -> None:
    boxes = [box for graph in scalar_graphs() for box in words(graph).boxes]
    assert sum(line.style == "numbers" for box in boxes for line in box.lines) > 80
    assert not [line for box in boxes for line in wrong_lines(box)]


def test_captions_are_the_chain_rule() -> None:
    arrows = [arrow for graph in scalar_graphs() for arrow in words(graph).arrows]
    assert sum("=" in a.lines[-1].text for a in arrows if a.lines) > 150
    assert not [line for arrow in arrows for line in wrong_captions(arrow)]


def wrong_factors(graph: tg.Graph) -> list[str]:
    """The short captions that are not the ratio of what an arrow sends back to the gradient of the card it leaves."""
    wrong = []
    for edge, arrow in zip(graph.edges, words(graph, detail="values").arrows, strict=True):
        gradient = graph.node(edge.target).gradient
        for line in arrow.lines:
            if not np.isclose(number(line.text.removeprefix("·")) * gradient, edge.contribution, rtol=1e-4):
                wrong.append(f"{arrow.label}: {line.text}")
    return wrong


def test_short_captions_are_local_derivatives() -> None:
    graphs = scalar_graphs()
    lines = [x.text for graph in graphs for a in words(graph, detail="values").arrows for x in a.lines]
    assert len(lines) > 150 and all(x.startswith("·") for x in lines)
    assert not [line for graph in graphs for line in wrong_factors(graph)]


def inexact(made: Picture, digits: int) -> list[str]:
    """The worked lines and chains of which a hand that computes with the printed numbers gets other digits."""
    wrong = []
    for box in made.boxes:
        for line in box.lines:
            if line.style == "numbers" and shown(number(line.text.removeprefix("= ")), digits) != box.panels[0].number:
                wrong.append(f"{line.text} for {box.panels[0].number}")
    for arrow in made.arrows:
        for line in arrow.lines:
            left, equals, right = line.text.rpartition(" = ")
            if line.style == "contribution" and equals and shown(number(left), digits) != right:
                wrong.append(line.text)
    return wrong


@pytest.mark.parametrize("digits", [1, 2, 3, 4, 6])
def test_arithmetic_checks_by_hand(digits: int) -> None:
    assert not [line for graph in scalar_graphs() for line in inexact(words(graph, digits=digits), digits)]


def test_arithmetic_that_does_not_check_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from tracegraph.picture import chain as module

    monkeypatch.setattr(module, "digits_that_check", lambda result, digits, compute: digits)
    assert "= 0.5(1 − 0.642)² for 0.0642" in inexact(words(fold(tg.trace(TALES["backprop"]())), digits=3), 3)


def test_a_wrong_number_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from tracegraph.picture import chain as module

    exact = module.number
    monkeypatch.setattr(module, "number", lambda x, d=4: exact(x * 1.01 if isinstance(x, float) and x > 0.5 else x, d))
    graph = tg.trace(TALES["backprop"]())
    made = words(graph)
    assert [line for box in made.boxes for line in wrong_lines(box)]
    assert [line for arrow in made.arrows for line in wrong_captions(arrow)]
    assert wrong_factors(graph)


def test_the_step_by_hand() -> None:
    made = {b.title: b for b in words(tg.trace(TALES["backprop"]()), digits=4).boxes}
    assert "= x₁·w₁₃" in [line.text for line in made["z₃"].lines]
    assert "= 0.5·0.1" in [line.text for line in made["z₃"].lines] and made["z₃"].panels[0].number == "0.05"
    assert [p.number for p in made["w₃₅"].panels] == ["0.5", "−0.0422"]
    assert made["w₃₅"].panels[1].heading == "∂L/∂w₃₅"


def test_details_say_more_and_more() -> None:
    graph = tg.trace(TALES["conv"]())
    outline, shapes, values, full = (words(graph, detail=d) for d in ("outline", "shapes", "values", "full"))
    assert not any(b.lines or b.panels for b in outline.boxes) and not any(a.lines for a in shapes.arrows)
    assert any(b.lines for b in shapes.boxes) and not any(b.panels for b in shapes.boxes)
    assert all(b.panels for b in values.boxes) and not any(a.lines for a in values.arrows)
    assert max(len(a.lines) for a in words(tg.trace(TALES["backprop"]()), detail="values").arrows) == 1
    assert max(len(a.lines) for a in full.arrows) == 2
    assert "5×5" in shapes.boxes[0].kind and "5×5" not in outline.boxes[0].kind


def test_no_gradient_is_a_dash_and_zero_is_zero() -> None:
    x, t, dead = tg.tensor(2.0, "x"), tg.constant(1.0, "t"), tg.tensor(-1.0, "dead")
    made = {b.title: b for b in words(tg.trace(x * t + tg.relu(dead))).boxes}
    assert made["t"].panels[1].number == NO_GRADIENT
    assert made["dead"].panels[1].number == "0"
    assert "no gradient" in made["t"].label and "gradient 0" in made["dead"].label


def test_an_output_without_gradient_shows_values_only() -> None:
    made = words(tg.trace(tg.tensor(np.arange(4), "k") + tg.constant(2.0, "c")))
    assert all(len(b.panels) == 1 for b in made.boxes) and not any(a.lines for a in made.arrows)


def test_width_of_an_arrow_grows_with_the_contribution() -> None:
    a, b, c = (tg.tensor(v, n) for v, n in ((1.0, "a"), (2.0, "b"), (-3.0, "c")))
    made = words(tg.trace(a * 1.0 + b * 4.0 - c * 9.0))
    weight = {arrow.source: arrow.weight for arrow in made.arrows if arrow.source in ("n0", "n1", "n2")}
    assert sorted(w for w in weight.values() if w is not None) == list(weight.values())
    assert all(0 <= w <= 1 for w in weight.values() if w is not None)


def test_contributions_of_arrays_are_said_to_be_norms() -> None:
    made = words(tg.trace(TALES["conv"]()))
    assert all(line.text.startswith("‖·‖ ") for a in made.arrows for line in a.lines if line.style == "contribution")


def test_summaries_leave_out_what_is_no_number() -> None:
    array = np.ones((20, 20))
    array[0, :3] = np.nan, np.inf, 5.0
    made = words(tg.trace(tg.sum(tg.tensor(array, "x")))).boxes[0].panels[0]
    assert [line.text for line in made.lines] == ["1 … 5, 2 of 400 NaN or ∞"]


def test_norms_of_arrays_are_for_those_who_ask() -> None:
    graph = tg.trace(tg.sum(tg.tensor(np.full((20, 20), 0.5), "x") * 1.0))
    values, full = (words(graph, detail=detail).boxes[0].panels[0].lines for detail in ("values", "full"))
    assert [line.text for line in values] == ["all 0.5"] and [line.text for line in full] == ["all 0.5, ‖·‖ 10"]


def test_where_many_are_shown_heat_maps_are_small() -> None:
    def sides(count: int) -> set[int]:
        arrays = [tg.tensor(np.arange(900.0).reshape(30, 30) / (i + 1), f"x_{i}") for i in range(count)]
        boxes = words(tg.trace(sum(tg.sum(x * x) for x in arrays))).boxes
        return {p.heat.width for b in boxes for p in b.panels if p.heat}

    assert sides(1) == {135} and sides(8) == {72}


@pytest.mark.parametrize(
    ("shape", "grids", "heated"),
    [
        ((), 0, False),
        ((3,), 1, False),
        ((8, 8), 1, False),
        ((9, 3), 0, True),
        ((4, 8, 8), 4, False),
        ((5, 8, 8), 0, True),
        ((2, 1, 2, 1), 2, False),
        ((0, 3), 0, False),
        ((40,), 0, True),
    ],
)
def test_small_arrays_are_grids_and_large_ones_heat_maps(shape: tuple[int, ...], grids: int, heated: bool) -> None:
    panel = words(tg.trace(tg.sum(tg.tensor(np.ones(shape), "x")))).boxes[0].panels[0]
    assert len(panel.grids) == grids and (panel.heat is not None) == heated
    assert bool(panel.number) == (not grids and not heated)


def test_tones_of_a_grid_are_its_values() -> None:
    (grid,) = words(tg.trace(tg.sum(tg.tensor([[-2.0, 1.0], [0.0, np.inf]], "x")))).boxes[0].panels[0].grids
    assert grid.tones == ((-1.0, 0.5), (0.0, None)) and grid.cells == (("−2", "1"), ("0", "∞"))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_one_short_line(name: str) -> None:
    with tg.scope(name):
        made = words(tg.trace(tg.tanh(tg.tensor(0.5, name))))
    texts = [made.title, *(b.title for b in made.boxes), *(c.title for c in made.clusters)]
    for text in texts + [line.text for b in made.boxes for line in b.lines]:
        assert len(text) <= 4 * NAME and text.isprintable() or re.search("[\xad\u3000\u200b-\u200f\ufeff\xa0]", text)
        assert not re.search("[\x00-\x1f\ud800-\udfff\ufffe\uffff]", text)


def test_scopes_are_clusters_in_clusters() -> None:
    graph = fold(tg.trace(TALES["scopes"]()))
    made = words(graph)
    assert [c.title for c in made.clusters] == ["encoder", "decoder"]
    assert [len(c.inner) for c in made.clusters] == [1, 1]
    placed = [key for c in made.clusters for part in (c, *c.inner) for key in part.boxes]
    assert len(placed) == len(set(placed)) == sum(bool(n.scope) for n in graph) > 3


def test_options_are_shown_unless_they_say_nothing() -> None:
    notes = [line.text for b in words(tg.trace(TALES["conv"]())).boxes for line in b.lines if line.style == "note"]
    assert notes == ["stride 1, padding 0", "kernel 2, stride 1, padding 0"]


def test_options_of_a_loaded_graph_say_what_those_of_the_recorded_one_do(tmp_path: Path) -> None:
    x = tg.tensor([[0.5, -1.0]])
    loss = tg.cross_entropy(tg.gelu(x, approximate="none"), [1], label_smoothing=0.0, ignore_index=-100)
    graph = tg.trace(loss)
    graph.save(tmp_path / "a.tgraph")
    notes = [
        [line.text for box in tg.draw(g).picture.boxes for line in box.lines if line.style == "note"]
        for g in (graph, tg.load(tmp_path / "a.tgraph"))
    ]
    assert notes == [[], []]


def test_tags_are_shown() -> None:
    graph = tg.trace(tg.tanh(tg.tensor(0.5, "x")))
    svg = tg.draw(graph.with_note("mine", Note((Badge(0, "vanishing"), Badge(0, "a & b"))))).svg
    assert "● vanishing" in svg and "● a &amp; b" in svg


def test_what_a_group_hides_is_not_made_up() -> None:
    x = tg.tensor(2.0, "x")
    with tg.scope("block"):
        a = x * 3.0
        b = a + 1.0
    y = a * b
    whole, collapsed = (picture(g, detail="full") for g in (tg.trace(y), tg.collapse(tg.trace(y))))
    assert any(line.text == "= 6·7" for box in whole.boxes for line in box.lines)
    assert not any("7·7" in line.text for box in collapsed.boxes for line in box.lines)


def grids_of(value: object, **options: object) -> tuple[object, ...]:
    x = tg.tensor(value, "x")
    return tg.draw(tg.sum(x * 1.0), **options).picture.boxes[0].panels[0].grids  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "rows"), [(12, [12]), (13, [7, 6]), (16, [8, 8]), (20, [7, 7, 6]), (32, [8] * 4)])
@pytest.mark.parametrize("shape", [(-1,), (1, -1), (-1, 1), (1, -1, 1)])
def test_vectors_up_to_32_are_numbers(count: int, rows: list[int], shape: tuple[int, ...]) -> None:
    vector = np.arange(count) / 7
    if count == 12 and shape[-1] == 1:
        return  # a column as high as it is
    (grid,) = grids_of(vector.reshape(shape))
    assert [len(row) for row in grid.cells] == rows == [len(row) for row in grid.tones]  # type: ignore[attr-defined]
    written = [cell for row in grid.cells for cell in row]  # type: ignore[attr-defined]
    assert [number(cell) for cell in written] == [float(f"{x:.3g}") for x in vector]


def test_digits_hold_inside_arrays_and_a_minus_takes_none() -> None:
    values = [[0.0123456789, -0.0123456789]]
    for digits, plain in ((1, "0.01"), (3, "0.0123"), (6, "0.0123457"), (None, "0.0123")):
        (grid,) = grids_of(values, digits=digits)
        assert grid.cells == ((plain, f"−{plain}"),)  # type: ignore[attr-defined]


def test_rows_have_names() -> None:
    x = tg.tensor(np.arange(80.0).reshape(2, 40), "x")
    loss = tg.sum(x * tg.tensor([[1.0], [2.0]], "w") ** 2)
    drawing = tg.draw(loss, labels={"x": ["a digit", "noise"], "w": ["one", "two"]})
    boxes = {b.title: b for b in drawing.picture.boxes}
    assert [p.names for p in boxes["x"].panels] == [("a digit", "noise")] * 2
    assert [g.names for p in boxes["w"].panels for g in p.grids] == [("one", "two")] * 2
    assert drawing.svg.count(">a digit<") == drawing.svg.count(">two<") == 2
    scores = tg.draw(tg.sum(tg.tensor([3.0, 4.0], "s") * 2.0), labels={"s": ["first", "second"]})
    assert scores.picture.boxes[0].panels[0].grids[0].cells == (("3",), ("4",))


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"y": ["a"]}, "labels: no tensor is called 'y'"),
        ({"x": ["a", "b"]}, "labels: x is 3×2 and has no 2 rows to name"),
    ],
)
def test_row_names_that_do_not_fit(labels: dict[str, list[str]], said: str) -> None:
    with pytest.raises(tg.GraphError, match=said):
        tg.draw(tg.sum(tg.tensor(np.ones((3, 2)), "x")), labels=labels)


def test_roles_are_spoken_and_states_are_named() -> None:
    """The card of an update says so by its colour, and aloud; a velocity keeps its name on the card."""
    w, momentum = tg.parameter(1.0, "w"), tg.optim.Momentum(lr=0.1)
    for _ in range(2):
        [w] = momentum.step((w - 3.0) ** 2, [w])
    made = picture(fold(tg.trace([w])))
    boxes = [b for b in made.boxes if b.role == "update"]
    assert all(": update, " in b.label for b in boxes) and not any("update" in b.kind for b in boxes)
    assert {b.kind for b in boxes} == {"velocity", ""}
