"""Dead ReLUs: on handwritten digits, a learning rate that is too large pushes units below 0 for every image, for good.

``build`` is a network after two steps; ``healthy`` is the same after two steps with a smaller rate.
"""

from collections.abc import Iterable

import numpy as np
from digits import digits
from training import initial, save

import tracegraph as tg

CAPTION = "A learning rate that is too large pushes units below 0 for every image, for good."

UNITS, BATCH, STEPS, MORE = 24, 60, 2, 8
TOO_LARGE, SMALL = 5.0, 0.1
SHAPES = {"W_1": (64, UNITS), "b_1": (UNITS,), "W_2": (UNITS, 10), "b_2": (10,)}


def loss_of(weights: dict[str, tg.Tensor]) -> tg.Tensor:
    """The cross entropy of a batch of digits, always the same."""
    images, names = digits()
    x = tg.constant(images[:BATCH].reshape(BATCH, 64))
    labels = tg.constant(names[:BATCH])
    with tg.scope("hidden"):
        z = x @ weights["W_1"] + weights["b_1"]
        h = tg.relu(z)
    y = h @ weights["W_2"] + weights["b_2"]
    L = tg.cross_entropy(y, labels)
    return L


def after(steps: int, rate: float) -> tg.Tensor:
    """The loss after some steps of gradient descent."""
    weights = initial(SHAPES, seed=0)
    if steps:
        weights = tg.history(loss_of, weights, tg.optim.SGD(lr=rate), steps=steps).parameters
    return loss_of({name: tg.parameter(value, name) for name, value in weights.items()})


def build() -> tg.Tensor:
    """With the rate that is too large."""
    return after(STEPS, TOO_LARGE)


def healthy() -> tg.Tensor:
    """With a small rate."""
    return after(STEPS, SMALL)


def off(loss: tg.Tensor) -> list[int]:
    """The units of the hidden layer that are 0 for every image."""
    h = tg.trace(loss)["h"]
    return np.flatnonzero(np.all(h.value == 0, axis=0)).tolist()


def counts() -> str:
    """How many units are off for every image, after each step, for each rate."""
    lines = [f"of {UNITS} units, so many are 0 for all {BATCH} images", "step     " + _row(range(MORE + 1))]
    for rate in (TOO_LARGE, SMALL):
        lines.append(f"rate {rate:<4}" + _row(len(off(after(k, rate))) for k in range(MORE + 1)))
    return "\n".join(lines) + "\n"


def _row(numbers: Iterable[int]) -> str:
    return "".join(f"{n:>4}" for n in numbers)


def drawings() -> "dict[str, tg.Drawing | str]":
    """The network after the steps, with its table; that of the small rate; and how many units are off."""
    flow = tg.flow(build)
    return {
        "dead_relu.svg": tg.draw(flow, title="Dead ReLUs", caption=CAPTION),
        "dead_relu.txt": flow.table(),
        "dead_relu-healthy.txt": tg.flow(healthy).table(),
        "dead_relu-counts.txt": counts(),
    }


def lesson() -> tg.Lesson:
    """Units that are off for good."""
    return tg.Lesson(
        title="Dead ReLUs",
        subject="Where gradients die",
        place=61,
        summary="A learning rate that is too large pushes units below 0 for every image, for good.",
        question="""
Two steps with a rate of 5: how many of the 24 units of a hidden layer are 0 for every image, and do they come back?""",
        answer="""
19 of 24. Where a unit is 0 for every image, its weights get no gradient, so it stays off.""",
        code=(loss_of,),
        without={"solution": "what is wrong is in the table", "marked": "no exercise asks for it by hand"},
    )


if __name__ == "__main__":
    save(drawings())
