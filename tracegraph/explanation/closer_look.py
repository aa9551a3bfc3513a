"""One element of a result written out: the first window of a convolution, what a pooling compares, and the sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import GraphError
from ..graph import Graph, Node, traits_of
from ..graph.rerun import as_declared, op_of
from ..text.numbers import number
from ..views.element import element_name
from ..views.expand import expand
from .equation_parts import Equation, Shown

MOST = 36  # terms that are written out
WINDOWS = 4  # windows of a pooling that are all shown; of more only the first
LARGEST = 100_000  # elements of an array that is opened


def closer_look(graph: Graph, node: Node, digits: int) -> Iterator[Equation]:
    """The equations that show how a convolution or a pooling gets its elements, and its size."""
    traits, op = traits_of(node), op_of(node)
    if not traits.places or op is None or not as_declared(node, op) or not np.size(node.value):
        return
    yield from _sizes(graph, node, traits.places)
    if any(np.size(graph.node(e.source).value) > LARGEST for e in graph.inputs(node)):
        return
    places = list(np.ndindex(*node.shape))
    few = traits.kind == "pooling" and len(places) <= WINDOWS
    for index in places if few else places[:1]:
        yield from _element(graph, node, index, digits)


def _element(graph: Graph, node: Node, index: tuple[int, ...], digits: int) -> Iterator[Equation]:
    try:
        opened = expand(graph, node.name, index)
    except GraphError:
        return
    last = next(n for n in opened if n.name == element_name(node.name, index))
    text, numbers = _written(opened, last, traits_of(node).element)
    if 1 < len(numbers) <= MOST:
        names = {f"v{i}": number(v, digits) for i, v in enumerate(numbers)}
        yield Equation(last.name, Shown(number(last.value, digits)), text, names)


def _written(opened: Graph, last: Node, kind: str) -> tuple[str, list[float]]:
    """The formula of one element in all numbers that it reads, and these."""
    edges = opened.inputs(last)
    if kind != "products":
        values = [_read(opened, e) for e in edges]
        every = ", ".join(f"v{i}" for i in range(len(values)))
        return (f"maximum({every})" if kind == "greatest" else last.formula), values
    numbers: list[float] = []
    terms: list[str] = []
    for edge in edges:
        source = opened.node(edge.source)
        if any(opened.node(e.source).shape and e.index is None for e in opened.inputs(source)):
            return "", []  # more products than are opened: the rest of them is one card
        factors = (
            [_read(opened, e) for e in opened.inputs(source)] if not source.shape and opened.inputs(source) else []
        )
        factors = factors if traits_of(source).factors else [_read(opened, edge)]
        terms.append(" * ".join(f"v{len(numbers) + i}" for i in range(len(factors))))
        numbers += factors
    return " + ".join(terms), numbers


def _read(opened: Graph, edge: Any) -> float:
    value = opened.node(edge.source).value
    return float(np.asarray(value)[edge.index] if edge.index is not None else value)


def _sizes(graph: Graph, node: Node, places: int) -> Iterator[Equation]:
    """The length of each axis that windows slide over: (n + 2p − k)/s + 1."""
    source, *others = [graph.node(e.source) for e in graph.inputs(node)]
    kernel = others[0].shape[-places:] if others else _each(node.attrs.get("kernel"), places)
    stride, padding = node.attrs.get("stride"), node.attrs.get("padding", 0)
    if isinstance(padding, str) or len(source.shape) < places or not kernel:
        return
    steps, pads = _each(kernel if stride is None else stride, places), _each(padding, places)
    gaps = _each(node.attrs.get("dilation", 1), places)
    axes = list(zip(source.shape[-places:], pads, gaps, kernel, steps, node.shape[-places:]))
    names = ("size",) if len(set(axes)) == 1 else ("length",) if places == 1 else ("depth", "rows", "columns")[-places:]
    for name, axis in zip(names, axes):
        yield from _size(f"{name} of {node.name}", *axis)


def _size(name: str, n: int, p: int, d: int, k: int, s: int, out: int) -> Iterator[Equation]:
    room, spread = n + 2 * p - d * (k - 1) - 1, "k" if d == 1 else "d * (k - 1) - 1"
    text = f"(n + 2 * p - {spread}) / s"
    text = text if room % s == 0 else f"floor({text})" if room // s + 1 == out else f"ceil({text})"
    if out not in (room // s + 1, -(-room // s) + 1):  # the last window would start in the padding
        return
    values = {key: Shown(str(v)) for key, v in {"n": n, "p": p, "d": d, "k": k, "s": s}.items()}
    names = {key: key for key in values}
    yield Equation(name, Shown(str(out)), f"{text} + 1", names, values)


def _each(value: Any, places: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * places
