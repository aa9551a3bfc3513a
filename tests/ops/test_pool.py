"""Pooling: worked examples, the definition written as loops, ties and NaN, PyTorch, errors."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.ops.op import OPS, Vjp

MAP = [[12, 12, 17], [10, 17, 19], [9, 6, 14]]
PADDED_MAP = [[6, 14, 17, 11, 3], [14, 12, 12, 17, 11], [8, 10, 17, 19, 13], [11, 9, 6, 14, 12], [6, 4, 4, 6, 4]]


@pytest.mark.parametrize(
    "function, x, options, expected",
    [
        ("max_pool2d", MAP, {"kernel": 2, "stride": 1}, [[17, 19], [17, 19]]),
        ("avg_pool2d", MAP, {"kernel": 2, "stride": 1}, [[12.75, 16.25], [10.5, 14]]),
        ("max_pool2d", MAP, {"kernel": 2}, [[17]]),
        ("avg_pool2d", MAP, {"kernel": 2}, [[12.75]]),
        ("max_pool2d", MAP, {"kernel": 2, "ceil_mode": True}, [[17, 19], [9, 14]]),
        ("avg_pool2d", MAP, {"kernel": 2, "ceil_mode": True}, [[12.75, 18], [7.5, 14]]),
        (
            "max_pool2d",
            PADDED_MAP,
            {"kernel": 2, "stride": 1},
            [[14, 17, 17, 17], [14, 17, 19, 19], [11, 17, 19, 19], [11, 9, 14, 14]],
        ),
        ("max_pool2d", PADDED_MAP, {"kernel": 2}, [[14, 17], [11, 19]]),
        ("max_pool2d", PADDED_MAP, {"kernel": 2, "ceil_mode": True}, [[14, 17, 11], [11, 19, 13], [6, 6, 4]]),
        ("max_pool2d", PADDED_MAP, {"kernel": 3, "stride": 1}, [[17, 19, 19]] * 3),
        ("max_pool1d", [3, 1, 2, 5, 4], {"kernel": 2}, [3, 5]),
        ("avg_pool1d", [3, 1, 2, 5, 4], {"kernel": 2, "padding": 1}, [1.5, 1.5, 4.5]),
        ("avg_pool1d", [3, 1, 2, 5, 4], {"kernel": 2, "padding": 1, "count_include_pad": False}, [3, 1.5, 4.5]),
    ],
)
def test_worked_examples(function, x, options, expected):
    y = getattr(tg, function)(tg.tensor(x), **options)
    assert y.value.tolist() == expected
    assert getattr(tg, function)(tg.tensor(np.float64(x)[None, None]), **options).value[0, 0].tolist() == expected


def test_worked_gradient():
    x = tg.tensor(MAP)
    tg.max_pool2d(x, 2, stride=1).backward([[1.0, -1.5], [0.5, 1.5]])
    assert x.grad.tolist() == [[0, 0, 0], [0, 1.5, 0], [0, 0, 0]]
    tg.avg_pool2d(x, 2, stride=1).backward([[4.0, 8.0], [12.0, 16.0]])
    assert x.grad.tolist() == [[1, 3, 2], [4, 10, 6], [3, 7, 4]]


def test_a_tie_goes_to_the_first():
    x = tg.tensor([[1.0, 2.0, 2.0], [2.0, 2.0, 2.0], [0.0, 2.0, 2.0]])
    tg.max_pool2d(x, 2, stride=1).backward([[1.0, 10.0], [100.0, 1000.0]])
    assert x.grad.tolist() == [[0, 11, 0], [100, 1000, 0], [0, 0, 0]]


def test_only_the_winner_sees_an_infinite_gradient():
    x = tg.tensor([[1.0, 2.0], [0.0, 1.0]])
    tg.max_pool2d(x, 2).backward([[np.inf]])
    assert x.grad.tolist() == [[0, np.inf], [0, 0]]


def test_padding_never_wins():
    x = tg.tensor([[-np.inf, -np.inf], [-np.inf, -3.0]])
    y = tg.max_pool2d(x, 2, stride=1, padding=1)
    y.backward(np.ones((3, 3)))
    assert y.value.tolist() == [[-np.inf] * 3, [-np.inf, -3, -3], [-np.inf, -3, -3]]
    assert x.grad.sum() == 9


# --- the definition, as loops ----------------------------------------------------------------------------------------


def windows(shape, n, out, *, kernel, stride=None, padding=0, dilation=1, **_):
    """For each output: the inputs that its window meets, in row-major order."""
    kernel, stride, padding, dilation = (
        (v,) * n if isinstance(v, int) else v for v in (kernel, kernel if stride is None else stride, padding, dilation)
    )
    for at in np.ndindex(*out):
        taps = itertools.product(*map(range, kernel))
        seen = [
            tuple(i * s + t * d - p for i, s, t, d, p in zip(at[-n:], stride, tap, dilation, padding, strict=True))
            for tap in taps
        ]
        inside = [(*at[:-n], *i) for i in seen if all(0 <= a < size for a, size in zip(i, shape[-n:], strict=True))]
        yield at, inside


def counts(x, n, y, *, kernel, padding=0, stride=None, count_include_pad=True, **options):
    """By how many elements each mean is divided: windows over an input that is larger by the padding."""
    pads = (padding,) * n if isinstance(padding, int) else padding
    larger = (*x.shape[:-n], *(s + 2 * p for s, p in zip(x.shape[-n:], pads, strict=True)))
    shape, around = (larger, 0) if count_include_pad else (x.shape, padding)
    return {at: len(i) for at, i in windows(shape, n, y.shape, kernel=kernel, stride=stride, padding=around)}


def reference(op, x, y, options):
    """The functions that the formulas of pooling name."""
    n = int(op.name[-2])
    seen = list(windows(x.shape, n, y.shape, **options))

    def scatter_max(g, x):
        out = np.zeros(x.shape)
        for at, inside in seen:
            out[max(inside, key=x.__getitem__)] += g[at]  # max gives the first of equals
        return out

    def scatter_mean(g, x):
        out, number = np.zeros(x.shape), counts(x, n, y, **options)
        for at, inside in seen:
            for i in inside:
                out[i] += g[at] / number[at]
        return out

    def pool(x):
        out = np.zeros(y.shape)
        number = counts(x, n, y, **options) if op.name.startswith("avg") else {}
        for at, inside in seen:
            values = [x[i] for i in inside]
            out[at] = sum(values) / number[at] if number else max(values)
        return out

    return {"scatter_max": scatter_max, "scatter_mean": scatter_mean, op.name: pool, "x": x}


def check_formulas(op, x, options):
    """Evaluate what the picture shows against what the op computes."""
    y = op.forward(x, **options)
    g = np.random.default_rng(1).normal(size=y.shape)
    names = {**reference(op, x, y, options), "g": g}
    np.testing.assert_allclose(y, eval(op.formula, names), atol=1e-12)
    np.testing.assert_allclose(op.vjps[0].rule(g, y, x, **options), eval(op.vjps[0].formula, names), atol=1e-12)


@st.composite
def poolings(draw):
    """An op, an input with many ties, and options that fit it."""
    name, n = draw(st.sampled_from(["max", "avg"])), draw(st.integers(1, 2))
    kernel, stride = (tuple(draw(st.integers(1, 3)) for _ in range(n)) for _ in range(2))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(n)) if name == "max" else (1,) * n
    size = [draw(st.integers((k - 1) * d + 1, 8)) for k, d in zip(kernel, dilation, strict=True)]
    lead = draw(st.sampled_from([(2,), (), (2, 1), (3,), (1, 3), (0, 2)]))
    x = np.random.default_rng(draw(st.integers(0, 9))).integers(0, 4, (*lead, *size)).astype(float)
    options = {"kernel": kernel, "stride": draw(st.sampled_from([stride, None])), "padding": padding}
    options["ceil_mode"] = draw(st.booleans())
    options |= {"dilation": dilation} if name == "max" else {"count_include_pad": draw(st.booleans())}
    return OPS[f"{name}_pool{n}d"], x, options


@settings(max_examples=100, deadline=None)
@given(poolings())
def test_formulas(case):
    check_formulas(*case)


OPTIONS = {"kernel": 2, "stride": None, "padding": 0, "ceil_mode": False}


OWN = [("max_pool2d", {"dilation": 1}), ("avg_pool2d", {"count_include_pad": True})]


@pytest.mark.parametrize("name, options", OWN)
def test_formula_check_finds_a_wrong_rule(name, options):
    """Planted fault: ties that go to the last, and a mean that forgets to divide."""

    def last(g, y, x, **options):
        return np.flip(OPS["max_pool2d"].vjps[0].rule(np.flip(g), np.flip(y), np.flip(x), **options))

    def undivided(g, y, x, **options):
        return 4 * OPS["avg_pool2d"].vjps[0].rule(g, y, x, **options)

    wrong = Vjp(OPS[name].vjps[0].formula, last if name == "max_pool2d" else undivided)
    with pytest.raises(AssertionError):
        check_formulas(replace(OPS[name], vjps=(wrong,)), np.ones((4, 4)), {**OPTIONS, **options})


# --- PyTorch ---------------------------------------------------------------------------------------------------------


def check_torch(op, x, options):
    torch = pytest.importorskip("torch")
    mine, other = tg.tensor(x), torch.tensor(x, requires_grad=True)
    y = getattr(tg, op.name)(mine, **options)
    renamed = {k.replace("kernel", "kernel_size"): v for k, v in options.items() if v is not None}
    bare = x.ndim == int(op.name[-2])
    expected = getattr(torch.nn.functional, op.name)(other[None, None] if bare else other, **renamed)
    expected = expected[0, 0] if bare else expected
    seed = np.random.default_rng(3).normal(size=expected.shape)
    y.backward(seed)
    expected.backward(torch.tensor(seed, dtype=expected.dtype))
    np.testing.assert_allclose(y.value, expected.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(mine.grad, other.grad.numpy(), atol=1e-12)


@pytest.mark.slow
@pytest.mark.torch
@settings(max_examples=100, deadline=None)
@given(poolings(), st.booleans())
def test_torch(case, broken):
    pytest.importorskip("torch")
    op, x, options = case
    if broken:  # NaN wins, and spreads
        x = np.where(np.random.default_rng(5).random(x.shape) < 0.2, np.nan, x)
    if x.size:  # PyTorch takes no empty batch in some of them
        check_torch(op, x, options)


GRID = itertools.product((1, 2, 3, (3, 2)), (None, 1, 2, 3), (0, 1, (1, 0)), (1, 2), (False, True))


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize(
    "kernel, stride, padding, dilation, ceil_mode",
    [
        g
        for g in GRID
        if all(p <= k // 2 for p, k in zip(*((v,) * 2 if isinstance(v, int) else v for v in (g[2], g[0]))))
    ],
)
def test_torch_grid(kernel, stride, padding, dilation, ceil_mode):
    x = np.random.default_rng(0).integers(0, 4, (2, 3, 9, 8)).astype(float)
    options = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    check_torch(OPS["max_pool2d"], x, {**options, "dilation": dilation})
    for count in (False, True):
        check_torch(OPS["avg_pool2d"], x, {**options, "count_include_pad": count})


# --- shapes, types, order in memory ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_any_number_of_leading_axes(name):
    x = np.random.default_rng(0).normal(size=(2, 3, 2, 5, 4))
    y = getattr(tg, name)(x, 2, padding=1)
    assert y.shape == (2, 3, 2, 3, 3)
    for at in np.ndindex(2, 3, 2):
        np.testing.assert_array_equal(y.value[at], getattr(tg, name)(x[at], 2, padding=1).value)


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_type_is_kept(name, kind):
    for options in ({}, {"ceil_mode": True, "padding": 1}):
        x = tg.tensor(np.ones((2, 5, 5), kind))
        y = getattr(tg, name)(x, 2, **options)
        grads = y.backward(np.ones(y.shape))
        assert y.dtype == grads[x].dtype == kind


def test_integers_and_booleans():
    x = np.array([[250, 250], [250, 251]], np.uint8)
    assert tg.max_pool2d(x, 2, padding=1).value.tolist() == [[250, 250], [250, 251]]
    assert tg.avg_pool2d(x, 2).value.tolist() == [[250.25]]
    assert tg.max_pool2d(x > 250, 2).value.tolist() == [[True]]
    assert tg.avg_pool2d(x > 250, 2).value.tolist() == [[0.25]]


def test_any_order_in_memory():
    """The order that a convolution leaves behind is kept, and gives the same."""
    plain = np.random.default_rng(0).normal(size=(2, 3, 4, 6))
    moved = np.moveaxis(np.ascontiguousarray(np.moveaxis(plain, 0, -1)), -1, 0)
    for name, more in OWN:
        op, options = OPS[name], {**OPTIONS, **more}
        y = op.forward(moved, **options)
        np.testing.assert_array_equal(y, op.forward(plain, **options))
        assert y.strides[0] == y.itemsize
        back = op.vjps[0].rule(y, y, moved, **options)
        np.testing.assert_array_equal(back, op.vjps[0].rule(y, y, plain, **options))
        assert back.strides == moved.strides


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, shape, options, message",
    [
        (
            "max_pool2d",
            (3, 3),
            {"kernel": 4},
            "max_pool2d: kernel (4, 4) does not fit input (3, 3) with padding (0, 0); use kernel <= (3, 3)",
        ),
        (
            "max_pool1d",
            (3,),
            {"kernel": 3, "dilation": 2, "padding": 0},
            "max_pool1d: kernel (3,) with dilation (2,) does not fit input (3,) with padding (0,); use kernel <= (2,)",
        ),
        (
            "avg_pool2d",
            (3, 3),
            {"kernel": 3, "padding": 2},
            "avg_pool2d: padding 2 is over half of kernel 3; use padding <= 1",
        ),
        ("max_pool2d", (3,), {"kernel": 2}, "max_pool2d: input (3,) has too few axes; use shape (..., H, W)"),
        ("max_pool1d", (), {"kernel": 2}, "max_pool1d: input () has too few axes; use shape (..., L)"),
        ("max_pool2d", (3, 3), {"kernel": 2, "stride": 0}, "max_pool2d: stride 0 is too small; use stride >= 1"),
        ("avg_pool2d", (3, 3), {"kernel": (2, 0)}, "avg_pool2d: kernel (2, 0) is too small; use kernel >= 1"),
        (
            "avg_pool2d",
            (3, 3),
            {"kernel": 2, "dilation": 2},
            "avg_pool2d has no option 'dilation'; it takes x, kernel, stride, padding, ceil_mode, count_include_pad, "
            "divisor_override",
        ),
        ("max_pool2d", (3, 3), {}, "max_pool2d needs kernel; it takes x, kernel, stride, padding, dilation, ceil_mode"),
        ("max_pool2d", (3, 0), {"kernel": 1}, "max_pool2d: input (3, 0) is empty; use lengths >= 1"),
    ],
)
def test_errors(name, shape, options, message):
    with pytest.raises(tg.OpError) as caught:
        getattr(tg, name)(np.ones(shape), **options)
    assert str(caught.value) == message
