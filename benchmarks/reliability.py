"""The ladder of reliability: for each goal what was measured, and the verdict.

python -m benchmarks reliability            all of it, hours
python -m benchmarks reliability --quick    smaller counts of the same, a minute

A goal is measured here, or by the tests that hold it; what needs a package that is not installed is said to be not run.
"""

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Measured(NamedTuple):
    """What came out, and whether the goal is reached; None where it could not be run."""

    words: str
    holds: bool | None


class Goal(NamedTuple):
    """A rung of the ladder."""

    name: str
    asked: str
    measure: Callable[[bool], Measured]


_FILES: list[str] = []
"""Tests that goals are held by."""


def tests(name: str) -> Callable[[bool], Measured]:
    """The tests of a file; quick: those that are not slow."""
    _FILES.append(name)

    def measure(quick: bool) -> Measured:
        found = outcomes(quick)[name.removesuffix(".py").replace("/", ".")]
        words = ", ".join(f"{count} tests {what}" for what, count in found.items())
        return Measured(words or "its tests are slow", not found["failed"] if found["passed"] else None)

    return measure


@lru_cache
def outcomes(quick: bool) -> defaultdict[str, Counter[str]]:
    """How many tests of each file passed, failed and were skipped; all of them in one process."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        report, chosen = Path(folder) / "report.xml", ["-m", "not slow"] if quick else []
        options = ["-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit2", f"--junitxml={report}", *chosen]
        subprocess.run([sys.executable, "-m", "pytest", *options, *_FILES], cwd=ROOT, capture_output=True)
        for case in ElementTree.parse(report).iter("testcase"):
            kinds = {part.tag for part in case}
            outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            found[case.get("classname", "")][outcome] += 1
    return found


def random_graphs(quick: bool) -> Measured:
    """No false alarm of the gradient check on right rules, and every wrong rule found."""
    from . import gradcheck

    count, planted = (300, 100) if quick else (100_000, 5_000)
    found = gradcheck.clean(count)
    missed = gradcheck.missed(planted)
    words = (
        f"{found['wrong']} wrong of {found['graphs']:,} graphs, {found['ok']:,} ticks; {missed} of {planted:,} missed"
    )
    return Measured(words, found["wrong"] == missed == 0)


def opinfo(quick: bool) -> Measured:
    """PyTorch's own samples of the operations that there are here."""
    from importlib.util import find_spec

    if not (find_spec("torch") and find_spec("expecttest")):
        return Measured("torch and expecttest are not installed", None)
    from .opinfo import QUICK, run

    totals, _ = run(QUICK if quick else ())
    words = f"{totals['one']:,} of {sum(totals.values()):,} samples by one operation, {totals['wrong']} wrong"
    return Measured(words, totals["wrong"] == 0 and (quick or totals["one"] >= 3150))


def onnx(quick: bool) -> Measured:
    """ONNX's own tests of the operators that there are here."""
    from importlib.util import find_spec

    if not find_spec("onnx"):
        return Measured("onnx is not installed", None)
    from .onnx_nodes import QUICK, run

    totals, _ = run(QUICK if quick else ())
    words = f"{totals['right']:,} of {sum(totals.values()):,} cases right, {totals['wrong']} wrong"
    return Measured(words, totals["wrong"] == 0 and (quick or totals["right"] >= 540))


def million(quick: bool) -> Measured:
    """A chain of operations recorded, differentiated, traced, saved and loaded."""
    import tracegraph as tg

    length = 20_000 if quick else 1_000_000
    start = time.process_time()
    y = tg.parameter(0.5, "x")
    for _ in range(length):
        y = tg.sin(y)
    graph = tg.trace(y)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.tgraph"
        try:
            graph.save(path)
            count = len(tg.load(path))
        except tg.StoreError as error:
            return Measured(str(error)[-90:], False)
    seconds = time.process_time() - start
    return Measured(f"{length:,} operations in {seconds:.1f} s", count == length + 1 and seconds <= 30)


def dense(quick: bool) -> Measured:
    """Layers of which each takes all before it, drawn within the budget."""
    import numpy as np

    import tracegraph as tg

    layers = [tg.tensor(1.0, "x0")]
    for i in range(1, 12 if quick else 25):
        layers.append(np.sum(tg.stack(*layers)) if i > 1 else layers[0] * 1.0)
    start = time.perf_counter()
    tg.draw(layers[-1] * 1.0).render("svg")
    seconds = time.perf_counter() - start
    return Measured(f"{len(layers)} layers of dense skips in {seconds:.1f} s", seconds < 5)


def mutations(quick: bool) -> Measured:
    """Damaged files: one typed error, or a graph that everything can read."""
    from . import mutated

    found = mutated.run(mutated.QUICK if quick else mutated.FULL)
    faults = found["faults"]
    words = f"{len(faults)} faults in {found['mutations']:,} mutations, {found['loaded']:,} loaded, "
    return Measured(f"{words}{found['megabytes']:.0f} MB at most", not faults)


LADDER = (
    Goal("G1", "random graphs against complex step and differences: 0 wrong", random_graphs),
    Goal("G2", "PyTorch's samples of its operations: 0 wrong, 3,150 by one", opinfo),
    Goal("G3", "ONNX's tests of its operators: 0 wrong, 540 right", onnx),
    Goal("G4", "kinks by the published table", tests("tests/ops/test_kinks.py")),
    Goal("G5", "gradient check: every planted rule found, no false alarm", tests("tests/analysis/test_gradcheck.py")),
    Goal("G6", "a million operations saved and loaded in 30 s", million),
    Goal("G7", "memory does not grow", tests("tests/engine/test_memory.py")),
    Goal("G8", "text is exact or replaced, XML parses", tests("tests/text/test_escape.py")),
    Goal("G9", "Graphviz dies, hangs, is killed: typed error", tests("tests/graphviz/test_layout.py")),
    Goal("G10", "every picture within its budget", dense),
    Goal("G11", "same program, same bytes", tests("tests/graphviz/test_child.py")),
    Goal("G12", "threads, forks", tests("tests/engine/test_fork.py")),
    Goal("G13", "files whole or not at all", tests("tests/project/test_files.py")),
    Goal("G14", "mutated files: one typed error, bounded memory", mutations),
    Goal("G15", "values are those of the moment", tests("tests/engine/test_laws.py")),
    Goal("G16", "origin of NaN", tests("tests/analysis/test_flow_births.py")),
    Goal("G17", "planted faults of networks", tests("tests/analysis/test_flow_faults.py")),
    Goal("G18", "contributions sum to the gradient in every view", tests("tests/views/test_views.py")),
)


def climb(quick: bool) -> int:
    """Print goal, measured and verdict of each rung; 1 if one falls short."""
    fallen = 0
    for goal in LADDER:
        measured = goal.measure(quick)
        verdict = {True: "holds", False: "FALLS SHORT", None: "not run"}[measured.holds]
        fallen += measured.holds is False
        print(f"{goal.name:4} {goal.asked:62} {verdict:12} {measured.words}", flush=True)
    return min(fallen, 1)
