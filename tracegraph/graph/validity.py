"""Whether nodes and edges make a graph: keys, names, roles, shapes, order and slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from ..errors import GraphError
from .node import ROLES, Edge, Node, shape

LONGEST = 100_000
"""Characters of a name or a scope: more makes every table and every picture slow."""
NESTED = 50_000_000
"""Characters of all scopes together with those that they lie in."""


def check_nodes(nodes: tuple[Node, ...], keys: Mapping[int, int] | None) -> None:
    """Raise `GraphError` for the first node that does not fit."""
    if keys is not None and len(keys) != len(nodes):
        raise GraphError("two nodes have the same key")
    check_scopes(dict.fromkeys(n.scope for n in nodes if n.scope))
    if len(dict.fromkeys(n.name for n in nodes)) != len(nodes):  # a set would take half as much again
        raise GraphError(f"two nodes are called {Counter(n.name for n in nodes).most_common(1)[0][0]!r}")
    for node in nodes:
        if len(node.name) > LONGEST or len(node.scope) > LONGEST:
            raise GraphError(f"node {node.name[:40]!r}: more than {LONGEST} characters in its name or scope")
        if node.role not in ROLES:
            raise GraphError(f"node {node.name!r}: role {node.role!r} is not one of {', '.join(ROLES)}")
        if node.value is None:
            raise GraphError(f"node {node.name!r} has no value")
        if node.gradient is not None and shape(node.gradient) != shape(node.value):
            raise GraphError(f"node {node.name!r}: gradient {shape(node.gradient)} for a value {node.shape}")


def check_scopes(scopes: Iterable[str]) -> None:
    """Raise `GraphError` where scopes lie in one another so deeply that their names have no end."""
    if sum(len(scope) * (scope.count("/") + 1) for scope in scopes) // 2 > NESTED:
        raise GraphError(f"scopes are nested too deeply: their full names have more than {NESTED} characters")


def check_edges(nodes: tuple[Node, ...], edges: Iterable[Edge], place: Callable[[int], int]) -> None:
    """Raise `GraphError` for the first edge that does not fit; edges come by target and slot."""
    counts = [0] * len(nodes)
    for edge in edges:
        source, target = place(edge.source), place(edge.target)
        node = nodes[source]
        if source >= target:
            raise GraphError(f"{_arrow(node, nodes[target])}: the source does not come before the target")
        if edge.slot != counts[target]:
            raise GraphError(f"{_arrow(node, nodes[target])}: slot {edge.slot} where {counts[target]} was due")
        counts[target] += 1
        part = edge.contribution
        expected = shape(node.value) if edge.index is None else ()
        if part is not None and not node.is_group and shape(part) != expected:
            raise GraphError(f"{_arrow(node, nodes[target])}: contribution {shape(part)}, value {node.shape}")
    for node, count in zip(nodes, counts):
        if node.formula and count != len(node.args):
            raise GraphError(f"node {node.name!r}: {len(node.args)} arguments, but {count} edges come in")


def _arrow(source: Node, target: Node) -> str:
    return f"edge {source.name!r} -> {target.name!r}"
