"""Where in the program a tensor was made: file and line, expression, and where its result goes."""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import PurePath
from types import CodeType

from ...engine.tensor import Tensor
from ...ops.op import Op
from .bytecode import calls, stores
from .excerpts import FILES
from .homes import Home, home
from .keys import Step
from .numbering import by_numbers
from .source import Source, known, source_of
from .uses import Uses, uses

_ENGINE = PurePath(__file__).parent.parent.parent
_CELL = re.compile(r"<ipython-input-(\d+)-\w+>")
_KERNEL = re.compile(r"ipykernel_\d+")


class Place:
    """One instruction of the program.

    ``line``: ``file.py:line``. ``node``: its expression in ``source``; None where the source is not at hand, and then
    ``stored`` is the variable that the bytecode stores it in. ``home``: where the result goes; ``name``: its name,
    where that is always the same. ``in_call``: it is a call, and no operator. ``in_method``: the code knows an object,
    or the variables of the function around.
    """

    __slots__ = ("line", "code", "source", "node", "home", "name", "stored", "in_call", "in_method", "_homes", "_uses")

    def __init__(self, line: str | None, code: CodeType | None, source: Source | None, node: ast.AST | None) -> None:
        self.line, self.code, self.source, self.node = line, code, source, node
        self._homes: dict[tuple[Step, ...], Home | None] = {}
        self.home = self.leads()
        self.name = _fixed(self.home)
        self.stored: str | None = None
        self.in_call = isinstance(node, ast.Call)
        self.in_method = code is not None and (code.co_varnames[:1] == ("self",) or bool(code.co_freevars))
        self._uses: dict[str, Uses] = {}

    def leads(self, steps: tuple[Step, ...] = ()) -> Home | None:
        """Where the result goes, or the part of it that the steps lead to."""
        if self.source is None or self.node is None or self.code is None:
            return None
        if steps not in self._homes:
            found = home(self.source, self.node, steps)
            stale = found is not None and found.identifier and not known(self.code, found.identifier)
            self._homes[steps] = None if stale else found
        return self._homes[steps]

    def uses(self, op: Op) -> Uses:
        """How the inputs of an operation are written here."""
        found = self._uses.get(op.name)
        if found is None:
            written = uses(self.source, self.node, op) if self.source else ()
            found = self._uses[op.name] = tuple(u if u is not None and self._knows(u.node) else None for u in written)
        return found

    def _knows(self, node: ast.AST) -> bool:
        """Whether the code knows a name that the source has here; it does not if the file was changed since."""
        name = getattr(node, "id", None) or getattr(node, "attr", None)
        return self.code is not None and (name is None or known(self.code, name))


def _fixed(home: Home | None) -> str | None:
    if home is None or home.holder == "result" or not all(isinstance(part, str) for part in home.name):
        return None
    return "".join(map(str, home.name)) or None


NOWHERE = Place(None, None, None, None)


class Places:
    """Finds the places of tensors; keeps what it has read of the code for the time of one trace."""

    def __init__(self) -> None:
        # By id, which holds while the tensors keep their code: comparing code objects is slow and ignores the file.
        self._known: dict[int, _Places] = {}
        self._sources: dict[str, Source | None] = {}

    def __call__(self, t: Tensor) -> Place:
        """The place where a tensor was made."""
        return NOWHERE if t.code is None else self.at(t.code, t.lasti)

    def all(self, tensors: Iterable[Tensor]) -> list[Place]:
        """The places of many tensors."""
        found: list[Place] = []
        known = self._known
        for t in tensors:
            here = known.get(id(t.code))
            found.append(here[t.lasti] if here is not None else self(t))
        return found

    def at(self, code: CodeType, lasti: int) -> Place:
        """The place of an instruction."""
        found = self._known.get(id(code))
        if found is None:
            if code.co_filename not in self._sources:
                self._sources[code.co_filename] = None if _is_ours(code) else source_of(code)
            found = self._known[id(code)] = _Places(code, self._sources[code.co_filename])
        return found[lasti]


class _Places(dict[int, Place]):
    """The places in one code object by offset, worked out when they are asked for."""

    def __init__(self, code: CodeType, source: Source | None) -> None:
        super().__init__()
        lines = [(start, line) for start, _, line in code.co_lines() if line is not None]
        self.starts, self.lines = [s for s, _ in lines], [n for _, n in lines]
        self.ours = _is_ours(code)  # a line of the engine tells the user nothing
        self.file = "" if self.ours else readable(code.co_filename)
        if self.file:
            FILES[self.file] = code.co_filename
        self.code, self.source = code, source
        self.nodes = _expressions(code, source) if source else []
        self.fallback: tuple[dict[int, str], set[int]] | None = None

    def __missing__(self, offset: int) -> Place:
        if self.ours:
            self[offset] = NOWHERE
            return NOWHERE
        line = self.lines[max(0, bisect_right(self.starts, offset) - 1)] if self.lines else 0
        node = self.nodes[offset // 2] if 0 <= offset // 2 < len(self.nodes) else None
        place = self[offset] = Place(f"{self.file}:{line}", self.code, self.source, node)
        if node is None:
            self.fallback = self.fallback or (stores(self.code), calls(self.code))
            place.stored, place.in_call = self.fallback[0].get(offset), offset in self.fallback[1]
        return place


def _expressions(code: CodeType, source: Source) -> list[ast.AST | None]:
    """For each instruction of a code object (two bytes each), the part of the source that it carries out."""
    if sys.version_info >= (3, 11):
        return [source.expression((line, end, start, stop)) for line, end, start, stop in code.co_positions()]
    return by_numbers(code, source)


def _is_ours(code: CodeType) -> bool:
    return _ENGINE in PurePath(code.co_filename).parents


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
