"""Gradient descent, momentum and AdaGrad side by side: the loss by step, their paths, and the sizes of their steps.

The regression is that of sgd.py: five points of y = 2x + 1, the model ŷ = wx + b from w = 0.5 and b = 0.1; here each
step is on all points. The loss is quadratic, so its contours are ellipses around w = 2 and b = 1. An update of about
0.001 of the weight is healthy in large networks (Karpathy, CS231n): below, little is learned in a step.
"""

from functools import cache

import numpy as np
from plot import COLORS, Plot
from sgd import POINTS, START
from training import save

import tracegraph as tg

BEST = {"w": 2.0, "b": 1.0}
LEVELS = (0.01, 0.1, 0.5, 2, 5, 10, 15)  # of the loss, one contour each
COLOR = {"SGD": COLORS[0], "momentum": COLORS[2], "AdaGrad": COLORS[4]}
STEPS = 200
SHOWN = (1, 2, 5, 10, 20, 50, 100, 200)
OPTIMIZERS = {
    "SGD": lambda: tg.optim.SGD(lr=0.01),
    "momentum": lambda: tg.optim.Momentum(lr=0.01, beta=0.9),
    "AdaGrad": lambda: tg.optim.AdaGrad(lr=0.1),
}


def mean_loss(p: dict[str, tg.Tensor]) -> tg.Tensor:
    """The mean of ½(y − ŷ)² over all points."""
    x, y = (tg.constant(np.array(column, float)) for column in zip(*POINTS, strict=True))
    yhat = p["w"] * x + p["b"]
    L = 0.5 * tg.mean((y - yhat) ** 2)
    return L


@cache
def trained(name: str, steps: int = STEPS) -> tg.History:
    """All the steps of one optimizer, with the graph of each."""
    return tg.history(mean_loss, START, OPTIMIZERS[name](), steps=steps, keep=range(1, steps + 1))


def build() -> tg.Graph:
    """The first step with momentum, in which the update is that of plain gradient descent."""
    return trained("momentum", steps=1).graphs[1]


def ratios(run: tg.History) -> dict[str, np.ndarray]:
    """By parameter, the size of each update by that of what it changes, which is the value before it."""
    return {name: layer.ratios for name, layer in run.layers.items()}


def table(runs: dict[str, tg.History]) -> str:
    """The ratios of w and b and the losses, at some steps, side by side."""
    lines = ["‖Δw‖/‖w‖, ‖Δb‖/‖b‖ and the loss, each by the values before the step", ""]
    lines += ["      " + "".join(f"{name:^30}" for name in runs).rstrip()]
    lines += ["step  " + f"{'w':>9}{'b':>9}{'loss':>9}   " * len(runs)]
    for step in SHOWN:
        columns = [[*(r[step - 1] for r in ratios(run).values()), run.losses[step - 1]] for run in runs.values()]
        lines.append(f"{step:>4}  " + "".join("".join(f"{x:>9.2g}" for x in row) + "   " for row in columns))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def losses() -> str:
    """The loss by step, a curve for each optimizer."""
    runs = {name: trained(name).losses for name in OPTIMIZERS}
    lowest, highest = (f(min(r) if f is min else max(r) for r in runs.values()) for f in (min, max))
    plot = Plot(
        "The loss by step",
        x="step",
        y="loss",
        across=(0, STEPS),
        up=(lowest, highest),
        size=(700, 420),
        logarithmic=True,
    )
    for name, run in runs.items():
        plot.line(enumerate(run, start=1), COLOR[name])
    plot.names(COLOR)
    return str(plot)


def path(name: str) -> np.ndarray:
    """The places (steps + 1, 2) of w and b on the way of an optimizer."""
    after = [(g[f"w_{step}"].value, g[f"b_{step}"].value) for step, g in trained(name).graphs.items()]
    return np.array([tuple(START.values()), *after], float)


def contour(level: float) -> np.ndarray:
    """The ellipse (n, 2) of all w and b with one loss: ½ dᵀHd = level, with d the distance from the best."""
    x = np.array([x for x, _ in POINTS], float)
    hessian = np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]])
    angles = np.linspace(0, 2 * np.pi, 241)
    circle = np.sqrt(2 * level) * np.array([np.cos(angles), np.sin(angles)])
    return (np.linalg.inv(np.linalg.cholesky(hessian)).T @ circle).T + [BEST["w"], BEST["b"]]


def paths() -> str:
    """The way of w and b over the contours of the loss, a path for each optimizer."""
    ways = {name: path(name) for name in OPTIMIZERS}
    every = np.concatenate(list(ways.values()))
    (low_w, low_b), (high_w, high_b) = every.min(axis=0), every.max(axis=0)
    plot = Plot("The way down, over contours of the loss", x="w", y="b", across=(low_w, high_w), up=(low_b, high_b))
    for level in LEVELS:
        plot.curve(contour(level), "#8a97a3")
    for name, way in ways.items():
        plot.line(way, COLOR[name])
        for w, b in way[1:]:
            plot.dot(w, b, COLOR[name])
    plot.dot(BEST["w"], BEST["b"], "#16191d", radius=6)
    plot.names(COLOR)
    return str(plot)


def drawings() -> dict[str, str]:
    """The losses in one chart, the paths in another, and the sizes of the updates as a table."""
    runs = {name: trained(name) for name in OPTIMIZERS}
    return {"optimizers-loss.svg": losses(), "optimizers-paths.svg": paths(), "optimizers.txt": table(runs)}


def lesson() -> tg.Lesson:
    """The three in one chart, and their paths over the loss."""
    return tg.Lesson(
        title="Gradient descent, momentum and AdaGrad compared",
        subject="Optimizers",
        place=23,
        summary="One regression, three optimizers: the loss by step, and the path of w and b over its contours.",
        question="""
The five points of [stochastic gradient descent](../sgd/README.md), all in each step: how do gradient descent,
momentum and AdaGrad come down from w = 0.5 and b = 0.1, and how large are their steps by the size of the weights?""",
        answer="""
After 200 steps the loss is 0.0094 with gradient descent, 0.0000071 with momentum and 0.022 with AdaGrad. Gradient
descent is in the valley of the loss after 30 steps and then creeps along it. Momentum overshoots, up to w = 3.13,
and swings back and forth across the valley, but keeps what is gained along it. The steps of AdaGrad become shorter
with each gradient that it has seen, so that it arrives late; it needs a larger rate, 0.1 instead of 0.01, even so.""",
        code=(mean_loss,),
        without={
            "solution": "the steps are those of the other lessons on optimizers",
            "marked": "no exercise asks for 200 steps by hand",
            "slides": "the two charts are the slides",
        },
    )


if __name__ == "__main__":
    save(drawings())
