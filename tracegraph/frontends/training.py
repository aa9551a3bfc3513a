"""Several steps of training as one graph: which step each tensor belongs to, its name there, and all gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..backward import Gradients
from ..graph import Node
from ..numbers import gradient_name
from ..ops.updates import STATES, UPDATES
from ..tensor import Tensor, Value
from ..values import settle
from .naming import Places, wanted_names


class Run:
    """A training run, read off the gradient nodes that the optimizers have recorded."""

    def __init__(
        self, tensors: list[Tensor], variables: Mapping[str, Any], places: Places, own: Gradients | None
    ) -> None:
        self.tensors = tensors
        self.records = list({id(r): r for t in tensors if (r := t.attrs.get("_record")) is not None}.values())
        self.losses = [next(iter(r)) for r in self.records]
        self.step = self._steps()
        self.turn = self._turns()
        self.bases = self._bases(variables, places)
        self.names = self._names()
        records = [*self.records, *([own] if own is not None else [])]
        self.gradients, self.sent = _summed(records)
        self.reached = {t: names for r in records if (names := self.names[next(iter(r))]) for t in r}

    def node(self, node: Node, t: Tensor) -> Node:
        """The node of a tensor with what the run knows of it."""
        name, named = self.names[t], self.bases[t] is not None or t.op.name == "gradient"
        step = self.step.get(t)
        of = self.reached.get(t) or (self.names[self.losses[step - 1]] if step else "")
        node = replace(
            node, name=name, base=self.bases[t] or name, named=named, step=step,
            gradient=self.gradients.get(t), loss=of,
        )  # fmt: skip
        if t.op.name == "gradient":  # an arrow from the loss says enough; one from the parameter would cross the step
            return replace(node, role="update", args=node.args[:1], attrs={"w": self.names[t.inputs[1]]})
        return replace(node, role="update") if t.op.name in UPDATES else node

    def _steps(self) -> dict[Tensor, int]:
        """The step of each tensor: of the first loss that depends on it, or of what it was updated with.

        What serves several steps, such as data and constants, belongs to none.
        """
        found: dict[Tensor, int] = {}
        shared: set[Tensor] = set()
        for number, loss in enumerate(self.losses, 1):
            for t in _forward(loss):
                if t.op.name not in UPDATES and found.setdefault(t, number) != number:
                    shared.add(t)
        for t in self.tensors:
            if t.op.name in UPDATES:
                record = t.attrs.get("_record")
                own = [self.records.index(record) + 1] if record is not None else []
                found[t] = max([found.get(i, 0) for i in t.inputs] + own)
        return {t: step for t, step in found.items() if t not in shared}

    def _turns(self) -> dict[Tensor, int]:
        """How often each parameter and state had been updated when this value of it was made."""
        turns: dict[Tensor, int] = {}
        for t in self.tensors:
            if t.op.name in UPDATES and t.op.name != "gradient":
                turns[t] = turns.setdefault(t.inputs[0], 0) + 1
        return turns

    def _bases(self, variables: Mapping[str, Any], places: Places) -> dict[Tensor, str | None]:
        """The name of each tensor without the number of its step."""
        bases = dict(zip(self.tensors, wanted_names(self.tensors, variables, places), strict=True))
        for t in self.tensors:
            if t.op.name in STATES:
                base = f"{t.op.inputs[0]}_{bases[t.inputs[1].inputs[1]] or 'w'}"
                bases[t] = base
                if t.inputs[0].op.name not in UPDATES:
                    bases[t.inputs[0]] = base  # the zeros that it starts from
            elif t.op.name in UPDATES and t.op.name != "gradient" and t.details.name is None:
                bases[t] = bases[t.inputs[0]] or "w"
        return bases

    def _names(self) -> dict[Tensor, str]:
        many = len(self.records) > 1
        plain = [t for t in self.tensors if t not in self.turn and not (many and t in self.step)]
        last = {base: t for t in plain if (base := self.bases[t])}
        names: dict[Tensor, str] = {}
        taken: set[str] = set()
        for t in self.tensors:
            base = self.bases[t]
            if t.op.name == "gradient":
                name = gradient_name(names[t.inputs[0]], names[t.inputs[1]])
            elif base is None:
                name = _free(t.op.name, taken)
            elif t in self.turn:
                name = f"{base}_{self.turn[t]}"
            else:
                name = f"{base}_{self.step[t]}" if many and t in self.step else base
                name = _free(base, taken) if last.get(base, t) is not t else name
            names[t] = name if name not in taken else _free(name, taken)
            taken.add(names[t])
        return names


def _free(stem: str, taken: set[str]) -> str:
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _forward(loss: Tensor) -> list[Tensor]:
    """Everything that a loss was computed from, back to the parameters as they were in its step."""
    seen, stack = {loss}, [loss]
    while stack:
        t = stack.pop()
        for i in t.inputs if t.op.name not in UPDATES else ():
            if i not in seen:
                seen.add(i)
                stack.append(i)
    return list(seen)


def _summed(records: Sequence[Gradients]) -> tuple[dict[Tensor, Value], dict[Tensor, list[Value]]]:
    """Gradients and contributions of all losses together: those of their sum."""
    gradients: dict[Tensor, Value] = {}
    sent: dict[Tensor, list[Value]] = {}
    for record in records:
        for t, value in record.items():
            parts = [record.contribution(t, slot) for slot in range(len(t.inputs))]
            gradients[t] = value if t not in gradients else settle(gradients[t] + value)
            sent[t] = parts if t not in sent else [_plus(a, b) for a, b in zip(sent[t], parts, strict=True)]
    return gradients, sent


def _plus(a: Value, b: Value) -> Value:
    return b if a is None else a if b is None else settle(a + b)
