"""Names in the package: files that a traceback tells apart, and docstrings that begin with a sentence."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "tracegraph"
FILES = {p.relative_to(PACKAGE).as_posix(): p for p in sorted(PACKAGE.rglob("*.py"))}

PARTICIPLES = set("told said due there those".split())
"""Words that say nothing as the name of a variable, however short its life is."""

RIDDLES = re.compile(
    r"\b(leave|leaves|leaving|left) away\b|\bone that is late\b|\bwhat is (told|said)\b", re.IGNORECASE
)
"""Forms that are no English sentence of an engineer."""


def twice(names: Iterable[str]) -> set[str]:
    """The base names of files that several folders have; packages have an `__init__` each."""
    counts = Counter(name.rpartition("/")[2] for name in names)
    return {name for name, count in counts.items() if count > 1 and name != "__init__.py"}


def documented(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names and docstrings of a module (named so) and of its public functions and classes, not of their methods."""
    yield "module", ast.get_docstring(tree) or ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, ast.get_docstring(node) or ""


def unsaid(source: str) -> set[str]:
    """What has no docstring, or one whose first paragraph is not one line that ends like a sentence."""
    tree = ast.parse(source)
    return {name for name, text in documented(tree) if not re.match(r"[^\n]*[.:;](\n\n|\n?$)", text)}


def participles(source: str) -> set[str]:
    """Variables and parameters whose names are mere participles or adverbs."""
    nodes = list(ast.walk(ast.parse(source)))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return PARTICIPLES & (stored | {n.arg for n in nodes if isinstance(n, ast.arg)})


def riddles(source: str) -> list[str]:
    nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Module)]
    return [text for n in nodes if RIDDLES.search(text := ast.get_docstring(n) or "")]


def test_a_traceback_tells_files_apart() -> None:
    assert twice(FILES) == set()


@pytest.mark.parametrize("name", FILES)
def test_what_is_public_says_what_it_is(name: str) -> None:
    assert unsaid(FILES[name].read_text("utf-8")) == set()


@pytest.mark.parametrize("name", FILES)
def test_names_are_nouns_and_docstrings_sentences(name: str) -> None:
    source = FILES[name].read_text("utf-8")
    assert riddles(source) == []
    assert participles(source) == set()


def test_planted_faults_are_found() -> None:
    assert twice(["a/rows.py", "b/rows.py", "a/__init__.py", "b/__init__.py"]) == {"rows.py"}
    assert unsaid('"""A module."""\ndef f():\n    pass\nclass C:\n    """No full stop"""\n') == {"f", "C"}
    assert unsaid('"""A first\nparagraph of two lines."""\n') == {"module"}
    assert participles("def f(told):\n    there = told\n") == {"told", "there"}
    assert riddles('"""Views that leave away nodes."""')
