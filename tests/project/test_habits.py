"""What every test keeps to: no verdict by a clock, no private names of the package, and markers for tools."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from counting import growth, lines_run, wait_for
from hypothesis import settings

TESTS = Path(__file__).parents[1]
FILES = {p.relative_to(TESTS).as_posix(): p for p in sorted(TESTS.rglob("*.py"))}

CLOCKS = {"perf_counter", "monotonic", "process_time", "thread_time", "timeit", "default_timer", "getrusage"}
"""Names of clocks, also with `_ns`; `counting.wait_for` alone may read one, to give up."""


def names(source: str) -> set[str]:
    """Every name that a source reads, imports or looks up."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {part for alias in node.names for part in alias.name.split(".")}
        elif isinstance(node, ast.Name | ast.Attribute):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


def clocks(source: str) -> set[str]:
    pairs = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    plain = {name for name in names(source) if name.removesuffix("_ns") in CLOCKS}
    return plain | (pairs & {"time.time", "time.time_ns", "datetime.now", "os.times"})


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_no_clock_decides(name: str) -> None:
    if name != "project/counting.py":
        assert not clocks(FILES[name].read_text("utf-8")), "count the work: see counting.py; time it in benchmarks/"


def test_no_example_of_hypothesis_fails_for_its_time() -> None:
    assert settings.default is not None and settings.default.deadline is None


@pytest.mark.parametrize(
    "source",
    [
        "import time\nstart = time.perf_counter()",
        "from time import process_time as clock",
        "import time\nassert time.monotonic_ns() < end",
        "import timeit",
        "import time\nassert time.time() - start < 3",
    ],
)
def test_a_planted_clock_is_found(source: str) -> None:
    assert clocks(source)


PRIVATE = re.compile(r"_[a-zA-Z]\w*")
PUBLIC = re.compile(r"_(exit|getframe|replace|asdict|fields|element|graphviz|repr_\w+_)")
"""What looks private and is not: names of Python, python-pptx, pygraphviz and notebooks."""


def is_private(name: str) -> bool:
    return bool(PRIVATE.fullmatch(name)) and not PUBLIC.fullmatch(name)


def private(source: str) -> set[str]:
    """The private names that a source imports, reads from another thing than itself, patches, or has in a program."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id == "self"):
            found.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            if (node.func.id if isinstance(node.func, ast.Name) else node.func.attr).endswith("attr"):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                found |= {text.rpartition(".")[2] for text in texts}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "tracegraph" in node.value:
            found |= set(re.findall(r"\.(_[a-z]\w*)", node.value))
    return set(filter(is_private, found))


@pytest.mark.parametrize("name", FILES)
def test_no_private_name_is_used(name: str) -> None:
    if name != "project/test_habits.py":  # the planted names
        assert not private(FILES[name].read_text("utf-8")), "make it public, or test it through what uses it"


@pytest.mark.parametrize(
    "source",
    [
        "from tracegraph.slides.story import _Story",
        "from tracegraph import drawing\ndrawing._child.end()",
        "def test(patch):\n    patch.setattr(module, '_rows', 1)",
        "def test(patch):\n    patch.setattr('tracegraph.cli._rows', 1)",
        "getattr(module, '_rows')",
        "PROGRAM = 'from tracegraph.graphviz import run; run._child'",
    ],
)
def test_a_planted_private_name_is_found(source: str) -> None:
    assert private(source)


TOOLS = {"torch": r"importorskip\(.torch|check_torch", "browser": r"CHROMIUM|chromium", "office": r"SOFFICE|soffice"}
"""What names a tool in a test, by the marker that the test must have."""


def unmarked(source: str) -> set[str]:
    """The tests that use a tool without its marker."""
    tree, found = ast.parse(source), set()
    everywhere = "".join(text for n in tree.body if (text := ast.unparse(n)).startswith("pytestmark = "))
    for test in (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")):
        text = ast.unparse(test)
        for tool, words in TOOLS.items():
            if re.search(words, text) and f"pytest.mark.{tool}" not in text + everywhere:
                found.add(f"{test.name}: {tool}")
    return found


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"project/test_habits.py"}))
def test_who_needs_a_tool_says_so(name: str) -> None:
    assert not unmarked(FILES[name].read_text("utf-8"))


@pytest.mark.parametrize(
    "body", ["torch = pytest.importorskip('torch')", "subprocess.run([CHROMIUM])", "subprocess.run(['soffice'])"]
)
def test_a_tool_without_a_marker_is_found(body: str) -> None:
    assert unmarked(f"def test_planted():\n    {body}")


def test_quadratic_work_is_found() -> None:
    def pairs(size: int) -> Callable[[], None]:
        def loops() -> None:
            for _ in range(size):
                for _ in range(size):
                    pass

        return loops

    assert growth(pairs, 10, 100) > 5


def test_lines_are_counted_the_same_again() -> None:
    def three() -> int:
        a = 1
        b = 2
        return a + b

    assert lines_run(three) == lines_run(three) == 3


def test_a_wait_for_what_never_comes_fails() -> None:
    with pytest.raises(TimeoutError, match="not ready within 0.1 s"):
        wait_for(lambda: False, 0.1)
