"""Views: functions that take a graph and return another."""

from __future__ import annotations

from collections.abc import Callable

from ..graph import Graph
from .collapse import collapse
from .cut import between, hide, upto
from .expand import expand
from .fold import fold
from .steps import steps

__all__ = ["VIEWS", "between", "collapse", "expand", "fold", "hide", "steps", "upto"]

VIEWS: dict[str, Callable[..., Graph]] = {
    view.__name__: view for view in (between, collapse, expand, fold, hide, steps, upto)
}
"""Every view by name; the first argument is the graph."""
