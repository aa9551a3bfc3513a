"""The process that draws: a worker with a private folder, requests to its stdin, frames from its stdout."""

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from ..errors import LayoutError, LayoutTimeout
from .home import LOG, environment, furnished, placed

NEEDS = "Graphviz is missing: `pip install 'pygraphviz>=2.0.4'`, or install Graphviz and use engine='system'"
RENEWED = 2000
"""Drawings after which another child takes over: Graphviz leaks 1 KB in each."""
GENTLE = 0.5
"""Seconds that an idle child is given to end by itself."""


def exactly(stream: IO[bytes], size: int) -> bytes | None:
    """Read `size` bytes, or return None if the stream ends before."""
    data = bytearray()
    while len(data) < size:
        if not (part := stream.read(size - len(data))):
            return None
        data += part
    return bytes(data)


def receive(stream: IO[bytes], frames: list[bytes | None]) -> None:
    """Append the next frame of a child, or None if the child has ended."""
    size = exactly(stream, 8)
    frames.append(None if size is None else exactly(stream, int.from_bytes(size, "big")))


class Child:
    """A running worker with its private folder; serves one drawing at a time."""

    def __init__(self) -> None:
        start, graphviz = interpreter(), package()
        self.home, self.log = furnished()
        self.images: dict[str, int] = {}
        self.version = ""
        self.drawings = 0
        self.busy = False
        try:
            self.process = subprocess.Popen(
                [*start, os.path.join(self.home, "worker.py"), graphviz, self.home],
                cwd=self.home,
                env=environment(self.home),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
                start_new_session=True,  # so that Ctrl-C does not reach it
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except BaseException:
            self.log.close()
            shutil.rmtree(self.home, ignore_errors=True)
            raise
        assert self.process.stdin and self.process.stdout
        self.requests, self.answers = self.process.stdin, self.process.stdout
        self.reader = threading.Thread()

    def usable(self, source: bytes, images: Mapping[str, bytes]) -> bool:
        """Whether it is alive, not worn, and knows no image by another content: Graphviz caches them by name."""
        fresh = self.drawings < RENEWED and self.process.poll() is None
        return fresh and all(
            hash(images[name]) == known if name in images else name.encode() not in source
            for name, known in self.images.items()
        )

    def draw(self, source: bytes, format: str, timeout: float, images: Mapping[str, bytes]) -> tuple[bytes, str]:
        """Return the drawing and what Graphviz wrote to stderr."""
        deadline = time.monotonic() + timeout
        with placed(images, self.home):
            self.images |= {name: hash(data) for name, data in images.items()}
            self.ask(source, f"{format} {timeout}\n")
            self.version = self.version or self.answer(deadline, timeout).decode()
            answer = self.answer(deadline, timeout)
            self.busy = False
            return answer, self.said()

    def ask(self, source: bytes, line: str) -> None:
        """Hand a drawing over; a dead child is noticed at the answer."""
        with open(os.path.join(self.home, ".graph"), "wb") as file:
            file.write(source)
        self.log.truncate(0)
        self.busy = True
        self.drawings += 1
        with suppress(OSError):
            self.requests.write(line.encode())

    def answer(self, deadline: float, timeout: float) -> bytes:
        """The next frame, or LayoutError if it is late or the child has died."""
        frames: list[bytes | None] = []
        # A pipe cannot be read with a deadline on Windows; and no thread is left running for a fork to stumble on.
        self.reader = threading.Thread(target=receive, args=(self.answers, frames), daemon=True)
        self.reader.start()
        self.reader.join(max(0.0, deadline - time.monotonic()))
        if self.reader.is_alive():
            raise late(timeout)
        frame = frames[0] if frames else None  # nothing: somebody else has closed the pipe
        if frame is None:
            raise LayoutError(f"Graphviz died on this graph (exit {self.process.wait()}): {last(self.said())}")
        return frame

    def said(self) -> str:
        """The output on stderr since the request."""
        with open(os.path.join(self.home, LOG), encoding="utf-8", errors="replace") as file:
            return file.read()

    def close(self) -> None:
        """End the process and remove its folder; one that is idle ends by itself, and takes its guard along."""
        with suppress(OSError, subprocess.TimeoutExpired):
            self.requests.close()
            if not self.busy:
                self.process.wait(GENTLE)
        self.process.kill()
        self.process.wait()
        if self.reader.ident:
            self.reader.join()
        self.let_go()
        shutil.rmtree(self.home, ignore_errors=True)

    def let_go(self) -> None:
        """Close this process's ends of the pipes."""
        for file in (self.requests, self.answers, self.log):
            file.close()
        # In a forked process the child is not ours to wait for, and Popen would warn that it still runs.
        self.process.returncode = self.process.returncode or 0


def package() -> str:
    """The folder of pygraphviz, found without importing it."""
    spec = importlib.util.find_spec("pygraphviz")
    if spec is None or not spec.submodule_search_locations:
        raise LayoutError(NEEDS)
    return spec.submodule_search_locations[0]


def interpreter() -> list[str]:
    """This Python, without site packages, user settings and environment variables: a third of the time to start."""
    if not sys.executable:
        raise LayoutError("engine='embedded' needs a Python to run, and sys.executable is empty; use engine='system'")
    return [sys.executable, "-I", "-S"]


def last(log: str) -> str:
    """The last line of a log, which is where the reason is."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and not line.startswith("Fontconfig warning")]
    return lines[-1] if lines else "no reason given"


def late(timeout: float) -> LayoutTimeout:
    """The error for a layout that does not end."""
    return LayoutTimeout(
        f"Graphviz did not finish within {timeout:g} s: draw fewer boxes (collapse, fold) or give a longer timeout="
    )
