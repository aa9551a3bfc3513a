"""The call here that each operator of ONNX is: what `onnx_nodes` compares. Attributes come by name, inputs in order."""

from functools import reduce

import numpy as np

import tracegraph as tg

from .onnx_layers import (
    attention,
    batch_norm,
    classes,
    conv,
    conv_transpose,
    gemm,
    group_norm,
    gru,
    instance_norm,
    layer_norm,
    local_response,
    lp_normalize,
    lstm,
    pool,
)


def each(function):
    return lambda *inputs, **attributes: function(*inputs)


def axes_of(axes, x):
    """Axes as attribute or as input; None for all."""
    axes = None if axes is None else np.atleast_1d(np.asarray(axes)).astype(int).tolist()
    return tuple(axes) if axes else None


def reduced(function):
    def call(x, axes=None, keepdims=1, noop_with_empty_axes=0):
        if noop_with_empty_axes and axes_of(axes, x) is None:
            return function(x, axis=(), keepdims=True)
        return function(x, axis=axes_of(axes, x), keepdims=bool(keepdims))

    return call


def padded(x, pads, value=None, axes=None, mode=b"constant"):
    modes = {"constant": "constant", "edge": "edge", "reflect": "reflect", "wrap": "wrap"}
    pairs, axes = [(0, 0)] * x.ndim, range(x.ndim) if axes is None else np.asarray(axes) % x.ndim
    for axis, pair in zip(axes, zip(pads[: len(pads) // 2].tolist(), pads[len(pads) // 2 :].tolist())):
        pairs[axis] = pair
    value = float(value) if value is not None else 0.0
    options = {"constant_values": value} if mode == b"constant" else {}
    return np.pad(x, pairs, mode=modes[mode.decode()], **options)


def sliced(x, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else np.asarray(axes) % x.ndim
    index = [slice(None)] * x.ndim
    for k, axis in enumerate(axes):
        step = 1 if steps is None else int(steps[k])
        end = int(ends[k])
        index[axis] = slice(int(starts[k]), None if step < 0 and end < -x.shape[axis] else end, step)
    return x[tuple(index)]


def split(x, split=None, axis=0, num_outputs=None):
    if split is None:
        size = -(-x.shape[axis] // (num_outputs or 2))
        return x[(slice(None),) * (axis % x.ndim) + (slice(0, size),)]
    return np.split(x, np.cumsum(split)[:-1].tolist(), axis)[0]


def reshape(x, shape, allowzero=0):
    return np.reshape(x, [x.shape[i] if s == 0 and not allowzero else int(s) for i, s in enumerate(shape)])


def cumulative(name):
    def call(x, axis, exclusive=0, reverse=0):
        axis = int(np.ravel(axis)[0]) % x.ndim
        y = np.flip(x, axis) if reverse else x
        if exclusive:
            before, neutral = (slice(None),) * axis, float(name == "cumprod")
            first = np.full_like(y.value[(*before, slice(0, 1))], neutral)
            y = np.concatenate([first, y[(*before, slice(0, -1))]], axis)
        y = getattr(np, name)(y, axis=axis)
        return np.flip(y, axis) if reverse else y

    return call


def blocks(x, blocksize, mode=b"DCR", back=False):
    n, c, h, w = x.shape
    b = blocksize
    if back and mode == b"CRD":
        return np.reshape(
            np.transpose(np.reshape(x, (n, c, h // b, b, w // b, b)), (0, 1, 3, 5, 2, 4)), (n, -1, h // b, w // b)
        )
    if back:
        return np.reshape(
            np.transpose(np.reshape(x, (n, c, h // b, b, w // b, b)), (0, 3, 5, 1, 2, 4)), (n, -1, h // b, w // b)
        )
    if mode == b"DCR":
        return np.reshape(np.transpose(np.reshape(x, (n, b, b, -1, h, w)), (0, 3, 4, 1, 5, 2)), (n, -1, h * b, w * b))
    return np.reshape(np.transpose(np.reshape(x, (n, -1, b, b, h, w)), (0, 1, 4, 2, 5, 3)), (n, -1, h * b, w * b))


def scattered(x, indices, updates, axis=0, reduction=b"none"):
    if reduction != b"none":
        raise TypeError("no reduction of what is scattered")
    return tg.put_along_axis(x, updates, indices=indices, axis=axis)


LAST = {"GRU": 1, "LSTM": 1}
"""Of several outputs the one that is compared; the first of others."""


def extreme(function):
    return lambda *xs: reduce(function, xs[1:], xs[0]) if len(xs) > 1 else xs[0] * 1.0


def clip(x, low=None, high=None):
    return x * 1.0 if low is high is None else np.clip(x, *(v if v is None else float(v) for v in (low, high)))


def top(x, k, axis=-1, largest=1, sorted=1):
    order = np.argsort(-x.value if largest else x.value, axis, kind="stable")
    return np.take_along_axis(x, order.take(range(int(k[0])), axis), axis)


OPTIONS = {
    "Clip": (1, 2),
    "Pad": (2,),
    "NegativeLogLikelihoodLoss": (2,),
    "SoftmaxCrossEntropyLoss": (2,),
    "Attention": (3,),
}
"""Inputs of ONNX that are options here, which take no gradient."""

SAME = "Abs Exp Floor Ceil Log Sqrt Sign Reciprocal Sin Cos Tan Sinh Cosh Tanh"
CALLS = {
    **{name: each(getattr(np, name.lower())) for name in SAME.split()},
    **{f"A{k}": each(getattr(np, f"arc{k}")) for k in ("cos", "cosh", "sin", "sinh", "tan", "tanh")},
    "Add": each(np.add),
    "Sub": each(np.subtract),
    "Mul": each(np.multiply),
    "Div": each(np.divide),
    "Neg": each(np.negative),
    "Pow": each(np.power),
    "MatMul": each(np.matmul),
    "Erf": each(tg.erf),
    "Sigmoid": each(tg.sigmoid),
    "Relu": each(tg.relu),
    "Softplus": each(tg.softplus),
    "Mish": each(tg.mish),
    "Identity": each(lambda x: tg.astype(x, "float64")),
    "Det": each(np.linalg.det),
    "Where": each(np.where),
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "Swish": lambda x, alpha=1.0: tg.silu(x) if alpha == 1 else x * tg.sigmoid(alpha * x),
    "HardSigmoid": lambda x, alpha=0.2, beta=0.5: np.clip(alpha * x + beta, 0, 1),
    "HardSwish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "Celu": lambda x, alpha=1.0: alpha * tg.elu(x / alpha),
    "Elu": lambda x, alpha=1.0: tg.elu(x, alpha=alpha),
    "LeakyRelu": lambda x, alpha=0.01: tg.leaky_relu(x, slope=alpha),
    "PRelu": lambda x, slope: np.where(x > 0, x, slope * x),
    "Selu": lambda x, alpha=1.67326319217681884765625, gamma=1.05070102214813232421875: gamma * tg.elu(x, alpha=alpha),
    "ThresholdedRelu": lambda x, alpha=1.0: np.where(x > alpha, x, 0.0),
    "Shrink": lambda x, bias=0.0, lambd=0.5: np.where(x < -lambd, x + bias, np.where(x > lambd, x - bias, 0.0)),
    "Gelu": lambda x, approximate=b"none": tg.gelu(x, approximate=approximate.decode()),
    "Clip": clip,
    "Concat": lambda *xs, axis: np.concatenate(xs, axis),
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": pool("max"),
    "AveragePool": pool("avg"),
    "GlobalAveragePool": lambda x: np.mean(x, axis=tuple(range(2, x.ndim)), keepdims=True),
    "GlobalMaxPool": lambda x: np.max(x, axis=tuple(range(2, x.ndim)), keepdims=True),
    "CumSum": cumulative("cumsum"),
    "CumProd": cumulative("cumprod"),
    "Einsum": lambda *xs, equation: np.einsum(equation.decode(), *xs),
    "Expand": lambda x, shape: np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(shape.tolist()))),
    "Flatten": lambda x, axis=1: np.reshape(x, (int(np.prod(x.shape[: axis if axis >= 0 else axis + x.ndim])), -1)),
    "Gather": lambda x, indices, axis=0: np.take(x, indices, axis),
    "GatherElements": lambda x, indices, axis=0: np.take_along_axis(x, indices, axis),
    "Compress": lambda x, condition, axis=None: np.compress(condition, x, axis),
    "Gemm": gemm,
    "GRU": gru,
    "LSTM": lstm,
    "Attention": attention,
    "LRN": local_response,
    "Pad": padded,
    "ScatterElements": scattered,
    "Scatter": scattered,
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "InstanceNormalization": instance_norm,
    "GroupNormalization": group_norm,
    "RMSNormalization": lambda x, w, axis=-1, epsilon=1e-5, stash_type=1: tg.rms_norm(
        x, w, axes=x.ndim - axis % x.ndim, eps=epsilon
    ),
    "LpNormalization": lp_normalize,
    "MeanVarianceNormalization": lambda x, axes=(0, 2, 3): (
        (x - np.mean(x, tuple(axes), keepdims=True)) / np.std(x, tuple(axes), keepdims=True)
    ),
    "Softmax": lambda x, axis=-1: tg.softmax(x, axis),
    "LogSoftmax": lambda x, axis=-1: tg.log_softmax(x, axis),
    "NegativeLogLikelihoodLoss": classes(tg.nll_loss, False),
    "SoftmaxCrossEntropyLoss": classes(tg.cross_entropy, True),
    "Max": extreme(np.maximum),
    "Min": extreme(np.minimum),
    "Mean": lambda *xs: sum(xs[1:], xs[0]) / len(xs),
    "Sum": lambda *xs: sum(xs[1:], xs[0] if len(xs) > 1 else xs[0] * 1.0),
    "Mod": lambda a, b, fmod=0: np.fmod(a, b) if fmod else np.remainder(a, b),
    "ReduceSum": reduced(np.sum),
    "ReduceMean": reduced(np.mean),
    "ReduceMax": reduced(np.max),
    "ReduceMin": reduced(np.min),
    "ReduceProd": reduced(np.prod),
    "ReduceL2": reduced(np.linalg.vector_norm),
    "ReduceLogSumExp": reduced(tg.logsumexp),
    "ReduceL1": reduced(lambda x, axis, keepdims: np.sum(np.abs(x), axis=axis, keepdims=keepdims)),
    "ReduceLogSum": reduced(lambda x, axis, keepdims: np.log(np.sum(x, axis=axis, keepdims=keepdims))),
    "ReduceSumSquare": reduced(lambda x, axis, keepdims: np.sum(np.square(x), axis=axis, keepdims=keepdims)),
    "Reshape": reshape,
    "Slice": sliced,
    "Split": split,
    "Squeeze": lambda x, axes=None: np.squeeze(x, axes_of(axes, x)),
    "Unsqueeze": lambda x, axes: np.expand_dims(x, axes_of(axes, x)),
    "Tile": lambda x, repeats: np.tile(x, tuple(repeats.tolist())),
    "Transpose": lambda x, perm=None: np.transpose(x, perm),
    "DepthToSpace": blocks,
    "SpaceToDepth": lambda x, blocksize, mode=b"DCR": blocks(x, blocksize, mode, back=True),
    "TopK": top,
}
"""By ONNX's name of the operator."""
