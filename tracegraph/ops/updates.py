"""What optimizers compute: a gradient as a value, the states, and the updates. No gradient flows through them."""

from typing import Any

from .causes import EPSILON, Cause, inf, nan
from .elementwise import elementwise
from .op import Op
from .traits import Traits

UPDATES: dict[str, Op] = {}
"""These operations by name. They are recorded by `tracegraph.optim` only, so they are not functions of the package."""

GRADIENT = UPDATES["gradient"] = Op(
    "gradient", "gradient(loss, w)", ("loss", "w"), {}, lambda loss, w: None, (), "gradient", traits=Traits("gradient")
)
"""The gradient of a loss as a value; it is not computed from its inputs but taken from a walk back."""


def _state(name: str, formula: str, inputs: str, symbol: str, **options: Any) -> None:
    elementwise(
        name, formula, None, None, inputs=inputs, symbol=symbol, traits=Traits("state"), registry=UPDATES, **options
    )


def _update(name: str, formula: str, inputs: str, *causes: Cause, **options: Any) -> None:
    rules, traits = [None] * len(inputs.split()), Traits("update", singular=causes)
    elementwise(name, formula, *rules, inputs=inputs, symbol="update", traits=traits, registry=UPDATES, **options)


_state("velocity", "beta * v + lr * dw", "v dw", "velocity", beta=0.9, lr=0.01)
_state("velocity_plain", "beta * v + dw", "v dw", "velocity", beta=0.9)
_state("velocity_mean", "beta * v + (1 - beta) * dw", "v dw", "velocity", beta=0.9)
_state("moment", "beta * m + (1 - beta) * dw", "m dw", "mean of g", beta=0.9)
_state("square_sum", "G + dw ** 2", "G dw", "Σ g²")
_state("square_mean", "rho * s + (1 - rho) * dw ** 2", "s dw", "mean of g²", rho=0.9)

_update("sgd", "w - lr * dw", "w dw", lr=0.01)
_update("momentum", "w - v", "w v")
_update("nesterov", "w - (beta * v + lr * dw)", "w v dw", beta=0.9, lr=0.01)
_update("nesterov_plain", "w - lr * (dw + beta * v)", "w v dw", beta=0.9, lr=0.01)
_SCALED = (nan("0 / 0", lambda dw, G: (dw == 0) & (G == 0), EPSILON), inf("{dw} / 0", lambda G: G == 0, EPSILON))
_update("scaled", "w - lr * dw / (sqrt(G) + eps)", "w dw G", *_SCALED, lr=0.01, eps=1e-8)
_update("scaled_inside", "w - lr * dw / sqrt(G + eps)", "w dw G", *_SCALED, lr=0.01, eps=1e-8)
_update(
    "adam",
    "w - lr * (m / (1 - beta1 ** t)) / (sqrt(s / (1 - beta2 ** t)) + eps)",
    "w m s",
    nan("0 / 0", lambda m, s: (m == 0) & (s == 0), EPSILON),
    inf("{m} / 0", lambda s: s == 0, EPSILON),
    lr=0.001,
    beta1=0.9,
    beta2=0.999,
    eps=1e-8,
    t=1,
)
