"""The words for the birth of a NaN or an infinity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...graph import LEAVES, Edge, Graph, Node, traits_of
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding
from .double_link import log_of, stable
from .nonfinite_causes import Operands, overflows, said, why
from .operands import Index, elements_behind, elements_behind_contribution, pointwise

_WIDEST = 34  # letters of a badge
_FEW = 4  # operands that are written one by one
_NAMES = {"nan": "NaN", "inf": "inf"}


@dataclass(frozen=True, slots=True)
class Birth:
    """Elements of a node that are NaN, or infinite, first.

    ``way``: "data", "forward", "backward" (then ``edge`` is the arrow) or "sum". ``index``: the first elements, and
    ``count`` of them all.
    """

    kind: str
    way: str
    node: Node
    index: tuple[Index, ...]
    count: int
    edge: Edge | None = None


class _Phrase(NamedTuple):
    short: str
    long: str
    numbers: str = ""
    remedy: str = ""


def finding(graph: Graph, birth: Birth) -> Finding:
    """The finding for a birth: badge, and a sentence with the index, the operands, the cause and the remedy."""
    words = _WAYS[birth.way](graph, birth)
    name, where = _NAMES[birth.kind], _place(graph, birth)
    badge = f"{name} {words.short}"
    if len(badge) > _WIDEST:
        op = birth.node.op if len(birth.node.op) <= 13 else birth.node.symbol
        badge = f"{name} born {'backward ' if birth.edge else ''}in {pretty(op)}"[:_WIDEST]
    return Finding(
        birth.kind,
        birth.node.key,
        badge,
        f"{words.long}{where}{words.numbers}",
        float(birth.count),
        index=birth.index,
        tone="invalid",
        remedy=words.remedy,
        way=birth.way,
    )


def _place(graph: Graph, birth: Birth) -> str:
    index, count = birth.index[0], birth.count
    more = f", the first of {count}" if count > 1 else ""
    if birth.edge is not None and not graph.node(birth.edge.target).shape == np.shape(birth.edge.contribution):
        return f", at {pretty(birth.edge.tensor)}{_at(index)}{more}"
    return f" at {_at(index)}{more}" if index else ""


def _at(index: Index) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


# --- the four ways ---------------------------------------------------------------------------------------------------


def _of_data(graph: Graph, birth: Birth) -> _Phrase:
    what = birth.node.op if birth.node.op in LEAVES else birth.node.role
    return _Phrase(
        f"in the {what}", f"the {what} holds {_NAMES[birth.kind]} before any operation", "", "clean the data"
    )


def _of_sum(graph: Graph, birth: Birth) -> _Phrase:
    parts = [np.asarray(e.contribution)[birth.index[0]] for e in graph.uses(birth.node) if e.contribution is not None]
    what = "∞ − ∞" if birth.kind == "nan" else overflows(birth.node.value)
    if birth.kind == "nan" and not np.isinf(parts).any():
        what = f"∞ − ∞: a partial sum {overflows(birth.node.value)}"
    long = f"on the way back, the sum of {len(parts)} contributions: {what}"
    return _Phrase("born in the sum of gradients", long, f": {_listed(np.asarray(parts))}")


def _of_value(graph: Graph, birth: Birth) -> _Phrase:
    node, index = birth.node, birth.index[0]
    at, over = elements_behind(graph, node, index), overflows(node.value)
    if node.is_group:
        return _Phrase("born inside", "born inside the group", "", "look at the graph before it is collapsed")
    match = why(traits_of(node).singular, "forward", birth.kind, {**at, "y": np.ravel(np.asarray(node.value)[index])})
    if match is None:
        what = over if birth.kind == "inf" else "∞ among its operands" if _any_inf(at) else "not a number"
        return _Phrase(f"born: {node.op}", f"{node.op}: {what}", _numbers(graph, node, at, 0))
    cause, place = match
    short = said(cause.words, node.op, at, place, index, "overflows", 3)
    long = said(cause.words, node.op, at, place, index, over)
    if behind_where(graph, node):
        cause = next((c for c in traits_of(node).singular if c.way == "derivative"), cause)
        long = f"{long}, in a branch of `where`"
    link = log_of(graph, node)
    remedy = stable(link) if link else said(cause.remedy, node.op, at, place, index, over)
    return _Phrase(f"born: {short}", long, _numbers(graph, node, at, place), remedy)


def _of_rule(graph: Graph, birth: Birth) -> _Phrase:
    assert birth.edge is not None
    node, index, slot = birth.node, birth.index[0], birth.edge.slot
    at = elements_behind_contribution(graph, node, np.shape(birth.edge.contribution), index)
    over = overflows(birth.edge.contribution)
    short, long, place, remedy = _singular(graph, birth, at, slot) or _turned(birth, at, index, over)
    return _Phrase(f"born backward: {short}", f"on the way back, {long}", _numbers(graph, node, at, place), remedy)


def _singular(graph: Graph, birth: Birth, at: Operands, slot: int) -> tuple[str, str, int, str] | None:
    """An infinite derivative, alone or times a gradient of 0."""
    node = birth.node
    match = why(traits_of(node).singular, "derivative", birth.kind, at, slot)
    if match is None:
        return None
    cause, place = match
    short = said(cause.words, node.op, at, place, (), "", 3)
    long = f"the derivative of {said(cause.words, node.op, at, place, (), '')} is infinite"
    remedy = said(cause.remedy, node.op, at, place, (), "")
    if birth.kind == "inf":
        return short, long, place, remedy
    if behind_where(graph, node):
        return "0·∞ in where", f"0·∞ in the branch of `where` that was not taken: {long}", place, remedy
    return "0·∞", f"0·∞: no gradient arrives here, and {long}", place, remedy


def _turned(birth: Birth, at: Operands, index: Index, over: str) -> tuple[str, str, int, str]:
    op, match = birth.node.op, why(traits_of(birth.node).singular, "backward", birth.kind, at)
    if match:
        cause, place = match
        full = said(cause.words, op, at, place, index, over)
        return said(cause.words, op, at, place, index, over, 3), full, place, cause.remedy
    if birth.kind == "inf":
        n = f", summed over {at['g'].size} places," if at["g"].size > 1 else ""
        return "overflow", f"derivative · gradient{n} {over}", _largest(at), ""
    what = "0·∞ or ∞ − ∞" if _any_inf(at) else f"∞ − ∞: a partial sum {over}"
    return what.partition(":")[0], what, 0, ""


def behind_where(graph: Graph, node: Node) -> bool:
    """Whether the path from a node, without a fork and not too far, ends in a branch of `where`."""
    for _ in range(100):
        uses = graph.uses(node)
        if len(uses) != 1:
            return False
        node = graph.node(uses[0].target)
        if traits_of(node).gate == "condition":
            return uses[0].slot > 0
    return False


_WAYS = {"data": _of_data, "forward": _of_value, "backward": _of_rule, "sum": _of_sum}


# --- numbers ---------------------------------------------------------------------------------------------------------


def _any_inf(at: Operands) -> bool:
    return any(np.isinf(v).any() for v in at.values() if v.dtype.kind == "f")


def _largest(at: Operands) -> int:
    """The number of the largest gradient that arrives."""
    return int(np.argmax(np.abs(at["g"]))) if at["g"].size else 0


def _numbers(graph: Graph, node: Node, at: Operands, place: int) -> str:
    """The operands as numbers: those of one element, or all that enter it."""
    titles = dict(zip(list(at)[-len(graph.inputs(node)) :], (pretty(e.tensor) for e in graph.inputs(node))))
    alone = pointwise(graph, node)
    parts = []
    for key, v in at.items():
        written = number(v[place]) if alone or v.size == 1 else _listed(v)
        title = {"g": "gradient"}.get(key, titles.get(key))
        if title is not None:
            parts.append(f"{title} = {written}")
    return f": {', '.join(parts)}" if parts else ""


def _listed(v: np.ndarray[Any, Any]) -> str:
    """Some numbers one by one, many by their range."""
    flat = np.ravel(v)
    if flat.size <= _FEW:
        return f"({', '.join(number(x) for x in flat)})"
    well = flat[~np.isnan(flat)] if flat.dtype.kind == "f" else flat
    span = f" from {number(well.min())} to {number(well.max())}" if well.size else ""
    return f"{flat.size} numbers{span}"
