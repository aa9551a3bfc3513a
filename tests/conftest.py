"""What several files of tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import NET
from hypothesis import HealthCheck, settings
from skips import reasons

settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")  # no example fails for its time
collect_ignore_glob = ["*/make_*.py"]  # scripts for developers, which import what tests do not need


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts a browser or an office is slow."""
    for item in items:
        if {"browser", "office"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker("slow")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, and why."""
    for line in reasons(terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(line)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with net.py in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    return tmp_path


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C works, also in new processes, where the tests were started with it ignored, as by `nohup`."""
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, ours)


@pytest.fixture
def simple_diagnostics() -> Iterator[None]:
    """The diagnostics of simple_diagnostics.py instead of the real ones."""
    from simple_diagnostics import plant

    from tracegraph.analysis import DIAGNOSTICS

    real = dict(DIAGNOSTICS)
    plant()
    yield
    DIAGNOSTICS.clear()
    DIAGNOSTICS.update(real)
