"""Writing files whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import TracegraphError

_REMEDIES = {
    errno.ENOENT: "the folder does not exist; create it first",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "it is a file, not a folder",
    errno.EISDIR: "it is a folder; give the name of a file",
    errno.EACCES: "no permission to write there; choose another folder",
    errno.EPERM: "no permission to write there; choose another folder",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.ELOOP: "its symbolic links run in a circle",
    errno.EFBIG: "the file is too large for this disk",
}


class FileError(TracegraphError, OSError):
    """A file cannot be written; the old one, if any, is unharmed."""


def write_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file so that it holds, at every moment, all of the old content or all of the new.

    Symbolic links are followed, and the mode of an existing file is kept; what is no regular file (a device, a pipe)
    is written directly. Raises `FileError` naming the path and the remedy, and leaves no temporary file.
    """
    with _explained(path):
        _write(os.path.realpath(os.fspath(path)), data)


def write_folder(folder: str | os.PathLike[str], files: Iterable[tuple[str, bytes]]) -> None:
    """Write files, given as names with contents, into a folder, which is made if need be.

    All of them are complete before the first takes its place. Other files in it are left alone. Raises `FileError` as
    `write_atomic`; then nothing has changed.
    """
    with _explained(folder):
        path = os.path.realpath(os.fspath(folder))
        new = not os.path.isdir(path)
        if new:
            os.mkdir(path)
        _sweep(path)
        temporary = os.path.join(path, f".tracegraph-{secrets.token_hex(8)}.tmp")
        try:
            os.mkdir(temporary)
            for name, data in files:
                _mode(os.path.join(path, name))  # raises where there is one that is not to be replaced
                Path(temporary, name).write_bytes(data)
            for name in sorted(os.listdir(temporary)):
                os.replace(os.path.join(temporary, name), os.path.join(path, name))
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            if new and not os.listdir(path):
                os.rmdir(path)


@contextmanager
def _explained(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say which path could not be written, and what to do."""
    try:
        yield
    except TracegraphError:  # of what was to be written
        raise
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        code = getattr(error, "errno", None)
        why = _REMEDIES.get(code or 0) or getattr(error, "strerror", None) or error
        raise FileError(f"cannot write {os.fspath(path)!r}: {why}") from None


def _write(path: str, data: bytes) -> None:
    mode = _mode(path)
    if mode is None:
        with open(path, "wb") as device:
            device.write(data)
        return
    _sweep(os.path.dirname(path))
    temporary = os.path.join(os.path.dirname(path), f".tracegraph-{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:  # the system applies the umask
            file.write(data)
        if mode >= 0:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:  # also an interrupt from the keyboard
        with suppress(OSError):
            os.unlink(temporary)
        raise


_TEMPORARY = re.compile(r"\.tracegraph-[0-9a-f]{16}\.tmp")
_STALE = 3600.0
"""Seconds after which nobody writes any more what a killed process has left."""
_swept: set[str] = set()
"""Folders that this process has looked through."""


def _sweep(folder: str) -> None:
    """Remove what killed processes have left in a folder."""
    if folder in _swept:
        return
    _swept.add(folder)
    with suppress(OSError):
        left = [entry.path for entry in os.scandir(folder) if _TEMPORARY.fullmatch(entry.name)]
        for path in left:
            if time.time() - os.lstat(path).st_mtime > _STALE:
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def _mode(path: str) -> int | None:
    """The mode of the old file, or -1 if there is none; None where a file cannot be put in place of it."""
    try:
        old = os.stat(path).st_mode
    except FileNotFoundError:
        return -1
    if stat.S_ISDIR(old):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(old):
        return None
    if not os.access(path, os.W_OK):  # replacing it would get around a file marked read-only
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return stat.S_IMODE(old)
