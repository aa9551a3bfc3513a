"""Every formula and rule that a solution shows, evaluated with NumPy's meaning, against the rule that was run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import reference
from test_ops import environment, filled, fitted, options

import tracegraph as tg
from tracegraph import formula
from tracegraph.explanation.array_rules import einsum_rule
from tracegraph.explanation.cases import decided
from tracegraph.explanation.equation_writer import EquationWriter
from tracegraph.graph import Graph
from tracegraph.ops.op import OPS, Op, Sample

CASES = [pytest.param(op, s, id=f"{op.name}-{i}") for op in OPS.values() for i, s in enumerate(op.samples)]
SCALARS = [
    pytest.param(op, value, id=f"{op.name} at {value}")
    for op in OPS.values()
    if op.elementwise and op.vjps and None not in op.attrs.values() and op.name != "where"
    for value in (-1.5, 0.25, 0.75, 2.5)
]


def recorded(op: Op, values: list[Any], attrs: dict[str, Any]) -> Graph:
    """One operation, differentiated with a seed that is not 1."""
    given = dict(attrs)
    lead = (given.pop("spec"),) if "spec" in given else ()
    y = getattr(tg, op.name)(*lead, *(tg.tensor(v) for v in values), **given)
    if y.needs:
        y.backward(np.random.default_rng(0).uniform(0.5, 1.5, y.shape))
    return tg.trace(y)


def shown_rules(op: Op, sample: Sample, evaluate: Callable[..., Any]) -> int:
    """Compare what is written of one sample with what was recorded; returns how many rules there are."""
    values = filled(op, sample)
    if any(np.asarray(v).dtype.kind != "f" for v in values) or any(np.size(v) == 0 for v in values):
        return 0
    graph = recorded(op, values, dict(sample.attrs))
    node = graph.output
    if node.op != op.name or node.gradient is None:
        return 0
    attrs = options(op, sample)
    env = environment(op.chosen(tuple(values), attrs), values, attrs, node.value, np.asarray(node.gradient))
    env |= dict(zip(node.args, values))
    writer, count = EquationWriter(graph, 4), 0
    for edge in graph.inputs(node):
        if edge.contribution is None:
            continue
        names: dict[str, str] = {}
        text, _ = writer.term("", edge, names, {}, {})
        found = evaluate(formula.merged(text), {**env, "slot": edge.slot})
        np.testing.assert_allclose(fitted(found, np.shape(edge.contribution)), edge.contribution, rtol=1e-9, atol=1e-9)
        count += 1
    return count


@pytest.mark.slow
@pytest.mark.parametrize(("op", "sample"), CASES)
def test_rules_are_right_as_programs(op: Op, sample: Sample) -> None:
    shown_rules(op, sample, reference.evaluate)


def test_a_wrong_rule_is_found() -> None:
    """The transposed operand is forgotten, and a sum over all channels stands for one of each."""
    matmul, conv = OPS["matmul"], OPS["conv2d"]
    batch = next(s for s in conv.samples if len(s.inputs) == 3)
    assert shown_rules(matmul, matmul.samples[0], reference.evaluate) == 2
    assert shown_rules(conv, batch, reference.evaluate) == 3
    with pytest.raises((AssertionError, ValueError)):
        shown_rules(matmul, matmul.samples[0], lambda text, env: reference.evaluate(text.replace(".T", ""), env))
    with pytest.raises((AssertionError, ValueError)):
        shown_rules(conv, batch, lambda text, env: reference.evaluate("sum(g)" if "sum(" in text else text, env))


@pytest.mark.parametrize(("op", "value"), SCALARS)
def test_cases_and_merged_signs_keep_the_value(op: Op, value: float) -> None:
    """Of scalars: the branch that holds, with the signs merged, is worth what the rule is."""
    values = {name: value + i for i, name in enumerate(op.inputs)}
    values |= {k: float(v) for k, v in op.attrs.items() if isinstance(v, (int, float))}
    with np.errstate(all="ignore"):
        y = float(op.forward(*(values[n] for n in op.inputs), **op.attrs))
    for rule in (v for v in op.vjps if v is not None):
        known = {**values, "y": y, "g": 1.25}
        try:
            expected = formula.evaluate(rule.formula, known)
        except tg.errors.GraphError:
            continue  # it calls what is for arrays only
        text, _ = decided(formula.merged(rule.formula), known, {})
        assert formula.evaluate(formula.merged(text), known) == pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    "spec", ["ij,jk->ik", "ij,jk", "bij,bjk->bik", "ij->ji", "i,j->ij", "ij,jk,ki->", "...ij,jk->...ik"]
)
def test_the_way_back_of_an_einsum_is_one(spec: str) -> None:
    random = np.random.default_rng(1)
    lengths = dict(zip("bijk", (5, 2, 3, 4)))
    terms = spec.replace("...", "b").partition("->")[0].split(",")
    inputs = [random.normal(size=[lengths[c] for c in term]) for term in terms]
    args = [f"x{i}" for i in range(len(inputs))]
    tensors = [tg.tensor(x) for x in inputs]
    y = tg.einsum(spec, *tensors)
    g = random.normal(size=y.shape)
    grads = y.backward(g)
    for slot, tensor in enumerate(tensors):
        rule = einsum_rule(spec, inputs, args, slot)
        assert rule is not None and "einsum_back" not in rule
        found = eval(rule, {"einsum": np.einsum, "g": g, **dict(zip(args, inputs))})
        np.testing.assert_allclose(found, grads[tensor], rtol=1e-12)
    assert einsum_rule("ii->", [np.eye(3)], ["x"], 0) is None and einsum_rule("ij->i", [np.eye(3)], ["x"], 0) is None
