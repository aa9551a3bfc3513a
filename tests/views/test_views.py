"""Views: a graph in, a graph out; what flows back through them still adds up."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.formula import names as names_in
from tracegraph.graph import Graph
from tracegraph.views import VIEWS, between, collapse, hide, upto


def network() -> Graph:
    x = tg.tensor([[1.0, -2.0]], name="x")
    with tg.scope("encoder"):
        with tg.scope("dense"):
            w = tg.parameter([[0.1, 0.2], [0.3, -0.4]], name="w")
            z = x @ w
        h = z * z
    with tg.scope("decoder"):
        v = tg.parameter([[0.5], [0.6]], name="v")
        y = h @ v
    loss = ((y - 3.0) * (y - 3.0) + h * 2.0).sum()
    return tg.trace(loss)


def there_and_back() -> Graph:
    """A computation that leaves a scope and comes back to it."""
    x = tg.tensor(0.5, name="x")
    with tg.scope("s"):
        w, late = tg.parameter(3.0, name="w"), tg.parameter(4.0, name="late")
        a = x * w
    b = a * 2.0
    with tg.scope("s"):
        c = b * a * late
    loss = c + x
    return tg.trace(loss)


def check_sums(whole: Graph, part: Graph) -> None:
    """The law: contributions of all uses sum to the gradient, of every tensor whose uses are all there."""
    uses = {n.name: len(whole.uses(n)) for n in whole}
    for node in part:
        sent = [e.contribution for e in part.uses(node) if e.contribution is not None]
        if node.role != "group" and node.gradient is not None and len(part.uses(node)) == uses[node.name] and sent:
            np.testing.assert_allclose(sum(sent), node.gradient, rtol=1e-12)


def check_part(whole: Graph, part: Graph) -> None:
    """What holds of every view."""
    check_sums(whole, part)
    check_formulas(part)


def check_formulas(graph: Graph) -> None:
    """Every formula speaks of what the node has: its arguments and its options."""
    for node in graph:
        known = {*node.args, *node.attrs, "n", "spec", "pi"}
        assert set(names_in(node.formula)) <= known if node.formula else True, node
        for edge in graph.inputs(node):
            assert edge.vjp is None or set(names_in(edge.vjp)) <= known | {"g", "y"}, (node, edge.vjp)


def run() -> Graph:
    """A training run of three steps."""
    w, sgd = tg.parameter([0.5, -0.5], "w"), tg.optim.SGD(0.1)
    x = tg.tensor([1.0, 2.0], "x")
    for _ in range(3):
        [w] = sgd.step((w * x).sum(), [w])
    return tg.trace([w])


GRAPHS = {"steps": run, "expand": there_and_back, "window": there_and_back}
"""Graphs for views of something else than a network: expand shows one element, which is all there is of a scalar."""
GIVEN: dict[str, tuple[Any, ...]] = {
    "between": ("x", "y"),
    "upto": ("h",),
    "steps": (2,),
    "expand": ("a",),
    "window": ("a",),
    "inside": ("encoder",),
}
"""What a view is given besides the graph; one that needs nothing is called with the graph alone."""


@pytest.mark.parametrize("name", VIEWS)
def test_laws_of_the_registry(name: str) -> None:
    whole = GRAPHS.get(name, network)()
    part = VIEWS[name](whole, *GIVEN.get(name, ()))
    check_part(whole, part)
    assert [n.name for n in VIEWS[name](whole, *GIVEN.get(name, ()))] == [n.name for n in part]
    assert VIEWS[name].__doc__ and inspect.signature(VIEWS[name]).return_annotation in (Graph, "Graph")


def test_the_laws_of_the_registry_find_a_view_that_breaks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(graph: Graph) -> Graph:
        """Say twice what is sent back."""
        return Graph(graph.nodes, [e if e.tensor != "h" or e.slot else _doubled(e) for e in graph.edges])

    monkeypatch.setitem(VIEWS, "doubled", doubled)
    with pytest.raises(AssertionError):
        test_laws_of_the_registry("doubled")


VIEWED: list[tuple[str, Callable[[Graph], Graph]]] = [
    ("collapse one", lambda g: collapse(g, "encoder")),
    ("collapse inner", lambda g: collapse(g, "encoder/dense")),
    ("hide parameters", lambda g: hide(g, roles=["parameter"])),
    ("hide names", lambda g: hide(g, "h", "x")),
    ("two", lambda g: hide(collapse(g, "decoder"))),
    ("nested", lambda g: collapse(collapse(g, "encoder/dense"))),
]


@pytest.mark.parametrize("view", [v for _, v in VIEWED], ids=[n for n, _ in VIEWED])
def test_laws_of_every_view(view: Callable[[Graph], Graph]) -> None:
    whole = network()
    part = view(whole)
    assert len(part) < len(whole)
    check_part(whole, part)
    assert [n.name for n in view(network())] == [n.name for n in part]


def test_the_law_finds_a_planted_fault() -> None:
    whole = network()
    wrong = Graph(whole.nodes, [e if e.tensor != "h" or e.slot else _doubled(e) for e in whole.edges])
    with pytest.raises(AssertionError):
        check_sums(whole, wrong)


def _doubled(edge: Any) -> Any:
    from dataclasses import replace

    return replace(edge, contribution=2 * edge.contribution)


# --- collapse --------------------------------------------------------------------------------------------------------


def test_collapse_everything() -> None:
    graph = collapse(network())
    assert [n.name for n in graph if n.role == "group"] == ["encoder", "decoder"]
    encoder = graph["encoder"]
    assert dict(encoder.attrs) == {"ops": 2, "parameters": 4} and encoder.scope == ""
    np.testing.assert_array_equal(encoder.value, network()["h"].value)
    np.testing.assert_array_equal(encoder.gradient, network()["h"].gradient)
    assert {e.tensor for e in graph.uses(encoder)} == {"h"}
    assert [(e.tensor, e.vjp) for e in graph.inputs(encoder)] == [("x", None)]


def test_collapse_an_inner_scope() -> None:
    graph = collapse(network(), "encoder/dense")
    assert graph["encoder/dense"].scope == "encoder" and "h" in graph
    outer = collapse(graph, "encoder")
    assert dict(outer["encoder"].attrs) == {"ops": 2, "parameters": 4}


def test_parallel_uses_stay_parallel() -> None:
    x = tg.tensor(3.0, name="x")
    with tg.scope("square"):
        y = x * x
    graph = collapse(tg.trace(y * 1.0))
    assert [(e.slot, e.contribution) for e in graph.uses(graph["x"])] == [(0, 3.0), (1, 3.0)]


def test_a_scope_with_two_outputs_names_its_tensors() -> None:
    x = tg.tensor([1.0, 2.0], name="x")
    with tg.scope("s"):
        a = x * 2.0
        b = x.sum()
    graph = collapse(tg.trace((a * b).sum()))
    assert sorted(e.tensor for e in graph.uses(graph["s"])) == ["a", "b"]
    assert graph["s"].value == 3.0


def test_a_scope_that_is_left_and_entered_again_is_two_cards() -> None:
    whole = there_and_back()
    graph = collapse(whole)
    assert [n.name for n in graph if n.role == "group"] == ["s_1", "s_2"]
    assert graph["s_1"].attrs["parameters"] == graph["s_2"].attrs["parameters"] == 1, "each has what it uses"
    check_sums(whole, graph)


def test_two_scopes_that_need_each_other() -> None:
    x = tg.tensor(0.5, name="x")
    with tg.scope("a"):
        a1 = x * 2.0
    with tg.scope("b"):
        b1, b2 = a1 * 3.0, x * 4.0
    with tg.scope("a"):
        a2 = b2 * 5.0
    whole = tg.trace(a2 + b1)
    graph = collapse(whole)
    assert [n.name for n in graph if n.role == "group"] == ["a_1", "b", "a_2"], "the order of the program"
    check_sums(whole, graph)


def test_a_name_that_is_taken() -> None:
    encoder = tg.tensor(2.0, name="encoder")
    with tg.scope("encoder"):
        y = encoder * 3.0
    assert [n.name for n in collapse(tg.trace(y * y)) if n.role == "group"] == ["encoder_1"]


def test_an_unknown_scope_gets_the_nearest() -> None:
    with pytest.raises(tg.GraphError, match="no scope is called 'enocder'; nearest: encoder"):
        collapse(network(), "enocder")


programs = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 3)), min_size=2, max_size=25)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(programs)
def test_any_scopes_collapse(program: list[tuple[int, int, int]]) -> None:
    """Operations at random, each in one of three scopes or in none: always a graph, and all sums hold."""
    made = [tg.tensor(1.5, name="x"), tg.tensor(-0.5, name="y")]
    for a, b, place in program:
        left, right = made[a % len(made)], made[b % len(made)]
        if place:
            with tg.scope("abc"[place - 1]):
                made.append(left * right + 1.0 if a % 2 else left - right)
        else:
            made.append(left + right)
    whole = tg.trace(made[-1])
    for graph in (collapse(whole), hide(collapse(whole)), *(collapse(whole, s) for s in whole.scopes)):
        check_sums(whole, graph)
        check_formulas(graph)


# --- cutting ---------------------------------------------------------------------------------------------------------


def test_hidden_constants_are_numbers_in_the_formula() -> None:
    x, k = tg.tensor([1.0, 2.0], name="x"), tg.constant([1.0, 2.0], name="k")
    graph = hide(tg.trace((x * -2.5 * k).sum()))
    assert [n.role for n in graph] == ["input", "op", "op", "output"]
    assert graph.nodes[1].formula == "a * -2.5" and graph.uses(graph["x"])[0].vjp == "g * -2.5"
    assert (graph.nodes[2].formula, graph.nodes[2].args, graph.nodes[2].attrs["b"]) == ("a * b", ("a",), "k")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_hidden_constants_that_are_no_numbers_in_a_formula(number: float) -> None:
    graph = hide(tg.trace(tg.tensor(1.0, name="x") * tg.constant(number, name="k")))
    assert graph.nodes[-1].attrs == {"b": "k"}


def test_hide_by_name_and_role() -> None:
    assert "w" not in hide(network(), "w") and "v" in hide(network(), "w")
    assert all(n.role != "parameter" for n in hide(network(), roles="parameter"))
    with pytest.raises(tg.GraphError, match="no role 'constnat'; nearest: constant"):
        hide(network(), roles=("constnat",))
    with pytest.raises(tg.GraphError, match="no node is called 'nope'"):
        hide(network(), "nope")
    with pytest.raises(tg.GraphError, match="nothing would be left"):
        hide(network(), roles=("input", "parameter", "constant", "op", "output"))


def test_between_is_what_lies_on_a_path() -> None:
    assert [n.name for n in between(network(), "z", "y")] == ["z", "h", "y"]
    assert {n.name for n in between(network(), ["x", "v"], "y")} == {"x", "z", "h", "v", "y"}
    with pytest.raises(tg.GraphError, match="no path leads from 'y' to 'x'; the other way round there is one"):
        between(network(), "y", "x")
    with pytest.raises(tg.GraphError, match="no path leads from 'w' to 'v'$"):
        between(network(), "w", "v")


def test_upto_is_what_a_node_depends_on() -> None:
    assert [n.name for n in upto(network(), "h")] == ["x", "w", "z", "h"]
    assert [n.name for n in upto(network(), "x", "v")] == ["x", "v"]
    with pytest.raises(tg.GraphError, match="at least one"):
        upto(network())
