"""The step that all optimizers share: its checks, its records, and the states that it carries on."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any

import numpy as np

from ..errors import OpError
from ..ops.updates import GRADIENT, UPDATES
from .backward import Gradients, backward
from .leaves import CONSTANT, INPUT, PARAMETER
from .record import Details, current_scope
from .tensor import Tensor, record
from .values import Value, settle


@dataclass
class Optimizer:
    """The base of all optimizers; each kind defines ``update``."""

    _states: dict[tuple[int, str], Tensor] = field(default_factory=dict, init=False, repr=False)
    _made: list[Tensor] = field(default_factory=list, init=False, repr=False)
    _names: list[str | None] = field(default_factory=list, init=False, repr=False)
    _count: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self._settle()

    @property
    def count(self) -> int:
        """The number of steps so far."""
        return self._count

    def step(self, loss: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
        """Differentiate a scalar loss and return the updated parameters, in the order given.

        States belong to the place in that order, so it must stay the same from step to step. Raises `OpError` where no
        gradient reaches a parameter; then nothing has changed.
        """
        frame = sys._getframe(1)
        self._settle()
        old = self._checked(parameters)
        gradients = _differentiated(loss)
        gradient_nodes = [_gradient(loss, w, gradients, frame) for w in old]
        self._names = [w.name or name for w, name in zip(old, self._names or [None] * len(old), strict=True)]
        self._count += 1
        self._made = [self.update(i, w, g, frame) for i, (w, g) in enumerate(zip(old, gradient_nodes, strict=True))]
        return list(self._made)

    def detach(self) -> None:
        """Let go of the record of the steps so far; the states go on as values, and the next step begins a new record.

        For that, its parameters have to be leaves again: ``tg.parameter(w.value, "w")``.
        """
        self._states = {place: _start(t.value) for place, t in self._states.items()}
        self._made = []

    def update(self, place: int, w: Tensor, g: Tensor, frame: Any) -> Tensor:
        """The new parameter; to be defined by each kind of optimizer."""
        raise NotImplementedError

    def state(self, place: int, op: str, g: Tensor, frame: Any, **attrs: float) -> Tensor:
        """The next state of a parameter, from the last one (zeros at first) and the gradient."""
        last = self._states.get((place, op))
        if last is None:
            last = _start(settle(np.zeros(g.shape, g.dtype)))
        new = self._states[place, op] = derived(op, (last, g), frame, False, **attrs)
        return new

    def _settle(self) -> None:
        """Check the options, each time: a schedule may have changed them."""
        for option in fields(self):
            value, names = getattr(self, option.name), option.metadata.get("known")
            if names and value not in names:
                raise OpError(f"{type(self).__name__}: {option.name} {value!r} is not one of {', '.join(names)}")
            if type(option.default) is float:
                setattr(self, option.name, self._number(option.name, value, option.metadata.get("below", np.inf)))

    def _number(self, name: str, value: Any, below: float) -> float:
        if isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) < below:
            return float(value)
        interval = f"from 0 to less than {below}" if below < np.inf else "from 0"
        raise OpError(f"{type(self).__name__}: {name} is a number {interval}, not {value!r}")

    def _checked(self, parameters: Sequence[Tensor]) -> list[Tensor]:
        """The parameters as a list, if they are those of the steps before."""
        if isinstance(parameters, (Tensor, Mapping)):
            raise OpError("step: give a list of parameters, also for one: step(loss, [w])")
        old = list(parameters)
        for place, w in enumerate(old):
            if not isinstance(w, Tensor):
                raise OpError(f"step: parameter {place} is {type(w).__name__}, not a tensor; make it with tg.parameter")
            if w.op not in LEAVES and w.op.traits.kind != "update":
                raise OpError(f"step: {_called(w, place)} is the result of {w.op.name}; only parameters are updated")
            if any(w is other for other in old[:place]):
                raise OpError(f"step: {_called(w, place)} is given twice")
        if self._names and len(old) != len(self._names):
            raise OpError(f"step: {len(old)} parameters, but {len(self._names)} in the step before; keep them")
        for place, (w, name) in enumerate(zip(old, self._names)):
            moved = any(w is t for i, t in enumerate(self._made) if i != place)
            shapes = {t.shape for (i, _), t in self._states.items() if i == place}
            if moved or w.name and name and w.name != name or shapes - {w.shape}:
                was = name or f"one of shape {next(iter(shapes), w.shape)}"
                raise OpError(f"step: parameter {place} was {was} and is another now; keep their order")
        return old


LEAVES = (PARAMETER, INPUT)


def share(default: float) -> Any:
    """An option for the share of the old value that is kept, from 0 to less than 1."""
    return field(default=default, metadata={"below": 1})


def one_of(*names: str) -> Any:
    """An option with names for values; the first is the default."""
    return field(default=names[0], metadata={"known": names})


def _differentiated(loss: Tensor) -> Gradients:
    if not isinstance(loss, Tensor):
        raise OpError(f"step: the loss is {type(loss).__name__}, not a tensor")
    if loss.size != 1:
        raise OpError(f"step: the loss has shape {loss.shape}; make it a number with sum or mean")
    return backward(loss)


def _called(w: Tensor, place: int) -> str:
    return w.name or f"parameter {place}"


def _start(value: Value) -> Tensor:
    return record(value, Details(CONSTANT, False, current_scope().name), None, None, None)


def _gradient(loss: Tensor, w: Tensor, gradients: Gradients, frame: Any) -> Tensor:
    value = gradients.get(w)
    if value is None:
        raise OpError(f"step: no gradient reaches {w.name or 'a parameter'} of shape {w.shape} from the loss")
    details = Details(GRADIENT, False, current_scope().name, {"_record": gradients}, (loss, w))
    return record(value, details, None, None, frame)


def derived(op: str, inputs: tuple[Tensor, ...], frame: Any, learned: bool, **attrs: float) -> Tensor:
    """Record an update or a state: no walk back goes through it, so its inputs stand in ``more`` only."""
    with np.errstate(all="ignore"):
        value = UPDATES[op].forward(*[i.value for i in inputs], **attrs)
    kind = np.asarray(inputs[0].value).dtype
    value = settle(np.asarray(value, kind))
    return record(value, Details(UPDATES[op], learned, current_scope().name, attrs, inputs), None, None, frame)
