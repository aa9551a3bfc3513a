"""Two circuits from the notes of the course CS231n (Karpathy): f = (x + y)·z, and a neuron with a sigmoid.

They show what the gates do on the way back: + hands its gradient on, × exchanges the inputs, σ multiplies by σ(1 − σ).
"""

import tracegraph as tg

DRAWINGS = {
    "circuits": {
        "of": "product",
        "detail": "full",
        "title": "f = (x + y)·z",
        "caption": "The + hands its gradient to both inputs; the × exchanges its inputs.",
    },
    "circuits-neuron": {
        "detail": "full",
        "title": "A neuron",
        "caption": "Two inputs, two weights, a bias and a sigmoid: five gradients from one number.",
    },
}


def product() -> tg.Tensor:
    """The first circuit."""
    x, y, z = tg.parameter(-2.0), tg.parameter(5.0), tg.parameter(-4.0)
    q = x + y
    f = q * z
    return f


def build() -> tg.Tensor:
    """The neuron."""
    w0, x0 = tg.parameter(2.0), tg.parameter(-1.0)
    w1, x1 = tg.parameter(-3.0), tg.parameter(-2.0)
    w2 = tg.parameter(-3.0)
    z = w0 * x0 + w1 * x1 + w2
    f = tg.sigmoid(z)
    return f


def lesson() -> tg.Lesson:
    """Both circuits."""
    return tg.Lesson(
        title="Two circuits",
        subject="Backpropagation",
        place=9,
        summary="What +, × and σ do to a gradient on its way back, in the two circuits of the course CS231n.",
        question="""
1. f = (x + y)·z at x = −2, y = 5, z = −4.
2. f = σ(w₀x₀ + w₁x₁ + w₂) at w = (2, −3, −3) and x = (−1, −2).

Go forwards and write down the value at each gate. Then come back and write down its gradient. (After the notes of
the course CS231n, "Backpropagation, Intuitions".)""",
        answer="""
1. f = −12; the gradients of x, y, z are −4, −4, 3.
2. f = 0.7311, and what comes out of the sigmoid is f(1 − f) = 0.1966. So ∂f/∂w₀ = −0.1966, ∂f/∂x₀ = 0.3932, ∂f/∂w₁ =
   −0.3932, ∂f/∂x₁ = −0.5898 and ∂f/∂w₂ = 0.1966. (The notes round 0.1966 to 0.2 on the way.)""",
        code=(product, build),
        solutions={"solution": build, "solution-product": product},
        without={"marked": "nobody's solution is at hand"},
    )


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["circuits-neuron"]).save("output/circuits-neuron.svg")
