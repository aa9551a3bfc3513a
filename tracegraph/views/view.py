"""The registry of views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..graph import Graph, Noted

P = ParamSpec("P")
G = TypeVar("G", bound=Graph | Noted)

VIEWS: dict[str, Callable[..., Any]] = {}
"""Every view by name; the first argument is the graph (or a result that holds one).

The command line gives the others as words.
"""


def view(function: Callable[Concatenate[Graph, P], Graph]) -> Callable[Concatenate[G, P], G]:
    """Register a function ``(graph, ...) -> graph`` under its name; of a result with a graph, it returns another."""

    @wraps(function)
    def viewed(graph: G, /, *args: P.args, **options: P.kwargs) -> G:
        if isinstance(graph, Noted):
            return graph.of(function(graph.graph, *args, **options))  # type: ignore[no-any-return]
        return function(graph, *args, **options)  # type: ignore[return-value]

    VIEWS[function.__name__] = viewed
    return viewed
