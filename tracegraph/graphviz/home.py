"""The private folder of a process that draws: fonts, caches and images; and the environment that points to it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources import files
from typing import IO

from ..errors import LayoutError

if sys.platform != "win32":
    import fcntl

PREFIX = "tracegraph-drawing-"
LOG = ".log"  # what Graphviz writes to stderr; locked as long as somebody uses the folder
YOUNG = 60.0  # seconds in which a folder may still be without a lock
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
        "FONTCONFIG_FILE": os.path.join(home, "fonts", "fonts.conf"),
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


@contextmanager
def folder() -> Iterator[tuple[str, IO[bytes]]]:
    """A private folder and its log, for the time of one drawing."""
    home, log = furnished()
    try:
        yield home, log
    finally:
        log.close()
        shutil.rmtree(home, ignore_errors=True)


def furnished() -> tuple[str, IO[bytes]]:
    """A new private folder with the worker and copies of the fonts, and its log, which is locked while it is open.

    Copies, because fontconfig writes into the folders that it reads, and the package may be in a zip. The path is
    absolute, also where TMPDIR is not: a child has another current folder.
    """
    sweep()
    home = os.path.abspath(tempfile.mkdtemp(prefix=PREFIX))
    log = open(os.path.join(home, LOG), "ab", buffering=0)
    if sys.platform != "win32":
        with suppress(OSError):  # a file system without locks
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    package = files(__package__.partition(".")[0])
    os.mkdir(os.path.join(home, "fonts"))
    for name in (*(f"fonts/{font}" for font in FONTS), "fonts/fonts.conf", "graphviz/worker.py"):
        target = name.removeprefix("graphviz/")
        with open(os.path.join(home, *target.split("/")), "wb") as file:
            file.write(package.joinpath(*name.split("/")).read_bytes())
    return home, log


def sweep() -> None:
    """Remove the folders that killed processes have left: old enough, and locked by nobody."""
    if sys.platform == "win32":  # has no such locks
        return
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                with suppress(OSError):
                    _remove_abandoned(entry)


if sys.platform != "win32":

    def _remove_abandoned(entry: os.DirEntry[str]) -> None:
        about = entry.stat(follow_symlinks=False)
        if (
            not entry.is_dir(follow_symlinks=False)
            or about.st_uid != os.getuid()
            or about.st_mtime > time.time() - YOUNG
        ):
            return
        with open(os.path.join(entry.path, LOG), "rb") as log:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: it is in use
            shutil.rmtree(entry.path, ignore_errors=True)


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
