"""Names and places of tensors: from the program, by its variables and its bytecode."""

from __future__ import annotations

import dis
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import PurePath
from types import CodeType
from typing import Any

from ..tensor import Tensor

_STORES = ("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF")


def place(code: CodeType | None, offset: int) -> tuple[str | None, str | None]:
    """``file.py:line`` of an instruction, and the variable that its result is stored in at once, if any."""
    if code is None:
        return None, None
    starts, lines, names = _map(code)
    line = lines[bisect_right(starts, offset) - 1]
    return f"{PurePath(code.co_filename).name}:{line}", names.get(offset)


@lru_cache(maxsize=4096)
def _map(code: CodeType) -> tuple[list[int], list[int], dict[int, str]]:
    """Where the lines of a code object start, and which instructions are followed by a store."""
    ranges = [(start, line or 0) for start, _, line in code.co_lines()]
    names: dict[int, str] = {}
    previous = -1
    for step in dis.get_instructions(code):
        if step.opname.startswith(_STORES) and previous >= 0:
            stored = step.argval[0] if isinstance(step.argval, tuple) else step.argval
            names[previous] = str(stored)
        previous = step.offset
    return [s for s, _ in ranges], [n for _, n in ranges], names


def name_all(tensors: Iterable[Tensor], variables: Mapping[str, Any]) -> dict[Tensor, tuple[str, bool]]:
    """A unique name for each tensor, and whether the program gave it.

    In this order: the name it was given; the variable among ``variables`` that holds it (also in a list or a
    dictionary); the variable that it was assigned to where it was made; its operation. Where several share a name, the
    last one keeps it, because that is what the variable holds in the end, and the earlier ones are numbered.
    """
    tensors = list(tensors)
    bound = _bound(variables)
    wanted = {t: t.name or bound.get(t) or place(t.code, t.lasti)[1] for t in tensors}
    last = {name: t for t, name in wanted.items() if name}
    taken = set(last)
    numbers: dict[str, int] = {}
    names: dict[Tensor, tuple[str, bool]] = {}
    for t, name in wanted.items():
        keep = name is not None and last[name] is t
        names[t] = (name if keep and name else _numbered(name or t.op.name, numbers, taken), bool(name))
    return names


def _bound(variables: Mapping[str, Any]) -> dict[Tensor, str]:
    """Names of the tensors that variables hold, one level into lists, tuples and dictionaries."""
    found: dict[Tensor, str] = {}
    for name, held in list(variables.items()):
        if name.startswith("_"):
            continue
        if isinstance(held, Tensor):
            found[held] = name
        elif isinstance(held, (list, tuple, dict)) and len(held) <= 1000:
            items = held.items() if isinstance(held, dict) else enumerate(held)
            for key, item in items:
                if isinstance(item, Tensor):
                    found.setdefault(item, f"{name}_{key}" if isinstance(key, int) else str(key))
    return found


def _numbered(stem: str, numbers: dict[str, int], taken: set[str]) -> str:
    while True:
        numbers[stem] = numbers.get(stem, 0) + 1
        name = f"{stem}_{numbers[stem]}"
        if name not in taken:
            taken.add(name)
            return name
