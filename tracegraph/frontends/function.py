"""The graph of a function that is called with arrays."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..engine.leaves import parameter, tensor
from ..engine.tensor import Tensor
from ..errors import GraphError
from ..graph import Graph, graph_in
from .frontend import frontend_of, recording, taken


def from_function(program: Callable[..., Any], arrays: tuple[Any, ...]) -> Graph:
    """Call a function with its arrays as inputs named like its parameters, and return the graph of its result."""
    what = getattr(program, "__name__", type(program).__name__)
    names = _parameters(program, what, arrays)
    inputs = [_given(a, name) for name, a in zip(names, arrays, strict=True)]
    with recording():
        result = program(*inputs)
        if (graph := graph_in(result)) is not None:
            return graph
        if taker := frontend_of(result):
            return taker.graph(result, (), dict(zip(names, inputs, strict=True)))
    remedy = "one tensor of it" if isinstance(result, (tuple, list, dict)) else "the loss"
    raise GraphError(f"trace: {what}() returned {type(result).__name__}, not {taken()}; return {remedy}")


def _given(value: Any, name: str) -> Any:
    """An input; of a container, its arrays as parameters: named by the keys of a dictionary, by place in a list."""
    if isinstance(value, Mapping):
        return {key: _learned(part, str(key)) for key, part in value.items()}
    if _holds(value):
        return _learned(value, name)
    return value if isinstance(value, Tensor) or frontend_of(value) else tensor(value, name)


def _learned(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _learned(part, f"{name}.{key}") for key, part in value.items()}
    if _holds(value):
        parts = [_learned(part, f"{name}_{i}") for i, part in enumerate(value)]
        return parts if isinstance(value, list) else _like(value, parts)
    plain = value is None or isinstance(value, (Tensor, str, bool)) or callable(value)
    return value if plain else parameter(value, name)


def _holds(value: Any) -> bool:
    """Whether a list contains arrays, tensors or dictionaries, and is not data itself."""
    known = (np.ndarray, Tensor, Mapping)
    return isinstance(value, (list, tuple)) and any(isinstance(part, known) or _holds(part) for part in value)


def _like(value: tuple[Any, ...], parts: list[Any]) -> Any:
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


def _parameters(program: Callable[..., Any], what: str, arrays: tuple[Any, ...]) -> list[str]:
    """The names of the parameters that take the arrays; ``*xs`` takes ``xs_0``, ``xs_1`` and so on."""
    try:
        signature = inspect.signature(getattr(program, "forward", program))  # a module of PyTorch takes anything
    except (ValueError, TypeError):  # some functions written in C do not tell
        return [f"x_{i}" for i in range(len(arrays))]
    try:
        bound = signature.bind(*arrays).arguments
    except TypeError as error:
        raise GraphError(f"trace: {what}{signature} does not take {len(arrays)} arrays: {error}") from None
    names: list[str] = []
    for name in bound:
        many = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        names += [f"{name}_{i}" for i in range(len(bound[name]))] if many else [name]
    return names
