"""The laws of the engine. Each is a function that asserts; each also meets a fault planted on purpose, and must fail.

The oracle of whole programs is in programs.py.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import programs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.ops.op import OPS, Op, Vjp

engine = import_module("tracegraph.engine.backward")  # `tracegraph.engine.backward` is the function
sweep = import_module("tracegraph.engine.sweep")


# --- whole programs --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_ten_thousand_random_programs(part: int) -> None:
    """Contributions sum to gradients, and these are the derivatives, to 1e-10."""
    sizes = [programs.check_seed(seed) for seed in range(part * 500, (part + 1) * 500)]
    assert min(sizes) >= 5 and max(sizes) <= 60


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_programs_that_shrink(data: st.DataObject) -> None:
    loss, leaves = programs.build(lambda n: data.draw(st.integers(0, n - 1)), data.draw(st.integers(1, 30)))
    programs.check(loss, leaves, 0)


def _doubled(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: function(*args) * 2


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "a wrong rule": (OPS["tanh"], "vjps", (Vjp("g", lambda g, y, x: g * (1 + y**2)),)),
    "a wrong rule for floats": (OPS["sin"], "pull", lambda g, y, x: (g,)),
    "broadcasting undone wrongly": (sweep, "unbroadcast", _doubled(sweep.unbroadcast)),
    "the contribution of another slot": (
        engine.Gradients,
        "contribution",
        lambda self, t, slot, right=engine.Gradients.contribution: right(self, t, 0),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_in_programs_are_found(fault: str) -> None:
    owner, name, wrong = FAULTS[fault]
    right = getattr(owner, name)
    object.__setattr__(owner, name, wrong) if isinstance(owner, Op) else setattr(owner, name, wrong)
    try:
        with tg.scope("fault"), pytest.raises(AssertionError):  # a new scope reads the rules anew
            for seed in range(200):
                programs.check_seed(seed)
    finally:
        object.__setattr__(owner, name, right) if isinstance(owner, Op) else setattr(owner, name, right)


# --- edges, and backward twice ---------------------------------------------------------------------------------------


def check_two_edges(x: tg.Tensor) -> None:
    y = x * x
    assert y.inputs == (x, x)
    grads = y.backward(np.ones(y.shape))
    np.testing.assert_array_equal(grads.contribution(y, 0), x.value)
    np.testing.assert_array_equal(grads.contribution(y, 1), x.value)
    np.testing.assert_array_equal(grads[x], 2 * np.asarray(x.value))


@pytest.mark.parametrize("value", [3.0, [1.0, -2.0], np.float32(2.0)])
def test_both_edges_of_a_square(value: Any) -> None:
    check_two_edges(tg.tensor(value))


def test_an_edge_that_is_lost_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tg.Tensor.inputs.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(tg.Tensor, "inputs", property(lambda self: tuple(dict.fromkeys(whole(self)))))
    with pytest.raises(AssertionError):
        check_two_edges(tg.tensor([1.0, 2.0]))


def check_again(backward: Callable[[tg.Tensor], Any]) -> None:
    w = tg.parameter([0.5, -1.0], name="w")
    loss = tg.sum(tg.sigmoid(w) * w)
    first = dict(backward(loss))
    second = backward(loss)
    assert list(first) == list(second) and loss.grad == 1.0
    for t, gradient in first.items():
        np.testing.assert_array_equal(second[t], gradient)
        np.testing.assert_array_equal(t.grad, gradient)


def test_backward_twice_gives_the_same() -> None:
    check_again(tg.backward)


def test_adding_up_is_found() -> None:
    def adding(loss: tg.Tensor) -> Any:
        leaf = loss.inputs[0].inputs[1]
        before = leaf.grad
        grads = tg.backward(loss)
        if before is not None:
            leaf.grad = leaf.grad + before
        return grads

    with pytest.raises(AssertionError):
        check_again(adding)


# --- nothing is None, never 0 ----------------------------------------------------------------------------------------


def check_no_gradient() -> None:
    x, k, n = tg.tensor([1.0, 2.0]), tg.constant(2.0), tg.tensor(np.array([0, 1]))
    aside, stopped = tg.tensor(3.0), tg.tensor([1.0, 1.0])
    y = tg.where(stopped > 0, x * k, stopped) + n
    grads = tg.sum(y).backward()
    for t in (k, n, aside):
        assert t.grad is None and t not in grads
        with pytest.raises(KeyError, match="no gradient reaches"):
            grads[t]
    assert grads.contribution(y.inputs[0].inputs[1], 1) is None
    assert grads.contribution(y, 1) is None
    np.testing.assert_array_equal(grads[stopped], [0.0, 0.0])  # one arrives, and it is zero


def test_no_gradient_is_none() -> None:
    check_no_gradient()


def test_a_zero_for_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.Gradients, "contribution", lambda self, t, slot: 0.0)
    with pytest.raises(AssertionError):
        check_no_gradient()


# --- what the user changes afterwards --------------------------------------------------------------------------------


def check_copies() -> None:
    data, operand, rows, mask = np.ones((2, 2)), np.full((2, 2), 3.0), np.array([0, 1]), np.array([True, False])
    seed, listed = np.ones((2, 2)), [0, 1]
    x, w = tg.tensor(data, name="x"), tg.parameter(data)
    y = (x * operand + w)[rows][listed]
    picked = y[mask]
    before = [t.value.copy() for t in (x, w, y, picked)]
    grads = y.backward(seed)
    for array in (data, operand, seed):
        array[:] = 77.0
    rows[:], mask[:], listed[:] = 0, True, [1, 1]
    for t, value in zip((x, w, y, picked), before, strict=True):
        np.testing.assert_array_equal(t.value, value)
        assert not t.value.flags.writeable
    np.testing.assert_array_equal(grads[y], np.ones((2, 2)))
    again = y.backward(np.ones((2, 2)))
    np.testing.assert_array_equal(again[x], np.full((2, 2), 3.0))


def test_later_changes_change_nothing() -> None:
    check_copies()


@pytest.mark.parametrize("module, name", [("leaves", "own"), ("operators", "freeze")])
def test_a_value_that_is_not_copied_is_found(module: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = lambda what, value, **_: np.asarray(value) if np.ndim(value) else value  # noqa: E731
    monkeypatch.setattr(import_module(f"tracegraph.engine.{module}"), name, kept)
    with pytest.raises(AssertionError):
        check_copies()
