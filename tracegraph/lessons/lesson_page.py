"""The page of a lesson with its files, and the index of all pages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from ..errors import GraphError
from ..text.escape import markdown as escaped
from ..text.escape import xml
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
    lines = [f"# {escaped(example.lesson.title)}"]
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
    subjects: dict[str, list[str]] = {}
    for example in sorted(examples, key=lambda e: (e.lesson.place, e.name)):
        subjects.setdefault(example.lesson.subject, ["| | |", "| :-- | :-- |"]).append(_row(example))
    for subject, rows in subjects.items():
        lines += [f"## {escaped(subject)}", "\n".join(rows)]
    return ("\n\n".join(lines) + "\n").encode()


def _row(example: Example) -> str:
    lesson, name = example.lesson, quote(example.name)
    title = escaped(lesson.title)
    image = next((f for p in example.pictures for f in p.files if f.endswith((".svg", ".png", ".gif"))), "")
    spoken = xml(lesson.title).replace("|", "&#124;")
    thumbnail = f'<img src="{name}/{quote(image)}" width="{WIDTH}" alt="{spoken}">' if image else ""
    return f"| {thumbnail} | **[{title}]({name}/{PAGE})**<br>{escaped(lesson.summary)} |"
