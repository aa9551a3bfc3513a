"""One step of backpropagation by hand, drawn: a 2-2-1 network of sigmoid neurons and half the squared error.

Each input feeds one hidden neuron; there are no biases.
"""

import tracegraph as tg

FORMATS = ("svg", "png", "dot", "json", "txt")
WORDS = {
    "title": "One step of backpropagation by hand",
    "caption": "A 2-2-1 network of sigmoid neurons and half the squared error; each input feeds one hidden neuron.",
}
DRAWINGS = {
    "backprop": {"detail": "full", **WORDS, "formats": FORMATS},
    "backprop-slides": {"detail": "full", **WORDS, "theme": "slides"},
}


def build() -> tg.Tensor:
    """Forward pass and loss; every tensor is named by its variable."""
    x1, x2 = tg.tensor(0.5, "x1"), tg.tensor(0.6, "x2")
    w13, w24 = tg.parameter(0.1, "w13"), tg.parameter(0.3, "w24")
    w35, w45 = tg.parameter(0.5, "w35"), tg.parameter(0.6, "w45")
    target = tg.constant(1.0, "t")

    z3 = x1 * w13
    h3 = tg.sigmoid(z3)
    z4 = x2 * w24
    h4 = tg.sigmoid(z4)
    z5 = h3 * w35 + h4 * w45
    o5 = tg.sigmoid(z5)
    L = 0.5 * (target - o5) ** 2
    return L


if __name__ == "__main__":
    tg.draw(build, detail="full", **WORDS).save("output/backprop.svg")
