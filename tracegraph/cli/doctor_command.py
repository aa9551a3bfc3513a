"""``tracegraph doctor``: what is installed, and whether a drawing comes out of it."""

from __future__ import annotations

import platform
import re
import sys
import time
from collections.abc import Iterator

import click

from ..text.width import padded
from .failures import Failure, debug

_NAME = re.compile(r"[\w.-]+")
_BELOW = re.compile(r"python_version *< *['\"](\d+)\.(\d+)")
_EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")


@click.command(short_help="Say what is installed, and whether drawing works.")
@debug
def doctor() -> None:
    """Say what is installed, which Graphviz is used, and whether drawing works.

    \b
    Example:
        tracegraph doctor
    """
    from .. import __version__

    rows = [("tracegraph", __version__), ("Python", f"{platform.python_version()} on {platform.platform()}")]
    rows += [(name, installed(name)) for name in _required("tracegraph")]
    _table("Versions", rows)
    _table("Graphviz", _engines())
    _table("Extras", list(extras("tracegraph")))
    _table("Drawing", [_trial()])


def _table(title: str, rows: list[tuple[str, str]]) -> None:
    click.echo(title)
    for name, what in rows:
        click.echo(f"  {padded(name, 12)} {what}")


def installed(package: str) -> str:
    """The installed version of a package, or the pip line that brings it."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return f"missing: pip install {package}"


def requirements(package: str) -> list[str]:
    """The requirements of an installed package, as lines of its metadata."""
    from importlib import metadata

    try:
        return metadata.requires(package) or []
    except metadata.PackageNotFoundError:  # used from a folder that is on the path, and never installed
        return []


def _required(package: str) -> list[str]:
    """The packages that must be there, as the metadata names them."""
    return [_named(line) for line in requirements(package) if not _EXTRA.search(line) and _applies(line)]


def _applies(requirement: str) -> bool:
    """Whether it is for this version of Python.

    >>> _applies("tomli>=2; python_version < '3.4'"), _applies("numpy>=2.0")
    (False, True)
    """
    below = _BELOW.search(requirement)
    return below is None or sys.version_info < (int(below[1]), int(below[2]))


def _named(requirement: str) -> str:
    found = _NAME.match(requirement)
    return found[0] if found else requirement


def extras(package: str) -> Iterator[tuple[str, str]]:
    """Each extra, with the pip line for its missing packages."""
    lines: dict[str, list[str]] = {}
    for line in requirements(package):
        if extra := _EXTRA.search(line):
            lines.setdefault(extra[1], []).append(line)
    for name in lines:
        packages = dict.fromkeys(_members(package, name, lines))
        missing = [p for p in packages if installed(p).startswith("missing")]
        yield name, f"missing: pip install {' '.join(missing)}" if missing else "installed"


def _members(package: str, extra: str, lines: dict[str, list[str]]) -> Iterator[str]:
    """The packages of an extra; one that names extras of our own has theirs."""
    for line in lines.get(extra, []):
        if match := re.match(rf"{re.escape(package)}\[([\w,-]+)\]", line):
            for other in match[1].split(","):
                yield from _members(package, other, lines)
        else:
            yield _named(line)


def _engines() -> list[tuple[str, str]]:
    from ..graphviz.run import describe

    return list(describe().items())


def _trial() -> tuple[str, str]:
    """Record, differentiate and draw something, as SVG and as PNG."""
    import tracegraph as tg

    began = time.perf_counter()
    try:
        x = tg.parameter(0.5, "x")
        drawing = tg.draw(tg.sin(x * x), detail="full")
        sizes = [len(drawing.render(format)) for format in ("svg", "png")]
    except Exception as error:
        raise Failure(f"drawing does not work: {' '.join(str(error).split())}") from error
    took = time.perf_counter() - began
    return "works", f"svg of {sizes[0]:,} bytes and png of {sizes[1]:,} bytes in {took:.2f} s"
