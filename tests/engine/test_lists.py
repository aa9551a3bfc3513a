"""Lists of tensors: NumPy's arrays of them, and what is made of those, keep the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tracegraph as tg

W = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]])

PROGRAMS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: np.mean([a, b]),
    lambda a, b: np.mean(np.array([a, b])),
    lambda a, b: np.mean([t * 2 for t in (a, b)]),
    lambda a, b: np.sum(np.array([a, b, a]) ** 2),
    lambda a, b: np.array([a, b]).mean(),
    lambda a, b: np.sum([a * b, a]),
    lambda a, b: np.prod([a, b]),
    lambda a, b: np.var([a, b, a * b]),
    lambda a, b: np.std([a, b, a * b]),
    lambda a, b: np.max([a, b]),
    lambda a, b: np.median([a, b, a * b]),
    lambda a, b: np.average([a, b], weights=[1.0, 3.0]),
    lambda a, b: np.linalg.norm([a, b]),
    lambda a, b: np.dot([a, b], [3.0, 4.0]),
    lambda a, b: np.sum(np.exp([a, b])),
    lambda a, b: np.sum(np.sin(np.array([a, b]))),
    lambda a, b: np.sum(np.array([[a, b], [b, 1.0]]) @ W.T),
    lambda a, b: np.sum(np.maximum([a, b], 0.0)),
    lambda a, b: np.sum(np.concatenate([[a], [b]]) * W[0]),
    lambda a, b: np.sum(np.where([True, False], [a, b], 0.0)),
    lambda a, b: sum([a, b, a]),
    lambda a, b: np.sum(W[0] * [a, b]),
    lambda a, b: np.sum(np.array([a, b]) / np.sum([a, b])),
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_numpy_of_a_list_is_recorded(program: Callable[[Any, Any], Any]) -> None:
    """The value is NumPy's of plain numbers, the gradient that of finite differences."""
    a, b = tg.tensor(1.25, "a"), tg.tensor(0.5, "b")
    y = program(a, b)
    assert isinstance(y, tg.Tensor) and y.needs
    np.testing.assert_allclose(y.value, program(1.25, 0.5), rtol=1e-14)
    y.backward()
    for t, step in ((a, (1e-6, 0)), (b, (0, 1e-6))):
        high, low = (program(1.25 + s * step[0], 0.5 + s * step[1]) for s in (1, -1))
        assert (0.0 if t.grad is None else t.grad) == pytest.approx((high - low) / 2e-6, abs=1e-8)


def test_vectors_in_a_list_are_stacked_once() -> None:
    h, g, w = tg.tensor([1.0, 2.0, 3.0]), tg.tensor([0.5, -1.0, 0.0]), tg.parameter(W)
    states = [h, g]

    class Network:
        outputs = states

    for array in (np.array(states), np.array([h, g]), np.array(Network.outputs), np.array([s for s in states])):
        y = array @ w
        assert [t.op.name for t in (y, *y.inputs)] == ["matmul", "stack", "parameter"]
        assert y.inputs[0].inputs == (h, g)
        np.testing.assert_array_equal(y.value, np.array([h.value, g.value]) @ W)
        np.testing.assert_array_equal(y.backward(np.ones(y.shape))[h], W.sum(axis=1))


def test_operators_and_functions_take_lists_of_tensors() -> None:
    a, b, v = tg.tensor(1.0), tg.tensor(2.0), tg.tensor([3.0, 4.0])
    for y in ([a, b] * v, v * [a, b], tg.mul([a, b], v), np.multiply([a, b], v), (a, b) * v):
        assert y.op.name == "mul" and "stack" in {t.op.name for t in y.inputs}
        assert y.value.tolist() == [3.0, 8.0] and y.backward([1.0, 1.0])[b] == 4.0
    assert tg.mse([a, b], [0.0, 0.0]).inputs[0].inputs == (a, b)
    assert tg.sum([[a, b], [1.0, v[0]]]).backward()[v].tolist() == [1.0, 0.0]


def test_a_leaf_starts_no_record_of_tensors() -> None:
    with pytest.raises(tg.OpError, match="input: holds a tensor already; np.stack of the list goes on with its record"):
        tg.tensor([tg.tensor(1.0)])


def test_large_tensors_are_not_taken_apart() -> None:
    with pytest.raises(tg.UntracedError, match=r"a list of tensors of shape \(20000,\) .* use np.stack"):
        np.array([tg.tensor(np.ones(20_000)), tg.tensor(1.0)])
