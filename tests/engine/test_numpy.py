"""NumPy's functions, the methods and the errors: what users type, and what they read when it is wrong."""

import re

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.errors import OpError, UntracedError

A = np.arange(6.0).reshape(2, 3) / 4 + 0.3


def same(found, expected, op):
    assert isinstance(found, tg.Tensor), "an untraced value came out"
    assert found.op.name == op
    np.testing.assert_allclose(found.value, expected, rtol=1e-14)
    assert type(found.value) is float or not np.ndim(found.value) or not found.value.flags.writeable


def x():
    return tg.tensor(A, name="x")


SIGNATURES = [
    ("sum", lambda v: np.sum(v, axis=1, keepdims=True)),
    ("sum", lambda v: np.sum(v, 0)),
    ("sum", lambda v: np.sum(v, axis=(0, 1))),
    ("sum", lambda v: np.sum(v, axis=())),
    ("max", lambda v: np.max(v, axis=0)),
    ("max", lambda v: np.amax(v, axis=0)),
    ("min", lambda v: np.amin(v)),
    ("mean", lambda v: np.mean(v, axis=-1)),
    ("var", lambda v: np.var(v, axis=0, ddof=1)),
    ("var", lambda v: np.var(v, ddof=0)),
    ("std", lambda v: np.std(v, axis=1)),
    ("prod", lambda v: np.prod(v, axis=0)),
    ("cumsum", lambda v: np.cumsum(v, axis=1)),
    ("cumsum", lambda v: np.cumsum(v)),
    ("clip", lambda v: np.clip(v, 0.5, 1.0)),
    ("clip", lambda v: np.clip(v, None, 1.0)),
    ("clip", lambda v: np.clip(v, 0.5, None)),
    ("where", lambda v: np.where(A > 0.5, v, 0.0)),
    ("where", lambda v: np.where(v > 0.5, v, -v)),
    ("maximum", lambda v: np.maximum(v, 0.5)),
    ("maximum", lambda v: np.maximum(0.5, v)),
    ("concatenate", lambda v: np.concatenate([v, A], axis=1)),
    ("concatenate", lambda v: np.concatenate((A, v))),
    ("concatenate", lambda v: np.concatenate([v, v], 1)),
    ("concatenate", lambda v: np.concatenate([v, v], axis=None)),
    ("stack", lambda v: np.stack([v, A], axis=-1)),
    ("pad", lambda v: np.pad(v, 1)),
    ("pad", lambda v: np.pad(v, ((0, 1), (2, 0)), mode="constant", constant_values=3)),
    ("pad", lambda v: np.pad(v, (1, 2), "constant")),
    ("norm", lambda v: np.linalg.norm(v)),
    ("norm", lambda v: np.linalg.norm(v, axis=1, keepdims=True)),
    ("norm", lambda v: np.linalg.norm(v, 2, axis=0)),
    ("norm", lambda v: np.linalg.norm(v, "fro")),
    ("einsum", lambda v: np.einsum("ij,kj->ik", v, A)),
    ("einsum", lambda v: np.einsum("ij, kj -> ik", v, v)),
    ("transpose", lambda v: np.transpose(v)),
    ("transpose", lambda v: np.transpose(v, (1, 0))),
    ("swapaxes", lambda v: np.swapaxes(v, 0, -1)),
    ("reshape", lambda v: np.reshape(v, (3, 2))),
    ("reshape", lambda v: np.reshape(v, -1)),
    ("flatten", lambda v: np.ravel(v)),
    ("squeeze", lambda v: np.squeeze(v[None])),
    ("squeeze", lambda v: np.squeeze(v[None], axis=0)),
    ("expand_dims", lambda v: np.expand_dims(v, 1)),
    ("broadcast_to", lambda v: np.broadcast_to(v, (2, 2, 3))),
    ("matmul", lambda v: np.matmul(v, A.T)),
    ("matmul", lambda v: A.T @ v),
    ("dot", lambda v: np.dot(v, A.T)),
    ("dot", lambda v: np.dot(A[0], v[1])),
    ("pow", lambda v: v**2),
    ("pow", lambda v: 2.0**v),
    ("div", lambda v: 1 / v),
    ("mul", lambda v: A * v),
    ("sub", lambda v: A - v),
    ("abs", lambda v: abs(-v)),
    ("neg", lambda v: -v),
    ("getitem", lambda v: v[1]),
    ("getitem", lambda v: v[..., ::-1]),
    ("getitem", lambda v: v[:, None, 1:]),
    ("getitem", lambda v: v[[0, 1, 1]]),
    ("getitem", lambda v: v[np.array([0, 1]), np.array([2, 2])]),
    ("getitem", lambda v: v[A > 0.5]),
    ("getitem", lambda v: v[np.int64(1)]),
    ("sum", lambda v: v.sum(axis=0)),
    ("mean", lambda v: v.mean()),
    ("max", lambda v: v.max(axis=1, keepdims=True)),
    ("var", lambda v: v.var(axis=0)),
    ("reshape", lambda v: v.reshape(3, 2)),
    ("reshape", lambda v: v.reshape((3, 2))),
    ("reshape", lambda v: v.reshape(-1)),
    ("transpose", lambda v: v.transpose(1, 0)),
    ("transpose", lambda v: v.transpose((1, 0))),
    ("transpose", lambda v: v.transpose()),
    ("transpose", lambda v: v.T),
    ("swapaxes", lambda v: v.swapaxes(0, 1)),
    ("flatten", lambda v: v.flatten()),
    ("clip", lambda v: v.clip(0.5, 1)),
    ("squeeze", lambda v: v[:1].squeeze(0)),
]


@pytest.mark.parametrize("op, program", SIGNATURES)
def test_signature(op, program):
    """NumPy code in, a record out: the same program on an array and on a tensor."""
    same(program(x()), program(A), op)


@pytest.mark.parametrize("op, program", SIGNATURES)
def test_the_record_is_whole(op, program):
    """Gradients flow through what was recorded, to the last digit as complex steps."""
    t = x()
    y = program(t)
    y.backward(np.ones(y.shape))
    if op in ("where", "abs", "clip", "norm", "var", "std") or "> 0.5" in str(op):
        return  # NumPy's own are not analytic; the ops are tested on their own
    for place in np.ndindex(A.shape):
        moved = A.astype(complex)
        moved[place] += 1e-30j
        try:
            slope = np.sum(np.imag(program(moved))) / 1e-30
        except TypeError:
            return
        assert t.grad[place] == pytest.approx(slope, rel=1e-12, abs=1e-12)


UNTRACED = [
    lambda t: np.apply_along_axis(np.sum, 0, t),
    lambda t: np.ldexp(t, 2),
    lambda t: np.linalg.eig(t),
    lambda t: np.fft.fft(t),
    lambda t: np.subtract.reduceat(t, [0, 1]),
    lambda t: np.nextafter(t, t),
    lambda t: np.exp(t, out=np.empty(6)),
    lambda t: np.add.reduceat(t, [0, 1]),
    lambda t: np.linalg.cond(t),
    lambda t: np.array(t),
    lambda t: np.asarray(t),
    lambda t: np.random.default_rng(0).normal(t),
    lambda t: np.putmask(t, A > 1, t),
]


@pytest.mark.parametrize("program", UNTRACED)
def test_what_is_not_recorded_raises(program):
    for t in (x(), tg.tensor([1.0, 2.0])):
        with pytest.raises(UntracedError) as error:
            program(t)
        assert "\n" not in str(error.value)


def test_an_untraced_function_is_told_what_is():
    with pytest.raises(UntracedError, match=r"np\.linspace is not recorded; use x \+ \(y - x\)"):
        np.linspace(x(), x())


def test_shape_queries_are_plain():
    t = x()
    assert (np.shape(t), np.ndim(t), np.size(t), len(t)) == ((2, 3), 2, 6, 2)


def test_numpy_arrays_on_the_left_give_way():
    same(np.float64(2) * x(), 2 * A, "mul")
    same(np.ones(3) + x(), 1 + A, "add")
    same(np.ones(2) @ x(), np.ones(2) @ A, "matmul")
    same(np.array(2.0) ** x(), 2.0**A, "pow")


B = np.ones((2, 3))
ERRORS = [
    (lambda t: tg.tensor(np.ones((3, 4))) @ np.ones((5, 2)), "matmul: shapes (3, 4) and (5, 2) do not fit: 4 != 5"),
    (
        lambda t: tg.matmul(t, 2.0),
        "matmul: shapes (2, 3) and () do not fit: a scalar has no axis to sum over; use a * b",
    ),
    (
        lambda t: tg.matmul(np.ones((2, 4, 3)), np.ones((3, 3, 2))) + t,
        "matmul: shapes (2, 4, 3) and (3, 3, 2) do not fit: batch lengths 2 != 3; lengths must be equal or 1",
    ),
    (
        lambda t: tg.dot(t, np.ones((1, 3, 2))),
        "dot: shapes (2, 3) and (1, 3, 2) have more than two axes; use matmul or einsum",
    ),
    (lambda t: tg.dot(t, 2.0), "dot: shapes (2, 3) and () do not fit: a scalar has no axis to sum over; use a * b"),
    (
        lambda t: np.pad(t, 1, mode="mean"),
        "pad: mode 'mean' is not recorded; 'constant', 'edge', 'reflect', 'symmetric', 'wrap' are",
    ),
    (lambda t: np.linalg.norm(t, 3), "norm: 3 is no norm of matrices; 'fro', 'nuc', 1, 2 and inf are"),
    (lambda t: tg.clip(t, t, 1.0), "clip: an option cannot be a tensor, no gradient would flow to it; give a number"),
    (lambda t: tg.sum(t, dtype=np.float32), "sum has no option 'dtype'; it takes x, axis, keepdims"),
    (lambda t: t + np.ones(4), "add: shapes (2, 3) and (4,) do not fit: 3 != 4; lengths must be equal or 1"),
    (
        lambda t: np.maximum(t, np.ones(2)),
        "maximum: shapes (2, 3) and (2,) do not fit: 2 != 3; lengths must be equal or 1",
    ),
    (
        lambda t: np.concatenate([t, np.ones((2, 2))]),
        "concatenate: shapes (2, 3) and (2, 2) differ in more than axis 0",
    ),
    (lambda t: np.concatenate([t, np.ones(3)]), "concatenate: shapes (2, 3) and (3,) differ in more than axis 0"),
    (lambda t: np.concatenate([t, t], axis=2), "concatenate: axis 2 is out of range for shape (2, 3)"),
    (lambda t: np.stack([t, np.ones(3)]), "stack: shapes (2, 3) and (3,) differ"),
    (lambda t: t.reshape(4, 2), "reshape: cannot make (4, 2) of 6 elements"),
    (lambda t: t.reshape(-1, -1), "reshape: cannot make (-1, -1) of 6 elements"),
    (lambda t: t.sum(axis=3), "sum: axis 3 is out of range for shape (2, 3)"),
    (lambda t: t.sum(axis=-3), "sum: axis -3 is out of range for shape (2, 3)"),
    (lambda t: t.sum(axis=(0, 0)), "sum: axis (0, 0) names an axis twice"),
    (lambda t: t.sum(axis="rows"), "sum: axis must be an integer, not 'rows'"),
    (lambda t: t.sum(axis=1.0), "sum: axis must be an integer, not 1.0"),
    (lambda t: tg.tensor(1.0).mean(axis=0), "mean: axis 0 is out of range for shape ()"),
    (lambda t: np.mean(t, out=np.empty(())), "mean has no option 'out'; it takes x, axis, keepdims"),
    (
        lambda t: np.sum(t, 0, np.float32),
        "sum: keepdims is True or False, not <class 'numpy.float32'>; give options by name",
    ),
    (lambda t: np.max(np.max(t[:0], axis=1)), "max: shape (0,) has no elements along axis 0"),
    (lambda t: tg.mean(t[:, :0], axis=1), "mean: shape (2, 0) has no elements along axis 1"),
    (lambda t: t.var(ddof=6), "var: ddof 6 needs more than 6 elements; shape (2, 3) gives 6"),
    (lambda t: t.squeeze(0), "squeeze: axis 0 of shape (2, 3) has length 2, not 1"),
    (lambda t: t.transpose(0, 0), "transpose: axes (0, 0) do not name each axis of shape (2, 3) once"),
    (lambda t: np.swapaxes(t, 0, 2), "swapaxes: axis 2 is out of range for shape (2, 3)"),
    (lambda t: np.expand_dims(t, 4), "expand_dims: axis 4 is out of range for shape (2, 3)"),
    (lambda t: np.broadcast_to(t, (3, 2)), "broadcast_to: shape (2, 3) does not broadcast to (3, 2)"),
    (lambda t: np.pad(t, -1), "pad: width -1 is negative; use a slice to cut"),
    (
        lambda t: np.pad(t, (1, 2, 3)),
        "pad: width (1, 2, 3) does not fit shape (2, 3); give n, (before, after), or a pair for each axis",
    ),
    (lambda t: t[5], "getitem: shape (2, 3): index 5 is out of bounds for axis 0 with size 2"),
    (lambda t: t[0, 0, 0], None),
    (lambda t: t["a"], None),
    (lambda t: t[t], None),
    (lambda t: t[np.ones(5, bool)], None),
    (lambda t: np.clip(t, None, None), "clip: give min, max or both"),
    (lambda t: np.einsum("ij,jk->ik", t, t), None),
    (lambda t: np.einsum("ij,jk->ik", t), "einsum: 'ij,jk->ik' names 2 inputs; 1 were given"),
    (lambda t: np.einsum("ijk->i", t), "einsum: 'ijk->i' has 3 labels for an input of shape (2, 3)"),
    (lambda t: tg.einsum(0, t), 'einsum: the first argument is the specification, such as "ij,jk->ik"'),
    (lambda t: np.einsum(t, [0, 1]), None),
    (lambda t: tg.softmax(tg.tensor(1.0)), "softmax: axis -1 is out of range for shape ()"),
    (lambda t: tg.softmax(t, axis=2), "softmax: axis 2 is out of range for shape (2, 3)"),
    (lambda t: tg.mse(t, np.ones((3, 2))), "mse: shapes (2, 3) and (3, 2) differ; reshape one of them"),
    (lambda t: tg.mse(t[:, :1], np.ones(2)), "mse: shapes (2, 1) and (2,) differ; reshape one of them"),
    (lambda t: tg.mse(t, t, reduction="avg"), "mse: reduction 'avg' is not one of mean, sum, half, half_mean, none"),
    (lambda t: tg.mse(t[:0], t[:0]), "mse: shapes (0, 3) and (0, 3) have no elements"),
    (lambda t: tg.mse(t, t, "mean", 3), "mse takes a, b, reduction; 4 arguments were given"),
    (lambda t: tg.cross_entropy(np.ones((2, 5)) * t[0, 0], [7, 1]), "cross_entropy: label 7 is not one of 5 classes"),
    (lambda t: tg.cross_entropy(t, [-1, 1]), "cross_entropy: label -1 is not one of 3 classes"),
    (
        lambda t: tg.cross_entropy(t, [0.0, 1.0]),
        "cross_entropy: targets of shape (2,) do not fit logits (2, 3); "
        "give integer labels (2,) or probabilities (2, 3)",
    ),
    (lambda t: tg.cross_entropy(t, [0, 1, 2]), None),
    (
        lambda t: tg.cross_entropy(tg.tensor(1.0), 0),
        "cross_entropy: logits of shape () have no classes; the last axis holds them",
    ),
    (
        lambda t: tg.binary_cross_entropy(3 * t, B),
        "binary_cross_entropy: probabilities must lie in [0, 1]; for others use from_logits=True",
    ),
    (lambda t: tg.exp(), None),
    (lambda t: tg.relu(t, t), None),
    (lambda t: tg.exp("a"), None),
    (lambda t: tg.tensor(np.ones(2, complex)), None),
    (lambda t: tg.concatenate([]), "concatenate needs at least one tensor"),
    (lambda t: np.concatenate(t), "concatenate: give several tensors, or a list of them"),
]


@pytest.mark.parametrize("program, message", ERRORS)
def test_error(program, message):
    """One line that names the op, the shapes and the remedy."""
    with pytest.raises(OpError) as error:
        program(x())
    said = str(error.value)
    assert "\n" not in said and said.split()[0].rstrip(":") in {*tg.OPS, "input", "constant"}
    if message is not None:
        assert said == message


def test_index_error_names_getitem_and_the_shape():
    with pytest.raises(OpError, match=re.escape("getitem: shape (2, 3): too many indices")):
        x()[0, 0, 0]


@pytest.mark.parametrize("make", [lambda i: i, lambda i: (i,), lambda i: (slice(None), i)])
def test_a_later_change_of_an_index_changes_nothing(make):
    index = np.array([0, 1, 1])
    t = x()
    y = t[make(index)]
    index[:] = 0
    y.backward(np.ones(y.shape))
    assert np.count_nonzero(t.grad) == (6 if t[make(index)].shape[0] == 3 else 4)


def test_later_changes_of_options_change_nothing():
    shape, width, labels = [3, 2], np.array([1, 2]), np.array([0, 1])
    t = x()
    reshaped, padded, loss = t.reshape(shape), np.pad(t, width), tg.cross_entropy(t, labels)
    shape[:], width[:], labels[:] = [1, 6], 0, 0
    for y in (reshaped, padded, loss):
        y.backward(np.ones(y.shape))
    assert padded.attrs["width"].tolist() == [1, 2] and reshaped.attrs["shape"] == [3, 2]


def test_an_index_may_be_a_tensor():
    t = x()
    same(t[tg.constant([0, 0])], A[[0, 0]], "getitem")
    same(t[t > 0.5], A[A > 0.5], "getitem")
    same(t[:, tg.constant(1)], A[:, 1], "getitem")


def test_integers_and_booleans_take_no_gradient():
    n = tg.tensor(np.array([1, 2]))
    assert not n.needs and not (x() > 0.5).needs and not (n * 2).needs
    assert n.dtype.kind == "i" and (x() > 0.5).dtype == bool
    assert not x()[0, 0].value > 0.5 and bool(x()[1, 2] > 0.5)
    assert (n * x()[:, :2]).needs
    w = tg.where(x() > 0.5, x(), n[0])
    assert w.needs and w.dtype == np.float64


@pytest.mark.parametrize("name", [n for n, o in tg.OPS.items() if o.elementwise and len(o.inputs) == 1])
def test_integers_are_numbers(name):
    """Functions of integers give what they give for the same floats."""
    options = {"min": 0, "max": 1} if name == "clip" else {}
    with np.errstate(all="ignore"):
        for value in ([1, 2], 1):
            found = getattr(tg, name)(tg.constant(np.array(value)), **options)
            expected = getattr(tg, name)(tg.constant(np.array(value, float)), **options)
            np.testing.assert_allclose(found.value, expected.value, rtol=1e-15)


def test_float32_stays():
    t = tg.tensor(A.astype(np.float32))
    results = t * 2, t + 1.0, t**2, 1 / t, t @ t.T, t.sum(), t.mean(), t.std(), tg.mse(t, 0.5), tg.sigmoid(t)
    for y in (*results, tg.softmax(t)):
        assert y.dtype == np.float32, y
    tg.mse(tg.relu(t), 0.5).backward()
    assert t.grad.dtype == np.float32


def test_scalars_are_python_floats():
    t = x()
    one = t[0, 0]
    for y in (one, one.reshape(()), tg.exp(one), t.sum(), t.max(), tg.norm(t), tg.mse(t, A), np.dot(A[0], t[0])):
        assert type(y.value) is float, y


def test_zero_size():
    """What NumPy allows works, and backward too."""
    empty = tg.tensor(np.zeros((0, 3)))
    sums = empty.sum(), empty.prod(), (empty * 2).sum(axis=0), tg.norm(empty)
    for y in (*sums, empty @ np.ones((3, 2)), tg.softmax(empty)):
        empty.grad = None
        y.backward(np.ones(y.shape))
        assert empty.grad.shape == (0, 3)


@pytest.mark.parametrize("value", [1e4, -1e4, 800.0, -800.0, 89.0, -104.0])
@pytest.mark.parametrize("kind", [float, np.float64, np.float32])
def test_large_inputs_make_no_warning_and_no_nan(value, kind):
    """Overflow inside a formula is nobody's business: both paths, both precisions (warnings are errors here)."""
    made = value if kind is float else np.array([value, value], kind)
    for call in (
        tg.sigmoid,
        tg.softplus,
        tg.tanh,
        tg.elu,
        tg.gelu,
        tg.relu,
        tg.leaky_relu,
        lambda t: tg.binary_cross_entropy(t, np.ones(np.shape(made)), from_logits=True),
        lambda t: tg.log_softmax(tg.stack(t, -t), axis=0),
        lambda t: tg.softmax(tg.stack(t, -t), axis=0),
        lambda t: tg.cross_entropy(tg.stack(t, -t, axis=-1), np.zeros(np.shape(made), int)),
    ):
        t = tg.tensor(made)
        y = call(t)
        assert np.isfinite(y.value).all()
        y.backward(np.ones(y.shape))
        assert np.isfinite(t.grad).all()


def test_division_by_zero_is_numpys():
    with pytest.warns(RuntimeWarning), np.errstate(all="warn"):
        y = tg.tensor(1.0) / 0.0
    assert y.value == np.inf


def test_mse_conventions():
    a, b = tg.tensor([1.0, 2.0, 4.0]), np.array([0.0, 0.0, 1.0])
    values = {r: tg.mse(a, b, reduction=r) for r in ("mean", "sum", "half", "half_mean")}
    expected = {"mean": 14 / 3, "sum": 14, "half": 7, "half_mean": 7 / 3}
    assert {r: y.value for r, y in values.items()} == pytest.approx(expected)
    assert values["half"].op.formula == "1 / 2 * sum((a - b) ** 2)"
    assert values["half"].op.vjp(0).formula == "g * (a - b)"
    assert values["half"].op.name == "mse"
    values["half"].backward()
    assert a.grad.tolist() == [1, 2, 3]


def test_cross_entropy_targets():
    logits = tg.tensor([[1.0, 2.0, 0.5], [0.1, -1.0, 3.0]])
    labels = tg.cross_entropy(logits, [1, 2])
    chances = tg.cross_entropy(logits, [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert labels.value == pytest.approx(chances.value, rel=1e-15)
    assert labels.op.vjp(0).formula == "g * (softmax(x) - onehot(t)) / n"
    assert labels.op.count(labels.value, logits.value, np.array([1, 2])) == 2


def test_words_of_the_functions():
    """What help() shows: the signature and a sentence."""
    for name in tg.OPS:
        if not hasattr(tg, name):  # what optimizers record has no function
            continue
        text = getattr(tg, name).__doc__
        assert text.startswith(f"{name}(") and len(text.split("\n\n", 1)[1]) > 10, name


def test_the_document_is_up_to_date():
    """docs/ops.md lists every op and every kink; ``python tests/project/make_ops_doc.py`` brings it up to date."""
    import make_ops_doc

    text = make_ops_doc.FILE.read_text("utf-8")
    assert make_ops_doc.filled(text) == text
    for op in make_ops_doc.public():
        assert f"| `{op.name}` |" in text
