"""Tables of the documentation that scripts make, each between two comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Markdown; bars in the cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in lines)


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def summary(function: Any) -> str:
    """The first line of a docstring, in Markdown."""
    return str(function.__doc__ or "").split("\n")[0].replace("``", "`")


def filled(text: str, script: str, parts: Mapping[str, str]) -> str:
    """The text with the parts that a script makes put in anew, by name."""
    for name, made in parts.items():
        start, end = f"<!-- {name}: made by tests/project/{script} -->", f"<!-- {name} end -->"
        before, rest = text.split(start)
        text = f"{before}{start}\n{made}\n{end}{rest.split(end)[1]}"
    return text
