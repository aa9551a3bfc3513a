"""The graph of a computation that was recorded on NumPy."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import numpy as np

from ...engine.backward import Gradients, backward
from ...engine.created import watching
from ...engine.tensor import Tensor
from ...engine.values import Value
from ...errors import GraphError
from ...graph import Edge, Graph, Node, maker
from ...ops.running import run_vjp
from ..frontend import frontend
from . import formulas
from .naming import name_all
from .places import Places
from .runs import Run

_make_node, _make_edge = maker(Node), maker(Edge)


def _recorded(program: object) -> bool:
    """Whether it is a tensor, or some of them."""
    if isinstance(program, (list, tuple)):
        return bool(program) and all(isinstance(t, Tensor) for t in program)
    return isinstance(program, Tensor)


@frontend("numpy", "a tensor", _recorded)
def _graph(program: Tensor | Sequence[Tensor], arrays: tuple[Any, ...], variables: Mapping[str, Any]) -> Graph:
    """The graph of what was recorded; tensors without a name take that of the variable that holds them."""
    if arrays:
        raise GraphError("trace: arrays go with a function; a tensor is recorded already, so give it alone")
    return from_tensor(program, variables)


def from_tensor(target: Tensor | Sequence[Tensor], variables: Mapping[str, Any], before: int = 0) -> Graph:
    """The graph of everything that ``target`` depends on; ``variables`` lends names to tensors without one.

    ``before``: how many steps of training were made before those that it depends on.
    """
    targets = [target] if isinstance(target, Tensor) else list(target)
    with _no_collector():
        tensors = _reachable(targets)
        if (watch := watching()) is not None:
            watch.in_graphs.update(t for t in tensors if t.a is None and t.needs)
        gradients = _differentiate(targets[0], tensors) if len(targets) == 1 else None
        places, last = Places(), set(targets)
        if any(t.op.traits.of_optimizer for t in tensors):
            return _from_run(Run(tensors, variables, places, gradients, before), last, places)
        record = _record(tensors, gradients)
        names, from_program = name_all(tensors, variables, places)
        keys = {t: i for i, t in enumerate(tensors)}
        nodes: list[Node] = []
        edges: list[Edge] = []
        for key, (t, (gradient, parts)) in enumerate(zip(tensors, record)):
            nodes.append(_node(t, key, names[key], from_program[key], gradient, t in last, places(t).line))
            if t.a is not None:
                edges += _edges(t, key, keys, names, parts)
        del tensors, gradients, record, keys, names, from_program  # a million nodes leave no room for all of these
        return Graph(nodes, edges)


def _from_run(run: Run, last: set[Tensor], places: Places) -> Graph:
    """The graph of several steps of training."""
    keys = {t: i for i, t in enumerate(run.tensors)}
    names = [run.names[t] for t in run.tensors]
    nodes = [run.node(_node(t, key, names[key], True, None, t in last, places(t).line), t) for t, key in keys.items()]
    edges = [e for t, key in keys.items() for e in _edges(t, key, keys, names, run.sent.get(t, ()))]
    shown = {n.key: len(n.args) for n in nodes if n.formula}
    return Graph(nodes, [e for e in edges if e.slot < shown[e.target]])


@contextmanager
def _no_collector() -> Iterator[None]:
    """Keep Python's garbage collector from walking, again and again, over a graph that grows and has no cycles."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _reachable(targets: list[Tensor]) -> list[Tensor]:
    """Every tensor that the targets depend on, themselves included, in the order of creation."""
    seen, stack = set(targets), list(targets)
    while stack:
        t = stack.pop()
        for i in (t.a, t.b, *t.details.extra_inputs):
            if i is not None and i not in seen:
                seen.add(i)
                stack.append(i)
    return sorted(seen, key=attrgetter("id"))


def _differentiate(target: Tensor, tensors: list[Tensor]) -> Gradients | None:
    """The gradients of the target, leaving every ``grad`` as it was."""
    if not target.needs or target.op.traits.of_optimizer or (target.grad is None and target.size != 1):
        return None
    before = [t.grad for t in tensors]
    try:
        return backward(target, target.grad)
    finally:
        for t, grad in zip(tensors, before, strict=True):
            t.grad = grad


def _record(tensors: list[Tensor], gradients: Gradients | None) -> Iterator[tuple[Value, Sequence[Value]]]:
    """The gradient of each tensor and what it sent to each of its inputs; uses up the record of the walk back."""
    order, values, parts = [], [], []
    if gradients is not None:
        order, values, parts = gradients._order, gradients._values, gradients._parts
    for t in tensors:
        if not order or order[-1] is not t:  # the walk went from the last tensor to the first
            yield None, ()
            continue
        count = 0 if t.a is None else 1 if t.b is None else 2 + len(t.details.extra_inputs)
        sent = parts[len(parts) - count :]
        del order[-1], parts[len(parts) - count :]
        yield values.pop(), sent


def _node(t: Tensor, key: int, name: str, named: bool, gradient: Value, last: bool, line: str | None) -> Node:
    op, details = t.op, t.details
    count = len(details.extra_inputs) if t.a is None else 1 if t.b is None else 2 + len(details.extra_inputs)
    formula, args = formulas.value(t, count)
    role = "output" if last else "op" if count else op.name
    return _make_node(
        key, name, op.name, role, t.held, gradient, op.symbol, formula, args, details.attrs, details.scope, line, named
    )


def _edges(t: Tensor, key: int, keys: Mapping[Tensor, int], names: list[str], parts: Sequence[Value]) -> list[Edge]:
    inputs = t.inputs
    rules = formulas.rules(t, len(inputs))
    locals_ = _locals(t, inputs) if parts and type(t.value) is float and t.op.elementwise else ()
    edges = []
    for slot, source in enumerate(inputs):
        place = keys[source]
        contribution = parts[slot] if parts and source.needs else None
        local = locals_[slot] if locals_ and contribution is not None else None
        edges.append(_make_edge(place, key, slot, names[place], rules[slot], local, contribution))
    return edges


def _locals(t: Tensor, inputs: tuple[Tensor, ...]) -> list[float | None]:
    """The local derivatives between scalars: the rules with a cotangent of one."""
    values, pull = [i.held for i in inputs], t.op.pull
    try:
        if pull is not None:
            found = pull(1.0, t.held, *values, **t.details.attrs)
            return [None if d is None else float(d) for d in found]
    except (ArithmeticError, ValueError):  # where Python raises, NumPy has inf and nan
        pass
    with np.errstate(all="ignore"):
        parts = [run_vjp(t.op, slot, 1.0, t.held, values, t.details.attrs) for slot in range(len(values))]
        return [None if part is None else float(part) for part in parts]
