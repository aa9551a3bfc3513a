"""Names and places of tensors: from the program, by its variables and its bytecode."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from types import CodeType
from typing import Any

from ...engine.tensor import Tensor
from ...ops.op import Op
from .bytecode import calls, stores

Place = tuple["str | None", "str | None"]

_ENGINE = PurePath(__file__).parent.parent.parent
_CELL = re.compile(r"<ipython-input-(\d+)-\w+>")
_KERNEL = re.compile(r"ipykernel_\d+")
_NOWHERE: Place = (None, None)


class Places:
    """Finds where in the program a tensor was made; keeps what it has read of the code for the time of one trace."""

    def __init__(self) -> None:
        # By id, which holds while the tensors keep their code: comparing code objects is slow and ignores the file.
        self._known: dict[int, _Places] = {}

    def __call__(self, t: Tensor) -> Place:
        """``file.py:line``, and the variable that the result was stored in at once; None for what is not known."""
        if t.code is None:
            return _NOWHERE
        known = self._known.get(id(t.code))
        if known is None:
            known = self._known[id(t.code)] = _Places(t.code)
        return known[t.lasti]

    def in_call(self, t: Tensor) -> bool:
        """Whether the instruction that made a tensor is a call, and not an operator."""
        self(t)
        return t.lasti in self._known[id(t.code)].calls


class _Places(dict[int, Place]):
    """The places in one code object by offset, worked out when they are asked for."""

    def __init__(self, code: CodeType) -> None:
        super().__init__()
        lines = [(start, line) for start, _, line in code.co_lines() if line is not None]
        self.starts, self.lines = [s for s, _ in lines], [n for _, n in lines]
        self.ours = _ENGINE in PurePath(code.co_filename).parents  # a line of the engine tells the user nothing
        self.file = "" if self.ours else readable(code.co_filename)
        self.names = {} if self.ours else stores(code)
        self.calls = set() if self.ours else calls(code)

    def __missing__(self, offset: int) -> Place:
        line = self.lines[max(0, bisect_right(self.starts, offset) - 1)] if self.lines else 0
        place = _NOWHERE if self.ours else (f"{self.file}:{line}", self.names.get(offset))
        self[offset] = place
        return place


def readable(filename: str) -> str:
    """The name of a file without its folders; a notebook's cell as ``In[3]``, which is the same on every run.

    >>> readable("/home/ada/nets/xor.py"), readable("<stdin>"), readable("<ipython-input-3-1f2e3d>")
    ('xor.py', '<stdin>', 'In[3]')
    """
    cell = _CELL.fullmatch(filename)
    if cell:
        return f"In[{cell[1]}]"
    path = PurePath(filename)
    if not _KERNEL.fullmatch(path.parent.name):
        return path.name
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    number = getattr(getattr(shell, "compile", None), "_filename_map", {}).get(filename)
    return "cell" if number is None else f"In[{number}]"


def name_all(tensors: list[Tensor], variables: Mapping[str, Any], places: Places) -> tuple[list[str], list[bool]]:
    """A unique name for each tensor, and whether the program gave it.

    In this order: the name it was given; the variable among ``variables`` that holds it (also in a list or a
    dictionary); the variable that it was assigned to where it was made; its operation. Where several share a name, the
    last one keeps it, because that is what the variable holds in the end, and the earlier ones are numbered.
    """
    wanted = wanted_names(tensors, variables, places)
    last = {name: i for i, name in enumerate(wanted) if name}
    numbers: dict[str, int] = {}
    names: list[str] = []
    for i, name in enumerate(wanted):
        if not name or last[name] != i:
            name = _numbered(name or tensors[i].op.name, numbers, last)
        names.append(name)
    return names, [bool(name) for name in wanted]


def wanted_names(tensors: list[Tensor], variables: Mapping[str, Any], places: Places) -> list[str | None]:
    """The name that the program has for each tensor, if any; several may have the same."""
    held, between = bound(variables, places), _on_the_way(tensors, places)
    # Updates come out of `step` in a list, so the variable that its line assigns to is not theirs.
    return [
        t.details.name or held.get(t) or (None if t in between or t.details.op.traits.of_optimizer else places(t)[1])
        for t in tensors
    ]


def _on_the_way(tensors: list[Tensor], places: Places) -> set[Tensor]:
    """What ``total = sum(terms)`` adds up on its way: one call, many additions, and the variable holds the last."""
    return {
        i
        for t in tensors
        for i in (t.a, t.b)
        if i is not None
        and i.lasti == t.lasti
        and i.code is t.code is not None
        and _is_arithmetic(i.details.op)
        and places.in_call(t)
    }


def _is_arithmetic(op: Op) -> bool:
    """Whether functions written in C, such as sum and reduce, carry it out by one of Python's operators."""
    return bool(op.traits.operator and op.vjps) and len(op.inputs) == 2


def bound(variables: Mapping[str, Any], places: Places) -> dict[Tensor, str]:
    """Names of the tensors that variables hold, one level into lists, tuples and dictionaries."""
    found: dict[Tensor, str] = {}
    seen = [(name, held) for name, held in variables.items() if isinstance(name, str) and not name.startswith("_")]
    for name, held in seen:
        if isinstance(held, Tensor) and (held not in found or places(held)[1] == name):
            found[held] = name
    for name, held in seen:
        if isinstance(held, (list, tuple, dict)) and len(held) <= 1000 and held is not variables.get("_oh"):
            for item, own in _items(name, held):
                found.setdefault(item, own)
    return found


def _items(name: str, held: Any) -> Iterable[tuple[Tensor, str]]:
    items = held.items() if isinstance(held, dict) else enumerate(held)
    for key, item in list(items):
        if isinstance(item, Tensor) and isinstance(key, (str, int)):  # the text of other keys may hold an address
            yield item, key if isinstance(key, str) else f"{name}_{key}"


def _numbered(stem: str, numbers: dict[str, int], taken: Mapping[str, int]) -> str:
    """The next name made of a stem and a number that nothing else has."""
    while True:
        numbers[stem] = number = numbers.get(stem, 0) + 1
        name = f"{stem}_{number}"
        if name not in taken:
            return name
