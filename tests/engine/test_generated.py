"""What is written out from the declarations: operators of Python, and rules for floats in the way back."""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.engine.call import function
from tracegraph.engine.generated import compiled
from tracegraph.ops.op import OPS, Op

WRITTEN = [op for op in OPS.values() if op.arithmetic]


def check_against_pull(op: Op) -> None:
    """Contributions to floats are exactly those of the compiled rules."""
    rng = np.random.default_rng(7)
    low, high = op.domain
    for _ in range(50):
        values = [float(v) for v in rng.uniform(low, high, len(op.inputs))]
        tensors = [tg.parameter(v) for v in values]
        y = function(op)(*tensors)
        assert op.pull is not None
        sent = op.pull(1.5, y.value, *values)
        grads = y.backward(1.5)
        assert [grads.contribution(y, slot) for slot in range(len(values))] == list(sent)


@pytest.mark.parametrize("op", WRITTEN, ids=lambda op: op.name)
def test_rules_in_the_loop(op: Op) -> None:
    check_against_pull(op)


def test_a_wrong_rule_is_found() -> None:
    op = OPS["tanh"]
    right = op.pull
    object.__setattr__(op, "pull", lambda g, y, x: (g * (1 + y**2),))
    try:
        with pytest.raises(AssertionError):
            check_against_pull(op)
    finally:
        object.__setattr__(op, "pull", right)


def test_the_most_common_ones_are_written() -> None:
    assert {"add", "sub", "mul", "div", "tanh", "sigmoid", "relu", "exp", "log"} <= {op.name for op in WRITTEN}


@pytest.mark.parametrize(
    ("program", "gradient"),
    [
        (lambda a: a / (a - a), np.nan),
        (lambda a: tg.log(a * 0.0), np.nan),
        (lambda a: tg.log(a * 1e-320), np.inf),
        (lambda a: 1.0 / (a * 1e-320), -np.inf),
        (lambda a: tg.sum(np.ones(3) / (a * 1e200)), 0.0),
    ],
)
def test_where_python_raises_the_gradient_is_that_of_ieee(program: Any, gradient: float) -> None:
    a = tg.parameter(1.0)
    with np.errstate(all="ignore"):
        result = program(a)
    np.testing.assert_allclose(result.backward()[a], gradient, rtol=1e-3)


def test_records_of_one_op_share_no_names() -> None:
    x = tg.parameter([1.0, 2.0])
    first, second = x * 2.0, x * 3.0
    first.name = "first"
    assert (first.name, second.name) == ("first", None)
    assert [n.op for n in tg.trace(tg.sum(first + second)) if n.name == "first"] == ["mul"]


def test_an_array_beside_a_constant() -> None:
    x, c = tg.parameter([[1.0], [2.0]]), tg.constant([3.0, 4.0])
    y = x * c
    grads = tg.sum(y).backward()
    np.testing.assert_array_equal(grads[x], [[7.0], [7.0]])
    assert grads.contribution(y, 1) is None and not grads[x].flags.writeable


def test_tracebacks_show_the_lines() -> None:
    fails = compiled("fails", "\ndef fails():\n    return 1 / 0  # here\n")
    with pytest.raises(ZeroDivisionError) as caught:
        fails()
    assert "return 1 / 0  # here" in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("name, program", [("matmul", lambda a, b: a @ b), ("sub", lambda a, b: a - b)])
def test_an_operator_of_arrays_computes_once(name: str, program: Any) -> None:
    a, b, op, calls = tg.tensor(np.ones((2, 2))), tg.tensor(np.eye(2)), OPS[name], []
    right = op.forward
    object.__setattr__(op, "forward", lambda *values: calls.append(values) or right(*values))
    try:
        assert program(a, b).shape == (2, 2) and calls == []  # Python's operator was enough
    finally:
        object.__setattr__(op, "forward", right)
