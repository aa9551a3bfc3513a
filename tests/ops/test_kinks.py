"""The table of kinks that docs/ops.md publishes: each row against its numbers, and against PyTorch where it has them.

The rows are here once; ``python tests/project/make_ops_doc.py`` writes them into the document.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import tracegraph as tg

inf, nan = np.inf, np.nan


@dataclass(frozen=True)
class Kink:
    """One row: the call, where it is taken, the derivatives that it has there, and what PyTorch calls it."""

    call: str
    at: tuple[Any, ...]
    derivatives: tuple[Any, ...]
    why: str
    torch: str = ""  # the same for PyTorch; empty where it is written alike, "-" where it has none or gives NaN


KINKS = [
    Kink("abs(x)", (0.0,), (0.0,), "convex: the subgradient of least norm"),
    Kink("sign(x)", (0.0,), (0.0,), "constant on both sides"),
    Kink("relu(x)", (0.0,), (0.0,), "convex: the subgradient of least norm"),
    Kink("leaky_relu(x, slope=0.01)", (0.0,), (0.01,), "convex: the subgradient of least norm", "leaky_relu(x, 0.01)"),
    Kink("elu(x, alpha=2.0)", (0.0,), (2.0,), "the derivative from the left, as at -0", "elu(x, 2.0)"),
    Kink("gelu(x)", (0.0,), (0.5,), "differentiable"),
    Kink("softplus(x)", (0.0,), (0.5,), "differentiable"),
    Kink("softplus(x)", (1000.0,), (1.0,), "differentiable; no overflow"),
    Kink("sigmoid(x)", (-1000.0,), (0.0,), "differentiable; no overflow"),
    Kink("maximum(a, b)", (1.0, 1.0), (0.5, 0.5), "a tie: half each, the subgradient of least norm"),
    Kink("minimum(a, b)", (1.0, 1.0), (0.5, 0.5), "a tie: half each"),
    Kink("maximum(a, b)", (nan, 1.0), (1.0, 1.0), "NaN is not hidden: the gradient passes to both"),
    Kink("relu(x)", (nan,), (1.0,), "NaN is not hidden: the gradient passes"),
    Kink("clip(x, 0, 1)", ([-1.0, 0.0, 0.5, 1.0, 2.0],), ([0.0, 0.0, 1.0, 0.0, 0.0],), "as PyTorch from 2.14 on", "-"),
    Kink("where(x > 0, x, 2 * x)", (0.0,), (2.0,), "the branch that is taken"),
    Kink("max(x)", ([1.0, 3.0, 3.0],), ([0.0, 0.5, 0.5],), "ties share equally: least norm", "amax(x)"),
    Kink("min(x)", ([1.0, 1.0, 3.0],), ([0.5, 0.5, 0.0],), "ties share equally", "amin(x)"),
    Kink("max(x)", ([1.0, nan],), ([0.0, 1.0],), "NaN is the largest: the gradient goes to it", "max(x)"),
    Kink("min(x)", ([nan, 1.0, nan],), ([0.5, 0.0, 0.5],), "several NaN share equally", "min(x)"),
    Kink("max_pool1d(x, 2)", ([[[3.0, 3.0]]],), ([[[1.0, 0.0]]],), "a tie in a window goes to the first"),
    Kink("norm(x)", ([0.0, 0.0],), ([0.0, 0.0],), "convex: the subgradient of least norm", "vector_norm(x)"),
    Kink("std(x)", ([2.0, 2.0],), ([0.0, 0.0],), "convex: the subgradient of least norm", "std(x, correction=0)"),
    Kink("var(x)", ([2.0, 2.0],), ([0.0, 0.0],), "differentiable", "var(x, correction=0)"),
    Kink("cbrt(x)", (0.0,), (inf,), "the limit from both sides", "-"),
    Kink("hypot(a, b)", (0.0, 0.0), (0.0, 0.0), "convex: the subgradient of least norm", "-"),
    Kink("fmax(a, b)", (1.0, 1.0), (1.0, 0.0), "the first takes a tie"),
    Kink("fmax(a, b)", (nan, 1.0), (0.0, 1.0), "the one that is a number"),
    Kink("fmin(a, b)", (1.0, 1.0), (1.0, 0.0), "the first takes a tie"),
    Kink("nan_to_num(x)", (nan,), (0.0,), "a constant stands there"),
    Kink("sinc(x)", (0.0,), (0.0,), "differentiable"),
    Kink("xlogy(a, b)", (0.0, 0.0), (0.0, nan), "0 · ln 0 is 0", "-"),
    Kink("ptp(x)", ([1.0, 1.0, 3.0],), ([-0.5, -0.5, 1.0],), "ties share equally", "-"),
    Kink("cumprod(x)", ([2.0, 0.0, 3.0],), ([1.0, 8.0, 0.0],), "exact: the products of the others", "cumprod(x, 0)"),
    Kink("sqrt(x)", (0.0,), (inf,), "the limit from the right"),
    Kink("log(x)", (0.0,), (inf,), "the limit from the right"),
    Kink("arcsin(x)", (1.0,), (inf,), "the limit from inside"),
    Kink("reciprocal(x)", (0.0,), (-inf,), "the limit of -1 / x²"),
    Kink("a / b", (1.0, 0.0), (inf, -inf), "as IEEE arithmetic has it"),
    Kink("a ** b", (0.0, 0.0), (0.0, 0.0), "x ** 0 is 1 everywhere; 0 ** b is 0 for b > 0"),
    Kink("a ** b", (0.0, 2.0), (0.0, 0.0), "differentiable in a; 0 ** b is 0 for b > 0"),
    Kink("a ** b", (0.0, 0.5), (inf, 0.0), "the limit from the right"),
    Kink("a ** b", (-2.0, 2.0), (-4.0, nan), "differentiable in a; no real power beside b"),
    Kink("prod(x)", ([0.0, 2.0, 3.0],), ([6.0, 0.0, 0.0],), "exact: the product of the others"),
    Kink("prod(x)", ([0.0, 2.0, 0.0],), ([0.0, 0.0, 0.0],), "exact: the product of the others"),
    Kink("sum(x[[0, 0, 1]])", ([1.0, 2.0],), ([2.0, 1.0],), "repeated indices accumulate"),
    Kink("x * x", (3.0,), (6.0,), "two edges, each sends 3"),
    Kink(
        "binary_cross_entropy(p, [0.0, 1.0, 0.0, 1.0], reduction='sum')",
        ([0.0, 0.0, 1.0, 1.0],),
        ([0.0, -1e12, 1e12, 0.0],),
        "0 · ln 0 is 0, logarithms stop at -100, p · (1 - p) at 1e-12",
        "binary_cross_entropy(p, tensor([0.0, 1.0, 0.0, 1.0]), reduction='sum')",
    ),
    Kink("log_softmax(x)", ([-inf, 0.0],), ([1.0, -1.0],), "of probability 0, still finite", "log_softmax(x, 0)"),
]


def names_of(kink):
    return ("a", "b") if len(kink.at) == 2 else ("p",) if "(p," in kink.call else ("x",)


@pytest.mark.parametrize("kink", KINKS, ids=lambda k: f"{k.call} at {k.at}")
def test_kink(kink):
    leaves = [tg.tensor(v) for v in kink.at]
    with np.errstate(all="ignore"):
        y = eval(kink.call, {**vars(tg)}, dict(zip(names_of(kink), leaves)))
        y.backward(np.ones(y.shape))
    for leaf, expected in zip(leaves, kink.derivatives, strict=True):
        np.testing.assert_array_equal(leaf.grad, expected)


@pytest.mark.parametrize("kink", [k for k in KINKS if np.ndim(k.at[0]) == 0], ids=lambda k: f"{k.call} at {k.at}")
def test_kink_in_an_array(kink):
    """The same for arrays as for numbers."""
    leaves = [tg.tensor(np.full(2, v)) for v in kink.at]
    with np.errstate(all="ignore"):
        y = eval(kink.call, {**vars(tg)}, dict(zip(names_of(kink), leaves)))
        y.backward(np.ones(y.shape))
    for leaf, expected in zip(leaves, kink.derivatives, strict=True):
        np.testing.assert_array_equal(leaf.grad, np.full(2, expected))


@pytest.mark.torch
@pytest.mark.parametrize("kink", KINKS, ids=lambda k: f"{k.call} at {k.at}")
def test_kink_of_torch(kink):
    if kink.torch == "-":
        pytest.skip("PyTorch has none of it, or no number")
    torch = pytest.importorskip("torch")
    functions = {**vars(torch.nn.functional), **vars(torch), "vector_norm": torch.linalg.vector_norm}
    for name in ("relu", "leaky_relu", "elu", "gelu", "softplus", "max_pool1d", "binary_cross_entropy"):
        functions[name] = getattr(torch.nn.functional, name)
    functions["tensor"] = lambda v: torch.tensor(v, dtype=torch.float64)
    leaves = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in kink.at]
    y = eval(kink.torch or kink.call, functions, dict(zip(names_of(kink), leaves)))
    y.backward(torch.ones_like(y))
    for leaf, expected in zip(leaves, kink.derivatives, strict=True):
        np.testing.assert_allclose(leaf.grad.numpy(), expected, rtol=1e-8)  # its 1e-12 is a float32


def test_the_derivative_from_the_left_at_minus_zero():
    """Both zeros are on the same side of every kink."""
    for name in ("abs", "sign", "relu", "leaky_relu", "elu", "norm"):
        both = [tg.tensor(zero) for zero in (0.0, -0.0)]
        for x in both:
            getattr(tg, name)(x).backward()
        assert both[0].grad == both[1].grad, name


def test_a_closed_gate_stops_even_infinity():
    """No gradient flows where the unit is dead: 0 times inf would be nan."""
    for call in (tg.relu, lambda x: tg.clip(x, 0, 1), lambda x: tg.maximum(x, 0.0), lambda x: tg.where(x > 0, x, 0.0)):
        for value in (-1.0, [-1.0, -2.0]):
            x = tg.tensor(value)
            y = call(x)
            y.backward(np.full(y.shape, inf))
            np.testing.assert_array_equal(x.grad, np.zeros(y.shape))
