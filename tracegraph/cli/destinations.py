"""Destinations of a command: the meaning of ``-o``, and standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import click

from ..files import FileError, write_atomic
from ..formats import FORMATS
from .failures import Failure, say

STANDARD = "-"


def described(names: Iterable[str]) -> str:
    """Formats for a help text: suffix and description."""
    return ", ".join(f".{name} ({FORMATS[name].about})" for name in names)


class Destination(NamedTuple):
    """A destination: its name as typed, its path (None for standard output), and the format."""

    shown: str
    path: Path | None
    format: str


def destination(output: str, formats: Sequence[str], standard: str = "") -> Destination:
    """The destination that ``-o`` names; an impossible one is refused before the program runs.

    ``standard``: the format of standard output; empty where it is not to be had.
    """
    if output == STANDARD and standard:
        return Destination(output, None, standard)
    suffix = Path(output).suffix.lower().lstrip(".")
    if suffix not in formats:
        what = f"no format .{suffix}" if suffix else "no suffix, so no format"
        raise click.BadParameter(f"{output!r}: {what}; use .{', .'.join(formats)}", param_hint="-o")
    if not os.path.isdir(os.path.dirname(output) or "."):
        raise FileError(f"cannot write {output!r}: the folder does not exist; create it first")
    return Destination(output, Path(output).absolute(), suffix)  # absolute: the program may change the current folder


def deliver(
    targets: Sequence[Destination],
    write: Callable[[str], bytes],
    saved: Mapping[str, Callable[[Path], object]] = MappingProxyType({}),
    about: Callable[[], str] = str,
) -> None:
    """Make each format once, and only then write: a failure leaves no half of the files.

    ``saved``: by format, what writes to a path by itself. ``about``: the end of the line that reports each file.
    """
    data = {kind: write(kind) for kind in dict.fromkeys(t.format for t in targets if t.format not in saved)}
    for typed, path, kind in targets:
        if path is None:
            pipe(data[kind])
            continue
        if kind in saved:
            saved[kind](path)
        else:
            write_atomic(path, data[kind])
        say(f"wrote {typed}{about()}")


def pipe(data: bytes) -> None:
    """Bytes to standard output; a reader that has gone is no error to speak of."""
    if sys.stdout is None:  # closed before Python started
        raise Failure("cannot write to standard output: it is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try again when it ends
        raise Failure(f"cannot write to standard output: {error.strerror}") from None
