"""Backpropagation by hand: the deltas and the weight updates written out as they are on paper, two iterations.

Here delta is −∂L/∂z, so weights grow by lr·delta·input. Mark what was written for it:
tracegraph mark examples/marked/backprop_notes.py examples/marked/backprop.toml
"""

import tracegraph as tg


def build() -> tg.Graph:
    """A network with one input for each of two hidden neurons and one output, all sigmoid, without biases."""
    x1, x2 = tg.tensor(0.5, "x1"), tg.tensor(0.6, "x2")
    t, lr = tg.constant(1.0, "t"), tg.constant(0.1, "lr")
    w13, w24 = tg.parameter(0.1, "w13"), tg.parameter(0.3, "w24")
    w35, w45 = tg.parameter(0.5, "w35"), tg.parameter(0.6, "w45")

    with tg.scope("iteration 1"):
        z3 = x1 * w13
        h3 = tg.sigmoid(z3)
        z4 = x2 * w24
        h4 = tg.sigmoid(z4)
        z5 = h3 * w35 + h4 * w45
        o5 = tg.sigmoid(z5)
        e = t - o5
    with tg.scope("back"):
        d5 = o5 * (1 - o5) * e
        dw45 = lr * d5 * h4
        dw35 = lr * d5 * h3
        d3 = h3 * (1 - h3) * w35 * d5
        d4 = h4 * (1 - h4) * w45 * d5
        dw13 = lr * d3 * x1
        dw24 = lr * d4 * x2
        w45_new = w45 + dw45
        w35_new = w35 + dw35
        w13_new = w13 + dw13
        w24_new = w24 + dw24
    with tg.scope("iteration 2"):
        z3_2 = x1 * w13_new
        z4_2 = x2 * w24_new
        h3_2 = tg.sigmoid(z3_2)
        h4_2 = tg.sigmoid(z4_2)
        z5_2 = h3_2 * w35_new + h4_2 * w45_new
        o5_2 = tg.sigmoid(z5_2)
        e_2 = t - o5_2
    return tg.trace([o5_2, e_2])  # two, so that nothing is differentiated: the way back is written out here
