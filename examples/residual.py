"""A residual block (He and others 2016): the gradient comes back on two paths, one of which no weight can block.

y = x + relu(x·W₁)·W₂: along the shortcut the derivative is 1, whatever the weights are; the other path goes through
both. ``deep`` has three blocks in a row, and so eight paths (Veit, Wilber and Belongie 2016).
"""

import numpy as np
from training import save

import tracegraph as tg

CAPTION = "The gradient comes back on two paths, one of which no weight can block."

SAMPLES, WIDTH, HIDDEN = 4, 3, 5


def block(x: tg.Tensor, random: np.random.Generator) -> tg.Tensor:
    """The sum of what goes in and what two layers make of it."""
    W_1 = tg.parameter(random.normal(size=(WIDTH, HIDDEN)) * (2 / WIDTH) ** 0.5)
    W_2 = tg.parameter(random.normal(size=(HIDDEN, WIDTH)) * (0.3 / HIDDEN) ** 0.5)
    z = x @ W_1
    h = tg.relu(z)
    r = h @ W_2
    y = x + r
    return y


def network(blocks: int) -> tg.Tensor:
    """Blocks in a row, under a squared error."""
    random = np.random.default_rng(1)
    x = tg.tensor(random.normal(size=(SAMPLES, WIDTH)))
    y = x
    target = tg.constant(random.normal(size=(SAMPLES, WIDTH)))
    for k in range(1, blocks + 1):
        with tg.scope(f"block {k}"):
            y = block(y, random)
    L = tg.mse(y, target)
    return L


def build() -> tg.Tensor:
    """One block."""
    return network(1)


def deep() -> tg.Tensor:
    """Three blocks."""
    return network(3)


def drawings() -> "dict[str, tg.Drawing | str]":
    """The paths from x to the loss, marked on the arrows; and how much of the gradient comes on each."""
    paths = tg.paths(build, "x", k=2)
    return {
        "residual.svg": tg.draw(paths.flow, title="A residual block", caption=CAPTION),
        "residual.txt": f"one block\n{paths}\n\nthree blocks\n{tg.paths(deep, 'x', k=8)}\n",
    }


def lesson() -> tg.Lesson:
    """Two paths."""
    return tg.Lesson(
        title="A residual block",
        subject="Where gradients die",
        place=63,
        summary="The gradient comes back on two paths, one of which no weight can block.",
        question="""
y = x + relu(x·W₁)·W₂: how much of the gradient of x comes along the shortcut, and how much through the weights?""",
        answer="""
About two thirds along the shortcut, whose derivative is 1 whatever the weights are.""",
        code=(block, network),
        without={"solution": "what is wrong is in the table", "marked": "no exercise asks for it by hand"},
    )


if __name__ == "__main__":
    save(drawings())
