"""The smallest autoencoder: a number goes through a code that is a number too, by two straight lines.

Encoder z = w₁x + b₁, decoder x′ = w₂z + b₂, and the loss is the mean of e² with e = x′ − x. The chain rule gives, for n
samples: ∂L/∂w₂ = 2/n Σ e z, ∂L/∂b₂ = 2/n Σ e, ∂L/∂w₁ = 2/n Σ e w₂ x and ∂L/∂b₁ = 2/n Σ e w₂. There are exact
solutions, and many: whatever w₁ is, if it is not 0, w₂ = 1/w₁ and b₂ = −b₁/w₁ undo it.
"""

import tracegraph as tg

DRAWINGS = {
    "autoencoder_scalar": {
        "detail": "full",
        "title": "The smallest autoencoder",
        "caption": "A number goes through a code that is a number too, by two straight lines.",
    }
}


def build() -> tg.Tensor:
    """Forward pass and loss of three samples."""
    x = tg.tensor([1.0, 2.0, 3.0])
    with tg.scope("encoder"):
        w1, b1 = tg.parameter(0.5), tg.parameter(0.1)
        z = w1 * x + b1
    with tg.scope("decoder"):
        w2, b2 = tg.parameter(1.8), tg.parameter(0.1)
        x_prime = w2 * z + b2
    e = x_prime - x
    L = tg.mean(e**2)
    return L


def lesson() -> tg.Lesson:
    """Forward pass and gradients of three samples."""
    return tg.Lesson(
        title="The smallest autoencoder",
        subject="Autoencoders",
        place=40,
        summary="A number goes through a code that is a number too: the equations of an autoencoder, by hand.",
        question="""
Encoder z = w₁x + b₁ and decoder x′ = w₂z + b₂; the loss is the mean of (x′ − x)². For the samples 1, 2, 3 with w₁ =
0.5, b₁ = 0.1, w₂ = 1.8 and b₂ = 0.1: what is the loss, and the gradient of each of the four parameters?""",
        answer="""
With e = x′ − x: ∂L/∂w₂ = 2/n Σ e z, ∂L/∂b₂ = 2/n Σ e, ∂L/∂w₁ = 2/n Σ e w₂ x and ∂L/∂b₁ = 2/n Σ e w₂.""",
        without={"marked": "nobody's solution is at hand"},
    )


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["autoencoder_scalar"]).save("output/autoencoder_scalar.svg")
