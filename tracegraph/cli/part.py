"""Options that choose the part of a graph to show, by applying views."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any

import click

from .failures import Failure

if TYPE_CHECKING:
    from ..graph import Graph


class ViewOption(click.Option):
    """An option whose help ends with the names of the views, from their registry."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The help, with the names as they are now."""
        from ..views import VIEWS

        record = super().get_help_record(ctx)
        return record and (record[0], f"{record[1]}  [{'|'.join(VIEWS)}]")


def part(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--view`` and ``--expand``."""
    view = click.option(
        "--view",
        "views",
        cls=ViewOption,
        multiple=True,
        metavar="NAME[=WORD,...]",
        callback=_views,
        help="Draw the graph as a view shows it, such as upto=h or between=x,loss. Repeat it for one after the other.",
    )
    expand = click.option(
        "--expand",
        "element",
        metavar="NAME[I,J]",
        help="Draw one element of a tensor as a computation of scalars: the window it reads, the products, the sum.",
    )
    return view(expand(command))


Views = list[tuple[str, list[Any]]]


def _views(ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> Views:
    """Names of views with their arguments besides the graph; whole numbers become ints."""
    from ..views import VIEWS

    views: Views = []
    for text in texts:
        name, equals, words = text.partition("=")
        if name not in VIEWS:
            raise click.BadParameter(f"no view is called {name!r}; there are {', '.join(VIEWS)}")
        views.append((name, [int(w) if w.isdecimal() else w for w in words.split(",")] if equals else []))
    return views


def part_of(graph: Graph, views: Views, element: str | None) -> Graph:
    """The graph after these views, and one element of it, written ``name[0,1]``; only the name for a scalar."""
    for name, words in views:
        graph = _viewed(graph, name, words)
    return _expanded(graph, element) if element else graph


def _viewed(graph: Graph, name: str, words: list[Any]) -> Graph:
    from ..views import VIEWS

    parameters = signature(VIEWS[name])
    try:
        parameters.bind(graph, *words)
    except TypeError as error:
        takes = ", ".join(map(str, [p.replace(annotation=p.empty) for p in parameters.parameters.values()][1:]))
        raise Failure(f"--view {name} takes ({takes}): {error}") from None
    viewed: Graph = VIEWS[name](graph, *words)
    return viewed


def _expanded(graph: Graph, element: str) -> Graph:
    from ..views import expand

    match = re.fullmatch(r"(.+)\[((?:\s*-?\d+\s*,?)*)\]", element)
    if element in graph or not match:
        return expand(graph, element)
    return expand(graph, match[1], [int(i) for i in match[2].split(",") if i.strip()])
