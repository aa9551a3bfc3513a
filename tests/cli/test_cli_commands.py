"""``tracegraph gallery`` and ``doctor``, help and version."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from commands import NET, PYTHON, error, run

import tracegraph as tg
from tracegraph import cli
from tracegraph.cli.render_command import formats
from tracegraph.formats import xdot
from tracegraph.graphviz import run as layout

doctor = import_module("tracegraph.cli.doctor_command")  # the package has a command of the same name
pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def examples(here: Path) -> Path:
    """Three examples, one of them broken, a helper that they share, and something that is none."""
    folder = here / "examples"
    folder.mkdir()
    (folder / "shared.py").write_text("RATE = 2.0\ndef help(): ...\n")
    (folder / "_draft.py").write_text("1 / 0\n")
    (folder / "plain.py").write_text("from shared import RATE\n" + NET)
    (folder / "styled.py").write_text(
        NET + "DRAWINGS = {'styled': {'detail': 'full'}, 'styled-big': {'formats': ('png',), 'scale': 2}}\n"
    )
    (folder / "own.py").write_text(NET + "def drawings():\n    return {'mine': tg.draw(build, theme='dark')}\n")
    return folder


def test_the_gallery(examples: Path) -> None:
    result = run("gallery")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "The drawings are in output/"
    assert [line.split(" (")[0] for line in result.stdout.splitlines()[:-1]] == [
        "[1/3] own: mine",
        "[2/3] plain: plain",
        "[3/3] styled: styled, styled-big",
    ]
    names = {f"{name}.{end}" for name in ("mine", "plain", "styled") for end in ("svg", "dot", "json", "txt")}
    assert {p.name for p in Path("output").iterdir()} == names | {"styled-big.png"}
    assert "<B>" in Path("output/styled.dot").read_text("utf-8")


def test_a_part_of_the_gallery(examples: Path) -> None:
    assert run("gallery", "plain.py", "--output", "to/here").exit_code == 0
    assert {p.stem for p in Path("to/here").iterdir()} == {"plain"}


def test_the_gallery_goes_on_after_a_failure(examples: Path) -> None:
    (examples / "broken.py").write_text("def build():\n    return 1 / 0\n")
    (examples / "garbled.py").write_text("def build(:\n")
    result = run("gallery")
    assert result.exit_code == 1 and Path("output/plain.svg").exists()
    assert "broken: FAILED: broken.py:2: ZeroDivisionError" in result.stdout
    assert result.stderr == "error: 2 of 5 examples failed: broken, garbled\n"


def test_the_gallery_writes_decks_and_leaves_out_what_needs_an_extra(
    examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = "tg.Deck('', (tg.frames(tg.draw(build)),))"
    (examples / "talk.py").write_text(f"{NET}def drawings():\n    return {{'slides/talk.html': {deck}}}\n")
    (examples / "talk_pages.py").write_text(f"{NET}def drawings():\n    return {{'slides/talk.pdf': {deck}}}\n")
    monkeypatch.setitem(sys.modules, "pypdf", None)
    result = run("gallery")
    assert result.exit_code == 0 and Path("output/slides/talk.html").read_bytes().startswith(b"<!")
    line = next(line for line in result.stdout.splitlines() if "talk_pages" in line)
    assert line.endswith("left out: a .pdf of frames needs pypdf: pip install 'tracegraph[pdf]'")
    assert not Path("output/slides/talk.pdf").exists()


def test_extras_that_are_made_of_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["numpy", 'one>=1; extra == "a"', 'pkg[a]; extra == "b"', 'pytest; extra == "b"', 'pkg[b,a]; extra == "c"']
    monkeypatch.setattr(doctor, "requirements", lambda package: lines)
    monkeypatch.setattr(doctor, "installed", lambda name: "missing" if name == "one" else "1.0")
    assert dict(doctor.extras("pkg")) == dict.fromkeys("abc", "missing: pip install one")
    monkeypatch.setattr(doctor, "installed", lambda name: "1.0")
    assert dict(doctor.extras("pkg")) == dict.fromkeys("abc", "installed")


def test_the_gallery_where_there_are_no_examples() -> None:
    assert error(run("gallery")) == (
        "no examples in examples/: run this in a clone of the project, or give --examples FOLDER"
    )


def test_the_gallery_where_it_cannot_write(examples: Path) -> None:
    Path("output").write_text("a file")
    result = run("gallery")
    assert result.exit_code == 2 and "is a file" in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_the_gallery_on_a_terminal_shows_a_bar(examples: Path) -> None:
    import pty

    main, terminal = pty.openpty()
    kind = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen([*PYTHON, "gallery", "plain"], stdout=terminal, env=kind) as process:
        os.close(terminal)
        shown = bytearray()
        while part := _read(main):
            shown += part
        assert process.wait(60) == 0
    os.close(main)
    assert "1/1" in shown.decode() and "plain" in shown.decode() and "━" in shown.decode()


def _read(main: int) -> bytes:
    try:
        return os.read(main, 4096)
    except OSError:  # what Linux says at the end
        return b""


def test_the_doctor_says_what_is_there() -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.stderr
    for word in ("numpy", "pygraphviz", "embedded", "Graphviz 1", "system", "font", "test", "works"):
        assert word in result.stdout


def test_the_doctor_says_what_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> bytes:
        raise tg.LayoutError("Graphviz is missing: pip install 'pygraphviz>=2.0.4'")

    monkeypatch.setattr(layout, "render", fail)
    monkeypatch.setattr(xdot, "render", fail)
    result = run("doctor")
    assert result.exit_code == 1
    assert result.stderr == "error: drawing does not work: Graphviz is missing: pip install 'pygraphviz>=2.0.4'\n"
    assert "embedded     none: Graphviz is missing" in result.stdout


@pytest.mark.parametrize("command", [[], ["render"], ["gallery"], ["doctor"]])
def test_help_teaches_with_an_example(command: list[str]) -> None:
    for option in ("--help", "-h"):
        result = run(*command, option)
        assert result.exit_code == 0 and "Example" in result.stdout
        assert "tracegraph " + (command[0] if command else "render") in result.stdout.split("Example")[1]
    if command == ["render"]:
        assert all(f".{format}" in result.stdout for format in formats())


def test_the_version() -> None:
    assert run("--version").stdout == f"tracegraph {tg.__version__}\n"
    done = subprocess.run([*PYTHON, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"tracegraph {tg.__version__}\n"


def test_the_installed_command_is_this_one() -> None:
    from importlib.metadata import entry_points

    (entry,) = (e for e in entry_points(group="console_scripts") if e.name == "tracegraph")
    assert entry.load() is cli.main
