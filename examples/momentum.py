"""Momentum by hand: one epoch on three points of y = 2x + 1, one point a step.

The velocity is v = βv + α·∂L/∂w with β = 0.9, and w = w − v. v_w and v_b are nodes of the graph like all others.
``build`` is the whole epoch, and then the mean of the losses over all points; ``before`` is that mean at the start.
"""

import tracegraph as tg

POINTS = [(1, 3), (2, 5), (3, 7)]
DRAWINGS = {
    "momentum": {"direction": "TB", "formats": ("svg", "txt")},
    "momentum-step": {"step": 2, "detail": "full", "theme": "slides", "formats": ("svg",)},
}


def start() -> list[tg.Tensor]:
    """The first line."""
    return [tg.parameter(0.5, "w"), tg.parameter(0.1, "b")]


def mean_loss(w: tg.Tensor, b: tg.Tensor) -> tg.Tensor:
    """The losses of all points, each number with a name: prediction p1, squared error sq1, and so on."""
    squares = []
    with tg.scope("all points"):
        for i, (x, y) in enumerate(POINTS, start=1):
            p = w * x + b
            p.name = f"p{i}"
            sq = (y - p) ** 2
            sq.name = f"sq{i}"
            squares.append(sq)
        total = squares[0] + squares[1] + squares[2]
        mse = total / (2 * len(POINTS))
    return mse


def build() -> list[tg.Tensor]:
    """One epoch; the line after it, and its mean loss."""
    w, b = start()
    momentum = tg.optim.Momentum(lr=0.01, beta=0.9)
    for point in POINTS:
        x, y = tg.constant(point[0], "x"), tg.constant(point[1], "y")
        yhat = w * x + b
        L = 0.5 * (y - yhat) ** 2
        w, b = momentum.step(L, [w, b])
    return [w, b, mean_loss(w, b)]


def before() -> tg.Tensor:
    """The mean loss of the first line."""
    return mean_loss(*start())


if __name__ == "__main__":
    print(tg.explain(build))
    tg.draw(build, direction="TB").save("output/momentum.svg")
