"""An LSTM by hand, two steps forwards and backwards: the numerical example of Aidan Gomez ("Backpropogating an LSTM").

Gates a (input activation), i (input), f (forget) and o (output) of one unit with two inputs; the loss is half the
squared error of the output of each step.
"""

import numpy as np

import tracegraph as tg

W = {"a": [0.45, 0.25], "i": [0.95, 0.8], "f": [0.7, 0.45], "o": [0.6, 0.4]}
U = {"a": 0.15, "i": 0.8, "f": 0.1, "o": 0.25}
B = {"a": 0.2, "i": 0.65, "f": 0.15, "o": 0.1}
STEPS = (([1.0, 2.0], 0.5), ([0.5, 3.0], 1.25))  # input and target
WORDS = {"title": "An LSTM, two steps", "caption": "One unit with four gates; its state goes from step to step."}
DRAWINGS = {
    "lstm": {**WORDS},
    "lstm-steps": {**WORDS, "depth": 0, "title": "An LSTM: what goes from step to step", "formats": ("svg",)},
}


def build() -> tg.Tensor:
    """Both steps; the sum of their losses."""
    w = {gate: tg.parameter(value, f"W_{gate}") for gate, value in W.items()}
    u = {gate: tg.parameter(value, f"U_{gate}") for gate, value in U.items()}
    b = {gate: tg.parameter(value, f"b_{gate}") for gate, value in B.items()}
    out, state, losses = tg.constant(0.0, "out0"), tg.constant(0.0, "state0"), []
    for t, (inputs, target) in enumerate(STEPS, 1):
        with tg.scope(f"step {t}"):
            x = tg.constant(inputs, "x")
            a = np.tanh(w["a"] @ x + u["a"] * out + b["a"])
            i = tg.sigmoid(w["i"] @ x + u["i"] * out + b["i"])
            f = tg.sigmoid(w["f"] @ x + u["f"] * out + b["f"])
            o = tg.sigmoid(w["o"] @ x + u["o"] * out + b["o"])
            state = a * i + f * state
            out = np.tanh(state) * o
            losses.append(0.5 * (out - target) ** 2)
    L = losses[0] + losses[1]
    return L


def lesson() -> tg.Lesson:
    """Both steps."""
    return tg.Lesson(
        title="An LSTM by hand",
        subject="Sequences, attention, normalisation",
        place=50,
        summary="Two steps of one unit: four gates, a state, and gradients that come back through time.",
        question="""
One LSTM unit sees (1, 2) and then (0.5, 3); its outputs should be 0.5 and 1.25. With the given weights, compute the
gates, the state and the output of each step, and the gradient of every weight. (After Aidan Gomez, "Backpropogating
an LSTM: A Numerical Example", 2016.)""",
        answer="""
The state is 1.5176 and the output 0.77198 after the second step. Each weight is used twice, so its gradient is the
sum of what comes back from both steps; what comes back from the second to the first goes through the state and the
output.""",
        without={"marked": "nobody's solution is at hand"},
    )


if __name__ == "__main__":
    tg.draw(build, **WORDS).save("output/lstm.svg")
