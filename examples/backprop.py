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
    "backprop-readme": {**WORDS, "fit": "README", "formats": ("svg",)},
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


def lesson() -> tg.Lesson:
    """Question, answer and slides; backprop_steps.py goes on to the update of the weights."""
    return tg.Lesson(
        title="One step of backpropagation by hand",
        subject="Backpropagation",
        place=10,
        summary="A 2-2-1 network of sigmoid neurons: every value forward, every gradient back.",
        question="""
Two inputs x₁ = 0.5 and x₂ = 0.6 feed one hidden neuron each, through w₁₃ = 0.1 and w₂₄ = 0.3. Both feed the output
neuron, through w₃₅ = 0.5 and w₄₅ = 0.6. All neurons are sigmoids without a bias, the target is t = 1, and the loss
is L = ½(t − o₅)². What comes out, and what is the gradient of every weight?""",
        answer="""
The output is 0.6418 and the loss 0.06415. Every gradient is negative: a larger weight makes the output larger, and
it is too small. Read an arrow backwards: what arrives at its head, times the local derivative, is what it sends
back.""",
        deck=talk,
        slides=("html", "pptx", "tex", "pdf"),
        without={"marked": "see the two iterations, of which a student's solution is marked"},
    )


def talk() -> "tg.Deck":
    """The slides of slides.py, which draws from this file."""
    import slides

    return slides.talk()


if __name__ == "__main__":
    tg.draw(build, detail="full", **WORDS).save("output/backprop.svg")
