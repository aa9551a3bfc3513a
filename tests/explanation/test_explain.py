"""The worked solution: its equations are read back and evaluated, and compared with the graph and the picture."""

from __future__ import annotations

import ast
import importlib.util
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import error, run, write
from counting import growth

import tracegraph as tg
from tracegraph.errors import GraphError
from tracegraph.explanation import WRITERS
from tracegraph.explanation.shape_notes import made, summed
from tracegraph.graph import Graph
from tracegraph.ops.op import OPS, Op, Sample
from tracegraph.picture.words import picture
from tracegraph.text.names import gradient_name

EXAMPLES = Path(__file__).parents[2] / "examples"
SCALAR = ("backprop", "sgd", "momentum", "adagrad", "backprop_steps")
CASES = [(op, i) for op in OPS.values() for i, _ in enumerate(op.samples or (None,))]
HOSTILE = (
    r"a\b",
    "100%",
    "x_y_z",
    "$x$",
    "{",
    "}}",
    "#1",
    "a&b",
    "~",
    "^",
    "`code`",
    "<b>",
    "*x*",
    "a|b",
    "数据",
    "été",
    "Größe",
    "ŷ",
    "x̂̄",
    "𝛼",
    "λ",
    "\n\n# title",
    "‮abc",
    "😀",
    "x[0](y)",
    "\\end{align*}",
    "$$",
    "a" * 300,
    " ",
    "w₃₅",
    "½",
    "∂L/∂x",
    "|",
    "[",
    "æøß",
    "–",
    "__init__",
    "_",
    "-",
    "1e5",
    "NaN",
    "a@b",
    "\\input{x}",
    "&lt;",
)


@cache
def example(name: str) -> Graph:
    """The graph of one of the examples."""
    path = EXAMPLES / f"{name}.py"
    if not path.exists():
        pytest.skip(f"there is no example {name}")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        spec.loader.exec_module(module)
        return tg.trace(module.build)


@cache
def sample(op: Op, number: int) -> Graph:
    """One operation on one of its samples, with awkward names, differentiated with a seed of its shape."""
    random = np.random.default_rng(number)
    needed = {k: 0.5 for k, v in op.attrs.items() if v is ...}
    one = op.samples[number] if op.samples else Sample(((),) * len(op.inputs), needed)
    arrays = [random.uniform(*op.domain, x) if isinstance(x, tuple) else np.asarray(x) for x in one.inputs]
    names = ("feature_map", "w_35", "y_hat", "a^b")
    tensors = [tg.tensor(a, name) for a, name in zip(arrays, (*names, *(f"v{i}" for i in range(len(arrays)))))]
    attrs = dict(one.attrs)
    lead = (attrs.pop("spec"),) if "spec" in attrs else ()
    y = getattr(tg, op.name)(*lead, *tensors, **attrs)
    if y.needs and y.size != 1:
        y.backward(random.uniform(0.5, 1.5, y.shape))
    return tg.trace(y)


def all_gradients(graph: Graph) -> list[str]:
    """What to ask for so that every gradient is written out."""
    return [n.name for n in graph if n.gradient is not None]


# --- reading the text back -------------------------------------------------------------------------------------------

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
WORDS = {"σ": "sigmoid", "ln": "log", "exp": "exp", "tanh": "tanh", "sin": "sin", "cos": "cos", "max": "maximum"}
FUNCTIONS: dict[str, Any] = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "maximum": max,
    "log": math.log,
    "sqrt": math.sqrt,
    **{k: getattr(math, k) for k in ("exp", "tanh", "sin", "cos")},
}


def python(written: str) -> str:
    """An expression of numbers as people write it, as one of Python."""
    text = re.sub(r"(\d(?:[\d.]*\d)?)×10([⁻⁰¹²³⁴-⁹]+)", lambda m: f"{m[1]}e{m[2].translate(RAISED)}", written)
    text = re.sub("[⁻⁰¹²³⁴-⁹]+", lambda m: f"**({m[0].translate(RAISED)})", text)
    text = re.sub(r"√(\d[\d.]*(?:e-?\d+)?)", r"sqrt(\1)", text).replace("√(", "sqrt(")
    for word, name in WORDS.items():
        text = re.sub(rf"\b{word}\(", f"{name}(", text)
    text = text.replace("−", "-").replace("·", "*").replace("½", "(1/2)").replace("¼", "(1/4)")
    return re.sub(r"(\d|\))\((?=[^)])", r"\1*(", text)


def worth(written: str) -> float | None:
    """The value of an expression of numbers; None for anything else, such as one with names."""
    text = python(written)
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return None
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    if any(isinstance(n, ast.Name) and (id(n) not in called or n.id not in FUNCTIONS) for n in ast.walk(tree)):
        return None
    return float(eval(compile(tree, "<text>", "eval"), {"__builtins__": {}}, FUNCTIONS))


def equations(text: str) -> dict[str, list[str]]:
    """The sides after each name; lines that go on belong to the one before."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if not line.startswith("  "):
            continue
        line = re.sub(r"  \([^()]*\)$", "", line)  # what is said of a number
        first, *rest = line.strip().split(" = ")
        if line.startswith("   "):  # a side, or a part of one, on a line of its own
            more = line.strip().removeprefix("= ").split(" = ")
            found[name] += more if line.strip().startswith("= ") else []
            found[name][-1] += "" if line.strip().startswith("= ") else " " + line.strip()
        else:
            name = first
            found[name] = rest
    return found


def slack(sides: list[str]) -> float:
    """How far two sides may be apart: the numbers put in are rounded, and differences of them lose digits."""
    found = re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", python(" ".join(sides)))
    return 2e-3 * max([1e-4, *(abs(float(x)) for x in found)])


@pytest.mark.parametrize("name", SCALAR)
def test_numbers_of_every_equation_agree(name: str) -> None:
    """Left equals right, with the numbers as they are written; most equations of these examples have both."""
    found = equations(tg.explain(example(name), digits=6).to_text())
    checked = 0
    for left, sides in found.items():
        values = [w for s in sides if (w := worth(s)) is not None]
        assert values or "[" in sides[-1], (left, sides)
        for value in values[:-1]:
            assert value == pytest.approx(values[-1], rel=1e-4, abs=slack(sides) / 50), (left, sides)
            checked += 1
    assert checked > len(found) / 3


def test_a_planted_error_in_a_number_is_found() -> None:
    text = tg.explain(example("backprop"), digits=6).to_text()
    assert worth("0.5·(−0.25) + 2²") == 3.875 and worth("−x·2") is None and worth("0.5(1 − 0.5)") == 0.25
    wrong = text.replace("0.5·0.1 = 0.05", "0.5·0.1 = 0.06")
    assert wrong != text
    sides = equations(wrong)["z₃"]
    assert worth(sides[1]) != pytest.approx(worth(sides[2]), rel=1e-4)


@pytest.mark.parametrize("name", SCALAR)
def test_results_are_those_of_the_graph(name: str) -> None:
    """The last side is the value or the gradient of the node, each under its name."""
    graph = example(name)
    shown = tg.fold(graph)
    found = equations(tg.explain(graph, digits=9, of=all_gradients(shown)).to_text())
    boxes = picture(shown, digits=9).box_of
    for box, node in ((boxes[f"n{n.key}"], n) for n in shown if not n.shape):
        if node.op != "gradient":
            assert worth(found[box.title][-1]) == pytest.approx(node.value, rel=1e-8)
        if node.gradient is not None and node.name != (node.loss or graph.output.name):  # ∂L/∂L is no equation
            heading = next(p.heading for p in box.panels if p.heading.startswith("∂"))
            assert worth(found[heading][-1]) == pytest.approx(node.gradient, rel=1e-8)


def test_backprop_by_hand() -> None:
    """The gradients of the example, worked out here without the package."""
    w13, w24, w35, w45 = 0.1, 0.3, 0.5, 0.6
    h3, h4 = (1 / (1 + math.exp(-z)) for z in (0.5 * w13, 0.6 * w24))
    o = 1 / (1 + math.exp(-(h3 * w35 + h4 * w45)))
    d5 = -(1 - o) * o * (1 - o)
    right = {"w₃₅": d5 * h3, "w₄₅": d5 * h4}
    right |= {"w₁₃": d5 * w35 * h3 * (1 - h3) * 0.5, "w₂₄": d5 * w45 * h4 * (1 - h4) * 0.6}
    found = equations(tg.explain(example("backprop"), digits=10).to_text())
    for name, gradient in right.items():
        assert worth(found[f"∂L/∂{name}"][-1]) == pytest.approx(gradient, rel=1e-9)
    assert "∂L/∂L" not in found and "∂L/∂x₁" not in found and found["∂L/∂o₅"][0] == "−(t − o₅)"
    assert [found[f"δ{i}"][-1][:6] for i in "₅₃₄"] == ["0.0823", "0.0102", "0.0122"]
    assert "∂L/∂x₁" in equations(tg.explain(example("backprop"), of="x1").to_text())
    assert found["∂L/∂z₅"][0] == "∂L/∂o₅·o₅·(1 − o₅)"


# --- the same as the picture -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("digits", [2, 4, 7])
@pytest.mark.parametrize("name", ["backprop", "conv", "momentum", "cnn2", "sgd"])
def test_names_numbers_and_formulas_are_those_of_the_picture(name: str, digits: int) -> None:
    graph = tg.fold(example(name))
    words = picture(graph, detail="full", digits=digits, cells=digits)
    text = tg.explain(graph, digits=digits, of=all_gradients(graph)).to_text()
    flat = re.sub(r"\s+", " ", text)
    found = equations(text)
    for box, node in ((words.box_of[f"n{node.key}"], node) for node in graph):
        if node.op == "gradient":
            continue
        assert box.title in found
        for panel in box.panels:
            named = box.title if not panel.heading else panel.heading
            if panel.number == "1" and named not in found:
                assert node.gradient == 1 and not node.shape  # the start of the way back is no equation
            elif panel.number and panel.number != "–":
                assert found[named][-1] == panel.number
            for grid in panel.grids:
                rows = "; ".join(" ".join(row) for row in grid.cells)
                assert f"[{rows}]" in flat
        for line in box.lines:
            if line.style == "formula" and not node.is_update:  # of updates the settings have symbols
                assert re.sub(r"\s+", " ", line.text) in flat


def test_another_rounding_is_found() -> None:
    graph = tg.fold(example("backprop"))
    found = equations(tg.explain(graph, digits=3).to_text())
    boxes = picture(graph, digits=4).boxes
    assert any(found[b.title][-1] != b.panels[0].number for b in boxes)


# --- every op, every name, every view --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("op", "number"), CASES, ids=lambda x: getattr(x, "name", x))
def test_every_op_is_explained(op: Op, number: int) -> None:
    """In every format, every value and gradient of the graph has its equation, and none is left in code."""
    graph = sample(op, number)
    explanation = tg.explain(graph, of=all_gradients(graph) or None)
    equations_ = {e.name for s in explanation.sections for e in s.equations}
    loss = graph.output
    gradients = {gradient_name(loss.name, n.name) for n in graph if n.gradient is not None}
    gradients -= {gradient_name(loss.name, loss.name)} if not loss.shape and loss.gradient == 1 else set()
    assert equations_ >= {n.name for n in graph} | gradients
    text = explanation.to_text()
    assert " n " not in text and "/n" not in text and "slot" not in text and "None" not in text
    for writer in WRITERS.values():
        assert writer(explanation)
    check_markdown(explanation.to_markdown())
    check_latex(explanation.to_latex())


def check_markdown(markdown: str) -> None:
    """Nothing that Markdown, GitHub or KaTeX would trip over: the rules of the module, on every formula."""
    blocks = re.findall(r"^\$\$\n(.*?)\n\$\$$", markdown, re.DOTALL | re.MULTILINE)
    assert markdown.count("$$") == 2 * len(blocks)
    for block in blocks:
        assert not re.search(r"\\[^a-zA-Z()|. ]", block), block  # what Markdown takes for an escape
        assert not re.search(r"(?<! )_", block), block  # what could end emphasis
        assert "](" not in block and "operatorname" not in block and "<" not in block and ">" not in block
        assert not re.search("[`*$%#~^]", re.sub(r"\^", "", block)), block
        assert "\n\n" not in block and block.startswith("\\begin{aligned}")
        assert not re.search(r"^\s*([-+#>]|\d+\.)\s", block, re.MULTILINE), block  # a list, a heading, a quotation
        assert balanced(block)


def check_latex(latex: str) -> None:
    assert latex.isascii() and balanced(re.sub(r"(?<!\\)%.*\n", "\n", latex))
    assert latex.count(r"\begin{align*}") == latex.count(r"\end{align*}")
    assert latex.rstrip().endswith(r"\end{document}")


def balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text.replace(r"\\", "")):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


@pytest.mark.parametrize(
    "planted",
    [
        r"a\_b",
        r"\text{a}_{1}",
        r"\operatorname{f}",
        "a < b",
        "- a",
        r"\text{50%}",
        "{",
        r"x \\ y",
        r"\text{a*b}",
        "[0](y)",
    ],
)
def test_a_planted_fault_in_markdown_is_found(planted: str) -> None:
    with pytest.raises(AssertionError):
        check_markdown(f"$$\n\\begin{{aligned}}\n{planted}\n\\end{{aligned}}\n$$\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name: str) -> None:
    x, w = tg.tensor(2.0, name), tg.parameter(3.0, "w")
    y = tg.maximum(x * w, 0.5)
    explanation = tg.explain(y * x)
    check_markdown(explanation.to_markdown())
    check_latex(explanation.to_latex())
    assert all(len(line) < 500 for line in explanation.to_text().splitlines())
    assert "\\input" not in explanation.to_latex()


def test_names_as_they_are_written_in_each_format() -> None:
    x, f = tg.tensor(2.0, "y_hat"), tg.tensor(3.0, "feature_map")
    L = x * f
    explanation = tg.explain(L)
    assert "∂L/∂ŷ = feature_map = 3" in explanation.to_text()
    assert r"\frac{\partial L}{\partial \hat{y}} &= \text{feature map}" in (explanation.to_markdown())
    assert r"\frac{\partial L}{\partial \hat{y}} &= \text{feature\_map}" in (explanation.to_latex())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite(bad: float) -> None:
    x = tg.tensor([bad, 1.0], "x")
    s = tg.parameter(bad, "s")
    with np.errstate(all="ignore"):
        L = tg.sum(x * s)
        explanation = tg.explain(L)
    word = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}[str(bad)]
    assert f"x = [{word}  1]" in explanation.to_text()
    check_markdown(explanation.to_markdown())
    check_latex(explanation.to_latex())


def test_empty_arrays() -> None:
    x = tg.tensor(np.zeros((0, 3)), "x")
    L = tg.sum(x * x)
    text = tg.explain(L).to_text()
    assert "x = 0×3 array (empty)" in text and "∂L/∂x = " in text


def test_large_arrays_are_named_by_their_norm() -> None:
    x = tg.tensor(np.ones((20, 30)), "x")
    L = tg.sum(x)
    text = tg.explain(L).to_text()
    assert "x = 20×30 array, ‖·‖ = 24.49" in text
    assert "∂L/∂x = 1  (to each element) = 20×30 array" in text


def test_broadcasting_is_summed_over() -> None:
    x, b = tg.tensor(np.arange(6.0).reshape(2, 3), "x"), tg.parameter([1.0, 2.0, 3.0], "b")
    c = tg.parameter([[1.0], [2.0]], "c")
    z = x + b
    y = z * c
    L = tg.sum(y * y)
    found = equations(tg.explain(L, fold=False).to_text())
    assert found["∂L/∂b"][0] == "Σ₀ ∂L/∂z" and found["∂L/∂c"][0] == "Σ₁(∂L/∂y ⊙ z)"


@pytest.mark.parametrize(
    ("rule", "shapes", "due", "axes"),
    [
        ("g", {"g": (2, 3)}, (3,), (0,)),
        ("g * b", {"g": (2, 3), "b": (3,)}, (2, 1), (1,)),
        ("g * b", {"g": (2, 3), "b": (3,)}, (2, 3), ()),
        ("a.T @ g", {"a": (5, 2, 3), "g": (5, 2, 4)}, (3, 4), (0,)),
        ("g", {"g": ()}, (3,), ()),
        ("strange(g)", {"g": (2, 3)}, (3,), ()),
        ("g @ b.T", {"g": (2,), "b": (3,)}, (2, 3), ()),
    ],
)
def test_axes_that_are_summed(rule: str, shapes: dict[str, Any], due: Any, axes: Any) -> None:
    node = next(n for n in tg.trace(tg.tensor(1.0, "a") * 2.0) if n.op == "mul")
    assert summed(made(rule, node, {k: np.zeros(v) for k, v in shapes.items()}), due) == axes


def test_means_have_their_count_and_variadic_rules_their_slot() -> None:
    x, t = tg.tensor([1.0, 2.0, 3.0], "x"), tg.constant([1.0, 1.0, 1.0], "t")
    L = tg.mse(tg.concatenate([x[:1], x[1:]]), t)
    text = tg.explain(L).to_text()
    assert "/3" in text and "split₀(∂L/∂concatenate₁)[0]" in text and "split₀(∂L/∂concatenate₁)[1]" in text
    var = tg.var(x, ddof=1)
    assert "/(3 − 1)" in tg.explain(var).to_text()
    arrows = picture(tg.trace(tg.mean(x)), detail="full").arrows
    assert "g/3" in " ".join(line.text for a in arrows for line in a.lines)


def test_groups_and_cut_graphs() -> None:
    """What a view has put together or left away has no formula, and what it leaves of the chain rule still adds up."""
    x, w = tg.tensor([1.0, 2.0], "x"), tg.parameter([3.0, 4.0], "w")
    with tg.scope("layer"):
        z = x * w
        h = tg.tanh(z)
    y = h * x + w
    L = tg.sum(y * y)
    graph = tg.trace(L)
    grouped = tg.explain(tg.collapse(graph), fold=False)
    assert "(from layer)" in grouped.to_text()
    cut = tg.explain(tg.hide(graph, "y"), fold=False).to_text()
    part = tg.explain(tg.upto(graph, "z"), fold=False).to_text()
    assert "∂L/∂w = ∂L/∂z ⊙ x + (other uses)" in part
    for text in (cut, part, tg.explain(tg.between(graph, "x", "L")).to_text()):
        assert "Given" in text
    for explanation in (grouped, tg.explain(tg.hide(graph, "y"))):
        check_markdown(explanation.to_markdown())
        check_latex(explanation.to_latex())


def test_wide_formulas_are_broken_and_lose_nothing() -> None:
    names = [f"quantity_{i}" for i in range(40)]
    xs = [tg.parameter(i / 7, name) for i, name in enumerate(names)]
    y = xs[0] * 1.0
    for x in xs[1:]:
        y = y + x * xs[0]
    explanation = tg.explain(y)
    text = explanation.to_text()
    assert max(map(len, text.splitlines())) <= 100
    found = [sides for name, sides in equations(text).items() if name.endswith("∂quantity₀")][0]
    assert found[0].count("quantity") == 39 and worth(found[1]) == pytest.approx(worth(found[2]), rel=1e-3)
    rows = [row for row in explanation.to_latex().split(r"\\") if "quantity" in row]
    assert max(len(re.sub(r"\\[a-z]+|[{}]", "", row)) for row in rows) < 300


def test_a_long_call_is_broken_at_its_commas() -> None:
    xs = [tg.parameter(i / 7, f"quantity_{i}") for i in range(30)]
    text = tg.explain(tg.sum(tg.stack(xs))).to_text()
    assert max(map(len, text.splitlines())) <= 100 and "quantity₂₈, quantity₂₉)" in text


def long_chain(nodes: int) -> tg.Tensor:
    x = tg.parameter(1.0, "x")
    y = x
    for _ in range(nodes // 2):
        y = tg.sin(y) + x
    return y


@pytest.mark.slow
def test_ten_thousand_nodes() -> None:
    explanation = tg.explain(long_chain(10_000), fold=False)
    assert len(explanation.sections[1].equations) == 10_000
    assert all(writer(explanation) for writer in WRITERS.values())


@pytest.mark.slow
def test_the_work_for_an_explanation_grows_with_the_nodes_and_no_faster() -> None:
    def of(nodes: int) -> Callable[[], list[Any]]:
        end = long_chain(nodes)
        return lambda: [writer(tg.explain(end, fold=False)) for writer in WRITERS.values()]

    assert growth(of, 200, 2_000) < 1.1


# --- training, titles, errors ----------------------------------------------------------------------------------------


def test_the_steps_of_a_training_run() -> None:
    explanation = tg.explain(example("momentum"))
    titles = [s.title for s in explanation.sections]
    assert titles[:4] == ["Given", "Forward (step 1)", "Backward (step 1)", "Update (step 1)"]
    assert "Update (step 3)" in titles and explanation.title == "Training of w, b, 3 steps"
    found = equations(explanation.to_text())
    assert found["w₁"][0].startswith("w₀ − v") and found["w₁"][-1] == "0.524"


def test_titles() -> None:
    x = tg.tensor(2.0, "x")
    y, z = x * 2.0, x * 3.0
    y.name, z.name = "y", "z_5"
    assert tg.explain(y).title == "Solution for y"
    assert tg.explain([y, z]).title == "Solution for y, z₅"
    assert tg.explain([x * float(i) for i in range(2, 9)]).title.endswith("and 3 more")


@pytest.mark.parametrize("digits", [0, 18, "4", 2.0, None])
def test_digits_that_cannot_be(digits: Any) -> None:
    with pytest.raises(GraphError, match="digits must be a whole number from 1 to 17"):
        tg.explain(tg.tensor(1.0, "x") * 2.0, digits=digits)


def test_saving(tmp_path: Path) -> None:
    explanation = tg.explain(example("backprop"))
    for suffix in WRITERS:
        path = explanation.save(tmp_path / f"s.{suffix.upper()}")
        assert path.read_text("utf-8") == WRITERS[suffix](explanation)
    with pytest.raises(GraphError, match="s.docx: an explanation is written as .md, .tex, .txt"):
        explanation.save(tmp_path / "s.docx")
    assert explanation._repr_markdown_() == explanation.to_markdown() and str(explanation) == explanation.to_text()
    assert repr(explanation) == "Explanation('Solution for L', 27 equations)"


def test_the_same_bytes_from_a_saved_graph(tmp_path: Path) -> None:
    graph = example("conv")
    graph.save(tmp_path / "g.tgraph")
    again = tg.load(tmp_path / "g.tgraph")
    assert [w(tg.explain(again)) for w in WRITERS.values()] == [w(tg.explain(graph)) for w in WRITERS.values()]


def test_the_page_shows_what_its_code_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = (EXAMPLES.parent / "docs" / "explain.md").read_text("utf-8")
    exec(page.split("```python\n")[1].split("```")[0], {"__name__": "page"})
    assert capsys.readouterr().out.strip() == page.split("```text\n")[1].split("```")[0].strip()


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_command() -> None:
    done = run("explain", "net.py")
    assert done.exit_code == 0 and "∂loss/∂w" in done.stdout and done.stdout.startswith("Solution for loss")
    done = run("explain", "net.py", "-o", "a.md", "-o", "a.tex", "-o", "-", "--digits", 2, "--no-fold")
    assert done.exit_code == 0 and "wrote a.md" in done.stderr and "Solution" in done.stdout
    assert Path("a.md").read_text("utf-8").startswith("# Solution") and r"\documentclass" in Path("a.tex").read_text()
    plain = run("explain", "net.py", "--format", "md").stdout
    assert run("explain", "net.py", "-o", "-", "--format", "md").stdout == plain != done.stdout
    run("render", "net.py", "-o", "net.tgraph")
    assert run("explain", "net.tgraph").stdout == run("explain", "net.py").stdout


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("gone.py",), 1, "there is no file gone.py"),
        (("net.py:nothing",), 1, "net.py has no nothing"),
        (("net.py", "-o", "no/a.md"), 1, "the folder does not exist"),
        (("p.py",), 1, "not a tensor"),
    ],
)
def test_command_that_fails(arguments: tuple[str, ...], code: int, said: str) -> None:
    write("def build():\n    return 3\n")
    assert said in error(run("explain", *arguments), code)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "arguments",
    [("net.py", "-o", "a.docx"), ("net.py", "-o", "a"), (), ("net.py", "--digits", "0"), ("net.py", "--format", "x")],
)
def test_command_that_is_wrong(arguments: tuple[str, ...]) -> None:
    done = run("explain", *arguments)
    assert done.exit_code == 2 and "Usage" in done.stderr


@pytest.mark.usefixtures("here")
def test_one_element_on_the_command_line() -> None:
    write("def build():\n    x = tg.tensor([[1.0, 2.0], [3.0, 4.0]])\n    z = x @ x\n    return tg.sum(z)\n")
    done = run("render", "p.py", "--expand", "z[0, -1]", "-o", "z.txt")
    assert done.exit_code == 0 and "z[0,1]" in Path("z.txt").read_text("utf-8")
    assert "is not one of 'z'" in error(run("render", "p.py", "--expand", "z[0,9]", "-o", "z.txt"))
    assert "no node is called" in error(run("render", "p.py", "--expand", "q[0]", "-o", "z.txt"))
