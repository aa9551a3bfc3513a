"""What every test keeps to: no verdict by a clock."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from counting import growth, lines_run, wait_for

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


@pytest.mark.parametrize("name", FILES)
def test_no_clock_decides(name: str) -> None:
    if name != "project/counting.py":
        assert not clocks(FILES[name].read_text("utf-8")), "count the work: see counting.py; time it in benchmarks/"


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
