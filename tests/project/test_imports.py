"""The direction of imports, and what importing the package costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import networkx
import pytest

PACKAGE = Path(__file__).parents[2] / "tracegraph"
ORDER = (
    "hooks interrupt errors cached files notebook text formula ops graph engine optim views frontends analysis picture "
    "explanation graphviz layout formats slides drawing training marking exercises lessons extend cli"
).split()
"""The packages and files of the top folder, bottom to top: each imports only what stands before it, or itself."""

APART = {("engine", "graph"), ("optim", "graph"), ("marking", "training"), ("formats", "explanation")}
"""Pairs that do not know each other although their order would allow it."""

KNOWS_ALL = {"__init__", "__main__"}


def imported(source: str, module: str) -> set[str]:
    """The dotted names under `tracegraph` that a source imports anywhere: at the top, in functions, for types only."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            home = f"tracegraph.{module}".split(".")[: -node.level] if node.level else []
            path = ".".join([*home, *filter(None, [node.module])])
            names |= {f"{path}.{a.name}" for a in node.names}
    ours = {n.removeprefix("tracegraph.") for n in names if n.split(".")[0] == "tracegraph"}
    return ours - {"__version__"}  # `import tracegraph` leaves "tracegraph", which is no room below any


def faults(module: str, source: str) -> set[str]:
    """What a module imports although it may not; a room that is not in `ORDER` may import nothing."""
    room = module.split(".")[0]
    if room in KNOWS_ALL:
        return set()
    below = set(ORDER[: ORDER.index(room) + 1]) if room in ORDER else set()
    below |= {"tracegraph"} if room == "cli" else set()  # the commands use the package as its users do
    return {n for n in imported(source, module) if n.split(".")[0] not in below or (room, n.split(".")[0]) in APART}


MODULES = {".".join(p.relative_to(PACKAGE).with_suffix("").parts): p for p in sorted(PACKAGE.rglob("*.py"))}
STILL_UP: set[tuple[str, str]] = set()
"""What points up and is to go: no other pair may come."""


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    found = faults(module, MODULES[module].read_text("utf-8"))
    assert {n for n in found if (module.split(".")[0], n.split(".")[0]) not in STILL_UP} == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("graph.graph", "from ..engine.tensor import Tensor"),
        ("views.cut", "def late():\n    from ..drawing import draw"),
        ("ops.linear", "if TYPE_CHECKING:\n    from ..graph import Node"),
        ("engine.tensor", "import tracegraph.picture"),
        ("engine.tensor", "from ..graph import Node"),
        ("formula.expression", "from tracegraph import graph"),
        ("views.__init__", "from ..drawing import draw"),
        ("optim", "from . import views"),
        ("views.cut", "import tracegraph as tg"),
        ("views.cut", "from tracegraph import draw"),
        ("new_room.thing", "from ..errors import GraphError"),
    ],
)
def test_a_planted_fault_is_found(module: str, source: str) -> None:
    assert faults(module, source)


def home(name: str) -> str | None:
    """The module that a dotted name stands in, as far as the package goes."""
    known = (name, f"{name}.__init__", name.rpartition(".")[0], f"{name.rpartition('.')[0]}.__init__")
    return next((k for k in known if k in MODULES), None)


def circles(sources: Mapping[str, str]) -> set[frozenset[str]]:
    """The modules of one package that import each other in a circle, wherever the imports stand.

    `MODULES` says what there is; ``sources`` are some of them, or all, as text.
    """
    graph = networkx.DiGraph(
        (module, other)
        for module, source in sources.items()
        for other in {home(n) for n in imported(source, module)}
        if other is not None and other.split(".")[0] == module.split(".")[0] and other != module
    )
    return {frozenset(part) for part in networkx.strongly_connected_components(graph) if len(part) > 1}


def test_siblings_do_not_import_each_other_in_a_circle() -> None:
    assert circles({m: p.read_text("utf-8") for m, p in MODULES.items()}) == set()


@pytest.mark.parametrize(
    "planted",
    [
        {"graph.node": "from .validity import check_nodes", "graph.validity": "from .node import Node"},
        {"graph.node": "from . import Graph", "graph.__init__": "from .node import Node"},
        {
            "graph.node": "def late():\n    from . import graph",
            "graph.graph": "if TYPE_CHECKING:\n    from .node import Node",
        },
        {"ops.conv": "from .pool import a", "ops.pool": "from .windows import b", "ops.windows": "from . import conv"},
    ],
)
def test_a_planted_circle_is_found(planted: dict[str, str]) -> None:
    assert circles(planted) == {frozenset(planted)}


def test_importing_the_package_is_cheap() -> None:
    """What only drawing, exporting or the command line needs is not imported."""
    heavy = "networkx pydot graphviz pygraphviz rich click tracegraph.graph tracegraph.picture tracegraph.graphviz"
    program = f"import sys, tracegraph; print(*[m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
