"""Names that tell tensors apart: the shortest endings of paths, and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...engine.tensor import Tensor
from .owners import Path


def shortest(paths: list[Path]) -> list[str]:
    """The endings of one depth that tell the paths apart; the last names where the whole paths do not."""
    for depth in range(1, max(map(len, paths)) + 1):
        endings = [".".join(path[-depth:]) for path in paths]
        if len(set(endings)) == len(endings):
            return endings
    return [path[-1] for path in paths]


def numbered(tensors: Sequence[Tensor], wanted: Sequence[str | None]) -> list[str]:
    """The names with numbers where several tensors have the same, and the names of operations where there is none."""
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for i, name in enumerate(wanted):
        if name is not None and first.setdefault(name, i) != i:
            second.setdefault(name, i)
    for name, i in second.items():
        if tensors[first[name]].a is not None or tensors[i].a is None:  # else a leaf, and what is computed from it
            del first[name]
    numbers: dict[str, int] = {}
    names: list[str] = []
    for i, name in enumerate(wanted):
        if name is None or first.get(name) != i:
            name = _next(name or tensors[i].details.op.name, numbers, first)
        names.append(name)
    return names


def _next(stem: str, numbers: dict[str, int], taken: Mapping[str, int]) -> str:
    """The next name made of a stem and a number that nothing else has."""
    while True:
        numbers[stem] = number = numbers.get(stem, 0) + 1
        name = f"{stem}_{number}"
        if name not in taken:
            return name
