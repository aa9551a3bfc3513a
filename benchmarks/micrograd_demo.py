"""micrograd's own demo: a network 2-16-16-1 of scalars, 100 points, hinge loss and L2 penalty, 65,818 values in all.

One step is forward, backward and letting go of it all, with the garbage collector on, as it is by default.
"""

import random
import sys

import numpy as np

try:
    from .timing import medians_apart
except ImportError:  # run as a script
    from timing import medians_apart  # type: ignore[no-redef]

SIZES = 2, 16, 16, 1
POINTS = 100


def data():
    """Points in two classes, and a weight matrix (one row per neuron, its bias first) per layer."""
    rng = random.Random(1337)
    points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(POINTS)]
    labels = [1 if x * y > 0 else -1 for x, y in points]
    sizes = zip(SIZES, SIZES[1:], strict=False)
    layers = [[[0.0, *(rng.uniform(-1, 1) for _ in range(n))] for _ in range(m)] for n, m in sizes]
    return points, labels, layers


def program(points, labels, layers, value, relu):
    """The loss, as the demo writes it; ``layers`` hold parameters, and ``value`` wraps a number of the input."""
    scores = []
    for point in points:
        x = [value(v) for v in point]
        for layer in layers[:-1]:
            x = [relu(sum((w * v for w, v in zip(ws, x, strict=True)), b)) for b, *ws in layer]
        ((b, *ws),) = layers[-1]
        scores.append(sum((w * v for w, v in zip(ws, x, strict=True)), b))
    losses = [relu(1 + -y * s) for y, s in zip(labels, scores, strict=True)]
    penalty = 1e-4 * sum(p * p for layer in layers for row in layer for p in row)
    return sum(losses) * (1.0 / len(losses)) + penalty


def flat(layers):
    return [p for layer in layers for row in layer for p in row]


def wrapped(layers, value):
    return [[[value(w) for w in row] for row in layer] for layer in layers]


def with_micrograd(points, labels, layers):
    from micrograd.engine import Value

    layers = wrapped(layers, Value)

    def step():
        for p in flat(layers):
            p.grad = 0
        loss = program(points, labels, layers, Value, Value.relu)
        loss.backward()
        return loss.data, np.array([p.grad for p in flat(layers)])

    return step


def traced(points, labels, layers):
    import tracegraph as tg

    layers = wrapped(layers, tg.parameter)

    def step():
        loss = program(points, labels, layers, tg.tensor, tg.relu)
        kept = loss.backward()
        return loss.value, np.array([p.grad for p in flat(layers)]), kept

    return step


def with_torch(points, labels, layers):
    import torch

    torch.set_num_threads(1)
    layers = wrapped(layers, lambda w: torch.tensor(w, dtype=torch.float64, requires_grad=True))

    def step():
        loss = program(points, labels, layers, lambda v: torch.tensor(v, dtype=torch.float64), torch.relu)
        return loss.item(), np.array([g.item() for g in torch.autograd.grad(loss, flat(layers))])

    return step


def with_mygrad(points, labels, layers):
    import mygrad as mg
    from mygrad.nnet import relu

    layers = wrapped(layers, mg.tensor)

    def step():
        loss = program(points, labels, layers, lambda v: v, relu)
        loss.backward()
        return loss.item(), np.array([p.grad.item() for p in flat(layers)])

    return step


def with_autograd(points, labels, layers):
    from autograd import numpy as anp
    from autograd import value_and_grad

    graded = value_and_grad(lambda layers: program(points, labels, layers, float, lambda v: anp.maximum(v, 0.0)))

    def step():
        loss, grads = graded(layers)
        return float(loss), np.array(flat(grads))

    return step


def run(repeats):
    """Median seconds of one step, by contestant."""
    makers = {
        "tracegraph": traced,
        "micrograd": with_micrograd,
        "PyTorch": with_torch,
        "MyGrad": with_mygrad,
        "autograd": with_autograd,
    }
    return medians_apart(makers, data(), repeats)


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    for name, seconds in result.items():
        print(f"{name:15} {seconds * 1e3:8.1f} ms  {seconds / result['tracegraph']:.1f}")
