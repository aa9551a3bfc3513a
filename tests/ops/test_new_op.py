"""An op is one statement: what is declared in it, or comes from elsewhere with traits, works everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph import formula
from tracegraph.engine.call import function
from tracegraph.engine.operators import BY_FUNCTION
from tracegraph.engine.tensor import Recorded
from tracegraph.errors import GraphError
from tracegraph.formats import stepped, stills
from tracegraph.formula import notation
from tracegraph.graph import Graph
from tracegraph.ops import elementwise as declarations
from tracegraph.ops.elementwise import elementwise
from tracegraph.ops.op import OPS, Op
from tracegraph.ops.traits import Traits
from tracegraph.text.formula_words import WORDS, Form, Word

Function = Callable[[Any], tg.Tensor]
SATURATED = np.array([-4.0, -3.0, 2.9, 3.5, 4.0, 5.0, -6.0, 0.1])


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    """Whatever a test declares is gone after it."""
    tables: list[dict[Any, Any]] = [OPS, declarations.ARRAY, declarations.FLOAT, WORDS, BY_FUNCTION]
    before, members = [dict(table) for table in tables], {*vars(Recorded)}
    yield
    for name in {*vars(Recorded)} - members:
        delattr(Recorded, name)
    for table, held in zip(tables, before, strict=True):
        table.clear()
        table.update(held)


def swish(kind: Any = "activation") -> Op:
    return elementwise("swish", "x * sigmoid(x)", "g * (y + sigmoid(x) * (1 - y))", symbol="SiLU", traits=Traits(kind))


def net(activation: Function) -> Graph:
    """A tanh that is saturated, and nothing but an activation after it that could learn from it."""
    w = tg.parameter(1.0, "w")
    h = tg.tanh(tg.tensor(SATURATED, "x") * w)
    h.name = "h"
    s = activation(h)
    s.name = "s"
    return tg.trace(tg.sum(s))


def findings(graph: Graph) -> list[tuple[str, str]]:
    flow = tg.flow(graph)
    return [(f.kind, flow.node(f.node).name) for f in flow.findings]


# --- declared here ---------------------------------------------------------------------------------------------------


def test_a_saturated_layer_before_a_new_activation_is_found() -> None:
    assert findings(net(function(swish()))) == [("saturated", "h")]


def test_it_is_found_because_of_the_trait() -> None:
    assert findings(net(function(swish("function")))) == []


def test_its_own_saturation_is_found_too() -> None:
    op = elementwise(
        "squash", "tanh(3 * x)", "3 * g * (1 - y ** 2)", traits=Traits("activation", saturates=(-0.97, 0.97))
    )
    graph = tg.trace(tg.sum(tg.tanh(function(op)(tg.parameter(SATURATED, "x")))))
    (finding,) = [f for f in tg.flow(graph).findings if "squash" in f.cause]
    assert finding.kind == "saturated" and "(|squash| > 0.97)" in finding.cause


def test_its_card_and_its_formula() -> None:
    x = tg.parameter(0.5, "x")
    y = function(swish())(x)
    y.name = "y"
    picture = tg.draw(y, detail="full").picture
    (card,) = [box for box in picture.boxes if box.title == "y"]
    assert [line.text for line in card.lines] == ["= x·σ(x)", "= 0.5·σ(0.5)"]
    assert card.panels[0].number == "0.3112"
    assert notation.latex(OPS["swish"].formula, {}) == r"x \cdot \sigma\left(x\right)"
    assert formula.evaluate(OPS["swish"].formula, {"x": 0.5}) == pytest.approx(0.5 / (1 + np.exp(-0.5)))


def test_its_explanation_and_its_derivative() -> None:
    x = tg.parameter(0.5, "x")
    y = function(swish())(x)
    y.name = "y"
    text = str(tg.explain(tg.trace(y)))
    assert "y = x·σ(x) = 0.5·σ(0.5) = 0.3112" in text
    assert "∂y/∂x = y + σ(x)·(1 − y)" in text
    step = 1e-6
    slope = (OPS["swish"].forward(0.5 + step) - OPS["swish"].forward(0.5 - step)) / (2 * step)
    assert tg.trace(y)["x"].gradient == pytest.approx(slope)


def test_one_element_of_it_is_opened() -> None:
    graph = net(function(swish()))
    opened = tg.expand(graph, "s", 2)
    assert opened["s[2]"].formula == "x * sigmoid(x)"
    assert opened["s[2]"].value == pytest.approx(graph["s"].value[2])


def test_its_rule_is_checked_and_a_wrong_one_is_found() -> None:
    assert {c.verdict for c in tg.gradcheck(net(function(swish()))).results if c.op == "swish"} == {"ok"}
    wrong = elementwise("wrong", "x * sigmoid(x)", "g * sigmoid(x)", traits=Traits("activation"))
    assert {c.verdict for c in tg.gradcheck(net(function(wrong))).results if c.op == "wrong"} == {"wrong"}


def test_a_new_word_comes_with_its_op() -> None:
    word = Word(lambda x: x / (1 + abs(x)), Form("ς({0})", r"\varsigma\left({0}\right)"), "each")
    op = elementwise(
        "softsign",
        "softsign(x)",
        "g / (1 + abs(x)) ** 2",
        array=lambda x: x / (1 + np.abs(x)),
        scalar=lambda x: x / (1 + abs(x)),
        words={"softsign": word},
        traits=Traits("activation"),
    )
    y = function(op)(tg.parameter(1.0, "x"))
    y.name = "y"
    assert "y = ς(x) = ς(1) = 0.5" in str(tg.explain(tg.trace(y)))
    assert notation.latex("softsign(x)", {}) == r"\varsigma\left(x\right)"
    assert formula.evaluate("softsign(x)", {"x": 1.0}) == 0.5


def test_numpy_and_tensors_know_it_by_its_names() -> None:
    """A ufunc, a function of NumPy, and a method, of ops that are declared when tensors are there already."""
    x = tg.parameter([0.5, 2.0], "x")
    bent = np.frompyfunc(lambda v: v * v + 1, 1, 1)
    elementwise("bend", "x * x + 1", "g * 2 * x", numpy=bent, array=lambda x: x * x + 1)
    elementwise("halved", "x / 2", "g / 2", numpy=np.sort_complex, array=lambda x: x / 2, traits=Traits(method="plain"))
    recorded: list[Any] = [bent(x), x.bend(), np.sort_complex(x), x.halved()]  # type: ignore[attr-defined]
    assert [tg.trace(y).output.op for y in recorded] == ["bend", "bend", "halved", "halved"]
    assert [y.value.tolist() for y in recorded[1:3]] == [[1.25, 5.0], [0.25, 1.0]]


def test_a_word_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match="'exp' of formulas is declared twice"):
        elementwise("again", "exp(x)", "g * y", words={"exp": Word()})


# --- from elsewhere --------------------------------------------------------------------------------------------------


def foreign(traits: Traits | None, formulas: bool = False) -> Graph:
    """A graph of which one op has a name that is not declared here."""
    graph = net(function(swish()))
    OPS.pop("swish")
    own: dict[str, Any] = {} if formulas else {"formula": "", "args": ()}
    nodes = [replace(n, op="torch:swish", traits=traits, **own) if n.op == "swish" else n for n in graph.nodes]
    edges = [
        replace(e, vjp=e.vjp if formulas else None) if graph.node(e.target).op == "swish" else e for e in graph.edges
    ]
    return Graph(nodes, edges)


ELSEWHERE = Traits("activation", element="formula")


@pytest.mark.parametrize("formulas", [True, False])
def test_diagnostics_go_by_the_traits_of_a_node(formulas: bool) -> None:
    assert findings(foreign(ELSEWHERE, formulas)) == [("saturated", "h")]
    assert findings(foreign(None, formulas)) == []


def test_a_sigmoid_from_elsewhere_is_found_saturated() -> None:
    """With the traits of an op of ours, which it is another name for."""
    graph = tg.trace(tg.sum(tg.tanh(tg.sigmoid(tg.parameter(SATURATED * 3, "x")))))
    traits = OPS["sigmoid"].traits
    nodes = [replace(n, op="torch:sigmoid", traits=traits) if n.op == "sigmoid" else n for n in graph.nodes]
    (finding,) = [f for f in tg.flow(Graph(nodes, graph.edges)).findings if f.kind == "saturated"]
    assert "torch:sigmoid outside 0.03 to 0.97" in finding.cause


def test_a_nan_from_elsewhere_has_its_words() -> None:
    with np.errstate(all="ignore"):
        graph = tg.trace(tg.sum(np.log(tg.parameter([1.0, -2.0], "x"))))
    nodes = [replace(n, op="torch:log", traits=OPS["log"].traits) if n.op == "log" else n for n in graph.nodes]
    (finding,) = tg.flow(Graph(nodes, graph.edges)).findings
    assert finding.kind == "nan" and "log of −2 at [1]" in finding.cause


@pytest.mark.parametrize("formulas", [True, False])
@pytest.mark.parametrize("traits", [ELSEWHERE, None], ids=["traits", "unknown"])
def test_nothing_fails_where_an_op_is_not_known(traits: Traits | None, formulas: bool, tmp_path: Path) -> None:
    graph = foreign(traits, formulas)
    assert tg.draw(tg.flow(graph), detail="full").picture.boxes
    assert "s" in str(tg.explain(graph)) and str(tg.layers(graph)) and str(tg.paths(graph, "w"))
    (check,) = [c for c in tg.gradcheck(graph).results if c.op == "torch:swish"]
    assert check.verdict == "not checked" and "torch:swish" in check.reason
    with pytest.raises(GraphError, match="'s' is made by torch:swish, which is not opened") as error:
        tg.expand(graph, "s", 2)
    assert "\n" not in str(error.value)
    for view in (tg.fold(graph), tg.upto(graph, "s"), tg.hide(graph, "x")):
        assert view["s"].traits == traits
    graph.save(tmp_path / "graph.tgraph")
    again = tg.load(tmp_path / "graph.tgraph")
    assert again["s"].traits == traits and findings(again) == findings(graph)


@pytest.mark.parametrize("format", stills())
def test_every_format_shows_an_op_that_is_not_known(format: str) -> None:
    needed(format)
    assert tg.draw(foreign(None), detail="full").render(format)


@pytest.mark.parametrize("format", stepped())
def test_frames_of_an_op_that_is_not_known(format: str) -> None:
    needed(format)
    frames = tg.frames(tg.draw(foreign(None), detail="full"), by="step")
    assert tg.Deck("", (frames,)).render(format)


def needed(format: str) -> None:
    """Skip a format whose library is not installed."""
    for module in {"pptx": ["pptx"], "pdf": ["pypdf"], "gif": ["PIL"]}.get(format, ()):
        pytest.importorskip(module)


def test_claims_about_an_op_that_is_not_known_are_marked() -> None:
    graph = foreign(None)
    right = [f"{v:.6g}" for v in graph["s"].value]
    for written, verdict in ((right, "agrees"), (["1", *right[1:]], "slip")):
        (result,) = tg.mark(graph, [tg.Claim(tuple(written), value="s")]).results
        assert result.verdict == verdict
