"""Gradient descent with momentum on y = w x + b: three points, one epoch, and the error before and after.

Mark what was written for it: tracegraph mark examples/marked/momentum_notes.py examples/marked/momentum.toml
"""

from sgd_notes import error

import tracegraph as tg

POINTS = [(1, 3), (2, 5), (3, 7)]


def build() -> tg.Graph:
    """One epoch with a learning rate of 0.01 and a velocity that keeps nine tenths of itself."""
    w, b = tg.parameter(0.5, "w"), tg.parameter(0.1, "b")
    before = error(w, b, POINTS, "_before")
    optimizer = tg.optim.Momentum(lr=0.01, beta=0.9)
    for x, y in POINTS:
        yhat = w * x + b
        L = 0.5 * (y - yhat) ** 2
        w, b = optimizer.step(L, [w, b])
    return tg.trace([before, error(w, b, POINTS)])
