"""Where NaN and infinities are born: the node, the element, the operands, the cause; and nothing that passes one on."""

from __future__ import annotations

import importlib
import itertools
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS
from tracegraph.analysis.findings import nonfinite as births
from tracegraph.analysis.findings import nonfinite_causes as causes
from tracegraph.graph import Node
from tracegraph.ops.op import OPS

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))


def found(what, kind=None):
    """The findings of a tensor or graph, with every warning of NumPy an error."""
    with np.errstate(all="ignore"):
        graph = tg.trace(what)
    with np.errstate(all="raise"):
        return [f for k in ([kind] if kind else ["nan", "inf"]) for f in DIAGNOSTICS[k].find(graph, None)]


def only(what):
    (finding,) = found(what)
    return finding


def made(program, *arrays):
    with np.errstate(all="ignore"):
        return tg.trace(program, *arrays)


# --- each cause, in its words ----------------------------------------------------------------------------------------


def f(dtype=float, **values):
    """An input for each name."""
    return [tg.tensor(np.asarray(v, dtype) if np.ndim(v) else dtype(v), name) for name, v in values.items()]


BIG, FAR = 1e308, 1e200
FORWARD = [
    (lambda x: np.log(x), (-2.0,), "nan", "log of −2"),
    (lambda x: np.log(x), (0.0,), "inf", "log of 0"),
    (lambda x: np.log1p(x), (-1.0,), "inf", "log1p of −1"),
    (lambda x: np.log1p(x), (-3.0,), "nan", "log1p of −3"),
    (lambda x: np.sqrt(x), (-1.0,), "nan", "sqrt of −1"),
    (lambda x: np.arcsin(x), (1.5,), "nan", "arcsin of 1.5"),
    (lambda x: np.arccos(x), (-2.0,), "nan", "arccos of −2"),
    (lambda x: np.exp(x), (1000.0,), "inf", "exp of 1000 overflows"),
    (lambda x: np.expm1(x), (1000.0,), "inf", "expm1 of 1000 overflows"),
    (lambda x: np.sinh(x), (-1000.0,), "inf", "sinh of −1000 overflows"),
    (lambda x: np.cosh(x), (1000.0,), "inf", "cosh of 1000 overflows"),
    (lambda x: np.square(x), (FAR,), "inf", "square of 1×10²⁰⁰ overflows"),
    (lambda x: np.reciprocal(x), (0.0,), "inf", "1 / 0"),
    (lambda x: np.reciprocal(x), (1e-310,), "inf", "overflows"),
    (lambda a, b: a / b, (0.0, 0.0), "nan", "0 / 0"),
    (lambda a, b: a / b, (1.0, 0.0), "inf", "1 / 0"),
    (lambda a, b: a / b, (1e300, 1e-300), "inf", "1×10³⁰⁰ / 1×10⁻³⁰⁰ overflows"),
    (lambda a, b: a**b, (-2.0, 0.5), "nan", "−2 to the power 0.5"),
    (lambda a, b: a**b, (0.0, -1.0), "inf", "0 to the power −1"),
    (lambda a, b: a**b, (10.0, 400.0), "inf", "10 to the power 400 overflows"),
    (lambda a, b: a + b, (BIG, BIG), "inf", "1×10³⁰⁸ + 1×10³⁰⁸ overflows"),
    (lambda a, b: a - b, (BIG, -BIG), "inf", "1×10³⁰⁸ − −1×10³⁰⁸ overflows"),
    (lambda a, b: a * b, (FAR, FAR), "inf", "1×10²⁰⁰ · 1×10²⁰⁰ overflows"),
    (lambda x: tg.leaky_relu(x, slope=10), (-BIG,), "inf", "overflows"),
    (lambda x: tg.sum(x), ([BIG, BIG],), "inf", "the sum of 2 numbers overflows"),
    (lambda x: tg.mean(x), ([BIG, BIG],), "inf", "the mean of 2 numbers overflows"),
    (lambda x: tg.sum(tg.cumsum(x) * 0.0), ([1.0, BIG, BIG],), "inf", "the cumsum of 3 numbers overflows at [2]"),
    (lambda x: tg.prod(x), ([FAR, FAR],), "inf", "the product of 2 numbers overflows"),
    (lambda x: tg.norm(x), ([FAR, 1.0],), "inf", "a square in the norm overflows"),
    (lambda x: tg.var(x), ([FAR, 1.0],), "inf", "a square in var overflows"),
    (lambda x: tg.mse(x, 0.0), ([FAR, 1.0],), "inf", "the squared error overflows"),
    (
        lambda a, b: tg.sum(a @ b),
        ([[1.0, 1.0], [FAR, 0.0]], [[1.0, FAR], [0.0, 1.0]]),
        "inf",
        "row 1 · column 1 overflows at [1, 1]: a = (1×10²⁰⁰, 0), b = (1×10²⁰⁰, 1)",
    ),
    (lambda x: tg.sum(tg.conv1d(x, np.full(2, FAR))), ([FAR, 1.0, 1.0],), "inf", "a sum of products overflows at [0]"),
    (lambda x: tg.sum(tg.pad(x, 1, constant_values=np.nan)), ([1.0],), "nan", "the padding is NaN at [0]"),
    (lambda x: tg.sum(tg.log_softmax(x)), ([BIG, -BIG],), "inf", "a difference in log_softmax overflows at [1]"),
    (lambda x: tg.cross_entropy(x, np.array(1)), ([BIG, -BIG],), "inf", "a difference of logits overflows"),
]


@pytest.mark.parametrize(("program", "values", "kind", "words"), FORWARD)
def test_the_cause_of_a_birth_forward(program, values, kind, words):
    with np.errstate(all="ignore"):
        loss = program(*(tg.tensor(v, n) for v, n in zip(values, "ab" if len(values) > 1 else "x")))
    born = found(loss, kind)[0]
    assert words in born.cause and len(born.badge) <= 34 and born.measure >= 1


# An infinity among the operands: the finding is the second, the infinity has its own.
FROM_INF = [
    (lambda h: h - h, "∞ − ∞"),
    (lambda h: h + -h, "∞ − ∞"),
    (lambda h: h * 0.0, "0·∞"),
    (lambda h: h / h, "∞ / ∞"),
    (lambda h: np.sin(h), "sin of −∞"),
    (lambda h: tg.sum(tg.stack([h, -h])), "∞ − ∞ in the sum"),
    (lambda h: tg.prod(tg.stack([h, tg.constant(0.0)])), "0·∞ in the product"),
    (lambda h: tg.sum(tg.softmax(tg.stack([h, h]))), "softmax of −∞ only"),
    (lambda h: tg.sum(tg.softmax(tg.stack([-h, tg.constant(0.0)]))), "∞ − ∞ in softmax"),
    (lambda h: tg.matmul(tg.stack([h, h]), np.array([0.0, 1.0])), "0·∞ in row 0, column 0"),
    (lambda h: tg.matmul(tg.stack([h, -h]), np.array([1.0, 1.0])), "∞ − ∞ in row 0, column 0"),
    (lambda h: tg.var(tg.stack([h, tg.constant(0.0)])), "∞ − ∞ in var: x − mean"),
    (lambda h: tg.cross_entropy(tg.stack([-h, tg.constant(0.0)]), np.array(1)), "∞ − ∞: a logit is ∞"),
    (lambda h: tg.cross_entropy(tg.stack([h, tg.constant(0.0)]), np.array([0.0, 1.0])), "0·∞: a logit is −∞"),
    (lambda h: tg.gelu(h), "0·∞ in gelu of −∞"),
]


@pytest.mark.parametrize(("program", "words"), FROM_INF)
def test_a_nan_that_is_made_of_an_infinity_is_born_and_the_infinity_before(program, words):
    with np.errstate(all="ignore"):
        loss = program(np.log(tg.tensor(0.0, "x")))
    nan, inf = found(loss)
    assert words in nan.cause
    assert inf.badge == "inf born: log of 0"


@pytest.mark.parametrize(
    ("program", "value", "kind", "badge", "words"),
    [
        (np.sqrt, 0.0, "inf", "sqrt at 0", "the derivative of sqrt at 0 is infinite: gradient = 1, x = 0"),
        (np.arcsin, 1.0, "inf", "arcsin at 1", "the derivative of arcsin at 1 is infinite"),
        (np.arccos, -1.0, "inf", "arccos at −1", "the derivative of arccos at −1 is infinite"),
        (lambda x: x**0.5, 0.0, "inf", "power 0.5 at 0", "the derivative of power 0.5 at 0 is infinite"),
        (lambda x: np.sqrt(x) * 0.0, 0.0, "nan", "0·∞", "0·∞: no gradient arrives here, and the derivative of sqrt"),
        (lambda x: FAR * (FAR * x), 1e-200, "inf", "overflow", "derivative · gradient overflows: gradient = 1×10²⁰⁰"),
        (
            lambda x: tg.prod(tg.stack([x, tg.constant(FAR), tg.constant(FAR)])),
            0.0,
            "inf",
            "in prod",
            "a product of others overflows",
        ),
        (lambda x: x ** tg.tensor(2.0), -2.0, "nan", "in pow", "log of −2, for the exponent"),
    ],
)
def test_the_cause_of_a_birth_backward(program, value, kind, badge, words):
    with np.errstate(all="ignore"):
        loss = program(tg.tensor(value, "x"))
    born = only(loss)
    assert (born.kind, badge in born.badge, words in born.cause) == (kind, True, True), born
    assert "backward" in born.badge and len(born.badge) <= 34


@pytest.mark.parametrize("function", [np.sqrt, np.log, np.reciprocal, lambda x: 1 / x, lambda x: x**-0.5 * 2 + 1])
def test_the_branch_of_where_that_was_not_taken(function):
    graph = made(lambda x: np.sum(np.where(x > 0, function(x), 0)), np.array([4.0, 0.0, 1.0]))
    nan = found(graph, "nan")
    assert [(f.badge, f.index) for f in nan] == [("NaN born backward: 0·∞ in where", ((1,),))]
    assert "0·∞ in the branch of `where` that was not taken" in nan[0].cause and "x = 0" in nan[0].cause
    assert "put the condition inside" in nan[0].remedy


def test_with_the_condition_inside_nothing_is_born():
    graph = made(lambda x: np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), 0)), np.array([4.0, 0.0, -1.0]))
    assert not found(graph)


def test_sums_of_contributions():
    assert "the sum of 2 contributions: overflows" in only(made(lambda a: a * 1.2e308 + a * 1.2e308, 0.1)).cause

    def opposite(x):  # both derivatives are infinite, with two signs
        return np.sqrt(x) - np.sqrt(x)

    nan, *inf = found(made(opposite, 0.0))
    assert "the sum of 2 contributions: ∞ − ∞" in nan.cause and nan.badge == "NaN born in the sum of gradients"
    assert len(inf) == 2


def test_broadcast_and_overflow_of_the_sum_over_it():
    graph = made(lambda b, x: tg.sum((x + b) * BIG), 0.1, np.zeros(3))
    born = only(graph)
    assert graph.node(born.node).op == "add" and born.kind == "inf"
    assert "summed over 3 places, overflows, at b" in born.cause
    graph = made(lambda b, x: tg.sum(np.sqrt(x + b)), 0.0, np.array([1.0, 0.0]))
    assert graph.node(only(graph).node).op == "sqrt"


def test_data_that_hold_nan_or_inf():
    for role in (tg.tensor, tg.parameter):
        for bad, kind in ((np.nan, "nan"), (-np.inf, "inf")):
            born = only(tg.sum(role(np.array([[0.0, 1.0], [bad, bad]]), "d") * 2))
            assert (born.kind, born.index, born.measure) == (kind, ((1, 0), (1, 1)), 2.0)
            assert "before any operation" in born.cause
    masked = tg.tensor(np.ones(3)) + np.array([0.0, -np.inf, 0.0])
    assert not found(tg.sum(tg.softmax(masked) * np.arange(3.0)))  # a mask is no fault


def test_float32_says_so():
    born = only(made(lambda x: tg.sum(np.exp(x)), np.array([1.0, 100.0], np.float32)))
    assert "exp of 100 overflows float32 at [1]: x = 100" in born.cause


def test_a_gradient_that_does_not_fit_the_type_of_its_input():
    x = tg.tensor(np.array([1.0, 2.0], np.float16), "x")
    born = only(tg.sum(x * np.array([1e6, 1.0])))
    assert born.kind == "inf" and "overflows float16" in born.cause and born.index == ((0,),)


# --- every operation has words ---------------------------------------------------------------------------------------


EXTREME = (0.0, 1.0, -1.0, 0.5, -2.0, 1e3, -1e3, FAR, -FAR, BIG, -BIG, 1e-200, 1e-310, np.inf, -np.inf)
ELEMENTWISE = [op for op in OPS.values() if op.elementwise and op.vjps]


@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
def test_every_operation_has_specific_words_for_each_birth_forward(op):
    for values in itertools.product(EXTREME, repeat=len(op.inputs)):
        with np.errstate(all="ignore"):
            y = op.forward(*map(np.float64, values), **op.attrs) if op.name != "clip" else 0.0
        for kind, is_ in (("nan", np.isnan), ("inf", np.isinf)):
            if is_(y) and not any(is_(v) for v in values):
                at = {name: np.array([v]) for name, v in zip(op.inputs, values)}
                assert causes.why(op.traits.singular, "forward", kind, at), (values, y)


@pytest.mark.slow
@pytest.mark.parametrize("op", [op for op in OPS.values() if op.vjps], ids=lambda op: op.name)
def test_every_operation_on_extreme_numbers_gives_findings_and_no_warnings(op):
    """Each sample of each op, its floats replaced by extreme ones: nothing raises, badges fit, births are births."""
    rng = random.Random(op.name)
    for sample in op.samples or [((3,),) * len(op.inputs)]:
        inputs, attrs = sample if hasattr(sample, "attrs") else (sample, {})
        for _ in range(4):
            arrays = [_extreme(rng, i) if isinstance(i, tuple) else i for i in inputs]
            try:
                graph = made(lambda *xs: tg.sum(getattr(tg, op.name)(*xs, **attrs)), *arrays)
            except tg.errors.OpError:
                continue
            for finding in found(graph):
                assert len(finding.badge) <= 34 and "{" not in finding.cause, finding
                assert all(len(i) <= 5 for i in finding.index)


def _extreme(rng, shape):
    return np.array([rng.choice(EXTREME[:-2]) for _ in range(int(np.prod(shape)))]).reshape(shape)


# --- the right node --------------------------------------------------------------------------------------------------


def test_a_nan_born_once_in_a_long_net_is_found_once():
    rng = np.random.default_rng(0)
    for place in (0, 7, 24):
        h = tg.tensor(rng.normal(size=(5, 4)), "x")
        with np.errstate(all="ignore"):
            for i in range(25):
                h = tg.tanh(h @ tg.parameter(rng.normal(size=(4, 4)) / 2, f"w{i}"))
                if i == place:
                    h = np.log(h - 2)
                    h.name = "culprit"
            born = only(tg.mean(h * h))
        graph = made(lambda: tg.mean(h * h))
        assert graph.node(born.node).name == "culprit" and born.kind == "nan" and born.measure == 20


def test_an_infinity_born_once_and_the_nan_that_follows():
    rng = np.random.default_rng(0)
    h = tg.relu(tg.tensor(rng.normal(size=(5, 4)), "x") @ tg.parameter(rng.normal(size=(4, 4)), "w"))
    for i in range(3):
        h = tg.relu(h @ tg.parameter(rng.normal(size=(4, 4 if i < 2 else 1)), f"v{i}"))
    z = h @ tg.parameter(np.ones((1, 1)), "last")
    graph = made(lambda: tg.sum(np.sqrt(z - z.value)))
    nan, inf = found(graph)
    assert (graph.node(inf.node).op, inf.badge) == ("sqrt", "inf born backward: sqrt at 0")
    followed = [e for e in graph.edges if graph.node(e.target).op == "matmul" and np.isnan(e.contribution).any()]
    assert len(followed) > 2
    assert nan.node == max(e.target for e in followed)  # the first on the way back


UNARY = [np.sin, np.tanh, lambda t: t * 0.5, lambda t: t + 1.0, lambda t: -t, lambda t: tg.sigmoid(t)]
BINARY = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: np.maximum(a, b), lambda a, b: a - b]
SHAPED = [lambda t: tg.cumsum(t), lambda t: t[::-1], lambda t: tg.softmax(t), lambda t: t + tg.mean(t)]
FAULTS = [
    lambda t: np.log(-1 - np.abs(t)),
    lambda t: np.sqrt(-1 - t * t),
    lambda t: np.exp(t * 0 + 1e4),
    lambda t: t / (t * 0),
    lambda t: np.arcsin(t * 0 + 3),
    lambda t: (t * 0 + FAR) * FAR,
    lambda t: (t * 0) / (t * 0),
]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_in_a_random_graph_the_births_are_where_numpy_first_made_one(seed):
    """Independent truth: the values once more, in plain NumPy, and which of them has what none of its operands has."""
    rng = random.Random(seed)
    pool = [tg.tensor(np.array([rng.uniform(-1, 1) for _ in range(3)]), f"x{i}") for i in range(2)]
    place = rng.randrange(3, 25)
    with np.errstate(all="ignore"):
        for i in range(25):
            t = rng.choice(pool[-5:])
            pick = rng.random()
            if i == place:
                pool.append(rng.choice(FAULTS)(pool[-1]))
            elif pick < 0.4:
                pool.append(rng.choice(UNARY)(t))
            elif pick < 0.8:
                pool.append(rng.choice(BINARY)(t, rng.choice(pool)))
            else:
                pool.append(rng.choice(SHAPED)(t))
        loss = tg.sum(tg.stack(pool))
        graph = tg.trace(loss)
    assert {(f.kind, f.node) for f in found(graph) if "backward" not in f.badge and "sum of g" not in f.badge} == set(
        truth(graph)
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_in_a_random_graph_a_birth_backward_is_where_it_was_planted(seed):
    rng = random.Random(seed)
    hidden = rng.choice([np.sqrt, np.log, lambda t: t**0.5, np.reciprocal])
    pool = [tg.tensor(np.array([rng.uniform(-1, 1) for _ in range(3)]), f"x{i}") for i in range(2)]
    place = rng.randrange(20)
    with np.errstate(all="ignore"):
        for i in range(20):
            t = rng.choice(pool[-4:])
            if i == place:
                edge = t - np.where(np.arange(3) == rng.randrange(3), t.value, 0)
                culprit = hidden(np.where(edge.value == 0, edge, 1.0 + edge * edge))
                pool.append(np.where(edge.value != 0, culprit, 0.0))
            elif rng.random() < 0.5:
                pool.append(rng.choice(UNARY)(t))
            else:
                pool.append(rng.choice(BINARY)(t, rng.choice(pool)))
        graph = tg.trace(tg.sum(tg.stack(pool)))
    assert np.isfinite(graph.output.value)
    (born,) = found(graph, "nan")
    assert "0·∞ in the branch of `where`" in born.cause
    assert np.array_equal(graph.node(born.node).value, culprit.value, equal_nan=True)


def truth(graph):
    for node in graph:
        into = [np.asarray(graph.node(e.source).value, float) for e in graph.inputs(node)]
        if into:
            with np.errstate(all="ignore"):
                y = np.asarray(OPS[node.op].forward(*into, **node.attrs), float)
            for kind, is_ in (("nan", np.isnan), ("inf", np.isinf)):
                if OPS[node.op].elementwise:
                    born = is_(y) & ~np.any([np.broadcast_to(is_(v), y.shape) for v in into], axis=0)
                else:
                    born = is_(y) & (not any(is_(v).any() for v in into))
                if born.any():
                    yield kind, node.key


@pytest.mark.parametrize("fault", ["values", "gradient", "elements", "data"])
def test_a_planted_fault_in_the_diagnostic_is_noticed(monkeypatch, fault):
    """Each of them would blame nodes that only pass on, or miss those that do not."""
    if fault == "values":
        monkeypatch.setattr(births, "passed_on", lambda kind, graph, node: np.asarray(False))
    elif fault == "gradient":
        monkeypatch.setattr(births, "sent_on", lambda *args: np.asarray(False))
    elif fault == "elements":
        monkeypatch.setattr(births, "pointwise", lambda graph, node: False)
    else:
        monkeypatch.setattr(Node, "leaf", "")
    checks = {
        "values": lambda: test_a_nan_born_once_in_a_long_net_is_found_once(),
        "gradient": lambda: test_a_nan_that_where_hides_is_passed_on_by_the_gradients(),
        "elements": lambda: test_two_births_in_one_array_are_told_apart(),
        "data": lambda: test_data_that_hold_nan_or_inf(),
    }
    with pytest.raises((AssertionError, ValueError)):
        checks[fault]()


def test_a_nan_that_where_hides_is_passed_on_by_the_gradients():
    w = tg.parameter(3.0, "w")
    graph = made(lambda x: tg.sum(np.where(x > 0, np.sqrt(x) * w, 0)), np.array([4.0, -1.0]))
    assert np.isnan(graph["w"].gradient)
    assert graph.node(only(graph).node).op == "sqrt"


def test_two_births_in_one_array_are_told_apart():
    """One element is NaN from the start; the other becomes one later."""
    graph = made(lambda x: tg.sum(np.log(x * 2)), np.array([np.nan, -1.0, 1.0]))
    assert [(graph.node(f.node).op, f.index) for f in found(graph)] == [("input", ((0,),)), ("log", ((1,),))]


# --- other graphs ----------------------------------------------------------------------------------------------------


def test_groups_cut_graphs_and_files(tmp_path):
    with np.errstate(all="ignore"):
        x = tg.tensor(np.array([0.5, -1.0]), "x")
        with tg.scope("inner"):
            h = np.log(x * 2)
        graph = tg.trace(tg.sum(h * 3))
    group = tg.collapse(graph)
    assert [(group.node(f.node).name, f.badge) for f in found(group)] == [("inner", "NaN born inside")]
    cut = tg.hide(graph, "x")
    assert [f.cause for f in found(cut)] == [f.cause for f in found(graph)]
    without = tg.hide(graph, [n.name for n in graph if n.op == "mul"][0])
    assert not found(without)  # what the logarithm was taken of is gone
    graph.save(tmp_path / "g.tgraph")
    assert found(tg.load(tmp_path / "g.tgraph")) == found(graph)


def test_a_training_run_that_diverges_names_its_first_overflow():
    with np.errstate(all="ignore"):
        w = tg.parameter(1.0, "w")
        optimizer = tg.optim.SGD(lr=1e60)
        for _ in range(12):
            loss = (w * 2.0 - 1.0) ** 2
            (w,) = optimizer.step(loss, [w])
        graph = tg.trace(w)
    nan, inf = (found(graph, kind) for kind in ("nan", "inf"))
    assert inf and len(nan) == 1
    first = next(n for n in graph if np.isinf(n.value))
    assert first.key == inf[0].node


def test_empty_arrays_and_graphs():
    assert not found(tg.Graph([], []))
    assert not found(tg.sum(tg.tensor(np.zeros((0, 3))) * 2))


def test_a_file_that_lies_about_its_operations_is_read():
    node, edge = tg.Node, tg.Edge
    nan = np.full((2, 2), np.nan)
    for op, args in (("matmul", ("a", "b")), ("sum", ("x",)), ("pow", ("a", "b")), ("mse", ("a", "b"))):
        leaves = [node(i, n, "input", "input", np.ones(i + 3)) for i, n in enumerate(args)]
        last = node(9, "y", op, "op", nan, nan, formula="x", args=args, attrs={"axis": "one"})
        edges = [edge(i, 9, i, n, contribution=np.full(i + 3, np.nan)) for i, n in enumerate(args)]
        assert [f.kind for f in found(tg.Graph([*leaves, last], edges))] == ["nan"]


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.stem)
def test_the_examples_have_none_but_that_which_is_of_one(path):
    build = getattr(importlib.import_module(path.stem), "build", None)
    if build is not None:
        assert [f.kind for f in found(build())] == (["nan"] if path.stem == "where_nan" else [])


# --- what else could be mistaken -------------------------------------------------------------------------------------


def test_no_infinity_is_blamed_for_a_derivative_where_the_value_is_nan():
    assert [f.kind for f in found(made(lambda s: s / s, 0.0))] == ["nan"]


def test_the_gradient_of_a_step_of_training_is_not_where_its_nan_is_born():
    w = tg.parameter(np.array([1.0, 0.0]), "w")
    with np.errstate(all="ignore"):
        (w,) = tg.optim.SGD(lr=0.1).step(tg.sum(np.where(w > 0, np.sqrt(w), 0)), [w])
    graph = made(lambda: w)
    assert np.isnan(graph.output.value[1]) and graph.node(only(graph).node).op == "sqrt"


def test_of_an_operand_that_a_view_hides_nothing_is_said():
    graph = made(lambda a, b: tg.sum(a + b), np.array([np.nan, 1.0]), np.ones(2))
    assert not found(tg.hide(graph, "a"))


def test_the_operands_of_an_element_are_those_at_its_place():
    a, b = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([1.0, 0.0, 2.0])
    nan = found(made(lambda b: tg.sum(np.where(b.value != 0, tg.constant(a) / b, 0)), b), "nan")
    assert ", at b[1]: gradient = 0, constant₁ = 2, b = 0" in nan[0].cause
    inf = only(made(lambda a, b: tg.sum(a @ b), np.array([[1.0, 2.0], [FAR, 3.0]]), np.array([[FAR, 5.0], [1.0, 7.0]])))
    assert "row 1 · column 0 overflows at [1, 0]: a = (1×10²⁰⁰, 3), b = (1×10²⁰⁰, 1)" in inf.cause
    nan = found(made(lambda x, w: tg.sum(np.where(x > 0, w * np.log(x), 0)), np.array([2.0, 0.0]), 3.0), "nan")
    assert any("0·∞, at w: gradient = 0, w = 3, log₁ = −∞" in f.cause for f in nan)


def test_a_condition_is_no_branch():
    graph = made(lambda x: tg.sum(np.where(np.log(x) > 0, x, 0)), np.array([2.0, 0.0]))
    assert "branch" not in only(graph).cause
