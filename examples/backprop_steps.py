"""Backpropagation by hand, two iterations: the network of backprop.py, with all its weights updated (α = 0.1).

The delta of a neuron is what its weighted sum z sends back, with the sign turned: δ = −∂L/∂z. So w = w + α·δ·input is
the same as w = w − α·∂L/∂w, and all four weights are updated with the gradients at the old ones.
"""

from pathlib import Path

import tracegraph as tg

MARKED = Path(__file__).parent / "marked"

WEIGHTS = {"w13": 0.1, "w24": 0.3, "w35": 0.5, "w45": 0.6}
WORDS = {
    "title": "Backpropagation by hand, two iterations",
    "caption": "The network of backprop.py, with all its weights updated (α = 0.1).",
}
DRAWINGS = {
    "backprop-steps": {**WORDS, "formats": ("svg", "txt")},
    "backprop-steps-overview": {"depth": 0, **WORDS, "formats": ("svg",)},
    "backprop-steps-1": {"step": 1, "detail": "full", "title": "Backpropagation by hand, step 1", "formats": ("svg",)},
}


def build() -> list[tg.Tensor]:
    """Two iterations; the weights after them."""
    x1, x2, t = tg.constant(0.5, "x1"), tg.constant(0.6, "x2"), tg.constant(1.0, "t")
    weights = [tg.parameter(value, name) for name, value in WEIGHTS.items()]
    sgd = tg.optim.SGD(lr=0.1)
    for _ in range(2):
        w13, w24, w35, w45 = weights
        z3 = x1 * w13
        h3 = tg.sigmoid(z3)
        z4 = x2 * w24
        h4 = tg.sigmoid(z4)
        z5 = h3 * w35 + h4 * w45
        o5 = tg.sigmoid(z5)
        L = 0.5 * (t - o5) ** 2
        weights = sgd.step(L, weights)
    return weights


def deltas(graph: tg.Graph, step: int) -> dict[str, float]:
    """The deltas of one iteration, by neuron."""
    return {f"delta{j}": -graph.find(f"z{j}", step).gradient for j in (5, 4, 3)}


def lesson() -> tg.Lesson:
    """Two iterations, what a student wrote for them, and how that is marked."""
    return tg.Lesson(
        title="Backpropagation by hand, two iterations",
        subject="Backpropagation",
        place=11,
        summary="All four weights are updated twice, and the error goes from 0.3582 to 0.3571.",
        question="""
The network of [one step of backpropagation](../backprop/README.md) learns with a rate of α = 0.1. Compute the delta
of each neuron, δ = −∂L/∂z, update all weights with the gradients at the old ones, and do it once more. Does the
error t − o₅ become smaller?""",
        answer="""
It does: from 0.3582 to 0.3571. The deltas are δ₅ = 0.08235, δ₃ = 0.01029 and δ₄ = 0.01225; a weight grows by α·δ
times the value at its tail.""",
        marked={"marked": (MARKED / "backprop_notes.py", MARKED / "backprop.toml")},
    )


if __name__ == "__main__":
    graph = tg.trace(build)
    for step in (1, 2):
        print(f"iteration {step}:", {name: round(delta, 6) for name, delta in deltas(graph, step).items()})
    print(tg.explain(graph))
    tg.draw(graph, **WORDS).save("output/backprop-steps.svg")
