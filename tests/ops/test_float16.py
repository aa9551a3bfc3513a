"""float16 is right where its range ends, at 65504 and below 6e-8: sums and squares on the way have more room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.ops.op import OPS, Op, Sample
from tracegraph.ops.running import HALF, run_arrays, run_vjp

LONG = np.ones(70_000, HALF)
ZEROS = np.zeros(70_000, HALF)
OF_MANY: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "mean": (np.mean, 1.0, 1 / 70_000),
    "mse": (lambda x: tg.mse(x, ZEROS), 1.0, 2 / 70_000),
    "huber": (lambda x: tg.huber(x, ZEROS), 0.5, 1 / 70_000),
    "norm": (np.linalg.norm, 70_000**0.5, 70_000**-0.5),
    "logsumexp": (tg.logsumexp, 1 + np.log(70_000), 1 / 70_000),
    "softmax": (lambda x: tg.sum(tg.softmax(x) * 2), 2.0, 0.0),
}


@pytest.mark.parametrize("name", OF_MANY)
def test_more_elements_than_float16_can_count(name: str) -> None:
    function, value, slope = OF_MANY[name]
    x = tg.parameter(LONG, "x")
    y = function(x)
    y.backward()
    assert y.dtype == HALF and x.grad.dtype == HALF
    np.testing.assert_allclose(np.float64(y.value), value, rtol=1e-3)
    np.testing.assert_allclose(np.float64(x.grad[0]), slope, rtol=5e-3, atol=1e-7)


def test_squares_on_the_way_back_have_room() -> None:
    a, b = tg.parameter(np.array([6e4], HALF), "a"), tg.parameter(np.array([300], HALF), "b")
    (a / b).sum().backward()
    np.testing.assert_allclose(b.grad.astype(float), [-6e4 / 300**2], rtol=2e-3)
    x = tg.parameter(np.array([1e3], HALF), "x")
    np.arcsinh(x).sum().backward()
    np.testing.assert_allclose(x.grad.astype(float), [1e-3], rtol=1e-2)


@pytest.mark.parametrize("numbers", [1e200, 1e-200])
def test_so_have_those_of_float64(numbers: float) -> None:
    cases: tuple[tuple[Callable[..., Any], tuple[float, float]], ...] = (
        (lambda a, b: a / b, (1 / numbers, -1 / numbers)),
        (np.arctan2, (0.5 / numbers, -0.5 / numbers)),
        (np.hypot, (0.5**0.5, 0.5**0.5)),
    )
    for function, slopes in cases:
        leaves = [tg.parameter(np.array([numbers]), name) for name in "ab"]
        function(*leaves).sum().backward()
        np.testing.assert_allclose([float(leaf.grad[0]) for leaf in leaves], slopes, rtol=1e-12)


SAMPLES = [pytest.param(op, s, id=f"{op.name}-{i}") for op in OPS.values() for i, s in enumerate(op.samples) if op.vjps]


@pytest.mark.parametrize("op, sample", SAMPLES)
def test_every_op_in_float16_is_near_to_float64(op: Op, sample: Sample) -> None:
    """Value and gradients have its type, and are those of float64 to its three digits."""
    rng = np.random.default_rng(3)
    narrow = [rng.uniform(*op.domain, i).astype(HALF)[()] if isinstance(i, tuple) else i for i in sample.inputs]
    wide = [v.astype(np.float64)[()] if getattr(v, "dtype", None) == HALF else v for v in narrow]
    if not any(getattr(v, "dtype", None) == HALF for v in narrow) or any(np.asarray(v).dtype == float for v in narrow):
        pytest.skip("float64 beside it, or nothing of float16")
    attrs = {**{k: v for k, v in op.attrs.items() if v is not ...}, **sample.attrs}
    op = op.chosen(tuple(narrow), attrs)
    y, exact = run_arrays(op, narrow, attrs), run_arrays(op, wide, attrs)
    near(y, exact)
    for slot, value in enumerate(narrow):
        if getattr(value, "dtype", None) == HALF and op.vjp(slot):
            g = np.full(np.shape(y), 0.75)
            back = run_vjp(op, slot, g.astype(HALF), y, narrow, attrs)
            near(np.asarray(back, HALF), run_vjp(op, slot, g, exact, wide, attrs))


def near(found: Any, exact: Any) -> None:
    if np.asarray(exact).dtype.kind == "f":
        assert np.asarray(found).dtype == HALF
        np.testing.assert_allclose(np.asarray(found, float), exact, rtol=2e-2, atol=2e-2)
