"""Feature learning: a code that was trained without labels, as features of a classifier that sees few of them.

The classifier is a softmax on a linear layer. It sees the 64 pixels, or the code of one of two autoencoders: the
undercomplete one of 8 numbers, or the one of 100 that takes noise out.
"""

from functools import cache

import autoencoder
import autoencoder_variants
import numpy as np
from digits import TRAINING, digits
from training import initial, parameters, train

import tracegraph as tg

PER_DIGIT = (1, 2, 5)
DRAWS = 10  # of the digits that have labels; the shares are means over them
STEPS, RATE, DECAY = 200, 0.03, 0.01


@cache
def features():
    """What the classifier sees of each image, by name; the columns have a mean of 0 and all of them one size."""
    images, _ = digits()
    eight = tg.trace(autoencoder.loss_of(autoencoder.trained()[0], images))["code"].value
    code, _ = autoencoder_variants.reconstructed(autoencoder_variants.denoising(), tg.constant(images))
    columns = {"64 pixels": images, "code of 8": eight, "code of 100": code.value}
    return {name: scaled(values.reshape(len(images), -1)) for name, values in columns.items()}


def scaled(columns):
    """Columns with a mean of 0 and a standard deviation of 1 on average, over the images for training."""
    known = columns[:TRAINING]
    return (columns - known.mean(axis=0)) / known.std(axis=0).mean()


def loss_of(weights, inputs, labels):
    """The cross entropy of a linear classifier, and a penalty on its weights."""
    code, label = tg.constant(inputs, "code"), tg.constant(labels)
    with tg.scope("classifier"):
        W, b = parameters(weights, "W b")
        logits = code @ W + b
    error = tg.cross_entropy(logits, label)
    L = error + DECAY * tg.sum(W**2)
    return L


def chosen(per_digit, seed):
    """The numbers of so many images of each digit among those for training."""
    random = np.random.default_rng(seed)
    labels = digits()[1][:TRAINING]
    return np.concatenate([random.choice(np.flatnonzero(labels == d), per_digit, replace=False) for d in range(10)])


def classifier(inputs, rows):
    """Train on these rows; return the weights."""
    weights = initial({"W": (inputs.shape[1], 10), "b": (10,)}, seed=1)
    train(loss_of, weights, [(inputs[rows], digits()[1][rows])] * STEPS, rate=RATE)
    return weights


def right(inputs, per_digit):
    """The share of the images held out that is classified rightly, as a mean over the draws."""
    labels, shares = digits()[1][TRAINING:], []
    for seed in range(DRAWS):
        weights = classifier(inputs, chosen(per_digit, seed))
        guesses = np.argmax(inputs[TRAINING:] @ weights["W"] + weights["b"], axis=1)
        shares.append(np.mean(guesses == labels))
    return float(np.mean(shares))


@cache
def shares():
    """The share that is right, by the number of labels of each digit, for each kind of features."""
    return {name: [right(inputs, n) for n in PER_DIGIT] for name, inputs in features().items()}


def table():
    """The shares in percent."""
    lines = [
        "of the digits held out, so many percent are classified rightly",
        "",
        "labels of each digit" + _row(PER_DIGIT),
    ]
    lines += [f"{name:<20}" + _row(f"{100 * share:.1f}" for share in row) for name, row in shares().items()]
    return "\n".join(lines) + "\n"


def _row(numbers):
    return "".join(f"{n:>7}" for n in numbers)


def classified():
    """The classifier on the code of 8 of ten digits held out, after it has seen five of each."""
    inputs = features()["code of 8"]
    ten = slice(TRAINING, TRAINING + 10)
    return loss_of(classifier(inputs, chosen(5, seed=0)), inputs[ten], digits()[1][ten])


if __name__ == "__main__":
    print(table())
