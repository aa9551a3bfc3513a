"""``tracegraph render``: one line and the right exit code for everything that is wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from commands import NET, PYTHON, error, run, write
from counting import wait_for

import tracegraph as tg
from tracegraph.drawing import Drawing
from tracegraph.formats import FORMATS as EVERY

pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.parametrize(
    "body, name, told",
    [
        ("def build():\n    return 1 / 0\n", "", "p.py:3: ZeroDivisionError: division by zero"),
        ("1 / 0\n", "", "p.py:2: ZeroDivisionError: division by zero"),
        ("def build():\n    return {}['a']\n", "", "p.py:3: KeyError: 'a'"),
        ("def build():\n    raise ValueError('two\\nlines')\n", "", "p.py:3: ValueError: two lines"),
        ("def build():\n    return tg.tensor([1.0, 2]) @ tg.tensor([1.0])\n", "", "p.py:3: OpError: matmul: shapes"),
        ("x = (\n", "", "p.py:2: SyntaxError: '(' was never closed"),
        ("import nowhere_to_be_found\n", "", "p.py:2: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("import sys\nsys.exit(3)\n", "", "p.py:3: the program ended itself with sys.exit(3) before it was drawn"),
        ("def build():\n    exit()\n", "", "p.py:3: the program ended itself with sys.exit() before"),
        ("def build():\n    class Odd(BaseException): pass\n    raise Odd('x')\n", "", "p.py:4: "),
        ("def build():\n    build()\n", "", "p.py:3: RecursionError: maximum recursion depth exceeded"),
        (
            "def build():\n    pass\n",
            "",
            "p.py: build() returned None, not a tensor or one of PyTorch (the loss), a Graph or a Drawing",
        ),
        ("def build():\n    return 3.5\n", "", "p.py: build() returned float, not a tensor"),
        ("build = 3\n", "", "p.py: build is int, not a tensor"),
        (
            "def build(x, y=1):\n    return x\n",
            "",
            "p.py: build(x, y=1) is called without arguments; give them defaults",
        ),
        ("def one(): ...\ndef two(): ...\n", "", "p.py has no build; it has one, two: tracegraph render p.py:one"),
        ("def one(): ...\n", ":tow", "p.py has no tow; it has one: tracegraph render p.py:one"),
        ("from math import sin\n", "", "p.py has no build; define a function build() that returns the loss"),
        ("def build():\n    return tg.draw(tg.parameter(1.0) * 2)\n", " --theme dark", "--theme comes too late"),
    ],
)
def test_what_is_wrong_with_the_program_is_told_in_one_line(body: str, name: str, told: str) -> None:
    write(body)
    name, *options = name.split(" ") if name else [""]
    assert told in error(run("render", f"p.py{name}", *options))
    assert not Path("p.svg").exists()


def test_an_error_in_a_neighbour_is_told_with_the_line_that_led_there() -> None:
    Path("helper.py").write_text("def broken():\n    raise ValueError('here')\n")
    write("import helper\ndef build():\n    helper.broken()\n")
    assert error(run("render", "p.py")) == "p.py:4: ValueError: here"
    Path("worse.py").write_text("\n\nx = = 1\n")
    write("import worse\n")
    assert error(run("render", "p.py")).startswith("worse.py:3: SyntaxError")


@pytest.mark.parametrize("content", [b"\x00\x01", b"# coding: klingon\n", b"\xff\xfe\xff", b"x = '\xe9'\n"])
def test_what_is_no_python_at_all(content: bytes) -> None:
    Path("p.py").write_bytes(content)
    assert error(run("render", "p.py")).startswith("p.py")


@pytest.mark.parametrize(
    "file, told",
    [
        ("nett.py", "there is no file nett.py; nearest: net.py"),
        ("no/where.py", "there is no file no/where.py"),
        (".", ". is a folder; give a .py or .tgraph file in it"),
        ("notes.txt", "notes.txt: give a program (.py) or a saved graph (.tgraph)"),
        ("damaged.tgraph", "damaged.tgraph"),
        ("damaged.tgraph:x", "damaged.tgraph is one graph; :x is for programs"),
        ("", "is a folder"),
    ],
)
def test_what_is_wrong_with_the_file(file: str, told: str) -> None:
    Path("notes.txt").write_text("hello")
    Path("damaged.tgraph").write_bytes(b"PK\x03\x04 not at all")
    assert told in error(run("render", file))


def test_a_folder_that_is_missing_is_said_before_the_program_runs() -> None:
    write("open('ran', 'w').close()\ndef build(): ...\n")
    told = error(run("render", "p.py", "-o", "no/such/a.svg"))
    assert told == "cannot write 'no/such/a.svg': the folder does not exist; create it first"
    assert not Path("ran").exists()


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(here: Path) -> None:
    (here / "locked").mkdir(mode=0o500)
    assert "no permission to write there" in error(run("render", "net.py", "-o", "locked/a.svg"))


def test_a_folder_in_place_of_a_file() -> None:
    Path("a.svg").mkdir()
    assert "it is a folder" in error(run("render", "net.py", "-o", "a.svg"))


def test_nothing_is_written_if_one_format_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(drawing: Drawing, scale: float) -> bytes:
        raise tg.LayoutError("no luck")

    monkeypatch.setitem(EVERY, "pdf", replace(EVERY["pdf"], write=fail))
    assert error(run("render", "net.py", "-o", "a.svg", "-o", "a.pdf")) == "no luck"
    assert not Path("a.svg").exists()


@pytest.mark.parametrize(
    "args, told",
    [
        (["render"], "Missing argument"),
        (["render", "net.py", "-o", "a.jpg"], "no format .jpg; use .svg, .png, .pdf, .eps, .dot, .json, .txt, .pptx,"),
        (["render", "net.py", "-o", "a"], "no suffix"),
        (["render", "net.py", "-o", "-", "--open"], "--open shows a file"),
        (["render", "net.py", "--detail", "most"], "'most' is not one of"),
        (["render", "net.py", "--digits", "0"], "is not in the range"),
        (["render", "net.py", "--depth", "-1"], "is not in the range"),
        (["render", "net.py", "--scale", "1000"], "is not in the range"),
        (["render", "net.py", "--scale", "nan"], "'nan' is not a number"),
        (["slides", "net.py", "--steps", "forward,nosuch"], "no steps are called 'nosuch'"),
        (["render", "net.py", "--colour"], "No such option"),
        (["rendr"], "No such command 'rendr'"),
        (["gallery", "nothing"], "no example is called nothing; there are one."),
    ],
)
def test_wrong_usage_is_exit_code_2(args: list[str], told: str) -> None:
    Path("examples").mkdir()
    Path("examples/one.py").write_text(NET)
    result = run(*args)
    assert result.exit_code == 2 and told in result.stderr and result.stdout == ""


def test_a_missing_extra_is_exit_code_3() -> None:
    line = "raise tg.MissingExtra(\"torch is not installed: pip install 'tracegraph[torch]'\")"
    write(f"def build():\n    {line}\n")
    assert "pip install 'tracegraph[torch]'" in error(run("render", "p.py"), 3)


def test_debug_shows_where() -> None:
    result = run("render", write("def build():\n    return 1 / 0\n"), "--debug")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr and "return 1 / 0" in result.stderr
    assert result.stderr.endswith("error: p.py:3: ZeroDivisionError: division by zero\n")


def test_a_fault_of_our_own_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracegraph.graphviz.run.describe", lambda: 1 / 0)
    result = run("doctor")
    assert result.exit_code == 1
    assert result.stderr == "error: ZeroDivisionError: division by zero (not meant to happen; --debug shows where)\n"


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("render", write("def build():\n    raise KeyboardInterrupt\n"))
    assert result.exit_code == 130 and result.stderr.strip() == "interrupted"


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_in_a_real_process_leaves_the_old_file() -> None:
    Path("slow.svg").write_text("old")
    write("import time\nopen('ready', 'w').close()\ndef build():\n    time.sleep(60)\n", "slow.py")
    process = subprocess.Popen([*PYTHON, "render", "slow.py"], stderr=subprocess.PIPE, text=True)
    wait_for(lambda: Path("ready").exists())
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert (process.returncode, told.strip()) == (130, "interrupted")
    assert Path("slow.svg").read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is needed")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"'{sys.executable}' -m tracegraph render net.py -o - --format dot | head -c 10 >/dev/null"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is needed")
@pytest.mark.parametrize("command", ["flow net.py --json", "render net.py -o -", "mark net.py claims.toml"])
def test_standard_output_closed_from_the_start(command: str) -> None:
    Path("claims.toml").write_text("[value]\nw = 0.5\n")
    shell = f"'{sys.executable}' -m tracegraph {command} >&-"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True)
    assert len(done.stderr.splitlines()) <= 1 and "not meant to happen" not in done.stderr
    assert done.returncode == (1 if done.stderr else 0)


SLOW_IMPORT = """
import sys, time

class Finder:
    def find_spec(self, name, *rest):
        if name == 'tracegraph.hooks':
            print('ready', flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Finder())
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no such signal")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_while_modules_are_imported() -> None:
    """The first import of the command line stops until the signal has come."""
    Path("sitecustomize.py").write_text(SLOW_IMPORT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(
        [*PYTHON, "render", "net.py"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told.strip()) == (130, "interrupted")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_behind_standard_output() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*PYTHON, "render", "net.py", "-o", "-"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "error: cannot write to standard output: No space left on device\n"
