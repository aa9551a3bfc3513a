"""Claims as a plain table: a name and a number in each row, with commas, semicolons, tabs, or as Markdown."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import MarkError
from ..text.names import unpretty

SUFFIXES = (".csv", ".tsv", ".md")
_HEAD = ("name", "quantity")
_GRADIENT = re.compile(r"^(?:grad(?:ient)?(?: of)?\s+|[∂d](?P<loss>[^/]*)/[∂d])(?P<name>.+)$")
_STEP = re.compile(r"^(?P<name>.*?)\s*[,(]?\s*step\s+(?P<step>\d+)\)?$")
_PLACE = re.compile(r"^(?P<name>.*)\[(?P<index>[\d,\s]+)\]$")
_RULE = re.compile(r"^[\s:|-]+$")


def is_table(source: Any) -> bool:
    """Whether claims are given as the path of a table."""
    return isinstance(source, (str, os.PathLike)) and Path(source).suffix.lower() in SUFFIXES


def table_rows(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The line and the keys of each claim of a table.

    The first column is the name, the second what was written; a third gives points. A first row of headings is left
    out. Raises `MarkError` where there is no row at all.

    >>> list(table_rows("name,value\\nz5,0.58\\ndL/dw step 2,\\n", "a.csv"))[1]
    (3, {'written': '', 'step': 2, 'grad': 'w'})
    """
    cells = list(_cells(text, Path(name).suffix.lower()))
    rows = [(line, row) for line, row in cells if any(part for part in row)]
    if rows and rows[0][1][0].lower() in _HEAD:
        rows = rows[1:]
    if not rows:
        raise MarkError(f"claims: there is no row in {name!r}; each is a name and a number")
    for line, row in rows:
        yield line, _claim(row)


def _cells(text: str, suffix: str) -> Iterator[tuple[int, list[str]]]:
    if suffix == ".md":
        for line, written in enumerate(text.splitlines(), 1):
            if written.lstrip().startswith("|") and not _RULE.match(written):
                yield line, [part.strip().replace("\\", "") for part in written.strip().strip("|").split("|")]
        return
    first = text.partition("\n")[0]
    mark = "\t" if "\t" in first else ";" if ";" in first else ","
    reader = csv.reader(text.splitlines(), delimiter=mark)
    for row in reader:
        yield reader.line_num, [part.strip() for part in row]


def _claim(row: Sequence[str]) -> dict[str, Any]:
    """The keys of a claim from the name as people write it."""
    name, claim = row[0], {"written": row[1] if len(row) > 1 else ""}
    found: dict[str, Any] = dict(claim)
    if step := _STEP.match(name):
        name, found["step"] = step["name"], int(step["step"])
    if place := _PLACE.match(name):
        name, found["index"] = place["name"], [int(i) for i in place["index"].split(",")]
    gradient = _GRADIENT.match(name)
    found["value" if gradient is None else "grad"] = unpretty(name if gradient is None else gradient["name"])
    if len(row) > 2 and row[2]:
        found["points"] = row[2]
    return found
