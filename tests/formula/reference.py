"""What formulas call, written once more as plainly as possible: the tests evaluate each formula with these.

Nothing here is fast, and nothing is shared with the package. Reductions keep their axes, as formulas assume.
"""

import itertools
import math

import numpy as np


class Matrix(np.ndarray):
    """An array in a formula: ``.T`` is for matrices, because of any other array NumPy turns what nobody means."""

    @property
    def T(self):
        assert self.ndim == 2, f"the formula transposes an array of {self.ndim} axes"
        return np.asarray(self).T.view(Matrix)


def matrix(value):
    return np.asarray(value).view(Matrix)


def evaluate(formula, env):
    """A formula's value; ``env`` holds what its names stand for."""
    arrays = {k: matrix(v) if isinstance(v, (float, np.ndarray, np.generic)) else v for k, v in env.items()}
    arrays["xs"] = [matrix(v) for v in env.get("xs", ())]
    helpers = {name: (lambda f: lambda *args, **kw: f(env, *args, **kw))(f) for name, f in BOUND.items()}
    with np.errstate(all="ignore"):
        return np.asarray(eval(formula, {**FUNCTIONS, **helpers}, arrays))


def keeping(function):
    return lambda x, axis=None, **options: function(x, axis=axis, keepdims=True, **options)


def softmax(x, axis=-1):
    return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)


def inverse(axes):
    return None if axes is None else [[a % len(axes) for a in axes].index(i) for i in range(len(axes))]


def onehot(env, t):
    return np.eye(env["x"].shape[-1])[np.asarray(t)]


def scatter(env, g, *of):
    """The adjoint of the op in one of its inputs, in all (as a list), or of taking the elements at an index."""
    if len(of) == 2:
        return taken_back(g, *of)
    if isinstance(of[0], list):
        none = [0 * x for x in of[0]]
        alone = [(lambda u, i=i: again(env, xs=[*none[:i], matrix(u), *none[i + 1 :]])) for i in range(len(none))]
        return [matrix(adjoint(f, g, x)) for f, x in zip(alone, of[0])]
    name = next(k for k in env["op"].inputs if np.array_equal(env[k], of[0]))
    return matrix(adjoint(lambda u: again(env, **{name: u}) - again(env, **{name: 0 * u}), g, of[0]))


def again(env, **changed):
    return evaluate(env["op"].formula, {**env, **changed})


def unsort(g, y, x, axis=-1):
    """Each element of the result, and the one of the input that it is: no two are equal."""
    back = np.zeros(np.shape(x))
    lines = [np.moveaxis(np.atleast_1d(np.ravel(v) if axis is None else v), axis or 0, -1) for v in (g, y, x)]
    to = np.moveaxis(back.reshape(-1) if axis is None else back, axis or 0, -1)
    for line in np.ndindex(to.shape[:-1]):
        sent, result, given = (v[line].tolist() for v in lines)
        for value, number in zip(sent, result):
            to[line][given.index(number)] = value
    return back


def put_along_axis(x, indices, values, axis=-1):
    new = np.array(x)
    np.put_along_axis(new, np.asarray(indices), values, axis)
    return new


def digamma(x):
    """From Gauss' integral, (exp(−t) / t − exp(−x t) / (1 − exp(−t))) over all t, by the midpoint rule in ln t."""
    t = np.exp(np.arange(-36, 6, 2.0**-7))
    terms = np.exp(-t) - t * np.exp(-x * t) / -np.expm1(-t)
    return np.sum(terms) * 2.0**-7


def interp_slope(x, xp, fp):
    """The slope of the piece that x is in; 0 outside."""
    pieces = np.diff(fp) / np.diff(xp)
    inside = [[left <= v < right for left, right in zip(xp, xp[1:])] for v in np.ravel(x)]
    return np.reshape([pieces[row.index(True)] if any(row) else 0.0 for row in inside], np.shape(x))


def interp_share(g, x, xp):
    """The value is linear in the heights: what each height has to do with it is the value where it alone is 1."""
    return np.array([np.sum(np.asarray(g) * np.interp(x, xp, row)) for row in np.eye(len(xp))])


def standardized(x):
    off = x - x.mean(axis=-1, keepdims=True)
    return off / np.sqrt((off**2).sum(axis=-1, keepdims=True))


def standardize_back(g, x):
    """By the matrix of all slopes, of each row: (centre − unit unitᵀ) / length."""
    g, x = np.asarray(g), np.asarray(x)
    n = x.shape[-1]
    lengths = np.sqrt(n * x.var(axis=-1))
    slopes = [(np.eye(n) - 1 / n - np.outer(u, u)) / s for u, s in zip(standardized(x), lengths)]
    return np.array([row @ m for row, m in zip(g, slopes)])


def halved(env, x, axis=-1):
    first, second = np.split(np.asarray(x), 2, axis)
    return first / (1 + np.exp(-second))


def normalized(env, x):
    """Each part of an array that is normalized, one after the other."""
    x, name = np.asarray(x), env["op"].name
    z = np.empty(x.shape)
    if name == "batch_norm":
        parts = [(slice(None), c) for c in range(x.shape[1])]
    elif name == "group_norm":
        size = x.shape[1] // env["groups"]
        parts = [(b, slice(k * size, (k + 1) * size)) for b in range(len(x)) for k in range(env["groups"])]
    else:
        parts = [*np.ndindex(x.shape[: x.ndim - env["axes"]])]
    for at in parts:
        off = x[at] if name == "rms_norm" else x[at] - x[at].mean()
        z[at] = off / np.sqrt((off**2).mean() + env["eps"])
    return z


def attention(env, q, k, v):
    scale = q.shape[-1] ** -0.5 if env["scale"] is None else env["scale"]
    scores = np.einsum("...id,...jd->...ij", q, k) * scale
    if env["causal"]:
        scores = scores + np.triu(np.full(scores.shape[-2:], -np.inf), 1)
    mask = env["mask"]
    if mask is not None:
        scores = scores + (np.where(mask, 0, -np.inf) if mask.dtype == bool else mask)
    weights = np.exp(scores)
    return np.einsum("...ij,...je->...ie", weights / weights.sum(-1, keepdims=True), v)


def attention_back(env, g, q, k, v):
    both = (lambda u: attention(env, u, k, v), lambda u: attention(env, q, u, v), lambda u: attention(env, q, k, u))
    return [by_differences(f)({}, g, x) for f, x in zip(both, (q, k, v))]


def by_class(env, v):
    weight = 1.0 if env["weight"] is None else np.asarray(env["weight"])
    return matrix(np.moveaxis(np.moveaxis(np.asarray(v), env["axis"], -1) * weight, -1, env["axis"]))


def rates(env, t):
    """What the label of each row counts, at its class."""
    classes = env["x"].shape[env["axis"]]
    weight = np.ones(classes) if env["weight"] is None else env["weight"]
    hits = [[weight[c] * (c == label != env["ignore_index"]) for c in range(classes)] for label in np.ravel(t)]
    return np.moveaxis(np.reshape(hits, (*np.shape(t), classes)), -1, env["axis"])


def wanted(env, t):
    """Targets smoothed: a share of each is spread evenly over the classes."""
    share, t, x = env["label_smoothing"], np.asarray(t), env["x"]
    if t.shape == x.shape:
        return by_class(env, (1 - share) * t + share / x.shape[env["axis"]])
    kept = np.expand_dims(t != env["ignore_index"], env["axis"])
    return (1 - share) * rates(env, t) + by_class(env, kept * share / x.shape[env["axis"]] * np.ones(x.shape))


def lstm(env, *changed):
    """The equations of the step, with each gate's part of the weights."""
    x, h, c, w, u, b, d = (np.asarray(env[k]) if env[k] is not None else 0.0 for k in CELL)
    i, f, g, o = np.split(x @ w.T + h @ u.T + b + d, 4, axis=-1)
    s = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
    new = s(f) * c + s(i) * np.tanh(g)
    return np.array([s(o) * np.tanh(new), new])


def gru(env, *changed):
    x, h, w, u, b, d = (np.asarray(env[k]) if env[k] is not None else 0.0 for k in CELL if k != "c")
    (r, z, n), (rh, zh, nh) = np.split(x @ w.T + b, 3, axis=-1), np.split(h @ u.T + d, 3, axis=-1)
    s = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
    return (1 - s(z + zh)) * np.tanh(n + s(r + rh) * nh) + s(z + zh) * h


CELL = "x h c w_ih w_hh b_ih b_hh".split()


def cell_back(cell):
    """By differences in one input, which is known by its numbers."""

    def back(env, g, of):
        name = next(k for k in env["op"].inputs if np.array_equal(env[k], of))
        return by_differences(lambda u: cell({**env, name: u}))({}, g, of)

    return back


def by_differences(function):
    """The adjoint of a smooth function by differences of the eighth order, which are exact to twelve digits."""

    def back(env, g, x, *options):
        x, g = np.array(x), np.asarray(g)
        sent, h = np.zeros(x.shape), 2.0**-7
        for place in np.ndindex(x.shape):
            for k, share in enumerate((4 / 5, -1 / 5, 4 / 105, -1 / 280), 1):
                for step in (k * h, -k * h):
                    moved = x.copy()
                    moved[place] += step
                    sent[place] += np.sum(g * function(moved, *options, **uplo(env))) * share / h * np.sign(step)
        return matrix(sent)

    return back


def uplo(env):
    return {"UPLO": env["UPLO"]} if "UPLO" in env else {}


def quantile_back(env, g, x, q):
    """The quantile is linear in the elements as long as their order stays: by small differences, element by element."""
    x, g, back = np.array(x), np.asarray(g), np.zeros(np.shape(x))
    options = {"axis": env["axis"], "keepdims": True, "method": env.get("method", "linear")}
    options["axis"] = tuple(range(x.ndim)) if env["axis"] is None else env["axis"]
    for place in np.ndindex(back.shape):
        values = []
        for h in (-(2.0**-10), 2.0**-10):
            moved = x.copy()
            moved[place] += h
            values.append(np.quantile(moved, q, **options))
        slope = (values[1] - values[0]) * 2**9
        back[place] = np.sum(g.reshape(slope.shape) * slope)
    return back


def taken_back(g, index, x):
    """Taking elements is linear: the cotangent of an element is the sum of g over the places that it was taken to."""
    back = np.zeros(np.shape(x))
    places = np.arange(np.size(x)).reshape(np.shape(x))[index]
    for place, value in zip(np.ravel(places), np.ravel(g), strict=True):
        back.flat[place] += value
    return back


def split(env, g, axis=0):
    ends = np.cumsum([np.size(x) if axis is None else x.shape[axis] for x in env["xs"]])
    return [matrix(p) for p in np.split(np.asarray(g), ends[:-1], 0 if axis is None else axis)]


def crop(env, g, width):
    inner = np.pad(np.ones(np.shape(env["x"]), bool), width)
    return np.asarray(g)[inner].reshape(np.shape(env["x"]))


def adjoint(function, g, x):
    """The transpose of a linear function of ``x``, from its definition: <g, function(e)> for each unit array e."""
    back = np.zeros(np.shape(x))
    for place in np.ndindex(back.shape):
        unit = np.zeros(back.shape)
        unit[place] = 1
        back[place] = np.sum(np.asarray(g) * function(unit))
    return back


def einsum_back(env, g, spec):
    xs = [np.asarray(x) for x in env["xs"]]
    return [matrix(adjoint(lambda u, i=i: np.einsum(spec, *xs[:i], u, *xs[i + 1 :]), g, xs[i])) for i in range(len(xs))]


def _each(value, n):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * n


def conv(n, x, k, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Every element of the output on its own, from the definition."""
    x, k = np.asarray(x), np.asarray(k)
    bare, batched = k.ndim == n and x.ndim == n, x.ndim == n + 2
    k = k.reshape(1, 1, *k.shape) if k.ndim == n else k
    x = x.reshape((1,) * (n + 2 - x.ndim) + x.shape)
    stride, dilation = _each(stride, n), _each(dilation, n)
    extent = [d * (s - 1) for d, s in zip(dilation, k.shape[2:])]
    pads = [(e // 2, e - e // 2) for e in extent] if padding == "same" else None
    pads = pads or [(0, 0)] * n if isinstance(padding, str) else [(p, p) for p in _each(padding, n)]
    x = np.pad(x, [(0, 0), (0, 0), *pads])
    shape = [(s - e - 1) // t + 1 for s, e, t in zip(x.shape[2:], extent, stride)]
    y = np.zeros((x.shape[0], k.shape[0], *shape))
    channels, made = x.shape[1] // groups, k.shape[0] // groups
    for b, o, *at in np.ndindex(y.shape):
        for c, *tap in np.ndindex(channels, *k.shape[2:]):
            place = tuple(i * s + j * d for i, s, j, d in zip(at, stride, tap, dilation))
            y[(b, o, *at)] += x[(b, o // made * channels + c, *place)] * k[(o, c, *tap)]
    if bias is not None:
        y += np.reshape(bias, (-1, *[1] * n))
    return y if batched else y[0, 0] if bare else y[0]


_CONV = ("stride", "padding", "dilation", "groups")


def _dims(env):
    return int(env["op"].name[-2])


def conv_forward(env, x, k, bias=None):
    if "output_padding" in env and np.shape(x) == np.shape(env["y"]):
        return windows_of(x, env, env["x"], k)
    return conv(_dims(env), x, k, bias, **{o: env[o] for o in _CONV})


def windows_of(z, env, x, k):
    """The convolution that a transposed one is the way back of: of its windows, as many as the input has elements."""
    whole = conv(_dims(env), z, k, None, **{o: env[o] for o in _CONV})
    return whole[tuple(slice(length) for length in np.shape(x))]


def conv_transpose(env, g, k, bias=None):
    """The adjoint of a convolution; forward, that of one whose input has the shape of the result."""
    if "output_padding" in env:
        y = adjoint(lambda z: windows_of(z, env, g, k), g, env["y"])
        return y if bias is None else y + np.reshape(bias, (-1, *[1] * _dims(env)))
    return adjoint(lambda x: conv_forward(env, x, k), g, env["x"])


def correlate(env, x, g):
    if "mode" in env:  # of rows: the adjoint of the op in the operand that is not here
        name = next(k for k in "av" if not any(np.array_equal(env[k], other) for other in (x, g)))
        return adjoint(lambda u: again(env, **{name: u}), env["g"], env[name])
    return adjoint(lambda k: conv_forward(env, x, k), g, env["k"])


def convolve(env, a, v, mode=None):
    """Without a mode it is the way back of a correlation."""
    return np.convolve(a, v, mode) if mode else correlate(env, a, v)


def windows(env, x):
    """The places in the input that each window of a pooling sees, and how many elements it counts."""
    n = _dims(env)
    if "output_size" in env:
        yield from adaptive_windows(np.shape(x)[-n:], _each(env["output_size"], n))
        return
    size, kernel = np.shape(x)[-n:], _each(env["kernel"], n)
    stride = kernel if env["stride"] is None else _each(env["stride"], n)
    padding, dilation = _each(env["padding"], n), _each(env.get("dilation", 1), n)
    axes = []
    for s, k, t, p, d in zip(size, kernel, stride, padding, dilation):
        starts = [i for i in range(-p, s + p, t)]
        last = lambda i: i + d * (k - 1)  # noqa: E731
        if env["ceil_mode"]:
            whole = [i for i in starts if last(i) < s + p]
            more = [i for i in starts if i not in whole and i < s][: len(whole) == 0 or last(whole[-1]) < s + p - 1]
            starts = whole + more
        else:
            starts = [i for i in starts if last(i) < s + p]
        axes.append([([i + d * j for j in range(k)], s, p) for i in starts])
    for at in itertools.product(*(range(len(a)) for a in axes)):
        seen = [axes[i][j] for i, j in enumerate(at)]
        inside = [[q for q in places if 0 <= q < s] for places, s, _ in seen]
        counted = math.prod(sum(-p <= q < s + p for q in places) for places, s, p in seen)
        yield at, list(itertools.product(*inside)), counted


def adaptive_windows(size, output_size):
    """Each element is in the windows that it has a share of, if elements and windows divide the same length."""
    axes = []
    for s, m in zip(size, output_size):
        m = s if m is None else m
        axes.append([[q for q in range(s) if q * m < (i + 1) * s and (q + 1) * m > i * s] for i in range(m)])
    for at in itertools.product(*(range(len(a)) for a in axes)):
        places = list(itertools.product(*(axes[k][i] for k, i in enumerate(at))))
        yield at, places, len(places)


def pool(env, x, combine):
    found = {at: combine(places, counted) for at, places, counted in windows(env, x)}
    shape = [max(at[i] for at in found) + 1 for i in range(_dims(env))]
    y = np.zeros((*np.shape(x)[: -_dims(env)], *shape))
    for at, value in found.items():
        y[(..., *at)] = value
    return y


def max_pool(env, x):
    x = np.asarray(x)
    return pool(env, x, lambda places, counted: np.max([x[(..., *p)] for p in places], axis=0))


def avg_pool(env, x):
    x, pad, divisor = np.asarray(x), env.get("count_include_pad", True), env.get("divisor_override")
    sums = lambda places: np.sum([x[(..., *p)] for p in places], axis=0)  # noqa: E731
    return pool(env, x, lambda places, n: sums(places) / (divisor or (n if pad else len(places))))


def scatter_max(env, g, x):
    x, g = np.asarray(x), np.asarray(g)
    back = np.zeros(x.shape)
    for at, places, _ in windows(env, x):
        for lead in np.ndindex(x.shape[: -_dims(env)]):
            first = max(places, key=lambda p: x[(*lead, *p)])
            back[(*lead, *first)] += g[(*lead, *at)]
    return back


def scatter_mean(env, g, x):
    return adjoint(lambda u: avg_pool(env, u), g, x)


SMOOTH = {
    "pinv": np.linalg.pinv,
    "cholesky": np.linalg.cholesky,
    "eigvalsh": np.linalg.eigvalsh,
    "eigenvectors": lambda x, UPLO="L": np.linalg.eigh(x, UPLO)[1],
    "matrix_power": np.linalg.matrix_power,
    "svdvals": lambda x: np.linalg.svd(x, compute_uv=False),
    "left_singular_vectors": lambda x: np.linalg.svd(x, full_matrices=False)[0],
    "right_singular_vectors": lambda x: np.linalg.svd(x, full_matrices=False)[2],
    "orthonormal_factor": lambda x: np.linalg.qr(x)[0],
    "triangular_factor": lambda x: np.linalg.qr(x)[1],
}
"""Functions of matrices whose way back is checked by differences."""

_NUMPY = """exp expm1 log log1p sqrt sin cos tan arcsin arccos arctan sinh cosh tanh abs sign maximum minimum clip where
    cumsum flip transpose swapaxes reshape squeeze expand_dims broadcast_to pad einsum
    fliplr flipud rot90 roll repeat tile moveaxis rollaxis take take_along_axis compress extract delete sort partition
    diag diagflat diagonal trace tril triu insert
    inner outer vdot tensordot kron cross cumprod diff interp polyval polyder quantile median
    log2 log10 cbrt arcsinh arccosh arctanh arctan2 sinc i0 nan_to_num isfinite floor trunc""".split()
FUNCTIONS = {name: getattr(np, name) for name in _NUMPY} | {
    "sum": keeping(np.sum),
    "mean": keeping(np.mean),
    "max": keeping(np.max),
    "min": keeping(np.min),
    "prod": keeping(np.prod),
    "var": keeping(np.var),
    "norm": lambda x, axis=None: np.sqrt(np.sum(np.abs(x) ** 2, axis=axis, keepdims=True)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": softmax,
    "log_softmax": lambda x, axis=-1: np.log(softmax(x, axis)),
    "Phi": np.vectorize(lambda x: (1 + math.erf(x / math.sqrt(2))) / 2, otypes=[float]),
    "phi": lambda x: np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi),
    "erf": np.vectorize(math.erf, otypes=[float]),
    "erfc": np.vectorize(math.erfc, otypes=[float]),
    "gammaln": np.vectorize(math.lgamma, otypes=[float]),
    "digamma": np.vectorize(lambda x: digamma(x), otypes=[float]),
    "inside": lambda x, low, high: (x > (-np.inf if low is None else low)) & (x < (np.inf if high is None else high)),
    "finite": lambda x, nan, posinf, neginf: np.nan_to_num(x, True, nan, posinf, neginf),
    "i1": lambda x: np.mean(np.exp(x[..., None] * (c := np.cos(np.arange(0.5, 500) * np.pi / 500))) * c, axis=-1),
    "inverse": inverse,
    "rank_one": np.multiply.outer,
    "matrix_transpose": lambda x: np.swapaxes(x, -1, -2),
    "reshape_as": lambda g, x: np.reshape(g, np.shape(x)),
    "flatten": np.ravel,
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis),
    "stack": lambda *xs, axis: np.stack(xs, axis),
    **{name: (lambda *xs, f=getattr(np, name): f(xs)) for name in ("vstack", "hstack", "dstack", "column_stack")},
    "unsort": unsort,
    "put_along_axis": put_along_axis,
    "interp_slope": interp_slope,
    "interp_share": interp_share,
    "cov": np.cov,
    "corrcoef": np.corrcoef,
    "det": np.linalg.det,
    "inv": np.linalg.inv,
    **SMOOTH,
    "vecdot": lambda a, b: np.sum(a * b, axis=-1),
    "matvec": lambda a, b: np.sum(a * b[..., None, :], axis=-1),
    "vecmat": lambda a, b: np.sum(a[..., :, None] * b, axis=-2),
    "cross_correlate": np.correlate,
    "standardize": lambda x: standardized(np.asarray(x)),
    "standardize_back": standardize_back,
    "unstack": lambda g, axis=0: [matrix(p) for p in np.moveaxis(np.asarray(g), axis, 0)],
}
BOUND = {
    "slopes": lambda env, x, spacing, axis: np.gradient(x, spacing, axis=axis, edge_order=env["edge_order"]),
    "convolve": convolve,
    "correlate": correlate,
    "quantile_back": quantile_back,
    "glu": halved,
    "glu_back": lambda env, g, x, axis: by_differences(lambda u: halved(env, u, axis))({}, g, x),
    **{f"{k}_normalized": normalized for k in ("layer", "rms", "batch", "group")},
    **{
        f"{k}_normalized_back": lambda env, g, x: by_differences(lambda u: normalized(env, u))({}, g, x)
        for k in ("layer", "rms", "batch", "group")
    },
    "by_channel": lambda env, v: matrix(np.reshape(v, (-1, *[1] * (env["x"].ndim - 2)))),
    "channel_sums": lambda env, g: np.moveaxis(np.asarray(g), 1, 0).reshape(g.shape[1], -1).sum(axis=1),
    "lstm_cell": lstm,
    "gru_cell": gru,
    "lstm_back": cell_back(lstm),
    "gru_back": cell_back(gru),
    "attention": attention,
    "attention_back": attention_back,
    "rates": rates,
    "wanted": wanted,
    "by_class": by_class,
    **{f"{name}_back": by_differences(function) for name, function in SMOOTH.items()},
    "eigvalsh": lambda env, x: np.linalg.eigvalsh(x, **uplo(env)),
    "eigenvectors": lambda env, x: np.linalg.eigh(x, **uplo(env))[1],
    "scatter": scatter,
    "onehot": onehot,
    "split": split,
    "crop": crop,
    "einsum_back": einsum_back,
    "conv_transpose": conv_transpose,
    "scatter_max": scatter_max,
    "scatter_mean": scatter_mean,
    **{f"conv{n}d": conv_forward for n in (1, 2, 3)},
    **{f"{kind}max_pool{n}d": max_pool for n in (1, 2, 3) for kind in ("", "adaptive_")},
    **{f"{kind}avg_pool{n}d": avg_pool for n in (1, 2, 3) for kind in ("", "adaptive_")},
}
"""Those that have to know more than their arguments: the other inputs, the options."""
