"""NumPy's commonest bug: a prediction of shape (n, 1) less targets of shape (n,) is a table of n×n errors.

No error is raised and the loss goes down, but to that of the mean of the targets: each prediction is compared with
each target. Asked in many threads on simple regression, also where PyTorch warns of it (pull request 18349).
``mended`` gives both the same shape.
"""

import numpy as np
from training import save

import tracegraph as tg

TITLES = {"broadcast_loss": "Each with every other", "broadcast_loss-mended": "The same, mended"}

ROWS = 8
X = np.linspace(-1.0, 1.0, ROWS).reshape(ROWS, 1)
T = 2.0 * X[:, 0] + 0.5


def build() -> tg.Tensor:
    """A line through points; the targets have one axis less than the predictions."""
    x, t = tg.tensor(X), tg.constant(T)
    w, b = tg.parameter([[1.0]]), tg.parameter([0.0])
    y = x @ w + b
    error = y - t
    loss = tg.mean(error**2)
    return loss


def mended() -> tg.Tensor:
    """The targets as a column, like the predictions."""
    x, t = tg.tensor(X), tg.constant(T.reshape(ROWS, 1))
    w, b = tg.parameter([[1.0]]), tg.parameter([0.0])
    y = x @ w + b
    error = y - t
    loss = tg.mean(error**2)
    return loss


def drawings() -> "dict[str, tg.Drawing | str]":
    """Both, each with its table."""
    pictures = {}
    for name, program in {"broadcast_loss": build, "broadcast_loss-mended": mended}.items():
        flow = tg.flow(program)
        pictures |= {f"{name}.svg": tg.draw(flow, title=TITLES[name]), f"{name}.txt": flow.table()}
    return pictures


def lesson() -> tg.Lesson:
    """The fault, and the mended twin."""
    return tg.Lesson(
        title="A loss of each with every other",
        subject="Where gradients die",
        place=65,
        summary="Predictions (n, 1) less targets (n,) are n×n errors, and the line goes through the mean.",
        question="""
A line is fitted to eight points that lie on one. The loss stops at the variance of the targets, and the slope goes
to 0. Why?""",
        answer="""
The predictions have shape (8, 1) and the targets (8,), so their difference is a table of 8×8 errors: each
prediction is compared with every target, and best is the mean of the targets for all. Give both the same shape.""",
        code=(build, mended),
        without={"solution": "what is wrong is in the table", "marked": "no exercise asks for it by hand"},
    )


if __name__ == "__main__":
    save(drawings())
