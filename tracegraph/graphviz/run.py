"""The one place that runs Graphviz: DOT in, bytes out, in a child process with a deadline and fonts of its own."""

import atexit
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from xml.parsers import expat

from ..errors import LayoutError
from .child import Child, last, late, package
from .home import environment, folder, placed

FORMATS = {"svg": "svg", "png": "png", "pdf": "pdf", "eps": "eps:cairo", "json": "json"}
"""What Graphviz is asked for: places as JSON, pages and bitmaps; SVG to compare its own drawing with ours."""
# How a complete file begins and ends: Graphviz exits with 0 after a failed write too.
MARKS = {
    "svg": (b"<?xml", b"</svg>"),
    "png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "pdf": (b"%PDF-", b"%%EOF"),
    "eps": (b"%!PS-Adobe", b"%%EOF"),
    "json": (b"{", b"}"),
}
# What on stderr means that the drawing is wrong, worst first. Other warnings (a text wide for its cell) are harmless.
WRONG = [
    re.compile(rf"^.*(?:{words}).*$(?:\s+in label of .*)?", re.MULTILINE)
    for words in (
        r"Error\b|CRITICAL|Fontconfig error|out of memory|No space left",
        r"Warning: No |Could not load|unrecognized|not a known color|unknown shape|unsupported style|Illegal|Unable to",
    )
]
# The one thing that differs between two drawings of the same text: the clock, in PDF and EPS.
DATE = re.compile(rb"/CreationDate \([^)]*\)|%%CreationDate: [^\n]*")

_lock = threading.Lock()
_child: Child | None = None


def _current(source: bytes, images: Mapping[str, bytes]) -> Child:
    """The running child, or a new one where none can serve."""
    global _child
    if _child is not None and not _child.usable(source, images):
        end_child()
    _child = _child or Child()
    return _child


def running() -> Child | None:
    """The child that serves now, if one does."""
    return _child


def end_child() -> None:
    """End the running child."""
    global _child
    child, _child = _child, None
    if child is not None:
        child.close()


def _forked() -> None:
    """A forked process leaves its parent's child alone and starts its own."""
    global _child, _lock
    if _child is not None:
        _child.let_go()
    _child, _lock = None, threading.Lock()


atexit.register(end_child)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def warm() -> None:
    """Start the embedded engine in the background, so that it is ready when the DOT is; never raises."""
    if _lock.acquire(blocking=False):
        try:
            _current(b"", {})
        except (LayoutError, OSError):  # render will say it
            pass
        finally:
            _lock.release()


def _embedded(source: bytes, format: str, timeout: float, images: Mapping[str, bytes]) -> tuple[bytes, str]:
    with _lock:
        try:
            data, log = _current(source, images).draw(source, format, timeout, images)
        except OSError as error:
            end_child()
            raise LayoutError(f"Graphviz could not be run: {error}") from error
        except BaseException:  # KeyboardInterrupt too: an answer that nobody took would be given to the next drawing
            end_child()
            raise
        if not data or complaint(log):
            end_child()  # what a failed drawing leaves in memory is not known
        return data, log


def _system(source: bytes, format: str, timeout: float, images: Mapping[str, bytes]) -> tuple[bytes, str]:
    program = shutil.which("dot")
    if program is None:
        raise LayoutError("engine='system' needs `dot` on the PATH: install Graphviz, or use engine='embedded'")
    with folder() as (home, _), placed(images, home):
        try:
            done = subprocess.run(
                [program, "-T" + format],
                input=source,
                capture_output=True,
                timeout=timeout,
                cwd=home,
                env=environment(home),
            )
        except subprocess.TimeoutExpired:
            raise late(timeout) from None
        return done.stdout, done.stderr.decode("utf-8", "replace")


ENGINES: dict[str, Callable[[bytes, str, float, Mapping[str, bytes]], tuple[bytes, str]]] = {
    "embedded": _embedded,
    "system": _system,
}


def render(
    dot: str,
    format: str = "svg",
    *,
    engine: str = "embedded",
    timeout: float = 60.0,
    images: Mapping[str, bytes] | None = None,
) -> bytes:
    """Draw DOT text; the same text gives the same bytes. LayoutError says why there is no drawing.

    ``images``: PNG bytes by the names used in `<IMG SRC="h3.png"/>`. ``timeout`` is in seconds.
    """
    if format not in FORMATS:
        raise LayoutError(f"no format {format!r}; there are {', '.join(FORMATS)}")
    if engine not in ENGINES:
        raise LayoutError(f"no engine {engine!r}; there are {', '.join(ENGINES)}")
    data, log = ENGINES[engine](dot.encode("utf-8", "replace"), FORMATS[format], timeout, images or {})
    check(data, format, log)
    # A PDF counts its bytes: the date is blanked at the same length.
    return DATE.sub(lambda match: b" " * len(match[0]), data) if format in ("pdf", "eps") else data


def check(data: bytes, format: str, log: str) -> None:
    """LayoutError if Graphviz complained, or if the file is not whole."""
    begin, end = MARKS[format]
    if wrong := complaint(log):
        raise LayoutError(f"Graphviz could not draw this: {wrong}")
    if not data.startswith(begin) or not data.rstrip().endswith(end):
        raise LayoutError(f"Graphviz wrote no complete {format} ({len(data)} bytes): {last(log)}")
    if format == "svg":
        try:
            expat.ParserCreate().Parse(data, True)
        except expat.ExpatError as error:
            raise LayoutError(f"Graphviz wrote an SVG that does not parse: {error}") from None


def complaint(log: str) -> str:
    """The worst line that Graphviz wrote, in one line with the place it names; empty if the drawing is right."""
    found = (match[0] for pattern in WRONG if (match := pattern.search(log)))
    return " ".join(next(found, "").split())


def describe() -> dict[str, str]:
    """The engines and the font, for `tracegraph doctor`; never raises."""
    return {"embedded": _told(_embedded_version), "system": _told(_system_version), "font": _told(_font)}


def _told(question: Callable[[], str]) -> str:
    try:
        return question()
    except (LayoutError, OSError, subprocess.SubprocessError) as error:
        return f"none: {error}"


def _embedded_version() -> str:
    render("digraph { a }")
    return f"Graphviz {_child.version} in {package()}" if _child else "none: it died"


def _system_version() -> str:
    program = shutil.which("dot")
    if program is None:
        return "none: no `dot` on the PATH"
    done = subprocess.run([program, "-V"], capture_output=True, timeout=10, text=True)
    return f"{program}: {done.stderr.strip()}"


def _font() -> str:
    """The fonts that are in a PDF with text, symbols and bold text in it."""
    pdf = render('digraph { a [fontname="Arial" label=<z\u2085 \u2a00 <B>bold</B>>] }', "pdf")
    names = sorted({name.decode() for name in re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([\w-]+)", pdf)})
    return ", ".join(names) or "none: no text is drawn"
