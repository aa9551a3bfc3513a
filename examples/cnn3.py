"""A tie in max pooling: the input is cyclic, and in the first window two entries are the same maximum, 7.2.

The whole gradient of a window goes to the first maximum in reading order, as in PyTorch.
"""

from pathlib import Path

import tracegraph as tg
from tracegraph.graph.note import FocusNote

TIED = ((0, 1), (1, 0))  # the two that are the maximum of the first window
MARKED = Path(__file__).parent / "marked"

DRAWINGS = {
    "cnn3": {
        "of": "tie",
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


def tie() -> tg.Graph:
    """The same, with the two maxima of the first window framed, and where the gradient went."""
    graph = tg.trace(build)
    ours = graph["activated"].key
    return graph.with_note("focus", FocusNote(focus=((ours, TIED),)))


def lesson() -> tg.Lesson:
    """A tie, and where its gradient goes."""
    return tg.Lesson(
        title="A tie in max pooling",
        subject="Convolution",
        place=33,
        summary="Two entries of a window are the same maximum: the first in reading order gets the gradient.",
        question="""
The input of 5×5 is cyclic, so the map of a 3×3 kernel has equal numbers. Where does the gradient of 2×2 max pooling
go in a window with two maxima?""",
        answer="""
To the first one in reading order, whole, as in PyTorch. Any share between them would be a subgradient, too.""",
        marked={"marked": (build, MARKED / "cnn3.toml")},
    )


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["cnn3"]).save("output/cnn3.svg")
