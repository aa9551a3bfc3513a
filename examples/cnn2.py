"""A small convolutional network, number by number: two kernels with bias, ReLU, pooling, and a softmax over 3 classes.

The exercise gives no weights for the fully connected layers, so they are chosen here: small numbers of both signs. The
pooling convention matters: on a 3×3 map a 2×2 window fits once with stride 2 (the rest is dropped), four times with
stride 1, and four times with stride 2 if partial windows count (ceil_mode).
"""

from pathlib import Path

import tracegraph as tg

MARKED = Path(__file__).parent / "marked"

LAYERS = "Two kernels, ReLU, pooling, and a softmax over 3 classes; the weights W₁, W₂ of the dense layers are chosen."
THREE = "Stride 1; stride 2, which drops the last row and column; stride 2 with windows that are cut off."

POOLING = {
    "stride 1": {"stride": 1},
    "stride 2": {"stride": 2},
    "stride 2, partial windows": {"stride": 2, "ceil_mode": True},
}


def maps() -> tg.Tensor:
    """The 5×5 input under two kernels with a bias each, after the ReLU."""
    x = tg.tensor([[[5.0 * i + j + 1 for j in range(5)] for i in range(5)]])
    K = tg.parameter([[[[0.1, 0.2, 0.3]] * 3], [[[-0.1, -0.1, -0.1], [0.1, 0.1, 0.1], [0.0, 0.0, 0.0]]]], name="K")
    b = tg.parameter([[[0.1]], [[0.2]]])
    maps = tg.conv2d(x, K)
    biased = maps + b
    activated = tg.relu(biased)
    return activated


def features(convention: str) -> tg.Tensor:
    """From the input to the flattened, pooled maps."""
    pooled = tg.max_pool2d(maps(), 2, **POOLING[convention])
    flat = pooled.flatten()
    return flat


def conventions() -> list[tg.Tensor]:
    """The same maps, pooled in three ways."""
    activated, pooled = maps(), []
    for convention, options in POOLING.items():
        pooled.append(tg.max_pool2d(activated, 2, **options))
        pooled[-1].name = convention
    return pooled


def build(convention: str = "stride 1") -> tg.Tensor:
    """Two hidden neurons and three classes on top; the loss is the cross entropy for class 1."""
    flat = features(convention)
    W1 = tg.parameter([[0.02 if (i + j) % 2 else -0.01 for j in range(2)] for i in range(flat.size)])
    c1 = tg.parameter([0.1, -0.1])
    z = flat @ W1 + c1
    hidden = tg.tanh(z)
    W2 = tg.parameter([[0.5, -0.3, 0.1], [-0.2, 0.4, 0.3]])
    c2 = tg.parameter([0.0, 0.1, -0.1])
    logits = hidden @ W2 + c2
    p = tg.softmax(logits)
    right = p[1]
    L = -tg.log(right)
    return L


def drawings() -> dict[str, tg.Drawing]:
    """The network, and its maps under the three conventions of pooling, side by side."""
    words = {"title": "One pair of maps, pooled in three ways", "caption": THREE}
    return {
        "cnn2": tg.draw(build, title="A small convolutional network, number by number", caption=LAYERS),
        "cnn2-pooling": tg.draw(conventions, **words),
    }


def lesson() -> tg.Lesson:
    """The network, and pooling in three ways."""
    return tg.Lesson(
        title="A small convolutional network, number by number",
        subject="Convolution",
        place=32,
        summary="Two kernels with bias, ReLU, pooling in three conventions, and a softmax over three classes.",
        question="""
A 5×5 input with the numbers 1 to 25 meets two kernels with a bias each, ReLU, and 2×2 max pooling; the flattened
maps go through two hidden neurons into a softmax over three classes. What is in the maps, and what is left of them
when the pooling has stride 1, stride 2, or stride 2 with windows that are cut off at the border?""",
        answer="""
The same maps give three different results, of 4, 1 and 4 numbers each: say which convention is meant. The weights
of the dense layers are chosen here, as small numbers of both signs.""",
        code=(maps, features, conventions, build),
        marked={"marked": (build, MARKED / "cnn2.toml")},
    )


if __name__ == "__main__":
    for name, drawing in drawings().items():
        drawing.save(f"output/{name}.svg")
