"""Convolution: worked examples, the definition written as loops, complex steps, PyTorch, errors."""

import itertools
import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.ops.op import OPS, Vjp

PLAIN = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}

# The 5x5 example of Dumoulin and Visin, A guide to convolution arithmetic for deep learning, figure 1.1
PICTURE = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
KERNEL = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]
SAME = [[6, 14, 17, 11, 3], [14, 12, 12, 17, 11], [8, 10, 17, 19, 13], [11, 9, 6, 14, 12], [6, 4, 4, 6, 4]]


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        ({"stride": 2}, [[12, 17], [9, 14]]),
        ({"stride": 3}, [[12]]),
        ({"padding": 1}, SAME),
        ({"padding": "same"}, SAME),
        ({"padding": "valid"}, [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        ({"padding": 1, "stride": 2}, [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
        ({"padding": 1, "stride": 3}, [[6, 11], [11, 14]]),
    ],
)
def test_worked_example(options, expected):
    assert tg.conv2d(PICTURE, KERNEL, **options).value.tolist() == expected


def test_worked_gradients():
    """The cotangent 1 of one output is its window in the kernel's gradient, and the kernel in the input's."""
    x, k = tg.tensor(PICTURE), tg.parameter(KERNEL)
    seed = np.zeros((3, 3))
    seed[1, 2] = 1.0
    tg.conv2d(x, k).backward(seed)
    assert k.grad.tolist() == [[1, 3, 1], [2, 2, 3], [0, 2, 2]]
    expected = np.zeros((5, 5))
    expected[1:4, 2:5] = KERNEL
    assert (x.grad == expected).all()


# --- the definition, as loops ----------------------------------------------------------------------------------------


def terms(x, k, y, stride, padding, dilation, groups):
    """The indices into input, kernel and output of every product that a convolution adds up."""
    n = k.ndim - 2
    stride, padding, dilation = ((v,) * n if isinstance(v, int) else v for v in (stride, padding, dilation))
    per_group = k.shape[0] // groups
    for b, o, c, *rest in itertools.product(*map(range, (len(y), *k.shape[:2], *y.shape[2:], *k.shape[2:]))):
        at, tap = rest[:n], rest[n:]
        seen = tuple(i * s + t * d - p for i, s, t, d, p in zip(at, stride, tap, dilation, padding, strict=True))
        if all(0 <= i < size for i, size in zip(seen, x.shape[2:], strict=True)):
            yield (b, o // per_group * k.shape[1] + c, *seen), (o, c, *tap), (b, o, *at)


def reference(x, k, bias, y, **options):
    """The functions that the formulas of convolution name."""

    def conv(x, k, bias=None):
        out = np.zeros(y.shape, np.result_type(x, k))
        for i, j, o in terms(x, k, y, **options):
            out[o] += x[i] * k[j]
        return out if bias is None else out + bias.reshape(-1, *[1] * (k.ndim - 2))

    def conv_transpose(g, k):
        out = np.zeros(x.shape)
        for i, j, o in terms(x, k, y, **options):
            out[i] += g[o] * k[j]
        return out

    def correlate(x, g):
        out = np.zeros(k.shape)
        for i, j, o in terms(x, k, y, **options):
            out[j] += x[i] * g[o]
        return out

    def total(g):
        return np.moveaxis(g, 1, 0).reshape(g.shape[1], -1).sum(axis=1)

    names = dict.fromkeys(("conv1d", "conv2d", "conv3d"), conv)
    names |= {"conv_transpose": conv_transpose, "correlate": correlate, "sum": total}
    return {**names, "x": x, "k": k, "bias": bias}


def check_formulas(op, x, k, bias, **options):
    """Evaluate what the picture shows against what the op computes."""
    inputs = (x, k) if bias is None else (x, k, bias)
    y = op.forward(*inputs, **options)
    g = np.random.default_rng(1).normal(size=y.shape)
    names = {**reference(x, k, bias, y, **options), "g": g}
    formula = op.formula if bias is not None else op.formula.replace(", bias", "")
    np.testing.assert_allclose(y, eval(formula, names), atol=1e-12)
    for vjp, value in zip(op.vjps, inputs, strict=False):
        cotangent = vjp.rule(g, y, *inputs, **options)
        assert cotangent.shape == value.shape
        np.testing.assert_allclose(cotangent, eval(vjp.formula, names), atol=1e-12, err_msg=vjp.formula)


@st.composite
def convolutions(draw, most=3):
    """Arrays and options that fit each other."""
    n = draw(st.integers(1, most))
    length = {1: 9, 2: 7, 3: 4}[n]
    groups, inner, outer = (draw(st.integers(1, 2)) for _ in range(3))
    kernel, stride, dilation, padding = (
        tuple(draw(st.integers(low, high)) for _ in range(n)) for low, high in ((1, 3), (1, 3), (1, 2), (0, 2))
    )
    least = [max(1, (k - 1) * d + 1 - 2 * p) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    size = tuple(draw(st.integers(low, max(low, length))) for low in least)
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    x = rng.normal(size=(draw(st.sampled_from([2, 1, 3, 0])), groups * inner, *size))
    k = rng.normal(size=(groups * outer, inner, *kernel))
    bias = rng.normal(size=groups * outer) if draw(st.booleans()) else None
    return n, (x, k, bias), {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(convolutions())
def test_formulas(case):
    n, arrays, options = case
    check_formulas(OPS[f"conv{n}d"], *arrays, **options)


@pytest.mark.parametrize("slot", range(3))
def test_formula_check_finds_a_wrong_rule(slot):
    """Planted fault: a rule that flips its answer."""
    op = OPS["conv2d"]
    wrong = Vjp(op.vjps[slot].formula, lambda *a, **o: np.flip(op.vjps[slot].rule(*a, **o)))
    broken = replace(op, vjps=(*op.vjps[:slot], wrong, *op.vjps[slot + 1 :]))
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in ((1, 2, 4, 4), (2, 2, 3, 3), 2)]
    with pytest.raises(AssertionError):
        check_formulas(broken, *arrays, **PLAIN)


@settings(max_examples=40, deadline=None)
@given(convolutions())
def test_complex_step(case):
    n, (x, k, bias), options = case
    inputs = [v for v in (x, k, bias) if v is not None]
    tensors = [tg.parameter(v) for v in inputs]
    y = getattr(tg, f"conv{n}d")(*tensors, **options)
    rng = np.random.default_rng(2)
    seed = rng.normal(size=y.shape)
    y.backward(seed)
    for slot, value in enumerate(inputs):
        way = rng.normal(size=value.shape)
        moved = [v + 1e-30j * way if i == slot else v for i, v in enumerate(inputs)]
        step = (OPS[f"conv{n}d"].forward(*moved, **options) * seed).sum().imag / 1e-30
        assert step == pytest.approx((tensors[slot].grad * way).sum(), rel=1e-10, abs=1e-10)


# --- PyTorch ---------------------------------------------------------------------------------------------------------


def check_torch(n, x, k, bias, options):
    torch = pytest.importorskip("torch")
    ours = [tg.parameter(v) for v in (x, k, bias) if v is not None]
    theirs = [torch.tensor(v, requires_grad=True) for v in (x, k, bias) if v is not None]
    y = getattr(tg, f"conv{n}d")(*ours, **options)
    expected = getattr(torch, f"conv{n}d")(*theirs, **options)
    seed = np.random.default_rng(3).normal(size=expected.shape)
    y.backward(seed)
    expected.backward(torch.tensor(seed))
    np.testing.assert_allclose(y.value, expected.detach().numpy(), atol=1e-11)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, other.grad.numpy(), atol=1e-11)


@pytest.mark.slow
@pytest.mark.torch
@settings(max_examples=120, deadline=None)
@given(convolutions())
def test_torch(case):
    pytest.importorskip("torch")
    n, arrays, options = case
    check_torch(n, *arrays, options)


GRID = [*itertools.product((1, 2, (2, 3)), (0, 1, (2, 1)), (1, (1, 2)), (1, 2, 4), (False, True))]


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("stride, padding, dilation, groups, biased", GRID)
def test_torch_grid(stride, padding, dilation, groups, biased):
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(2, 4, 9, 8)), rng.normal(size=(4, 4 // groups, 3, 2))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    check_torch(2, x, k, rng.normal(size=4) if biased else None, options)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch: an even kernel is slower
@pytest.mark.parametrize("n, length", [(1, 3), (1, 4), (2, 3), (2, 4), (3, 2)])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_torch_same_and_valid(n, length, padding):
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(2, 2, *[6] * n)), rng.normal(size=(3, 2, *[length] * n))
    check_torch(n, x, k, None, {"padding": padding, "dilation": 1})


@pytest.mark.torch
@pytest.mark.parametrize("n", [1, 2, 3])
def test_torch_without_batch(n):
    rng = np.random.default_rng(0)
    check_torch(n, rng.normal(size=(2, *[5] * n)), rng.normal(size=(3, 2, *[2] * n)), rng.normal(size=3), {})


@pytest.mark.torch
def test_torch_many_blocks():
    """Large enough that the columns are made in several parts, the last of them smaller."""
    rng = np.random.default_rng(0)
    check_torch(2, rng.normal(size=(3, 8, 40, 41)), rng.normal(size=(8, 8, 5, 5)), rng.normal(size=8), {"padding": 1})
    check_torch(2, rng.normal(size=(2, 1, 90, 91)), rng.normal(size=(3, 1, 5, 5)), None, {"stride": (1, 2)})


# --- shapes, types, memory -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3])
def test_shapes_without_batch_or_channels(n):
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=[5] * n), rng.normal(size=[3] * n)
    conv = getattr(tg, f"conv{n}d")
    full = conv(x[None, None], k[None, None], [0.5]).value
    for args, shape in [
        ((x, k, 0.5), ()),
        ((x[None], k[None, None], [0.5]), (1,)),
        ((x, k[None, None], [0.5]), (1,)),
        ((x[None, None], k, [0.5]), (1, 1)),
    ]:
        tensors = [tg.parameter(v) for v in args]
        y = conv(*tensors)
        assert y.shape == (*shape, *[3] * n)
        np.testing.assert_array_equal(y.value.ravel(), full.ravel())
        y.backward(np.ones(y.shape))
        assert [t.grad is not None and np.shape(t.grad) == t.shape for t in tensors] == [True] * 3


@pytest.mark.parametrize("stride", [[2, 1], (2, 1), np.array([2, 1])])
def test_options_per_axis_may_be_any_sequence(stride):
    assert tg.conv2d(PICTURE, KERNEL, stride=stride).value.tolist() == [[12, 12, 17], [9, 6, 14]]


def test_no_batch_at_all():
    x, k, bias = tg.tensor(np.ones((0, 2, 5, 5))), tg.parameter(np.ones((3, 2, 2, 2))), tg.parameter(np.ones(3))
    y = tg.conv2d(x, k, bias, padding=1)
    y.backward(np.ones(y.shape))
    assert y.shape == (0, 3, 6, 6) and x.grad.shape == x.shape
    assert not k.grad.any() and not bias.grad.any()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_type_is_kept(kind):
    x, k, bias = (tg.tensor(np.ones(shape, kind)) for shape in ((1, 1, 4, 4), (2, 1, 2, 2), 2))
    y = tg.conv2d(x, k, bias)
    grads = y.backward(np.ones(y.shape))
    assert {t.dtype for t in (y, x, k, bias)} == {grads[t].dtype for t in (y, x, k, bias)} == {np.dtype(kind)}


def test_integers_stay_integers():
    y = tg.conv2d(tg.constant(PICTURE), tg.constant(KERNEL))
    assert y.dtype.kind == "i" and not y.needs


def test_any_order_in_memory():
    """Views with other strides than a fresh array has give the same."""
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(5, 6, 7, 3)), rng.normal(size=(3, 2, 6, 3))
    views = x[:, ::-2].transpose(3, 1, 2, 0), k.transpose(2, 0, 1, 3)
    y = OPS["conv2d"].forward(*views, **PLAIN)
    np.testing.assert_array_equal(y, OPS["conv2d"].forward(*map(np.ascontiguousarray, views), **PLAIN))


def test_columns_are_neither_made_whole_nor_kept():
    x, k = tg.tensor(np.ones((4, 8, 64, 64))), tg.parameter(np.ones((8, 8, 5, 5)))
    columns = math.prod((4, 8, 25, 60, 60, 8))
    tracemalloc.start()
    y = tg.conv2d(x, k)
    kept, peak = tracemalloc.get_traced_memory()
    assert kept < 1.1 * y.value.nbytes and peak < 0.5 * columns
    y.backward(y.value)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1.1 * (2 * y.value.nbytes + x.value.nbytes) and peak < 0.8 * columns


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "n, x, k, options, message",
    [
        (2, (4, 4), (5, 5), {}, "conv2d: kernel (5, 5) does not fit input (4, 4) with padding 0; use padding >= 1"),
        (
            1,
            (4,),
            (3,),
            {"dilation": 3, "padding": 1},
            "conv1d: kernel (3,) with dilation (3,) does not fit input (4,) with padding 1; use padding >= 2",
        ),
        (
            2,
            (1, 3, 8, 8),
            (6, 4, 3, 3),
            {},
            "conv2d: input (1, 3, 8, 8) has 3 channels, kernel (6, 4, 3, 3) takes 4; use a kernel with 3 on axis 1",
        ),
        (
            2,
            (4, 8, 8),
            (6, 4, 3, 3),
            {"groups": 2},
            "conv2d: input (4, 8, 8) has 4 channels, kernel (6, 4, 3, 3) takes 4 x 2 groups; "
            "use a kernel with 2 on axis 1",
        ),
        (
            2,
            (3, 8, 8),
            (6, 1, 3, 3),
            {"groups": 2},
            "conv2d: groups 2 must divide the 3 channels of input (3, 8, 8) and the 6 of kernel (6, 1, 3, 3)",
        ),
        (2, (8, 8), (3, 3), {"groups": 0}, "conv2d: groups 0 is not a number of groups; use groups >= 1"),
        (2, (8, 8), (3, 3), {"stride": 0}, "conv2d: stride 0 is too small; use stride >= 1"),
        (
            2,
            (8, 8),
            (3, 3),
            {"stride": (1, 2, 3)},
            "conv2d: stride (1, 2, 3) does not fit 2 axes; use a whole number or 2 of them",
        ),
        (1, (8,), (3,), {"stride": 1.5}, "conv1d: stride 1.5 does not fit 1 axis; use a whole number"),
        (2, (8, 8), (3, 3), {"dilation": (0, 1)}, "conv2d: dilation (0, 1) is too small; use dilation >= 1"),
        (2, (8, 8), (3, 3), {"padding": -1}, "conv2d: padding -1 is too small; use padding >= 0"),
        (2, (8, 8), (3, 3), {"padding": "full"}, "conv2d: padding 'full' is unknown; use 'valid', 'same' or numbers"),
        (
            2,
            (8, 8),
            (3, 3),
            {"padding": "same", "stride": 2},
            "conv2d: padding 'same' is for stride 1, not (2, 2); give the padding as numbers",
        ),
        (
            2,
            (8,),
            (3, 3),
            {},
            "conv2d: input (8,) and kernel (3, 3) do not fit; "
            "use input (H, W), (C, H, W) or (N, C, H, W) and kernel (kh, kw) or (O, C/groups, kh, kw)",
        ),
        (
            1,
            (8,),
            (1, 3),
            {},
            "conv1d: input (8,) and kernel (1, 3) do not fit; use input (L,), (C, L) or (N, C, L) "
            "and kernel (kl,) or (O, C/groups, kl)",
        ),
        (2, (8, 8), (0, 3), {}, "conv2d: kernel (0, 3) is empty; use lengths >= 1"),
        (2, (0, 8), (3, 3), {"padding": 3}, "conv2d: input (0, 8) is empty; use lengths >= 1"),
        (
            2,
            (8, 8),
            (6, 1, 3, 3),
            {"bias": np.ones(5)},
            "conv2d: bias (5,) does not fit kernel (6, 1, 3, 3); use shape (6,)",
        ),
        (2, (8, 8), (6, 1, 3, 3), {"bias": 1.0}, "conv2d: bias () does not fit kernel (6, 1, 3, 3); use shape (6,)"),
    ],
)
def test_errors(n, x, k, options, message):
    with pytest.raises(tg.OpError) as caught:
        getattr(tg, f"conv{n}d")(np.ones(x), np.ones(k), **options)
    assert str(caught.value) == message
