"""A graph from a record: which calls are nodes, what flows on each edge, and what everything is called."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from ...errors import GraphError
from ...graph import Edge, Graph, Node
from ...ops.op import OPS
from ...ops.running import run_vjp
from ...ops.traits import Traits
from ..numpy import formulas
from ..numpy.places import Places
from .backprop import Sent, contributions, differentiate, is_leaf, next_nodes, owners
from .hearing import Call, Key, Record
from .spelling import ELSEWHERE, Spelled, spelled

NUMBERS = (bool, int, float)


@dataclass(eq=False)
class Part:
    """A node to be: what it shows, and the parts that go into it with what each is sent back."""

    op: str
    value: Any
    name: str = ""
    named: bool = False
    role: str = "op"
    gradient: Any = None
    inputs: list[Part] = field(default_factory=list)
    sent: list[Any] = field(default_factory=list)
    options: Mapping[str, Any] = field(default_factory=dict)
    known: bool = False
    scope: str = ""
    line: str | None = None
    at: float = 0.0


def array(tensor: Any) -> Any:
    """The numbers of a tensor: a Python number, or an array (of float32 for bfloat16, which NumPy has not)."""
    if tensor is None:
        return None
    held = tensor.detach()
    held = held.to_dense() if held.layout != torch.strided else held
    held = held.float() if held.dtype == torch.bfloat16 else held
    values = held.cpu().clone().numpy()
    return values.item() if values.ndim == 0 else values


def graph_of_record(record: Record, loss: Any, variables: Mapping[str, Any]) -> Graph:
    """The graph of a tensor that a record has heard of, with its gradients where it is a scalar that has some."""
    with torch._C.DisableTorchFunction():
        builder = _Builder(record, loss, variables)
        last = builder.part(builder.key(loss), loss)
        return _graph(last)


class _Builder:
    """Makes parts on demand, from the loss backwards."""

    def __init__(self, record: Record, loss: Any, variables: Mapping[str, Any]) -> None:
        self.record, self.places = record, Places()
        self.names = {id(value): name for name, value in variables.items() if isinstance(value, torch.Tensor)}
        differentiable = loss.grad_fn is not None and loss.numel() == 1
        self.sent, self.held = differentiate(loss) if differentiable else (Sent(), [])
        self.seed = torch.ones_like(loss) if differentiable else None
        self.owned = owners(record)
        self.made: dict[Key, tuple[Call, int]] = {
            key: (call, place) for call in record.calls for place, key in enumerate(call.outputs)
        }
        self.nodes_of: dict[int, list[Any]] = {}
        for node in self.held:
            if (call := self.owned.get(id(node))) is not None:
                self.nodes_of.setdefault(id(call), []).append(node)
        self.parts: dict[Key, Part] = {}
        self.hubs: dict[int, Part] = {}
        self.order = {id(call): place for place, call in enumerate(record.calls)}
        self.loss = self.key(loss)
        self.used = {self.loss, *(key for call in record.calls for key, _ in call.inputs)}

    def key(self, tensor: Any) -> Key:
        """The key of a tensor as it is now."""
        from .hearing import key_of

        return key_of(tensor)

    def part(self, key: Key, tensor: Any) -> Part:
        """The part of a tensor; all that it depends on is made first, without recursion."""
        stack = [(key, tensor)]
        while stack:
            key_, tensor_ = stack[-1]
            if key_ in self.parts:
                stack.pop()
                continue
            missing = [(k, t) for k, t in self._needs(key_, tensor_) if k not in self.parts]
            if missing:
                stack += missing
                continue
            stack.pop()
            self.parts[key_] = self._made(key_, tensor_)
        return self.parts[key]

    def _needs(self, key: Key, tensor: Any) -> list[tuple[Key, Any]]:
        if key in self.made:
            call = self.made[key][0]
            if call.whole and key == call.outputs[0]:
                return [(call.outputs[1], None)]
            return [(k, t) for k, t in call.inputs if k != key and self._earlier(k, call)]
        if key[1] < 0 and (owner := self.owned.get(key[0])) is not None:
            return [(k, t) for k, t in owner.inputs if k != key]
        return [(k, None) for k in self._behind(key)] if key[1] < 0 else []

    def _earlier(self, key: Key, call: Call) -> bool:
        """Whether a tensor was there before a call; one that a call hands on unchanged is its own input."""
        return key not in call.outputs

    def _made(self, key: Key, tensor: Any) -> Part:
        if key in self.made:
            return self._called(key, *self.made[key])
        if key[1] >= 0:
            return self._leaf(key, self.record.leaves.get(key, tensor))
        if (call := self.owned.get(key[0])) is not None:
            return self._called(key, call, 0)
        return self._unheard(key)

    def _gradient(self, key: Key) -> Any:
        """What arrives at a tensor: at the output of its node of autograd; of a leaf, all that it is sent."""
        if key == self.loss and self.seed is not None:
            return array(self.seed)
        if key[1] >= 0:
            return array(self.sent.leaves.get(key[0]))
        arrived = self.sent.arrived.get(key[0], ())
        place = -1 - key[1]
        return array(arrived[place]) if place < len(arrived) else None

    def _leaf(self, key: Key, tensor: Any) -> Part:
        learned = isinstance(tensor, torch.nn.Parameter)
        op = "parameter" if learned else "input" if tensor is not None and tensor.requires_grad else "constant"
        value = self.record.values.get(key, tensor)
        record = self.record
        known = record.parameters.get(key[0]) or self.names.get(key[0]) or record.names.get(key[0], "")
        return Part(op, array(value), known, bool(known), op, self._gradient(key))

    def _called(self, key: Key, call: Call, place: int) -> Part:
        """The result of a call; where several of its results are used, each is a part of the card of the call."""
        if call.whole and key == call.outputs[0]:
            return self._part_of_whole(key, call)
        if call.whole:
            return self._result(key, call, 1)
        if sum(output in self.used for output in call.outputs) < 2:
            return self._result(key, call, place)
        hub = self.hubs.get(id(call))
        if hub is None:
            hub = self.hubs[id(call)] = self._result(key, call, place)
            hub.gradient, hub.role = None, "group"
        value, gradient = array(self.record.values[key]), self._gradient(key)
        part = Part("output", value, f"{hub.name or hub.op}_{place}", True, inputs=[hub], sent=[gradient])
        part.gradient, part.scope, part.line, part.at = gradient, hub.scope, hub.line, hub.at + 0.01 * (place + 1)
        return part

    def _part_of_whole(self, key: Key, call: Call) -> Part:
        """What was changed in place is a part of the whole that came out with it."""
        whole = self.parts[call.outputs[1]]
        arrived = contributions([call.nodes[0]], self.sent) if call.nodes[0] is not None else {}
        part = Part("part", array(self.record.values[key]), inputs=[whole], gradient=self._gradient(key))
        part.sent = _shared([call.outputs[1]], arrived)
        part.scope, part.line, part.at = whole.scope, whole.line, whole.at + 0.01
        return part

    def _result(self, key: Key, call: Call, place: int) -> Part:
        value = array(self.record.values.get(key, call.values[min(place, len(call.values) - 1)]))
        words = None if call.whole else spelled(call.function, call.args, call.kwargs, np.shape(value))
        operands = words.inputs if words is not None else tuple(t for _, t in call.inputs)
        keys = {id(t): k for k, t in call.inputs}
        arrived = contributions(self.nodes_of.get(id(call), []), self.sent)
        inputs: list[Part] = []
        slots: list[Key | None] = []
        home = self.places.at(call.code, call.lasti) if call.code is not None else None
        for operand in operands[::-1] if words is not None and _number_first(words, home) else operands:
            found = keys.get(id(operand))
            if found is not None and found in self.parts:
                inputs.append(self.parts[found])
                slots.append((found[0], 0) if found[1] >= 0 else found)
            elif isinstance(operand, NUMBERS):
                inputs.append(Part("constant", float(operand), role="constant"))  # shown in place, as a number
                slots.append(None)
        part = Part(words.op if words else call.function.strip("_"), value, inputs=inputs)
        part.known, part.options = words is not None, words.options if words else {}
        part.sent = _shared(slots, arrived)
        part.gradient, part.scope, part.line = self._gradient(key), *_where(call, home)
        part.name, part.named = _called_name(call, home, part.op)
        part.at = float(self.order[id(call)])
        if not part.inputs:  # zeros and the like: nothing that was computed
            part.op = part.role = "constant"
        return part

    def _unheard(self, key: Key) -> Part:
        """What no call has made, such as a function of the user's own: a card named after its node of autograd."""
        node = next((n for n in self.held if id(n) == key[0]), None)
        if node is None:
            raise GraphError("trace: a tensor of PyTorch was made outside of the function; make it inside of it")
        gradient = self._gradient(key)
        known = self.record.values.get(key)
        value = array(known) if known is not None else np.full(np.shape(gradient), np.nan)
        inputs = [self.parts[k] for k in self._behind(key) if k in self.parts]
        arrived = contributions([node], self.sent)
        slots: list[Key | None] = [k for k in self._behind(key) if k in self.parts]
        part = Part(node.name().removesuffix("Backward"), value, inputs=inputs, gradient=gradient)
        part.sent = _shared([(k[0], 0) if k is not None and k[1] >= 0 else k for k in slots], arrived)
        part.at = max((i.at for i in inputs), default=0.0) + 0.001
        return part

    def _behind(self, key: Key) -> list[Key]:
        node = next((n for n in self.held if id(n) == key[0]), None)
        if node is None:
            return []
        return [_key_behind(behind, number) for _, behind, number in next_nodes(node)]


def _key_behind(node: Any, number: int) -> Key:
    """The key of the tensor that a node of autograd stands for."""
    return (id(node.variable), node.variable._version) if is_leaf(node) else (id(node), -1 - number)


def _number_first(words: Spelled, home: Any) -> bool:
    """Whether the program writes ``2 * x``, which PyTorch hears as ``mul(x, 2)``."""
    number = words.commutes and isinstance(words.inputs[1], NUMBERS)
    return number and home is not None and isinstance(getattr(home.node, "left", None), ast.Constant)


def _shared(slots: list[Key | None], arrived: Mapping[Key, list[Any]]) -> list[Any]:
    """What each slot is sent: one each where a tensor stands in several, else the sum at the first."""
    counts = {slot: slots.count(slot) for slot in slots if slot is not None}
    left = {slot: list(arrived.get(slot, ())) for slot in counts}
    sent: list[Any] = []
    for slot in slots:
        parts = left.get(slot, []) if slot is not None else []
        if not parts:
            sent.append(None)
        elif len(arrived[slot]) == counts[slot]:  # type: ignore[index]
            sent.append(array(parts.pop(0)))
        else:
            present = [p for p in parts if p is not None]
            sent.append(array(sum(present[1:], present[0])) if present else None)
            parts.clear()
    return sent


def _where(call: Call, home: Any) -> tuple[str, str | None]:
    """The scope of a call, and its line; a module without modules inside is a card and no frame."""
    path = call.module.rpartition(".")[0] if call.leaf else call.module
    return path.replace(".", "/"), home.line if home is not None else None


def _called_name(call: Call, home: Any, op: str) -> tuple[str, bool]:
    """A variable's name, else that of the module without modules inside, else that of the operation."""
    variable = (home.name or _returned(home) or home.stored) if home is not None else None
    if variable and not call.leaf:
        return str(variable), True
    last = call.module.rpartition(".")[2] if call.leaf else ""
    if last:
        return last, True
    return op, False


def _returned(place: Any) -> str | None:
    """The variable that a function returns, which the place of the result tells by parts."""
    parts = place.home.name if place.home is not None else ()
    return "".join(parts) if parts and all(isinstance(p, str) for p in parts) else None


def _ordered(last: Part) -> list[Part]:
    """All parts that one depends on, in the order of the program; leaves stand before their first use."""
    found, stack = {id(last): last}, [last]
    while stack:
        part = stack.pop()
        for source in part.inputs:
            if not source.inputs:
                source.at = min(source.at or part.at, part.at - 0.5)
            if id(source) not in found:
                found[id(source)] = source
                stack.append(source)
    return sorted(found.values(), key=lambda part: part.at)


def _graph(last: Part) -> Graph:
    order = _ordered(last)
    keys = {id(part): key for key, part in enumerate(order)}
    names = _unique([part.name or part.op for part in order])
    nodes, edges = [], []
    for part, name in zip(order, names, strict=True):
        key = keys[id(part)]
        formula, args, rules, symbol, traits = _formulas(part)
        role = "output" if part is last and part.inputs else part.role
        nodes.append(
            Node(
                key,
                name,
                part.op.removesuffix("_no_bias"),
                role,
                part.value,
                part.gradient,
                symbol,
                formula,
                args,
                part.options,
                part.scope,
                part.line,
                part.named,
                traits=traits,
            )
        )
        slopes = _slopes(part)
        for slot, (source, sent) in enumerate(zip(part.inputs, part.sent, strict=True)):
            rule = rules[slot] if sent is not None and slot < len(rules) else None
            local = slopes[slot] if sent is not None and slopes else None
            edges.append(Edge(keys[id(source)], key, slot, names[keys[id(source)]], rule, local, sent))
    return Graph(nodes, edges)


def _formulas(part: Part) -> tuple[str, tuple[str, ...], tuple[str | None, ...], str, Traits | None]:
    if part.op in ELSEWHERE:
        words = ELSEWHERE[part.op]
        return words.formula, words.inputs, words.rules, words.symbol, words.traits
    if not part.known:
        return "", (), (), part.op, None
    op, values = OPS[part.op], tuple(i.value for i in part.inputs)
    formula, args, rules = formulas.of(op, part.value, values, part.options)
    return formula, args, rules, op.symbol, None


def _slopes(part: Part) -> list[float | None]:
    """The local derivatives between scalars."""
    op = OPS.get(part.op)
    values = [i.value for i in part.inputs]
    if not part.known or op is None or not op.elementwise:
        return []
    if not all(isinstance(v, float) for v in (*values, part.value)):
        return []
    with np.errstate(all="ignore"):
        found = [run_vjp(op, slot, 1.0, part.value, values, dict(part.options)) for slot in range(len(values))]
    return [None if slope is None else float(slope) for slope in found]


def _unique(names: list[str]) -> list[str]:
    """Names of which no two are alike: ``relu_1``, ``relu_2`` where there are several."""
    total: dict[str, int] = {}
    for name in names:
        total[name] = total.get(name, 0) + 1
    taken, count, found = set(total), dict.fromkeys(total, 0), []
    for name in names:
        candidate = name
        while total[name] > 1 and (candidate == name or candidate in taken):
            count[name] += 1
            candidate = f"{name}_{count[name]}"
        taken.add(candidate)
        found.append(candidate)
    return found
