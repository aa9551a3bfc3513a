"""Softmax twice: a loss that takes any numbers and makes probabilities of them gets probabilities.

The loss can never be small (with 3 classes, 0.551 where every prediction is perfect and sure), and the gradient is
weak. Reported, for instance, of a language model written from scratch (bkitano/llama-from-scratch, issue 5).
``mended`` gives the loss what comes before the softmax.
"""

import numpy as np
from training import save

import tracegraph as tg

TITLES = {"softmax_twice": "Softmax twice", "softmax_twice-mended": "The same, mended"}

RANDOM = np.random.default_rng(0)
X, LABELS = RANDOM.normal(size=(8, 4)), np.array([0, 1, 2, 0, 1, 2, 0, 1])
W1, W2 = RANDOM.normal(size=(4, 6)) * 0.5**0.5, RANDOM.normal(size=(6, 3)) * (1 / 6) ** 0.5


def build() -> tg.Tensor:
    """A classifier that ends in a softmax, and a loss that has one inside."""
    x, w1, w2 = tg.tensor(X), tg.parameter(W1), tg.parameter(W2)
    h = tg.tanh(x @ w1)
    p = tg.softmax(h @ w2)
    loss = tg.cross_entropy(p, LABELS)
    return loss


def mended() -> tg.Tensor:
    """The same classifier without a softmax of its own."""
    x, w1, w2 = tg.tensor(X), tg.parameter(W1), tg.parameter(W2)
    h = tg.tanh(x @ w1)
    z = h @ w2
    loss = tg.cross_entropy(z, LABELS)
    return loss


def drawings() -> "dict[str, tg.Drawing | str]":
    """Both, each with its table."""
    pictures = {}
    for name, program in {"softmax_twice": build, "softmax_twice-mended": mended}.items():
        flow = tg.flow(program)
        pictures |= {f"{name}.svg": tg.draw(flow, title=TITLES[name]), f"{name}.txt": flow.table()}
    return pictures


def lesson() -> tg.Lesson:
    """The fault, and the mended twin."""
    return tg.Lesson(
        title="Softmax twice",
        subject="Where gradients die",
        place=66,
        summary="A loss with a softmax inside gets probabilities: it can never be small.",
        question="""
A classifier learns slowly, and its loss stays above 0.55 although it is always right. What is wrong with its last
two lines?""",
        answer="""
`cross_entropy` makes probabilities of any numbers itself. Of probabilities, which lie between 0 and 1, it makes
some that are nearly alike: even 1, 0, 0 becomes 0.58, 0.21, 0.21, a loss of 0.551. Give it what comes before the
softmax.""",
        code=(build, mended),
        without={"solution": "what is wrong is in the table", "marked": "no exercise asks for it by hand"},
    )


if __name__ == "__main__":
    save(drawings())
