"""How much of NumPy is recorded: 260 calls, each by its value and by its gradient against differences."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
from numpy_calls import ARRAYS, CALLS, Call

import tracegraph as tg
from tracegraph.errors import TracegraphError

ALL = [pytest.param(call, id=f"{group}: {name}") for group, calls in CALLS.items() for name, call in calls.items()]
REFUSED = {
    ".item()": "a plain number by its meaning",
    **dict.fromkeys(("fft.rfft->abs", "fft.fft->abs", "fft.ifft->real", "fft.fft2->abs"), "complex numbers between"),
}
"""Calls that are not recorded, and why."""


def inputs(call: Call) -> list[Any]:
    return [ARRAYS[k] for k, p in inspect.signature(call).parameters.items() if p.default is p.empty]


def weighted(y: Any, first: Any) -> Any:
    """One number of a result, which the first input has a part in: else nothing of a plain result would be seen."""
    weights = np.cos(np.arange(np.size(np.asarray(getattr(y, "value", y))))).reshape(np.shape(y))
    return np.sum(weights * y) * np.sum(np.where(np.isnan(np.asarray(getattr(first, "value", first))), 0.0, first))


def differences(call: Call, values: list[Any]) -> list[Any]:
    found, h = [], 1e-6
    for slot, value in enumerate(values):
        slopes = np.zeros(np.shape(value))
        for place in np.ndindex(slopes.shape):
            ends = []
            for step in (h, -h):
                moved = [np.array(v) for v in values]
                moved[slot][place] += step
                moved = [v[()] if not v.ndim else v for v in moved]
                ends.append(weighted(call(*moved), moved[0]))
            slopes[place] = (ends[0] - ends[1]) / (2 * h)
        found.append(slopes)
    return found


def check(call: Call) -> None:
    values = inputs(call)
    tensors = [tg.tensor(v) for v in values]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        y, expected = call(*tensors), call(*(v[()] if not v.ndim else v for v in values))
    assert np.shape(y) == np.shape(expected)
    y = np.stack(list(y)) if isinstance(y, np.ndarray) and y.dtype == object else y  # a list of tensors
    held = getattr(y, "value", y)
    np.testing.assert_allclose(held, expected, rtol=1e-12, atol=1e-14)
    weighted(y, tensors[0]).backward()
    single = np.asarray(held).dtype == np.float32
    for tensor, slopes in zip(tensors, differences(call, values), strict=True):
        grad = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad
        slopes = np.where(np.isnan(tensor.value), grad, slopes)
        np.testing.assert_allclose(grad, slopes, rtol=1e-5, atol=0.3 if single else 1e-7)


@pytest.mark.parametrize("call", ALL)
def test_call(call: Call, request: pytest.FixtureRequest) -> None:
    if any(request.node.callspec.id.endswith(f": {name}") for name in REFUSED):
        with pytest.raises((AssertionError, TracegraphError)):
            check(call)
    else:
        check(call)


def test_nearly_all_calls_are_recorded() -> None:
    assert len(ALL) >= 255 and len(ALL) - len(REFUSED) >= 240


def test_a_wrong_gradient_is_found() -> None:
    with pytest.raises(AssertionError):
        check(lambda v: v * np.floor(v.value) if isinstance(v, tg.Tensor) else v * v)
