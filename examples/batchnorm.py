"""Batch normalisation by hand (Ioffe and Szegedy 2015): mean, variance, scale and shift of a batch of four numbers.

The batch has no ε under the root, so that all numbers can be checked by hand.
"""

import tracegraph as tg

X, TARGET = [1.0, 2.0, 3.0, 6.0], [0.0, 0.0, 1.0, 1.0]
DRAWINGS = {
    "batchnorm": {
        "title": "Batch normalisation, step by step",
        "caption": "Every number depends on all others, through the mean and the variance.",
    }
}


def build() -> tg.Tensor:
    """A batch of one feature, normalised, scaled and shifted, under a squared error."""
    x = tg.parameter(X)
    gamma, beta = tg.parameter(2.0), tg.parameter(0.5)
    mu = tg.mean(x)
    d = x - mu
    var = tg.mean(d**2)
    xhat = d / tg.sqrt(var)
    y = gamma * xhat + beta
    target = tg.constant(TARGET)
    L = tg.mse(y, target)
    return L


def lesson() -> tg.Lesson:
    """All steps."""
    return tg.Lesson(
        title="Batch normalisation by hand",
        subject="Sequences, attention, normalisation",
        place=52,
        summary="A mean, a variance, a scale and a shift; and a gradient that adds up to nothing.",
        question="""
The batch 1, 2, 3, 6 is normalised with its own mean and variance, multiplied by γ = 2 and moved by β = 0.5; the
targets are 0, 0, 1, 1, and the loss is the mean squared error. What are the gradients of γ, β and of the batch?""",
        answer="""
The mean is 3, the variance 3.5. The gradients of the batch add up to 0: to add the same to all numbers changes
nothing that comes out. For the same reason they are orthogonal to the batch: to multiply all numbers changes
nothing either.""",
        without={"marked": "nobody's solution is at hand"},
    )


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["batchnorm"]).save("output/batchnorm.svg")
