"""The way back: seeds, what `Gradients` tells, broadcasting undone, and what Python cannot compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.errors import OpError
from tracegraph.ops.broadcast import unbroadcast


def test_a_network_by_hand() -> None:
    x, w, b = tg.tensor(2.0), tg.parameter(-3.0), tg.parameter(6.5)
    product = x * w
    z = product + b
    y = tg.sigmoid(z)
    grads = y.backward()
    slope = y.value * (1 - y.value)
    assert (y.grad, z.grad, b.grad) == (1.0, slope, slope)
    assert (x.grad, w.grad) == (slope * -3.0, slope * 2.0)
    assert (grads.contribution(product, 0), grads.contribution(product, 1)) == (x.grad, w.grad)
    assert list(grads) == sorted(grads, key=lambda t: -t.id) and len(grads) == 6


def test_gradients_are_a_mapping() -> None:
    x, k = tg.tensor([1.0, 2.0]), tg.constant(3.0)
    loss = tg.sum(x * k)
    grads = loss.backward()
    assert isinstance(grads, Mapping) and x in grads and k not in grads and grads.get(k) is None
    assert dict(grads.items())[x] is grads[x] is x.grad
    with pytest.raises(KeyError, match="no gradient reaches Tensor"):
        grads[tg.tensor(1.0)]
    with pytest.raises(KeyError, match="no gradient reaches Tensor"):
        grads.contribution(tg.tensor(1.0) * 2.0, 0)
    with pytest.raises(IndexError, match="has 1 inputs; slot 1 is not one of them"):
        grads.contribution(loss, 1)


def test_gradients_stay_when_others_are_computed() -> None:
    x = tg.tensor(2.0)
    square, cube = x * x, x * x * x
    first = square.backward()
    second = cube.backward()
    assert (first[x], second[x], x.grad) == (4.0, 12.0, 12.0)


@pytest.mark.parametrize(
    "seed, expected", [(None, 6.0), (2, 12.0), (0.5, 3.0), (np.float32(2), 12.0), (np.array(2), 12.0)]
)
def test_seeds_of_a_scalar(seed: Any, expected: float) -> None:
    x = tg.tensor(3.0)
    (x * x).backward(seed)
    assert x.grad == expected and type(x.grad) is float


def test_seeds_of_arrays() -> None:
    x = tg.tensor(np.ones((2, 3), np.float32))
    y = x * 2
    for seed in (np.full((2, 3), 2), tg.tensor(np.full((2, 3), 2.0)), [[2, 2, 2], [2, 2, 2]]):
        y.backward(seed)
        assert x.grad.dtype == np.float32 and x.grad.tolist() == [[4.0] * 3] * 2
    one = tg.tensor([[3.0]])
    (one * one).backward()
    assert one.grad.tolist() == [[6.0]]


@pytest.mark.parametrize(
    "program, said",
    [
        (lambda: tg.tensor([1.0, 2.0]).backward(), "backward: shape (2,) is not scalar; give a seed of that shape"),
        (lambda: tg.tensor([1.0, 2.0]).backward(np.ones(3)), "backward: the seed has shape (3,), the tensor (2,)"),
        (lambda: tg.tensor(1.0).backward("x"), "backward: a seed is a number or an array of shape (), not 'x'"),
        (lambda: tg.tensor(1.0).backward(1j), "backward: a seed is a number or an array of shape (), not 1j"),
        (lambda: tg.constant(1.0).backward(), "nothing to differentiate, the tensor is made of constants only"),
        (lambda: tg.tensor(np.arange(3)).sum().backward(), "the tensor is an integer or boolean"),
    ],
)
def test_wrong_use_is_said(program: Callable[[], Any], said: str) -> None:
    with pytest.raises(OpError) as caught:
        program()
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_what_was_reached_before_and_is_not_now_keeps_its_gradient() -> None:
    a, b = tg.tensor(1.0), tg.tensor(2.0)
    (a * b).backward()
    (a * 5.0).backward()
    assert (a.grad, b.grad) == (5.0, 1.0)


def test_a_use_that_sends_nothing() -> None:
    """A step function has no rule: what only it uses has no gradient, and no trace of the walk stays behind."""
    x, y = tg.tensor(0.5), tg.tensor(2.0)
    grads = (y * (x > 0)).backward()
    assert x.grad is None and x not in grads and grads[y] == 1.0


@pytest.mark.parametrize(
    "program, at, expected",
    [
        (lambda x: x / (x - x), 1.0, np.nan),
        (lambda x: 1 / x, 0.0, -np.inf),
        (lambda x: tg.log(x), 0.0, np.inf),
        (lambda x: tg.sqrt(x), 0.0, np.inf),
        (lambda x: x**0.5, 0.0, np.inf),
        (lambda x: x**2, -3.0, -6.0),
        (lambda x: x**3, 0.0, 0.0),
        (lambda x: 1e200 / x, 1e-200, -np.inf),
        (lambda x: x ** tg.constant(2), -1.0, -2.0),
    ],
)
@pytest.mark.parametrize("wrap", [float, lambda v: np.array([v])])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_where_python_raises_numpy_answers(program: Any, at: float, expected: float, wrap: Any) -> None:
    x = tg.tensor(wrap(at))
    program(x).backward()
    np.testing.assert_array_equal(x.grad, wrap(expected))


@pytest.mark.parametrize(
    "made, wanted",
    [
        ((2, 3), ()),
        ((2, 3), (3,)),
        ((2, 3), (1, 3)),
        ((2, 3), (2, 1)),
        ((2, 3), (1, 1)),
        ((4, 2, 3), (2, 1)),
        ((2, 3), (2, 3)),
        ((0, 3), (3,)),
        ((0, 3), (1, 3)),
        ((1, 3), (1, 3)),
        ((5, 1, 3), (3,)),
    ],
)
def test_unbroadcast(made: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    """It is the transpose of broadcasting: <g, broadcast(x)> = <unbroadcast(g), x>."""
    rng = np.random.default_rng(0)
    g, x = rng.normal(size=made), rng.normal(size=wanted)
    back = unbroadcast(g, wanted)
    assert back.shape == wanted
    np.testing.assert_allclose(np.sum(g * np.broadcast_to(x, made)), np.sum(back * x), rtol=1e-12)


@pytest.mark.parametrize("made, wanted", [((), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((1, 3), (2, 1))])
def test_a_cotangent_may_be_smaller_than_its_input(made: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    back = unbroadcast(np.ones(made), wanted)
    assert back.shape == wanted and np.all(back == (3 if made == (1, 3) else 1))


def test_inputs_from_the_third_on() -> None:
    xs = [tg.tensor(float(i)) for i in range(5)]
    stacked = tg.stack([*xs, xs[4]])
    grads = tg.sum(stacked * np.arange(6.0)).backward()
    assert [x.grad for x in xs] == [0.0, 1.0, 2.0, 3.0, 9.0]
    assert [grads.contribution(stacked, i) for i in range(6)] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_gradients_cannot_be_written() -> None:
    x = tg.tensor([1.0, 2.0])
    grads = tg.sum(x + x).backward()
    with pytest.raises(ValueError, match="read-only"):
        grads[x][0] = 5.0
