"""The operand elements from which one element of a value, or of a contribution, is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...graph import Graph, Node, traits_of
from ...graph.rerun import as_declared, input_values, op_of
from ...ops.broadcast import index_before

Array = np.ndarray[Any, Any]
Index = tuple[int, ...]


def as_recorded(graph: Graph, node: Node) -> bool:
    """Whether a node has all inputs of its recorded operation: no view hid or folded one.

    False for the gradient in an optimizer's step, which backward computed and no operation.
    """
    if not graph.inputs(node) or node.is_gradient:
        return False
    op = op_of(node)
    return op is None or not node.formula or as_declared(node, op)


def pointwise(graph: Graph, node: Node) -> bool:
    """Whether each element of a node depends on the elements at its place only; the shapes of a file must agree."""
    if not traits_of(node).elementwise:
        return False
    shape = node.shape
    shapes = [s for v in input_values(graph, node) if (s := np.shape(v)) not in (shape, ())]
    try:
        return all(np.broadcast_shapes(s, shape) == shape for s in shapes)
    except ValueError:
        return False


def elements_behind(graph: Graph, node: Node, index: Index) -> dict[str, Array]:
    """The elements of each input that enter one element of a value, by the name of the input; all if not known."""
    values = [np.asarray(v) for v in input_values(graph, node)]
    if pointwise(graph, node):
        return _named(node, [np.broadcast_to(v, node.shape)[index] for v in values])
    traits = traits_of(node)
    try:
        if traits.element == "products" and not traits.places:
            return _named(node, _crossing(values[0], values[1], index))
        if traits.along:
            return _named(node, [_line(node, v, index) for v in values])
    except (TypeError, ValueError, IndexError, ArithmeticError):  # a file may name an operation that does not fit
        pass
    return _named(node, values)


def elements_behind_contribution(graph: Graph, target: Node, shape: tuple[int, ...], index: Index) -> dict[str, Array]:
    """The elements of gradient ``g``, value ``y`` and each input that enter one element of a contribution.

    ``shape``: that of the contribution. For an elementwise operation, all entries have the same length.
    """
    values = [np.asarray(v) for v in (target.gradient, target.value, *input_values(graph, target))]
    if pointwise(graph, target):
        ndim = len(target.shape)
        wanted = [slice(None)] * (ndim - len(shape))
        at = [slice(None) if n == 1 else slice(i, i + 1) for i, n in zip(index, shape)]
        values = [np.broadcast_to(v, target.shape)[tuple(wanted + at)] for v in values]
    g, y, *inputs = values
    return {"g": np.ravel(g), "y": np.ravel(y), **_named(target, inputs)}


def _named(node: Node, rows: Sequence[Any]) -> dict[str, Array]:
    names = node.args if len(node.args) == len(rows) else tuple(f"x{i}" for i in range(len(rows)))
    return {name: np.ravel(row) for name, row in zip(names, rows)}


def _crossing(a: Array, b: Array, index: Index) -> list[Array]:
    """The row and the column of a matrix product."""
    column = index[-1:] if b.ndim > 1 else ()
    rest = index[: len(index) - len(column)]
    row, batch = (rest[-1:], rest[:-1]) if a.ndim > 1 else ((), rest)
    left = a[index_before(batch, a.shape[:-2])][row] if a.ndim > 1 else a
    right = b[index_before(batch, b.shape[:-2])][tuple([slice(None), *column])] if b.ndim > 1 else b
    return [left, right]


def _line(node: Node, x: Array, index: Index) -> Array:
    """The elements along the axes that an operation works along."""
    axis = node.attrs.get("axis", -1 if traits_of(node).along == "last" else None)
    if axis is None or not x.ndim:
        return x
    axes = {a % x.ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,))}
    if len(index) == x.ndim:
        places = list(index)
    else:
        rest = iter(index)
        places = [0 if a in axes else next(rest, 0) for a in range(x.ndim)]
    return x[tuple(slice(None) if a in axes else i for a, i in enumerate(places))]
