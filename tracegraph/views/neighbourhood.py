"""What lies around a few nodes of a large graph, with the rest in groups."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from ..graph import Graph, Node
from .collapse import group

NEAR = 2  # arrows from a node to what is shown around it
FEW = 2  # operations in a row outside of scopes that stay as they are


def neighbourhood(graph: Graph, keys: Collection[int]) -> tuple[Graph, str]:
    """Keep the nodes up to two arrows from these, and the output; put what lies between them into groups.

    A group is a scope in which nothing is kept, or several in a row; without scopes it is a row of operations. Returns
    the graph and a note that says so.
    """
    kept = _around(graph, keys) | {graph.output.key}
    open_scopes = {scope for n in graph if n.key in kept for scope in _scopes(n)}
    names = dict(_names(graph, kept, open_scopes))
    near = group(graph, names) if names else graph
    groups, depth = sum(n.is_group for n in near), max((len([*_scopes(n)]) for n in graph), default=0) or 1
    return near, f"{len(near) - groups} operations around what was found, {groups} groups; all with depth={depth}"


def _around(graph: Graph, keys: Collection[int]) -> set[int]:
    reached = {n.key for n in graph if n.key in keys}
    for _ in range(NEAR):
        reached |= {k for e in graph.edges if {e.source, e.target} & reached for k in (e.source, e.target)}
    return reached


def _scopes(node: Node) -> Iterator[str]:
    """The scopes that a node is in, from the outermost on."""
    parts = node.scope.split("/") if node.scope else []
    return ("/".join(parts[: i + 1]) for i in range(len(parts)))


def _names(graph: Graph, kept: Collection[int], open_scopes: Collection[str]) -> Iterator[tuple[int, str]]:
    """By node that is not kept, the name of its group: from the first part of a row to the last one."""
    parts = [(n.key, next((s for s in _scopes(n) if s not in open_scopes), str(i))) for i, n in enumerate(graph, 1)]
    rest = [part for part in parts if part[0] not in kept]
    for _, run in groupby(rest, key=lambda part: part[1].rpartition("/")[0] if not part[1].isdecimal() else None):
        row = [*run]
        first, last = row[0][1], row[-1][1]
        name = first if first == last else f"{first} to {last}"
        if len(row) > FEW or not first.isdecimal():
            yield from ((key, name) for key, _ in row)
