"""How large are the steps? Gradient descent, momentum and AdaGrad by the size of an update to that of the weight.

The regression is that of sgd.py: five points of y = 2x + 1, the model ŷ = wx + b from w = 0.5 and b = 0.1; here each
step is on all points. About 0.001 is healthy in large networks (Karpathy, CS231n): below, little is learned in a step.
"""

import numpy as np
from sgd import POINTS
from training import save

import tracegraph as tg

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


def trained(name: str, steps: int = STEPS) -> tg.History:
    """All the steps of one optimizer, with the graph of the first."""
    return tg.history(mean_loss, {"w": 0.5, "b": 0.1}, OPTIMIZERS[name](), steps=steps)


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


def drawings() -> dict[str, str]:
    """The curves of each optimizer, and one table of all."""
    runs = {name: trained(name) for name in OPTIMIZERS}
    curves = {f"update_ratios-{name.lower()}.svg": run.draw().svg for name, run in runs.items()}
    return {**curves, "update_ratios.txt": table(runs)}


if __name__ == "__main__":
    save(drawings())
