"""Optimizers whose every step is recorded: the gradient, the state and the update are part of the graph.

``step(loss, parameters)`` differentiates the loss and returns new parameters, each a tensor that was made from the old
one, its gradient and the state. The walk back of the next step ends at them, as at any parameter.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .backward import Gradients, backward
from .details import Details, current_scope
from .errors import OpError
from .ops.updates import GRADIENT, UPDATES
from .tensor import CONSTANT, Tensor, record
from .values import settle


@dataclass
class Optimizer:
    """What all optimizers share; a kind of its own defines ``update``."""

    _states: dict[tuple[int, str], Tensor] = field(default_factory=dict, init=False, repr=False)
    _count: int = field(default=0, init=False, repr=False)

    def step(self, loss: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
        """Differentiate a scalar loss and return the updated parameters, in the order given.

        States belong to the place in that order, so it must stay the same from step to step. Raises `OpError` where no
        gradient reaches a parameter.
        """
        if isinstance(parameters, Tensor):
            raise OpError("step: give a list of parameters, also for one: step(loss, [w])")
        frame = sys._getframe(1)
        gradients = backward(loss)
        self._count += 1
        return [self.update(i, w, _gradient(loss, w, gradients, frame), frame) for i, w in enumerate(parameters)]

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        """The new parameter; to be defined by each kind of optimizer."""
        raise NotImplementedError

    def state(self, place: int, op: str, g: Tensor, frame: Any, **attrs: float) -> Tensor:
        """The next state of a parameter, from the last one (zeros at first) and the gradient."""
        last = self._states.get((place, op))
        if last is None:
            zeros = settle(np.zeros(g.shape, g.dtype))
            last = record(zeros, Details(CONSTANT, False, current_scope().name), (), None)
        if last.shape != g.shape:
            raise OpError(f"step: parameter {place} had shape {last.shape} and has now {g.shape}; keep their order")
        made = self._states[place, op] = _derived(op, (last, g), frame, False, **attrs)
        return made


def _gradient(loss: Tensor, w: Tensor, gradients: Gradients, frame: Any) -> Tensor:
    value = gradients.get(w)
    if value is None:
        raise OpError(f"step: no gradient reaches {w.name or 'a parameter'} of shape {w.shape} from the loss")
    details = Details(GRADIENT, False, current_scope().name, {"_record": gradients}, (loss, w))
    return record(value, details, (), frame)


def _derived(op: str, inputs: tuple[Tensor, ...], frame: Any, learned: bool, **attrs: float) -> Tensor:
    """Record an update or a state: no walk back goes through it, so its inputs stand in ``more`` only."""
    with np.errstate(all="ignore"):
        value = UPDATES[op].forward(*[i.value for i in inputs], **attrs)
    kind = np.asarray(inputs[0].value).dtype
    value = settle(np.asarray(value, kind))
    return record(value, Details(UPDATES[op], learned, current_scope().name, attrs, inputs), (), frame)


@dataclass
class SGD(Optimizer):
    """Gradient descent: ``w − lr·g`` (Robbins and Monro 1951)."""

    lr: float = 0.01

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        return _derived("sgd", (w, g), frame, True, lr=self.lr)


@dataclass
class Momentum(Optimizer):
    """Gradient descent with a velocity (Polyak 1964; Rumelhart, Hinton and Williams 1986).

    ``form``: "classic", v = βv + lr·g, w = w − v (the textbook one); "plain", v = βv + g, w = w − lr·v (PyTorch);
    "mean", v = βv + (1 − β)g, w = w − lr·v (Ng's lectures).
    """

    lr: float = 0.01
    beta: float = 0.9
    form: str = "classic"

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        _known(self, self.form, "classic", "plain", "mean")
        if self.form == "classic":
            v = self.state(place, "velocity", g, frame, beta=self.beta, lr=self.lr)
            return _derived("momentum", (w, v), frame, True)
        v = self.state(place, f"velocity_{self.form}", g, frame, beta=self.beta)
        return _derived("sgd", (w, v), frame, True, lr=self.lr)


@dataclass
class Nesterov(Optimizer):
    """Momentum that looks ahead (Nesterov 1983), in the form that needs the gradient at w only.

    ``form``: "classic", v = βv + lr·g, w = w − (βv + lr·g) (Bengio, Boulanger-Lewandowski and Pascanu 2013);
    "plain", v = βv + g, w = w − lr·(g + βv) (PyTorch).
    """

    lr: float = 0.01
    beta: float = 0.9
    form: str = "classic"

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        _known(self, self.form, "classic", "plain")
        if self.form == "classic":
            v = self.state(place, "velocity", g, frame, beta=self.beta, lr=self.lr)
            return _derived("nesterov", (w, v, g), frame, True, beta=self.beta, lr=self.lr)
        v = self.state(place, "velocity_plain", g, frame, beta=self.beta)
        return _derived("nesterov_plain", (w, v, g), frame, True, beta=self.beta, lr=self.lr)


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
        return _derived(_scaled(self.inside), (w, g, squares), frame, True, lr=self.lr, eps=self.eps)


@dataclass
class RMSProp(Optimizer):
    """Steps scaled by a running mean of squared gradients: s = ρs + (1 − ρ)g², w = w − lr·g/(√s + ε).

    Tieleman and Hinton 2012, lecture 6.5; ε outside the root as in PyTorch. ``inside``: w = w − lr·g/√(s + ε), as in
    Goodfellow, Bengio and Courville 2016, algorithm 8.5.
    """

    lr: float = 0.01
    rho: float = 0.9
    eps: float = 1e-8
    inside: bool = False

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        squares = self.state(place, "square_mean", g, frame, rho=self.rho)
        return _derived(_scaled(self.inside), (w, g, squares), frame, True, lr=self.lr, eps=self.eps)


@dataclass
class Adam(Optimizer):
    """Momentum and scaled steps, both corrected for their start at zero (Kingma and Ba 2015, algorithm 1)."""

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        m = self.state(place, "moment", g, frame, beta=self.beta1)
        s = self.state(place, "square_mean", g, frame, rho=self.beta2)
        betas = {"beta1": self.beta1, "beta2": self.beta2}
        return _derived("adam", (w, m, s), frame, True, lr=self.lr, **betas, eps=self.eps, t=self._count)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.__name__: kind for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam)
}
"""Every kind of optimizer by name."""


def _scaled(inside: bool) -> str:
    return "scaled_inside" if inside else "scaled"


def _known(optimizer: Optimizer, form: str, *known: str) -> None:
    if form not in known:
        raise OpError(f"{type(optimizer).__name__}: form {form!r} is not one of {', '.join(known)}")
