"""The call here that each operation of PyTorch is: what `opinfo` compares."""

from functools import partial

import numpy as np

import tracegraph as tg


def same(function):
    """A function that takes what PyTorch's takes."""
    return lambda *args, **kwargs: function(*args, **kwargs)


def scaled(function):
    """a ± alpha·b, of which alpha is 1 in most samples."""
    return lambda a, b, alpha=1: function(a, b if alpha == 1 else b * alpha)


def limits(x, min=None, max=None):
    return np.clip(x, min, max)


def reduction(function):
    def call(x, dim=None, keepdim=False, dtype=None, **rest):
        axes = None if dim is None or dim in ((), []) else tuple(dim) if isinstance(dim, list) else dim
        return function(x, axis=axes, keepdims=keepdim, **rest)

    return call


def spread(function):
    def call(x, dim=None, unbiased=True, correction=None, keepdim=False):
        dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
        ddof = (1 if unbiased else 0) if correction is None else correction
        return reduction(function)(x, dim, keepdim, ddof=ddof)

    return call


def pool(name):
    def call(x, kernel_size=None, stride=None, padding=0, dilation=None, ceil_mode=False, return_indices=False, **rest):
        stride = None if stride is None or stride in ((), []) else stride
        rest |= {} if dilation is None else {"dilation": dilation}
        return getattr(tg, name)(x, kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode, **rest)

    return call


def mean_pool(name):
    names = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")

    def call(x, *args, **kwargs):
        options = {**dict(zip(names, args)), **kwargs}
        options = {k: v[0] if isinstance(v, tuple) and len(v) == 1 else v for k, v in options.items()}
        return pool(name)(x, **options)

    return call


def adaptive(name):
    return lambda x, output_size, return_indices=False: getattr(tg, name)(x, output_size)


def conv(name):
    names = ("stride", "padding", "dilation", "groups")
    if "transpose" in name:
        names = ("stride", "padding", "output_padding", "groups", "dilation")
    return lambda x, k, b=None, *args, **kwargs: getattr(tg, name)(x, k, b, **dict(zip(names, args)), **kwargs)


def classes(function):
    def call(x, t, weight=None, **rest):
        weight = weight.value if isinstance(weight, tg.Tensor) else weight
        return function(x, t, weight=weight, axis=min(x.ndim - 1, 1), **rest)

    return call


def loss(function):
    return lambda a, b, reduction="mean", **rest: function(a, b, reduction=reduction, **rest)


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    return tg.layer_norm(x, weight, bias, axes=len(shape), eps=eps)


def padded(mode, named=True):
    def call(x, pad, mode_=None, value=None, **rest):
        pairs = [(0, 0)] * (x.ndim - len(pad) // 2) + [*zip(pad[::2], pad[1::2])][::-1]
        options = {"constant_values": value or rest.get("value") or 0} if mode == "constant" else {}
        return np.pad(x, pairs, mode=mode, **options)

    return call if named else lambda x, pad, value=None: call(x, pad, value=value)


def vector_norm(x, ord=2, dim=None, keepdim=False, dtype=None):
    return np.linalg.vector_norm(x, axis=None if dim in ((), []) else dim, keepdims=keepdim, ord=ord)


def norm(x, ord=None, dim=None, keepdim=False, dtype=None):
    axes = tuple(dim) if isinstance(dim, list) else dim
    return np.linalg.norm(x, ord, axis=axes, keepdims=keepdim)


def solve(a, b, left=True):
    if not left:
        raise TypeError("only from the left")
    return np.linalg.solve(a, b) if b.ndim == a.ndim or b.ndim == 1 else np.linalg.solve(a, b[..., None])[..., 0]


def pinv(x, rcond=None, hermitian=False, atol=None, rtol=None):
    if atol is not None or hermitian:
        raise TypeError("NumPy has a relative limit only")
    return np.linalg.pinv(x) if rtol is None else np.linalg.pinv(x, rcond=rtol)


def attention(q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    if dropout_p:
        raise TypeError("dropout is random")
    return tg.scaled_dot_product_attention(q, k, v, mask=attn_mask, causal=is_causal, scale=scale)


def softplus(x, beta=1, threshold=20):
    if threshold != 20:
        raise TypeError("there is no threshold here")
    return tg.softplus(x) if beta == 1 else tg.softplus(x * beta) / beta


def sort(x, dim=-1, descending=False, stable=False):
    ascending = np.sort(x, axis=dim)
    return np.flip(ascending, dim) if descending else ascending


def repeat(x, *times):
    times = times[0] if times and isinstance(times[0], tuple) else times
    return np.tile(x, times)


def covariance(x, correction=1, fweights=None, aweights=None):
    weights = {"fweights": fweights, "aweights": aweights}
    return np.cov(x, ddof=correction, **{k: v for k, v in weights.items() if v is not None})


def along(function):
    return lambda x, dim, **rest: function(x, axis=dim)


UNARY = {
    "abs": np.abs, "acos": np.arccos, "acosh": np.arccosh, "asin": np.arcsin, "asinh": np.arcsinh, "atan": np.arctan,
    "atanh": np.arctanh, "cos": np.cos, "cosh": np.cosh, "deg2rad": np.deg2rad, "rad2deg": np.rad2deg, "exp": np.exp,
    "exp2": np.exp2, "expm1": np.expm1, "i0": np.i0, "log": np.log, "log10": np.log10, "log1p": np.log1p,
    "log2": np.log2, "neg": np.negative, "reciprocal": np.reciprocal, "sigmoid": tg.sigmoid, "sign": np.sign,
    "sin": np.sin, "sinc": np.sinc, "sinh": np.sinh, "sqrt": np.sqrt, "square": np.square, "tan": np.tan,
    "tanh": np.tanh, "erf": tg.erf, "erfc": tg.erfc, "lgamma": tg.gammaln, "fliplr": np.fliplr, "flipud": np.flipud,
    "ravel": np.ravel, "t": np.transpose, "T": np.transpose, "mT": lambda x: np.swapaxes(x, -1, -2),
    "nn.functional.relu6": tg.relu6, "nn.functional.silu": tg.silu, "nn.functional.mish": tg.mish,
    "nn.functional.relu": tg.relu, "linalg.inv": np.linalg.inv, "linalg.det": np.linalg.det,
    "corrcoef": np.corrcoef, "trace": np.trace, "msort": partial(np.sort, axis=0), "linalg.svdvals": tg.svdvals,
    "floor": np.floor, "trunc": np.trunc,
}  # fmt: skip
BINARY = {
    "mul": np.multiply, "true_divide": np.divide, "div.no_rounding_mode": np.divide, "atan2": np.arctan2,
    "copysign": np.copysign, "fmax": np.fmax, "fmin": np.fmin, "fmod": np.fmod, "remainder": np.remainder,
    "hypot": np.hypot, "logaddexp": np.logaddexp, "logaddexp2": np.logaddexp2, "max.binary": np.maximum,
    "maximum": np.maximum, "min.binary": np.minimum, "minimum": np.minimum, "pow": np.power, "xlogy": tg.xlogy,
    "mm": np.matmul, "bmm": np.matmul, "mv": np.matmul, "matmul": np.matmul, "dot": np.dot, "vdot": np.vdot,
    "inner": np.inner, "outer": np.outer, "kron": np.kron, "clamp_max": np.minimum, "clamp_min": np.maximum,
    "__radd__": lambda a, b: b + a, "__rmul__": lambda a, b: b * a, "__rsub__": lambda a, b: b - a,
    "__rdiv__": lambda a, b: b / a, "__rpow__": lambda a, b: b**a, "__rmatmul__": lambda a, b: b @ a,
    "__rmod__": lambda a, b: np.remainder(b, a), "float_power": np.power, "linalg.solve": solve,
    "__getitem__": lambda x, *i: x[i if len(i) != 1 else i[0]],
}  # fmt: skip
CALLS = {
    **{name: same(function) for name, function in (UNARY | BINARY).items()},
    "add": scaled(np.add),
    "sub": scaled(np.subtract),
    "rsub": lambda a, b, alpha=1: np.subtract(b, a if alpha == 1 else a * alpha),
    "clamp": limits,
    "where": lambda a, c, b: np.where(c, a, b),
    **{name: reduction(f) for name, f in (("sum", np.sum), ("mean", np.mean), ("amax", np.max), ("amin", np.min))},
    "prod": reduction(np.prod),
    "nansum": reduction(np.nansum),
    "nanmean": reduction(np.nanmean),
    "logsumexp": reduction(tg.logsumexp),
    "var": spread(np.var),
    "std": spread(np.std),
    "var.unbiased": spread(np.var),
    "std.unbiased": spread(np.std),
    "max.reduction_no_dim": np.max,
    "min.reduction_no_dim": np.min,
    "cumsum": along(np.cumsum),
    "cumprod": along(np.cumprod),
    "softmax": lambda x, dim, dtype=None: tg.softmax(x, dim),
    "log_softmax": lambda x, dim, dtype=None: tg.log_softmax(x, dim),
    "nn.functional.softmin": lambda x, dim, dtype=None: tg.softmax(-x, dim),
    **{f"nn.functional.max_pool{n}d": pool(f"max_pool{n}d") for n in (1, 2, 3)},
    **{f"nn.functional.avg_pool{n}d": mean_pool(f"avg_pool{n}d") for n in (1, 2, 3)},
    **{
        f"nn.functional.adaptive_{k}_pool{n}d": adaptive(f"adaptive_{k}_pool{n}d")
        for k in ("max", "avg")
        for n in (1, 2, 3)
    },
    **{f"nn.functional.conv{t}{n}d": conv(f"conv{t}{n}d") for t in ("", "_transpose") for n in (1, 2, 3)},
    "nn.functional.linear": lambda x, w, b=None: x @ w.T if b is None else x @ w.T + b,
    "nn.functional.cross_entropy": classes(tg.cross_entropy),
    "nn.functional.nll_loss": classes(tg.nll_loss),
    "nn.functional.mse_loss": loss(tg.mse),
    "nn.functional.huber_loss": loss(tg.huber),
    "nn.functional.binary_cross_entropy": loss(tg.binary_cross_entropy),
    "nn.functional.binary_cross_entropy_with_logits": loss(partial(tg.binary_cross_entropy, from_logits=True)),
    "nn.functional.kl_div": loss(tg.kl_div),
    "nn.functional.layer_norm": layer_norm,
    "nn.functional.rms_norm": lambda x, shape, weight=None, eps=None: tg.rms_norm(
        x, weight, axes=len(shape), eps=np.finfo(float).eps if eps is None else eps
    ),
    "nn.functional.group_norm": lambda x, groups, weight=None, bias=None, eps=1e-5: tg.group_norm(
        x, weight, bias, groups=groups, eps=eps
    ),
    "nn.functional.batch_norm": lambda x, mean, var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5: (
        tg.batch_norm(x, weight, bias, eps=eps)
        if training or mean is None
        else (x - mean.value.reshape(-1, *[1] * (x.ndim - 2)))
        / np.sqrt(var.value.reshape(-1, *[1] * (x.ndim - 2)) + eps)
        * (1.0 if weight is None else np.reshape(weight, (-1, *[1] * (x.ndim - 2))))
        + (0.0 if bias is None else np.reshape(bias, (-1, *[1] * (x.ndim - 2))))
    ),
    "nn.functional.glu": lambda x, dim=-1: tg.glu(x, dim),
    "nn.functional.elu": lambda x, alpha=1.0: tg.elu(x, alpha=alpha),
    "nn.functional.gelu": lambda x, approximate="none": tg.gelu(x, approximate=approximate),
    "nn.functional.hardtanh": lambda x, min_val=-1.0, max_val=1.0: tg.hardtanh(x, low=min_val, high=max_val),
    "nn.functional.leaky_relu": lambda x, negative_slope=0.01: tg.leaky_relu(x, slope=negative_slope),
    "nn.functional.softplus": softplus,
    "nn.functional.embedding": lambda w, i, **rest: tg.embedding(i, w),
    "nn.functional.scaled_dot_product_attention": attention,
    **{
        f"nn.functional.pad.{torch}": padded(ours)
        for torch, ours in (
            ("constant", "constant"),
            ("reflect", "reflect"),
            ("replicate", "edge"),
            ("circular", "wrap"),
        )
    },
    "constant_pad_nd": padded("constant", named=False),
    "linalg.vector_norm": vector_norm,
    "linalg.matrix_power": np.linalg.matrix_power,
    "linalg.pinv": pinv,
    "linalg.cholesky": lambda x, upper=False: (
        np.swapaxes(np.linalg.cholesky(x), -1, -2) if upper else np.linalg.cholesky(x)
    ),
    "linalg.eigvalsh": lambda x, UPLO="L": np.linalg.eigvalsh(x, UPLO),
    "linalg.cross": lambda a, b, dim=-1: np.cross(a, b, axis=dim),
    "linalg.diagonal": lambda x, offset=0, dim1=-2, dim2=-1: np.diagonal(x, offset, dim1, dim2),
    "diagonal": lambda x, offset=0, dim1=0, dim2=1: np.diagonal(x, offset, dim1, dim2),
    "linalg.vecdot": lambda a, b, dim=-1: (
        np.vecdot(np.moveaxis(a, dim, -1), np.moveaxis(b, dim, -1)) if dim != -1 else np.vecdot(a, b)
    ),
    "linalg.multi_dot": np.linalg.multi_dot,
    "linalg.slogdet": lambda x: np.linalg.slogdet(x)[1],
    "einsum": lambda xs, spec: np.einsum(spec, *xs),
    "tensordot": lambda a, b, dims=2: np.tensordot(a, b, dims),
    "cat": lambda xs, dim=0, **rest: np.concatenate(xs, dim),
    "stack": lambda xs, dim=0: np.stack(xs, dim),
    **{name: (lambda xs, f=getattr(np, name): f(xs)) for name in ("hstack", "vstack", "dstack", "column_stack")},
    "flip": lambda x, dims: np.flip(x, tuple(dims)),
    "roll": lambda x, shifts, dims=None: np.roll(x, shifts, dims if dims not in ((), []) else None),
    "rot90": lambda x, k=1, dims=(0, 1): np.rot90(x, k, dims),
    "tile": lambda x, dims: np.tile(x, dims),
    "repeat": repeat,
    "tril": lambda x, k=0: np.tril(x, k),
    "triu": lambda x, k=0: np.triu(x, k),
    "diag": lambda x, k=0: np.diag(x, k),
    "diagflat": lambda x, offset=0: np.diagflat(x, offset),
    "diff": lambda x, n=1, dim=-1, prepend=None, append=None: np.diff(
        x, n, dim, **({} if prepend is None else {"prepend": prepend}), **({} if append is None else {"append": append})
    ),
    "cov": covariance,
    "reshape": lambda x, shape: np.reshape(x, shape),
    "view": lambda x, *shape: np.reshape(x, shape[0] if len(shape) == 1 else shape),
    "permute": lambda x, dims: np.transpose(x, dims),
    "transpose": lambda x, a, b: np.swapaxes(x, a, b),
    "movedim": np.moveaxis,
    "squeeze": lambda x, dim=None: np.squeeze(x, dim),
    "unsqueeze": lambda x, dim: np.expand_dims(x, dim),
    "broadcast_to": lambda x, shape: np.broadcast_to(x, shape),
    "expand": lambda x, *shape: tg.broadcast_to(x, shape[0] if len(shape) == 1 else shape),
    "gather": lambda x, dim, index: np.take_along_axis(x, index, dim),
    "take_along_dim": lambda x, index, dim=None: np.take_along_axis(x, index, dim),
    "index_select": lambda x, dim, index: np.take(x, index, dim) if x.ndim else x[()],
    "masked_select": lambda x, mask: np.broadcast_to(x, np.broadcast_shapes(x.shape, mask.shape))[
        np.broadcast_to(mask, np.broadcast_shapes(x.shape, mask.shape))
    ],
    "narrow": lambda x, dim, start, length: np.take(x, range(int(start), int(start) + length), dim),
    "select": lambda x, dim, index: np.take(x, index, dim),
    "sort": sort,
    "nan_to_num": lambda x, nan=0.0, posinf=None, neginf=None: np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf),
    "atleast_1d": np.atleast_1d,
    "atleast_2d": np.atleast_2d,
    "atleast_3d": np.atleast_3d,
    "logit": lambda x, eps=None: tg.logit(x) if eps is None else tg.logit(np.clip(x, eps, 1 - eps)),
    "linalg.norm": norm,
}
"""By PyTorch's name of the operation: the call here that it is."""
