"""What Python and NumPy code does with tensors besides arithmetic: each works, or says in one line what would."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tracegraph as tg

A = np.array([[1.5, -2.0, 0.5], [3.0, 0.0, -1.0]])

PROGRAMS: list[Callable[[Any], Any]] = [
    lambda t: (t > -1) & (t < 1),
    lambda t: (t > 1) | (t < 0),
    lambda t: (t > 1) ^ (t > 2),
    lambda t: ~(t > 0),
    lambda t: (A > 0) & (t < 1),
    lambda t: (t < 1) & (A > 0),
    lambda t: True & (t > 0),
    lambda t: (t > 0).any(),
    lambda t: (t > 0).all(axis=1),
    lambda t: (t > 0).any(axis=0, keepdims=True),
    lambda t: t.argmax(),
    lambda t: t.argmin(axis=1),
    lambda t: t.argsort(),
    lambda t: t.argsort(axis=0),
    lambda t: t.nonzero()[0],
    lambda t: t.round(),
    lambda t: t.tolist(),
    lambda t: t // 0.4,
    lambda t: 7 // (t + 10),
    lambda t: t // t[0],
    lambda t: 3.0 in t,
    lambda t: 4.0 in t,
    lambda t: f"{t[0, 0]:.4f} {t[0, 1]:+.2e}",
    lambda t: f"{t[0, 0]:8.3g}" + f"{t[1, 0]:.1f}",
    lambda t: "%.3f" % t[0, 0],
    lambda t: round(t[0, 0]),
    lambda t: len(t),
    lambda t: bool(t[0, 0]),
    lambda t: [len(row) for row in t],
    lambda t: len(list(reversed(t))),
    lambda t: [float(v) for row in t for v in row],
    lambda t: t[0, 0] in [1.5, 2.0],
    lambda t: t.conjugate().shape,
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_has_no_derivative_is_as_of_arrays(program: Callable[[Any], Any]) -> None:
    found, expected = program(tg.tensor(A)), program(A)
    assert not isinstance(found, tg.Tensor) and np.asarray(found).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found, expected)


def test_a_combined_mask_selects() -> None:
    t = tg.tensor(A)
    np.sum(t[(t > -1) & ~(t > 1)] ** 2).backward()
    assert t.grad.tolist() == [[0, 0, 1.0], [0, 0, 0]]


@pytest.mark.parametrize(
    "program, error, said",
    [
        (lambda t: f"{t:.3f}", tg.OpError, r"format: '.3f' is for one number; this tensor has shape \(2, 3\)"),
        (lambda t: t & t, tg.OpError, r"& takes booleans or integers, not float64 and float64; compare first"),
        (lambda t: ~t, tg.OpError, "~ takes booleans or integers"),
        (lambda t: 1j * t, tg.UntracedError, "complex numbers are not recorded"),
        (lambda t: t + 1j, tg.UntracedError, "complex numbers are not recorded"),
        (lambda t: t * np.complex128(1j), tg.OpError, "give real numbers"),
        (lambda t: complex(t[0, 0]), tg.UntracedError, "complex numbers are not recorded"),
        (lambda t: bool(t), ValueError, r"Use a.any\(\) or a.all\(\)"),
        (lambda t: pickle.dumps(t * 2), tg.OpError, r"the result of mul is a whole record; .* tg.trace\(t\).save"),
        (lambda t: copy.deepcopy([t * 2]), tg.OpError, "pickle, copy: the result of mul"),
        (lambda t: len(t[0, 0]), TypeError, "a scalar tensor has no length"),
        (lambda t: list(t[0, 0]), TypeError, "a scalar tensor has no length"),
    ],
)
def test_what_does_not_work_says_what_would(program: Callable[[Any], Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        program(tg.tensor(A))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("program", [lambda t: t % 0.4, lambda t: divmod(t, 0.4)[1], lambda t: 5.0 % (t + 10)])
def test_remainders_are_recorded_or_say_how(program: Callable[[Any], Any]) -> None:
    t = tg.tensor(A)
    try:
        y = program(t)
    except tg.UntracedError as error:
        assert "np.floor(t / n)" in str(error)
        y = t - 0.4 * np.floor(t / 0.4)  # what it says
        np.testing.assert_allclose(y.value, A % 0.4, atol=1e-12)
    assert y.needs


@pytest.mark.parametrize("make", [tg.tensor, tg.parameter, tg.constant])
@pytest.mark.parametrize("value", [2.5, A, np.float32(1.5), np.arange(3)])
def test_leaves_are_pickled_and_copied(make: Callable[..., tg.Tensor], value: Any) -> None:
    with tg.scope("layer"):
        t = make(value, "w")
    if t.needs:
        np.sum(t * t).backward()
    for again in (pickle.loads(pickle.dumps(t)), copy.deepcopy({"w": t})["w"], copy.copy(t)):
        assert again is not t and type(again) is tg.Tensor
        assert (again.op, again.name, again.scope, again.needs, again.dtype) == (
            t.op,
            t.name,
            t.scope,
            t.needs,
            t.dtype,
        )
        np.testing.assert_array_equal(again.value, t.value)
        assert np.array_equal(again.grad, t.grad) if t.needs else again.grad is None
        assert not isinstance(again.value, np.ndarray) or not again.value.flags.writeable
    if t.needs:
        assert np.shape(np.sum(again * t).backward()[again]) == t.shape
