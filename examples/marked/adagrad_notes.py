"""AdaGrad by hand: two steps on y = w x, every number that is written down on the way as a tensor of its own.

Mark what was written for it: tracegraph mark examples/marked/adagrad_notes.py examples/marked/adagrad.toml
"""

import tracegraph as tg


def build() -> tg.Graph:
    """The point (3, 4), then (4, 5); the sum of squared gradients goes on from the first to the second."""
    lr, eps = tg.constant(0.1, "lr"), tg.constant(1e-8, "eps")
    w0 = tg.parameter(0.5, "w0")
    G0 = tg.constant(0.0, "G0")

    yhat1 = w0 * 3
    g1 = -(4 - yhat1) * 3
    G1 = G0 + g1**2
    root1 = tg.sqrt(G1)
    n1 = lr / (root1 + eps)
    w1 = w0 - n1 * g1

    yhat2 = w1 * 4
    g2 = -(5 - yhat2) * 4
    G2 = G1 + g2**2
    root2 = tg.sqrt(G2)
    n2 = lr / (root2 + eps)
    step2 = -n2 * g2
    w2 = w1 + step2
    return tg.trace([root2, w2])  # two, so that nothing is differentiated: gradients are written out here
