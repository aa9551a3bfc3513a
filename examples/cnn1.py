"""Convolution and pooling in all the ways an exercise asks for: strides 1, 2, 3, zero padding, max and average pooling.

Input and kernel are those of figure 1.1 in Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"
(2016). The size of a map is floor((n + 2p - k) / s) + 1.
"""

from pathlib import Path

import tracegraph as tg
from tracegraph.graph.note import FocusNote

MARKED = Path(__file__).parent / "marked"

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


def pooling() -> tg.Graph:
    """The first map, pooled in four ways; the maxima of its four windows of 2×2 are framed."""
    graph = tg.upto(tg.trace(strides), "max_s1", "max_s2", "avg_s1", "avg_s2")
    pooled = graph["map_s1"].value
    corners = [(i, j) for i in range(2) for j in range(2)]
    windows = {corner: pooled[corner[0] : corner[0] + 2, corner[1] : corner[1] + 2] for corner in corners}
    winners = {(i + w.argmax() // 2, j + w.argmax() % 2) for (i, j), w in windows.items()}
    cells = tuple(sorted((int(i), int(j)) for i, j in winners))
    return graph.with_note("focus", FocusNote(focus=((graph["map_s1"].key, cells),)))


def drawings() -> dict[str, tg.Drawing]:
    """One picture for each part of the exercise, and one map element opened into its nine products."""
    first = tg.trace(strides)
    return {
        "cnn1-strides": tg.draw(
            first, title="Convolution and pooling", caption="One input and kernel, with strides 1, 2 and 3."
        ),
        "cnn1-pooling": tg.draw(
            pooling, title="Pooling", caption="Framed in map_s1: the maximum of each window of 2×2, stride 1."
        ),
        "cnn1-padding": tg.draw(padding, title="The same with a border of zeros"),
        "cnn1-one-element": tg.draw(
            tg.expand(first, "map_s2", (0, 1)), title="One element of a map", caption="The nine products of its window."
        ),
    }


def lesson() -> tg.Lesson:
    """All maps, what a student wrote for them, and how that is marked."""
    return tg.Lesson(
        title="Convolution and pooling, number by number",
        subject="Convolution",
        place=30,
        summary="A 3×3 kernel on a 5×5 input with strides 1, 2 and 3 and with padding; max and average pooling.",
        question="""
Lay a 3×3 kernel over a 5×5 input with strides 1, 2 and 3, and with a border of zeros. How large is each map, and
which numbers are in it? Pool the first map with 2×2 windows, by the maximum and by the mean, with strides 1 and 2,
and flatten what comes out.""",
        answer="""
A side of the map is ⌊(n + 2p − k)/s⌋ + 1: 3 with stride 1, 2 with stride 2, 1 with stride 3, and 5 with one row of
zeros around the input.""",
        code=(strides, padding),
        solutions={"solution": strides, "solution-padding": padding},
        deck=talk,
        marked={
            "marked-strides": (strides, MARKED / "cnn1_strides.toml"),
            "marked-padding": (padding, MARKED / "cnn1_padding.toml"),
            "marked-windows": (MARKED / "windows_notes.py", MARKED / "windows.toml"),
        },
    )


def talk() -> "tg.Deck":
    """Every window with strides 1, 2 and 3: the slides of sliding.py."""
    import sliding

    return sliding.deck(1, 2, 3)


if __name__ == "__main__":
    for name, drawing in drawings().items():
        drawing.save(f"output/{name}.svg")
