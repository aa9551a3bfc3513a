"""AdaGrad by hand: ŷ = wx, first for the point (3, 4), then for (4, 5).

G = G + g² is the sum of all squared gradients so far, and w = w − η·g/(√G + ε). ``build`` goes on from the first point
to the second, so that G there is 56.25 + 108.16; ``alone`` takes the second as a question of its own, with G from 0.
"""

from pathlib import Path

import tracegraph as tg

MARKED = Path(__file__).parent / "marked"

DRAWINGS = {
    "adagrad": {
        "detail": "full",
        "title": "AdaGrad by hand",
        "caption": "ŷ = wx, first for the point (3, 4), then for (4, 5); G is the sum of all squared gradients so far.",
    },
    "adagrad-alone": {"of": "alone", "detail": "full", "title": "AdaGrad by hand, the second point alone"},
    "adagrad-rate": {
        "of": "rates",
        "title": "AdaGrad by hand, with its rate as a step",
        "caption": "The rate n = η/(√G + ε) falls from 0.0133 to 0.0078, as G is 56.25 and then 164.4.",
    },
}


def train(w: tg.Tensor, points: list[tuple[int, int]]) -> list[tg.Tensor]:
    """One step for each point; the list of all parameters, which is one."""
    adagrad = tg.optim.AdaGrad(lr=0.1, eps=1e-8)
    for point in points:
        x, y = tg.constant(point[0], "x"), tg.constant(point[1], "y")
        yhat = w * x
        L = 0.5 * (y - yhat) ** 2
        [w] = adagrad.step(L, [w])
    return [w]


def build() -> list[tg.Tensor]:
    """Both points; the second goes on with w and G of the first."""
    return train(tg.parameter(0.5, "w"), [(3, 4), (4, 5)])


def alone() -> list[tg.Tensor]:
    """The second point alone, from w = 0.597: the first step of AdaGrad is always η long."""
    return train(tg.parameter(0.597, "w"), [(4, 5)])


def rates() -> tg.Graph:
    """Both points written out, number by number: marked/adagrad_notes.py."""
    from marked import adagrad_notes

    return adagrad_notes.build()


def lesson() -> tg.Lesson:
    """Both questions, what a student wrote for them, and how that is marked."""
    return tg.Lesson(
        title="AdaGrad by hand",
        subject="Optimizers",
        place=22,
        summary="The learning rate of each weight shrinks with the gradients that it has seen.",
        question="""
Fit ŷ = wx with AdaGrad, G = G + g² and w = w − η·g/(√G + ε), with η = 0.1 and ε = 10⁻⁸, from w = 0.5.

1. One step on the point (3, 4).
2. One step on the point (4, 5) after it. And what would it be as a question of its own, from w = 0.597 and G = 0?""",
        answer="""
The first step leads to w = 0.6, whatever the gradient is: g/√(g²) is its sign, so a first step is η long. The
second leads to 0.6811 with the history of the first; alone, 0.597 becomes 0.697. A step is the rate η/√G times the
gradient: 0.0133 in the first, 0.0078 in the second.""",
        code=(train, build),
        solutions={"solution": build, "solution-alone": alone},
        marked={"marked": (MARKED / "adagrad_notes.py", MARKED / "adagrad.toml")},
    )


if __name__ == "__main__":
    print(tg.explain(build))
    tg.draw(build, **DRAWINGS["adagrad"]).save("output/adagrad.svg")
