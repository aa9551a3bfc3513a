"""XOR: a linear model cannot learn it, a hidden layer of two ReLUs solves it (Goodfellow, Bengio, Courville 2016, 6.1).

``linear`` is the linear model with the smallest error, ``build`` the network with the weights of the book.
"""

import tracegraph as tg

INPUTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [0.0, 1.0, 1.0, 0.0]
DRAWINGS = {
    "xor": {
        "title": "XOR, solved by two ReLUs",
        "caption": "One row for each input: in h, (0, 1) and (1, 0) are the same point, and a line can do the rest.",
    },
    "xor-linear": {
        "of": "linear",
        "title": "XOR, as well as a line can do it",
        "caption": "The best line answers ½ everywhere: every gradient is 0, and the error stays at ¼.",
    },
}


def build() -> tg.Tensor:
    """The network of the book, on all four inputs."""
    x = tg.constant(INPUTS)
    W, c = tg.parameter([[1.0, 1.0], [1.0, 1.0]]), tg.parameter([0.0, -1.0])
    w, b = tg.parameter([1.0, -2.0]), tg.parameter(0.0)
    h = tg.relu(x @ W + c)
    y = h @ w + b
    target = tg.constant(TARGETS)
    L = tg.mse(y, target)
    return L


def linear() -> tg.Tensor:
    """The linear model with the smallest error."""
    x = tg.constant(INPUTS)
    w, b = tg.parameter([0.0, 0.0]), tg.parameter(0.5)
    y = x @ w + b
    target = tg.constant(TARGETS)
    L = tg.mse(y, target)
    return L


def lesson() -> tg.Lesson:
    """Both models."""
    return tg.Lesson(
        title="XOR",
        subject="Backpropagation",
        place=13,
        summary="Why a hidden layer: the best line answers ½ everywhere, two ReLUs are right.",
        question="""
The targets of (0, 0), (0, 1), (1, 0), (1, 1) are 0, 1, 1, 0. Show that the linear model w = (0, 0), b = ½ cannot
get better by gradient descent, and that the network y = wᵀ·max(0, Wᵀx + c) + b with W = [1 1; 1 1], c = (0, −1), w
= (1, −2) and b = 0 makes no error. (After Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.1.)""",
        answer="""
The errors of the line are ±½, and cancel in each of its gradients: it is at its best, with a loss of ¼. The network
answers 0, 1, 1, 0. All its gradients are 0 as well, for another reason: there is no error left.""",
        code=(build, linear),
        solutions={"solution": build, "solution-linear": linear},
        without={"marked": "nobody's solution is at hand"},
    )


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["xor"]).save("output/xor.svg")
