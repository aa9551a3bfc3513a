"""LeNet-5 in its modern form (61,706 parameters), batch 32, float32: forward and backward.

By hand means as fast as NumPy can be made to: the batch on the last axis, so that no array is ever turned; columns for
matrix products, made once; the maximum of four strided slices for pooling; in place what can be. tracegraph keeps every
value and every gradient. All run in one thread, by turns, and must agree in what they compute.
"""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported

import numpy as np
from numpy.lib.stride_tricks import as_strided

try:
    from .timing import medians
except ImportError:  # run as a script
    from timing import medians  # type: ignore[no-redef]

SHAPES = {
    "k1": (6, 1, 5, 5),
    "c1": (6,),
    "k2": (16, 6, 5, 5),
    "c2": (16,),
    "w3": (400, 120),
    "b3": (120,),
    "w4": (120, 84),
    "b4": (84,),
    "w5": (84, 10),
    "b5": (10,),
}


def data():
    """Pictures, labels, and parameters as PyTorch would draw them."""
    rng = np.random.default_rng(0)
    fan = {name: np.prod(shape[1:] if name[0] == "k" else shape[:1]) for name, shape in SHAPES.items()}
    start = {n: (rng.uniform(-1, 1, s) / np.sqrt(fan[n])).astype(np.float32) for n, s in SHAPES.items()}
    return rng.normal(size=(32, 1, 32, 32)).astype(np.float32), rng.integers(0, 10, 32), start


def traced(x, labels, start):
    import tracegraph as tg

    x, labels = tg.constant(x), tg.constant(labels)
    p = {name: tg.parameter(value) for name, value in start.items()}

    def step():
        a = tg.max_pool2d(tg.relu(tg.conv2d(x, p["k1"], p["c1"])), 2)
        a = tg.max_pool2d(tg.relu(tg.conv2d(a, p["k2"], p["c2"])), 2)
        a = tg.relu(tg.reshape(a, (32, 400)) @ p["w3"] + p["b3"])
        a = tg.relu(a @ p["w4"] + p["b4"])
        loss = tg.cross_entropy(a @ p["w5"] + p["b5"], labels)
        kept = loss.backward()
        return float(loss.value), kept[p["k1"]], loss, kept

    return step


def by_hand(x, labels, start):
    x = np.ascontiguousarray(x.transpose(1, 2, 3, 0))  # (C, H, W, N)
    k1, k2 = start["k1"].reshape(6, 25), start["k2"].reshape(16, 150)
    k2t = np.ascontiguousarray(k2.T)
    c1, c2 = start["c1"][:, None], start["c2"][:, None]
    w3, w4, w5 = (np.ascontiguousarray(start[name].T) for name in ("w3", "w4", "w5"))
    b3, b4, b5 = (start[name][:, None] for name in ("b3", "b4", "b5"))
    one, column = np.ones(32, np.float32), np.arange(32)

    def step():
        u1 = columns(x, 5)
        z1 = product(k1, u1)
        z1 += c1
        np.maximum(z1, 0, out=z1)
        z1 = z1.reshape(6, 28, 28, 32)
        p1 = pool(z1)
        u2 = columns(p1, 5)
        z2 = product(k2, u2)
        z2 += c2
        np.maximum(z2, 0, out=z2)
        z2 = z2.reshape(16, 10, 10, 32)
        p2 = pool(z2)
        a2 = p2.reshape(400, 32)
        a3 = w3 @ a2
        a3 += b3
        np.maximum(a3, 0, out=a3)
        a4 = w4 @ a3
        a4 += b4
        np.maximum(a4, 0, out=a4)
        g = w5 @ a4
        g += b5
        g -= g.max(axis=0)
        chosen = g[labels, column]
        np.exp(g, out=g)
        sums = g.sum(axis=0)
        loss = (np.log(sums) - chosen).mean()
        g /= sums
        g[labels, column] -= 1
        g /= 32
        dw5, db5, g = g @ a4.T, g @ one, w5.T @ g
        g *= a4 > 0
        dw4, db4, g = g @ a3.T, g @ one, w4.T @ g
        g *= a3 > 0
        dw3, db3, g = g @ a2.T, g @ one, w3.T @ g
        g = unpool(g.reshape(p2.shape), p2, z2)
        g *= z2 > 0
        g = g.reshape(16, 3200)
        dk2, dc2, g = (u2 @ g.T).T, g.sum(axis=1), uncolumns(product(k2t, g), p1.shape, 5)
        g = unpool(g, p1, z1)
        g *= z1 > 0
        g = g.reshape(6, 25088)
        pieces = u1.reshape(25, 8, 3136).swapaxes(0, 1), g.reshape(6, 8, 3136).transpose(1, 2, 0)
        dk1, dc1 = (pieces[0] @ pieces[1]).sum(axis=0).T, g.sum(axis=1)
        return float(loss), dk1.reshape(6, 1, 5, 5), (dc1, dk2, dc2, dw3, db3, dw4, db4, dw5, db5)

    return step


def product(a, b):
    """In pieces of a million multiplications, for which OpenBLAS has kernels that are twice as fast."""
    out, step = np.empty((len(a), b.shape[1]), b.dtype), 10**6 // a.size
    for i in range(0, b.shape[1], step):
        np.matmul(a, b[:, i : i + step], out=out[:, i : i + step])
    return out


def columns(x, size):
    """Every window of (C, H, W, N) as a column."""
    c, h, w, n = x.shape
    shape = c, size, size, h - size + 1, w - size + 1, n
    windows = as_strided(x, shape, (*x.strides[:3], *x.strides[1:]))
    return np.ascontiguousarray(windows).reshape(c * size * size, -1)


def uncolumns(g, shape, size):
    """The way back of `columns`."""
    c, h, w, n = shape
    out, g = np.zeros(shape, g.dtype), g.reshape(c, size, size, h - size + 1, w - size + 1, n)
    for i in range(size):
        for j in range(size):
            part = out[:, i : i + g.shape[3], j : j + g.shape[4]]
            part += g[:, i, j]
    return out


def quarters(x):
    return [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]


def pool(x):
    a, b, c, d = quarters(x)
    y = np.maximum(a, b)
    np.maximum(y, c, out=y)
    return np.maximum(y, d, out=y)


def unpool(g, y, x):
    """To the first maximum."""
    out, free = np.empty_like(x), np.ones(y.shape, bool)
    for part, into in zip(quarters(x), quarters(out), strict=True):
        won = part == y
        won &= free
        free ^= won
        np.multiply(g, won, out=into)
    return out


def with_torch(x, labels, start):
    import torch

    torch.set_num_threads(1)
    f = torch.nn.functional
    x, labels = torch.tensor(x), torch.tensor(labels)
    p = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}

    def step():
        a = f.max_pool2d(torch.relu(f.conv2d(x, p["k1"], p["c1"])), 2)
        a = f.max_pool2d(torch.relu(f.conv2d(a, p["k2"], p["c2"])), 2)
        a = torch.relu(a.reshape(32, 400) @ p["w3"] + p["b3"])
        a = torch.relu(a @ p["w4"] + p["b4"])
        loss = f.cross_entropy(a @ p["w5"] + p["b5"], labels)
        grads = torch.autograd.grad(loss, list(p.values()))
        return loss.item(), grads[0].numpy(), grads

    return step


def with_mygrad(x, labels, start):
    import mygrad as mg
    from mygrad.nnet import conv_nd, max_pool, relu, softmax_crossentropy

    p = {name: mg.tensor(value) for name, value in start.items()}

    def step():
        a = max_pool(relu(conv_nd(x, p["k1"], stride=1) + p["c1"].reshape(1, 6, 1, 1)), (2, 2), 2)
        a = max_pool(relu(conv_nd(a, p["k2"], stride=1) + p["c2"].reshape(1, 16, 1, 1)), (2, 2), 2)
        a = relu(a.reshape(32, 400) @ p["w3"] + p["b3"])
        a = relu(a @ p["w4"] + p["b4"])
        loss = softmax_crossentropy(a @ p["w5"] + p["b5"], labels)
        loss.backward()
        return loss.item(), p["k1"].grad, loss

    return step


def run(repeats):
    """Median seconds of one forward and backward pass, by contestant."""
    makers = {"NumPy by hand": by_hand, "tracegraph": traced, "PyTorch": with_torch, "MyGrad": with_mygrad}
    return medians(makers, data(), repeats)


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
    for name, seconds in result.items():
        print(f"{name:15} {seconds * 1e3:8.3f} ms  {seconds / result['NumPy by hand']:.2f}")
