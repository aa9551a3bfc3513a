"""What users get of the types: their own code is checked as they would check it."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from make_signatures import FILE, made

import tracegraph as tg
from tracegraph.ops.op import OPS

ROOT = Path(__file__).parents[2]
USER = """from __future__ import annotations

import tracegraph as tg

x = tg.tensor([[0.5, 0.6]], name="x")
w = tg.parameter([[0.1], [0.3]], name="w")
reveal_type(w)  # Tensor
reveal_type(tg.sigmoid(x @ w))  # Tensor
reveal_type((2 * x - 1).sum(axis=1, keepdims=True))  # Tensor
reveal_type(x.T.reshape(2, 1)[0])  # Tensor
reveal_type(x == 1.0)  # Tensor
reveal_type(tg.conv2d(x, w, stride=2))  # Tensor
loss = tg.mse(tg.sigmoid(x @ w), [[1.0]])
reveal_type(loss.backward())  # Gradients
reveal_type(loss.shape)  # tuple[int, ...]

graph = tg.trace(loss)
reveal_type(graph)  # Graph
reveal_type(graph["w"])  # Node
reveal_type(tg.fold(graph))  # Graph
reveal_type(tg.upto(graph, "w"))  # Graph
reveal_type(tg.load("run.tgraph"))  # Graph

drawing = tg.draw(loss, detail="full", theme="dark")
reveal_type(drawing)  # Drawing
reveal_type(drawing.svg)  # str
reveal_type(tg.frames(drawing))  # Frames
reveal_type(tg.flow(loss).findings)  # tuple[Finding, ...]
reveal_type(tg.explain(loss))  # Explanation
reveal_type(tg.gradcheck(loss))  # Checked
reveal_type(tg.mark(graph, "claims.toml"))  # Marking
reveal_type(tg.optim.SGD(0.1).step(loss, [w]))  # list[Tensor]

with tg.scope("layer"):
    tg.softmax(x, axis=0)


def build() -> tg.Tensor:
    return tg.sum(w * w)


def pictures(*graphs: tg.Graph) -> list[tg.Drawing]:
    return [tg.draw(graph) for graph in graphs]
"""
WRONG = {
    "a name that is not there": "tg.drwa(1.0)",
    "an operation that is not there": "tg.sigmod(1.0)",
    "a text for a tensor": "tg.sigmoid('1.0')",
    "an option that is not there": "tg.sum([1.0], axes=0)",
    "an option of another type": "tg.softmax([1.0], axis='rows')",
    "a method that is not there": "tg.tensor(1.0).summ()",
    "an option of draw that is not there": "tg.draw(tg.tensor(1.0), detial='full')",
    "a result of another type": "name: str = tg.trace(tg.tensor(1.0))",
    "an optimizer that takes no text": "tg.optim.SGD('fast')",
}
"""Lines that are wrong, each in one way."""
Check = Callable[[Path, str], tuple[dict[int, str], dict[int, str]]]


def expected(source: str) -> dict[int, str]:
    """The type that the comment of a line tells, by the number of the line."""
    lines = enumerate(source.splitlines(), 1)
    return {n: line.partition("  # ")[2] for n, line in lines if line.startswith("reveal_type")}


def mypy(folder: Path, source: str) -> tuple[dict[int, str], dict[int, str]]:
    """The revealed types and the errors by line, as mypy has them."""
    (folder / "user.py").write_text(source, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "setup.cfg"), "user.py"]
    env = {**os.environ, "MYPYPATH": str(ROOT), "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache")}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=600)
    found = re.findall(r"^user.py:(\d+): (note|error): (.*)$", done.stdout, re.MULTILINE)
    assert done.stderr == "" and done.stdout, done.stderr
    shown = {int(n): re.sub('.*"(.*)"', r"\1", text) for n, kind, text in found if kind == "note"}
    types = {n: re.sub(r"\w+\.(?=\w)", "", text) for n, text in shown.items()}  # without the modules
    return types, {int(n): t for n, kind, t in found if kind == "error"}


def pyright(folder: Path, source: str) -> tuple[dict[int, str], dict[int, str]]:
    """The same of pyright; skips the test where it does not run."""
    if shutil.which("pyright") is None:
        pytest.skip("pyright is not installed")
    (folder / "user.py").write_text(source, "utf-8")
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)], "include": ["user.py"]}))
    command = ["pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    try:
        found = json.loads(done.stdout)["generalDiagnostics"]
    except ValueError:
        pytest.skip(f"pyright does not run here: {(done.stderr or done.stdout)[:200]}")
    lines = [(d["range"]["start"]["line"] + 1, d["severity"], d["message"]) for d in found]
    types = {n: re.sub(r'.* is "(.*)"', r"\1", text) for n, severity, text in lines if severity == "information"}
    return types, {n: text for n, severity, text in lines if severity == "error"}


@pytest.mark.parametrize("check", [mypy, pyright])
def test_the_types_are_what_they_are(check: Check, tmp_path: Path) -> None:
    types, errors = check(tmp_path, USER)
    assert errors == {} and types == expected(USER) and len(types) > 20


@pytest.mark.parametrize("check", [mypy, pyright])
def test_wrong_uses_are_found(check: Check, tmp_path: Path) -> None:
    source = "\n".join(["import tracegraph as tg", *WRONG.values(), ""])
    _, errors = check(tmp_path, source)
    assert [name for n, name in enumerate(WRONG, 2) if n not in errors] == []


def named_for_checkers(source: str) -> set[str]:
    """The names that `__init__` imports for editors and type checkers only."""
    blocks = [n for n in ast.parse(source).body if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    imports = [n for block in blocks for n in block.body if isinstance(n, ast.ImportFrom)]
    return {a.asname for n in imports for a in n.names if a.asname}


def test_names_that_are_imported_later_are_those_that_checkers_see() -> None:
    code = "import sys, tracegraph as tg; print(*sys.modules); print(*(n for n in dir(tg) if n not in vars(tg)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules, later = (line.split() for line in done.stdout.splitlines())
    seen = named_for_checkers(Path(tg.__file__).read_text("utf-8"))
    assert {*later} == {*seen, *OPS} and {"draw", "Graph", "Tensor", "optim", *tg.__all__} <= seen
    assert all(getattr(tg, name) is getattr(tg, name) is not None for name in {*later})
    assert "numpy" not in modules


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    for name in ("drwa", "__wrapped__", "_draft"):
        with pytest.raises(AttributeError, match=f"tracegraph has no '{name}'"):
            getattr(tg, name)


def test_the_signatures_are_those_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    text = FILE.read_text("utf-8")
    assert made() == text, "operations have changed: run python tests/project/make_signatures.py"
    new = replace(OPS["relu"], name="planted")
    monkeypatch.setitem(OPS, "planted", new)
    monkeypatch.setattr(tg, "planted", tg.relu, raising=False)
    assert "def planted(x: _Operand) -> Tensor:" in made() and "planted" not in text
