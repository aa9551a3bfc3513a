"""The process that draws: a worker with a private folder, requests to its stdin, frames from its stdout."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO

from ..errors import LayoutError, LayoutTimeout

HERE = os.path.dirname(os.path.abspath(__file__))
FONT_FOLDER = os.path.join(os.path.dirname(HERE), "fonts")
NEEDS = "Graphviz is missing: `pip install 'pygraphviz>=2.0.4'`, or install Graphviz and use engine='system'"
# What a child needs of the caller's environment; anything more (fonts, locale, a date) could show in the drawing.
KEEP = (
    "PATH",
    "SYSTEMROOT",
    "WINDIR",
    "TEMP",
    "TMP",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "GVBINDIR",
)
FONTS = [f"Tracegraph{family}-{style}.ttf" for family in ("Sans", "Symbols") for style in ("Regular", "Bold")]


def environment(home: str) -> dict[str, str]:
    """The environment of every Graphviz: our fonts only, caches in `home`, no locale, no clock."""
    kept = {name: os.environ[name] for name in KEEP if name in os.environ}
    return kept | {
        "FONTCONFIG_FILE": os.path.join(FONT_FOLDER, "fonts.conf"),
        "XDG_DATA_HOME": home,
        "XDG_DATA_DIRS": home,
        "XDG_CACHE_HOME": home,
        "XDG_CONFIG_HOME": home,
        "HOME": home,
        "PANGOCAIRO_BACKEND": "fc",
        "LC_ALL": "C",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": "1",
    }


def furnish(home: str) -> str:
    """Put copies of the fonts into a private folder and return it: fontconfig writes into the folders that it reads."""
    os.mkdir(os.path.join(home, "fonts"))
    for name in FONTS:
        shutil.copyfile(os.path.join(FONT_FOLDER, name), os.path.join(home, "fonts", name))
    return home


@contextmanager
def placed(images: Mapping[str, bytes], home: str) -> Iterator[None]:
    """Keep the images as files in `home` for the time of one drawing."""
    for name in images:
        if not re.fullmatch(r"[\w-][\w.-]*\.png", name):
            raise LayoutError(f"image name {name!r} is no plain file name that ends in .png")
    try:
        for name, data in images.items():
            with open(os.path.join(home, name), "wb") as file:
                file.write(data)
        yield
    finally:
        for name in images:
            with suppress(OSError):  # never written; or still open in Graphviz, on Windows
                os.unlink(os.path.join(home, name))


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
        command = [*interpreter(), os.path.join(HERE, "worker.py"), package()]
        self.home = furnish(tempfile.mkdtemp(prefix="tracegraph-"))
        self.images: dict[str, int] = {}
        self.version = ""
        self.log = open(os.path.join(self.home, ".log"), "ab", buffering=0)
        self.process = subprocess.Popen(
            [*command, self.home],
            cwd=self.home,
            env=environment(self.home),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            start_new_session=True,  # so that Ctrl-C does not reach it
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin and self.process.stdout
        self.requests, self.answers = self.process.stdin, self.process.stdout
        self.reader = threading.Thread()

    def usable(self, source: bytes, images: Mapping[str, bytes]) -> bool:
        """Whether it is alive and knows no image of the drawing by another content: Graphviz caches them by name."""
        return self.process.poll() is None and all(
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
            return self.answer(deadline, timeout), self.said()

    def ask(self, source: bytes, line: str) -> None:
        """Hand a drawing over; a dead child is noticed at the answer."""
        with open(os.path.join(self.home, ".graph"), "wb") as file:
            file.write(source)
        self.log.truncate(0)
        try:
            self.requests.write(line.encode())
        except OSError:
            pass

    def answer(self, deadline: float, timeout: float) -> bytes:
        """The next frame, or LayoutError if it is late or the child has died."""
        frames: list[bytes | None] = []
        # A pipe cannot be read with a deadline on Windows; and no thread is left running for a fork to stumble on.
        self.reader = threading.Thread(target=receive, args=(self.answers, frames), daemon=True)
        self.reader.start()
        self.reader.join(max(0.0, deadline - time.monotonic()))
        if not frames:
            raise late(timeout)
        frame = frames[0]
        if frame is None:
            raise LayoutError(f"Graphviz died on this graph (exit {self.process.wait()}): {last(self.said())}")
        return frame

    def said(self) -> str:
        """The output on stderr since the request."""
        with open(os.path.join(self.home, ".log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def close(self) -> None:
        """End the process and remove its folder."""
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
