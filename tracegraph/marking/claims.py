"""Claims: a quantity and the number written for it; read from a TOML file, or given as dictionaries."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Union

from ..errors import MarkError
from ..text.names import pretty
from .claim_tables import is_table, table_rows

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Text = Union[str, tuple["Text", ...]]
"""A number as text, or a matrix of them."""

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*claim[ \t]*\]\]", re.MULTILINE)
_PLACE = re.compile(r" ?\(at line (\d+), column \d+\)| ?\(at end of document\)")
MOST_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Claim:
    """One number, or one matrix of numbers, that somebody wrote for a value or a gradient.

    ``value`` or ``grad``: the name of the node. ``step``: of a training run. ``index``: one element of a matrix.
    ``written``: as text, because its digits count; empty for a blank. ``line``: where it stands in the file.
    ``points``: what it is worth, None where nothing is counted.
    """

    written: Text
    value: str | None = None
    grad: str | None = None
    step: int | None = None
    index: tuple[int, ...] | None = None
    line: int | None = None
    points: float | None = None

    @property
    def title(self) -> str:
        """The name of the claim as people write it: ``w₁``, ``∂L/∂w (step 2)``, ``map[0, 1]``."""
        name = pretty(str(self.value)) if self.grad is None else f"∂L/∂{pretty(self.grad)}"
        at = f"[{', '.join(map(str, self.index))}]" if self.index is not None else ""
        return f"{name}{at}" + (f" (step {self.step})" if self.step is not None else "")

    @property
    def label(self) -> str:
        """The name of the claim in reports: ``w step 2``, ``grad z5``, ``map[0, 1]``."""
        name = f"grad {self.grad}" if self.grad is not None else str(self.value)
        at = f"[{', '.join(map(str, self.index))}]" if self.index is not None else ""
        return f"{name}{at}" + (f" step {self.step}" if self.step is not None else "")


@dataclass(frozen=True, slots=True)
class Problem:
    """A claim that cannot be judged, and why."""

    number: int
    line: int | None
    message: str

    def __str__(self) -> str:
        line = [f"line {self.line}"] if self.line is not None else []
        claim = [f"claim {self.number}"] if self.number else []  # what stands before the first one is none
        return f"{', '.join([*line, *claim])}: {self.message}"


Entry = Union[Claim, Problem]


def read_claims(source: Any) -> list[Entry]:
    """The claims of a file, of a list of dictionaries or of Claims; a malformed one becomes a `Problem`.

    A file is TOML, or a table of names and numbers (.csv, .tsv, .md). Raises `MarkError` for a file that cannot be
    read, and for what is no list.
    """
    if is_table(source):
        return [_checked(row, i, line) for i, (line, row) in enumerate(table_rows(_text(source), os.fspath(source)), 1)]
    if isinstance(source, (str, os.PathLike)):
        return list(_from_text(_text(source), os.fspath(source)))
    if isinstance(source, (Mapping, Claim)) or not isinstance(source, Sequence):
        raise MarkError(f"claims: give the path of a TOML file or a list of claims, not {type(source).__name__}")
    return [c if isinstance(c, (Claim, Problem)) else _checked(c, i, None) for i, c in enumerate(source, 1)]


def _text(path: Any) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise MarkError(f"claims: {os.fspath(path)!r} has more than {MOST_BYTES >> 20} MiB")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, ValueError) as error:
        if isinstance(error, MarkError):
            raise
        why = getattr(error, "strerror", None) or ("it is not UTF-8 text" if isinstance(error, UnicodeError) else error)
        raise MarkError(f"claims: cannot read {os.fspath(path)!r}: {why}") from None


def _from_text(text: str, name: str) -> Iterator[Entry]:
    """Each ``[[claim]]`` is read by itself, so that its line is known and a slip of the pen in one spoils no other."""
    starts = [found.start() for found in _HEADER.finditer(text)]
    head = text[: starts[0]] if starts else text
    yield from _head(head, name, bool(starts))
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)]), 1):
        line = text.count("\n", 0, start) + 1
        try:
            table = tomllib.loads(text[start:end], parse_float=str)["claim"][0]
        except tomllib.TOMLDecodeError as error:
            yield _syntax(error, number, line)
        else:
            yield _checked(table, number, line)


def _head(text: str, name: str, more: bool) -> Iterator[Entry]:
    """The part before the first ``[[claim]]``: nothing, or claims as a list of inline tables."""
    try:
        table = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        yield _syntax(error, 0, 1)
        return
    claims = table.pop("claim", [])
    if table or not isinstance(claims, list):
        yield Problem(0, 1, f"unknown key {next(iter(table), 'claim')!r}; claims are tables headed [[claim]]")
    elif not claims and not more:
        raise MarkError(f"claims: there is no [[claim]] in {name!r}")
    else:
        yield from (_checked(c, i, None) for i, c in enumerate(claims, 1))


def _syntax(error: tomllib.TOMLDecodeError, number: int, line: int) -> Problem:
    found = _PLACE.search(str(error))
    at = int(found[1]) - 1 if found and found[1] else 0
    return Problem(number, line + at, f"this is not TOML: {_PLACE.sub('', str(error))}")


def _checked(table: Any, number: int, line: int | None) -> Entry:
    try:
        return _claim(table, line)
    except MarkError as error:
        return Problem(number, line, str(error))


def _claim(table: Any, line: int | None) -> Claim:
    if not isinstance(table, Mapping):
        raise MarkError(f"a claim is a table with value or grad, and written, not {type(table).__name__}")
    known = [f.name for f in fields(Claim) if f.name != "line"]
    if unknown := [k for k in table if k not in known]:
        raise MarkError(f"unknown key {str(unknown[0])!r}; there are {', '.join(known)}")
    if ("value" in table) == ("grad" in table):
        raise MarkError("give either value or grad" + (", not both" if "value" in table else ""))
    if "written" not in table:
        raise MarkError('written is missing; it is "" for what was left blank')
    for key, kind, what in (("value", str, "a name"), ("grad", str, "a name"), ("step", int, "a whole number")):
        if key in table and (not isinstance(table[key], kind) or isinstance(table[key], bool)):
            raise MarkError(f"{key} = {table[key]!r}: {what} was due")
    index = table.get("index")
    return Claim(
        _written(table["written"]),
        table.get("value"),
        table.get("grad"),
        table.get("step"),
        None if index is None else _index(index),
        line,
        _points(table.get("points")),
    )


def _points(points: Any) -> float | None:
    try:
        value = None if points is None or isinstance(points, bool) else float(points)
    except (TypeError, ValueError):
        raise MarkError(f"points = {points!r}: a number was due") from None
    if value is not None and not 0 <= value < 1e6:
        raise MarkError(f"points = {points!r}: a number from 0 on was due")
    return value


def _index(index: Any) -> tuple[int, ...]:
    parts = [index] if isinstance(index, int) else index
    if not isinstance(parts, (list, tuple)) or not all(isinstance(i, int) and not isinstance(i, bool) for i in parts):
        raise MarkError(f"index = {index!r}: a list of whole numbers was due, such as [0, 1]")
    return tuple(parts)


def _written(written: Any, depth: int = 0) -> Text:
    if isinstance(written, str):
        return written
    if isinstance(written, int) and not isinstance(written, bool):
        return str(written)
    if isinstance(written, (list, tuple)) and depth < 8:
        return tuple(_written(part, depth + 1) for part in written)
    remedy = '; give it as text, because its digits count: "0.60" is not "0.6"' if isinstance(written, float) else ""
    raise MarkError(f"written: a number as text was due, or a list of them, not {type(written).__name__}{remedy}")
