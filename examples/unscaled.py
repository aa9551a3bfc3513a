"""Data far from unit size: one step of gradient descent with a usual rate, on inputs of 20 to 70.

The weights are drawn for inputs of about 1, so predictions are forty times too large, and the gradient more than a
thousand times: the step throws the loss up. Asked on Cross Validated (question 432707, "x from 20 to 70"), where the
answer was to standardise. ``mended`` does that, with the same rate.
"""

import numpy as np
from training import save

import tracegraph as tg

TITLES = {"unscaled": "Data of 20 to 70", "unscaled-mended": "The same, standardised"}

RANDOM = np.random.default_rng(0)
X = RANDOM.uniform(20.0, 70.0, size=(16, 2))
T = (X[:, :1] - X[:, 1:]) / 25.0
W1, W2 = RANDOM.normal(size=(2, 8)), RANDOM.normal(size=(8, 1)) * 0.5


def _step(data: np.ndarray) -> list[tg.Tensor]:
    """One step of gradient descent at a rate of 0.1 for a network of eight ReLUs."""
    x, t = tg.tensor(data, "x"), tg.constant(T, "t")
    w1, w2 = tg.parameter(W1, "w1"), tg.parameter(W2, "w2")
    h = tg.relu(x @ w1)
    y = h @ w2
    loss = tg.mse(y, t)
    return tg.optim.SGD(lr=0.1).step(loss, [w1, w2])


def build() -> list[tg.Tensor]:
    """On the data as they are."""
    return _step(X)


def mended() -> list[tg.Tensor]:
    """On standardised data."""
    return _step((X - X.mean(axis=0)) / X.std(axis=0))


def drawings() -> "dict[str, tg.Drawing | str]":
    """Both, each with its table."""
    pictures = {}
    for name, program in {"unscaled": build, "unscaled-mended": mended}.items():
        flow = tg.flow(program)
        pictures |= {f"{name}.svg": tg.draw(flow, title=TITLES[name]), f"{name}.txt": flow.table()}
    return pictures


def lesson() -> tg.Lesson:
    """The fault, and the mended twin."""
    return tg.Lesson(
        title="Data of another size",
        subject="Where gradients die",
        place=67,
        summary="Inputs of 20 to 70 and a usual learning rate: the first step throws the loss up.",
        question="""
A network of eight ReLUs is trained at a rate of 0.1, and the loss explodes in the first step. Is the rate wrong?""",
        answer="""
The rate is usual; the data are not: weights and rates are made for inputs of about 1. With
`(x - x.mean(0)) / x.std(0)` the same step lowers the loss.""",
        code=(_step, build, mended),
        without={"solution": "what is wrong is in the table", "marked": "no exercise asks for it by hand"},
    )


if __name__ == "__main__":
    save(drawings())
