"""Recorded operations run again: what comes out is what was recorded, for every op of the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from random_graphs import LARGEST, SMOOTH

import tracegraph as tg
from tracegraph.engine.call import apply
from tracegraph.engine.leaves import lift
from tracegraph.graph import Edge, Graph, Node
from tracegraph.graph.rerun import Rerun, as_declared, input_values, is_from_group, op_of
from tracegraph.ops.broadcast import index_before, stretched
from tracegraph.ops.op import Op, Sample

CASES = [pytest.param(op, s, id=f"{op.name}-{i}") for op in SMOOTH for i, s in enumerate(op.samples)]


def recorded(op: Op, sample: Sample) -> tg.Graph:
    """A graph in which gradients come back through an op."""
    rng = np.random.default_rng(len(op.name))
    values = [rng.uniform(*op.domain, i) if isinstance(i, tuple) else i for i in sample.inputs]
    floats = [np.asarray(v).dtype.kind == "f" for v in values]
    inputs = [tg.parameter(v) if f else lift(v) for v, f in zip(values, floats, strict=True)]
    attrs = {**{k: v for k, v in op.attrs.items() if v is not ...}, **sample.attrs}
    chosen = op.chosen(tuple(t.value for t in inputs), attrs)
    y = apply(chosen, tuple(inputs), attrs, None)
    return tg.trace(tg.sum(y * y) if y.shape else y * 2.0)


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_value_and_contributions_come_out_as_recorded(op: Op, sample: Sample) -> None:
    graph = recorded(op, sample)
    node = next(n for n in graph if n.op == op.name and graph.inputs(n))
    rerun = Rerun.of(node)
    assert rerun is not None, (node.args, op.inputs)
    values = input_values(graph, node)
    np.testing.assert_array_equal(rerun.forward(values), node.value)
    if max(map(np.size, values)) > LARGEST or node.gradient is None:
        return
    for edge in graph.inputs(node):
        if edge.contribution is not None:
            back = rerun.vjp(edge.slot, node.gradient, values)
            assert np.shape(back) == np.shape(edge.contribution)
            np.testing.assert_allclose(back, edge.contribution, rtol=1e-14)


def test_python_floats_have_infinities() -> None:
    node = tg.trace(tg.exp(tg.parameter(1.0, name="x"))).output
    rerun = Rerun.of(node)
    assert rerun is not None
    with np.errstate(over="ignore"):
        assert rerun.forward([1e4]) == np.inf


def product() -> tg.Graph:
    x, w = tg.tensor(3.0, "x"), tg.parameter(2.0, "w")
    return tg.trace(tg.exp(x * w))


@pytest.mark.parametrize("change", [{"op": "fused_kernel"}, {"op": "gradient"}, {"args": ("a",)}, {"args": ("b", "a")}])
def test_a_node_that_no_op_declares_so_cannot_run(change: dict[str, object]) -> None:
    node: Node = product().nodes[2]
    assert Rerun.of(node) is not None
    assert Rerun.of(replace(node, **change)) is None  # type: ignore[arg-type]


def test_hidden_and_folded_inputs() -> None:
    graph = product()
    for view in (tg.hide(graph, "x"), tg.fold(graph)):
        changed = [n for n in view if (op := op_of(n)) and view.inputs(n) and not as_declared(n, op)]
        assert len(changed) == 1


def test_an_input_that_is_in_a_group() -> None:
    with tg.scope("layer"):
        h = tg.parameter(2.0, "w") * tg.tensor(3.0, "x")
    graph = tg.collapse(tg.trace(tg.exp(h)), "layer")
    assert is_from_group(graph, graph.output)
    assert not is_from_group(product(), product().output)


@pytest.mark.parametrize("shape", [(), (3,), (1,), (4, 3), (4, 1), (1, 1), (2, 1, 3)])
def test_what_broadcasting_stretched(shape: tuple[int, ...]) -> None:
    whole = (2, 4, 3)
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    spread = np.broadcast_to(x, whole)
    assert all(spread[i] == x[index_before(i, shape)] for i in np.ndindex(whole))
    assert stretched(whole, shape) == tuple(a for a, stride in enumerate(spread.strides) if stride == 0)


LONG = np.broadcast_to(0.0, 2**17)
HOSTILE: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("pad", [np.ones((1, 1))], {"width": 10**6}),
    ("pad", [np.ones((1, 1))], {"width": ((0, 10**5), (10**5, 0))}),
    ("broadcast_to", [np.ones(1)], {"shape": (10**4, 10**5)}),
    ("add", [LONG[:, None], LONG], {}),
    ("matmul", [LONG[:, None], LONG[None]], {}),
    ("einsum", [LONG, LONG], {"spec": "i,j->ij"}),
    ("einsum", [LONG, LONG], {"spec": "i,j"}),
    ("conv2d", [np.ones((4, 4)), np.ones((3, 3))], {"padding": 10**5, "stride": 10**5}),
    ("max_pool2d", [np.ones((4, 4))], {"kernel": 3, "padding": 10**5, "stride": 10**5}),
    ("getitem", [np.ones((1, 2))], {"index": (np.zeros((2**17, 1), int), np.zeros(2**17, int))}),
    ("getitem", [LONG[:, None]], {"index": (slice(None), np.zeros(2**17, int))}),
]


@pytest.mark.parametrize("name, values, attrs", HOSTILE)
def test_what_is_larger_than_recorded_is_not_run(name: str, values: list[Any], attrs: dict[str, Any]) -> None:
    sources = [Node(i, f"x{i}", "input", "input", v) for i, v in enumerate(values)]
    op = tg.OPS[name]
    args = (
        tuple(f"{op.inputs[0].lstrip('*')}{i}" for i in range(len(values))) if op.variadic else op.inputs[: len(values)]
    )
    made = Node(len(values), "y", name, "op", 1.0, 1.0, args=args, attrs=attrs)
    edges = [Edge(i, made.key, i, f"x{i}", contribution=np.zeros(v.shape)) for i, v in enumerate(values)]
    graph = Graph([*sources, made], edges)
    rerun = Rerun.of(made)
    assert rerun is not None
    with pytest.raises(tg.GraphError, match="makes no value of its shape"):
        rerun.forward(values)
    with pytest.raises(tg.GraphError, match="makes no value of its shape"):
        rerun.vjp(0, 1.0, values)
    assert {c.verdict for c in tg.gradcheck(graph).results} == {"not checked"}
