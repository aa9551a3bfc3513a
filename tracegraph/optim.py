"""Optimizers whose every step is recorded: the gradient, the state and the update are part of the graph.

``step(loss, parameters)`` differentiates the loss and returns new parameters, each a tensor that was made from the old
one, its gradient and the state. The walk back of the next step ends at them, as at any parameter. The record grows with
every step; `history` makes thousands of steps in constant memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .engine.optimizer import Optimizer, derived, one_of, share
from .engine.tensor import Tensor

__all__ = ["AdaGrad", "Adam", "Momentum", "Nesterov", "OPTIMIZERS", "Optimizer", "RMSProp", "SGD"]


@dataclass
class SGD(Optimizer):
    """Gradient descent: ``w − lr·g`` (Robbins and Monro 1951)."""

    lr: float = 0.01

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        return derived("sgd", (w, g), frame, True, lr=self.lr)


@dataclass
class Momentum(Optimizer):
    """Gradient descent with a velocity (Polyak 1964; Rumelhart, Hinton and Williams 1986).

    ``form``: "classic", v = βv + lr·g, w = w − v (the textbook one); "plain", v = βv + g, w = w − lr·v (PyTorch);
    "mean", v = βv + (1 − β)g, w = w − lr·v (Ng's lectures).
    """

    lr: float = 0.01
    beta: float = share(0.9)
    form: str = one_of("classic", "plain", "mean")

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        if self.form == "classic":
            v = self.state(place, "velocity", g, frame, beta=self.beta, lr=self.lr)
            return derived("momentum", (w, v), frame, True)
        v = self.state(place, f"velocity_{self.form}", g, frame, beta=self.beta)
        return derived("sgd", (w, v), frame, True, lr=self.lr)


@dataclass
class Nesterov(Optimizer):
    """Momentum that looks ahead (Nesterov 1983), in the form that needs the gradient at w only.

    ``form``: "classic", v = βv + lr·g, w = w − (βv + lr·g) (Bengio, Boulanger-Lewandowski and Pascanu 2013);
    "plain", v = βv + g, w = w − lr·(g + βv) (PyTorch).
    """

    lr: float = 0.01
    beta: float = share(0.9)
    form: str = one_of("classic", "plain")

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        if self.form == "classic":
            v = self.state(place, "velocity", g, frame, beta=self.beta, lr=self.lr)
            return derived("nesterov", (w, v, g), frame, True, beta=self.beta, lr=self.lr)
        v = self.state(place, "velocity_plain", g, frame, beta=self.beta)
        return derived("nesterov_plain", (w, v, g), frame, True, beta=self.beta, lr=self.lr)


@dataclass
class AdaGrad(Optimizer):
    """Steps that shrink with the sum of squared gradients: G = G + g², w = w − lr·g/(√G + ε).

    Duchi, Hazan and Singer 2011. ``inside``: the other convention, w = w − lr·g/√(G + ε).
    """

    lr: float = 0.01
    eps: float = 1e-8
    inside: bool = False

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        squares = self.state(place, "square_sum", g, frame)
        return derived(_scaled(self.inside), (w, g, squares), frame, True, lr=self.lr, eps=self.eps)


@dataclass
class RMSProp(Optimizer):
    """Steps scaled by a running mean of squared gradients: s = ρs + (1 − ρ)g², w = w − lr·g/(√s + ε).

    Tieleman and Hinton 2012, lecture 6.5; ε outside the root as in PyTorch. ``inside``: w = w − lr·g/√(s + ε), as in
    Goodfellow, Bengio and Courville 2016, algorithm 8.5.
    """

    lr: float = 0.01
    rho: float = share(0.9)
    eps: float = 1e-8
    inside: bool = False

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        squares = self.state(place, "square_mean", g, frame, rho=self.rho)
        return derived(_scaled(self.inside), (w, g, squares), frame, True, lr=self.lr, eps=self.eps)


@dataclass
class Adam(Optimizer):
    """Momentum and scaled steps, both corrected for their start at zero (Kingma and Ba 2015, algorithm 1)."""

    lr: float = 0.001
    beta1: float = share(0.9)
    beta2: float = share(0.999)
    eps: float = 1e-8

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        m = self.state(place, "moment", g, frame, beta=self.beta1)
        s = self.state(place, "square_mean", g, frame, rho=self.beta2)
        betas = {"beta1": self.beta1, "beta2": self.beta2}
        return derived("adam", (w, m, s), frame, True, lr=self.lr, **betas, eps=self.eps, t=self._count)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.__name__: kind for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam)
}
"""Every kind of optimizer by name."""


def _scaled(inside: bool) -> str:
    return "scaled_inside" if inside else "scaled"
