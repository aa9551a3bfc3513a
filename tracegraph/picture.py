"""What a drawing shows, in words: boxes of text and grids, arrows with captions, clusters.

All wording and all formatting of numbers happens here, once; what reads a `Picture` only places and colours it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import formula, notation
from .errors import GraphError
from .graph import Edge, Graph, Node
from .heat import Heat, heat
from .numbers import cell, clean, gradient_name, number, pretty, shape

DETAILS = ("outline", "shapes", "values", "full")
DIRECTIONS = ("LR", "TB", "RL", "BT")
GRID = 8  # rows up to which an array is shown number by number
WIDE = 12  # columns of such an array
SLICES = 4  # matrices of a small three-dimensional array that are shown side by side
CAPTIONS = 600  # arrows up to which they have captions; each takes the place, and Graphviz's time, of a card
NO_GRADIENT = "–"
NEUTRAL = {"dilation": 1, "groups": 1, "count_include_pad": True, "mode": "constant"}
"""Options that say nothing where they have these values; None and False never do."""
IN_FORMULA = ("reduction", "n")
"""Options that the formula shows by its form."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; ``style`` is one of `theme.STYLES`."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix number by number; ``tones`` from -1 to 1 colour the cells, None where a number is not finite.

    ``focus``: which cells are framed; empty for none.
    """

    cells: tuple[tuple[str, ...], ...]
    tones: tuple[tuple[float | None, ...], ...]
    focus: tuple[tuple[bool, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A value or a gradient: a heading over a number, grids, or a heat map and a summary; ``sign`` colours a number."""

    heading: str
    number: str = ""
    sign: int = 0
    grids: tuple[Grid, ...] = ()
    lines: tuple[Line, ...] = ()
    heat: Heat | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """One card."""

    key: str
    role: str
    title: str
    kind: str
    lines: tuple[Line, ...] = ()
    panels: tuple[Panel, ...] = ()
    tags: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One edge; ``weight`` from 0 to 1 is its width, None where no gradient flows; ``sign`` its colour.

    ``update``: it leads into an update of a parameter, where none is meant to flow.
    """

    source: str
    target: str
    lines: tuple[Line, ...] = ()
    weight: float | None = None
    sign: int = 0
    label: str = ""
    update: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """A scope: the boxes directly in it, and the scopes inside."""

    title: str
    boxes: tuple[str, ...]
    inner: tuple[Cluster, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything a renderer needs to know, and nothing about where it goes."""

    title: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    clusters: tuple[Cluster, ...]
    direction: str
    note: str = ""


def picture(
    graph: Graph, *, detail: str = "values", direction: str = "LR", digits: int = 4, note: str = ""
) -> Picture:
    """Word a graph.

    ``detail``: ``outline`` (names, ops), ``shapes``, ``values``, or ``full`` (formulas with numbers, captions of the
    chain rule on the arrows). ``direction``: of the computation, LR, TB, RL or BT. ``digits``: significant ones.
    ``note`` is put above the picture.
    """
    _one_of("detail", detail, DETAILS)
    _one_of("direction", direction, DIRECTIONS)
    if not isinstance(digits, int) or not 1 <= digits <= 17:
        raise GraphError(f"digits must be a whole number from 1 to 17, not {digits!r}")
    words = _Words(graph, DETAILS.index(detail), digits)
    loss = pretty(graph.output.name)
    return Picture(
        title=f"Computation of {loss}",
        description=f"{len(graph)} values and {len(graph.edges)} uses; {loss} = {words.brief(graph.output.value)}",
        boxes=tuple(words.box(n) for n in graph.nodes),
        arrows=tuple(words.arrow(e) for e in graph.edges),
        clusters=_clusters(graph),
        direction=direction,
        note=note,
    )


class _Words:
    """Words the nodes and edges of one graph, at one level of detail."""

    def __init__(self, graph: Graph, level: int, digits: int) -> None:
        self.graph, self.level, self.digits = graph, level, digits
        self.loss = graph.output.name
        self.differentiated = any(n.gradient is not None for n in graph.nodes)
        sizes = [_size(e.contribution) for e in graph.edges if e.contribution is not None]
        self.largest = max([s for s in sizes if np.isfinite(s)], default=0.0)

    def box(self, node: Node) -> Box:
        lines, panels = self._lines(node), self._panels(node)
        said = [node.op, shape(node.shape)] if node.shape else [node.op, f"value {self.brief(node.value)}"]
        if self.differentiated:
            said.append("no gradient" if node.gradient is None else f"gradient {self.brief(node.gradient)}")
        label = f"{pretty(node.name)}: {', '.join(said)}"
        return Box(f"n{node.key}", node.role, pretty(node.name), self._kind(node), lines, panels, node.tags, label)

    def arrow(self, edge: Edge) -> Arrow:
        source, target = self.graph.node(edge.source), self.graph.node(edge.target)
        label = f"{pretty(edge.tensor)} to {pretty(target.name)}"
        sent = edge.contribution
        if sent is None:
            return Arrow(f"n{source.key}", f"n{target.key}", (), None, 0, label, target.role == "update")
        size = _size(sent)
        weight = 1.0 if not np.isfinite(size) else (size / self.largest) ** 0.5 if self.largest else 0.0
        sign = int(np.sign(sent)) if np.ndim(sent) == 0 and np.isfinite(sent) else 0
        label += f", contribution {self.brief(sent)}"
        return Arrow(f"n{source.key}", f"n{target.key}", self._caption(edge, target), weight, sign, label)

    def brief(self, value: Any) -> str:
        """A number, or the norm of an array."""
        return self.number(value) if np.ndim(value) == 0 else f"‖·‖ {self.number(_size(value))}"

    def number(self, value: Any) -> str:
        return number(value, self.digits)

    def _kind(self, node: Node) -> str:
        what = node.role if not node.formula and node.role in ("input", "parameter", "constant") else node.symbol
        size = shape(node.shape) if node.shape and self.level >= 1 else ""
        return f"{what} {size}".strip() or node.op

    def _lines(self, node: Node) -> tuple[Line, ...]:
        if node.role == "group" and self.level:
            counts = {k: v for k, v in node.attrs.items() if v}
            return (Line(", ".join(f"{number(v)} {k}" for k, v in counts.items()), "note"),) if counts else ()
        if self.level == 0 or not node.formula or node.op == "gradient":
            return ()
        names = self._names(node)
        tensors = bool(node.shape) or any(np.ndim(self.graph.carried(e)) for e in self.graph.inputs(node))
        lines = [Line(f"{pretty(node.name)} = {notation.text(node.formula, names, tensors=tensors)}", "formula")]
        if self.level == 3 and not tensors:
            numbers = {a: self.number(self.graph.carried(e)) for a, e in self._args(node)}
            worked = notation.text(node.formula, {**names, **numbers})
            if worked != self.number(node.value):
                lines.append(Line(f"{worked} = {self.number(node.value)}", "numbers"))
        if options := _options(node):
            lines.append(Line(options, "note"))
        return tuple(lines)

    def _args(self, node: Node) -> list[tuple[str, Edge]]:
        return list(zip(node.args, self.graph.inputs(node), strict=True))

    def _names(self, node: Node) -> dict[str, str]:
        """How each name in a node's formula is written: inputs by their names, options by their values."""
        options = {k: _option(v) for k, v in node.attrs.items()}
        return {**options, **{a: pretty(e.tensor) for a, e in self._args(node)}, "y": pretty(node.name)}

    def _panels(self, node: Node) -> tuple[Panel, ...]:
        if self.level < 2:
            return ()
        value = self._panel("value", node.value, focus=node.focus)
        if not self.differentiated:
            return (value,)
        heading = gradient_name(node.loss or self.loss, node.name)
        if node.gradient is None and node.role == "update":
            return (value,)  # the step ends here: nothing is missing
        if node.gradient is None:
            return (value, Panel(heading, NO_GRADIENT))
        return (value, self._panel(heading, node.gradient, signed=True))

    def _panel(self, heading: str, value: Any, signed: bool = False, focus: tuple[Any, ...] = ()) -> Panel:
        if np.ndim(value) == 0:
            return Panel(heading, self.number(value), int(np.sign(value)) if signed and np.isfinite(value) else 0)
        array = np.asarray(value)
        if array.size == 0:
            return Panel(heading, "empty")
        matrices = _matrices(array)
        if matrices is not None:
            framed = _matrices(_mask(array, focus)) if focus else None
            grids = [_grid(m, self._largest(array), self.digits) for m in matrices]
            if framed:
                grids = [replace(g, focus=tuple(map(tuple, f.tolist()))) for g, f in zip(grids, framed, strict=True)]
            return Panel(heading, grids=tuple(grids))
        image = heat(array)
        note = (Line(image.note, "note"),) if image.note else ()
        return Panel(heading, lines=(*self._summary(array), *note, *_extent(focus)), heat=image)

    def _largest(self, array: Any) -> float:
        sizes = np.abs(array.astype(float))
        return float(sizes[np.isfinite(sizes)].max(initial=0.0))

    def _summary(self, array: Any) -> tuple[Line, ...]:
        with np.errstate(all="ignore"):
            low, mid, high = (float(f(array)) for f in (np.min, np.mean, np.max))
        lines = [f"{self.number(low)} … {self.number(high)}", f"mean {self.number(mid)}", self.brief(array)]
        bad = int(array.size - np.isfinite(array).sum())
        return tuple(Line(text, "note") for text in lines + ([f"{bad} not finite"] if bad else []))

    def _caption(self, edge: Edge, target: Node) -> tuple[Line, ...]:
        if self.level < 2 or len(self.graph.edges) > CAPTIONS:
            return ()
        sent = self.brief(edge.contribution)
        if self.level == 2 or edge.vjp is None:
            return (Line(sent, "contribution"),)
        if edge.local is None or target.gradient is None:
            return (Line(self._rule(edge, target), "caption"), Line(sent, "contribution"))
        slope = self.number(edge.local)
        chain = f"{self.number(target.gradient)}·{self._factor(edge.local)} = {sent}"
        symbolic = self._slope(edge, target)
        first = f"{_quotient(target, edge)} = {symbolic}" + ("" if symbolic == slope else f" = {slope}")
        return (Line(first, "caption"), Line(chain, "contribution"))

    def _factor(self, value: Any) -> str:
        written = self.number(value)
        return f"({written})" if written.startswith("−") or "×" in written else written

    def _slope(self, edge: Edge, target: Node, tensors: bool = False) -> str | None:
        local = formula.local(edge.vjp or "")
        return None if local is None else notation.text(local, self._names(target), tensors=tensors)

    def _rule(self, edge: Edge, target: Node) -> str:
        """The way back through an array operation: its local derivative, or the whole rule with g for the gradient."""
        slope = self._slope(edge, target, tensors=True)
        stretched = self.graph.node(edge.source).shape != target.shape and slope is not None
        if slope is not None and not stretched:
            return f"{_quotient(target, edge)} = {slope}"
        names = {**self._names(target), "g": "g"}
        rule = notation.text(edge.vjp or "", names, tensors=True)
        return f"Σ {rule}" if stretched and np.size(edge.contribution) < np.size(target.value) else rule


def _quotient(target: Node, edge: Edge) -> str:
    return f"∂{pretty(target.name)}/∂{pretty(edge.tensor)}"


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise GraphError(f"{what} {value!r} is not one of {', '.join(known)}")


def _size(value: Any) -> float:
    """Absolute value, or Euclidean norm of an array."""
    with np.errstate(all="ignore"):
        return abs(float(value)) if np.ndim(value) == 0 else float(np.linalg.norm(np.asarray(value, float).ravel()))


def _options(node: Node) -> str:
    """The options that matter to the reader: not those that are in the formula already, nor those that are off."""
    hidden = set(formula.names(node.formula))
    shown = {k: v for k, v in node.attrs.items() if k not in hidden and not _says_nothing(k, v)}
    return ", ".join(f"{clean(k).replace('_', ' ')} {_option(v)}" for k, v in shown.items())[:80]


def _says_nothing(option: str, value: Any) -> bool:
    return value is None or value is False or value is NEUTRAL.get(option) or option in IN_FORMULA


def _option(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value, 4)
    if isinstance(value, (tuple, list)) and all(isinstance(v, int) for v in value):
        return "(" + ", ".join(map(number, value)) + ")"
    if isinstance(value, np.ndarray):
        return f"array {shape(value.shape)}"
    return clean(str(value))


def _matrices(array: Any) -> list[Any] | None:
    """A small array as matrices to be shown number by number; None where it is too large."""
    rows = np.atleast_2d(array)
    while rows.ndim > 2 and rows.shape[0] == 1:
        rows = rows[0]
    if rows.shape[-2] > GRID or rows.shape[-1] > WIDE or rows.ndim > 3 or (rows.ndim == 3 and len(rows) > SLICES):
        return None
    return [rows] if rows.ndim == 2 else list(rows)


def _mask(array: Any, focus: tuple[Any, ...]) -> Any:
    """Where the elements of interest are."""
    mask = np.zeros(array.shape, bool)
    mask[tuple(np.transpose(focus))] = True
    return mask


def _extent(focus: tuple[Any, ...]) -> tuple[Line, ...]:
    """Where the elements of interest are, in words, for an array too large to frame them."""
    if not focus:
        return ()
    ends = zip(np.min(focus, axis=0).tolist(), np.max(focus, axis=0).tolist(), strict=True)
    return (Line("reads " + ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in ends), "note"),)


def _grid(matrix: Any, largest: float, digits: int) -> Grid:
    def tone(x: Any) -> float | None:
        return None if not np.isfinite(x) else float(x) / largest if largest else 0.0

    shown = min(digits, 3)
    cells = tuple(tuple(cell(x, shown) for x in row) for row in matrix)
    return Grid(cells, tuple(tuple(tone(x) for x in row) for row in matrix))


def _clusters(graph: Graph) -> tuple[Cluster, ...]:
    boxes: Mapping[str, list[str]] = {scope: [] for scope in graph.scopes}
    for node in graph.nodes:
        if node.scope:
            boxes[node.scope].append(f"n{node.key}")

    def inside(outer: str) -> tuple[Cluster, ...]:
        level = [s for s in graph.scopes if s.rpartition("/")[0] == outer]
        return tuple(Cluster(clean(s.rpartition("/")[2]), tuple(boxes[s]), inside(s)) for s in level)

    return inside("")
