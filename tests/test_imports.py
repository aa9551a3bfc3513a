"""The direction of imports, and what importing the package costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tracegraph"
BASE = {"columns", "errors", "files", "formula", "notation", "numbers"}
ENGINE = {*BASE, "op", "ops", "values", "details", "binding", "calling", "tensor", "backward", "optim", "updating",
          "watch"}  # fmt: skip
READERS = {*BASE, "node", "graph", "views", "inspect", "packing", "records", "store", "export"}
LOOK = {*READERS, "theme", "metrics", "heat", "options", "panels", "picture", "cards", "source", "layout", "_child",
        "_worker", "above", "boxes", "cells", "painting", "summary", "axes", "curves", "multiples",
        "render"}  # fmt: skip
# Who may import whom at module level: the engine knows no graph, what reads graphs knows no engine and no drawing,
# and only `drawing` and `cli` know everything.
MAY: dict[str, set[str]] = {
    **dict.fromkeys(LOOK, LOOK), **dict.fromkeys(READERS, READERS), **dict.fromkeys(ENGINE, ENGINE),
    **dict.fromkeys(BASE, BASE), "frontends": ENGINE | READERS, "views": READERS | {"op"},
    "inspect": READERS | {"op"},
    "graph": {"errors", "node"}, "node": set(), "errors": set(),
}  # fmt: skip


def imports(source: str, module: str) -> set[str]:
    """The first part of our modules that a source imports at module level; functions may import what they need."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("tracegraph.")}
        elif isinstance(node, ast.ImportFrom):
            home = ("tracegraph." + module).split(".")[: -node.level] if node.level else []
            path = [*home, *filter(None, (node.module or "").split("."))]
            if path[:1] == ["tracegraph"]:
                found |= {path[1]} if len(path) > 1 else {a.name for a in node.names}
    return found


def faults(module: str, source: str) -> set[str]:
    """What a module imports although it may not."""
    layer = module.split(".")[0]
    return imports(source, module) - {layer} - MAY[layer] if layer in MAY else set()


MODULES = {".".join(p.relative_to(PACKAGE).with_suffix("").parts): p for p in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize("module", MODULES)
def test_direction_of_imports(module: str) -> None:
    assert not faults(module, MODULES[module].read_text("utf-8"))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("graph", "from .tensor import Tensor"), ("views.cut", "from ..tensor import Tensor"),
        ("ops.linear", "from ..graph import Node"), ("tensor", "import tracegraph.picture"),
        ("formula", "from tracegraph import graph"), ("views.__init__", "from ..drawing import draw"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(module: str, source: str) -> None:
    assert faults(module, source)


def test_importing_the_package_is_cheap() -> None:
    """What only drawing, exporting or the command line needs is not imported."""
    heavy = "networkx pydot graphviz pygraphviz rich click tracegraph.graph tracegraph.picture tracegraph.layout"
    program = f"import sys, tracegraph; print(*[m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
