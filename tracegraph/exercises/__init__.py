"""Exercise sheets: a computation with other friendly numbers, a table to fill in, the key, and a class's marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from ..engine.replacing import replaced
from ..errors import GraphError
from ..frontends import trace
from ..graph import Graph, Node
from .answer_table import rows
from .class_overview import ClassOverview, overview
from .exercise_sheet import Exercise
from .friendly_numbers import difficulty, other_number

__all__ = ["ClassOverview", "Exercise", "exercise", "overview"]

TRIES = 400
"""How many sets of numbers are tried for one sheet."""


def exercise(build: Callable[[], Any], seed: int, *, fixed: Sequence[str] = (), digits: int = 4) -> Exercise:
    """An exercise sheet of a computation: the same program with the numbers of a seed.

    ``build``: the function that makes the computation. Every number that it makes a tensor, a parameter or a constant
    of changes, to one with as many decimals; those that are ``fixed``, by name, do not, nor do numbers in formulas,
    flags and arrays of more than 64 elements. The numbers have no ties, no saturated or closed units, and who rounds
    every answer to so many significant ``digits`` gets all the others right. The same seed gives the same sheet.
    Raises `GraphError` for a name that is no leaf, and where no numbers like that are found.
    """
    if not callable(build) or isinstance(build, Graph):
        raise GraphError(f"exercise: give the function that builds the computation, not {type(build).__name__}")
    kept = _places(*_recorded(build), fixed)
    why = "nothing is asked for"
    for attempt in range(TRIES):
        sheet = _attempt(build, Random(f"{seed}/{attempt}"), kept)
        asked = rows(sheet)
        why = difficulty(sheet, digits, list(dict.fromkeys(row.quantity for row in asked)))
        if not why and asked:
            return Exercise(sheet, seed, digits, tuple(asked))
    raise GraphError(f"exercise: no friendly numbers in {TRIES} tries ({why}); name leaves that must not vary as fixed")


def _recorded(build: Callable[[], Any]) -> tuple[Graph, list[tuple[str, Any]]]:
    """The graph of the program with its own numbers, and the leaves that it makes, in order."""
    made: list[tuple[str, Any]] = []

    def seen(role: str, value: Any) -> Any:
        made.append((role, value))
        return value

    with replaced(seen):
        return trace(build), made


def _attempt(build: Callable[[], Any], random: Random, kept: set[int]) -> Graph:
    """The graph of the program with other numbers."""
    places = iter(range(1_000_000))

    def number(role: str, value: Any) -> Any:
        return value if next(places) in kept else other_number(value, random, role)

    with replaced(number):
        return trace(build)


def _places(graph: Graph, made: Sequence[tuple[str, Any]], fixed: Sequence[str]) -> set[int]:
    """Which of the leaves, in the order in which they are made, have one of these names."""
    leaves = [n for n in graph if n.leaf and n.line is not None]
    names: dict[int, Node] = {}
    place = 0
    for leaf in leaves:
        while place < len(made) and not _same(made[place], leaf):
            place += 1
        names[place] = leaf
        place += 1
    known = {n.base or n.name for n in leaves} | {n.name for n in leaves}
    for name in fixed:
        if name not in known:
            raise GraphError(f"exercise: no input, parameter or constant is called {name!r}; there are {_list(known)}")
    return {place for place, leaf in names.items() if leaf.name in fixed or leaf.base in fixed}


def _same(made: tuple[str, Any], leaf: Node) -> bool:
    role, value = made
    return role == leaf.leaf and bool((value == leaf.value).all() if hasattr(value, "all") else value == leaf.value)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)[:12])
