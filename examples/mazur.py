"""The 2-2-2 network with which Matt Mazur explains backpropagation (2015): all values, gradients and new weights.

Two inputs, two hidden and two output neurons, all sigmoids, with biases that are not learned; the loss is half the
squared error, and the learning rate 0.5.
"""

from pathlib import Path

import tracegraph as tg

MARKED = Path(__file__).parent / "marked"
WEIGHTS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55)
WORDS = {
    "title": "A step by step backpropagation example",
    "caption": "The 2-2-2 network of Matt Mazur: sigmoids, half the squared error, a learning rate of 0.5.",
}
DRAWINGS = {
    "mazur": {**WORDS, "of": "forward"},
    "mazur-step": {**WORDS, "title": "The same, with the update of the weights", "formats": ("svg", "txt")},
}


def network(w: list[tg.Tensor]) -> tg.Tensor:
    """The total error."""
    i1, i2 = tg.constant(0.05, "i1"), tg.constant(0.10, "i2")
    b1, b2 = tg.constant(0.35, "b1"), tg.constant(0.6, "b2")
    target1, target2 = tg.constant(0.01), tg.constant(0.99)
    net_h1 = w[0] * i1 + w[1] * i2 + b1
    net_h2 = w[2] * i1 + w[3] * i2 + b1
    out_h1, out_h2 = tg.sigmoid(net_h1), tg.sigmoid(net_h2)
    net_o1 = w[4] * out_h1 + w[5] * out_h2 + b2
    net_o2 = w[6] * out_h1 + w[7] * out_h2 + b2
    out_o1, out_o2 = tg.sigmoid(net_o1), tg.sigmoid(net_o2)
    E_o1 = 0.5 * (target1 - out_o1) ** 2
    E_o2 = 0.5 * (target2 - out_o2) ** 2
    E_total = E_o1 + E_o2
    return E_total


def weights() -> list[tg.Tensor]:
    """The first ones, w1 to w8."""
    return [tg.parameter(value, f"w{k}") for k, value in enumerate(WEIGHTS, 1)]


def forward() -> tg.Tensor:
    """The error of the first weights."""
    return network(weights())


def build() -> list[tg.Tensor]:
    """One step; the weights after it."""
    w = weights()
    return tg.optim.SGD(lr=0.5).step(network(w), w)


def lesson() -> tg.Lesson:
    """The example, and its published numbers, marked."""
    return tg.Lesson(
        title="Mazur's 2-2-2 network",
        subject="Backpropagation",
        place=12,
        summary="The best-known worked example on the web: its 18 published numbers agree.",
        question="""
Two inputs 0.05 and 0.10 go through two hidden and two output neurons, all sigmoids; the targets are 0.01 and 0.99.
Compute the error, the gradient of each of the eight weights, and the weights after one step with a rate of 0.5.
(After Matt Mazur, "A Step by Step Backpropagation Example", 2015.)""",
        answer="""
The error is 0.298371109. w₅ gets a gradient of 0.082167041 and becomes 0.35891648; w₁ gets 0.000438568 and becomes
0.149780716. A weight of the hidden layer gets its gradient from both outputs: follow the two arrows that come back.""",
        code=(network, build),
        marked={"marked": (build, MARKED / "mazur.toml")},
    )


if __name__ == "__main__":
    tg.draw(forward, **WORDS).save("output/mazur.svg")
