"""Convolution and pooling in all the ways an exercise asks for: strides 1, 2, 3, zero padding, max and average pooling.

Input and kernel are those of figure 1.1 in Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"
(2016). The size of a map is floor((n + 2p - k) / s) + 1.
"""

import tracegraph as tg

INPUT = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
KERNEL = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]


def build() -> list[tg.Tensor]:
    """Every map of the exercise; nothing is differentiated here (see conv.py for that)."""
    return [*strides(), *padding()]


def strides() -> list[tg.Tensor]:
    """Valid convolution with strides 1, 2 and 3, and pooling of the first map with strides 1 and 2."""
    x, K = tg.tensor(INPUT), tg.parameter(KERNEL)
    map_s1 = tg.conv2d(x, K)
    map_s2 = tg.conv2d(x, K, stride=2)
    map_s3 = tg.conv2d(x, K, stride=3)
    max_s1 = tg.max_pool2d(map_s1, 2, stride=1)
    max_s2 = tg.max_pool2d(map_s1, 2, stride=2)
    avg_s1 = tg.avg_pool2d(map_s1, 2, stride=1)
    avg_s2 = tg.avg_pool2d(map_s1, 2, stride=2)
    flat_s1 = max_s1.flatten()
    return [map_s2, map_s3, max_s2, avg_s1, avg_s2, flat_s1]


def padding() -> list[tg.Tensor]:
    """With one row and column of zeros around the input, the map is as large as the input."""
    x, K = tg.tensor(INPUT), tg.parameter(KERNEL)
    padded = tg.pad(x, 1)
    map_p1 = tg.conv2d(padded, K)
    max_p1 = tg.max_pool2d(map_p1, 2, stride=1)
    flat_p1 = max_p1.flatten()
    return [flat_p1]


def drawings() -> dict[str, tg.Drawing]:
    """One picture for each part of the exercise, and one map element opened into its nine products."""
    first = tg.trace(strides)
    return {
        "cnn1-strides": tg.draw(
            first, title="Convolution and pooling", caption="One input and kernel, with strides 1, 2 and 3."
        ),
        "cnn1-padding": tg.draw(padding, title="The same with a border of zeros"),
        "cnn1-one-element": tg.draw(
            tg.expand(first, "map_s2", (0, 1)), title="One element of a map", caption="The nine products of its window."
        ),
    }


if __name__ == "__main__":
    for name, drawing in drawings().items():
        drawing.save(f"output/{name}.svg")
