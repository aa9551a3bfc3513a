"""Where a gradient vanishes: 20 layers of sigmoids on handwritten digits; and 20 of ReLUs, where it does not.

The derivative of a sigmoid is at most a quarter, so 20 of them divide the gradient by more than 4²⁰, about 10¹². ReLUs
with weights after He and others (2015), of the variance 2/n for n inputs, leave its size as it is.
"""

import numpy as np
from digits import digits
from training import save

import tracegraph as tg

CAPTION = "20 layers of sigmoids on handwritten digits; and 20 of ReLUs, where it does not."

LAYERS, WIDTH, BATCH = 20, 32, 100
GAINS = {"relu": 2, "sigmoid": 1}  # the variance of the first weights, times their inputs: He, LeCun


def network(act: str, digits: tg.Tensor, labels: tg.Tensor) -> tg.Tensor:
    """The cross entropy of one network, with a scope for each of its layers."""
    random, h = np.random.default_rng(0), digits
    for k in range(1, LAYERS + 1):
        n = h.shape[1]
        with tg.scope(f"layer {k}"):
            W = tg.parameter(random.normal(size=(n, WIDTH)) * (GAINS[act] / n) ** 0.5, f"W_{k}")
            b = tg.parameter(np.zeros(WIDTH), f"b_{k}")
            h = getattr(tg, act)(h @ W + b)
    with tg.scope("scores"):
        V = tg.parameter(random.normal(size=(WIDTH, 10)) * WIDTH**-0.5)
        y = h @ V
    L = tg.cross_entropy(y, labels)
    return L


def of(*acts: str) -> tg.Tensor:
    """The loss of networks with these activations, which have nothing in common but the digits."""
    images, names = digits()
    pixels, labels = tg.tensor(images[:BATCH].reshape(BATCH, 64), "digits"), tg.constant(names[:BATCH], "labels")
    losses = []
    for act in acts:
        with tg.scope(act):
            losses.append(network(act, pixels, labels))
    total = sum(losses[1:], losses[0])
    return total


def build() -> tg.Tensor:
    """Both networks, under the sum of their losses."""
    return of(*GAINS)


def drawings() -> "dict[str, tg.Drawing | str]":
    """Both in one picture, and the table of each."""
    tables = {f"vanishing-{act}.txt": tg.flow(lambda: of(act)).table(most=None) for act in GAINS}
    drawing = tg.draw(tg.flow(build), depth=1, detail="outline", title="Where a gradient vanishes", caption=CAPTION)
    return {"vanishing.svg": drawing, **tables}


def lesson() -> tg.Lesson:
    """Sigmoids and ReLUs."""
    return tg.Lesson(
        title="Where a gradient vanishes",
        subject="Where gradients die",
        place=62,
        summary="20 layers of sigmoids divide the gradient by more than 10¹²; ReLUs do not.",
        question="""
How much of the gradient arrives at the first of 20 layers of sigmoids, and how much at that of 20 layers of ReLUs?""",
        answer="""
The derivative of a sigmoid is at most ¼, so 20 of them divide the gradient by more than 4²⁰, about 10¹². ReLUs with
weights of the variance 2/n leave its size as it is.""",
        code=(network,),
        without={"solution": "what is wrong is in the table", "marked": "no exercise asks for it by hand"},
    )


if __name__ == "__main__":
    save(drawings())
