"""One element of an operation as scalars: its value, what it depends on, and what goes back, each checked by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph import formula
from tracegraph.errors import GraphError
from tracegraph.graph import Edge, Graph, Node
from tracegraph.graph.note import FocusNote
from tracegraph.ops.op import OPS, Op, Sample
from tracegraph.picture.theme import THEMES
from tracegraph.picture.words import DETAILS
from tracegraph.views.element import MORE, MOST

SUPPORTED = [op for op in OPS.values() if op.traits.element]
CASES = [(op, i) for op in SUPPORTED for i, _ in enumerate(op.samples or (None,))]
NAMES = "x K b t u".split()
NO_LIMIT = {"min": -np.inf, "max": np.inf}  # what None means where it is an option of clip
APPROACH = {"rtol": 1e-9, "atol": 1e-12}


@dataclass(frozen=True)
class Case:
    """A graph that ends in one operation, and that operation as a function of its inputs."""

    graph: Graph
    name: str
    op: Op
    call: Callable[..., Any]
    inputs: tuple[Any, ...]


@cache
def case(op: Op, number: int, seed: int = 0) -> Case:
    """The operation on one of its samples, weighted to a scalar so that every element has its own gradient."""
    random = np.random.default_rng(seed)
    sample = op.samples[number] if op.samples else Sample(((2, 3), (3,), (2, 1))[: len(op.inputs)], needed(op))
    arrays = [random.uniform(*op.domain, x) if isinstance(x, tuple) else np.asarray(x) for x in sample.inputs]
    tensors = [tg.tensor(a, name) for a, name in zip(arrays, NAMES)]
    attrs = dict(sample.attrs)
    lead = (attrs.pop("spec"),) if "spec" in attrs else ()
    y = getattr(tg, op.name)(*lead, *tensors, **attrs)
    loss = tg.sum(y * tg.constant(random.uniform(0.5, 1.5, y.shape))) if y.needs else y
    graph = tg.trace(loss)
    made = next(n.name for n in graph if n.op == op.name and graph.inputs(n))

    def call(*values: Any) -> Any:
        return np.asarray(op.forward(*values, **{k: v for k, v in graph[made].attrs.items() if k in op.attrs}))

    return Case(graph, made, op, call, tuple(np.asarray(a) for a in arrays))


def needed(op: Op) -> dict[str, Any]:
    """Numbers for the options that have no default."""
    return {name: 0.5 for name, default in op.attrs.items() if default is ...}


def places(c: Case, most: int = 4) -> list[tuple[int, ...]]:
    """Some elements of the result: the first, the last, and others at random."""
    every = list(np.ndindex(c.graph[c.name].shape))
    if len(every) <= most:
        return every
    chosen = np.random.default_rng(1).choice(len(every), most - 2, replace=False)
    return [every[0], every[-1], *(every[i] for i in chosen)]


def element(graph: Graph, name: str, index: tuple[int, ...]) -> Node:
    return graph[f"{name}[{','.join(map(str, index))}]" if index else name]


@pytest.mark.slow
@pytest.mark.parametrize(("op", "number"), CASES, ids=lambda x: getattr(x, "name", x))
def test_every_supported_op(op: Op, number: int) -> None:
    """Each element of each sample: the value, the formula, the window, the gradients, and the sums of contributions."""
    c = case(op, number)
    for index in places(c):
        opened = tg.expand(c.graph, c.name, index)
        check_value(c, opened, index)
        check_sums(opened)
        check_window(c, opened, index)
        check_gradients(c, opened, index)


def check_value(c: Case, opened: Graph, index: tuple[int, ...]) -> None:
    """The element is the tensor's, and every formula gives the value of its card."""
    node = element(opened, c.name, index)
    np.testing.assert_array_equal(node.value, np.asarray(c.graph[c.name].value, float)[index])
    for n in opened:
        if n.formula:
            values = {a: opened.carried(e) for a, e in zip(n.args, opened.inputs(n), strict=True)}
            options = {**NO_LIMIT, **{k: v for k, v in n.attrs.items() if isinstance(v, (int, float))}}
            np.testing.assert_allclose(worked(n.formula, {**options, **values}), n.value, **APPROACH)
            for e in opened.inputs(n):
                if e.vjp and e.local is not None:
                    known = {**options, **values, "g": 1.0, "y": n.value}
                    np.testing.assert_allclose(worked(e.vjp, known), e.local, rtol=1e-7, atol=1e-9)


def worked(text: str, values: dict[str, Any]) -> float:
    """A formula of scalars; minimum and maximum of many arguments are those of Python, comparisons are numbers."""
    if text.startswith(("maximum(", "minimum(")) and "v0" in text:
        return float((max if text.startswith("max") else min)(values[name] for name in formula.names(text)))
    return formula.evaluate(text, values)


def focus(opened: Graph, name: str) -> tuple[tuple[int, ...], ...]:
    """The elements of a tensor that are framed."""
    note = opened.notes["focus"]
    assert isinstance(note, FocusNote)
    return note.at(opened[name].key)


def planted_focus(opened: Graph, node: Node) -> FocusNote:
    """The frames without the first of one node."""
    framed = {n.key: focus(opened, n.name)[n is node :] for n in opened}
    return FocusNote(focus=tuple(framed.items()))


def check_sums(opened: Graph) -> None:
    """Law 1 where the whole of a scalar is used here: its contributions sum to its gradient."""
    for n in opened:
        sent = [e.contribution for e in opened.uses(n)]
        if sent and all(e.index is None for e in opened.uses(n)) and not n.shape and n.gradient is not None:
            np.testing.assert_allclose(sum(sent), n.gradient, **APPROACH)


def check_window(c: Case, opened: Graph, index: tuple[int, ...]) -> None:
    """What is framed is what the element depends on, found by changing each element of the inputs.

    An elementwise operation frames what broadcasting puts there, though it may compare or choose without a difference.
    """
    for slot, source in enumerate(c.inputs):
        name = NAMES[slot]
        if not source.shape:
            continue
        framed = set(focus(opened, name)) if name in opened else set()
        if c.op.elementwise:
            numbered = np.arange(source.size).reshape(source.shape)
            flat = np.broadcast_to(numbered, c.graph[c.name].shape)[index]
            assert framed == {tuple(map(int, np.unravel_index(flat, source.shape)))} >= depends(c, slot, index)
        else:
            assert framed == depends(c, slot, index), (name, index)


def depends(c: Case, slot: int, index: tuple[int, ...]) -> set[tuple[int, ...]]:
    found = set()
    for place in np.ndindex(c.inputs[slot].shape):
        for step in (1e6, -1e6, 0.37, -0.41) if c.inputs[slot].dtype.kind == "f" else (1, -1):
            values = [np.array(v) for v in c.inputs]
            values[slot] = values[slot].copy()
            values[slot][place] += step
            with np.errstate(all="ignore"):
                after = c.call(*values)[index]
            if not np.isclose(after, np.asarray(c.graph[c.name].value)[index], rtol=0, atol=0, equal_nan=True):
                found.add(place)
                break
    return found


def check_gradients(c: Case, opened: Graph, index: tuple[int, ...]) -> None:
    """What goes back to each input through this element is the rule with a gradient there and zeros elsewhere."""
    node = c.graph[c.name]
    if node.gradient is None:
        return
    for slot, edge in enumerate(c.graph.inputs(node)):
        if edge.contribution is None:
            continue
        np.testing.assert_allclose(sent_back(opened, NAMES[slot]), one_hot(c, slot, index), rtol=1e-7, atol=1e-10)


def sent_back(opened: Graph, name: str) -> Any:
    """The contributions of all arrows out of an input, each in its place."""
    if name not in opened:
        return 0.0
    total = np.zeros(opened[name].shape)
    for e in opened.uses(opened[name]):
        if e.index is None:
            total = total + (0.0 if e.contribution is None else e.contribution)
        else:
            total[e.index] += 0.0 if e.contribution is None else e.contribution
    return total


def one_hot(c: Case, slot: int, index: tuple[int, ...]) -> Any:
    """The same by a walk back from this element, with the gradient it has in the graph."""
    tensors = [tg.tensor(v, name) for v, name in zip(c.inputs, NAMES)]
    attrs = {k: v for k, v in c.graph[c.name].attrs.items() if k in c.op.attrs}
    lead = (attrs.pop("spec"),) if "spec" in attrs else ()
    y = getattr(tg, c.op.name)(*lead, *tensors, **attrs)
    seed = np.zeros(y.shape)
    seed[index] = np.asarray(c.graph[c.name].gradient)[index]
    found = y.backward(seed)
    return found.get(tensors[slot], 0.0)


@pytest.mark.slow
@pytest.mark.parametrize(("op", "number"), CASES, ids=lambda x: getattr(x, "name", x))
def test_all_elements_together_send_back_what_the_operation_does(op: Op, number: int) -> None:
    c = case(op, number)
    node = c.graph[c.name]
    edges = [e for e in c.graph.inputs(node) if e.contribution is not None]
    if not edges or np.size(node.value) > 40:
        return
    parts = [tg.expand(c.graph, c.name, i) for i in np.ndindex(node.shape)]
    for e in edges:
        total = sum((sent_back(p, e.tensor) for p in parts), np.zeros(c.graph[e.tensor].shape))
        np.testing.assert_allclose(total, e.contribution, rtol=1e-7, atol=1e-10)


# --- planted faults --------------------------------------------------------------------------------------------------


def planted(kind: str, opened: Graph) -> Graph:
    """The same graph with one thing wrong."""
    nodes, edges, notes = list(opened.nodes), list(opened.edges), opened.notes
    if kind == "value":
        i = next(i for i, n in enumerate(nodes) if n.op == "mul")
        nodes[i] = replace(nodes[i], value=nodes[i].value + 0.1)
    elif kind == "window":
        notes = {"focus": planted_focus(opened, nodes[0])}
    else:
        i = next(i for i, e in enumerate(edges) if e.index is not None and e.contribution)
        edges[i] = replace(edges[i], contribution=-edges[i].contribution)
    return Graph(nodes, edges, notes)


@pytest.mark.parametrize("kind", ["value", "window", "gradient"])
def test_a_planted_fault_is_found(kind: str) -> None:
    c = case(OPS["conv2d"], 0)
    wrong = planted(kind, tg.expand(c.graph, c.name, (0, 1)))
    check = {"value": check_value, "window": check_window, "gradient": check_gradients}[kind]
    with pytest.raises(AssertionError):
        check(c, wrong, (0, 1))


def test_a_contribution_that_is_lost_is_found() -> None:
    opened = tg.expand(*conv())
    edges = [replace(e, contribution=2.0) if e.tensor == "p_1" else e for e in opened.edges]
    with pytest.raises(AssertionError):
        check_sums(Graph(opened.nodes, edges))


# --- what is special -------------------------------------------------------------------------------------------------


def conv(kernel: Any = None, x: Any = None) -> tuple[Graph, str, tuple[int, int]]:
    random = np.random.default_rng(3)
    a = tg.tensor(random.normal(size=(5, 5)) if x is None else x, "x")
    K = tg.parameter(random.normal(size=(3, 3)) if kernel is None else kernel, "K")
    feature_map = tg.conv2d(a, K, tg.parameter(0.5, "b"), stride=2, padding=1)
    loss = tg.sum(feature_map * feature_map)
    return tg.trace(loss), "feature_map", (1, 2)


def test_names_and_formulas() -> None:
    opened = tg.expand(*conv())
    assert [n.name for n in opened][:3] == ["x", "K", "b"] and opened.output.name == "feature_map"
    assert opened["feature_map[1,2]"].formula == "v0 + v1 + v2 + v3 + v4 + v5 + v6"
    assert {e.tensor for e in opened.inputs(opened["p_1"])} == {"x[1,3]", "K[0,0]"}
    assert focus(opened, "feature_map") == ((1, 2),)


def test_the_same_from_negative_indices_and_from_numpy_integers() -> None:
    graph, name, _ = conv()
    first = tg.expand(graph, name, (1, 2))
    for index in ((-2, -1), [1, 2], np.array([1, 2]), (np.int64(1), np.int32(2))):
        assert [n.name for n in tg.expand(graph, name, index)] == [n.name for n in first]


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_kernels_with_zeros_and_with_what_is_not_finite(bad: float) -> None:
    kernel = np.full((3, 3), bad)
    kernel[1, 1] = 2.0
    with np.errstate(all="ignore"):
        graph, name, index = conv(kernel)
    opened = tg.expand(graph, name, (1, 1))
    assert len(focus(opened, "x")) == len(focus(opened, "K")) == 9
    assert opened["feature_map[1,1]"].value == pytest.approx(graph[name].value[1, 1], nan_ok=True)
    tg.draw(opened, detail="full").render("dot")


def test_a_maximum_of_nan() -> None:
    x = tg.tensor([[1.0, np.nan], [2.0, 3.0]], "x")
    loss = tg.sum(tg.max(x, axis=1))
    graph = tg.trace(loss)
    for i in (0, 1):
        opened = tg.expand(graph, "max_1", i)
        assert opened[f"max_1[{i}]"].value == pytest.approx(graph["max_1"].value[i], nan_ok=True)
        tg.explain(opened).to_latex()


def test_a_large_window_is_cut_and_loses_nothing() -> None:
    random = np.random.default_rng(4)
    x, w = tg.tensor(random.normal(size=(2, 100)), "x"), tg.parameter(random.normal(size=(100, 3)), "w")
    z = x @ w
    loss = tg.sum(z**2)
    graph = tg.trace(loss)
    opened = tg.expand(graph, "z", (1, 2))
    assert len([n for n in opened if n.op == "mul"]) == MOST - 1 and "65 more products" in opened
    assert sum(n.value for n in opened if n.op in ("mul", "sum")) == pytest.approx(graph["z"].value[1, 2])
    assert focus(opened, "x") == tuple((1, j) for j in range(100))
    expected = np.zeros((2, 100))
    expected[1] = graph["z"].gradient[1, 2] * w.value[:, 2]
    np.testing.assert_allclose(sent_back(opened, "x"), expected)
    check_sums(opened)
    assert "reads 1, 0 to 99" in tg.draw(opened).render("txt").decode() or tg.draw(opened).svg


@pytest.mark.parametrize("function", [tg.sum, tg.mean, tg.max, tg.min, tg.cumsum])
def test_many_terms(function: Any) -> None:
    random = np.random.default_rng(5)
    x = tg.tensor(random.normal(size=200), "x")
    y = function(x)
    loss = tg.sum(y * y)
    graph, index = tg.trace(loss), (199,) if y.shape else ()
    opened = tg.expand(graph, "y", index)
    check_sums(opened)
    node = element(opened, "y", index)
    assert node.value == pytest.approx(np.asarray(graph["y"].value)[index])
    assert len(opened.inputs(node)) == MOST and len(focus(opened, "x")) == 200
    np.testing.assert_allclose(sent_back(opened, "x"), node.gradient * one(function, x.value), atol=1e-12)


def one(function: Any, x: Any) -> Any:
    """The derivative of the last element by central differences."""
    steps = np.eye(len(x)) * 1e-6
    ends = [[np.ravel(function(tg.tensor(x + sign * s)).value)[-1] for s in steps] for sign in (1, -1)]
    return np.round(np.subtract(*ends) / 2e-6, 6)


def test_integers_have_values_and_no_gradients() -> None:
    x, K = tg.tensor(np.arange(9).reshape(3, 3), "x"), tg.tensor(np.ones((2, 2), int), "K")
    feature_map = tg.conv2d(x, K)
    opened = tg.expand(tg.trace(feature_map), "feature_map", (1, 1))
    assert opened["feature_map[1,1]"].value == 24 and all(n.gradient is None for n in opened)
    assert all(e.contribution is None for e in opened.edges)
    tg.draw(opened, detail="full").render("dot")


def test_one_tensor_in_both_places() -> None:
    x = tg.tensor([[1.0, 2.0], [3.0, 4.0]], "x")
    z = x @ x
    loss = tg.sum(z * z)
    opened = tg.expand(tg.trace(loss), "z", (0, 1))
    assert focus(opened, "x") == ((0, 0), (0, 1), (1, 1))
    g = opened["z[0,1]"].gradient
    np.testing.assert_allclose(sent_back(opened, "x"), g * np.array([[2, 1 + 4], [0, 2]]))


def test_the_element_of_padding_is_a_number() -> None:
    x = tg.tensor([1.0, 2.0], "x")
    padded = tg.pad(x, 1, constant_values=7.0)
    loss = tg.sum(padded * padded)
    opened = tg.expand(tg.trace(loss), "padded", 0)
    assert opened["padded[0]"].value == 7 and "x" not in opened
    assert tg.draw(opened).svg and tg.explain(opened).to_text()


def test_names_that_are_taken() -> None:
    p_1, x = tg.tensor([1.0, 2.0], "p_1"), tg.tensor([3.0, 4.0], "p_2")
    L = tg.dot(p_1, x)
    opened = tg.expand(tg.trace(L), "L")
    assert len({n.name for n in opened}) == len(opened) == 5 and opened.output.name == "L"


def test_an_update_is_opened() -> None:
    w = tg.parameter([1.0, 2.0], "w")
    L = tg.sum(w * w)
    (new,) = tg.optim.SGD(lr=0.1).step(L, [w])
    opened = tg.expand(tg.trace(new), "w_1", 1)
    assert opened["w_1[1]"].value == pytest.approx(1.6) and opened["w_1[1]"].formula == "w - lr * dw"


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "index", "said"),
    [
        ("feature_map", (3, 0), r"index \(3, 0\) is not one of 'feature_map', whose shape is \(3, 3\)"),
        ("feature_map", (-4, 0), "is not one of"),
        ("feature_map", (0,), "is not one of"),
        ("feature_map", 1, "is not one of"),
        ("feature_map", (0, 1, 2), "is not one of"),
        ("feature_map", (0.5, 1), "is not a whole number for each axis"),
        ("feature_map", "01", "is not a whole number"),
        ("feature_map", None, "is not a whole number"),
        ("featuremap", (0, 1), "nearest: feature_map"),
        ("x", (0, 0), "'x' is of the kind input, which is not opened; these are: every elementwise operation, sum"),
    ],
)
def test_errors(name: str, index: Any, said: str) -> None:
    with pytest.raises(GraphError, match=said) as caught:
        tg.expand(conv()[0], name, index)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op not in SUPPORTED], ids=lambda op: op.name)
def test_operations_that_are_not_opened_say_so(op: Op) -> None:
    c = case(op, 0)
    with pytest.raises(GraphError, match=f"is made by {op.name}, which is not opened; these are: every elementwise"):
        tg.expand(c.graph, c.name, (0,) * len(c.graph[c.name].shape))


def test_graphs_that_views_have_changed() -> None:
    a, b = tg.tensor([1.0, 2.0], "a"), tg.tensor([3.0, 4.0], "b")
    with tg.scope("inner"):
        c = a * b
    L = tg.sum(-(a * c))
    graph = tg.trace(L)
    grouped = tg.collapse(graph), "mul_1", (0,)
    for changed, name, index in ((tg.fold(graph), "L", ()), (tg.hide(graph, "b"), "c", (0,)), grouped):
        with pytest.raises(GraphError, match="as it was traced"):
            tg.expand(changed, name, index)


def test_options_that_do_not_fit_the_value_are_refused() -> None:
    """As a damaged file may have them: the rule cannot run, and the error is one of ours."""
    x, k = tg.tensor(np.ones((1, 1, 5, 5)), "x"), tg.parameter(np.ones((1, 1, 3, 3)), "k")
    y = tg.conv2d(x, k, padding=1)
    graph = tg.trace(tg.sum(y))
    nodes = [replace(n, attrs={**n.attrs, "padding": 6}) if n.op == "conv2d" else n for n in graph.nodes]
    damaged = Graph(nodes, graph.edges)
    with pytest.raises(GraphError, match="conv2d with these options does not fit its value"):
        tg.expand(damaged, "y", (0, 0, 2, 2))


# --- what becomes of it ----------------------------------------------------------------------------------------------


def samples() -> Iterator[tuple[Graph, str, tuple[int, ...]]]:
    for name, number in {"conv2d": 1, "conv1d": 1, "matmul": 7, "avg_pool2d": 2, "max_pool2d": 1, "clip": 0}.items():
        c = case(OPS[name], number)
        yield c.graph, c.name, places(c)[1]


@pytest.mark.slow
@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_detail_and_theme(detail: str, theme: str) -> None:
    for graph, name, index in samples():
        assert tg.draw(tg.expand(graph, name, index), detail=detail, theme=theme).render("dot")


@pytest.mark.slow
def test_saved_explained_and_drawn(tmp_path: Path) -> None:
    for graph, name, index in samples():
        opened = tg.expand(graph, name, index)
        opened.save(tmp_path / "e.tgraph")
        again = tg.load(tmp_path / "e.tgraph")
        assert again.notes == opened.notes
        assert [(n.name, n.formula) for n in again] == [(n.name, n.formula) for n in opened]
        assert [same(e) for e in again.edges] == [same(e) for e in opened.edges]
        assert tg.draw(again, detail="full").svg == tg.draw(opened, detail="full").svg
        text = tg.explain(opened).to_text()
        assert all(word in text for word in ("Given", "Forward", "Backward"))


@pytest.mark.parametrize("op", SUPPORTED, ids=lambda op: op.name)
def test_the_same_from_a_saved_graph(op: Op, tmp_path: Path) -> None:
    c = case(op, len(op.samples or (None,)) - 1)
    c.graph.save(tmp_path / "g.tgraph")
    again = tg.load(tmp_path / "g.tgraph")
    for index in places(c, 2):
        first, second = tg.expand(c.graph, c.name, index), tg.expand(again, c.name, index)
        assert [same(e) for e in first.edges] == [same(e) for e in second.edges]
        assert first.notes == second.notes
        assert [(n.name, n.formula) for n in first] == [(n.name, n.formula) for n in second]


def test_an_input_says_that_its_gradient_is_more_than_the_arrows_show() -> None:
    x, k = tg.tensor([1.0, 2.0], "x"), tg.parameter([3.0, 4.0], "k")
    z = tg.dot(x, k)
    L = z * k[0]
    opened = tg.expand(tg.trace(L), "z")
    assert [b.text for b in opened.badges(opened["k"])] == [MORE] and not opened.badges(opened["x"])


def same(e: Edge) -> tuple[Any, ...]:
    return e.source, e.target, e.slot, e.tensor, e.vjp, e.local, np.array(e.contribution).tolist(), e.index
