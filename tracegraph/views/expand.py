"""One element of a tensor operation, opened into its scalar computation."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from ..errors import GraphError
from ..graph import Graph, Node, traits_of
from ..graph.rerun import op_of
from ..ops.broadcast import index_before
from ..ops.op import OPS
from ..ops.running import run_vjp
from .element import MOST, Element, Index, opened
from .view import view


@view
def expand(graph: Graph, name: str, index: Sequence[int] | int = ()) -> Graph:
    """Open one element of a convolution, pooling, product, sum, elementwise or rearranging operation.

    The inputs stay as they are, with the elements that are read framed; each product is a card, then comes their sum
    with the bias, and the way back through this element alone. ``index`` has one entry for each axis of the tensor.
    Raises `GraphError` for an index outside, and for an operation that has no scalar form.
    """
    node = graph[name]
    op = op_of(node)
    how = HOW.get(traits_of(node).element)
    if op is None or how is None:
        opened_ops = ", ".join(op.name for op in OPS.values() if op.traits.element in HOW and not op.elementwise)
        reason = f"is made by {node.op}" if node.is_result or node.is_output else f"is of the kind {node.role}"
        raise GraphError(
            f"expand: {name!r} {reason}, which is not opened; these are: every elementwise operation, {opened_ops}"
        )
    return opened(graph, node, _place(node, index), how, op)


def _place(node: Node, index: Sequence[int] | int) -> Index:
    try:
        place = tuple(map(operator.index, index if isinstance(index, (Sequence, np.ndarray)) else (index,)))
    except TypeError:
        raise GraphError(f"expand: index {index!r} is not a whole number for each axis") from None
    if len(place) != len(node.shape) or any(not -n <= i < n for i, n in zip(place, node.shape)):
        raise GraphError(f"expand: index {place} is not one of {node.name!r}, whose shape is {node.shape}")
    return tuple(i % n for i, n in zip(place, node.shape))


def _products(e: Element) -> Graph:
    """Convolutions and matrix products: pairs of elements, multiplied and summed."""
    pairs = _pairs(e)
    drawn = pairs if len(pairs) <= MOST else pairs[: MOST - 1]
    cards = []
    for i, (a, b) in enumerate(drawn):
        x, k = e.value(0, a), e.value(1, b)
        card = e.card(f"p_{i + 1}", "mul", "×", "v0 * v1", 2, _sum([x], [k]), e.g)
        e.use(0, a, card, 0, "g * v1", k)
        e.use(1, b, card, 1, "g * v0", x)
        cards.append(card)
    if over := pairs[len(drawn) :]:
        xs, ks = [e.value(0, a) for a, _ in over], [e.value(1, b) for _, b in over]
        reads = [(0, a, k) for (a, _), k in zip(over, ks)] + [(1, b, x) for (_, b), x in zip(over, xs)]
        cards.append(e.rest(f"{len(over)} more products", _sum(xs, ks), e.g, "Σ", reads))
    bias = len(e.sources) > 2
    total = e.result(" + ".join(f"v{i}" for i in range(len(cards) + bias)) or "0", len(cards) + bias)
    for place, card in enumerate(cards):
        e.link(card, total, place)
    if bias:
        e.use(2, tuple(map(int, np.argwhere(e.weights(2))[0])), total, len(cards), "g", 1.0)
    return e.finished(total)


def _sum(xs: Sequence[float], ks: Sequence[float]) -> float:
    with np.errstate(all="ignore"):
        return float(np.dot(np.array(xs), np.array(ks)))


def _pairs(e: Element) -> list[tuple[Index, Index]]:
    """The pairs of elements, of the first and the second input, that are multiplied.

    The op's own rule says it: with the elements of the second input numbered from 1, and a gradient of one at this
    element, what goes back to the first input is the number of its partner.
    """
    shape = e.sources[1].shape
    numbered = np.arange(1.0, np.prod(shape) + 1).reshape(shape)
    back = e.weights(0, [np.zeros(e.sources[0].shape), numbered, *(np.asarray(s.value) for s in e.sources[2:])])
    partners = [(_index(p), np.unravel_index(round(float(back[tuple(p)])) - 1, shape)) for p in np.argwhere(back)]
    return [(a, _index(b)) for a, b in partners]


def _index(place: Any) -> Index:
    return tuple(int(i) for i in place)


def _sums(e: Element) -> Graph:
    """Sums, means and average pooling: all elements that reach this one, with one weight."""
    back = e.weights(0)
    reads = [_index(p) for p in np.argwhere(back)]
    count = round(1 / float(back[reads[0]])) if reads else 1
    drawn = reads if len(reads) <= MOST else reads[: MOST - 1]
    terms = [f"v{i}" for i in range(len(drawn) + (len(drawn) < len(reads)))]
    total = " + ".join(terms) or "0"
    result = e.result(total if count == 1 else f"({total}) / {count}", len(terms))
    vjp, weight = ("g", 1.0) if count == 1 else (f"g / {count}", 1 / count)
    for place, read in enumerate(drawn):
        e.use(0, read, result, place, vjp, weight)
    if over := reads[len(drawn) :]:
        g = None if e.g is None else e.g * weight
        values = [e.value(0, r) for r in over]
        more = e.rest(f"{len(over)} more terms", _sum(values, [1.0] * len(over)), g, "Σ", [(0, r, 1.0) for r in over])
        e.link(more, result, len(drawn), vjp, weight)
        e.nodes.sort(key=lambda n: n is result)
    return e.finished(result)


def _extremes(e: Element) -> Graph:
    """Max pooling, max and min: the elements that compete, and the one that the gradient goes to."""
    reads = _window(e) if e.op.traits.kind == "pooling" else _reduced(e)
    back, least = e.weights(0), e.op.traits.element == "least"
    winners = [r for r in reads if back[r]]
    few = len(reads) <= MOST
    drawn = reads if few else sorted((winners + [r for r in reads if not back[r]])[: MOST - 1])
    count = len(drawn) + (not few)
    result = e.result(_nested("minimum" if least else "maximum", count), count)
    for place, read in enumerate(drawn):
        share = float(back[read])
        e.use(0, read, result, place, _share(share), share)
    if not few:
        over = [r for r in reads if r not in set(drawn)]
        values, shares = [e.value(0, r) for r in over], [float(back[r]) for r in over]
        share = sum(shares)
        g = None if e.g is None else e.g * share
        parts = [(0, r, s / share if share else 0.0) for r, s in zip(over, shares)]
        more = e.rest(f"{len(over)} more", (min if least else max)(values), g, "min" if least else "max", parts)
        e.link(more, result, len(drawn), _share(share) or "g", share)
        e.nodes.sort(key=lambda n: n is result)
    return e.finished(result)


def _nested(function: str, count: int) -> str:
    return f"{function}({', '.join(f'v{i}' for i in range(count))})" if count > 1 else "v0"


def _share(share: float) -> str | None:
    """The rule of one of several competing elements; no formula where there is no number to write."""
    return None if not np.isfinite(share) else "g" if share == 1 else "0 * g" if share == 0 else f"g * {share!r}"


def _reduced(e: Element) -> list[Index]:
    """The elements that a max or min over some axes looks at."""
    shape, axis = e.sources[0].shape, e.node.attrs.get("axis")
    if axis is None or not shape:  # NumPy's maximum of a scalar takes axis 0
        axes = set(range(len(shape)))
    else:
        axes = {int(a) % len(shape) for a in np.atleast_1d(axis)}
    places = list(e.index)
    if not e.node.attrs.get("keepdims"):
        for a in sorted(axes):
            places.insert(a, 0)
    return list(product(*(range(n) if a in axes else (places[a],) for a, n in enumerate(shape))))


def _window(e: Element) -> list[Index]:
    """The elements under one window of a pooling, padding left out."""
    attrs, shape = e.node.attrs, e.sources[0].shape
    axes = e.op.traits.places

    def each(option: str, default: Any) -> list[int]:
        given = attrs.get(option)
        found: list[int] = np.broadcast_to(default if given is None else given, axes).tolist()
        return found

    kernel = each("kernel", 1)
    stride, padding, dilation = each("stride", kernel), each("padding", 0), each("dilation", 1)
    outer, inner = e.index[:-axes], e.index[-axes:]
    ranges = [
        [p for k in range(size) if 0 <= (p := i * s - pad + d * k) < n]
        for i, size, s, pad, d, n in zip(inner, kernel, stride, padding, dilation, shape[-axes:], strict=True)
    ]
    return [(*outer, *place) for place in product(*ranges)]


def _elementwise(e: Element) -> Graph:
    """An elementwise operation: its own formula on one element of each input."""
    reads = [index_before(e.index, s.shape) for s in e.sources]
    result = e.result(e.node.formula, len(reads), args=e.node.args, attrs=e.node.attrs)
    values = [e.value(slot, r) for slot, r in enumerate(reads)]
    op = e.op.chosen(tuple(values), e.attrs())  # options choose what is written: gelu by a tangent has another slope
    for slot, read in enumerate(reads):
        rule = op.vjp(slot)
        with np.errstate(all="ignore"):
            local = run_vjp(op, slot, 1.0, result.value, values, e.attrs())
        e.use(slot, read, result, slot, rule and rule.formula, None if local is None else float(local))
    return e.finished(result)


def _moved(e: Element) -> Graph:
    """Rearranging: the element that is moved here, or the number that padding puts here."""
    for slot in range(len(e.sources)):
        places = np.argwhere(e.weights(slot))
        if len(places):
            made = e.result("v0", 1)
            e.use(slot, _index(places[0]), made, 0, "g", 1.0)
            return e.finished(made)
    return e.finished(e.result("", 0))


HOW: dict[str, Callable[[Element], Graph]] = {
    "formula": _elementwise,
    "products": _products,
    "total": _sums,
    "average": _sums,
    "greatest": _extremes,
    "least": _extremes,
    "copy": _moved,
}
"""How an element is opened, by what it is (`Traits.element`)."""
