"""``tracegraph flow``: the table in a terminal and in a pipe, files, JSON, and the exit code."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import NET, error, run, write

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS
from tracegraph.cli import main
from tracegraph.cli.flow_command import TABLES
from tracegraph.cli.render_command import formats
from tracegraph.drawing import Drawing
from tracegraph.formats import FORMATS as EVERY
from tracegraph.text.width import width

pytestmark = pytest.mark.usefixtures("here", "simple_diagnostics")
FAULTY = """
def build():
    with tg.scope("part"):
        w = tg.parameter([1.0, 2.0], "w")
        far = tg.parameter(50.0, "far")
    print("building")
    loss = tg.sum(w) * 1e-9 + far
    return loss
"""
ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, str(Path(__file__).parents[1] / "analysis" / "simple_diagnostics.py"), "flow"]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def usage(*args: object) -> str:
    """What is said of wrong usage, before the program has run."""
    write("open('ran', 'w').close()\n" + FAULTY)
    result = run("flow", "p.py", *args)
    assert result.exit_code == 2 and result.stdout == "" and not Path("ran").exists(), result.output
    return " ".join(result.stderr.split())


def test_the_table_goes_to_standard_output_and_the_rest_aside() -> None:
    result = run("flow", write(FAULTY), "-o", "a.svg")
    assert result.exit_code == 0
    exec(compile("import tracegraph as tg\n" + FAULTY, "p.py", "exec"), held := {})
    assert result.stdout == str(tg.flow(held["build"]))
    assert result.stderr == "building\nwrote a.svg\n"
    assert "very_small at w · p.py:5 · w = tg.parameter([1.0, 2.0]" in result.stdout
    ET.parse("a.svg")


@pytest.mark.slow
def test_in_a_pipe_the_bytes_do_not_depend_on_the_terminal() -> None:
    write(FAULTY)
    found = set()
    for columns, color in (("40", "1"), ("300", "")):
        env = {**os.environ, "COLUMNS": columns, "FORCE_COLOR": color, "PYTHONHASHSEED": columns}
        found.add(subprocess.run([*COMMAND, "p.py"], capture_output=True, env=env, check=True).stdout)
    [data] = found
    assert b"\x1b" not in data and data.decode() == run("flow", "p.py").stdout


def in_a_terminal(columns: int, *args: str, **env: str) -> str:
    """What the command writes to a terminal that is so wide."""
    fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    known = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [*COMMAND, *args],
        stdout=far,
        stderr=subprocess.DEVNULL,
        stdin=far,
        env={**known, "TERM": "xterm-256color", **env},
    )
    os.close(far)
    data = b""
    try:
        while part := os.read(near, 4096):
            data += part
    except OSError:  # the other end is closed
        pass
    os.close(near)
    assert process.wait() == 0
    return data.decode().replace("\r\n", "\n")


@pytest.mark.slow
def test_a_terminal_has_colours_and_its_width_is_kept() -> None:
    write(FAULTY.replace('"far"', repr("a long name " * 20)))
    wide = in_a_terminal(150, "p.py")
    row = next(line for line in wide.splitlines() if "very_small at w ·" in line)
    assert "\x1b[1;31m" in row  # the worse half of the kinds is red
    assert next(line for line in wide.splitlines() if line.startswith("\x1b[33mspan"))  # the others are yellow
    assert "  mean |g| is small" in wide
    for columns in (150, 90, 70, 55):
        lines = [ANSI.sub("", line) for line in in_a_terminal(columns, "p.py").splitlines()]
        assert max(map(width, lines)) <= columns
        assert any("…" in line for line in lines)
        assert any(line.startswith("very_small at w") for line in lines) and "1e−9" in "".join(lines)
        rows = [line for line in lines if re.match("w +", line)]
        assert any("rms g" in line for line in lines) == (columns >= 90)  # a column less, and no number cut
        assert rows and all("1.4e−9" in line for line in rows)  # the norm: a number is whole or not there


def test_a_terminal_without_colours() -> None:
    write(FAULTY)
    text = in_a_terminal(100, "p.py", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", text) and "very_small" in text


def test_markup_in_names_is_text() -> None:
    write(FAULTY.replace('"far"', '"[red]far[/red] [/] \\x1b[31m"'))
    assert "[red]far[/red]" in ANSI.sub("", in_a_terminal(150, "p.py"))


def test_json_is_json_and_nothing_else() -> None:
    result = run("flow", write(FAULTY), "--json", "-o", "same.json")
    told = json.loads(result.stdout)
    assert [f["name"] for f in told["findings"]] == ["w", "far"] and told["summary"]["parameters"] == 2
    assert result.stdout == Path("same.json").read_text("utf-8")
    assert told["findings"][0] == {
        "kind": "very_small",
        "node": told["findings"][0]["node"],
        "name": "w",
        "measure": 1e-9,
        "threshold": 1e-7,
        "cause": "mean |g| is small",
        "remedy": "",
        "index": [],
        "source": "p.py:5",
    }


def test_every_format_by_its_suffix() -> None:
    begins = {
        "svg": b"<?xml",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "eps": b"%!PS",
        "dot": b"digraph",
        "tgraph": b"PK",
        "txt": b"2 root causes, the worst: very_small at w",
        "md": b"**",
        "json": b"{",
    }
    assert begins.keys() <= {*formats(), *TABLES} == {*formats(), "md"}
    write(FAULTY)
    result = run("flow", "p.py", *(part for kind in begins for part in ("-o", f"a.{kind}")))
    assert result.exit_code == 0 and result.stderr.count("wrote a.") == len(begins)
    for kind, begin in begins.items():
        assert Path(f"a.{kind}").read_bytes().startswith(begin), kind
    assert Path("a.txt").read_text("utf-8") == result.stdout
    assert run("flow", "a.tgraph").stdout == result.stdout


@pytest.mark.parametrize(
    "fail_on, code, told",
    [
        ("very_small", 1, "1 very_small"),
        ("very-small", 1, "1 very_small"),
        ("span,nan", 1, "1 span"),
        ("never", 0, ""),
        ("nan,never", 0, ""),
        ("any", 1, "1 very_small, 1 span"),
        ("fault", 1, "1 very_small, 1 span"),
        ("hint", 0, ""),
        ("NAN, Span", 1, "1 span"),
    ],
)
def test_the_exit_code_says_whether_a_kind_was_found(fail_on: str, code: int, told: str) -> None:
    result = run("flow", write(FAULTY), "--fail-on", fail_on, "-o", "a.txt", "-o", "a.dot")
    assert result.exit_code == code
    assert Path("a.txt").read_text("utf-8") == result.stdout != "" and Path("a.dot").exists()
    last = result.stderr.splitlines()[-1]
    assert last == f"failed on: {told}" if code else last == "wrote a.dot"


def test_fail_on_again_and_in_a_real_process() -> None:
    write(FAULTY)
    assert run("flow", "p.py", "--fail-on", "nan", "--fail-on", "span").exit_code == 1
    done = subprocess.run([*COMMAND, "p.py", "--json", "--fail-on", "any"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr == "building\nfailed on: 1 very_small, 1 span\n"
    assert json.loads(done.stdout)["findings"]
    assert run("flow", "net.py", "--fail-on", "any").exit_code == 0


@pytest.mark.parametrize(
    "limits, kinds",
    [
        ([], ["very_small", "span"]),
        (["very_small=1e-10"], ["span"]),
        (["very-small=off"], ["span"]),
        (["span=-100,100"], ["very_small"]),
        (["span=off", "very_small=OFF"], []),
        (["nan=off"], ["very_small", "span"]),
        (["very_small=1"], ["very_small", "span"]),
        (["very_small=inf", "span=0,2"], ["very_small", "very_small", "span"]),
    ],
)
def test_other_thresholds(limits: list[str], kinds: list[str]) -> None:
    result = run("flow", write(FAULTY), "--json", *(part for limit in limits for part in ("--limit", limit)))
    assert [f["kind"] for f in json.loads(result.stdout)["findings"]] == kinds


@pytest.mark.parametrize(
    "args, told",
    [
        (["--fail-on", "very_smal"], "no finding is called 'very_smal'; nearest: very_small; there are nan, very_sm"),
        (["--fail-on", "nan,"], "no finding is called ''"),
        (["--fail-on", "zzz"], "no finding is called 'zzz'; there are nan"),
        (["--limit", "spam=3"], "no finding is called 'spam'; nearest: span"),
        (["--limit", "very_small"], "very_small=: give very_small=1e-7 or very_small=off"),
        (["--limit", "very_small=tiny"], "very_small=tiny: give very_small=1e-7 or very_small=off"),
        (["--limit", "very_small=nan"], "very_small=nan: give very_small=1e-7"),
        (["--limit", "very_small=1,2"], "very_small=1,2: give very_small=1e-7"),
        (["--limit", "span=3"], "span=3: give span=-9,9 or span=off"),
        (["--limit", "nan=3"], "nan has no threshold; nan=off leaves it out"),
        (["--limit", "nan=off", "--fail-on", "nan,span"], "--limit nan=off leaves out what --fail-on nan asks for"),
        (["-o", "a.jpg"], "no format .jpg; use .svg, .png, .pdf, .eps, .dot, "),
        (["-o", "-"], "no suffix, so no format"),
        (["--step", "0"], "is not in the range"),
        (["--detail", "most"], "'most' is not one of"),
        (["--depth", "-1"], "is not in the range"),
        (["--colour"], "No such option"),
    ],
)
def test_wrong_usage_is_exit_code_2(args: list[str], told: str) -> None:
    assert told in usage(*args)


def test_any_may_be_failed_on_where_a_kind_is_left_out() -> None:
    result = run("flow", write(FAULTY), "--fail-on", "any", "--limit", "span=off")
    assert result.exit_code == 1 and result.stderr.endswith("failed on: 1 very_small\n")


@pytest.mark.parametrize(
    "body, told",
    [
        ("def build():\n    return 1 / 0\n", "p.py:3: ZeroDivisionError: division by zero"),
        ("def build():\n    return tg.constant(1.0) * 2\n", "flow: nothing was differentiated; give the loss"),
        ("def build():\n    return tg.parameter([1.0, 2.0]) * 2\n", "flow: nothing was differentiated; give the loss"),
        ("def build():\n    return 3\n", "p.py: build() returned int"),
        ("def other():\n    pass\n", "p.py has no build; it has other: tracegraph "),
    ],
)
def test_what_is_wrong_with_the_program(body: str, told: str) -> None:
    assert told in error(run("flow", write(body), "-o", "a.svg"))
    assert not Path("a.svg").exists()


@pytest.mark.parametrize(
    "file, told",
    [
        ("nett.py", "there is no file nett.py; nearest: net.py"),
        (".", ". is a folder"),
        ("notes.txt", "give a program (.py) or a saved graph (.tgraph)"),
        ("damaged.tgraph", "damaged.tgraph"),
    ],
)
def test_what_is_wrong_with_the_file(file: str, told: str) -> None:
    Path("notes.txt").write_text("hello")
    Path("damaged.tgraph").write_bytes(b"PK\x03\x04 not at all")
    assert told in error(run("flow", file))


def test_a_folder_that_is_missing_is_said_before_the_program_runs() -> None:
    write("open('ran', 'w').close()\n" + FAULTY)
    assert "the folder does not exist" in error(run("flow", "p.py", "-o", "no/such/a.svg"))
    assert not Path("ran").exists()


def test_where_there_is_no_picture_there_is_still_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(drawing: Drawing, scale: float) -> bytes:
        raise tg.LayoutError("no luck")

    monkeypatch.setitem(EVERY, "svg", replace(EVERY["svg"], write=fail))
    result = run("flow", write(FAULTY), "-o", "a.txt", "-o", "a.svg", "--fail-on", "any")
    assert result.exit_code == 1 and result.stderr == "building\nerror: no luck\n"
    assert "very_small" in result.stdout and not Path("a.txt").exists()


@pytest.mark.parametrize("returned", ["loss", "tg.trace(loss)", "tg.draw(loss)", "tg.draw(loss, depth=0)"])
def test_a_tensor_a_graph_or_a_drawing(returned: str) -> None:
    write(FAULTY.replace("return loss", f"return {returned}"))
    told = json.loads(run("flow", "p.py", "--json").stdout)
    assert [f["name"] for f in told["findings"]] == ["w", "far"]
    assert [p["name"] for p in told["parameters"]] == ["w", "far"]


def test_a_program_that_has_asked_itself_is_taken_as_it_is() -> None:
    write(FAULTY.replace("return loss", "return tg.flow(loss, span=(0.0, 1.0))"))
    first = run("flow", "p.py", "--json")
    assert [f["name"] for f in json.loads(first.stdout)["findings"]] == ["w", "w", "far"]
    again = run("flow", "p.py", "--json", "--limit", "span=off")
    assert [f["kind"] for f in json.loads(again.stdout)["findings"]] == ["very_small"]


def test_a_parameter_that_the_function_makes_and_the_loss_does_not_use() -> None:
    body = FAULTY.replace('    print("building")\n', '    idle = tg.parameter(3.0, "idle")\n')
    told = json.loads(run("flow", write("other = tg.parameter(1.0)\n" + body), "--json").stdout)
    assert [p["name"] for p in told["parameters"] if p["gradient"] is None] == ["idle"]
    assert (told["summary"]["parameters"], told["summary"]["reached"]) == (3, 2)


def test_a_remedy_is_tried() -> None:
    """With the diagnostics that are planted here no remedy can be tried, and nothing changes."""
    write(FAULTY)
    assert run("flow", "p.py", "--try-remedies").stdout == run("flow", "p.py").stdout


RUN = """
def build():
    w, sgd = tg.parameter(1.0, "w"), tg.optim.SGD(0.1)
    for k in range(3):
        loss = w * w
        [w] = sgd.step(loss, [w])
    return [w]
"""


def test_steps_of_a_training_run() -> None:
    write(RUN)
    rows = json.loads(run("flow", "p.py", "--json").stdout)["parameters"]
    assert [r["name"] for r in rows] == ["w_0", "w_1", "w_2"]
    assert [r["update"] for r in rows] == [pytest.approx(0.2)] * 3
    told = json.loads(run("flow", "p.py", "--json", "--step", 2).stdout)
    assert [r["name"] for r in told["parameters"]] == ["w_1"] and told["summary"]["reached"] == 1
    assert "there is no step 7" in error(run("flow", "p.py", "--step", 7))


@pytest.mark.parametrize("option", ["--detail full", "--theme dark", "--direction TB", "--depth 0"])
def test_options_reach_the_picture_and_not_the_table(option: str) -> None:
    write(FAULTY)
    plain, other = (
        run("flow", "p.py", "-o", "a.dot", *o.split()).stdout + Path("a.dot").read_text("utf-8") for o in ("", option)
    )
    assert plain.partition("digraph")[0] == other.partition("digraph")[0] and plain != other


def test_the_help_lists_the_kinds_that_there_are() -> None:
    text = " ".join(run("flow", "--help").stdout.split())
    listed = text.partition("Kinds of findings")[2]
    assert "very_small A gradient whose mean is below the threshold [1e-7]" in listed
    assert "span A value outside of a range [-9,9]" in listed and "nan A value that is not a number span" not in listed
    assert [listed.index(kind) for kind in DIAGNOSTICS] == sorted(listed.index(kind) for kind in DIAGNOSTICS)
    assert "This sentence" not in listed and all(d.meaning for d in DIAGNOSTICS.values() if d.find.__doc__)


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is needed")
def test_a_reader_that_goes_away_is_no_error() -> None:
    Path("net.py").write_text(NET)
    command = " ".join(map(repr, [*COMMAND, "net.py"])) + " | head -c 10 >/dev/null"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_behind_standard_output() -> None:
    with open("/dev/full", "wb") as full:
        done: Any = subprocess.run([*COMMAND, "net.py"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and done.stderr == "error: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("option", [p for p in main.commands["flow"].params if p.opts[0].startswith("-")], ids=str)
def test_every_option_is_in_the_docs(option: Any) -> None:
    page = (ROOT / "docs/flow.md").read_text("utf-8")
    assert all(f"`{name}" in page for name in option.opts)


@pytest.mark.slow
def test_the_page_of_docs_is_what_the_code_says() -> None:
    """``python tests/project/make_flow_doc.py`` brings docs/flow.md up to date."""
    code = "import make_flow_doc as m; t = m.FILE.read_text('utf-8'); assert m.filled(t) == t, 'run make_flow_doc.py'"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "project")}  # without the diagnostics of these tests
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
