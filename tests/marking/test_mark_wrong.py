"""Claims that cannot be judged: one line each that names the claim and its line, and the rest is marked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import tracegraph as tg
from tracegraph.cli import main
from tracegraph.errors import MarkError

PROGRAM = """
import tracegraph as tg
def build():
    w = tg.parameter(0.5)
    x = tg.tensor([1.0, 2.0])
    y = w * x
    loss = (y ** 2).sum()
    return loss
"""
GOOD = '[[claim]]\nvalue = "loss"\nwritten = "1.25"\n'


def graph() -> tg.Graph:
    w = tg.parameter(0.5, "w")
    x = tg.constant([1.0, 2.0], "x")
    y = w * x
    loss = (y**2).sum()
    return tg.trace(loss)


WRONG = [
    ({"value": "los", "written": "1"}, "no node is called 'los'; nearest: loss"),
    ({"value": "loss", "written": "one"}, "loss: written 'one' is not a number"),
    ({"value": "y", "written": "1"}, "y: written is scalar, the quantity 2"),
    ({"value": "y", "written": ["1", "2", "3"]}, "y: written is 3, the quantity 2"),
    ({"value": "y", "written": [["1", "2"], ["3"]]}, "not of the same length"),
    ({"value": "y", "written": ["1", ["2"]]}, "not of the same length"),
    ({"value": "y", "index": [2], "written": "1"}, "y[2]: index [2] is outside"),
    ({"value": "loss", "index": [0], "written": "1"}, "it is one number"),
    ({"value": "loss", "step": 1, "written": "1"}, "belongs to no step"),
    ({"value": "loss", "grad": "w", "written": "1"}, "either value or grad, not both"),
    ({"written": "1"}, "either value or grad"),
    ({"value": "loss"}, "written is missing"),
    ({"value": "loss", "writen": "1"}, "unknown key 'writen'"),
    ({"value": "loss", "written": 1.25}, "its digits count"),
    ({"value": "loss", "written": None}, "not NoneType"),
    ({"value": 3, "written": "1"}, "a name was due"),
    ({"value": "loss", "step": "1", "written": "1"}, "a whole number was due"),
    ({"value": "y", "index": "0", "written": "1"}, "a list of whole numbers was due"),
    ({"grad": "x", "written": ["1", "1"]}, "no gradient reaches 'x'"),
    ("loss", "a claim is a table"),
]


@pytest.mark.parametrize(("claim", "message"), WRONG)
def test_a_bad_claim_is_a_line_and_the_rest_is_marked(claim: Any, message: str) -> None:
    marking = tg.mark(graph(), [claim, {"value": "loss", "written": "1.25"}])
    assert [r.verdict for r in marking.results] == ["agrees"]
    said = str(marking.problems[0])
    assert said.startswith("claim 1: ") and message in said and "\n" not in said


@pytest.mark.parametrize("claims", [None, 3, {"value": "loss", "written": "1"}])
def test_what_is_no_list_is_an_error(claims: Any) -> None:
    with pytest.raises(MarkError, match="a list of claims"):
        tg.mark(graph(), claims)


def test_what_is_no_graph_is_an_error() -> None:
    with pytest.raises(MarkError, match="give a graph"):
        tg.mark(tg.tensor(1.0), [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (GOOD + '[[claim]]\nvalue = "loss"\nwritten = \n' + GOOD, 6, "this is not TOML"),
        (GOOD + '[[claim]]\nvalue = "los"\nwritten = "1"\n' + GOOD, 4, "nearest: loss"),
        ("title = 3\n" + GOOD * 2, 1, "unknown key 'title'"),
        ("title = \n" + GOOD * 2, 1, "this is not TOML"),
        (GOOD * 2 + '[[claim]]\nvalue = "loss', 7, "this is not TOML"),
    ],
)
def test_lines_of_a_file_are_named(text: str, line: int, message: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.toml"
    file.write_text(text, "utf-8")
    marking = tg.mark(graph(), file)
    assert [r.verdict for r in marking.results] == ["agrees", "agrees"]
    assert len(marking.problems) == 1 and str(marking.problems[0]).startswith(f"line {line}")
    assert message in str(marking.problems[0])


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "there is no"), (b"\xff\xfe\x00", "UTF-8"), (b"x = 1\n", "unknown key")]
)
def test_files_without_claims(data: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.toml"
    file.write_bytes(data)
    try:
        problems = [str(p) for p in tg.mark(graph(), file).problems]
    except MarkError as error:
        problems = [str(error)]
    assert message in problems[0] and "\n" not in problems[0]


def test_bare_numbers_keep_their_digits(tmp_path: Path) -> None:
    file = tmp_path / "claims.toml"
    file.write_text('claim = [{value = "loss", written = 1.2500}, {value = "y", written = [0.50, 1]}]\n', "utf-8")
    assert [r.written for r in tg.mark(graph(), file).results] == ["1.2500", ("0.50", "1")]


def run(tmp_path: Path, claims: str, *arguments: str) -> Any:
    (tmp_path / "net.py").write_text(PROGRAM, "utf-8")
    (tmp_path / "claims.toml").write_text(claims, "utf-8")
    files = [str(tmp_path / "net.py"), str(tmp_path / "claims.toml")]
    return CliRunner().invoke(main, ["mark", *files, *arguments], catch_exceptions=False)


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    done = run(tmp_path, GOOD)
    assert done.exit_code == 0 and "1 of 1 right" in done.stdout and "✓  loss" in done.stdout
    out = [str(tmp_path / f"r.{s}") for s in ("md", "json", "svg", "tgraph")]
    done = run(tmp_path, GOOD.replace("1.25", "1.52"), *(a for o in out for a in ("-o", o)))
    assert done.exit_code == 0 and all(Path(o).stat().st_size for o in out)
    assert "swapped" in (tmp_path / "r.md").read_text("utf-8")


def test_json_for_machines(tmp_path: Path) -> None:
    done = run(tmp_path, GOOD + '[[claim]]\ngrad = "w"\nwritten = "-5"\n', "--json")
    records = json.loads(done.stdout)
    assert [r["verdict"] for r in records] == ["agrees", "slip"] and records[1]["causes"] == ["the sign is wrong: 5"]


def test_bad_claims_give_exit_code_1_and_one_line_each(tmp_path: Path) -> None:
    done = run(tmp_path, GOOD + '[[claim]]\nvalue = "los"\nwritten = "1"\n[[claim]]\nvalue = "y"\nwritten = "1"\n')
    assert done.exit_code == 1 and "1 of 1 right" in done.stdout
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2 and "line 4, claim 2" in errors[0] and "line 7, claim 3" in errors[1]


@pytest.mark.parametrize(("arguments", "code"), [(("-o", "r.xyz"), 2), (("-o", "no/such/r.md"), 1)])
def test_outputs_that_cannot_be_written(arguments: tuple[str, ...], code: int, tmp_path: Path) -> None:
    assert run(tmp_path, GOOD, *arguments).exit_code == code


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(PROGRAM, "utf-8")
    done = CliRunner().invoke(main, ["mark", str(tmp_path / "net.py"), str(tmp_path / "none.toml")])
    assert done.exit_code == 1 and "No such file" in done.stderr and len(done.stderr.splitlines()) == 1
