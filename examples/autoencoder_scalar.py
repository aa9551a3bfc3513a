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


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["autoencoder_scalar"]).save("output/autoencoder_scalar.svg")
