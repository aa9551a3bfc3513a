"""Momentum by hand: one epoch on three points of y = 2x + 1, one point a step.

The velocity is v = βv + α·∂L/∂w with β = 0.9, and w = w − v. v_w and v_b are nodes of the graph like all others.
``build`` is the whole epoch with the mean of the losses over all points before and after.
"""

from pathlib import Path

from sgd import epoch, mean_loss, start

import tracegraph as tg

MARKED = Path(__file__).parent / "marked"

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
    """One epoch, with the mean loss before and after."""
    return epoch(tg.optim.Momentum(lr=0.01, beta=0.9), POINTS)


def before() -> tg.Tensor:
    """The mean loss of the first line."""
    return mean_loss(*start(), POINTS, "before")


def lesson() -> tg.Lesson:
    """One epoch, what a student wrote for it, and how that is marked."""
    return tg.Lesson(
        title="Momentum by hand",
        subject="Optimizers",
        place=21,
        summary="A velocity remembers the gradients before: three points take the error from 8.355 to 4.918.",
        question="""
Fit ŷ = wx + b to the points (1, 3), (2, 5), (3, 7) with momentum: v = βv + α·∂L/∂w and w = w − v, the same for b,
with β = 0.9, α = 0.01, and v = 0 at the start. Begin at w = 0.5 and b = 0.1, one point a step. How large are w, b
and half the mean squared error after one epoch?""",
        answer="""
w = 0.8590 and b = 0.2873, and the error falls from 8.355 to 4.918. Most of the third step, −0.2368, is the gradient
of that point; a third of it is what the velocity has kept.""",
        code=(epoch, build),
        marked={"marked": (MARKED / "momentum_notes.py", MARKED / "momentum.toml")},
    )


if __name__ == "__main__":
    print(tg.explain(build))
    tg.draw(build, **WORDS).save("output/momentum.svg")
