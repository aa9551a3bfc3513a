"""What a drawing shows, in words: boxes of text and grids, arrows with captions, clusters.

All wording and all formatting of numbers happens here, once; what reads a `Picture` only places and colours it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from ..errors import GraphError
from ..formula import notation
from ..graph import LEAVES, Edge, Graph, Node, traits_of
from ..graph.measure import norm
from ..text.names import gradient_name
from ..text.numbers import clean, number, shape
from .bundles import bundles, common_sign, is_finite, paint_of, total
from .chain import Formulas, brief
from .flow_overlay import Paint, culprits, legend, painted, paints
from .flow_overlay import caption as size_caption
from .heat import LARGE, SMALL
from .key import NO_GRADIENT, key_of
from .on_cards import Badges, focus_of, marks_of
from .options import options_of
from .overlay import DOT, header
from .panels import ArrayStyle, Line, Panel, marked, panel
from .parts import Arrow, Box, Cluster, Picture
from .rows import around_cards, between_cards, hosted, hosts_of
from .scopes import clusters_of
from .shown_names import NAME, pretty, short

__all__ = ["Arrow", "Box", "Cluster", "DETAILS", "DIRECTIONS", "NAME", "Picture", "picture", "pretty"]

DETAILS = ("outline", "shapes", "values", "full")
FULL = len(DETAILS) - 1
DIRECTIONS = ("LR", "TB", "RL", "BT")
CAPTIONS = 600  # arrows up to which they have captions; each takes the place, and Graphviz's time, of a card
MAPS, CROWD = 6, 18  # arrays up to which heat maps are large, and up to which their numbers have all digits
IN_ARRAYS, IN_A_CROWD = 3, 2  # digits inside arrays, unless the user says how many
TERMS = 40  # inputs up to which a formula is written out


def picture(
    graph: Graph,
    *,
    detail: str = "values",
    direction: str = "LR",
    digits: int = 4,
    cells: int | None = None,
    rows: Mapping[int, tuple[str, ...]] | None = None,
    title: str = "",
    caption: str = "",
    key: bool = False,
    note: str = "",
    compact: bool = False,
) -> Picture:
    """Word a graph.

    ``detail``: ``outline`` (names, ops), ``shapes``, ``values``, or ``full`` (formulas with numbers, captions of the
    chain rule on the arrows). ``direction``: of the computation, LR, TB, RL or BT; empty leaves it to the layout.
    ``digits``: significant ones, ``cells`` of them inside arrays (3 by default; 2 if there are more than 18).
    ``rows``: by node, the names of the rows of its value. ``compact``: leaves that one card uses are rows of it. Above
    the picture stand ``title``, ``caption``, what colours and signs mean (``key``), and ``note``.
    """
    _one_of("detail", detail, DETAILS)
    if direction:
        _one_of("direction", direction, DIRECTIONS)
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= 17:
        raise GraphError(f"digits must be a whole number from 1 to 17, not {digits!r}")
    gathered = bundles(graph)
    words = _Words(graph, gathered, DETAILS.index(detail), digits, cells, rows or {})
    paint = paints(graph)
    loss = pretty(graph.output.name)
    hosts = {f"n{key}": f"n{host}" for key, host in hosts_of(graph, compact).items()}
    every = tuple(words.arrows(places, [paint[i] for i in places]) for places in gathered)
    chains = {a.source: a.lines for a in every if detail == "full" and hosts.get(a.source) == a.target}
    boxes = hosted((words.box(n, chains.get(f"n{n.key}", ())) for n in graph.nodes), hosts)
    arrows = between_cards(every, hosts)
    above = ((title, "headline"), (caption, "header"))
    return Picture(
        title=clean(title) or f"Computation of {loss}",
        description=f"{len(graph)} values and {len(graph.edges)} uses; {loss} = {words.brief(graph.output.value)}",
        boxes=boxes,
        arrows=arrows,
        clusters=around_cards(clusters_of(graph), hosts),
        direction=direction,
        note=note,
        header=(*(Line(clean(text), style) for text, style in above if text), *header(graph)),
        legend=legend(graph, [a.paint for a in arrows]),
        key=key_of(boxes, arrows) if key else (),
    )


class _Words:
    """Words the nodes and edges of one graph, at one level of detail."""

    def __init__(
        self,
        graph: Graph,
        gathered: Sequence[tuple[int, ...]],
        level: int,
        digits: int,
        cells: int | None,
        rows: Mapping[int, tuple[str, ...]],
    ) -> None:
        self.graph, self.level, self.digits, self.rows = graph, level, digits, rows
        self.formulas, self.loss = Formulas(graph, digits), graph.output.name
        self.run = any(n.base for n in graph.nodes)
        arrays = sum(np.ndim(n.value) > 0 for n in graph.nodes)
        cells = cells or min(digits, IN_ARRAYS if arrays <= CROWD else IN_A_CROWD)
        flow, full = painted(graph), level == FULL
        self.arrays = ArrayStyle(
            cells, SMALL if arrays > MAPS else LARGE, norm=full, zeros=flow, histogram=flow and full
        )
        self.badges, self.marks, self.focus = Badges(graph), marks_of(graph), focus_of(graph)
        self.culprits = culprits(graph)
        self.differentiated = any(n.gradient is not None for n in graph.nodes)
        sizes = (total(self.sent(places)) for places in gathered)
        self.largest = max((s for s in sizes if isfinite(s)), default=0.0)
        self.captioned = len(gathered) <= CAPTIONS

    def box(self, node: Node, chain: tuple[Line, ...] = ()) -> Box:
        """One card; ``chain`` is the caption of its only arrow, where it is a row and has none."""
        lines, panels = (*self._lines(node), *chain), self._panels(node)
        what = f"update, {node.op}" if node.is_update and not node.is_gradient else node.op
        facts = [what, shape(node.shape) if node.shape else f"value {self.brief(node.value)}"]
        if self.differentiated:
            facts.append("no gradient" if node.gradient is None else f"gradient {self.brief(node.gradient)}")
        label = f"{pretty(node.name)}: {', '.join(facts)}"
        judged = self.marks.get(node.key, ())
        marks = marked(judged, gradient_name(node.loss or self.loss, node.name))
        label += "".join(f"; {m.verdict}: {m.written}{m.right and f' (right: {m.right})'}" for m in judged)
        kind = self._kind(node)
        tags = self.badges.tags(node)
        label += "".join(f"; {badge.text.removeprefix(DOT)}" for badge in tags)
        faded = self.culprits is not None and node.key not in self.culprits
        return Box(f"n{node.key}", node.role, pretty(node.name), kind, lines, panels, tags, label, marks, faded=faded)

    def sent(self, places: Sequence[int]) -> list[Any]:
        """What these edges send back."""
        edges = (self.graph.edges[i] for i in places)
        return [e.contribution for e in edges if e.contribution is not None]

    def arrows(self, places: tuple[int, ...], paints: Sequence[Paint | None]) -> Arrow:
        """The arrow for some edges, most often for one."""
        return self.arrow(places[0], paints[0]) if len(places) == 1 else self.bundle(places, paints)

    def arrow(self, place: int, paint: Paint | None) -> Arrow:
        """One use of a tensor: what it sends back decides width, colour and caption."""
        edge, edges = self.graph.edges[place], (place,)
        ends = f"n{edge.source}", f"n{edge.target}"
        target = self.graph.node(edge.target)
        label = f"{pretty(edge.tensor)} to {pretty(target.name)}"
        sent = edge.contribution
        if not self.differentiated:
            return Arrow(*ends, (), 0.0, 0, label, edges=edges)
        if sent is None:
            return Arrow(*ends, (), None, 0, label, target.is_update, edges=edges)
        size = norm(sent)
        finite = bool(np.isfinite(sent).all())
        weight = self._weight(size) if finite else 0.0
        sign = int(np.sign(sent)) if np.ndim(sent) == 0 and finite else 0
        label += f", contribution {self.brief(sent)}"
        lines = self._caption(edge, target, paint)
        if paint is not None:
            weight = paint.share or 0.0
            label += "".join(f", {x.text}" for x in size_caption(sent, paint, self.digits, full=True))
        return Arrow(*ends, lines, weight, sign, label, finite=finite, paint=paint, contributes=True, edges=edges)

    def bundle(self, places: tuple[int, ...], paints: Sequence[Paint | None]) -> Arrow:
        """Many uses between two cards: how many, and what they send back together."""
        edge, count = self.graph.edges[places[0]], f"{len(places):,} uses"
        ends = f"n{edge.source}", f"n{edge.target}"
        source, target = self.graph.node(edge.source), self.graph.node(edge.target)
        label = f"{pretty(source.name)} to {pretty(target.name)}: {count}"
        lines = (Line(count, "caption"),) if self.captioned else ()
        sent, painted_edges = self.sent(places), [p for p in paints if p is not None]
        if not self.differentiated:
            return Arrow(*ends, lines, 0.0, 0, label, edges=places)
        if not sent:
            return Arrow(*ends, (), None, 0, label, target.is_update, edges=places)
        size, finite = total(sent), is_finite(sent)
        norms = f"‖·‖ {self.number(size)}"
        label += f", contributions {norms}"
        paint = paint_of(sent, painted_edges) if painted_edges else None
        sizes = size_caption(np.array([size]), paint, self.digits, False) if paint else (Line(norms, "contribution"),)
        weight = (paint.share or 0.0) if paint else self._weight(size) if finite else 0.0
        shown = (*lines, *sizes) if lines and self.level > 1 else lines
        sign = 0 if paint else common_sign(sent)
        return Arrow(*ends, shown, weight, sign, label, finite=finite, paint=paint, contributes=True, edges=places)

    def _weight(self, size: float) -> float:
        return min(size / self.largest, 1.0) ** 0.5 if self.largest else 0.0

    def brief(self, value: Any) -> str:
        return brief(value, self.digits)

    def number(self, value: Any) -> str:
        return number(value, self.digits)

    def _kind(self, node: Node) -> str:
        """The op of a card and the shape of its value; what role it has is in its colour."""
        plain = not node.formula and node.role in LEAVES or node.is_gradient or traits_of(node).kind == "update"
        what = "" if plain else node.symbol or node.op
        return f"{what} {shape(node.shape) if node.shape and self.level >= 1 else ''}".strip()

    def _lines(self, node: Node) -> tuple[Line, ...]:
        if node.is_group and self.level:
            counts = {k: v for k, v in node.attrs.items() if v}
            return (Line(", ".join(f"{number(v)} {k}" for k, v in counts.items()), "note"),) if counts else ()
        if self.level == 0 or not node.formula or node.is_gradient:
            return ()
        if len(node.args) > TERMS:
            return (Line(f"= {node.op} of {len(node.args)} tensors", "formula"),)
        names = self.formulas.names(node)
        tensors = bool(node.shape) or any(np.ndim(self.graph.carried(e)) for e in self.graph.inputs(node))
        lines = [Line(f"= {notation.text(node.formula, names, tensors=tensors)}", "formula")]
        closed = any(self.graph.node(e.source).is_group for e in self.graph.inputs(node))
        if self.level == FULL and not tensors and not closed:  # of a group, only the last of its values is known
            worked = self.formulas.worked(node, names)
            if worked != self.number(node.value):
                lines.append(Line(f"= {worked}", "numbers"))
        if options := options_of(node):
            lines.append(Line(options, "note"))
        return tuple(lines)

    def _panels(self, node: Node) -> tuple[Panel, ...]:
        if self.level < 2:
            return ()
        focus, names = self.focus.get(node.key, ()), self.rows.get(node.key, ())
        value = panel("", node.value, self.digits, self.arrays, focus=focus, names=names)
        if not self.differentiated:
            return (value,)
        heading = gradient_name(short(node.loss or self.loss), short(node.name))
        ends = node.is_update or self.run and not node.loss
        if node.gradient is None and (ends or node.is_constant and self.level < FULL):
            return (value,)  # the step ends here, it is not of a loss, or it takes none: nothing is missing
        if node.gradient is None:
            return (value, Panel(heading, NO_GRADIENT))
        return (value, panel(heading, node.gradient, self.digits, self.arrays, signed=True, names=names))

    def _caption(self, edge: Edge, target: Node, paint: Paint | None) -> tuple[Line, ...]:
        if self.level < 2 or not self.captioned:
            return ()
        if paint is None:
            return self.formulas.chain(edge, target, self.level == FULL)
        size = size_caption(edge.contribution, paint, self.digits, self.level == FULL)
        return (*self.formulas.chain(edge, target, full=True), *size) if self.level == FULL else size


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise GraphError(f"{what} {value!r} is not one of {', '.join(known)}")
