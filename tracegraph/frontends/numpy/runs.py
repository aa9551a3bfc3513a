"""Several steps of training as one graph: which step each tensor belongs to, its name there, and all gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.backward import Gradients
from ...engine.tensor import Tensor
from ...engine.values import Value, settle
from ...graph import Node
from ...graph.walk import reachable
from ...ops.updates import GRADIENT
from ...text.names import gradient_name
from .naming import wanted_names
from .places import Places
from .titles import numbered


class Run:
    """A training run, read off the gradient nodes that the optimizers have recorded.

    ``latest``: the gradients of the traced tensor, None where it cannot be differentiated. ``before``: the number of
    steps before this record begins, for the numbers in names.
    """

    def __init__(
        self,
        tensors: list[Tensor],
        variables: Mapping[str, Any],
        places: Places,
        latest: Gradients | None,
        before: int = 0,
    ) -> None:
        self.tensors, self.before = tensors, before
        self.wanted = dict(zip(tensors, wanted_names(tensors, variables, places), strict=True))
        self.records = _records(tensors)
        if latest is not None and self.wanted[_loss(latest)] in {self.wanted[loss] for loss in self.records}:
            self.records.setdefault(_loss(latest), latest)  # the loss of a step that has not been made yet
        self.many = len(self.records) > 1
        self.step = self._steps()
        self.turn = self._turns()
        self.bases = self._bases()
        self.names = self._names()
        records = list(self.records.values())
        if latest is not None and _loss(latest) not in self.records:
            records.append(latest)
        self.gradients, self.sent = _summed(records)
        self.reached = self._reached(records)

    def node(self, node: Node, t: Tensor) -> Node:
        """The node of a tensor with its step, its name there, and the gradient of all losses."""
        named = bool(self.wanted[t]) or t.op.traits.of_optimizer or t in self.turn
        node = replace(
            node,
            name=self.names[t],
            base=self.bases[t],
            named=named,
            step=self.step.get(t),
            gradient=self.gradients.get(t),
            loss=self.reached.get(t, ""),
        )
        if t.op is GRADIENT:  # an arrow from the loss says enough; one from the parameter would cross the step
            return replace(node, role="update", args=node.args[:1], attrs={"w": self.names[t.inputs[1]]})
        return replace(node, role="update") if t.op.traits.of_optimizer else node

    def _steps(self) -> dict[Tensor, int]:
        """The step of each tensor: of the one loss that depends on it, or of the gradient it was updated with.

        What serves several steps, such as data and constants, belongs to none.
        """
        steps: dict[Tensor, int] = {}
        shared: set[Tensor] = set()
        number = {loss: self.before + i for i, loss in enumerate(self.records, 1)}
        for loss, step in number.items():
            for t in _forward(loss):
                if not t.op.traits.of_optimizer and steps.setdefault(t, step) != step:
                    shared.add(t)
        for t in self.tensors:
            if t.op is GRADIENT:
                steps[t] = number[t.inputs[0]]
            elif t.op.traits.of_optimizer:
                steps[t] = max(steps[i] for i in t.inputs if i.op.traits.of_optimizer and i in steps)
                for i in t.inputs:  # the zeros that a state starts from
                    steps.setdefault(i, steps[t])
            elif t not in steps:  # computed on the side, from what a step has made before its update
                inner = [steps[i] for i in t.inputs if i in steps and i not in shared and not i.op.traits.of_optimizer]
                steps.update({t: max(inner)} if inner else {})
        return {t: step for t, step in steps.items() if t not in shared}

    def _turns(self) -> dict[Tensor, int]:
        """How often each parameter and state had been updated when this value of it was made."""
        turns: dict[Tensor, int] = {}
        for t in self.tensors:
            if t.op.traits.kind in ("update", "state"):
                turns[t] = turns.setdefault(t.inputs[0], self.before) + 1
        return turns

    def _bases(self) -> dict[Tensor, str]:
        """The name of each tensor without the number of its step; no two of one step have the same."""
        bases = self._of_parameters()
        others: dict[Any, list[Tensor]] = {}
        for t in self.tensors:
            if t.op is GRADIENT:
                parameter = t.inputs[1]
                bases.setdefault(parameter, self.wanted[parameter] or "w")
                bases[t] = gradient_name(self.wanted[t.inputs[0]] or "loss", bases[parameter])
            elif t.op.traits.kind == "state":
                bases[t] = bases[t.inputs[0]] = f"{t.op.inputs[0]}_{bases[t.inputs[1].inputs[1]]}"
            elif t not in bases and t not in self.turn:
                others.setdefault(self._series(t), []).append(t)
        for series in others.values():
            bases.update(zip(series, numbered(series, [self.wanted[t] for t in series]), strict=True))
        return bases

    def _of_parameters(self) -> dict[Tensor, str]:
        """One name for all values of a parameter: that of the first, else of any other."""
        chains: dict[Tensor, list[Tensor]] = {}
        first: dict[Tensor, Tensor] = {}
        for t in self.tensors:
            if t.op.traits.kind == "update":
                first[t] = first.get(t.inputs[0], t.inputs[0])
                chains.setdefault(first[t], [first[t]]).append(t)
        bases: dict[Tensor, str] = {}
        for i, chain in enumerate(chains.values(), 1):
            names = [name for t in chain if (name := self.wanted[t])]
            bases.update(dict.fromkeys(chain, names[0] if names else "w" if len(chains) == 1 else f"w{i}"))
        return bases

    def _series(self, t: Tensor) -> int | None:
        """What tells apart tensors of the same name: their step, if there are several."""
        return self.step.get(t) if self.many else None

    def _names(self) -> dict[Tensor, str]:
        names: dict[Tensor, str] = {}
        taken: dict[str, int] = {}
        for t in self.tensors:
            number = self.turn.get(t, self._series(t))
            name = self.bases[t] if number is None else f"{self.bases[t]}_{number}"
            if t.op is GRADIENT:
                name = gradient_name(names[t.inputs[0]], names[t.inputs[1]])
            names[t] = name if name not in taken else _next(name, taken)
            taken.setdefault(names[t], 0)
        return names

    def _reached(self, records: Sequence[Gradients]) -> dict[Tensor, str]:
        """The name of the loss whose gradient a tensor holds, or would hold."""
        losses = list(self.records)
        names = {t: self.names[losses[step - 1 - self.before]] for t, step in self.step.items() if t not in self.turn}
        alike = {self.bases[_loss(r)] for r in records}
        total = f"(sum of {alike.pop() if len(alike) == 1 else 'losses'})"
        once: set[Tensor] = set()
        for record in records:
            name = self.names[_loss(record)]
            for t in record:
                names[t] = total if t in once else name
                once.add(t)
        return names


def _loss(record: Gradients) -> Tensor:
    return next(iter(record))


def _records(tensors: Iterable[Tensor]) -> dict[Tensor, Gradients]:
    """The gradients of each loss, in the order of the steps; two optimizers may have differentiated the same one."""
    records: dict[Tensor, Gradients] = {}
    for t in tensors:
        record = t.attrs.get("_record")
        if record is not None:
            records.setdefault(t.inputs[0], record)
    return records


def _forward(loss: Tensor) -> set[Tensor]:
    """Everything that a loss was computed from, back to the parameters as they were in its step."""
    return reachable([loss], lambda t: t.inputs if not t.op.traits.of_optimizer else ())


def _next(stem: str, taken: dict[str, int]) -> str:
    """The next name made of a stem and a number that nothing else has; ``taken`` counts how often it was asked."""
    name = stem
    while name in taken or name == stem:
        taken[stem] = taken.get(stem, 0) + 1
        name = f"{stem}_{taken[stem]}"
    taken[name] = 0
    return name


def _summed(records: Sequence[Gradients]) -> tuple[dict[Tensor, Value], dict[Tensor, list[Value]]]:
    """Gradients and contributions of all losses together: those of their sum."""
    gradients: dict[Tensor, Value] = {}
    totals: dict[Tensor, list[Value]] = {}
    for record in records:
        for t, value in record.items():
            parts = [record.contribution(t, slot) for slot in range(len(t.inputs))]
            gradients[t] = value if t not in gradients else settle(gradients[t] + value)
            totals[t] = parts if t not in totals else [_plus(a, b) for a, b in zip(totals[t], parts, strict=True)]
    return gradients, totals


def _plus(a: Value, b: Value) -> Value:
    return b if a is None else a if b is None else settle(a + b)
