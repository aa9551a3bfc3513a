"""What a solution says besides its equations, with the numbers of the worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from commands import error, run
from test_explain import equations, example

import tracegraph as tg
from tracegraph.formula import evaluate, merged


def text(name: str) -> str:
    """The solution of an example on one line."""
    return " ".join(tg.explain(example(name)).to_text().split())


@pytest.mark.parametrize(("name", "before", "after"), [("sgd", "16.83", "4.59"), ("momentum", "8.355", "4.918")])
def test_a_run_is_judged_by_its_loss_before_and_after(name: str, before: str, after: str) -> None:
    said = text(name)
    assert f"{before} → {after}. The training helped." in said


def test_each_step_is_judged_by_its_own_loss() -> None:
    said = text("backprop_steps")
    assert "0.06415 → 0.06377 (error 0.3582 → 0.3571). The step helped." in said
    w = tg.parameter(1.0, "w")
    L = (w - 3.0) ** 2
    (w,) = tg.optim.SGD(lr=1.5).step(L, [w])
    assert "L again, with w₁: 4 → 16. The step made it worse." in " ".join(tg.explain(w).to_text().split())


def test_given_are_the_settings_and_the_first_states() -> None:
    found = equations(tg.explain(example("momentum")).to_text())
    assert found["η"] == ["0.01"] and found["β"] == ["0.9"] and found["v_w₀"] == ["0"]
    assert found["w₀"] == ["0.5"] and "η·∂L₁/∂w₀" in found["v_w₁"][0]


def test_the_step_size_of_adagrad_is_an_equation() -> None:
    found = equations(tg.explain(example("adagrad")).to_text())
    assert found["η′_w₁"][-1] == "0.01333" and found["η′_w₂"][-1] == "0.007799"
    assert found["w₂"][0] == "w₁ − η′_w₂·∂L₂/∂w₁" and found["w₂"][-1] == "0.6811"


def test_settings_that_change_stay_numbers() -> None:
    w = tg.parameter(1.0, "w")
    for lr in (0.1, 0.2):
        L = (w - 3.0) ** 2
        (w,) = tg.optim.SGD(lr=lr).step(L, [w])
    said = tg.explain(w).to_text()
    assert "η" not in said and "0.1·∂" in said and "0.2·∂" in said


@pytest.mark.parametrize(("output", "side", "sign"), [(0.2, "below", "negative"), (0.9, "above", "positive")])
def test_the_sentence_about_the_target(output: float, side: str, sign: str) -> None:
    t, w = tg.constant(0.5, "t"), tg.parameter(output, "w")
    y = w * 1.0
    L = 0.5 * (t - y) ** 2
    said = " ".join(tg.explain(L).to_text().split())
    assert f"y = {output} is {side} its target t = 0.5, so ∂L/∂y is {sign}" in said


def test_a_literal_is_no_target() -> None:
    w = tg.parameter(0.2, "w")
    h = tg.sigmoid(w)
    L = (1 - h) ** 2
    assert "target" not in tg.explain(L).to_text()


def test_windows_are_written_out_with_sums_and_sizes() -> None:
    found = equations(tg.explain(example("cnn1")).to_text())
    first = next(sides for name, sides in found.items() if name.endswith("[0,0]") and "·" in sides[0])
    assert first == ["3·0 + 3·1 + 2·2 + 0·2 + 0·2 + 1·0 + 3·0 + 1·1 + 2·2", "12"]
    assert ["max(12, 12, 10, 17)", "17"] in found.values() and ["(12 + 12 + 10 + 17)/4", "12.75"] in found.values()
    sizes = {name: sides for name, sides in found.items() if name.startswith("size of")}
    assert ["(n + 2·p − k)/s + 1", "(5 + 2·0 − 3)/1 + 1", "3"] in sizes.values()
    assert ["⌊(n + 2·p − k)/s⌋ + 1", "⌊(5 + 2·0 − 3)/3⌋ + 1", "1"] in sizes.values()


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_sizes_are_those_of_the_result(stride: int, padding: int, dilation: int) -> None:
    """Each written size, evaluated, is the length of the axis."""
    x, k = tg.tensor(np.ones((2, 7, 9)), "x"), tg.parameter(np.ones((3, 2, 3, 3)), "k")
    y = tg.conv2d(x, k, stride=stride, padding=padding, dilation=dilation)
    y.name = "y"
    explanation = tg.explain(tg.trace(y))
    sizes = [e for s in explanation.sections for e in s.equations if " of y" in e.name]
    lengths = [evaluate(e.formula, {k: float(v.number) for k, v in (e.values or {}).items()}) for e in sizes]
    assert lengths in ([*map(float, y.shape[1:])], [float(y.shape[1])])


@pytest.mark.parametrize("channels", [1, 3, 4, 5, 20])
def test_a_window_of_any_number_of_products_can_be_explained(channels: int) -> None:
    x, k = tg.tensor(np.ones((1, channels, 4, 4))), tg.parameter(np.ones((2, channels, 3, 3)))
    y = tg.conv2d(x, k)
    text = tg.explain(y).to_text()
    assert "(4 + 2·0 − 3)/1 + 1 = 2" in text
    assert ("y[0,0,0,0] = 1·1 + 1·1" in text) == (channels == 1)  # more than 36 factors are not written out


def test_the_case_that_holds() -> None:
    for value, rule in ((2.0, "∂L/∂h  (since z > 0)"), (-2.0, "0  (since z ≤ 0)")):
        w = tg.parameter(value, "w")
        z = w * 2.0
        h = tg.relu(z)
        L = h * 3.0
        lines = tg.explain(L).to_text().splitlines()
        assert any(line.strip().startswith(f"∂L/∂z = {rule}") for line in lines), lines
    z = tg.parameter([1.0, -2.0], "z")
    h = tg.relu(z)
    assert "∂L/∂z = ∂L/∂h ⊙ [z > 0]" in tg.explain(tg.trace(L := tg.sum(h * 2.0))).to_text().replace("sum₁", "L"), L


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda x: tg.norm(x * 0.0), "0/0 is taken as 0"),
        (lambda x: tg.max(x * 0.0 + 1.0), "a tie: the gradient is shared equally"),
        (lambda x: tg.sum(tg.maximum(x, x)), "a tie: half to each"),
        (lambda x: tg.sum(tg.abs(x * 0.0)), "at 0 the slope is taken as 0"),
        (lambda x: tg.sum(tg.clip(x, 1.0, 5.0)), "at a limit no gradient passes"),
    ],
)
def test_conventions_are_told_where_they_bind(make: object, said: str) -> None:
    x = tg.parameter([1.0, 2.0], "x")
    assert said in tg.explain(make(x), fold=False).to_text()  # type: ignore[operator]
    quiet = tg.norm(tg.abs(tg.parameter([1.5, -2.5], "x")))
    assert said not in tg.explain(quiet, fold=False).to_text()


def test_vectors_are_columns_beside_matrices() -> None:
    W, x, b = tg.parameter([[1.0, 2], [3, 4]], "W"), tg.tensor([5.0, 6], "x"), tg.parameter([1.0, 1], "b")
    z = W @ x + b
    L = tg.sum(z * z)
    found = equations(tg.explain(L).to_text())
    assert found["z"][1] == "[1  2; 3  4]·[5; 6] + [1; 1]" and found["z"][-1] == "[18; 40]"
    assert found["∂L/∂W"][0] == "∂L/∂z·xᵀ" and found["∂L/∂W"][1].endswith("·[5; 6]ᵀ")


def test_axes_are_counted_from_the_front_and_norms_have_theirs() -> None:
    x = tg.parameter([[3.0, 4.0], [6.0, 8.0]], "x")
    n = tg.norm(x, axis=-1)
    s = tg.softmax(n, axis=-1)
    said = tg.explain(tg.sum(s * n)).to_text()
    assert "‖x‖₁" in said and "−1)" not in said and "axis −1" not in said


def test_of_asks_for_gradients() -> None:
    graph = example("backprop")
    assert "∂L/∂x₁" not in tg.explain(graph).to_text()
    found = equations(tg.explain(graph, of="x1").to_text())
    assert "∂L/∂x₁" in found and "∂L/∂w₃₅" not in found and "∂L/∂z₄" not in found
    with pytest.raises(tg.GraphError, match="no gradient reaches 't'"):
        tg.explain(graph, of="t")


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        ("-1 * (t - o)", "-(t - o)"),
        ("1 / 3 * 2 * e", "2 * e / 3"),
        ("-g * -x", "g * x"),
        ("a - -g * b", "a + g * b"),
        ("a + -b", "a - b"),
        ("-(0.5 * 2 * (y - p) ** (2 - 1)) * x", "-((y - p) * x)"),
        ("g * 0", "0"),
        ("x / 1", "x"),
    ],
)
def test_signs_are_merged_and_ones_dropped(rule: str, written: str) -> None:
    assert merged(rule) == written
    values = dict(zip("abegoptxy", (0.3, 1.7, -2.2, 0.9, 1.1, 0.4, 2.6, -0.8, 3.1)))
    assert evaluate(merged(rule), values) == pytest.approx(evaluate(rule, values), rel=1e-12)


@pytest.mark.usefixtures("here")
def test_of_on_the_command_line() -> None:
    assert "∂loss/∂w" in run("explain", "net.py", "--of", "w").stdout
    assert "no node is called" in error(run("explain", "net.py", "--of", "q"))
