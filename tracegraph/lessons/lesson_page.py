"""The page of a lesson with its files, and the index of all pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from ..errors import GraphError
from .lesson import Example
from .sections import PARTS, Section

PAGE = "README.md"  # which GitHub shows with its folder
WIDTH = 240  # of a thumbnail, in pixels


def page(example: Example, folder: Path) -> dict[str, bytes]:
    """The files of a lesson by name, its page among them. ``folder``: where they will be, for links to the program."""
    unknown = set(example.lesson.without) - set(PARTS)
    if unknown:
        raise GraphError(f"{example.name}: a lesson has no part {sorted(unknown)[0]!r}; there are {', '.join(PARTS)}")
    files: dict[str, bytes] = {}
    lines = [f"# {example.lesson.title}"]
    for name, part in PARTS.items():
        reason = example.lesson.without.get(name)
        section = Section(f"None: {reason}") if reason else part.section(example, folder)
        if not section.words:
            raise GraphError(f"{example.name}: the lesson has no {name}; give it one, or the reason in without")
        files |= section.files
        lines += [f"## {part.heading}", section.words]
    return {PAGE: ("\n\n".join(lines) + "\n").encode(), **files}


def index(examples: Iterable[Example], heading: str = "Gallery") -> bytes:
    """The index: by subject, a thumbnail, a sentence and the links of each lesson."""
    lines = [f"# {heading}", "Every lesson has a page with its question, pictures, worked solution and slides."]
    ordered = sorted(examples, key=lambda e: (e.lesson.place, e.name))
    for subject, lessons in groupby(ordered, key=lambda e: e.lesson.subject):
        rows = [line for example in lessons for line in _row(example)]
        lines += [f"## {subject}", "\n".join(["| | |", "| :-- | :-- |", *rows])]
    return ("\n\n".join(lines) + "\n").encode()


def _row(example: Example) -> Iterator[str]:
    lesson, name = example.lesson, example.name
    image = next((f for p in example.pictures for f in p.files if f.endswith((".svg", ".png", ".gif"))), "")
    thumbnail = f'<img src="{name}/{image}" width="{WIDTH}" alt="{lesson.title}">' if image else ""
    yield f"| {thumbnail} | **[{lesson.title}]({name}/{PAGE})**<br>{lesson.summary} |"
