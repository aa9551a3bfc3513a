"""Two autoencoders whose code is larger than the image, and what keeps each of them from merely copying.

100 units are enough to hand 64 pixels through without having learned anything about digits: trained without more ado,
they leave an error of 0.03 (a share of that of always guessing the mean image; all numbers are of the 100 digits held
out), but half of the noise in an image stays in it, too.

Sparse: a penalty λ·mean|code| in the loss. Without it 25 of 100 units are inactive in an image, with it 67, and the
error is 0.08. (About 20 of them are inactive in every image, with the penalty and without.)

Overcomplete: nothing limits the code, but the input is noisy and the output shall not be. Copying leaves the error at
that of the noise, 1.26; this network leaves 0.26.
"""

from functools import cache

import numpy as np
from autoencoder import WITHOUT
from digits import TRAINING, digits
from training import batches, initial, parameters, save, train

import tracegraph as tg

SHAPES = {"W1": (64, 100), "b1": (100,), "W2": (100, 64), "b2": (64,)}
PENALTY = 0.03
NOISE = 0.3


def reconstructed(weights, images):
    """Return the code (n, 10, 10) and the reconstruction (n, 8, 8) of a tensor of images."""
    with tg.scope("encoder"):
        W1, b1 = parameters(weights, "W1 b1")
        x = images.reshape(-1, 64)
        z = x @ W1 + b1
        h = tg.relu(z)
        code = h.reshape(-1, 10, 10)  # to be looked at
    with tg.scope("decoder"):
        W2, b2 = parameters(weights, "W2 b2")
        units = code.reshape(-1, 100)
        logits = units @ W2 + b2
        y = tg.sigmoid(logits)
        reconstruction = y.reshape(-1, 8, 8)
    return code, reconstruction


def sparse_loss(weights, pixels, penalty=PENALTY):
    """The squared error, and a penalty on the code (Goodfellow, Bengio and Courville 2016, section 14.2.1)."""
    images = tg.tensor(pixels)
    code, reconstruction = reconstructed(weights, images)
    original = tg.constant(pixels)
    error = tg.mse(reconstruction, original)
    activity = tg.mean(tg.abs(code))
    L = error + penalty * activity
    return L


def denoising_loss(weights, noisy_pixels, pixels):
    """The squared error of images restored from noisy ones (Vincent, Larochelle, Bengio and Manzagol 2008)."""
    noisy = tg.tensor(noisy_pixels)
    _, reconstruction = reconstructed(weights, noisy)
    original = tg.constant(pixels)
    L = tg.mse(reconstruction, original)
    return L


def noise(count, seed):
    """Normal noise for so many images."""
    return np.random.default_rng(seed).normal(scale=NOISE, size=(count, 8, 8))


@cache
def sparse(penalty=PENALTY):
    """Train with a penalty on the code; return the weights."""
    images, _ = digits()
    weights = initial(SHAPES, seed=1)
    train(sparse_loss, weights, [[images[chosen], penalty] for chosen in batches(50, 1500)], rate=0.003)
    return weights


@cache
def denoising():
    """Train with fresh noise in each step; return the weights."""
    images, _ = digits()
    weights = initial(SHAPES, seed=1)
    steps = [(images[chosen] + noise(50, seed), images[chosen]) for seed, chosen in enumerate(batches(50, 1500))]
    train(denoising_loss, weights, steps, rate=0.003)
    return weights


def build():
    """One more step of the sparse one, on the digits 0 to 9 of those held out."""
    images, _ = digits()
    return sparse_loss(sparse(), images[TRAINING : TRAINING + 10])


def build_denoising():
    """One more step of the one that restores, on the same digits."""
    images, _ = digits()
    ten = images[TRAINING : TRAINING + 10]
    return denoising_loss(denoising(), ten + noise(10, seed=2000), ten)


def drawings():
    """Both, with the decoder as one card."""
    return {
        "autoencoder_variants-sparse": tg.draw(
            tg.collapse(tg.trace(build), "decoder"),
            title="A sparse autoencoder",
            caption=f"The loss adds {PENALTY} times the mean size of the code, so that few units are on.",
        ),
        "autoencoder_variants-overcomplete": tg.draw(
            tg.collapse(tg.trace(build_denoising), "decoder"),
            title="An overcomplete autoencoder that takes noise out",
            caption="The code has 100 numbers for 64 pixels; noise in the input keeps it from merely copying.",
        ),
    }


def lesson() -> tg.Lesson:
    """The sparse and the overcomplete one."""
    return tg.Lesson(
        title="Sparse and overcomplete autoencoders",
        subject="Autoencoders",
        place=42,
        summary="A code of 100 numbers for 64 pixels, and what keeps it from merely copying.",
        question="""
With n_h = 100 > d = 64 a network can hand the pixels through without having learned anything. What keeps it from
that? Compare a penalty on the code (sparse) and noise in the input (denoising).""",
        answer="""
Sparse: 67 of 100 units are off in an image, 25 without the penalty. Overcomplete with noise: copying would leave an
error of 1.26, the network leaves 0.26.""",
        code=(reconstructed, sparse_loss, denoising_loss),
        without=WITHOUT,
    )


if __name__ == "__main__":
    save(drawings())
