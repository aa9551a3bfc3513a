"""Tensors: what they hold, of which type, and what is said about wrong use."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.engine.leaves import CONSTANT, INPUT, PARAMETER
from tracegraph.engine.values import settle
from tracegraph.errors import OpError, UntracedError
from tracegraph.ops.op import OPS

F64, F32, F16, I64, I32, BOOL = (np.dtype(n) for n in ("f8", "f4", "f2", "i8", "i4", "?"))
VECTOR = np.array([1.0, 2.0, 3.0], np.float32)


@pytest.mark.parametrize(
    "made, dtype, needs",
    [
        (lambda: tg.tensor(3), F64, True),
        (lambda: tg.tensor([1, 2, 3]), F64, True),
        (lambda: tg.tensor(np.arange(3)), I64, False),
        (lambda: tg.tensor(np.int32(3)), I32, False),
        (lambda: tg.tensor(True), BOOL, False),
        (lambda: tg.tensor([True, False]), BOOL, False),
        (lambda: tg.tensor(VECTOR), F32, True),
        (lambda: tg.tensor(np.float16(1.5)), F16, True),
        (lambda: tg.tensor(np.longdouble(1.5)), F64, True),
        (lambda: tg.tensor([]), F64, True),
        (lambda: tg.parameter(3), F64, True),
        (lambda: tg.parameter(np.arange(3)), F64, True),
        (lambda: tg.parameter(VECTOR), F32, True),
        (lambda: tg.parameter(False), F64, True),
        (lambda: tg.constant(3), I64, False),
        (lambda: tg.constant(2.5), F64, False),
        (lambda: tg.constant([1, 2]), I64, False),
        (lambda: tg.constant(VECTOR), F32, False),
    ],
)
def test_leaves(made: Callable[[], tg.Tensor], dtype: Any, needs: bool) -> None:
    t = made()
    assert (t.dtype, t.needs, t.inputs, t.attrs, t.grad) == (dtype, needs, (), {}, None)
    assert not isinstance(t.value, np.ndarray) or t.value.ndim and not t.value.flags.writeable


@pytest.mark.parametrize(
    "program, dtype",
    [
        (lambda v: v * 2, F32),
        (lambda v: 2.5 * v, F32),
        (lambda v: v * tg.tensor(0.5), F32),
        (lambda v: v**2, F32),
        (lambda v: v + np.ones(3), F64),
        (lambda v: [1, 2, 3] * v, F64),
        (lambda v: v + np.arange(3), F64),
        (lambda v: tg.sum(v), F32),
        (lambda v: tg.sum(v) * 2.0, F32),
        (lambda v: tg.sigmoid(v), F32),
        (lambda v: tg.mean(v * np.float32(2)), F32),
        (lambda v: v > 1, BOOL),
        (lambda v: v.T @ v, F32),
        (lambda v: tg.where(v > 1, v, 0), F32),
        (lambda v: tg.softmax(v), F32),
        (lambda v: tg.maximum(v, 0.0), F32),
    ],
)
def test_numbers_of_python_are_weak(program: Callable[[Any], tg.Tensor], dtype: Any) -> None:
    v = tg.tensor(VECTOR)
    y = program(v)
    assert isinstance(y, tg.Tensor) and y.dtype == dtype
    if y.needs:
        grads = y.backward(np.ones(y.shape))
        assert np.asarray(v.grad).dtype == F32
        for t in grads:
            assert np.asarray(grads[t]).dtype == t.dtype and np.shape(grads[t]) == t.shape


@pytest.mark.parametrize(
    "program, value",
    [
        (lambda t: np.float64(2) * t, 6.0),
        (lambda t: 2 * t, 6.0),
        (lambda t: 7 - t, 4.0),
        (lambda t: 6 / t, 2.0),
        (lambda t: 2**t, 8.0),
        (lambda t: [1, 2] * t, [3.0, 6.0]),
        (lambda t: [1, 2] + t, [4.0, 5.0]),
        (lambda t: np.array([1.0, 2.0]) - t, [-2.0, -1.0]),
        (lambda t: t / 0, np.inf),
        (lambda t: (-t) ** 0.5, np.nan),
        (lambda t: tg.log(t - 3), -np.inf),
        (lambda t: tg.exp(t * 1e3), np.inf),
        (lambda t: (t * 1e200) ** 2, np.inf),
        (lambda t: tg.sqrt(-t), np.nan),
        (lambda t: 0.0 / (t - 3), np.nan),
        (lambda t: abs(-t), 3.0),
        (lambda t: +t, 3.0),
        (lambda t: t + np.float32(0.5), 3.5),
        (lambda t: t * True, 3.0),
        (lambda t: t**0, 1.0),
    ],
)
def test_operators(program: Callable[[Any], tg.Tensor], value: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's, for infinity and nan
        y = program(tg.tensor(3.0))
    assert isinstance(y, tg.Tensor) and y.needs
    np.testing.assert_array_equal(y.value, value)


FLOATS = [op for op in OPS.values() if op.elementwise and op.scalar and not op.attrs]


@pytest.mark.parametrize("op", FLOATS, ids=lambda op: op.name)
def test_the_short_way_of_floats(op: Any) -> None:
    """For floats an op gives what it gives for arrays, and floats, not integers or NumPy's numbers, come back."""
    rng = np.random.default_rng(0)
    for numbers in rng.uniform(*op.domain, (20, len(op.inputs))):
        floats, arrays = [tg.tensor(float(v)) for v in numbers], [tg.tensor([v]) for v in numbers]
        y, z = (getattr(tg, op.name)(*inputs) for inputs in (floats, arrays))
        np.testing.assert_allclose(y.value, z.value[0], rtol=1e-14)
        assert op.name == y.op.name == z.op.name
        if y.needs:
            assert type(y.value) is float
            y.backward(0.5)
            z.backward([0.5])
            for t, u in zip(floats, arrays, strict=True):
                assert (t.grad is None) == (u.grad is None)
                assert t.grad is None or type(t.grad) is float and t.grad == pytest.approx(u.grad[0], rel=1e-12)


def test_in_place_operators_make_a_new_tensor() -> None:
    t = first = tg.tensor(1.0)
    t += 2
    assert (first.value, t.value, t.op.name) == (1.0, 3.0, "add")


def test_comparison_is_by_element_and_hash_by_identity() -> None:
    v = tg.tensor(VECTOR)
    assert (v == VECTOR).value.tolist() == [True] * 3 and (v != 2).value.tolist() == [True, False, True]
    assert {v: 1}[v] == 1 and tg.tensor(VECTOR) not in {v: 1}
    assert v != None and not v == "text"  # noqa: E711
    assert not (tg.tensor(1.0) > 1) and tg.tensor(2.0) > tg.tensor(1.0)


def test_python_protocols() -> None:
    v, t, k = tg.tensor(VECTOR), tg.tensor(2.5), tg.constant(2)
    assert (len(v), [u.value for u in v], v.shape, v.ndim, v.size) == (3, [1.0, 2.0, 3.0], (3,), 1, 3)
    assert (float(t), int(t), t.item(), "abc"[k], bool(t), v[k].value) == (2.5, 2, 2.5, "c", True, 3.0)
    assert (np.shape(v), np.ndim(v), np.size(v)) == ((3,), 1, 3)
    with pytest.raises(TypeError, match="a scalar tensor has no length"):
        len(t)


def test_repr() -> None:
    x = tg.tensor([1.0, 2.0], name="x")
    tg.sum(x * x).backward()
    assert repr(x) == "Tensor([1., 2.], input, name='x', grad=[2., 4.])"


def test_names_and_scopes() -> None:
    with tg.scope("net"):
        with tg.scope("layer1"):
            y = tg.tensor(1.0) * 2.0
        z = tg.sigmoid(y)
    y.name = "z_1"
    assert (y.scope, z.scope, y.name, y.op.name) == ("net/layer1", "net", "z_1", "mul")
    assert tg.sum(z).scope == "" and z.name is None
    y.backward()  # a name changes nothing else
    assert y.inputs[0].grad == 2.0
    assert [t.op for t in (tg.tensor(1), tg.parameter(1), tg.constant(1))] == [INPUT, PARAMETER, CONSTANT]


def test_a_value_stays_what_the_record_says() -> None:
    w = tg.parameter(2.0)
    loss = (w - 3) ** 2
    loss.backward()
    for t in (w, loss, tg.tensor(1.0)):
        with pytest.raises(OpError, match=r"w = tg.parameter\(w.value - 0.1 \* w.grad\)"):
            t.value -= 0.1
    assert (w.value, loss.value) == (2.0, 1.0)
    w = tg.parameter(w.value - 0.1 * w.grad)  # what the error says
    assert w.value == 2.2


def test_each_op_remembers_its_place() -> None:
    x = tg.tensor(1.0)
    for t in (x, x * 2, 2 * x, -x, tg.exp(x), x.exp(), np.exp(x), tg.sum(x), tg.tensor([x.value]).T, x.reshape(1)[0]):
        assert t.code is test_each_op_remembers_its_place.__code__ and t.lasti >= 0
    assert [t.id for t in (x, x * 2)] == sorted([x.id, x.id + 1]) or x.id < (x * 2).id


def test_settled_values() -> None:
    assert type(settle(np.array(2.0))) is float and type(settle(np.float64(2))) is float
    assert type(settle(np.float32(2))) is np.float32 and type(settle(np.array(2))) is np.int64
    assert not settle(np.ones(2)).flags.writeable


WRONG: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: tg.tensor(1j), OpError, "input: cannot hold complex128; give real numbers"),
    (lambda: tg.tensor(2.0) * np.array([1j]), OpError, "constant: cannot hold complex128; give real numbers"),
    (lambda: tg.tensor(2.0) * 1j, TypeError, "unsupported operand type"),
    (lambda: tg.tensor("abc"), OpError, "input: cannot hold <U3; give real numbers"),
    (lambda: tg.tensor([[1, 2], [3]]), OpError, "input: not a rectangular array of numbers"),
    (lambda: tg.tensor([tg.tensor(1.0)]), OpError, "input: holds a tensor already; np.stack of the list"),
    (lambda: tg.tensor(1.0) * 10**400, OpError, "constant: cannot hold object; give real numbers"),
    (lambda: tg.tensor([1.0, 2.0]) + np.ones(3), OpError, "add: shapes (2,) and (3,) do not fit: 2 != 3"),
    (lambda: tg.tensor([1.0]).__setitem__(0, 2.0), OpError, "setitem: a recorded value cannot be changed in place"),
    (
        lambda: np.asarray(tg.tensor([1.0])),
        UntracedError,
        "np.asarray of a tensor would lose its record, and its gradient; use np.stack",
    ),
    (lambda: np.add(1.0, tg.tensor([1.0]), out=np.ones(1)), UntracedError, "np.add(..., out=...) is not recorded"),
    (lambda: np.add.reduceat(tg.tensor([1.0]), [0]), UntracedError, "np.add.reduceat is not recorded"),
    (lambda: tg.sigmoid(), OpError, "sigmoid needs x; it takes x"),
    (lambda: tg.sigmoid(tg.tensor(1.0), 2), OpError, "sigmoid takes x; 2 arguments were given"),
    (lambda: tg.sum(tg.tensor(1.0), axes=0), OpError, "sum has no option 'axes'; it takes x, axis, keepdims"),
    (lambda: tg.add(tg.tensor(1.0)), OpError, "add needs b; it takes a, b"),
    (lambda: tg.tensor(1.0) + "a", TypeError, "unsupported operand type"),
    (lambda: bool(tg.tensor([1.0, 2.0])), ValueError, "truth value"),
    (lambda: tg.Tensor(3.0), TypeError, "takes no arguments"),
]


@pytest.mark.parametrize("program, error, said", WRONG)
def test_wrong_use_is_said_in_one_line(program: Callable[[], Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        program()
    assert said in str(caught.value) and (error is TypeError or "\n" not in str(caught.value))
