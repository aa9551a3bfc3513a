"""The graph of a computation that was recorded on NumPy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

import numpy as np

from ..backward import Gradients, backward
from ..errors import GraphError
from ..graph import Edge, Graph, Node
from ..op import Op
from ..tensor import Tensor, tensor
from .naming import name_all, place


def from_function(program: Callable[..., Any], arrays: tuple[Any, ...]) -> Graph:
    """Call a function with its arrays as inputs named like its parameters, and trace what it returns."""
    parameters = inspect.signature(program).parameters
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        names = [f"x{i}" for i in range(len(arrays))]
    else:
        names = list(parameters)[: len(arrays)]
    if len(names) < len(arrays):
        raise GraphError(f"trace: {len(arrays)} arrays for a function of {len(names)} parameters")
    made = [a if isinstance(a, Tensor) else tensor(a, name) for name, a in zip(names, arrays, strict=True)]
    result = program(*made)
    if isinstance(result, Graph):
        return result
    if not isinstance(result, Tensor):
        what = getattr(program, "__name__", "the function")
        raise GraphError(f"trace: {what}() returned {type(result).__name__}, not a tensor; return the loss")
    return from_tensor(result, dict(zip(names, made, strict=True)))


def from_tensor(target: Tensor, variables: Mapping[str, Any]) -> Graph:
    """The graph of everything that ``target`` depends on; ``variables`` lends names to tensors without one."""
    tensors = _reachable(target)
    gradients = _differentiate(target, tensors)
    names = name_all(tensors, variables)
    keys = {t: i for i, t in enumerate(tensors)}
    nodes = [_node(t, keys[t], names[t], gradients, t is target) for t in tensors]
    edges = [e for t in tensors for e in _edges(t, keys, names, gradients)]
    return Graph(nodes, edges)


def _reachable(target: Tensor) -> list[Tensor]:
    """Every tensor that the target depends on, itself included, in the order of creation."""
    seen, stack = {target}, [target]
    while stack:
        for i in stack.pop().inputs:
            if i not in seen:
                seen.add(i)
                stack.append(i)
    return sorted(seen, key=attrgetter("id"))


def _differentiate(target: Tensor, tensors: list[Tensor]) -> Gradients | None:
    """The gradients of the target, leaving every ``grad`` as it was."""
    if not target.needs or (target.grad is None and target.size != 1):
        return None
    before = [t.grad for t in tensors]
    try:
        return backward(target, target.grad)
    finally:
        for t, grad in zip(tensors, before, strict=True):
            t.grad = grad


def _node(t: Tensor, key: int, name: tuple[str, bool], gradients: Gradients | None, last: bool) -> Node:
    op = t.op
    role = "output" if last else op.name if not op.formula else "op"
    gradient = gradients.get(t) if gradients is not None else None
    formula, args = _formula(op, len(t.inputs))
    return Node(
        key, name[0], op.name, role, t.value, gradient, op.symbol, formula, args,
        t.attrs, t.scope, place(t.code, t.lasti)[0], name[1],
    )  # fmt: skip


def _formula(op: Op, count: int) -> tuple[str, tuple[str, ...]]:
    """The formula and its arguments; ``*xs`` is written out, and optional inputs that were not given are left out."""
    if not op.variadic:
        absent = op.inputs[count:]
        formula = op.formula
        for name in absent:
            formula = formula.replace(f", {name}", "")
        return formula, op.inputs[:count]
    stem = op.inputs[0].lstrip("*")
    args = tuple(f"{stem}{i}" for i in range(count))
    return op.formula.replace(f"*{stem}", ", ".join(args)), args


def _edges(
    t: Tensor, keys: Mapping[Tensor, int], names: Mapping[Tensor, tuple[str, bool]], gradients: Gradients | None
) -> Iterator[Edge]:
    reached = gradients is not None and t in gradients
    for slot, source in enumerate(t.inputs):
        vjp = t.op.vjp(slot)
        sent = gradients.contribution(t, slot) if reached and gradients is not None else None
        yield Edge(
            keys[source], keys[t], slot, names[source][0],
            vjp.formula if vjp is not None else None,
            _local(t, slot) if sent is not None and t.op.elementwise and type(t.value) is float else None,
            sent,
        )  # fmt: skip


def _local(t: Tensor, slot: int) -> float | None:
    """The local derivative between two scalars: the rule with a cotangent of one."""
    vjp = t.op.vjp(slot)
    if vjp is None:
        return None
    with np.errstate(all="ignore"):
        values = [np.float64(i.value) for i in t.inputs]
        return float(vjp.rule(np.float64(1.0), np.float64(t.value), *values, **t.attrs))
