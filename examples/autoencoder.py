"""An undercomplete autoencoder: handwritten digits of 64 pixels go through a code of 8 numbers and come out again.

It is trained on 400 digits and then shown ten that it has never seen. Of the squared error that is made by always
guessing the mean image, about 0.20 is left on the digits for training and 0.27 on those held out. A projection to eight
principal components, the best that a network without activations can do, leaves 0.32 and 0.33.
"""

from functools import cache

from digits import TRAINING, digits
from training import batches, initial, parameters, save, train

import tracegraph as tg

WITHOUT = {"solution": "weights by the thousand; the pictures show them", "marked": "no exercise asks for it by hand"}
SHAPES = {
    "W1": (64, 32),
    "b1": (32,),
    "W2": (32, 8),
    "b2": (8,),
    "W3": (8, 32),
    "b3": (32,),
    "W4": (32, 64),
    "b4": (64,),
}


def reconstructed(weights, images):
    """Return the reconstruction of a tensor of images (n, 8, 8)."""
    with tg.scope("encoder"):
        W1, b1, W2, b2 = parameters(weights, "W1 b1 W2 b2")
        x = images.reshape(-1, 64)
        z1 = x @ W1 + b1
        h1 = tg.relu(z1)
        code = h1 @ W2 + b2
    with tg.scope("decoder"):
        W3, b3, W4, b4 = parameters(weights, "W3 b3 W4 b4")
        z3 = code @ W3 + b3
        h3 = tg.relu(z3)
        z4 = h3 @ W4 + b4
        y = tg.sigmoid(z4)
        reconstruction = y.reshape(-1, 8, 8)
    return reconstruction


def loss_of(weights, pixels):
    """Return the squared error of the reconstruction of images (n, 8, 8)."""
    images = tg.tensor(pixels)
    reconstruction = reconstructed(weights, images)
    original = tg.constant(pixels)
    L = tg.mse(reconstruction, original)
    return L


@cache
def trained():
    """Train once; return the weights and the loss of each step."""
    images, _ = digits()
    weights = initial(SHAPES, seed=1)
    return weights, train(loss_of, weights, [[images[chosen]] for chosen in batches(50, 1500)], rate=0.003)


def build():
    """One more step, on the digits 0 to 9 of those held out."""
    images, _ = digits()
    return loss_of(trained()[0], images[TRAINING : TRAINING + 10])


def drawings():
    """Everything, and the encoder and the decoder as one card each."""
    graph = tg.trace(build)
    words = {
        "title": "An undercomplete autoencoder",
        "caption": "Handwritten digits of 64 pixels go through a code of 8 numbers and come out again.",
    }
    return {"autoencoder": tg.draw(graph, **words), "autoencoder-overview": tg.draw(graph, depth=0, **words)}


def lesson() -> tg.Lesson:
    """The undercomplete one."""
    return tg.Lesson(
        title="An undercomplete autoencoder",
        subject="Autoencoders",
        place=41,
        summary="Handwritten digits of 64 pixels go through a code of 8 numbers and come out again.",
        question="""
The code has fewer numbers than the image, n_h = 8 < d = 64, so the network has to find out what digits have in
common. How much of the error of always guessing the mean image is left?""",
        answer="""
0.20 on the digits for training, 0.27 on those held out. Eight principal components, the best that a network without
activations can do, leave 0.32 and 0.33.""",
        code=(reconstructed, loss_of),
        without=WITHOUT,
    )


if __name__ == "__main__":
    save(drawings())
