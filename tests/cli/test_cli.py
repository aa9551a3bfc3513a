"""``tracegraph render``: what it writes."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import click
import pytest
from commands import NET, PYTHON, run, write

import tracegraph as tg
from tracegraph.cli.render_command import formats
from tracegraph.formats import stills, xdot
from tracegraph.graphviz.run import render
from tracegraph.picture.theme import THEMES
from tracegraph.picture.words import DETAILS, DIRECTIONS

pytestmark = pytest.mark.usefixtures("here")


def test_without_an_output_the_picture_has_the_name_of_the_program() -> None:
    result = run("render", "net.py")
    assert result.exit_code == 0 and result.stdout == ""
    assert result.stderr == "wrote net.svg (3 cards, 2 arrows)\n"
    ET.parse("net.svg")


def test_another_function_has_a_picture_of_its_own() -> None:
    assert run("render", write("def other():\n    return tg.parameter(1.0) * 2\n") + ":other").exit_code == 0
    assert Path("p-other.svg").exists()


def test_every_format_by_its_suffix_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    begins = {
        "svg": b"<?xml",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "eps": b"%!PS",
        "dot": b"digraph",
        "json": b"{",
        "txt": b"name",
        "tgraph": b"PK",
        "pptx": b"PK",
        "tex": b"\\documentclass",
        "mmd": b"%%{init",
    }
    assert begins.keys() == set(formats()) == {*stills(), "tgraph"}
    outputs = [f"a.{format.upper() if format == 'png' else format}" for format in formats()]
    assert run("render", "net.py", *(part for o in outputs for part in ("-o", o))).exit_code == 0
    for name, format in zip(outputs, formats(), strict=True):
        assert Path(name).read_bytes().startswith(begins[format]), name


def test_a_format_is_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    inner = render

    def counted(dot: str, format: str = "svg", **options: Any) -> bytes:
        calls.append(format)
        return inner(dot, format, **options)

    monkeypatch.setattr(xdot, "render", counted)
    assert run("render", "net.py", "-o", "a.svg", "-o", "b.svg", "-o", "c.png").exit_code == 0
    assert calls == ["png"] and Path("a.svg").read_bytes() == Path("b.svg").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("format", stills())
def test_standard_output_holds_the_drawing_and_nothing_else(format: str) -> None:
    write(
        "import os\nprint('loading')\nos.system('echo from a child')\n"
        + NET.replace("def build():", "def build():\n    print('building')")
    )
    done = subprocess.run(
        [*PYTHON, "render", "p.py", "-o", "-", "--format", format, "-o", f"same.{format}"],
        capture_output=True,
        check=True,
    )
    assert done.stdout == Path(f"same.{format}").read_bytes()
    assert all(word in done.stderr for word in (b"loading", b"from a child", b"building", b"wrote same"))


def test_it_draws_what_the_program_would_draw() -> None:
    assert run("render", "net.py", "-o", "cli.svg", "--detail", "full").exit_code == 0
    exec(compile(NET + "tg.draw(build, detail='full').save('own.svg')", "net.py", "exec"), {})
    assert Path("cli.svg").read_bytes() == Path("own.svg").read_bytes()


@pytest.mark.parametrize("option, values", [("--detail", DETAILS), ("--theme", THEMES), ("--direction", DIRECTIONS)])
def test_options_reach_the_drawing_and_every_value_is_offered(option: str, values: Any) -> None:
    pictures = set()
    for value in values:
        assert run("render", "net.py", "-o", "a.svg", option, value).exit_code == 0
        pictures.add(Path("a.svg").read_bytes())
    assert len(pictures) == len(values)


def test_the_other_options() -> None:
    write("with tg.scope('part'):\n    h = tg.sin(tg.parameter(0.123456789, 'w'))\nL = h * 3 + 1\n")
    options = ("--digits 7", "--depth 0", "--no-fold", "--direction TB")
    texts = [run("render", "p.py:L", "-o", "-", "--format", "dot", *o.split()).stdout for o in ("", *options)]
    assert len(set(texts)) == len(texts)
    assert "0.1234568" in texts[1] and "0.1235" in texts[0]


def test_scale_enlarges_a_bitmap() -> None:
    for options in (["-o", "a.png"], ["-o", "b.png", "--scale", 2]):
        assert run("render", "net.py", *options).exit_code == 0
    small, large = (int.from_bytes(Path(n).read_bytes()[16:20], "big") for n in ("a.png", "b.png"))
    assert abs(large - 2 * small) <= 2


def test_a_saved_graph_is_drawn_like_the_program(here: Path) -> None:
    assert run("render", "net.py", "-o", "net.tgraph", "-o", "a.svg").exit_code == 0
    assert run("render", "net.tgraph", "-o", "b.svg").exit_code == 0
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    assert "constant" in run("render", "net.tgraph", "-o", "-", "--no-fold").stdout  # what was folded is still in there


@pytest.mark.parametrize("result", ["L", "tg.trace(L)", "tg.draw(L)"])
def test_a_tensor_a_graph_or_a_drawing(result: str) -> None:
    write(f"def build():\n    L = tg.parameter(2.0) * 3\n    return {result}\nheld = build()\n")
    assert run("render", "p.py", "-o", "a.svg").exit_code == 0
    assert run("render", "p.py:held", "-o", "b.svg").exit_code == 0


def test_tensors_of_a_script_have_the_names_of_its_variables() -> None:
    write("rates = [tg.parameter(2.0)]\nloss = rates[0] * 3\n")
    assert "rates[0]" in run("render", "p.py:loss", "-o", "-", "--format", "txt").stdout


def test_the_program_runs_as_python_would_run_it() -> None:
    Path("neighbour.py").write_text("RATE = 7.0\n")
    write(
        "import sys\nfrom dataclasses import dataclass\nfrom neighbour import RATE\n"
        "@dataclass\nclass P:\n    x: float\nassert sys.argv == [__file__] and __name__ != '__main__'\n"
        "def build():\n    import neighbour\n    return tg.parameter(P(RATE).x) * neighbour.RATE\n"
        "if __name__ == '__main__':\n    raise SystemExit('run')\n"
    )
    before = sys.argv, list(sys.path), set(sys.modules)
    assert run("render", "p.py").exit_code == 0
    assert (sys.argv, sys.path) == before[:2] and "__program__" not in sys.modules
    sys.modules.pop("neighbour")


def test_a_program_may_change_the_folder() -> None:
    write("import os\nos.mkdir('away')\ndef build():\n    os.chdir('away')\n    return tg.parameter(1.0) * 2\n")
    assert "wrote p.svg" in run("render", "p.py").stderr and not Path("p.svg").exists()
    assert Path("../p.svg").exists()


HOSTILE = ["a b.py", "quo'te\".py", "π é 日本.py", "-dash.py", "a:b.py", "x;y&z$(w).py", "new\nline.py"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.skipif(os.name == "nt", reason="Windows does not allow these names")
def test_hostile_file_names(name: str) -> None:
    Path(name).write_text(NET, "utf-8")
    output = name.replace(".py", ".svg")
    assert run("render", "-o", output, "--", name).exit_code == 0
    assert run("render", "-o", "named.svg", "--", f"{name}:build").exit_code == 0
    assert Path(output).read_bytes() == Path("named.svg").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are text there")
def test_a_name_that_is_no_text() -> None:
    name = os.fsdecode(b"\xff\xfe.py")
    Path(name).write_text(NET)
    done = subprocess.run([*PYTHON, "render", name], capture_output=True)
    assert done.returncode == 0 and os.path.exists(os.fsdecode(b"\xff\xfe.svg")), done.stderr


def test_open_shows_the_first_file(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    shown: list[str] = []
    monkeypatch.setattr(click, "launch", lambda path: shown.append(path) or 0)
    assert run("render", "net.py", "-o", "-", "-o", "a.svg", "-o", "b.svg", "--open").exit_code == 0
    assert shown == [str(here / "a.svg")]
    monkeypatch.setattr(click, "launch", lambda path: 1)
    result = run("render", "net.py", "--open")
    assert result.exit_code == 0 and "could not open" in result.stderr


RUN = """
def build():
    w, sgd = tg.parameter(1.0, "w"), tg.optim.SGD(0.1)
    for k in range(3):
        L = w * w
        [w] = sgd.step(L, [w])
    return [w]
"""


def test_steps_of_a_training_run() -> None:
    write(RUN, "run.py")
    assert run("render", "run.py", "--step", 2, "-o", "a.txt").exit_code == 0
    one = Path("a.txt").read_text("utf-8")
    assert run("render", "run.py", "--step", 1, "--step", 2, "-o", "b.txt").exit_code == 0
    two = Path("b.txt").read_text("utf-8")
    assert "L₂" in one and "L₁" not in one.partition("L₂")[2] and "L₃" not in one
    assert "L₁" in two and "L₂" in two and "L₃" not in two
    missing = run("render", "run.py", "--step", 7, "-o", "c.txt")
    assert missing.exit_code == 1 and "7" in missing.stderr and not Path("c.txt").exists()


DRAWN = """
def loss():
    w = tg.parameter([0.5, 2.0], "w")
    z = tg.tanh(w * tg.tensor([1.0, 3.0], "x") - 3)
    return z.sum()
def build():
    return tg.draw(loss(), depth=0)
"""


def test_a_drawing_is_taken_apart_as_it_was_recorded() -> None:
    write(DRAWN)
    for name, options in (("whole", ""), ("element", "--expand z[1]"), ("view", "--view hide --view upto=z")):
        outputs = []
        for program in ("p.py", "p.py:loss"):
            result = run("render", program, "-o", f"{name}.txt", *options.split())
            assert result.exit_code == 0, result.stderr
            outputs.append(Path(f"{name}.txt").read_bytes())
        assert len({*outputs}) == 1, name


def test_a_drawing_is_stored_as_it_stores_itself() -> None:
    program = Path(write(DRAWN))
    exec(compile(f"{program.read_text()}build().save('own.tgraph')", str(program.absolute()), "exec"), {})
    assert run("render", program, "-o", "cli.tgraph").exit_code == 0
    own, cli = tg.load("own.tgraph"), tg.load("cli.tgraph")
    assert [n.name for n in own] == [n.name for n in cli] and len(own) > len(tg.fold(own))


def test_a_drawing_is_explained_and_marked_as_it_was_recorded() -> None:
    write(DRAWN)
    Path("c.toml").write_text('[[claim]]\nvalue = "z"\nindex = 0\nwritten = "-0.9866"\n')
    for command in (("explain",), ("flow",), ("mark",)):
        more = ("c.toml",) if command == ("mark",) else ()
        drawn, plain = (run(*command, program, *more) for program in ("p.py", "p.py:loss"))
        assert drawn.exit_code == 0 and drawn.stdout == plain.stdout, (command, drawn.stderr)


@pytest.mark.parametrize(
    "view, told",
    [("nothing", "no view is called 'nothing'; there are"), ("upto=q", "no node is called 'q'"), ("between=w", "end")],
)
def test_a_view_that_cannot_be_had(view: str, told: str) -> None:
    write(DRAWN)
    result = run("render", "p.py", "--view", view)
    assert result.exit_code in (1, 2) and told in result.stderr and not Path("p.svg").exists()
