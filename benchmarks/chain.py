"""A chain of 10,000 operations on scalars: products, sums and sigmoids in turn; forward, backward, and letting go."""

import math
import sys

try:
    from .timing import medians_apart
except ImportError:  # run as a script
    from timing import medians_apart  # type: ignore[no-redef]

LENGTH = 10_000


def program(x, sigmoid):
    """The end of a chain that neither grows nor dies out."""
    y = x
    for _ in range(LENGTH // 4):
        y = sigmoid(y * 1.5 + 0.1) - 0.2
    return y


def traced():
    import tracegraph as tg

    x = tg.tensor(0.5)

    def step():
        y = program(x, tg.sigmoid)
        kept = y.backward()
        return y.value, x.grad, kept

    return step


def with_torch():
    import torch

    torch.set_num_threads(1)
    x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)

    def step():
        y = program(x, torch.sigmoid)
        return y.item(), torch.autograd.grad(y, x)[0].item()

    return step


def with_mygrad():
    import mygrad as mg
    from mygrad.nnet import sigmoid

    x = mg.tensor(0.5)

    def step():
        y = program(x, sigmoid)
        y.backward()
        return y.item(), x.grad.item()

    return step


def with_autograd():
    from autograd import numpy as anp
    from autograd import value_and_grad

    graded = value_and_grad(lambda x: program(x, lambda v: 1 / (1 + anp.exp(-v))))
    return lambda: graded(0.5)


def by_hand():
    """The arithmetic alone, forward and backward, on Python's floats."""

    def step():
        y, slopes = 0.5, []
        for _ in range(LENGTH // 4):
            s = 1 / (1 + math.exp(-(y * 1.5 + 0.1)))
            slopes.append(1.5 * s * (1 - s))
            y = s - 0.2
        return y, math.prod(reversed(slopes))

    return step


def run(repeats):
    """Median seconds of one step, by contestant."""
    makers = {
        "tracegraph": traced,
        "PyTorch": with_torch,
        "MyGrad": with_mygrad,
        "autograd": with_autograd,
        "Python by hand": by_hand,
    }
    return medians_apart(makers, (), repeats, warm=2)


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    for name, seconds in result.items():
        print(f"{name:15} {seconds * 1e3:8.2f} ms  {seconds / result['tracegraph']:.2f}")
