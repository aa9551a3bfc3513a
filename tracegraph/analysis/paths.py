"""The strongest paths of a gradient."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from math import isnan, nan
from typing import Any, overload

from ..errors import GraphError
from ..graph import Graph
from ..graph.note import Path, PathsNote
from ..notebook import TEXT
from ..text.names import pretty
from ..text.numbers import number
from ..text.table import columns
from .best_paths import MANY, PartialPath, locals_of, shares_of, strongest, uses_towards_loss
from .flow import Flow, inspected

__all__ = ["Path", "Paths", "paths"]

NAMES = 12  # of a path, in a line


class Paths(Sequence[Path]):
    """The result of `paths`, strongest first; ``str`` of it is a table.

    ``graph``: the one that was searched. ``total``: how many paths there are, counted up to 10¹². ``rest``: the share
    of those that are not listed. ``flow``: the graph with these paths, to be drawn.
    """

    __slots__ = ("graph", "total", "_paths", "_rest")

    def __init__(self, graph: Graph, found: Iterable[Path], total: int, gradient: float | None = None) -> None:
        self.graph, self.total, self._paths = graph, total, tuple(found)
        left = None if gradient is None else gradient - sum(p.contribution or 0.0 for p in self)
        self._rest = Path((), (), (), 1 - sum(p.share for p in self), left)

    @overload
    def __getitem__(self, place: int) -> Path: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Path, ...]: ...

    def __getitem__(self, place: int | slice) -> Path | tuple[Path, ...]:
        return self._paths[place]

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def rest(self) -> float:
        return self._rest.share

    @property
    def flow(self) -> Flow:
        """The graph with these paths and the findings of `flow`."""
        found = self.graph if "flow" in self.graph.notes else inspected(self.graph, {}).graph
        return Flow(found.with_note("paths", PathsNote(paths=tuple(self))))

    def __str__(self) -> str:
        rows = [(_percent(p), number(p.contribution), line) for p, line in zip(self, self._lines())]
        if others := self.total - len(self):
            count = f"{number(others)} others" if self.total < MANY else "more than a trillion others"
            name = count if others > 1 else "the other one"
            rows.append((_percent(self._rest), number(self._rest.contribution), name))
        table = rows if self[0].contribution is not None else [row[::2] for row in rows]
        return "\n".join(columns(table, right=range(len(table[0]) - 1)))

    def __repr__(self) -> str:
        first = self[0]
        return f"Paths({len(self)} of {self.total} from {first.names[0]!r} to {first.names[-1]!r})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        forms = self.flow._repr_mimebundle_(include, exclude)
        return {**forms, TEXT: str(self)} if TEXT in forms else forms

    def _lines(self) -> list[str]:
        """The names on each path, without generated names as far as the paths stay distinct."""
        forms = [(self._brief(p), _joined(p.names), f"{_joined(p.names)} (slots {_listed(p.slots)})") for p in self]
        count = Counter(text for alternatives in forms for text in dict.fromkeys(alternatives))
        return [next((text for text in alternatives if count[text] == 1), alternatives[-1]) for alternatives in forms]

    def _brief(self, path: Path) -> str:
        ends = path.nodes[0], path.nodes[-1]
        return _joined([n for n, key in zip(path.names, path.nodes) if key in ends or self.graph.node(key).named])


def paths(what: Any, name: str, *, k: int = 3, step: int | None = None) -> Paths:
    """The strongest paths on which a gradient comes from the loss to a tensor, with their shares.

    ``what``: a tensor, a graph, or a function without parameters. ``step``: of a training run, the one whose loss is
    meant. Raises `GraphError` for a name that is not there, and where no gradient arrives.

    Between scalars this is exact: a path contributes the product of the local derivatives on it, and all paths sum to
    the gradient (F. L. Bauer, "Computational graphs and rounding error", 1974). Shares have signs then, and are larger
    than 1 where others cancel; the strongest is the one of the largest size. Where there are tensors on the way, each
    hands its share on to its uses in proportion to the norms of their contributions, so that all sum to 1, as relevance
    does in layer-wise propagation (Bach and others, 2015). A path that brings NaN or infinity comes first.

    >>> import tracegraph as tg
    >>> x = tg.tensor(3.0, "x")
    >>> print(tg.paths(x * x + 4 * x, "x", k=2))
    40 %  4  x → mul₂ → add₁
    30 %  3  x → mul₁ → add₁
    30 %  3  the other one
    """
    from ..frontends import graph_of
    from ..views.steps import picked

    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise GraphError(f"paths: k must be a whole number from 1, not {k!r}")
    graph = picked(graph_of(what, (), sys._getframe(1)), step)
    start = _start(graph, name, step)
    uses = uses_towards_loss(graph, start)
    locals_ = locals_of(graph, uses)
    seeds = {key: 1.0 if locals_ is None else graph.node(key).gradient for key, edges in uses.items() if not edges}
    routes, total = strongest(uses, locals_ or shares_of(uses), seeds, k)
    gradient = None if locals_ is None else float(graph.node(start).gradient)
    return Paths(graph, [_path(graph, start, route, gradient) for route in routes], total, gradient)


def _start(graph: Graph, name: str, step: int | None) -> int:
    """The key of the named tensor; in a step of training, of the parameter from which its loss was computed."""
    if not isinstance(name, str):
        raise GraphError(f"paths: give the name of a tensor, not {type(name).__name__}")
    alike = [n for n in graph if step is not None and name in (n.name, n.base) and n.gradient is not None]
    node = alike[0] if len(alike) == 1 else graph.find(name)
    if node.gradient is None and not any(e.contribution is not None for e in graph.uses(node)):
        reached = [n.name for n in graph if n.gradient is not None and not graph.inputs(n)][:3]
        remedy = f"it reaches {', '.join(reached)}" if reached else "trace a scalar loss that depends on it"
        raise GraphError(f"paths: no gradient reaches {name!r}; {remedy}")
    return node.key


def _path(graph: Graph, start: int, route: PartialPath, gradient: float | None) -> Path:
    """The path of a route; ``gradient``: what its contribution is a part of, None where only shares are known."""
    nodes, slots, weights = [graph.node(start)], [], [route.weight]
    while route.edge is not None and route.further is not None:
        nodes.append(graph.node(route.edge.target))
        slots.append(route.edge.slot)
        route = route.further
        weights.append(route.weight)
    product = 1.0
    for weight in reversed(weights):  # in the order in which the gradient was made
        product *= weight
    share = product if gradient is None else product / gradient if gradient else nan
    keys, names = tuple(n.key for n in nodes), tuple(n.name for n in nodes)
    return Path(keys, names, tuple(slots), share, None if gradient is None else product)


def _joined(names: Sequence[str]) -> str:
    few = [*names[: NAMES // 2], f"… {len(names) - NAMES} more …", *names[-NAMES // 2 :]]
    return " → ".join(map(pretty, names if len(names) <= NAMES + 1 else few))


def _listed(slots: tuple[int, ...]) -> str:
    few = [*map(str, slots[: NAMES // 2]), "…", *map(str, slots[-NAMES // 2 :])]
    return ", ".join(map(str, slots) if len(slots) <= NAMES else few)


def _percent(path: Path) -> str:
    """The share in percent; a dash where the gradient is zero."""
    missing = isnan(path.share) and path.contribution is not None and not isnan(path.contribution)
    return "–" if missing else f"{number(100 * path.share, 2)} %"
