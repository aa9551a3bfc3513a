"""A tie in max pooling: the input is cyclic, and in the first window two entries are the same maximum, 7.2.

The whole gradient of a window goes to the first maximum in reading order, as in PyTorch.
"""

import tracegraph as tg

DRAWINGS = {
    "cnn3": {
        "detail": "full",
        "title": "A tie in max pooling",
        "caption": "In the first window two entries are the same maximum, 7.2: the first one gets the whole gradient.",
    }
}


def build() -> tg.Tensor:
    """Convolution, ReLU, 2×2 max pooling with stride 1, flatten, and the sum, whose gradient is 1 everywhere."""
    x = tg.tensor([[(i + j) % 5 + 1.0 for j in range(5)] for i in range(5)])
    K = tg.parameter([[0.2, 0.2, 0.3]] * 3)
    feature_map = tg.conv2d(x, K)
    activated = tg.relu(feature_map)
    pooled = tg.max_pool2d(activated, 2, stride=1)
    flat = pooled.flatten()
    total = flat.sum()
    return total


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["cnn3"]).save("output/cnn3.svg")
