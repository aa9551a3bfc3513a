"""LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998) in its modern form, 61,706 parameters, on handwritten digits.

Modern: the second convolution sees every map of the first, and the output is a softmax. It takes images of 32×32. Those
of the UCI set were of that size once; a pixel of the 8×8 that are left is the share of ink in a block of 4×4, and is
spread over that block again.
"""

from functools import cache

import numpy as np
from digits import TRAINING, digits
from training import batches, initial, parameters, save, train

import tracegraph as tg

TITLE = "LeNet-5, 61,706 parameters"

SHAPES = {
    "K1": (6, 1, 5, 5),
    "b1": (6,),
    "K2": (16, 6, 5, 5),
    "b2": (16,),
    "W3": (400, 120),
    "b3": (120,),
    "W4": (120, 84),
    "b4": (84,),
    "W5": (84, 10),
    "b5": (10,),
}


def enlarged():
    """Return the digits as images (500, 1, 32, 32), and their labels."""
    images, labels = digits()
    return np.kron(images, np.ones((4, 4)))[:, None], labels


def logits_of(weights, pixels):
    """Return the scores of the ten classes for images (n, 1, 32, 32)."""
    image = tg.tensor(pixels)
    with tg.scope("conv1"):
        K1, b1 = parameters(weights, "K1 b1")
        c1 = tg.conv2d(image, K1, b1)
        h1 = tg.tanh(c1)
    with tg.scope("pool1"):
        s1 = tg.avg_pool2d(h1, 2)
    with tg.scope("conv2"):
        K2, b2 = parameters(weights, "K2 b2")
        c2 = tg.conv2d(s1, K2, b2)
        h2 = tg.tanh(c2)
    with tg.scope("pool2"):
        s2 = tg.avg_pool2d(h2, 2)
    with tg.scope("dense3"):
        W3, b3 = parameters(weights, "W3 b3")
        x3 = s2.reshape(-1, 400)
        z3 = x3 @ W3 + b3
        h3 = tg.tanh(z3)
    with tg.scope("dense4"):
        W4, b4 = parameters(weights, "W4 b4")
        z4 = h3 @ W4 + b4
        h4 = tg.tanh(z4)
    with tg.scope("dense5"):
        W5, b5 = parameters(weights, "W5 b5")
        logits = h4 @ W5 + b5
    return logits


def loss_of(weights, pixels, labels):
    """Return the cross entropy of the softmax of the scores."""
    label = tg.constant(labels)
    L = tg.cross_entropy(logits_of(weights, pixels), label)
    return L


@cache
def trained():
    """Train once; return the weights and the loss of each step."""
    images, labels = enlarged()
    weights = initial(SHAPES, seed=1)
    return weights, train(loss_of, weights, [(images[c], labels[c]) for c in batches(20, 80)], rate=0.003)


def build():
    """One more step, on a four of those held out."""
    images, labels = enlarged()
    four = slice(TRAINING + 4, TRAINING + 5)
    return loss_of(trained()[0], images[four], labels[four])


def drawings():
    """The maps of the convolutions, with each dense layer as one card; every operation and its shape; the layers.

    And the layers as a table, with the shape of what they hand on and the number of their parameters.
    """
    graph = maps = tg.trace(build)
    for layer in ("dense3", "dense4", "dense5"):
        maps = tg.collapse(maps, layer)
    return {
        "lenet5": tg.draw(maps, title=TITLE),
        "lenet5-shapes": tg.draw(graph, detail="shapes", title=f"{TITLE}: the shapes"),
        "lenet5-layers": tg.draw(graph, depth=0, title=f"{TITLE}: the layers"),
        "lenet5-table.txt": str(tg.layers(graph)),
    }


def lesson() -> tg.Lesson:
    """The network by its maps, its shapes and its layers."""
    return tg.Lesson(
        title="LeNet-5",
        subject="Convolution",
        place=34,
        summary="61,706 parameters read a handwritten digit: maps, shapes, and the parameters of each layer.",
        question="""
LeNet-5 takes an image of 32×32: two convolutions of 5×5 with pooling, and three dense layers. How large is every
map, how many parameters has every layer, and which digit does the trained network read?""",
        answer="""
A convolution of 5×5 leaves 28 = 32 − 5 + 1 and 10 = 14 − 5 + 1 rows; pooling halves them. The layers have 6·(25 +
1) = 156, 16·(6·25 + 1) = 2,416, 120·(400 + 1) = 48,120, 84·(120 + 1) = 10,164 and 10·(84 + 1) = 850 parameters,
61,706 in all. (The network of 1998 has about 60,000: its second convolution sees only some of the maps: 1,516
instead of 2,416.)""",
        code=(logits_of, loss_of),
        without={
            "solution": "61,706 weights; the table has their shapes and counts",
            "marked": "no exercise asks for its numbers by hand",
        },
    )


if __name__ == "__main__":
    print(tg.layers(build))
    save(drawings())
