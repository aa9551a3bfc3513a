"""Momentum by hand: one epoch on three points of y = 2x + 1, one point a step.

The velocity is v = βv + α·∂L/∂w with β = 0.9, and w = w − v. v_w and v_b are nodes of the graph like all others.
``build`` is the whole epoch, and then the mean of the losses over all points; ``before`` is that mean at the start.
"""

from sgd import epoch, mean_loss, start

import tracegraph as tg

POINTS = [(1, 3), (2, 5), (3, 7)]
WORDS = {"title": "Momentum by hand", "caption": "One epoch on three points of y = 2x + 1, one point a step; β = 0.9."}
DRAWINGS = {
    "momentum": {**WORDS, "formats": ("svg", "txt")},
    "momentum-step": {
        "title": "Momentum by hand, step 2",
        "step": 2,
        "detail": "full",
        "theme": "slides",
        "formats": ("svg",),
    },
}


def build() -> list[tg.Tensor]:
    """One epoch; the line after it, and its mean loss."""
    return epoch(tg.optim.Momentum(lr=0.01, beta=0.9), POINTS)


def before() -> tg.Tensor:
    """The mean loss of the first line."""
    return mean_loss(*start(), POINTS)


if __name__ == "__main__":
    print(tg.explain(build))
    tg.draw(build, **WORDS).save("output/momentum.svg")
