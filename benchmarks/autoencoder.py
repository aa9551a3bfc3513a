"""An autoencoder 784-128-32-128-784 with sigmoids and squared error, batch 64, float32: one step of gradient descent.

By hand is what one would write for speed: in place where a value is not needed again, nothing kept but the parameters.
tracegraph keeps every value and every gradient. All run in one thread, by turns, and must agree in what they compute.
"""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported

import numpy as np

try:
    from .timing import medians
except ImportError:  # run as a script
    from timing import medians  # type: ignore[no-redef]

SIZES = 784, 128, 32, 128, 784
BATCH, RATE = 64, np.float32(0.1)


def data():
    """Pictures and parameters: a list of weights and biases in turn."""
    rng = np.random.default_rng(0)
    start = []
    for n, m in zip(SIZES, SIZES[1:], strict=False):
        start += [(rng.normal(size=(n, m)) / np.sqrt(n)).astype(np.float32), np.zeros(m, np.float32)]
    return rng.random((BATCH, SIZES[0]), np.float32), start


def traced(x, start):
    import tracegraph as tg

    x = tg.constant(x)
    p = [tg.parameter(v) for v in start]

    def step():
        h = x
        for w, b in zip(p[::2], p[1::2], strict=True):
            h = tg.sigmoid(h @ w + b)
        loss = tg.mse(h, x)
        kept = loss.backward()
        p[:] = [tg.parameter(v.value - RATE * v.grad) for v in p]
        return float(loss.value), p[0].value, loss, kept

    return step


def by_hand(x, start):
    p = [v.copy() for v in start]
    one = np.ones(BATCH, np.float32)

    def step():
        hidden = [x]
        for w, b in zip(p[::2], p[1::2], strict=True):
            z = hidden[-1] @ w
            z += b
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += 1
            hidden.append(np.reciprocal(z, out=z))
        g = hidden[-1] - x
        off = g.ravel()
        loss = off @ off / g.size
        g *= 2 / g.size
        for i in (3, 2, 1, 0):
            y = hidden[i + 1]
            g *= y
            g *= 1 - y
            dw, db = hidden[i].T @ g, one @ g
            if i:
                g = g @ p[2 * i].T
            dw *= RATE
            p[2 * i] -= dw
            p[2 * i + 1] -= RATE * db
        return float(loss), p[0]

    return step


def with_torch(x, start):
    import torch

    torch.set_num_threads(1)
    x = torch.tensor(x)
    p = [torch.tensor(v, requires_grad=True) for v in start]

    def step():
        h = x
        for w, b in zip(p[::2], p[1::2], strict=True):
            h = torch.sigmoid(h @ w + b)
        loss = torch.nn.functional.mse_loss(h, x)
        with torch.no_grad():
            for v, g in zip(p, torch.autograd.grad(loss, p), strict=True):
                v -= 0.1 * g
        return loss.item(), p[0].detach().numpy()

    return step


def with_mygrad(x, start):
    import mygrad as mg
    from mygrad.nnet import sigmoid

    p = [mg.tensor(v) for v in start]

    def step():
        h = x
        for w, b in zip(p[::2], p[1::2], strict=True):
            h = sigmoid(h @ w + b)
        loss = mg.mean((h - x) ** 2)
        loss.backward()
        for v in p:
            v.data -= RATE * v.grad
        return loss.item(), p[0].data

    return step


def run(repeats):
    """Median seconds of one step, by contestant."""
    makers = {"NumPy by hand": by_hand, "tracegraph": traced, "PyTorch": with_torch, "MyGrad": with_mygrad}
    return medians(makers, data(), repeats)


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    for name, seconds in result.items():
        print(f"{name:15} {seconds * 1e3:8.3f} ms  {seconds / result['NumPy by hand']:.2f}")
