"""The expression that an instruction carries out, on Python 3.10, whose code knows lines and no columns.

The file is compiled once more with the number of each part in the place of its line. Between parts on other lines the
compiler leaves instructions that do nothing, and pytest rewrites what it tests, so the two are aligned.
"""

from __future__ import annotations

import ast
import copy
import dis
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType

from .source import Source

_FITTING = {"BINARY_SUBSCR": ast.Subscript, "BINARY": ast.BinOp, "INPLACE": ast.AugAssign, "CALL": ast.Call}
_FITTING |= {"UNARY": ast.UnaryOp, "COMPARE": ast.Compare, "LOAD_ATTR": ast.Attribute}
_LONGEST = 2000  # instructions of a function that are aligned one by one

_Steps = list[tuple[int, str, int]]


def by_numbers(code: CodeType, source: Source) -> list[ast.AST | None]:
    """For each instruction of a code object, the part of the source that it carries out."""
    twins, nodes = _numbered(source)
    found: list[ast.AST | None] = [None] * (len(code.co_code) // 2)
    steps = _steps(code)
    for twin in twins.get((code.co_name, code.co_firstlineno), ()):
        for i, j in _aligned(steps, other := _steps(twin)):
            place, name, _ = steps[i]
            node = nodes[other[j][2]]
            if name == "CALL_METHOD" and isinstance(node, ast.Attribute):  # it has the line of its attribute
                node = source.parent[node]
            if found[place] is None and _fits(name, node):
                found[place] = node
    return found


def _fits(name: str, node: ast.AST) -> bool:
    kind = next((kind for start, kind in _FITTING.items() if name.startswith(start)), None)
    return kind is not None and isinstance(node, kind)


def _steps(code: CodeType) -> _Steps:
    """Place, name and line of each instruction that does something."""
    lines = [0] * (len(code.co_code) // 2)
    for start, end, line in code.co_lines():
        lines[start // 2 : end // 2] = [line or 0] * ((end - start) // 2)
    names = [dis.opname[opcode] for opcode in code.co_code[::2]]
    return [(i, name, lines[i]) for i, name in enumerate(names) if name not in ("NOP", "EXTENDED_ARG")]


def _aligned(steps: _Steps, twin: _Steps) -> Iterator[tuple[int, int]]:
    ours, theirs = [name for _, name, _ in steps], [name for _, name, _ in twin]
    if ours == theirs:
        yield from ((i, i) for i in range(len(ours)))
    elif len(ours) <= _LONGEST:
        from difflib import SequenceMatcher

        for i, j, size in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
            yield from ((i + k, j + k) for k in range(size))


@lru_cache(maxsize=16)
def _numbered(source: Source) -> tuple[dict[tuple[str, int], list[CodeType]], list[ast.AST]]:
    """All code objects of a file by name and first line; the line of an instruction is the number of its part."""
    tree = copy.deepcopy(source.tree)
    nodes: list[ast.AST] = [source.tree]
    for original, twin in zip(ast.walk(source.tree), ast.walk(tree)):
        if hasattr(twin, "lineno"):
            twin.lineno = twin.end_lineno = len(nodes)  # type: ignore[attr-defined]
            twin.col_offset, twin.end_col_offset = 0, 1  # type: ignore[attr-defined]
            nodes.append(original)
    whole = compile(tree, "<source>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    found, codes = {("<module>", 1): [whole]}, [whole]
    for code in codes:
        for part in code.co_consts:
            if isinstance(part, CodeType):
                first = getattr(nodes[part.co_firstlineno], "lineno", 1)
                found.setdefault((part.co_name, first), []).append(part)
                codes.append(part)
    return found, nodes
