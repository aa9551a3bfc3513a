"""Running the command line in a test."""

from __future__ import annotations

import sys
from pathlib import Path

from click.testing import CliRunner, Result

from tracegraph import cli

NET = """
import tracegraph as tg

def build():
    w = tg.parameter(0.5)
    z = w * 2 - 3
    loss = z ** 2
    return loss
"""
PYTHON = [sys.executable, "-m", "tracegraph"]


def run(*args: object) -> Result:
    """The command line in this process."""
    return CliRunner().invoke(cli.main, [str(a) for a in args], prog_name="tracegraph")


def write(text: str, name: str = "p.py") -> str:
    """Write a program, after a line that imports tracegraph; its name."""
    Path(name).write_text("import tracegraph as tg\n" + text, "utf-8")
    return name


def error(result: Result, code: int = 1) -> str:
    """The one line of an error, and nothing besides."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output and result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert lines[-1].startswith("error: ") and len(lines) == 1, lines
    return lines[0].removeprefix("error: ")
