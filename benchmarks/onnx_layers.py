"""Layers of ONNX as calls here: convolutions, pooling, normalization, losses, attention and recurrent networks."""

import numpy as np

import tracegraph as tg


def pads_of(pads, auto_pad, x, kernel, strides, dilations, n):
    """Elements before and after each axis."""
    if auto_pad in (b"SAME_UPPER", b"SAME_LOWER"):
        total = [
            max((-(-size // s) - 1) * s + d * (k - 1) + 1 - size, 0)
            for size, k, s, d in zip(x.shape[-n:], kernel, strides, dilations)
        ]
        odd = auto_pad == b"SAME_UPPER"
        return [((t // 2, t - t // 2) if odd else (t - t // 2, t // 2)) for t in total]
    return [*zip(pads[:n], pads[n:])] if pads else [(0, 0)] * n


def conv(x, k, b=None, pads=None, strides=None, dilations=None, group=1, auto_pad=b"NOTSET", kernel_shape=None):
    n = k.ndim - 2
    strides, dilations = strides or [1] * n, dilations or [1] * n
    pairs = pads_of(pads, auto_pad, x, k.shape[2:], strides, dilations, n)
    if any(a != b for a, b in pairs):
        x, pairs = np.pad(x, [(0, 0), (0, 0), *pairs]), [(0, 0)] * n
    options = {"stride": strides, "padding": [a for a, _ in pairs], "dilation": dilations, "groups": group}
    return getattr(tg, f"conv{n}d")(x, k, b, **options)


def conv_transpose(x, k, b=None, pads=None, strides=None, dilations=None, group=1, output_padding=None, **rest):
    n = k.ndim - 2
    if rest.get("output_shape") or rest.get("auto_pad", b"NOTSET") != b"NOTSET":
        raise TypeError("an output shape is not an option here")
    strides, dilations, pads = strides or [1] * n, dilations or [1] * n, pads or [0] * 2 * n
    y = getattr(tg, f"conv_transpose{n}d")(
        x, k, b, stride=strides, dilation=dilations, groups=group, output_padding=output_padding or 0,
        padding=[min(p) for p in zip(pads[:n], pads[n:])],
    )  # fmt: skip
    more = [(a - min(a, b), b - min(a, b)) for a, b in zip(pads[:n], pads[n:])]
    cuts = [slice(a, length - b) for (a, b), length in zip(more, y.shape[2:])]
    return y[(..., *cuts)] if any(map(any, more)) else y


def pool(kind):
    def call(x, kernel_shape, pads=None, strides=None, dilations=None, auto_pad=b"NOTSET", ceil_mode=0, **rest):
        n = len(kernel_shape)
        strides, dilations = strides or [1] * n, dilations or [1] * n
        if rest.get("storage_order"):
            raise TypeError("the order of indices is no option here")
        pairs = pads_of(pads, auto_pad, x, kernel_shape, strides, dilations, n)
        options = {"kernel": kernel_shape, "stride": strides, "ceil_mode": bool(ceil_mode)}
        if kind == "max":
            options["dilation"] = dilations
        elif max(dilations) > 1:
            raise TypeError("a mean has no dilation here")
        else:
            options["count_include_pad"] = bool(rest.get("count_include_pad", 0))
        if any(a != b for a, b in pairs) or any(2 * a > k for (a, _), k in zip(pairs, kernel_shape)):
            if kind == "avg" and not options["count_include_pad"]:
                ones = np.pad(np.ones(x.shape), [(0, 0), (0, 0), *pairs])
                shares = getattr(tg, f"avg_pool{n}d")(tg.constant(ones), **options).value
                return getattr(tg, f"avg_pool{n}d")(np.pad(x, [(0, 0), (0, 0), *pairs]), **options) / shares
            edge = -np.inf if kind == "max" else 0.0
            x, pairs = np.pad(x, [(0, 0), (0, 0), *pairs], constant_values=edge), [(0, 0)] * n
        return getattr(tg, f"{kind}_pool{n}d")(x, padding=[a for a, _ in pairs], **options)

    return call


def gemm(a, b, c=None, alpha=1.0, beta=1.0, transA=0, transB=0):
    y = (a.T if transA else a) @ (b.T if transB else b)
    y = y if alpha == 1 else y * alpha
    return y if c is None else y + (c if beta == 1 else c * beta)


def classes(function, logits):
    def call(x, t, weight=None, reduction=b"mean", ignore_index=-100):
        return function(x, t, weight=weight, ignore_index=ignore_index, reduction=reduction.decode(), axis=1)

    return call


def layer_norm(x, w, b=None, axis=-1, epsilon=1e-5, stash_type=1):
    axes = x.ndim - axis % x.ndim
    if axes > 1 and w.ndim < axes:
        raise TypeError("weights of all axes")
    return tg.layer_norm(x, w, b, axes=axes, eps=epsilon)


def instance_norm(x, w, b, epsilon=1e-5):
    return tg.group_norm(x, w, b, groups=x.shape[1], eps=epsilon)


def group_norm(x, w, b, num_groups, epsilon=1e-5, stash_type=1):
    return tg.group_norm(x, w, b, groups=num_groups, eps=epsilon)


def batch_norm(x, w, b, mean, var, epsilon=1e-5, momentum=0.9, training_mode=0):
    if training_mode:
        return tg.batch_norm(x, w, b, eps=epsilon)
    shape = (-1, *[1] * (x.ndim - 2))
    w, b, mean, var = (np.reshape(v, shape) for v in (w, b, mean, var))
    return (x - mean) / np.sqrt(var + epsilon) * w + b


def lp_normalize(x, axis=-1, p=2):
    length = np.linalg.vector_norm(x, axis=axis, keepdims=True, ord=p)
    if np.any(length.value == 0):
        raise TypeError("0 / 0")
    return x / length


def attention(q, k, v, mask=None, past_k=None, past_v=None, nonpad=None, scale=None, is_causal=0, **rest):
    if (
        rest
        or nonpad is not None
        or past_k is not None
        or past_v is not None
        or q.ndim != 4
        or k.shape[1] != q.shape[1]
    ):
        raise TypeError("neither heads in one axis nor a past here")
    return tg.scaled_dot_product_attention(q, k, v, mask=mask, causal=bool(is_causal), scale=scale)


def local_response(x, size, alpha=1e-4, beta=0.75, bias=1.0):
    square = np.pad(np.square(x), [(0, 0), ((size - 1) // 2, size // 2), (0, 0), (0, 0)])
    total = sum(square[:, i : i + x.shape[1]] for i in range(size))
    return x / (bias + alpha / size * total) ** beta


def gru(x, w, r, b=None, *more, hidden_size=None, layout=0, linear_before_reset=0, **rest):
    if rest or layout or more or not linear_before_reset:
        raise TypeError("the gate inside the product is no option here")
    order = np.r_[hidden_size : 2 * hidden_size, :hidden_size, 2 * hidden_size : 3 * hidden_size]
    w, r = w[0][order], r[0][order]
    biases = (None, None) if b is None else (b[0][: 3 * hidden_size][order], b[0][3 * hidden_size :][order])
    h, states = np.zeros((x.shape[1], hidden_size)), []
    for t in range(x.shape[0]):
        h = tg.gru_cell(x[t], h, w, r, *biases)
        states.append(h)
    return np.expand_dims(h, 0)


def lstm(x, w, r, b=None, *more, hidden_size=None, layout=0, **rest):
    if rest or layout or more:
        raise TypeError("neither peepholes nor other options here")
    n = hidden_size
    order = np.r_[:n, 2 * n : 3 * n, 3 * n : 4 * n, n : 2 * n]
    w, r = w[0][order], r[0][order]
    biases = (None, None) if b is None else (b[0][: 4 * n][order], b[0][4 * n :][order])
    h, c = np.zeros((x.shape[1], n)), np.zeros((x.shape[1], n))
    for t in range(x.shape[0]):
        h, c = tg.lstm_cell(x[t], h, c, w, r, *biases)
    return np.expand_dims(h, 0)
