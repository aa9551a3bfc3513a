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
    "conv-readme": {**WORDS, "fit": "README", "formats": ("svg",)},
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


def lesson() -> tg.Lesson:
    """Forwards and backwards, and the window that slides."""
    return tg.Lesson(
        title="A convolution, forwards and backwards",
        subject="Convolution",
        place=31,
        summary="Input, kernel, ReLU, pooling and a loss, with every gradient back to the pixels.",
        question="""
A 3×3 kernel on a 5×5 input, ReLU, 2×2 max pooling with stride 1, flatten, and the mean squared error to a target.
What is the gradient of every number of the kernel and of the input?""",
        answer="""
Each window hands the gradient to its maximum alone; and the gradient of the kernel is the sum, over all windows, of
what is in them times what arrives.""",
        deck=talk,
        slides=("html", "pptx", "gif"),
        without={"marked": "nobody's solution of the way back is at hand; the way forward is marked in cnn1"},
    )


def talk() -> "tg.Deck":
    """The window slides over the input: the slides of sliding.py, which draws from this file."""
    import sliding

    return sliding.deck()


if __name__ == "__main__":
    tg.draw(build, detail="full", **WORDS).save("output/conv.svg")
