"""One attention head, number by number: three inputs of four numbers, after Raimi Karim, "Illustrated: Self-Attention".

As there, the scores are not divided by the root of their length.
"""

import numpy as np

import tracegraph as tg

X = [[1.0, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]]
KEY = [[0.0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]]
QUERY = [[1.0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]]
VALUE = [[0.0, 2, 0], [0, 3, 0], [1, 0, 3], [1, 1, 0]]
DRAWINGS = {
    "attention": {
        "title": "One attention head",
        "caption": "Each row of the weights says how much of each value goes into an output.",
    }
}


def build() -> list[tg.Tensor]:
    """From the inputs to the outputs."""
    x = tg.constant(X)
    W_k, W_q, W_v = tg.parameter(KEY), tg.parameter(QUERY), tg.parameter(VALUE)
    k, q, v = x @ W_k, x @ W_q, x @ W_v
    scores = q @ k.T
    weights = tg.softmax(scores)
    outputs = weights @ v
    return [outputs]


def rounded() -> np.ndarray:
    """The outputs to one digit after the point, as they are printed there."""
    return np.round(tg.trace(build)["outputs"].value, 1)


def lesson() -> tg.Lesson:
    """The way forward."""
    return tg.Lesson(
        title="One attention head by hand",
        subject="Sequences, attention, normalisation",
        place=51,
        summary="Keys, queries, values, scores and their softmax for three inputs.",
        question="""
Three inputs (1, 0, 1, 0), (0, 2, 0, 2) and (1, 1, 1, 1) become keys, queries and values through three matrices. How
much does each input attend to each other one, and what comes out? (After Raimi Karim, "Illustrated:
Self-Attention", 2019.)""",
        answer="""
The scores of the first input are 2, 4, 4, so it attends to the second and the third alike: 0.06, 0.47, 0.47. Its
output is (1.94, 6.68, 1.60).""",
        without={"marked": "nobody's solution is at hand"},
    )


if __name__ == "__main__":
    tg.draw(build, **DRAWINGS["attention"]).save("output/attention.svg")
