"""Stochastic gradient descent on y = w x + b: five points, one epoch, and the error before and after.

Mark what was written for it: tracegraph mark examples/marked/sgd_notes.py examples/marked/sgd.toml -o sgd.md -o sgd.svg
"""

import tracegraph as tg

POINTS = [(1, 3), (2, 5), (3, 7), (4, 9), (5, 11)]


def named(tensor: tg.Tensor, name: str) -> tg.Tensor:
    """The same tensor, with a name."""
    tensor.name = name
    return tensor


def error(w: tg.Tensor, b: tg.Tensor, points: list[tuple[float, float]], when: str = "") -> tg.Tensor:
    """Half the mean of the squared errors, every number of it named: yhat1, sq1, sum, mse."""
    total = None
    for i, (x, y) in enumerate(points, 1):
        predicted = named(w * x + b, f"yhat{i}{when}")
        square = named((y - predicted) ** 2, f"sq{i}{when}")
        total = square if total is None else total + square
    return named(named(total, f"sum{when}") / (2 * len(points)), f"mse{when}")


def build() -> tg.Graph:
    """One epoch with a learning rate of 0.01, the points in order."""
    w, b = tg.parameter(0.5, "w"), tg.parameter(0.1, "b")
    before = error(w, b, POINTS, "_before")
    optimizer = tg.optim.SGD(lr=0.01)
    for x, y in POINTS:
        yhat = w * x + b
        L = 0.5 * (y - yhat) ** 2
        w, b = optimizer.step(L, [w, b])
    return tg.trace([before, error(w, b, POINTS)])
