"""Stochastic gradient descent by hand: one epoch on five points of y = 2x + 1, one point a step.

The model is ŷ = wx + b, the loss of a point L = ½(y − ŷ)². ``build`` is the whole epoch with the
mean of the losses over all points before and after, ``before`` is that of the start alone. tg.draw(build, step=2) draws
one step.
"""

from pathlib import Path

from marked.sgd_notes import build as notes

import tracegraph as tg

MARKED = Path(__file__).parent / "marked"

START = {"w": 0.5, "b": 0.1}
POINTS = [(1, 3), (2, 5), (3, 7), (4, 9), (5, 11)]
WORDS = {
    "title": "Stochastic gradient descent by hand",
    "caption": "One epoch on five points of y = 2x + 1, one point a step: ŷ = wx + b and L = ½(y − ŷ)².",
}
MARKED_STEP = "A student's numbers, marked with errors carried forward"
DRAWINGS = {
    "sgd": {**WORDS, "formats": ("svg", "txt")},
    "sgd-epoch": {"depth": 0, **WORDS, "formats": ("svg",)},
    "sgd-step": {
        "title": "Stochastic gradient descent, step 2",
        "step": 2,
        "detail": "full",
        "theme": "slides",
        "formats": ("svg", "png"),
    },
    "sgd-marked-step": {"of": "marked_step", "title": MARKED_STEP},
}


def start() -> list[tg.Tensor]:
    """The first line."""
    return [tg.parameter(value, name) for name, value in START.items()]


def mean_loss(w: tg.Tensor, b: tg.Tensor, points: list[tuple[int, int]], when: str) -> tg.Tensor:
    """Half the mean squared error over all points, as a vector of predictions and one of squared errors."""
    with tg.scope(when):
        xs, ys = (tg.constant(column) for column in zip(*points, strict=True))
        prediction = w * xs + b
        prediction.name = f"p_{when}"
        square = (ys - prediction) ** 2
        square.name = f"sq_{when}"
        total = tg.sum(square)
        total.name = f"total_{when}"
        mse = total / (2 * len(points))
        mse.name = f"mse_{when}"
    return mse


def epoch(optimizer: tg.optim.Optimizer, points: list[tuple[int, int]]) -> list[tg.Tensor]:
    """One step for each point; the mean loss before, the line after it, and its mean loss."""
    w, b = first = start()
    for point in points:
        x, y = tg.constant(point[0], "x"), tg.constant(point[1], "y")
        yhat = w * x + b
        L = 0.5 * (y - yhat) ** 2
        w, b = optimizer.step(L, [w, b])
    return [mean_loss(*first, points, "before"), w, b, mean_loss(w, b, points, "after")]


def build() -> list[tg.Tensor]:
    """One epoch of gradient descent."""
    return epoch(tg.optim.SGD(lr=0.01), POINTS)


def before() -> tg.Tensor:
    """The mean loss of the first line."""
    return mean_loss(*start(), POINTS, "before")


def marked_step() -> tg.Graph:
    """The step in which the first slip was made."""
    return tg.steps(tg.mark(tg.trace(notes), MARKED / "sgd.toml").graph, 4)


def lesson() -> tg.Lesson:
    """One epoch, what a student wrote for it, and how that is marked."""
    return tg.Lesson(
        title="Stochastic gradient descent by hand",
        subject="Optimizers",
        place=20,
        summary="One epoch on five points of a line, one point a step: the error falls from 16.83 to 4.59.",
        question="""
Five points (1, 3), (2, 5), (3, 7), (4, 9), (5, 11) lie on y = 2x + 1. Fit ŷ = wx + b by stochastic gradient
descent: start at w = 0.5 and b = 0.1, take one point a step in this order, with L = ½(y − ŷ)² and a learning rate
of 0.01. How large is half the mean squared error before and after one epoch?""",
        answer="""
16.83 before, 4.59 after. The steps grow, as the later points are further out: ∂L/∂w = −(y − ŷ)·x has x as a factor.""",
        code=(epoch, build),
        marked={"marked": (MARKED / "sgd_notes.py", MARKED / "sgd.toml")},
    )


if __name__ == "__main__":
    print(tg.explain(build))
    tg.draw(build, **WORDS).save("output/sgd.svg")
