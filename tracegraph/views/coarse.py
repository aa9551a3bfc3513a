"""A view that reduces a large graph to a number of cards that can be laid out and read."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from ..errors import GraphError
from ..graph import Graph, Node
from .collapse import group
from .fold import fold
from .steps import by_step

SCOPES = 100  # cards of a large graph, where scopes that the program names are cards
RUNS = 24  # where operations in a row have to be
FOLDED = 4000  # nodes up to which a graph is folded before its cards are counted


def reduced(graph: Graph, depth: int | None, most: int, folded: bool = True) -> tuple[Graph, str]:
    """Close scopes deeper than ``depth``; where more than ``most`` cards are left, put them into a few groups.

    Returns the graph and a note that says what was done, empty where nothing was. ``folded``: as `fold` does, too.
    """
    few = len(graph) <= FOLDED
    shown, note = to_depth(fold(graph) if folded and few else graph, depth), ""
    if len(shown) > most:
        shown, note = coarse(to_depth(graph, depth), most, graph)
    return (fold(shown) if folded and (note or not few) else shown), note


def to_depth(graph: Graph, depth: int | None) -> Graph:
    """Close the scopes deeper than this, and at 0 the steps of a training run, too; None leaves all open."""
    if depth is None:
        return graph
    if not isinstance(depth, int) or depth < 0:
        raise GraphError(f"depth must be a whole number, 0 or more, not {depth!r}")
    return _closed(graph if depth else by_step(graph), depth)


def coarse(graph: Graph, most: int, whole: Graph | None = None) -> tuple[Graph, str]:
    """Put the operations into groups, so that at most ``most`` cards are left: every graph can be drawn.

    Steps of a training run, and scopes, are groups as they are, the deepest ones that are few; where that does not
    help, operations in a row are one: named by their places in the ``whole`` graph, which is this one by default.
    """
    whole = whole or graph
    if len(graph) <= most:
        return graph, ""
    made, few = by_step(graph, most), min(most, SCOPES)
    steps = len(made) <= most
    if not steps:
        made = _by_scope(made, few)
        made = _runs(whole, made, min(most // 2, RUNS)) if len(made) > few else made
    groups = [n.name for n in made if n.is_group]
    way = f"step={min(n.step for n in graph if n.step)}" if steps else f'scope="{groups[0]}"'
    return made, f"{len(whole):,} operations in {len(groups)} groups; open one with {way}"


def _by_scope(graph: Graph, most: int) -> Graph:
    """The graph with scopes closed: the deepest level of which there are so few, else the outermost."""
    deepest = max((n.scope.count("/") for n in graph if n.scope), default=-1)
    few = bisect_right(range(deepest + 1), most, key=lambda level: _cards(graph, level))
    for level in range(few - 1, 0, -1):
        if len(closed := _closed(graph, level)) <= most:
            return closed
    return _closed(graph, 0)


def _cards(graph: Graph, level: int) -> int:
    """How many cards there are at least when the scopes of this level are closed."""
    return len({_outer(n, level) or n.key for n in graph})


def _closed(graph: Graph, level: int) -> Graph:
    """The graph with each scope of this level, and everything inside it, as one card."""
    names = {n.key: scope for n in graph if (scope := _outer(n, level))}
    return group(graph, names) if names else graph


def _outer(node: Node, level: int) -> str:
    """The scope of this level that a node is in, 0 for the outermost; empty for none."""
    return "/".join(node.scope.split("/", level + 1)[: level + 1]) if node.scope.count("/") >= level else ""


def _runs(whole: Graph, graph: Graph, most: int) -> Graph:
    """Cards that follow each other as one, so that at most ``most`` are left, named by the first and the last."""
    place = {n.key: i for i, n in enumerate(whole, 1)}
    count = min(max(most, 1), len(graph))
    bounds = [len(graph) * i // count for i in range(count + 1)]
    names: dict[int, str] = {}
    for begin, end in pairwise(bounds):
        cards = graph.nodes[begin:end]
        ends = [n.name.split(" to ") if n.is_group else [str(place[n.key])] for n in (cards[0], cards[-1])]
        first, last = ends[0][0], ends[1][-1]
        names.update(dict.fromkeys((n.key for n in cards), f"{first} to {last}" if first != last else first))
    return group(graph, names)
