"""Generation: codes drawn at random, decoded. A plain autoencoder does not promise that what comes out is a digit.

Nothing in its loss says which codes are meant for digits (Kingma and Welling 2014 add that, as a variational
autoencoder). A normal distribution with the mean and the covariance of the codes of real digits is a guess.
"""

import autoencoder
import numpy as np
from digits import TRAINING, digits
from training import parameters

import tracegraph as tg

COUNT = 10


def drawn(count, seed=4):
    """Codes from a normal distribution with the mean and the covariance of those of the digits for training."""
    images, _ = digits()
    codes = tg.trace(autoencoder.loss_of(autoencoder.trained()[0], images[:TRAINING]))["code"].value
    random = np.random.default_rng(seed)
    return random.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), count)


def decoded(codes):
    """Images (n, 8, 8) of codes (n, 8)."""
    with tg.scope("decoder"):
        W3, b3, W4, b4 = parameters(autoencoder.trained()[0], "W3 b3 W4 b4")
        h3 = tg.relu(codes @ W3 + b3)
        y = tg.sigmoid(h3 @ W4 + b4)
        generated = y.reshape(-1, 8, 8)
    return generated


def generated():
    """Ten new images."""
    code = tg.constant(drawn(COUNT))
    return decoded(code)


def distance(images):
    """The mean squared difference of each image to the digit for training that is nearest."""
    known = digits()[0][:TRAINING].reshape(1, -1, 64)
    return np.mean((images.reshape(-1, 1, 64) - known) ** 2, axis=-1).min(axis=1)


def far(count=400):
    """The share of new images that are further from every known digit than 95 of 100 digits held out are."""
    limit = np.quantile(distance(digits()[0][TRAINING:]), 0.95)
    return float(np.mean(distance(decoded(tg.constant(drawn(count))).value) > limit))


if __name__ == "__main__":
    print(f"{far():.0%} of the new images are unlike every known digit")
