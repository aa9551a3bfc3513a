"""Paths of a gradient, against all paths of random graphs, one by one."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import programs
import pytest
from counting import growth

import tracegraph as tg
from tracegraph.analysis.best_paths import MANY
from tracegraph.errors import GraphError

Way = tuple[tuple[int, ...], tuple[int, ...], float]


def scalars(seed: int, ops: int = 14) -> tg.Graph:
    """A random graph of scalars, small enough for all of its paths to be walked."""
    rng = random.Random(seed)
    pool = [tg.parameter(rng.uniform(-1.5, 1.5), f"x_{i}") for i in range(3)]
    for _ in range(ops):
        a, b = rng.choice(pool[-6:]), rng.choice(pool[-6:])
        pool.append(
            rng.choice(
                [
                    lambda: a + b,
                    lambda: a * b,
                    lambda: a - b,
                    lambda: tg.tanh(a),
                    lambda: tg.relu(a),
                    lambda: a * a,
                    lambda: tg.maximum(a, b),
                    lambda: a / (2 + tg.abs(b)),
                    lambda: tg.mean(a) + tg.mse(a, b),
                ]
            )()
        )
    loss = pool[-1]
    for t in pool[:3] + pool[-3:-1]:
        loss = loss + t
    return tg.trace(loss)


def every(graph: tg.Graph, key: int, gain: Callable[[tg.Edge], float]) -> Iterator[Way]:
    """All paths on which a gradient comes to a node, each with its slots and the product of what its edges gain."""
    uses = [e for e in graph.edges if e.source == key and e.contribution is not None]
    if not uses:
        yield (key,), (), 1.0
    for edge in uses:
        for nodes, slots, product in every(graph, edge.target, gain):
            yield (key, *nodes), (edge.slot, *slots), product * gain(edge)


AT_KINKS: dict[str, Callable[[list[float], int], float]] = {
    "relu": lambda v, slot: float(v[0] > 0),
    "maximum": lambda v, slot: float(np.sign(v[slot] - v[1 - slot]) + 1) / 2,
    "abs": lambda v, slot: float(np.sign(v[0])),
}


def derivative(graph: tg.Graph) -> Callable[[tg.Edge], float]:
    """The local derivative of the edge into an operation, by a complex step: what was recorded is not used."""

    def gain(edge: tg.Edge) -> float:
        node = graph.node(edge.target)
        values: list[Any] = [graph.node(e.source).value for e in graph.inputs(node)]
        if node.op in AT_KINKS:
            return AT_KINKS[node.op](values, edge.slot)
        values[edge.slot] = values[edge.slot] + 1e-100j
        return float(np.imag(tg.OPS[node.op].forward(*values, **node.attrs)) / 1e-100)

    return gain


@pytest.mark.parametrize("seed", range(60))
def test_all_paths_between_scalars_sum_to_the_gradient(seed: int) -> None:
    graph = scalars(seed)
    for node in [n for n in graph if n.role == "parameter"]:
        ways = list(every(graph, node.key, derivative(graph)))
        found = tg.paths(graph, node.name, k=len(ways) + 3)
        assert found.total == len(found) == len(ways)
        ours = {(p.nodes, p.slots): p.contribution for p in found}
        assert len(ours) == len(ways)
        for nodes, slots, product in ways:
            assert ours[nodes, slots] == pytest.approx(product, rel=1e-9, abs=1e-14)
        terms = [p.contribution or 0.0 for p in found]
        assert math.fsum(terms) == pytest.approx(node.gradient, abs=1e-12 * (1 + sum(map(abs, terms))))
        if node.gradient:
            assert all(p.share == (p.contribution or 0.0) / node.gradient for p in found)


@pytest.mark.parametrize("seed", range(60, 90))
@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_strongest_are_the_first_of_all(seed: int, k: int) -> None:
    graph = scalars(seed)
    ways = sorted((abs(p) for *_, p in every(graph, 0, derivative(graph))), reverse=True)
    found = tg.paths(graph, "x_0", k=k)
    assert [abs(p.contribution or 0.0) for p in found] == pytest.approx(ways[:k], rel=1e-9, abs=1e-14)
    assert found.rest == pytest.approx(1 - sum(p.share for p in found)) and found.total == len(ways)
    for path in found:
        assert path.names == tuple(graph.node(key).name for key in path.nodes)
        for a, b, slot in zip(path.nodes[:-1], path.nodes[1:], path.slots, strict=True):
            assert graph.inputs(graph.node(b))[slot].source == a


def test_shares_of_tensors_multiply_norms() -> None:
    tensors = sum(count_of_tensors(seed) for seed in range(20))
    assert tensors > 20


def count_of_tensors(seed: int) -> int:
    rng = random.Random(seed)
    loss, _ = programs.build(rng.randrange, 9)
    graph = tg.trace(loss)

    def gain(edge: tg.Edge) -> float:
        sizes = [
            np.linalg.norm(np.ravel(e.contribution))
            for e in graph.edges
            if e.source == edge.source and e.contribution is not None
        ]
        return float(np.linalg.norm(np.ravel(edge.contribution)) / sum(sizes)) if any(sizes) else 0.0

    tensors = 0
    for node in [n for n in graph if not graph.inputs(n) and n.gradient is not None]:
        ways = list(every(graph, node.key, gain))
        found = tg.paths(graph, node.name, k=len(ways))
        if found[0].contribution is None:
            tensors += 1
            ours = {(p.nodes, p.slots): p.share for p in found}
            assert all(ours[nodes, slots] == pytest.approx(share, abs=1e-12) for nodes, slots, share in ways)
            assert found.rest == pytest.approx(0, abs=1e-9) or not np.any(node.gradient)
            assert all(a.share >= b.share for a, b in zip(found, found[1:]))
    return tensors


def test_a_square_has_two_paths() -> None:
    x = tg.parameter(3.0, "x")
    found = tg.paths(x * x, "x")
    assert [(p.nodes, p.slots, p.contribution, p.share) for p in found] == [
        ((0, 1), (0,), 3, 0.5),
        ((0, 1), (1,), 3, 0.5),
    ]
    assert str(found) == "50 %  3  x → mul₁ (slots 0)\n50 %  3  x → mul₁ (slots 1)"


def test_shares_have_signs_and_exceed_one_where_others_cancel() -> None:
    x = tg.parameter(1.0, "x")
    L = 5 * x - 3 * x + 0 * x
    found = tg.paths(L, "x", k=9)
    assert [p.share for p in found] == [2.5, -1.5, 0.0] and found.total == 3 and found.rest == 0
    assert str(tg.paths(L, "x", k=1)) == " 250 %   5  x → L\n−150 %  −3  2 others"


def test_a_gradient_of_zero_has_no_shares_but_contributions() -> None:
    x = tg.parameter(2.0, "x")
    L = 5 * x - 5 * x
    found = tg.paths(L, "x")
    assert [p.contribution for p in found] == [5.0, -5.0] and all(math.isnan(p.share) for p in found)
    assert str(found).startswith("–   5  x →") and "NaN" not in str(found)


def test_dead_ends_come_last_and_nan_first() -> None:
    x = tg.parameter(-1.0, "x")
    L = tg.relu(x) + 2 * x
    assert [p.contribution for p in tg.paths(L, "x")] == [2.0, 0.0]
    y = tg.parameter(0.0, "y")
    with np.errstate(all="ignore"):
        L = 3 * y + tg.where(y > 0, tg.sqrt(y), 0.0) + y
        found = tg.paths(L, "y")
    assert math.isnan(found[0].contribution or 0) and "sqrt" in "".join(found[0].names)
    assert str(found).startswith("NaN %") and [p.contribution for p in found[1:]] == [3.0, 1.0]


def test_nan_in_a_tensor_hides_what_else_there_is() -> None:
    y = tg.parameter(np.array([0.0, 4.0]), "y")
    with np.errstate(all="ignore"):
        found = tg.paths(tg.sum(3 * y + tg.sqrt(y) * np.array([0.0, 1.0])), "y")
    assert math.isnan(found[0].share) and found[1].share == 0 and str(found).startswith("NaN %")


def test_a_tensor_without_gradient_flow_shares_out_zero() -> None:
    x = tg.parameter(np.array([-1.0, -2.0]), "x")
    found = tg.paths(tg.sum(tg.relu(x)), "x")
    assert [p.share for p in found] == [0.0] and found[0].contribution is None


def test_sizes_at_the_end_of_the_numbers() -> None:
    x = tg.parameter(np.full(3, 1e-300), "x")
    found = tg.paths(tg.sum(x * 1e-200 + x * 3e-200), "x")
    assert [p.share for p in found] == pytest.approx([0.75, 0.25])
    found = tg.paths(tg.sum(x * 1e250 + x * 3e250), "x")
    assert [p.share for p in found] == pytest.approx([0.75, 0.25])


def test_the_loss_itself_and_other_ends() -> None:
    x = tg.parameter(1.0, "x")
    L = x * 2
    found = tg.paths(L, "L")
    assert [(p.names, p.slots, p.share, p.contribution) for p in found] == [(("L",), (), 1.0, 1.0)]
    y = x * np.array([1.0, 2.0])
    y.backward(np.array([1.0, 1.0]))
    assert tg.paths(y, "x")[0].share == 1


def run() -> tg.Graph:
    w, sgd = tg.parameter(0.5, "w"), tg.optim.SGD(lr=0.01)
    for _ in range(3):
        z = w * 3 + tg.tanh(w)
        L = z * z
        (w,) = sgd.step(L, [w])
    return tg.trace([w])


def test_a_step_of_a_training_run() -> None:
    graph = run()
    found = tg.paths(graph, "w", step=2, k=9)
    assert found[0].names[0] == "w_1" and found[0].names[-1] == "L_2" and found.total == 4
    assert sum(p.contribution or 0 for p in found) == pytest.approx(graph["w_1"].gradient)
    assert [p.contribution for p in tg.paths(graph, "w_1", k=9)] == [p.contribution for p in found]
    with pytest.raises(GraphError, match="give the step, 1 to 3"):
        tg.paths(graph, "w")
    with pytest.raises(GraphError, match="no gradient reaches 'w_3'; it reaches w_0"):
        tg.paths(graph, "w_3")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("v", {}, "no node is called 'v'"),
        ("c", {}, "no gradient reaches 'c'; it reaches x"),
        ("side", {}, "no gradient reaches 'side'; it reaches x"),
        (3, {}, "give the name of a tensor, not int"),
        ("x", {"k": 0}, "k must be a whole number from 1, not 0"),
        ("x", {"k": True}, "not True"),
        ("x", {"k": 1.5}, "not 1.5"),
        ("x", {"step": 1}, "not a training run"),
    ],
)
def test_errors_say_what_to_do(name: Any, options: dict[str, Any], message: str) -> None:
    x, c = tg.parameter(1.0, "x"), tg.constant(2.0, "c")
    side = tg.tensor(3.0, "side")
    L = x * c + tg.sign(side)
    if name == "side":
        L = x * c + (side > 1)
    with pytest.raises(GraphError, match=message) as error:
        tg.paths(L, name, **options)
    assert "\n" not in str(error.value)


def test_nothing_was_differentiated() -> None:
    with pytest.raises(GraphError, match="trace a scalar loss"):
        tg.paths(tg.tensor([1.0, 2.0], "x") * 2, "x")


def test_views_keep_the_paths_and_groups_have_some() -> None:
    with tg.scope("part"):
        w = tg.parameter(np.array([1.0, 2.0]), "w")
        h = tg.tanh(w)
        u = h * h
    L = tg.sum(u + h)
    found = tg.paths(L, "h", k=2)
    flow = found.flow
    assert isinstance(flow, tg.Flow) and flow.paths == tuple(found)
    assert tg.fold(flow).paths == flow.paths == tg.collapse(flow).paths  # type: ignore[attr-defined]
    assert tg.flow(L).paths == ()
    x = tg.parameter(np.array([3.0, 1.0]), "x")
    with tg.scope("part"):
        y = x * x
    grouped = tg.paths(tg.collapse(tg.trace(tg.sum(y + x))), "x")
    assert sum(p.share for p in grouped) == pytest.approx(1) and "part" in str(grouped)
    again = tg.paths(flow, "w")
    assert again.flow.findings == flow.findings and again.flow.paths != flow.paths


def test_it_is_a_tuple_that_shows_itself() -> None:
    x = tg.parameter(3.0, "x")
    found = tg.paths(x * x, "x")
    assert found[0] in found and len(found[:1]) == 1 and list(found) == [*found] and found.index(found[1]) == 1
    assert repr(found) == "Paths(2 of 2 from 'x' to 'mul_1')"
    shown = found._repr_mimebundle_()
    assert shown["text/plain"] == str(found) and "<svg" in shown["image/svg+xml"]


def test_a_line_is_not_endless() -> None:
    x = tg.parameter(0.5, "x")
    z = x
    for i in range(100):
        z = tg.tanh(z)
        z.name = f"z_{i}"
    line = str(tg.paths(z, "x"))
    assert len(line) < 120 and "89 more" in line and line.endswith("z₉₉")


@pytest.mark.slow
def test_more_paths_than_can_be_counted_are_linear_work() -> None:
    def search(ops: int) -> Callable[[], None]:
        x = tg.parameter(1.0, "x")
        z = x
        for _ in range(ops // 2):
            z = (z + z) * 0.5
        graph = tg.trace(z)

        def check() -> None:
            found = tg.paths(graph, "x", k=4)
            assert found.total == MANY and "more than a trillion" in str(found)
            assert len(found[0].nodes) == len(graph) - ops // 2

        return check

    assert growth(search, 1_000, 20_000) < 1.1


@pytest.mark.slow
def test_a_long_chain_needs_no_recursion() -> None:
    x = tg.parameter(1.0, "x")
    z = x
    for _ in range(100_000):
        z = z + 1.0
    found = tg.paths(z, "x")
    assert found.total == 1 and len(found[0].nodes) == 100_001 and found[0].contribution == 1


def test_the_page_prints_what_it_says(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "paths.md").read_text("utf-8")
    blocks = re.findall(r"^```(python|)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    exec("".join(text for kind, text in blocks if kind), {})
    assert capsys.readouterr().out == "".join(text for kind, text in blocks if not kind)
