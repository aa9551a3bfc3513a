"""Compare the text files of two galleries: ``python compare.py COMMITTED NEW``; exit 1 if they differ.

Worked examples must agree to the byte. The numbers of trained networks depend on the processor in their last digits,
and training enlarges that: there the same nodes, edges, names, operations, formulas and shapes are enough. Of pictures,
only the names are compared.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

TRAINED = re.compile("lenet5|autoencoder(?!.scalar)|dead_relu|vanishing")  # how names begin; also of large products
NUMBER = re.compile(r"(?<![\w₀-₉])\d[\d.]*(?:e[−-]?\d+)?(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")


def compare(committed: Path, new: Path) -> list[str]:
    """A line for each file that is missing or different; nothing if all is well."""
    return list(_differences(_files(committed), _files(new)))


def _files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _differences(committed: dict[str, bytes], new: dict[str, bytes]) -> Iterator[str]:
    if not new:
        yield "the new gallery is empty"
    for name in sorted({*committed, *new}):
        if name not in new:
            yield f"{name}: committed, but not drawn any more"
        elif name not in committed:
            yield f"{name}: drawn, but not committed"
        elif committed[name] != new[name] and (of := STRUCTURE.get(Path(name).suffix)):
            of = of if TRAINED.match(name) else lines
            if place := _first(of(committed[name].decode()), of(new[name].decode())):
                yield f"{name}: {place}"


def _first(old: list[str], new: list[str]) -> str:
    """The first difference, in one line."""
    pairs = zip_longest(old, new, fillvalue="nothing")
    return next((f"{_cut(a, b)!r} is now {_cut(b, a)!r}" for a, b in pairs if a != b), "")


def _cut(text: str, other: str, most: int = 100) -> str:
    """The part of a long line where it differs from another."""
    same = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    start = max(0, same - most // 2)
    return text[start : start + most]


def lines(text: str) -> list[str]:
    """The text as it is, line ends included."""
    return text.splitlines(keepends=True)


def of_json(text: str) -> list[str]:
    """Every node and edge with all that is not a number."""
    graph = json.loads(text)
    return [
        str({key: _without_numbers(key, value) for key, value in part.items()})
        for part in [{"output": graph["output"]}, *graph["nodes"], *graph["edges"]]
    ]


def _without_numbers(key: str, value: Any) -> Any:
    return _shape(value) if key in ("value", "gradient", "local", "contribution") else value


def _shape(value: Any) -> Any:
    """Lengths of the axes, and the type where it is written; None stays None."""
    if isinstance(value, dict):
        return [*value["shape"], value["dtype"]]
    if isinstance(value, list):
        return [len(value), *(_shape(value[0]) if value else [])]
    return value if value is None else []


def of_txt(text: str) -> list[str]:
    """The rows of a table apart from numbers and signs; the widths of columns depend on the numbers."""
    return [re.sub(" +", " ", _unsigned(line)) for line in text.splitlines() if not line.startswith("─")]


def of_dot(text: str) -> list[str]:
    """Which nodes, edges and clusters there are, and what they say apart from numbers and signs."""
    return [_said(line) for line in text.splitlines()]


def _said(line: str) -> str:
    head, _, label = line.partition(" [")
    return "|".join([head, *map(_unsigned, re.findall(">([^<>]+)<", label))])


def _unsigned(text: str) -> str:
    """Without numbers, and without signs and the brackets that these need: −0.5·(−2) is like 0.5·2."""
    return re.sub(r"[()−+-]", "", NUMBER.sub("#", text)).strip()


STRUCTURE = {".json": of_json, ".txt": of_txt, ".dot": of_dot}


if __name__ == "__main__":
    found = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    print("\n".join(found) or "the galleries agree")
    sys.exit(bool(found))
