"""From a recorded computation to its graph."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from functools import partial
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.graph import Graph


def names(graph: Graph) -> list[str]:
    return [n.name for n in graph]


def test_values_gradients_and_contributions() -> None:
    x, w = tg.tensor([1.0, 2.0], name="x"), tg.parameter([3.0, 4.0], name="w")
    loss = (x * w).sum()
    grads = loss.backward()
    graph = tg.trace(loss)
    assert names(graph) == ["x", "w", "mul_1", "loss"]
    assert [n.role for n in graph] == ["input", "parameter", "op", "output"]
    assert graph["w"].value is w.value
    np.testing.assert_array_equal(graph["w"].gradient, grads[w])
    for edge in graph.edges:
        source, target = graph.node(edge.source), graph.node(edge.target)
        np.testing.assert_array_equal(edge.contribution, source.gradient)
        assert edge.tensor == source.name and target.args
    assert [e.vjp for e in graph.inputs(graph["mul_1"])] == ["g * b", "g * a"]


def test_both_edges_of_a_square() -> None:
    x = tg.tensor(3.0, name="x")
    graph = tg.trace(x * x)
    assert [(e.slot, e.local, e.contribution) for e in graph.edges] == [(0, 3.0, 3.0), (1, 3.0, 3.0)]
    assert graph["x"].gradient == 6.0


def test_no_gradient_is_none_and_not_zero() -> None:
    x, k, n = tg.tensor(3.0, name="x"), tg.constant(2.0, name="k"), tg.tensor(np.array([1, 0]), name="n")
    y = x * k
    graph = tg.trace(y + (n > 0).sum())
    assert graph["k"].gradient is None and graph["n"].gradient is None and graph["x"].gradient == 2.0
    assert [e.contribution for e in graph.uses(graph["k"])] == [None] == [e.local for e in graph.uses(graph["k"])]


def test_gradients_are_left_as_they_were() -> None:
    x = tg.tensor(3.0, name="x")
    y = x * 2.0
    loss = y * y
    for before in (None, 5.0):
        x.grad = y.grad = before
        tg.trace(loss)
        assert x.grad == y.grad == before and loss.grad is None
    x.grad = 7.0
    with pytest.raises(tg.OpError):
        loss.grad = [1.0, 2.0]  # a seed that does not fit
        tg.trace(loss)
    assert x.grad == 7.0 and loss.grad == [1.0, 2.0]


def test_what_is_not_scalar_takes_the_seed_of_its_backward() -> None:
    x = tg.tensor([1.0, 2.0], name="x")
    y = x * 3.0
    assert tg.trace(y)["x"].gradient is None
    y.backward([1.0, 10.0])
    np.testing.assert_array_equal(tg.trace(y)["x"].gradient, [3.0, 30.0])


def test_locals_where_python_raises() -> None:
    x, zero = tg.tensor(1.0, name="x"), tg.tensor(0.0, name="zero")
    with np.errstate(all="ignore"):
        quotient, log = x / zero, tg.log(zero)
    assert [e.local for e in tg.trace(quotient).edges] == [np.inf, -np.inf]
    assert [e.local for e in tg.trace(log).edges] == [np.inf]


def test_locals_equal_contributions_over_gradients() -> None:
    x, y = tg.tensor(0.7, name="x"), tg.tensor(-1.3, name="y")
    graph = tg.trace(tg.sigmoid(x * y) * tg.maximum(x, y) - tg.exp(y) / x)
    for edge in graph.edges:
        if edge.local is not None:
            assert edge.contribution == pytest.approx(edge.local * graph.node(edge.target).gradient)
    assert sum(e.local is not None for e in graph.edges) == len(graph.edges)


def test_any_number_of_inputs_are_written_out() -> None:
    x = tg.tensor([1.0], name="x")
    made = tg.trace(tg.concatenate([x, x, x]).sum()).nodes[1]
    assert made.formula.startswith("concatenate(xs0, xs1, xs2") and made.args == ("xs0", "xs1", "xs2")


def test_inputs_that_were_not_given_are_left_out() -> None:
    x, k = tg.tensor(np.ones((1, 1, 3, 3)), name="x"), tg.parameter(np.ones((1, 1, 2, 2)), name="k")
    made = tg.trace(tg.conv2d(x, k).sum()).nodes[2]
    assert made.formula == "conv2d(x, k)" and made.args == ("x", "k")


def test_later_changes_of_arrays_change_nothing() -> None:
    data, index = np.array([1.0, 2.0]), np.array([0, 1])
    x = tg.tensor(data, name="x")
    graph = tg.trace(x[index].sum())
    data[:], index[:] = 9.0, 0
    np.testing.assert_array_equal(graph["x"].value, [1.0, 2.0])
    np.testing.assert_array_equal(graph.nodes[1].attrs["index"], [0, 1])


def test_the_same_program_gives_the_same_graph() -> None:
    program = (
        "import tracegraph as tg\n"
        "x = tg.tensor([1.0, 2.0]); y = tg.tensor([3.0, 4.0]); loss = ((x * y) + x[0]).sum() / y.mean()\n"
        "g = tg.trace(loss); print([(n.name, n.key, n.line) for n in g], [(e.source, e.tensor) for e in g.edges])"
    )
    said = set()
    for seed in ("0", "1", "99"):
        command = [sys.executable, "-c", program]
        said.add(subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": seed}).stdout)
    assert len(said) == 1 and b"<string>:2" in said.pop()


# --- functions -------------------------------------------------------------------------------------------------------


def test_functions_name_their_inputs() -> None:
    def net(x: Any, w: Any, *more: Any, scale: float = 2.0, **rest: Any) -> Any:
        out = (x * w).sum() * scale
        return out + sum(m.sum() for m in more)

    assert names(tg.trace(net, [1.0], [2.0]))[:2] == ["x", "w"]
    graph = tg.trace(net, [1.0], [2.0], [3.0], [4.0])
    assert names(graph)[:4] == ["x", "w", "more_0", "more_1"] and graph["w"].gradient == [2.0]


@pytest.mark.parametrize("function", [np.exp, tg.exp, lambda x: np.exp(x), partial(tg.clip, min=0.0)])
def test_functions_of_every_kind(function: Any) -> None:
    assert len(tg.trace(function, 0.5)) == 2


def test_a_method_and_an_object_that_can_be_called() -> None:
    class Net:
        def __call__(self, x: Any) -> Any:
            return x * x

        def forward(self, x: Any) -> Any:
            return x * x

    assert names(tg.trace(Net(), 2.0))[0] == names(tg.trace(Net().forward, 2.0))[0] == "x"


def test_a_function_may_return_a_graph() -> None:
    graph = tg.trace(tg.tensor(2.0, name="x") * 3.0)
    assert tg.trace(lambda: graph) is graph is tg.trace(graph)


def test_tensors_are_taken_as_they_are() -> None:
    w = tg.parameter(2.0, name="mine")
    assert names(tg.trace(lambda x, w: x * w, 3.0, w))[:2] == ["mine", "x"]


@pytest.mark.parametrize(
    ("program", "arrays", "said"),
    [
        (lambda a, b: a, (1.0,), "does not take 1 arrays: missing a required argument: 'b'"),
        (lambda a: a, (1.0, 2.0), "does not take 2 arrays: too many positional arguments"),
        (lambda a, *, k: a, (1.0,), "missing a required"),
        (lambda a: None, (1.0,), "returned NoneType, not a tensor or one of PyTorch; return the loss"),
        (lambda a: {"loss": a}, (1.0,), "returned dict, not a tensor or one of PyTorch; return one tensor of it"),
        (lambda a: (a, 1), (1.0,), "returned tuple, not a tensor or one of PyTorch; return one tensor of it"),
        (lambda a: (), (1.0,), "returned tuple, not a tensor"),
        (3.0, (), "trace takes a tensor or one of PyTorch, or a function and its arrays, not float"),
        (tg.tensor(2.0), (1.0,), "arrays go with a function"),
    ],
)
def test_wrong_use_is_said(program: Any, arrays: tuple[Any, ...], said: str) -> None:
    with pytest.raises(tg.GraphError) as caught:
        tg.trace(program, *arrays)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_errors_of_the_function_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        tg.trace(lambda x: 1 // 0, 2.0)


# --- memory ----------------------------------------------------------------------------------------------------------


def test_nothing_is_kept_alive() -> None:
    """Neither the frames nor, through their locals, the tensors; without help of the garbage collector."""
    gc.disable()
    try:
        large = np.ones(3)
        gone = weakref.ref(large)
        x = tg.tensor(large, name="x")
        held = weakref.ref(x.value)
        y = x * 2.0
        tg.trace(y.sum())
        del large, x, y
        assert gone() is None and held() is None
    finally:
        gc.enable()


def test_locals_that_the_caller_holds_are_left_alone() -> None:
    x = tg.tensor(1.0)
    mine = locals()
    tg.trace(x * 2.0)
    assert mine["x"] is x


def test_variables_of_a_frame_are_still_there() -> None:
    x, kept = tg.tensor(1.0), 5
    tg.trace(x * 2.0)
    assert kept == 5 and locals()["kept"] == 5 and "x" in locals()


def test_the_collector_is_left_as_it_was() -> None:
    for switch in (gc.disable, gc.enable):
        switch()
        before = gc.isenabled()
        tg.trace(tg.tensor(1.0) * 2.0)
        assert gc.isenabled() is before


@pytest.mark.slow
def test_a_long_chain_at_the_default_recursion_limit() -> None:
    """Forward, back, into a graph and away again; the full million, with its limits, is in the benchmarks."""
    x = tg.tensor(0.5, name="x")
    y = x
    for i in range(50_000):
        y = y * 0.9999 if i % 2 else y + x
    y.backward()
    graph = tg.trace(y)
    assert len(graph) == 75_001 and graph["x"].gradient == pytest.approx(x.grad)
    del graph, y
