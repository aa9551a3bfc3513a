"""The expression of the program that an instruction carries out: from the source, by the positions in the code."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType

Span = tuple["int | None", "int | None", "int | None", "int | None"]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = Function | ast.Lambda | ast.ClassDef | ast.Module

_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # cells of notebooks may await
_INSIDE = {"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"}


class Source:
    """A file as it was parsed: what stands around each part of it, and where its functions are called."""

    def __init__(self, text: str) -> None:
        self.tree: ast.Module = compile(text, "<source>", "exec", _FLAGS, dont_inherit=True)
        self.parent: dict[ast.AST, ast.AST] = {}
        self.at: dict[Span, ast.AST] = {}
        self.calls: dict[str, list[ast.Call]] = {}
        self.classes: dict[str, ast.AST] = {}
        self.modules: set[str] = {"np", "tg"}
        self._ending: dict[Span, ast.Call] = {}
        for node in self._nodes():
            self._note(node)

    def _nodes(self) -> Iterator[ast.AST]:
        """Every part, parents first."""
        nodes: list[ast.AST] = [self.tree]
        for node in nodes:
            for child in ast.iter_child_nodes(node):
                self.parent[child] = node
                nodes.append(child)
        return iter(nodes)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, (ast.expr, ast.AugAssign)):
            self.at.setdefault((node.lineno, node.end_lineno, node.col_offset, node.end_col_offset), node)
        if isinstance(node, ast.Call):
            self._ending.setdefault((None, node.end_lineno, None, node.end_col_offset), node)
            self.calls.setdefault(called(node), []).append(node)
        elif isinstance(node, ast.ClassDef):
            self.classes[node.name] = node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.modules.update(a.asname or a.name.split(".")[0] for a in node.names)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if called(node.value) == "namedtuple" and isinstance(node.targets[0], ast.Name):
                self.classes[node.targets[0].id] = node.value

    def expression(self, span: Span) -> ast.AST | None:
        """The part at a place; of a chain of methods over several lines, newer compilers tell only where it ends."""
        return self.at.get(span) or self._ending.get((None, span[1], None, span[3]))

    def scope(self, node: ast.AST) -> Scope:
        """The function, class or file that a part stands in."""
        above = self.parent.get(node, self.tree)
        while not isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Module)):
            above = self.parent[above]
        return above

    def only_call(self, function: Scope) -> ast.Call | None:
        """The call of a function, if the file has one and no more."""
        calls = self.calls.get(function.name, []) if isinstance(function, Function) else []
        return calls[0] if len(calls) == 1 else None


def called(call: ast.Call) -> str:
    """The last name of what is called: ``exp`` of ``np.exp(x)``."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def source_of(code: CodeType) -> Source | None:
    """The source of a code object; None where there is none, as for a text that was given to `exec`."""
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename)
    if not lines:  # in a zip file, only its module knows how to read it
        for module in list(sys.modules.values()):
            if getattr(module, "__file__", None) == code.co_filename:
                lines = linecache.getlines(code.co_filename, vars(module))
    return _parsed("".join(lines)) if lines else None


@lru_cache(maxsize=16)
def _parsed(text: str) -> Source | None:
    try:
        return Source(text)
    except (SyntaxError, ValueError, RecursionError):  # it is not the text that the code was made of
        return None


def known(code: CodeType, name: str) -> bool:
    """Whether a code object knows a name: if not, the file was changed after it was read.

    Up to Python 3.11 comprehensions are code of their own, and what they are assigned to stands in the code around.
    """
    return code.co_name in _INSIDE or any(
        name in names for names in (code.co_varnames, code.co_names, code.co_cellvars, code.co_freevars)
    )


def is_inside(code: CodeType) -> bool:
    """Whether it is a comprehension or a generator expression."""
    return code.co_name in _INSIDE
