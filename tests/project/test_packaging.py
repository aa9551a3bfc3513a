"""What is in a wheel, what its metadata say, and how little an import loads."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel of a copy of the sources, made without a package index."""
    pytest.importorskip("setuptools", minversion="77", reason="setuptools is needed to build a wheel")
    source = tmp_path_factory.mktemp("source")
    for name in ("tracegraph", "tests", "examples", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        _copy(ROOT / name, source / name)
    build = "from setuptools import build_meta; build_meta.build_wheel('dist')"
    done = subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next((source / "dist").glob("*.whl")))


def _copy(what: Path, to: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    if what.is_dir():
        shutil.copytree(what, to, ignore=ignored)
    else:
        shutil.copy(what, to)


@pytest.mark.slow
def test_a_wheel_holds_the_package_with_fonts_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {n for n in wheel.namelist() if not re.match(r"tracegraph-[\w.]+\.dist-info/", n)}
    files = (p for p in (ROOT / "tracegraph").rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    assert names == {p.relative_to(ROOT).as_posix() for p in files}
    assert {"tracegraph/py.typed", "tracegraph/engine/signatures.pyi"} <= names
    assert any(n.endswith(".ttf") for n in names) and "tracegraph/fonts/fonts.conf" in names


def test_a_wheel_runs_everywhere_and_is_small(wheel: zipfile.ZipFile) -> None:
    assert str(wheel.filename).endswith("-py3-none-any.whl")
    assert Path(str(wheel.filename)).stat().st_size < 1_000_000


def test_the_metadata(wheel: zipfile.ZipFile) -> None:
    (name,) = (n for n in wheel.namelist() if n.endswith("/METADATA"))
    data = message_from_bytes(wheel.read(name))
    required = [r for r in data.get_all("Requires-Dist", []) if ";" not in r]  # for all systems and versions
    assert {re.split(r"[<>=!~ ]", r)[0] for r in required} == {
        "numpy",
        "graphviz",
        "networkx",
        "pydot",
        "pygraphviz",
        "click",
        "rich",
    }
    assert data["Name"] == "tracegraph" and data["Requires-Python"] == ">=3.10"
    assert "MIT" in (data["License"] or data["License-Expression"])
    assert "pygraphviz>=2.0.4" in required
    assert any(n.endswith("/LICENSE") for n in wheel.namelist())


def test_the_version_has_one_place(wheel: zipfile.ZipFile) -> None:
    import tracegraph

    assert f"tracegraph-{tracegraph.__version__}-" in str(wheel.filename)
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config["metadata"]["version"] == "attr: tracegraph.__version__"
    assert f"## {tracegraph.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f'version: "{tracegraph.__version__}"' in (ROOT / "CITATION.cff").read_text("utf-8")


def test_the_hook_before_a_commit_is_the_linter_of_the_tests() -> None:
    hooks, config = ((ROOT / name).read_text("utf-8") for name in (".pre-commit-config.yaml", "setup.cfg"))
    found = re.search(r"ruff-pre-commit\n +rev: v(\d+)\.(\d+)\.\d+", hooks)
    assert found and f"ruff>={found[1]}.{found[2]},<{found[1]}.{int(found[2]) + 1}\n" in config


def test_the_workflow_runs_what_runs_here() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
    commands = re.findall(r"run: (.*)", workflow)
    assert commands and all(command.split()[0] == ".ci/run" for command in commands)
    assert re.search(r"os: \[ubuntu-latest, macos-latest, windows-latest\]", workflow)
    versions = re.findall(r'"(3\.\d+)"', re.search(r"python: (.*)", workflow)[1])  # type: ignore[index]
    assert versions == [f"3.{minor}" for minor in range(10, 15)]
    assert f"python_requires = >={versions[0]}\n" in (ROOT / "setup.cfg").read_text("utf-8")


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


LATE = {"click", "rich", "pydot", "networkx", "pygraphviz", "torch", "scipy", "graphviz"}


def test_an_import_loads_only_numpy() -> None:
    modules = loaded_by("import tracegraph")
    assert not modules & LATE
    assert not modules & {
        "tracegraph.cli",
        "tracegraph.graphviz.run",
        "tracegraph.drawing",
        "asyncio",
        "importlib.metadata",
    }


def test_drawing_loads_no_graph_library() -> None:
    assert not loaded_by("import tracegraph as tg; tg.draw(tg.parameter(1.0) * 2).svg") & LATE


def test_help_loads_neither_rich_nor_graphviz() -> None:
    modules = loaded_by("import tracegraph.cli")
    assert not modules & (LATE - {"click"})
    assert "tracegraph.graphviz.run" not in modules
