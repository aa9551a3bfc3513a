"""Views: functions that take a graph and return another, under `@view` in the files of this folder."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from .collapse import collapse
from .cut import between, hide, upto
from .expand import expand
from .fold import fold
from .inside import inside
from .steps import steps
from .view import VIEWS, view
from .window import window

__all__ = ["VIEWS", "between", "collapse", "expand", "fold", "hide", "inside", "steps", "upto", "view", "window"]

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")  # a view enters itself
