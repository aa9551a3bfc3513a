"""Every op, from the registry: a new one is tested with no test edited.

Each law is a function ``check_...(op, sample)`` that asserts; at the end of the file each is given an op with a fault
planted and must fail.
"""

import warnings
import zlib
from dataclasses import replace

import numpy as np
import pytest
import reference

import tracegraph as tg
from tracegraph import formula
from tracegraph.engine.values import settle
from tracegraph.errors import TracegraphError
from tracegraph.ops.broadcast import unbroadcast
from tracegraph.ops.op import OPS, Sample, Vjp

ONE = [((),), ((3,),), ((2, 3),), ((0,),), ((2, 0, 3),)]
TWO = [
    ((), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((0, 3), (1,)),
    ((1, 0, 3), ()),
]


def samples(op):
    """Its own samples, and for ops element by element shapes of every kind."""
    if not op.elementwise or None in op.attrs.values() or op.name == "where":  # its condition is no number
        return op.samples
    shapes = ONE if len(op.inputs) == 1 else [s + s[:1] * (len(op.inputs) - 2) for s in TWO]
    return op.samples + tuple(map(Sample, shapes))


def seeded(*words):
    return np.random.default_rng(zlib.crc32(repr(words).encode()))


def filled(op, sample):
    """The inputs of a sample: numbers of the op's domain for shapes, in the form that tensors have."""
    rng = seeded(op.name, str(sample))
    make = [rng.uniform(*op.domain, i) if isinstance(i, tuple) else i for i in sample.inputs]
    return [settle(np.array(v)) for v in make]


def options(op, sample):
    return {**{k: v for k, v in op.attrs.items() if v is not ...}, **sample.attrs}


def rule_of(op, slot, **attrs):
    """The rule of one input as a function of (g, y, *values)."""
    where = {"slot": slot} if op.variadic else {}
    return lambda g, y, *values: op.vjp(slot).rule(g, y, *values, **attrs, **where)


def differentiable(op, values):
    slots = range(len(values))
    return [s for s in slots if op.vjp(s) is not None and np.asarray(values[s]).dtype.kind == "f"]


def pulled(op, sample, values, seed_word="seed"):
    """(y, g, {slot: cotangent of the input, in the shape of the input}) from the rules."""
    attrs = options(op, sample)
    op = op.chosen(tuple(values), attrs)
    y = settle(np.asarray(op.forward(*values, **attrs)).copy())
    rng = seeded(op.name, str(sample), seed_word)
    g = settle(rng.uniform(0.5, 1.5, np.shape(y)).astype(np.asarray(y).dtype))
    back = {s: rule_of(op, s, **attrs)(g, y, *values) for s in differentiable(op, values)}
    return y, g, {s: unbroadcast(np.asarray(c), np.shape(values[s])) for s, c in back.items()}


CASES = [pytest.param(op, s, id=f"{op.name}-{i}") for op in OPS.values() for i, s in enumerate(samples(op))]
SMOOTH = [c for c in CASES if c.values[0].vjps]


# --- the laws --------------------------------------------------------------------------------------------------------


def check_gradient(op, sample):
    """Rules against the complex step where the function is analytic, else against central differences."""
    values, attrs = filled(op, sample), options(op, sample)
    _, g, back = pulled(op, sample, values)
    for slot, found in back.items():
        expected = np.zeros(found.shape)
        for place in np.ndindex(found.shape):
            expected[place] = slope(op, values, attrs, g, slot, place)
        tolerance = 1e-12 if op.analytic else 1e-7
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=f"input {slot}")


def slope(op, values, attrs, g, slot, place):
    def along(step):
        moved = [np.array(v, np.result_type(v, step)) if s == slot else v for s, v in enumerate(values)]
        moved[slot][place] += step
        moved[slot] = moved[slot][()]
        return op.forward(*moved, **attrs)

    if op.analytic:
        return float(np.sum(g * np.imag(along(1e-30j)))) / 1e-30
    h = 1e-5
    return float(np.sum(g * (np.asarray(along(h)) - np.asarray(along(-h))))) / (2 * h)


def check_formulas(op, sample):
    """The formulas shown, evaluated with plain functions, give what forward and the rules give."""
    values, attrs = filled(op, sample), options(op, sample)
    y, g, back = pulled(op, sample, values)
    op = op.chosen(tuple(values), attrs)
    env = environment(op, values, attrs, y, g)
    assert_same(fitted(reference.evaluate(op.formula, env), np.shape(y)), y)
    for slot, found in back.items():
        shown = reference.evaluate(op.vjp(slot).formula, {**env, "slot": slot})
        assert_same(fitted(shown, found.shape), found)


def environment(op, values, attrs, y, g):
    names = ["xs"] if op.variadic else op.inputs
    given = [values] if op.variadic else values + [None] * (len(names) - len(values))
    n = op.count(y, *values, **attrs)
    if "keepdims" in op.attrs:
        axis = attrs["axis"]
        every = range(np.ndim(values[0]))
        axes = np.atleast_1d(axis) % len(every) if every and axis is not None else every
        kept = [1 if i in axes else length for i, length in enumerate(np.shape(values[0]))]
        if np.size(y) == np.prod(kept):  # not of several quantiles
            y, g = np.reshape(y, kept), np.reshape(g, kept)
    return {**attrs, "y": y, "g": g, "n": n, "op": op, **dict(zip(names, given, strict=True))}


def fitted(value, shape):
    """What the loop of backward does: sum over what was stretched; and spread or reshape what reductions kept."""
    if value.size == np.prod(shape):
        return value.reshape(shape)
    try:
        return np.broadcast_to(value, shape)
    except ValueError:
        return unbroadcast(value, shape)


def assert_same(found, expected, tolerance=1e-12):
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=tolerance, atol=tolerance)


def check_float_path(op, sample):
    """Python floats take a path of their own; it gives what arrays give, to the last digits."""
    values, attrs = filled(op, sample), options(op, sample)
    arrays = [np.atleast_1d(v) for v in values]
    y = op.forward(*arrays, **attrs)
    assert_same(op.scalar(*values, **attrs), y[0], 1e-14)
    assert isinstance(op.scalar(*values, **attrs), float | bool)
    if op.vjps:
        sent = op.pull(1.5, float(y[0]), *values, **attrs)
        for slot in differentiable(op, values):
            assert type(sent[slot]) is float
            assert_same(sent[slot], rule_of(op, slot, **attrs)(np.array([1.5]), y, *arrays), 1e-14)


def check_memory_order(op, sample):
    """Arrays that are not contiguous, read-only like all that are recorded, give the same and stay as they are."""
    values = filled(op, sample)
    strange = [scattered(v) for v in values]
    y, _, back = pulled(op, sample, values)
    z, _, strange_back = pulled(op, sample, strange)
    assert_same(z, y)
    for slot, found in back.items():
        assert_same(strange_back[slot], found)


def scattered(value):
    """The same array with its axes reversed in memory and gaps between elements."""
    if not isinstance(value, np.ndarray):
        return value
    wide = np.zeros([2 * n for n in reversed(value.shape)], value.dtype)
    view = wide.T[tuple([slice(None, None, 2)] * value.ndim)]
    view[...] = value
    view.flags.writeable = False
    return view


def check_float32(op, sample):
    """float32 stays float32, in values and gradients, and is right to its precision."""
    values = filled(op, sample)
    narrow = [v if np.asarray(v).dtype.kind != "f" else settle(np.asarray(v, np.float32)) for v in values]
    y, g, back = pulled(op, sample, values)
    z, g32, narrow_back = pulled(op, sample, narrow)
    if not any(np.asarray(v).dtype.kind == "f" for v in values):
        return
    assert np.asarray(z).dtype == (np.float32 if np.asarray(y).dtype.kind == "f" else np.asarray(y).dtype)
    assert_same(z, y, 1e-4)
    for slot, found in back.items():
        assert narrow_back[slot].dtype == np.float32
        assert_same(narrow_back[slot], found, 1e-3)


def check_contributions(op, sample):
    """What the uses of a tensor send back sums to its gradient; where shapes allow, one tensor fills every slot."""
    values = filled(op, sample)
    leaves = [tg.tensor(v) if np.asarray(v).dtype.kind == "f" else tg.constant(v) for v in values]
    alike = len({np.shape(v) for v in values}) == 1 and all(t.needs for t in leaves)
    middle = [t * 0.75 if t.needs else t for t in leaves]
    middle = middle[:1] * len(middle) if alike else middle
    loss = tg.sum(recorded(op, middle, sample) * recorded(op, middle, sample))
    total = {}
    grads = loss.backward()
    for t in grads:
        for slot, i in enumerate(t.inputs):
            part = grads.contribution(t, slot)
            if part is not None:
                assert np.shape(part) == i.shape
                total[i] = part + total.get(i, 0)
    assert {*total} == {*grads} - {loss}, "a tensor has a gradient and no contributions"
    for t, summed in total.items():
        assert_same(summed, grads[t])


def recorded(op, tensors, sample):
    return (
        getattr(tg, op.name)(*tensors, **sample.attrs)
        if op.name != "einsum"
        else tg.einsum(sample.attrs["spec"], *tensors)
    )


def check_front_door(op, sample):
    """NumPy's own function on tensors records the op, and its value is what it gives for plain arrays."""
    values = filled(op, sample)
    for function in op.numpy:
        through = numpy_call(function, op, sample, [tg.tensor(v) for v in values])
        direct = recorded(op, [tg.tensor(v) for v in values], sample)
        assert through.op.name == op.name
        np.testing.assert_array_equal(through.value, direct.value)
        assert_same(through.value, numpy_call(function, op, sample, values))


def numpy_call(function, op, sample, values):
    needed = [v for k, v in sample.attrs.items() if op.attrs[k] is ...]
    rest = {k: v for k, v in sample.attrs.items() if op.attrs[k] is not ...}
    if op.name == "einsum":
        return function(*needed, *values)
    if op.name == "clip":
        return function(*values, rest.get("min"), rest.get("max"))
    return function(*([values] if op.variadic else values), *needed, **rest)


def check_inputs_untouched(op, sample):
    """Neither forward nor a rule writes into what it is given."""
    values = [np.array(v) for v in filled(op, sample)]
    before = [v.copy() for v in values]
    attrs = options(op, sample)
    chosen = op.chosen(tuple(values), attrs)
    y = np.asarray(chosen.forward(*values, **attrs))
    g = np.full(y.shape, 0.5)
    kept = y.copy()
    for slot in differentiable(op, values):
        rule_of(chosen, slot, **attrs)(g, y, *values)
    for v, b in zip([*values, y, g], [*before, kept, np.full(y.shape, 0.5)], strict=True):
        np.testing.assert_array_equal(v, b)


# --- the tests -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op, sample", SMOOTH)
def test_gradient(op, sample):
    check_gradient(op, sample)


@pytest.mark.slow
@pytest.mark.parametrize("op, sample", CASES)
def test_formulas(op, sample):
    check_formulas(op, sample)


@pytest.mark.parametrize("op, sample", CASES)
def test_memory_order(op, sample):
    check_memory_order(op, sample)


@pytest.mark.parametrize("op, sample", CASES)
def test_float32(op, sample):
    check_float32(op, sample)


@pytest.mark.parametrize("op, sample", CASES)
def test_inputs_untouched(op, sample):
    check_inputs_untouched(op, sample)


@pytest.mark.slow
@pytest.mark.parametrize("op, sample", SMOOTH)
def test_contributions(op, sample):
    check_contributions(op, sample)


@pytest.mark.parametrize("op, sample", [c for c in CASES if c.values[0].numpy])
def test_front_door(op, sample):
    check_front_door(op, sample)


@pytest.mark.parametrize("op", [o for o in OPS.values() if o.elementwise], ids=lambda o: o.name)
def test_float_path(op):
    assert op.scalar is not None and (op.pull is not None or not op.vjps), "scalars would take the slow path"
    for i in range(20):
        inputs = ((),) * len(op.inputs)
        if op.name == "where":
            inputs = (np.array(bool(i % 2)), (), ())
        attrs = op.samples[0].attrs if op.samples else {}
        check_float_path(op, Sample(inputs, {**attrs}) if i else Sample(inputs, attrs))


SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 1e3, -1e3, 1e300, -1e300, 1e-310, np.inf, -np.inf, np.nan)


@pytest.mark.parametrize("op", [o for o in OPS.values() if o.elementwise], ids=lambda o: o.name)
def test_float_path_at_the_edges(op):
    """Where Python raises the arrays' way is taken; where it does not, it agrees."""
    attrs = op.samples[0].attrs if op.samples else {}
    for a in SPECIAL:
        for b in SPECIAL if len(op.inputs) > 1 else (1.0,):
            values = (a, b, 2.0)[: len(op.inputs)]
            arrays = [np.array([v]) for v in values]
            with np.errstate(all="ignore"):
                y = op.forward(*arrays, **attrs)
                try:
                    found = op.scalar(*values, **attrs)
                except (ArithmeticError, ValueError):
                    continue
                if isinstance(found, complex):
                    continue
                assert_same(found, y[0], 1e-14)
                if not op.vjps:
                    continue
                try:
                    sent = op.pull(1.0, found, *values, **attrs)
                except (ArithmeticError, ValueError):
                    continue
                for slot in differentiable(op, values):
                    assert_same(sent[slot], rule_of(op, slot, **attrs)(np.ones(1), y, *arrays)[0], 1e-14)


def test_formulas_are_in_the_grammar():
    """What the pictures read: every formula parses, also those of variants."""
    for op in [v for o in OPS.values() for v in (o, *o.variants.values())]:
        formula.parse(op.formula.replace("*xs", "x0, x1"))
        for vjp in op.vjps:
            if vjp is not None:
                formula.parse(vjp.formula)
                formula.local(vjp.formula)


def test_every_op_has_samples_and_words():
    for op in OPS.values():
        assert samples(op), f"{op.name} has no samples"
        assert op.doc and op.symbol


# --- PyTorch ---------------------------------------------------------------------------------------------------------


def torch_table():
    torch = pytest.importorskip("torch")
    f = torch.nn.functional

    def reduced(function):
        def call(x, axis=None, keepdims=False, **rest):
            axes = tuple(range(x.ndim)) if axis is None else axis
            return function(x, dim=axes, keepdim=keepdims, **rest) if x.ndim else function(x, **rest)

        return call

    def prod(x, axis=None, keepdims=False):
        if not x.ndim:
            return torch.prod(x)
        for a in sorted(range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim)[::-1]:
            x = torch.prod(x, dim=int(a), keepdim=keepdims)
        return x

    def mse(a, b, reduction="mean"):
        b = b.expand_as(a)
        if reduction == "none":
            return f.mse_loss(a, b, reduction=reduction)
        total = f.mse_loss(a, b, reduction="mean" if "mean" in reduction else "sum")
        return total / 2 if "half" in reduction else total

    def bce(p, t, reduction="mean", from_logits=False):
        function = f.binary_cross_entropy_with_logits if from_logits else f.binary_cross_entropy
        return function(p, t, reduction=reduction)

    def classes(function):
        """PyTorch has the classes along the axis 1, or 0 of a row."""

        def call(x, t, axis=-1, weight=None, **rest):
            axis, last = axis % x.ndim, min(x.ndim - 1, 1)
            turned = torch.moveaxis(x, axis, last)
            t = torch.moveaxis(t, axis, last) if t.shape == x.shape else t
            return function(turned, t, None if weight is None else torch.tensor(weight), **rest)

        return call

    def pad(x, width, constant_values=0, mode="constant"):
        if mode != "constant":
            pytest.skip("torch pads images only in this mode")
        pairs = np.broadcast_to(width, (x.ndim, 2))[::-1].ravel().tolist()
        return f.pad(x, pairs, value=constant_values)

    def conv(n, function):
        def call(x, k, bias=None, **rest):
            full = k if k.ndim > n else k[None, None]
            wide = x if x.ndim > n else x[None]
            if rest.get("padding") == "same" and max(np.atleast_1d(rest.get("stride", 1))) == 1:
                rest = dict(rest)
            y = function(wide, full, bias, **rest)
            return y if x.ndim > n else y[0]

        return call

    def pool(n, function):
        def call(x, kernel=None, output_size=None, **rest):
            kernel = output_size if kernel is None else kernel
            lead = x.shape[: x.ndim - n]
            y = function(x.reshape(-1, 1, *x.shape[x.ndim - n :]), kernel, **rest)
            return y.reshape(*lead, *y.shape[2:])

        return call

    def getitem(x, index):
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(p, slice) and (p.step or 1) < 0 for p in parts):
            pytest.skip("torch has no negative steps")
        made = tuple(torch.as_tensor(np.array(p)) if isinstance(p, np.ndarray) else p for p in parts)
        return x[made]

    def symmetric(x, triangle):
        return torch.tril(x) + torch.tril(x, -1).mT if triangle == "L" else torch.triu(x) + torch.triu(x, 1).mT

    same = (
        "add sub mul div neg pow square reciprocal exp expm1 log log1p sqrt abs sign sin cos tan arcsin arccos arctan "
        "sinh cosh tanh sigmoid maximum minimum where matmul einsum exp2 log2 log10 arcsinh arccosh arctanh sinc i0 "
        "fliplr flipud moveaxis atleast_1d atleast_2d atleast_3d "
        "arctan2 hypot logaddexp logaddexp2 remainder fmod copysign fmax fmin"
    ).split()
    return {name: getattr(torch, name) for name in same} | {
        "flip": lambda x, axis=None: torch.flip(x, tuple(np.atleast_1d(range(x.ndim) if axis is None else axis))),
        "rot90": lambda x, k=1, axes=(0, 1): torch.rot90(x, k, axes),
        **{name: (lambda x, k=0, f=getattr(torch, name): f(x, k)) for name in ("tril", "triu", "diagflat")},
        "cumprod": lambda x, axis=None: torch.cumprod(x.reshape(-1) if axis is None else x, axis or 0),
        "diff": lambda x, times=1, axis=-1: torch.diff(x, times, axis),
        **{name: getattr(torch, name) for name in ("inner", "kron")},
        **{name: getattr(torch.linalg, name) for name in ("inv", "det", "solve", "svdvals")},
        "tensordot": lambda a, b, axes=2: torch.tensordot(a, b, axes),
        "vecdot": torch.linalg.vecdot,
        "logabsdet": lambda x: torch.linalg.slogdet(x)[1],
        "pinv": lambda x: torch.linalg.pinv(x),
        "cholesky": lambda x: torch.linalg.cholesky(torch.tril(x) + torch.tril(x, -1).mT),
        "eigvalsh": lambda x, UPLO="L": torch.linalg.eigvalsh(symmetric(x, UPLO)),
        "outer": lambda a, b: torch.outer(a.reshape(-1), b.reshape(-1)),
        "cross": lambda a, b, axis=-1: torch.linalg.cross(*torch.broadcast_tensors(a, b), dim=axis),
        "matrix_power": lambda x, power: torch.linalg.matrix_power(x, power),
        "orthonormal_factor": lambda x: torch.linalg.qr(x)[0],
        "triangular_factor": lambda x: torch.linalg.qr(x)[1],
        "cov": lambda x, ddof=1: torch.cov(x, correction=ddof),
        "corrcoef": torch.corrcoef,
        "slopes": lambda x, spacing=1.0, axis=0, edge_order=1: torch.gradient(
            x, spacing=spacing if np.isscalar(spacing) else (torch.tensor(spacing),), dim=axis, edge_order=edge_order
        )[0],
        "roll": lambda x, shift, axis=None: torch.roll(x, shift, axis),
        "tile": lambda x, reps: torch.tile(x, tuple(np.atleast_1d(reps))),
        "sort": lambda x, axis=-1: torch.sort(x.reshape(-1) if axis is None else x, axis or 0)[0],
        "diag": lambda x, k=0: torch.diag(x, k),
        "diagonal": lambda x, offset=0, axis1=0, axis2=1: torch.diagonal(x, offset, axis1, axis2),
        "matrix_transpose": lambda x: x.mT,
        **{
            name: (lambda *xs, name=name: getattr(torch, name)(xs))
            for name in "vstack hstack dstack column_stack".split()
        },
        "degrees": torch.rad2deg,
        "radians": torch.deg2rad,
        "nan_to_num": torch.nan_to_num,
        "silu": f.silu,
        "mish": f.mish,
        "relu6": f.relu6,
        "hardtanh": lambda x, low=-1.0, high=1.0: f.hardtanh(x, low, high),
        "glu": lambda x, axis=-1: f.glu(x, axis),
        "layer_norm": lambda x, w=None, b=None, axes=1, eps=1e-5: f.layer_norm(x, x.shape[-axes:], w, b, eps),
        "rms_norm": lambda x, w=None, axes=1, eps=1e-6: f.rms_norm(x, x.shape[-axes:], w, eps),
        "batch_norm": lambda x, w=None, b=None, eps=1e-5: f.batch_norm(x, None, None, w, b, True, 0.1, eps),
        "group_norm": lambda x, w=None, b=None, groups=1, eps=1e-5: f.group_norm(x, groups, w, b, eps),
        "scaled_dot_product_attention": lambda q, k, v, mask=None, causal=False, scale=None: (
            f.scaled_dot_product_attention(
                q, k, v, None if mask is None else torch.tensor(mask), is_causal=causal, scale=scale
            )
        ),
        "embedding": f.embedding,
        "lstm_cell": lambda x, h, c, *w: torch.stack(
            torch.lstm_cell(torch.atleast_2d(x), (torch.atleast_2d(h), torch.atleast_2d(c)), *w)
        ).reshape(2, *h.shape),
        "gru_cell": lambda x, h, *w: torch.gru_cell(torch.atleast_2d(x), torch.atleast_2d(h), *w).reshape(h.shape),
        "huber": lambda a, b, delta=1.0, reduction="mean": f.huber_loss(a, b, reduction, delta),
        "kl_div": lambda a, b, reduction="mean": f.kl_div(a, b, reduction=reduction),
        "nll_loss": classes(f.nll_loss),
        "erf": torch.erf,
        "erfc": torch.erfc,
        "gammaln": torch.lgamma,
        "logit": torch.logit,
        "xlogy": torch.xlogy,
        "logsumexp": reduced(torch.logsumexp),
        "relu": torch.relu,
        "leaky_relu": lambda x, slope=0.01: f.leaky_relu(x, slope),
        "elu": lambda x, alpha=1.0: f.elu(x, alpha),
        "gelu": lambda x, approximate="none": f.gelu(x, approximate=approximate),
        "softplus": lambda x: f.softplus(x, threshold=50),
        "clip": torch.clip,
        "softmax": lambda x, axis=-1: torch.softmax(x, axis),
        "log_softmax": lambda x, axis=-1: torch.log_softmax(x, axis),
        "sum": reduced(torch.sum),
        "mean": reduced(torch.mean),
        "max": reduced(torch.amax),
        "min": reduced(torch.amin),
        "var": lambda x, axis=None, ddof=0, keepdims=False: torch.var(x, axis, correction=ddof, keepdim=keepdims),
        "std": lambda x, axis=None, ddof=0, keepdims=False: torch.std(x, axis, correction=ddof, keepdim=keepdims),
        "prod": prod,
        "cumsum": lambda x, axis=None: torch.cumsum(x.reshape(-1) if axis is None else x, axis or 0),
        "norm": reduced(torch.linalg.vector_norm),
        "dot": torch.matmul,
        "einsum": lambda *xs, spec: torch.einsum(spec, *xs),
        "transpose": lambda x, axes=None: x.permute(*(axes or reversed(range(x.ndim)))),
        "swapaxes": lambda x, axis1, axis2: x.swapaxes(axis1, axis2),
        "reshape": lambda x, shape: x.reshape(shape),
        "flatten": lambda x: x.reshape(-1),
        "squeeze": lambda x, axis=None: x.squeeze() if axis is None else x.squeeze(axis),
        "expand_dims": lambda x, axis: x.reshape(np.expand_dims(np.empty(x.shape), axis).shape),
        "getitem": getitem,
        "concatenate": lambda *xs, axis=0: torch.cat(
            [x.reshape(-1) for x in xs] if axis is None else xs, 0 if axis is None else axis
        ),
        "stack": lambda *xs, axis=0: torch.stack(xs, axis),
        "pad": pad,
        "broadcast_to": lambda x, shape: torch.broadcast_to(x, shape),
        "mse": mse,
        "binary_cross_entropy": bce,
        "cross_entropy": classes(f.cross_entropy),
        **{f"conv{n}d": conv(n, getattr(f, f"conv{n}d")) for n in (1, 2, 3)},
        **{
            name: pool(n, getattr(f, name))
            for n in (1, 2, 3)
            for name in (f"{a}{b}_pool{n}d" for a in ("", "adaptive_") for b in ("max", "avg"))
        },
        **{f"conv_transpose{n}d": conv(n, getattr(f, f"conv_transpose{n}d")) for n in (1, 2, 3)},
    }


def check_torch(op, sample):
    """Value and gradients against PyTorch."""
    torch = pytest.importorskip("torch")
    function = torch_table().get(op.name)
    if function is None:
        pytest.skip(f"{op.name} has no function of PyTorch in the table")
    values = filled(op, sample)
    y, g, back = pulled(op, sample, values)
    tensors = [torch.tensor(np.array(v), requires_grad=s in back) for s, v in enumerate(values)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # on zero-size arrays, and on speed
        theirs = function(*tensors, **sample.attrs)
    assert tuple(theirs.shape) == np.shape(y)
    assert_same(theirs.detach().numpy(), y)
    if back:
        theirs.backward(torch.tensor(np.array(g)))
    for slot, found in back.items():
        expected = tensors[slot].grad
        assert_same(found, np.zeros(found.shape) if expected is None else expected.numpy())


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("op, sample", SMOOTH)
def test_torch(op, sample):
    check_torch(op, sample)


# --- planted faults: a check that cannot fail checks nothing ---------------------------------------------------------


def faulty(op, **changes):
    return replace(op, **changes)


def wrong_rule(op):
    def rule(*args, **options):
        return 1.001 * op.vjps[0].rule(*args, **options)

    return replace(op, vjps=(op.vjps[0]._replace(rule=rule), *op.vjps[1:]), variants={})


def test_a_wrong_rule_is_found():
    for name in ("mul", "sum", "matmul", "softmax", "gelu", "conv2d", "concatenate"):
        op = OPS[name]
        with pytest.raises(AssertionError):
            check_gradient(wrong_rule(op), samples(op)[0])
        with pytest.raises(AssertionError):
            check_formulas(wrong_rule(op), samples(op)[0])


def test_a_wrong_formula_is_found():
    sample = Sample(((3,), (3,)))
    with pytest.raises(AssertionError):
        check_formulas(faulty(OPS["mul"], formula="a + b"), sample)
    with pytest.raises(AssertionError):
        check_formulas(faulty(OPS["mul"], vjps=(Vjp("g * a", OPS["mul"].vjps[0].rule), OPS["mul"].vjps[1])), sample)


def test_a_wrong_float_path_is_found():
    with pytest.raises(AssertionError):
        check_float_path(faulty(OPS["tanh"], pull=lambda g, y, x: (g * (1 - y),)), Sample(((),)))
    with pytest.raises(AssertionError):
        check_float_path(faulty(OPS["tanh"], scalar=lambda x: x), Sample(((),)))


def test_a_rule_that_leaves_float32_or_writes_into_inputs_is_found():
    def wide(g, y, x):
        return np.float64(1) * g

    def greedy(g, y, x):
        g *= 2
        return g

    with pytest.raises(AssertionError):
        check_float32(faulty(OPS["exp"], vjps=(Vjp("g", wide),)), Sample(((3,),)))
    with pytest.raises(AssertionError):
        check_inputs_untouched(faulty(OPS["exp"], vjps=(Vjp("g", greedy),)), Sample(((3,),)))


def test_a_contribution_that_is_lost_is_found(monkeypatch):
    """As where the two edges of x * x are taken for one."""
    whole = tg.Gradients.contribution
    monkeypatch.setattr(tg.Gradients, "contribution", lambda self, t, slot: None if slot else whole(self, t, 0))
    with pytest.raises(AssertionError):
        check_contributions(OPS["mul"], Sample(((3,), (3,))))


def test_a_rule_that_depends_on_the_order_in_memory_is_found():
    def rule(g, y, x):
        return (g.ravel("K") * 2 * x.ravel("K")).reshape(x.shape)

    with pytest.raises(AssertionError):
        check_memory_order(faulty(OPS["square"], vjps=(Vjp("2 * g * x", rule),)), Sample(((2, 3),)))


def test_a_wrong_front_door_is_found():
    with pytest.raises((AssertionError, TracegraphError)):
        check_front_door(faulty(OPS["sin"], numpy=(np.cos,)), Sample(((3,),)))


@pytest.mark.torch
def test_a_difference_from_torch_is_found():
    with pytest.raises(AssertionError):
        check_torch(wrong_rule(OPS["tanh"]), Sample(((3,),)))
