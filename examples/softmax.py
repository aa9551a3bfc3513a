"""Softmax with cross entropy, number by number: the scores of three classes from the course CS231n, and their gradient.

``build`` goes step by step (exponentials, their sum, a logarithm), ``fused`` is the one operation that does it all.
"""

import tracegraph as tg

SCORES = {"cat": 3.2, "car": 5.1, "frog": -1.7}
DRAWINGS = {
    "softmax": {
        "detail": "full",
        "title": "Softmax and cross entropy, step by step",
        "caption": "The scores of a cat, a car and a frog; the image shows a cat.",
    },
    "softmax-fused": {
        "of": "fused",
        "detail": "full",
        "title": "The same as one operation",
        "caption": "The gradient of the scores is p − y: the probabilities, less 1 at the right class.",
    },
}


def scores() -> tg.Tensor:
    """The scores of the three classes."""
    return tg.parameter(list(SCORES.values()), "s")


def build() -> tg.Tensor:
    """From the scores to the loss, by hand."""
    s = scores()
    e = tg.exp(s)
    p = e / tg.sum(e)
    right = p[0]
    L = -tg.log(right)
    return L


def fused() -> tg.Tensor:
    """The cross entropy of the scores, in one operation."""
    s = scores()
    L = tg.cross_entropy(s, 0)
    return L


def lesson() -> tg.Lesson:
    """Step by step, and in one."""
    return tg.Lesson(
        title="Softmax with cross entropy",
        subject="Backpropagation",
        place=14,
        summary="Scores, probabilities, a loss, and the gradient p − y.",
        question="""
A classifier gives the scores 3.2, 5.1 and −1.7 to cat, car and frog; the image shows a cat. What are the
probabilities, the cross entropy, and the gradient of each score? (The scores are those of the course CS231n.)""",
        answer="""
The probabilities are 0.13, 0.869 and 0.001, the loss is −ln 0.13 = 2.04, and the gradient is p − y = (−0.87, 0.869,
0.001): it pulls the score of the cat up and pushes that of the car down. All gradients add up to 0.""",
        code=(build, fused),
        solutions={"solution": build, "solution-fused": fused},
        without={"marked": "nobody's solution is at hand"},
    )


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["softmax"]).save("output/softmax.svg")
