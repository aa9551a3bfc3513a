"""Frontends and their registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, NamedTuple

from ..graph import Graph

Around = Callable[[], AbstractContextManager[None]]
Make = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Graph]


class Frontend(NamedTuple):
    """A maker of graphs from one kind of object.

    ``what``: the objects in words, such as "a tensor". ``takes``: whether an object is one of them; it is asked about
    every object, so it imports no library that the object does not come from. ``graph``: a function ``(object, arrays,
    variables) -> graph``; ``arrays`` are those that the user gave with the object, and ``variables`` lend their names.
    ``around``: what is open while a function runs whose result may be one of them; None for nothing.
    """

    name: str
    what: str
    takes: Callable[[object], bool]
    graph: Make
    around: Around | None = None


FRONTENDS: dict[str, Frontend] = {}
"""By name; the first that takes an object makes its graph."""


def frontend(
    name: str, what: str, takes: Callable[[object], bool], around: Around | None = None
) -> Callable[[Make], Make]:
    """Enter the function that makes a graph of the objects that ``takes`` says yes to."""

    def enter(graph: Make) -> Make:
        FRONTENDS[name] = Frontend(name, what, takes, graph, around)
        return graph

    return enter


def frontend_of(program: object) -> Frontend | None:
    """Who takes this object; None for nobody."""
    return next((f for f in FRONTENDS.values() if f.takes(program)), None)


def taken() -> str:
    """The kinds of objects that frontends take, in words."""
    return " or ".join(f.what for f in FRONTENDS.values())


@contextmanager
def recording() -> Iterator[None]:
    """What every frontend has open while a function runs."""
    with ExitStack() as stack:
        for one in FRONTENDS.values():
            if one.around is not None:
                stack.enter_context(one.around())
        yield
