"""`tg.gradcheck`: wrong rules are found on the right node and nowhere else, right ones raise no alarm, kinks are kinks.

The graphs are random ones over all operations (random_graphs.py); ``python -m benchmarks gradcheck`` runs ten times as
many.
"""

import sys
from collections import Counter
from dataclasses import replace

import hostile_inputs
import numpy as np
import pytest
import test_ops
from random_graphs import planted, random_graph, wrong

import tracegraph as tg
from tracegraph.analysis.gradcheck.check import Checked
from tracegraph.analysis.gradcheck.compare import EVERY
from tracegraph.engine.call import apply, function
from tracegraph.engine.leaves import lift
from tracegraph.errors import GraphError
from tracegraph.graph import Graph
from tracegraph.ops.elementwise import elementwise
from tracegraph.ops.op import OPS, Sample, op

rng = np.random.default_rng(7)


def made(op, sample, seed=0):
    """The result of an op on the inputs of a sample, after a backward with a seed that is nowhere 0."""
    values, attrs = test_ops.filled(op, sample), test_ops.options(op, sample)
    inputs = tuple(tg.tensor(v) if np.asarray(v).dtype.kind == "f" else lift(v) for v in values)
    y = apply(op.chosen(tuple(t.value for t in inputs), attrs), inputs, attrs, sys._getframe())
    if y.needs:
        y.backward(np.random.default_rng(seed).uniform(0.5, 1.5, y.shape))
    return y


def told(graph, name):
    """What the badges of a node say."""
    return tuple(b.text for b in graph.badges(graph[name]))


def verdicts(graph):
    return {c.name: c.verdict for c in graph.results}


# --- every operation -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("op, sample", test_ops.SMOOTH)
def test_every_op_gets_a_tick(op, sample):
    y = made(op, sample)
    if not y.needs:
        pytest.skip("no float goes in")
    (check,) = tg.gradcheck(y).results
    if check.verdict == "not checked":
        assert check.reason == "it has no elements" and (not y.size or any(not t.size for t in y.inputs))
    else:
        assert check.verdict == "ok", check
        assert check.error < (1e-13 if op.analytic else 1e-9)
        assert (check.method == "complex step") == op.analytic


@pytest.mark.parametrize("op", [op for op in OPS.values() if not op.vjps], ids=lambda op: op.name)
def test_no_gradient_goes_through_the_rest(op):
    assert op.name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


# --- many ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_right_rules_raise_no_alarm(block):
    checked = 0
    for seed in range(100 * block, 100 * block + 100):
        loss = random_graph(seed, whole_numbers=seed % 3 == 0)
        if loss is not None:
            graph = tg.gradcheck(loss)
            assert graph.ok and not graph.findings, f"seed {seed}\n{graph}"
            checked += sum(c.verdict == "ok" for c in graph.results)
    assert checked > 900


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_a_wrong_rule_is_found_on_its_node_and_nowhere_else(block):
    found, seed = 0, 100_000 * (block + 1)
    while found < 50:
        seed += 1
        case = planted(seed)
        if case is None:
            continue
        loss, bad, changed = case
        graph = tg.gradcheck(loss)
        wrong_ones = [c for c in graph.results if c.verdict == "wrong"]
        assert [c.name for c in wrong_ones] == ["bad"], f"seed {seed}, {bad.op.name}\n{graph}"
        assert len(wrong_ones[0].wrong) == len(changed), f"seed {seed}\n{graph}"
        found += 1


# --- operations of a user --------------------------------------------------------------------------------------------


@pytest.fixture
def own():
    """Lets a test register operations, and forgets them afterwards."""
    before = dict(OPS)
    yield
    for name in [name for name in OPS if name not in before]:
        del OPS[name]


def test_the_rule_of_a_user_is_checked(own):
    cube = function(elementwise("cube", "x ** 3", "3 * g * x ** 2"))
    bent = function(elementwise("bent", "x ** 3 + x", "3 * g * x ** 2"))
    x = tg.tensor([1.0, 2.0, -1.5], "x")
    graph = tg.gradcheck(tg.sum(cube(x) * bent(x)))
    assert verdicts(graph) == {"cube_1": "ok", "bent_1": "wrong", "mul_1": "ok", "sum_1": "ok"}
    check = graph.worst
    assert check.name == "bent_1" and check.method == "complex step"
    expected, found = check.expected, check.found
    at = x.value[check.index]
    assert expected == pytest.approx(at**3 * (3 * at**2 + 1), rel=1e-14) and found == at**3 * 3 * at**2
    assert told(graph, "bent_1") == (f"✗ {check.error:.2g}",)


def test_a_forward_that_is_not_analytic_is_checked_by_differences_though_it_says_it_is(own):
    """abs drops the imaginary part, so a complex step gives 0 and would agree with a rule that sends 0."""

    @op("size(x)", ("0 * g * x", lambda g, y, x: 0 * x))
    def size_nothing(x):
        return np.abs(x)

    @op("size(x)", ("g * sign(x)", lambda g, y, x: g * np.sign(x)))
    def size_right(x):
        return np.abs(x)

    @op("real(x)", ("g", lambda g, y, x: g))
    def only_real(x):
        return np.array(x, float) + 0

    @op("refuse(x)", ("g", lambda g, y, x: g))
    def refuses(x):
        if np.iscomplexobj(x):
            raise AssertionError("no complex numbers")
        return x + 1

    for made_op, verdict in ((size_nothing, "wrong"), (size_right, "ok"), (only_real, "ok"), (refuses, "ok")):
        (check, _) = tg.gradcheck(tg.sum(function(made_op)(tg.tensor([1.0, -2.0])))).results
        assert (check.verdict, check.method) == (verdict, "central differences"), made_op.name


def test_what_gives_another_value_or_fails_is_not_checked(own):
    calls = []

    @op("noise(x)", ("g", lambda g, y, x: g))
    def noisy(x):
        return x + rng.normal(size=np.shape(x))

    @op("once(x)", ("g", lambda g, y, x: g))
    def once(x):
        calls.append(x)
        if len(calls) > 1:
            raise RuntimeError("only once")
        return x + 1

    for made_op, reason in ((noisy, "another value"), (once, "cannot be run again: RuntimeError")):
        graph = tg.gradcheck(tg.sum(function(made_op)(tg.tensor([1.0, -2.0]))))
        assert graph.ok and reason in graph.worst.reason
        assert told(graph, graph.worst.name) == ("not checked",)


def test_the_wrong_input_is_named(own):
    twisted = function(elementwise("twisted", "a * b", "g * b", "g * b"))
    graph = tg.gradcheck(lambda x, w_1: tg.sum(twisted(x, w_1)), [1.0, 2.0], [3.0, 5.0])
    assert told(graph, "twisted_1") == ("✗ ∂twisted₁/∂w₁ off by 0.67",)
    assert tg.gradcheck(lambda x: twisted(x, x), 2.0).ok  # at a = b the two rules are the same
    (finding,) = graph.findings
    assert finding.kind == "gradcheck" and finding.node == graph["twisted_1"].key and finding.excess > 10
    assert finding.cause == "∂twisted₁/∂w₁ at 0 is 3 where complex step gives 1"


# --- large inputs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, shapes",
    [("matmul", ((30, 40), (40, 20))), ("softmax", ((20, 30),)), ("tanh", ((50, 40),)), ("sum", ((100, 100),))],
)
@pytest.mark.parametrize("element", [0, 1, 77, 599])
def test_one_wrong_element_of_a_large_input_is_found(name, shapes, element):
    def rule(g, y, *values, **options):
        c = np.array(OPS[name].vjps[0].rule(g, y, *values, **options))
        c.flat[element] += 1e-3 * np.abs(c).max()
        return c

    assert np.prod(shapes[0]) > EVERY
    right = OPS[name]
    bad = replace(right, vjps=(right.vjps[0]._replace(rule=rule), *right.vjps[1:]), pull=None)
    (check,) = tg.gradcheck(made(bad, Sample(shapes))).results
    assert check.verdict == "wrong" and check.index == np.unravel_index(element, shapes[0])
    (check,) = tg.gradcheck(made(right, Sample(shapes))).results
    assert check.verdict == "ok" and check.error < 1e-13


def test_large_pools_are_checked_although_they_are_full_of_near_ties():
    y = made(OPS["max_pool2d"], Sample(((4, 3, 28, 28),), {"kernel": 2}))
    assert [c.verdict for c in tg.gradcheck(y).results] == ["ok"]
    y = made(wrong(OPS["max_pool2d"], 0, "factor 2"), Sample(((4, 3, 28, 28),), {"kernel": 2}))
    assert [c.verdict for c in tg.gradcheck(y).results] == ["wrong"]


# --- kinks -----------------------------------------------------------------------------------------------------------

KINKS = [
    ("relu", lambda x: tg.relu(x), 0.0),
    ("abs", lambda x: tg.abs(x), 0.0),
    ("sqrt", lambda x: tg.sqrt(x), 0.0),
    ("log", lambda x: tg.log(x), 0.0),
    ("clip", lambda x: tg.clip(x, -1, 1), 1.0),
    ("clip", lambda x: tg.clip(x, -1, 1), -1.0),
    ("maximum", lambda x: tg.maximum(x, 2.0), 2.0),
    ("minimum", lambda x: tg.minimum(2.0, x), 2.0),
    ("max", lambda x: tg.max(x), [1.0, 3.0, 3.0]),
    ("sign", lambda x: tg.sign(x), 0.0),
    ("reciprocal", lambda x: tg.reciprocal(x), 0.0),
    ("norm", lambda x: tg.norm(x), [0.0, 0.0]),
    ("arcsin", lambda x: tg.arcsin(x), 1.0),
    ("max_pool1d", lambda x: tg.sum(tg.max_pool1d(x, 2)), [3.0, 3.0, 1.0, 2.0]),
    ("pow", lambda x: x**0.5, 0.0),
    ("pow", lambda x: tg.constant(-2.0) ** x, 2.0),
    ("std", lambda x: tg.std(x), [2.0, 2.0]),
    ("leaky_relu", lambda x: tg.leaky_relu(x), 0.0),
    ("binary_cross_entropy", lambda x: tg.binary_cross_entropy(x, 1.0), 0.0),
]


@pytest.mark.parametrize("name, call, at", KINKS, ids=[f"{k[0]} at {k[2]}" for k in KINKS])
def test_kink(name, call, at):
    with np.errstate(all="ignore"):
        graph = tg.gradcheck(call, at)
    check = next(c for c in graph.results if c.op == name)
    assert check.verdict == "kink" and check.error is None, check
    assert graph.ok and told(graph, check.name)[0].startswith("kink")


@pytest.mark.parametrize(
    "call, at",
    [
        (lambda x: tg.elu(x), 0.0),
        (lambda x: tg.relu(x), 1e-9),
        (lambda x: tg.log(x), 1e-9),
        (lambda x: x**2, 0.0),
        (lambda x: tg.maximum(x, 1.0), 1 + 1e-7),
        (lambda x: tg.abs(x), -1e-12),
        (lambda x: tg.arcsin(x), 1 - 1e-7),
        (lambda x: tg.binary_cross_entropy(x, 1.0), 1 - 1e-7),
        (lambda x: x**0.0, 0.0),
        (lambda x: tg.var(x), [2.0, 2.0]),
        (lambda x: tg.tanh(x), 18.0),
        (lambda x: tg.sigmoid(x), 37.0),
        (lambda x: tg.sigmoid(x), -700.0),
        (lambda x: tg.softplus(x), 800.0),
        (lambda x: tg.prod(x), [0.0, 2.0, 3.0]),
        (lambda x: tg.var(x), [1e8, 1e8 + 1]),
        (lambda x: tg.sin(x), 1e6),
        (lambda x: tg.exp(x), -200.0),
        (lambda x: tg.gelu(x), 0.0),
        (lambda x: tg.cross_entropy(x, np.array([0])), [[60.0, 0.0]]),
    ],
)
def test_near_a_kink_and_where_much_cancels_is_a_tick(call, at):
    graph = tg.gradcheck(call, at)
    assert {c.verdict for c in graph.results} == {"ok"} and max(c.error for c in graph.results) < 1e-5, str(graph)


def test_what_no_side_would_send_is_wrong_at_a_kink_too(own):
    for factor, verdict in ((0.0, "kink"), (0.3, "kink"), (1.0, "kink"), (-0.1, "wrong"), (1.2, "wrong")):
        at_zero = replace(
            OPS["relu"],
            vjps=(
                OPS["relu"]
                .vjps[0]
                ._replace(rule=lambda g, y, x, factor=factor: np.where(x == 0, factor * g, g * (x > 0))),
            ),
            pull=None,
        )
        y = apply(at_zero, (tg.tensor([0.0, 1.0, -1.0]),), {}, sys._getframe())
        y.backward([2.0, 3.0, 4.0])
        assert [c.verdict for c in tg.gradcheck(y).results] == [verdict], factor


# --- types, graphs, results ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.float32, np.float16])
@pytest.mark.parametrize("name", ["tanh", "softmax", "matmul", "conv2d", "mse", "std", "gelu"])
def test_less_precise_numbers_have_more_room(kind, name):
    op = OPS[name]
    sample = op.samples[0] if op.samples else Sample(((3, 4),))
    values, attrs = test_ops.filled(op, sample), test_ops.options(op, sample)
    for planned, verdict in ((op, "ok"), (wrong(op, 0, "factor 2"), "wrong")):
        inputs = tuple(tg.tensor(kind(v)) for v in values)
        y = apply(planned, inputs, attrs, sys._getframe())
        y.backward(rng.uniform(0.5, 1.5, y.shape))
        (check,) = tg.gradcheck(y).results
        assert check.verdict == verdict, check


def test_tolerance():
    y = made(wrong(OPS["tanh"], 0, "a little off"), Sample(((5,),)))
    assert not tg.gradcheck(y).ok and tg.gradcheck(y, tolerance=1e-3).ok
    for tolerance in (0, -1, "a", np.nan, np.inf):
        with pytest.raises(GraphError, match="tolerance must be a positive number, not"):
            tg.gradcheck(y, tolerance=tolerance)


def test_errors():
    with pytest.raises(GraphError, match="nothing was differentiated; give a scalar loss"):
        tg.gradcheck(tg.tensor([1.0, 2.0]) * 2)
    with pytest.raises(GraphError, match="not int"):
        tg.gradcheck(3)


def test_nothing_of_a_program_is_changed():
    x = tg.tensor([1.0, 2.0], "x")
    loss = tg.sum(tg.exp(x))
    first, second = tg.gradcheck(loss), tg.gradcheck(loss)
    assert x.grad is None and str(first) == str(second)
    assert not tg.trace(loss).notes


def test_not_a_number_is_no_alarm():
    with np.errstate(all="ignore"):
        graph = tg.gradcheck(lambda x: tg.sum(tg.where(x > 0, tg.sqrt(x) * 2, 0.0)), [-1.0, 4.0])
    assert graph.ok and verdicts(graph)["sqrt_1"] in ("kink", "not checked")


def test_a_wrong_sum_of_contributions_is_found():
    graph = tg.trace(lambda x: x * x + tg.sin(x), 2.0)
    nodes = [replace(n, gradient=n.gradient / 2) if n.name == "x" else n for n in graph]
    (check,) = [c for c in tg.gradcheck(graph.replace(nodes, graph.edges)).results if c.verdict == "wrong"]
    assert check.name == "x" and check.tags == ("✗ sum of the uses of x off by 0.41",)
    assert tg.gradcheck(graph).ok and tg.gradcheck(tg.hide(graph, "sin_1")).ok  # there a use is missing


def network():
    x, t = tg.tensor([[0.5, -1.0]], "x"), tg.constant([[1.0]], "t")
    w, v = tg.parameter([[0.1, -0.4], [0.7, 0.2]], "w"), tg.parameter([[0.3], [-0.6]], "v")
    with tg.scope("hidden"):
        h = tg.tanh(x @ w)
    return tg.mse(tg.sigmoid(h @ v), t)


def test_views_keep_the_results_and_are_never_wrong(tmp_path):
    graph = tg.gradcheck(network())
    for view in (tg.fold(graph), tg.collapse(graph), tg.hide(graph), tg.upto(graph, graph.nodes[-2].name)):
        assert isinstance(view, Checked) and view.results == graph.results and view.ok
    plain = tg.trace(network())
    for view in (tg.fold(plain), tg.collapse(plain), tg.hide(plain), tg.upto(plain, plain.nodes[-2].name)):
        again = tg.gradcheck(view)
        assert again.ok and all(c.reason for c in again.results if c.verdict == "not checked")
    plain.save(tmp_path / "net.tgraph")
    assert str(tg.gradcheck(tg.load(tmp_path / "net.tgraph"))) == str(tg.gradcheck(plain))


def test_an_unknown_op_is_not_checked(own):
    own_op = function(elementwise("strange", "x ** 3", "3 * g * x ** 2"))
    graph = tg.trace(lambda x: tg.exp(own_op(x)), 0.5)
    del OPS["strange"]
    assert tg.gradcheck(graph).worst.reason == "op 'strange' is not registered here"


def test_a_training_run():
    w, x = tg.parameter([0.5, -0.2], "w"), tg.constant([1.0, 2.0])
    optimizer = tg.optim.SGD(lr=0.1)
    for _ in range(2):
        (w,) = optimizer.step((tg.sum(w * x) - 1.0) ** 2, [w])
    graph = tg.gradcheck(w)
    assert graph.ok and {c.verdict for c in graph.results if np.any(graph.node(c.node).gradient)} == {"ok"}
    assert sum(c.verdict == "ok" for c in graph.results) == 5  # the second step starts at the minimum


def test_the_table_is_worst_first():
    y = apply(wrong(OPS["tanh"], 0, "sign"), (tg.tensor([1.0, 2.0, 0.0], "x"),), {}, sys._getframe())
    graph = tg.gradcheck(tg.sum(tg.abs(y)))
    rows = [row.split() for row in str(graph).splitlines()]
    assert rows[0] == "node op verdict error method where expected found line".split()
    assert [row[1:3] for row in rows[2:]] == [["tanh", "wrong"], ["abs", "kink"], ["sum", "ok"]]
    assert graph.worst.name == "y" and graph.worst.line.startswith("test_gradcheck.py:")


# --- where differences tell nothing ----------------------------------------------------------------------------------


def test_a_cube_at_0_is_right() -> None:
    """Its complex step is the square of the step, and no derivative."""
    assert tg.gradcheck(tg.sum(tg.parameter(np.zeros(3), "w") ** 3)).ok
    assert tg.gradcheck(tg.sum(tg.relu(tg.tensor(np.linspace(-1, 1, 5), "x")) ** 3)).ok


@pytest.mark.slow
def test_zeros_noise_and_ties_are_no_alarm() -> None:
    verdicts: Counter[str] = Counter()
    for loss in hostile_inputs.losses(0):
        try:
            checks = tg.gradcheck(loss).results
        except tg.TracegraphError:  # nothing was differentiated
            continue
        verdicts.update(c.verdict for c in checks)
        assert [c for c in checks if c.verdict == "wrong"] == []
    assert verdicts["ok"] > 1000 and verdicts["not checked"] < 0.1 * verdicts["ok"]


def test_a_wrong_rule_is_found_at_near_ties_too() -> None:
    """Twice the right gradient of the greatest, of numbers that differences cannot tell apart."""
    x = tg.tensor([1.0, 1.0 + 1e-15, 0.5], "x")
    graph = tg.trace(tg.max(x) * 3.0)
    edges = [replace(e, contribution=2 * e.contribution) if e.target == graph["max_1"].key else e for e in graph.edges]
    nodes = [replace(n, gradient=2 * n.gradient) if n.name == "x" else n for n in graph]
    assert not tg.gradcheck(Graph(nodes, edges)).ok
