"""The scopes of a program as clusters, inside a cluster for each step of a run."""

from __future__ import annotations

from itertools import accumulate

from ..graph import Graph
from ..text.numbers import clean
from .parts import Cluster
from .shown_names import short

NESTED = 8  # scopes in each other up to which they are drawn so


def clusters_of(graph: Graph) -> tuple[Cluster, ...]:
    """The scopes of the program, down to some depth; in a run of several steps, inside a cluster for each step."""
    several = len({n.step for n in graph} - {None}) > 1
    boxes: dict[str, list[str]] = {}
    for node in graph.nodes:
        path = [f"step {node.step}"] * (several and node.step is not None) + [node.scope] * bool(node.scope)
        home = "/".join("/".join(path).split("/")[:NESTED])
        for outer in accumulate(home.split("/"), "{}/{}".format):
            boxes.setdefault(outer, [])
        boxes[home].append(f"n{node.key}")
    boxes.pop("", None)
    steps = {f"step {n.step}" for n in graph} if several else set()
    inner: dict[str, list[str]] = {}
    for scope in boxes:
        inner.setdefault(scope.rpartition("/")[0], []).append(scope)

    def inside(outer: str) -> tuple[Cluster, ...]:
        return tuple(
            Cluster(clean(short(s.rpartition("/")[2])), tuple(boxes[s]), inside(s), whole=s in steps)
            for s in inner.get(outer, ())
        )

    return inside("")
