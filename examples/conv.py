"""A convolution, number by number: 5×5 input, 3×3 kernel, ReLU, 2×2 max pooling, flatten, and the gradients back.

The input and the kernel are those of figure 1.1 in Dumoulin and Visin, "A guide to convolution arithmetic for deep
learning" (2016).
"""

import tracegraph as tg

FORMATS = ("svg", "png", "dot", "json", "txt")
WORDS = {
    "title": "A convolution, number by number",
    "caption": "5×5 input, 3×3 kernel, ReLU, 2×2 max pooling, flatten, and the gradients back.",
}
DRAWINGS = {
    "conv": {"detail": "full", **WORDS, "formats": FORMATS},
    "conv-dark": {"detail": "full", **WORDS, "theme": "dark"},
}


def build() -> tg.Tensor:
    """From the input to the mean squared error of the flattened map."""
    x = tg.tensor([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
    K = tg.parameter([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
    target = tg.constant([16.0, 20.0, 16.0, 18.0])

    feature_map = tg.conv2d(x, K)
    activated = tg.relu(feature_map)
    pooled = tg.max_pool2d(activated, 2, stride=1)
    flat = pooled.flatten()
    L = tg.mse(flat, target)
    return L


if __name__ == "__main__":
    tg.draw(build, detail="full", **WORDS).save("output/conv.svg")
