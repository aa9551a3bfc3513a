"""The child process that runs Graphviz: DOT in a file, a format on stdin, frames of bytes on stdout.

Run as a script, with pygraphviz's folder and a private folder as arguments. It imports the C extension alone: no
NumPy, no package of ours, so that it starts in the time of a bare interpreter. It ends at the end of stdin. While it
draws it cannot look there: a guard, forked from it where the system has that, ends it when its parent has gone.
"""

import faulthandler
import os
import select
import signal
import sys
import time
from types import ModuleType
from typing import Any, BinaryIO

PATIENCE = 1.0  # seconds in which a worker whose parent has gone may end by itself
GRACE = 5.0  # seconds past the deadline after which an orphan ends itself


def load(package: str) -> ModuleType:
    """Import pygraphviz's C extension without its package."""
    if sys.platform == "win32" and os.path.isdir(package + ".libs"):
        os.add_dll_directory(package + ".libs")
    sys.path.insert(0, package)
    import _graphviz  # type: ignore[import-not-found]

    sys.path.remove(package)
    return _graphviz  # type: ignore[no-any-return]


def paint(gv: ModuleType, context: Any, graph: Any, format: bytes) -> bytes:
    """Lay the graph out and return the bytes of the drawing; nothing if Graphviz refused."""
    try:
        failed = gv.gvLayout(context, graph, b"dot")
        result = None if failed else gv.gvRenderData(context, graph, format)
        gv.gvFreeLayout(context, graph)
    finally:
        gv.agclose(graph)
    # A failure is a bare number, a success is [0, bytes].
    return result[1] if isinstance(result, (list, tuple)) and not result[0] else b""


def draw(gv: ModuleType, context: Any, path: str, format: bytes) -> bytes:
    """Read the DOT file and draw it; nothing if it does not parse (the reason is on stderr)."""
    try:
        with open(path, encoding="utf-8") as source:
            graph = gv.agread(source, None)
    except ValueError:
        return b""
    return paint(gv, context, graph, format)


def warm(gv: ModuleType, context: Any) -> None:
    """Draw a node in memory, so that fonts and plugins are loaded before the first request."""
    graph = gv.agopen(b"warm", gv.cvar.Agdirected, None)
    gv.agattr(graph, gv.AGNODE, b"fontname", b"Arial")
    gv.agnode(graph, b"a", 1)
    paint(gv, context, graph, b"svg")


def send(out: BinaryIO, data: bytes) -> None:
    """Write one frame: eight bytes of length, then the data."""
    out.write(len(data).to_bytes(8, "big") + data)
    out.flush()


def serve(gv: ModuleType, home: str, out: BinaryIO) -> None:
    """Answer one frame per line `format seconds` until stdin ends; the first frame is the version."""
    context = getattr(gv, "gvContextWithBuiltins", gv.gvContext)()
    warm(gv, context)
    send(out, f"{gv.GRAPHVIZ_MAJOR_VERSION}.{gv.GRAPHVIZ_MINOR_VERSION}.{gv.GRAPHVIZ_PATCH_VERSION}".encode())
    for line in iter(sys.stdin.buffer.readline, b""):
        format, seconds = line.split()
        # The parent kills at the deadline; this ends a long layout whose parent is no longer there to do so.
        faulthandler.dump_traceback_later(float(seconds) + GRACE, exit=True)
        send(out, draw(gv, context, os.path.join(home, ".graph"), format))
        faulthandler.cancel_dump_traceback_later()


def guarded(home: str) -> int:
    """Fork a guard that waits for the end of the parent or of this process; its number, 0 where there is none."""
    if not hasattr(os, "fork"):
        return 0
    mine, its = os.pipe()
    worker = os.getpid()
    if guard := os.fork():
        os.close(mine)  # the other end is open as long as this process lives
        return guard
    os.close(its)
    try:
        guard_on(worker, mine, home)
    finally:
        os._exit(0)


def guard_on(worker: int, alive: int, home: str) -> None:
    """Wait; where the parent ends first, end the worker and remove the folder."""
    for stream in (1, 2):  # or the parent would not see the end of the worker's answers
        os.close(stream)
    ends = select.poll()
    for end in (0, alive):
        ends.register(end, 0)  # nothing but the end of the other side
    gone = {end for end, _ in ends.poll()}
    if 0 not in gone:
        return
    until = time.monotonic() + PATIENCE
    while os.getppid() == worker and time.monotonic() < until:
        time.sleep(0.02)
    if os.getppid() == worker:
        os.kill(worker, signal.SIGKILL)
    if os.path.isdir(home):
        tidy(home)


def tidy(home: str) -> None:
    """Remove the private folder: a parent that was killed could not."""
    os.chdir(os.path.dirname(home))
    for folder, _, files in os.walk(home, topdown=False):
        for file in files:
            os.unlink(os.path.join(folder, file))
        os.rmdir(folder)


def main() -> None:
    """Serve, with the real stdout kept for frames: what a C library prints there goes to stderr."""
    package, home = sys.argv[1:]
    guard = guarded(home)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        serve(load(package), home, out)
        tidy(home)
    except OSError:  # the parent has gone, or was the quicker one to remove the folder
        pass
    if guard:
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)


if __name__ == "__main__":
    main()
