"""Ctrl-C on the command line: one line whenever it comes, also while modules are imported and while Python ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

EXIT_CODE = 130


def ends_at_once() -> None:
    """Let Ctrl-C end this process; where it is ignored, or somebody else waits for it, nothing changes."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        with suppress(ValueError):  # in another thread than the first
            signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: Any) -> None:
    os.write(2, b"\ninterrupted\n")
    os._exit(EXIT_CODE)


@contextmanager
def raises() -> Iterator[None]:
    """Let Ctrl-C raise `KeyboardInterrupt` while a command runs, so that it leaves nothing half done."""
    ours = signal.getsignal(signal.SIGINT) is _end
    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, _end)
