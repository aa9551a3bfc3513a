"""One element of a tensor operation, opened into its scalar computation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from ..errors import GraphError
from ..graph import Edge, Graph, Node
from ..op import OPS

MOST = 36
"""Terms that get a card or an arrow of their own; what is over is one card, so that the picture stays readable."""

Index = tuple[int, ...]
Read = tuple[int, Index]  # a slot of the operation, and the element of that input


def expand(graph: Graph, name: str, index: Sequence[int] | int = ()) -> Graph:
    """Open one element of a convolution, pooling, matrix product, sum or elementwise operation.

    The inputs stay as they are, with the elements that are read marked in them; each product is a card, then comes
    their sum with the bias, and the way back through this element alone. ``index`` has one entry for each axis of the
    tensor. Raises `GraphError` for an index outside, and for an operation that has no scalar form.
    """
    node = graph[name]
    place = _place(node, (index,) if isinstance(index, int) else tuple(index))
    how = EXPANDED.get(node.op) or (_elementwise if node.op in OPS and OPS[node.op].elementwise else None)
    if how is None:
        known = ", ".join([*EXPANDED, "and the elementwise operations"])
        raise GraphError(f"expand: {name!r} is made by {node.op or node.role}, which is not opened; these are: {known}")
    return how(_Opened(graph, node, place))


def _place(node: Node, index: Index) -> Index:
    if len(index) != len(node.shape) or any(not -n <= i < n for i, n in zip(index, node.shape)):
        raise GraphError(f"expand: index {index} is not one of {node.name!r}, whose shape is {node.shape}")
    return tuple(int(i) % n for i, n in zip(index, node.shape))


class _Opened:
    """The scalar graph of one element while it is made."""

    def __init__(self, graph: Graph, node: Node, index: Index) -> None:
        self.graph, self.node, self.index = graph, node, index
        self.sources = [graph.node(e.source) for e in graph.inputs(node)]
        self.tensors = [e.tensor for e in graph.inputs(node)]
        self.loss = node.loss or graph.output.name
        self.g = None if node.gradient is None else _at(node.gradient, index)
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.read: dict[int, set[Index]] = {}
        self.free = max(n.key for n in graph.nodes) + 1

    def values(self) -> list[Any]:
        return [s.value for s in self.sources]

    def add(self, name: str, op: str, symbol: str, formula: str, value: Any, g: Any) -> Node:
        node = Node(
            self.free, name, op, "op", float(value), g, symbol, formula, scope=self.node.scope, line=self.node.line,
            step=self.node.step, loss=self.loss, base=name,
        )  # fmt: skip
        self.free += 1
        self.nodes.append(node)
        return node

    def use(self, read: Read, target: Node, slot: int, vjp: str | None, local: float | None) -> None:
        """An arrow from one element of an input to a scalar."""
        number, index = read
        source = self.sources[number]
        self.read.setdefault(number, set()).add(index)
        sent = None if target.gradient is None or local is None or source.gradient is None else target.gradient * local
        name = _element(self.tensors[number], index)
        self.edges.append(Edge(source.key, target.key, slot, name, vjp, local, sent, index))

    def link(self, source: Node, target: Node, slot: int, local: float = 1.0, vjp: str = "g") -> None:
        sent = None if target.gradient is None else target.gradient * local
        self.edges.append(Edge(source.key, target.key, slot, source.name, vjp, local, sent))

    def result(self, formula: str, count: int) -> Node:
        """The element itself, made from ``count`` scalars ``v0``, ``v1``, ..."""
        name = _element(self.node.name, self.index)
        value = _at(self.node.value, self.index)
        made = self.add(name, self.node.op, self.node.symbol, formula, value, self.g)
        return self.args(made, count)

    def args(self, node: Node, count: int) -> Node:
        self.nodes[-1] = replace(node, args=tuple(f"v{i}" for i in range(count)))
        return self.nodes[-1]

    def graph_of(self, last: Node) -> Graph:
        """The inputs with the elements that were read marked, the scalars, and the tensor with its element marked."""
        used = {id(s): s for i, s in enumerate(self.sources) if i in self.read}
        inputs = []
        for source in sorted(used.values(), key=lambda s: s.key):
            focus = {i for n, s in enumerate(self.sources) if s is source for i in self.read.get(n, ())}
            inputs.append(_leaf(source, tuple(sorted(focus)), self.loss))
        edges = self.edges
        whole: list[Node] = []
        if self.node.shape:
            whole = [_leaf(self.node, (self.index,), self.loss)]
            edges = [*edges, Edge(last.key, self.node.key, 0, last.name, None, None, None)]
        keys = {n.key for n in inputs}
        if self.node.key in keys:  # cannot be: nothing is made from itself
            raise GraphError(f"expand: {self.node.name!r} depends on itself")
        return Graph([*inputs, *self.nodes, *whole], edges)


def _leaf(node: Node, focus: tuple[Index, ...], loss: str) -> Node:
    """A tensor as it is, without the formula that made it."""
    return replace(node, formula="", args=(), focus=focus, loss=node.loss or loss)


def _at(array: Any, index: Index) -> float:
    return float(np.asarray(array)[index])


def _element(name: str, index: Index) -> str:
    return f"{name}[{','.join(map(str, index))}]" if index else name


def _products(o: _Opened) -> Graph:
    """Convolutions and matrix products: pairs of elements, multiplied and summed."""
    pairs = _pairs(o)
    shown = pairs if len(pairs) <= MOST else pairs[: MOST - 1]
    cards = []
    for i, (a, b) in enumerate(shown):
        x, k = _at(o.sources[0].value, a), _at(o.sources[1].value, b)
        card = o.args(o.add(f"p_{i + 1}", "mul", "×", "v0 * v1", x * k, o.g), 2)
        o.use((0, a), card, 0, "g * v1", k)
        o.use((1, b), card, 1, "g * v0", x)
        cards.append(card)
    if len(pairs) > len(shown):
        rest = sum(_at(o.sources[0].value, a) * _at(o.sources[1].value, b) for a, b in pairs[len(shown) :])
        cards.append(o.add(f"{len(pairs) - len(shown)} more products", "sum", "+", "", rest, o.g))
    bias = len(o.sources) > 2
    total = o.result(" + ".join(f"v{i}" for i in range(len(cards) + bias)) or "0", len(cards) + bias)
    for slot, card in enumerate(cards):
        o.link(card, total, slot)
    if bias:
        o.use((2, _bias_index(o)), total, len(cards), "g", 1.0)
    return o.graph_of(total)


def _pairs(o: _Opened) -> list[tuple[Index, Index]]:
    """Which element of the first input is multiplied by which of the second.

    The op's own rule says it: with the elements of the second input numbered from 1, and a gradient of one at this
    element, what goes back to the first input is the number of its partner.
    """
    x, k, *rest = o.values()
    numbered = np.arange(1.0, np.size(k) + 1).reshape(np.shape(k))
    back = _way_back(o, 0, [x, numbered, *rest])
    places = np.argwhere(np.asarray(back))
    return [(tuple(map(int, p)), _unravel(int(_at(back, tuple(p))) - 1, np.shape(k))) for p in places]


def _unravel(flat: int, shape: Index) -> Index:
    return tuple(int(i) for i in np.unravel_index(flat, shape))


def _way_back(o: _Opened, slot: int, values: list[Any]) -> Any:
    op = OPS[o.node.op]
    rule = op.vjp(slot)
    one = np.zeros(o.node.shape)
    one[o.index] = 1.0
    attrs = {k: v for k, v in o.node.attrs.items() if k in op.attrs}
    return rule.rule(one, np.asarray(o.node.value, float), *values, **attrs) if rule is not None else None


def _bias_index(o: _Opened) -> Index:
    back = np.asarray(_way_back(o, 2, o.values()))
    return tuple(int(i) for i in np.argwhere(back)[0]) if back.ndim else ()


def _sums(o: _Opened) -> Graph:
    """Sums, means and average pooling: all elements that reach this one, with one weight."""
    back = np.asarray(_way_back(o, 0, o.values()))
    back = np.broadcast_to(back, o.sources[0].shape)
    reads = [tuple(map(int, p)) for p in np.argwhere(back)]
    weight = _at(back, reads[0]) if reads else 0.0
    terms = " + ".join(f"v{i}" for i in range(min(len(reads), MOST))) or "0"
    rest = reads[MOST - 1 :] if len(reads) > MOST else []
    formula = terms if weight == 1 else f"({terms}) / {round(1 / weight, 9):.9g}" if weight else "0"
    shown = reads[: len(reads) - len(rest)]
    left = sum(_at(o.sources[0].value, r) for r in rest)
    more = [o.add(f"{len(rest)} more", "sum", "+", "", left, None)] if rest else []
    total = o.result(formula, len(shown) + len(more))
    for slot, read in enumerate(shown):
        o.use((0, read), total, slot, "g" if weight == 1 else f"g * {weight!r}", weight)
    for card in more:
        o.link(card, total, len(shown), weight, f"g * {weight!r}")
    return o.graph_of(total)


def _extremes(o: _Opened) -> Graph:
    """Max pooling, max and min: the elements that compete, and the one that the gradient goes to."""
    reads = _window(o) if o.node.op.startswith("max_pool") else _reduced(o)
    if len(reads) > MOST:
        raise GraphError(f"expand: {len(reads)} elements compete for {o.node.name!r}; at most {MOST} are drawn")
    back = np.asarray(_way_back(o, 0, o.values()))
    function = "minimum" if o.node.op == "min" else "maximum"
    total = o.result(f"{function}({', '.join(f'v{i}' for i in range(len(reads)))})", len(reads))
    for slot, read in enumerate(reads):
        share = _at(back, read)
        o.use((0, read), total, slot, f"g * {share:g}", share)
    return o.graph_of(total)


def _reduced(o: _Opened) -> list[Index]:
    """The elements that a max or min over some axes looks at."""
    shape, axis = o.sources[0].shape, o.node.attrs.get("axis")
    axes = set(range(len(shape))) if axis is None else {a % len(shape) for a in np.atleast_1d(axis)}
    keep = bool(o.node.attrs.get("keepdims"))
    left = iter(o.index)
    fixed = {a: (next(left) if a not in axes else next(left) * 0 if keep else None) for a in range(len(shape))}
    return list(product(*(range(n) if a in axes else (int(fixed[a] or 0),) for a, n in enumerate(shape))))


def _window(o: _Opened) -> list[Index]:
    """The elements under one window of a pooling, padding left out."""
    attrs, shape = o.node.attrs, o.sources[0].shape
    axes = 1 if o.node.op.endswith("1d") else 2

    def each(option: str, default: Any) -> tuple[int, ...]:
        given = attrs.get(option)
        given = default if given is None else given
        return tuple(np.broadcast_to(given, axes).tolist())

    kernel = each("kernel", 1)
    stride, padding, dilation = each("stride", kernel), each("padding", 0), each("dilation", 1)
    outer, inner = o.index[:-axes], o.index[-axes:]
    ranges = [
        [p for k in range(size) if 0 <= (p := i * s - pad + d * k) < n]
        for i, size, s, pad, d, n in zip(inner, kernel, stride, padding, dilation, shape[-axes:], strict=True)
    ]
    return [(*outer, *place) for place in product(*ranges)]


def _elementwise(o: _Opened) -> Graph:
    """An elementwise operation: its own formula on one element of each input."""
    op = OPS[o.node.op]
    tails = [(o.index[len(o.index) - len(s.shape) :], s.shape) for s in o.sources]
    reads = [tuple(i if n > 1 else 0 for i, n in zip(tail, lengths)) for tail, lengths in tails]
    made = o.result(o.node.formula, len(reads))
    o.nodes[-1] = made = replace(made, args=o.node.args, attrs=o.node.attrs)
    values = [np.float64(_at(s.value, r)) for s, r in zip(o.sources, reads, strict=True)]
    attrs = {k: v for k, v in o.node.attrs.items() if k in op.attrs}
    for slot, read in enumerate(reads):
        rule = op.vjp(slot)
        with np.errstate(all="ignore"):
            local = None if rule is None else float(rule.rule(np.float64(1), np.float64(made.value), *values, **attrs))
        o.use((slot, read), made, slot, None if rule is None else rule.formula, local)
    return o.graph_of(made)


EXPANDED: dict[str, Callable[[_Opened], Graph]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d", "matmul", "dot"), _products),
    **dict.fromkeys(("sum", "mean", "avg_pool1d", "avg_pool2d"), _sums),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max", "min"), _extremes),
}
"""How the operations that are not elementwise are opened."""
