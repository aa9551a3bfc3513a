"""The summary of what was left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
PROGRAM = """
import pytest

@pytest.mark.parametrize("i", range(3))
def test_of_a_tool(i): pytest.importorskip("no_such_module", reason="no such module")

@pytest.mark.skipif(True, reason="another system")
def test_elsewhere(): pass

def test_that_runs(): pass
"""


def test_what_is_left_out_is_counted_by_its_reason(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(PROGRAM)
    hook = "from skips import reasons\ndef pytest_terminal_summary(terminalreporter):\n"
    hook += "    for line in reasons(terminalreporter.stats['skipped']): terminalreporter.write_line(line)\n"
    (tmp_path / "conftest.py").write_text(hook)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "none.ini", "test_some.py"]
    (tmp_path / "none.ini").write_text(f"[pytest]\npythonpath = {TESTS / 'project'}\n")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "    3 skipped: no such module\n    1 skipped: another system\n" in done.stdout
