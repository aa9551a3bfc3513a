"""Outside `tracegraph/ops`, nothing knows an operation by its name: it asks for traits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracegraph.ops.registry import everything

PACKAGE = Path(__file__).parents[2] / "tracegraph"
NAMES = {op.name for op in everything()}
EXCEPTIONS: dict[str, str] = {
    "text/formula_words.py": "the words of the language of formulas; what they mean is fixed, whatever ops there are",
    "engine/ways.py": "names of NumPy's functions that are not recorded; some of ours have the same",
    "formats/json_file.py": "the names of statistics of an array",
    "frontends/torch/spelling.py": "the names of PyTorch's functions, and which of our ops each is",
}
FILES = sorted(str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).parts[0] != "ops")


def faults(source: str) -> list[str]:
    """Each table of names of ops in a source, and each place that compares the op of something with a literal."""
    return [
        f"line {getattr(node, 'lineno', '?')}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if _compares(node) or _is_table(node)
    ]


def _compares(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(map(_is_op, sides)) and any(_literals(side) for side in sides)
    if isinstance(node, ast.Match):
        return _is_op(node.subject)
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in ("startswith", "endswith") and _is_op(called.value)


def _is_op(node: ast.AST) -> bool:
    """Whether an expression is the op of something, or the name of that: ``node.op``, ``t.details.op.name``, ``op``."""
    if isinstance(node, ast.Attribute) and node.attr == "name":
        return _is_op(node.value)
    return isinstance(node, ast.Attribute) and node.attr == "op" or isinstance(node, ast.Name) and node.id == "op"


def _literals(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def _is_table(node: ast.AST) -> bool:
    """Whether an expression lists two ops or more by their names, also in one string that is to be split."""
    return sum(word in NAMES for word in _listed(node)) > 1


def _listed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Set, ast.List, ast.Tuple, ast.Dict)):
        for part in node.keys if isinstance(node, ast.Dict) else node.elts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and set(node.value.split()) <= NAMES:
        yield from node.value.split()


@pytest.mark.parametrize("file", FILES)
def test_no_module_knows_ops_by_name(file: str) -> None:
    if file not in EXCEPTIONS:
        assert not faults((PACKAGE / file).read_text("utf-8"))


def test_each_exception_is_needed() -> None:
    assert len(EXCEPTIONS) < 6
    for file in EXCEPTIONS:
        assert faults((PACKAGE / file).read_text("utf-8")), file


@pytest.mark.parametrize(
    "source",
    [
        "node.op == 'relu'",
        "'relu' != node.op",
        "node.op in ('relu', other)",
        "t.details.op.name == 'gradient'",
        "graph.node(key).op in {'mul'}",
        "node.op.startswith('conv')",
        "match node.op:\n    case 'relu': pass",
        "GATES = frozenset('relu leaky_relu'.split())",
        "GATES = {'relu', 'leaky_relu'}",
        "FORMS = {'sigmoid': 'σ', 'tanh': 'tanh'}",
        "f(('max', 'min'), how)",
    ],
)
def test_planted_faults_are_found(source: str) -> None:
    assert faults(source)


@pytest.mark.parametrize(
    "source", ["node.op == other.op", "node.op in OPS", "OPS['getitem']", "traits.kind == 'loss'", "['svg', 'dot']"]
)
def test_what_is_no_fault_is_not(source: str) -> None:
    assert not faults(source)
