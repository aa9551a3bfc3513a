"""No plain number leaves a record in silence: what is asked for on purpose, what is refused, and what is said."""

from __future__ import annotations

import array
import cmath
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.errors import UntracedError

X = tg.tensor(0.5, "x")
V = tg.tensor([0.25, 0.5, 0.75], "v")
OUT = np.zeros(3)
QUESTIONS = {"isnan", "isinf", "isfinite", "isclose", "floor", "ceil", "trunc"}
ON_NUMBERS = {"prod", "sumprod", "nextafter", "ulp", "ldexp", "isqrt", "comb", "perm", "factorial", "gcd", "lcm"}
"""Of `math`: those that multiply what they are given, and those that take whole numbers."""


def arguments(function: Callable[..., Any]) -> tuple[Any, ...]:
    """As many tensors as a function of `math` takes; a list where it takes one."""
    for given in ((X,), (X, X), ([X, X],), ([X], [X]), (X, X, X)):
        try:
            function(*[[float(u) for u in t] if isinstance(t, list) else float(t) for t in given])
        except TypeError:
            continue
        except ValueError:
            return given
        return given
    raise AssertionError(function)


@pytest.mark.parametrize("name", [n for n in dir(math) if callable(getattr(math, n)) and n[0] != "_"])
def test_math_records_nothing(name: str) -> None:
    function = getattr(math, name)
    if name in ON_NUMBERS:
        return
    given = arguments(function)
    if name in QUESTIONS:
        assert function(*given) == function(*[float(t) for t in given])
        return
    with pytest.raises(UntracedError, match=f"math.{name} would take the number out .*on purpose") as caught:
        function(*given)
    assert "\n" not in str(caught.value) and ".value" not in str(caught.value)


def test_math_names_the_recorded_function() -> None:
    for name in ("exp", "sqrt", "sin", "tanh", "log"):
        function = getattr(math, name)
        with pytest.raises(UntracedError, match=rf"use np\.{name}, or \.item\(\) for the plain number on purpose"):
            function(X)


def test_products_of_python_are_recorded() -> None:
    for y in (math.prod([X, X]), sum([X, X]), max(X, V[0]), pow(X, 2)):
        assert isinstance(y, tg.Tensor) and y.needs


def store_scalar() -> None:
    OUT[0] = X**2


def store_vector() -> None:
    OUT[:] = V


def store_list() -> None:
    OUT[:2] = [X, X]


def store_sum() -> None:
    OUT[0] += X


def store_matrix() -> None:
    np.zeros((2, 3))[1] = V * 2


def store_flat() -> None:
    OUT.flat = V  # type: ignore[assignment]


def store_elsewhere() -> None:
    array.array("d", [0.0])[0] = X


def cast() -> None:
    several = np.array([X, X])
    several.astype(float)


LOST: list[Callable[[], Any]] = [
    store_scalar,
    store_vector,
    store_list,
    store_sum,
    store_matrix,
    store_flat,
    store_elsewhere,
    lambda: OUT.fill(X),
    lambda: np.float64(X),
    lambda: np.float32(X),
    lambda: np.int64(X),
    lambda: np.array(X),
    lambda: np.asarray(V),
    lambda: np.asarray(V * 2),
    lambda: np.array([X, X], float),
    lambda: np.array([X, X], dtype=np.float32),
    cast,
    lambda: np.arange(X),
    lambda: np.random.default_rng(0).normal(X),
    lambda: np.fromiter([X, X], float),
    lambda: complex(X),
    lambda: cmath.exp(X),
    lambda: range(X),
    lambda: [1, 2][X],
    lambda: array.array("d", [X]),
]


@pytest.mark.parametrize("program", LOST)
def test_what_would_lose_the_record_is_refused(program: Callable[[], Any]) -> None:
    with pytest.raises(UntracedError) as caught:
        program()
    said = str(caught.value)
    assert "\n" not in said and ".value" not in said and len(said) < 200
    assert any(way in said for way in ("stack", "on purpose", "two tensors", "broadcast_to"))
    del caught
    assert type(X) is tg.Tensor and (X * 2).needs and tg.exp(X).needs and (2 * X).value == 1.0


def test_a_refused_tensor_is_whole_while_the_error_is_held() -> None:
    x = tg.tensor(0.5, "x")
    with pytest.raises(UntracedError) as caught:
        OUT[0] = x
    y = tg.exp(x) + 2 * x + x * V[0] + np.sin(x)
    y.backward()
    assert x.grad == pytest.approx(math.exp(0.5) + 2 + 0.25 + math.cos(0.5)) and caught.value


class Model:
    loss = X


def on_purpose() -> list[Any]:
    losses, model, alias = [X, X * 3], Model(), float
    return [
        float(X),
        float(model.loss),
        float(losses[0]),
        float(X * 1),
        float(np.sum([loss for loss in losses]) / 4),
        float(min(X, V[2])),
        alias(X),
        float(X),
        float(*[X]),
        float("%.1f" % X),
        max([0.5, float(X)]),
        list(map(float, losses))[0],
        sum(map(float, losses)) / 4,
        round(X, 2),
        X.item(),
        int(X * 4) / 4,
        V.tolist()[1],
        float(np.float64(float(X))),
    ]


def test_a_number_on_purpose() -> None:
    """What people log with, in a function and, with other instructions, at the top of a module."""
    assert on_purpose() == [0.5] * len(on_purpose())
    top = {"tg": tg, "x": X, "m": Model(), "math": math}
    exec("a = float(x), float(m.loss), int(x), '%.2f' % x, [float(t) for t in [x]], float(x * 1), math.isnan(x)", top)
    assert top["a"] == (0.5, 0.5, 0, "0.50", [0.5], 0.5, False)


def handed(function: Callable[[Any], Any], value: Any) -> Any:
    return function(value)


def test_functions_that_are_handed_on() -> None:
    assert handed(float, X) == 0.5
    with pytest.raises(UntracedError, match="math.exp"):
        handed(math.exp, X)


def test_where_it_cannot_be_told_a_warning_shows_the_line() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in map(math.exp, [X]):
            assert number == math.exp(0.5)
    line = test_where_it_cannot_be_told_a_warning_shows_the_line.__code__.co_firstlineno + 3
    assert [(w.filename, w.lineno) for w in caught] == [(__file__, line)]
    assert "no gradient" in str(caught[0].message)


def test_what_takes_no_gradient_gives_its_numbers() -> None:
    k, mask = tg.constant([1.0, 2.0]), V > 0.3
    out = np.zeros(2)
    out[0] = tg.constant(3.0)
    assert out[0] == 3.0 and np.asarray(k).tolist() == [1.0, 2.0] and np.asarray(mask).tolist() == [False, True, True]
    assert (
        math.exp(tg.constant(0.0)) == 1.0 and list(range(tg.constant(2))) == [0, 1] and complex(tg.constant(1.0)) == 1
    )
