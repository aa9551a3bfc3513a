"""The registry of views."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from ..graph import Graph

P = ParamSpec("P")

VIEWS: dict[str, Callable[..., Graph]] = {}
"""Every view by name; the first argument is the graph, and the command line gives the others as words."""


def view(function: Callable[P, Graph]) -> Callable[P, Graph]:
    """Enter a function ``(graph, ...) -> graph`` under its name."""
    VIEWS[function.__name__] = function
    return function
