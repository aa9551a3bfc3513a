"""The parts of a lesson, in the order of its page: of each, its words and its files."""

from __future__ import annotations

import inspect
import os
import runpy
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ..drawing import Drawing
from ..errors import MissingExtra
from ..explanation import WRITERS, explain
from ..frontends import trace
from ..marking import Marking, mark
from ..slides import Deck, frames
from ..text.escape import markdown as escaped
from .lesson import Example, Pictured, Program

LONGEST = 40  # lines of a table that a page shows in place


@dataclass(frozen=True)
class Section:
    """Markdown, and the files that it links to."""

    words: str
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A part of every lesson: its heading, and what makes its section from an example and the folder of the page."""

    heading: str
    section: Callable[[Example, Path], Section]


def links(names: list[str]) -> str:
    """Links to files, each called by its suffix, or by its whole name where there are several of it."""
    suffixes = [name.rpartition(".")[2] for name in names]
    twice = len(set(suffixes)) < len(suffixes)
    return " · ".join(f"[{escaped(n if twice else s)}]({quote(n)})" for n, s in zip(names, suffixes, strict=True))


def shown(words: str, file: str) -> str:
    """A picture, with words for those who do not see it."""
    return f"![{escaped(words)}]({quote(file)})"


def question(example: Example, folder: Path) -> Section:
    """The exercise, in words."""
    return Section(example.lesson.question.strip())


def program(example: Example, folder: Path) -> Section:
    """The functions that compute it, and a link to their file."""
    code = "\n\n\n".join(inspect.getsource(f).strip() for f in example.lesson.code or (example.build,))
    path = Path(os.path.relpath(example.file, folder)).as_posix()
    return Section(f"[{escaped(example.file.name)}]({quote(path)}):\n\n```python\n{code}\n```")


def pictures(example: Example, folder: Path) -> Section:
    """Every picture with its caption, and every table."""
    answer = example.lesson.answer.strip()
    files = {f"{p.name}.{f}": p.render(f) for p in example.pictures for f in p.formats}
    return Section("\n\n".join(filter(None, [answer, *map(_shown, example.pictures)])), files)


def _shown(pictured: Pictured) -> str:
    if isinstance(pictured.what, Deck):
        moving = next((f for f in pictured.files if f.endswith(".gif")), "")
        picture = f"{shown(pictured.what.title, moving)}\n\n" if moving else ""
        return f"{picture}Slides: {links(pictured.files)}"
    if isinstance(pictured.what, str) and pictured.formats == ("txt",):
        if pictured.what.count("\n") > LONGEST:
            return f"A table: {links(pictured.files)}"
        return f"```text\n{pictured.what.rstrip()}\n```"
    if not isinstance(pictured.what, Drawing):
        return shown(pictured.name, pictured.files[0])
    title, caption = words_of(pictured)
    image = next(f"{pictured.name}.{f}" for f in ("svg", *pictured.formats) if f in pictured.formats)
    below = " ".join(filter(None, [escaped(caption), links(pictured.files)]))
    return f"{shown(title or pictured.name, image)}\n\n{below}"


def words_of(pictured: Pictured) -> tuple[str, str]:
    """The title and the caption that stand above a drawing; empty where there is none."""
    header = pictured.what.picture.header if isinstance(pictured.what, Drawing) else ()
    first = {line.style: line.text for line in reversed(header)}
    return first.get("headline", ""), first.get("header", "")


def solution(example: Example, folder: Path) -> Section:
    """The worked solution of every program, in every format."""
    solutions = example.lesson.solutions
    programs = {"solution": example.build} if solutions is None else solutions
    files: dict[str, bytes] = {}
    lines = []
    for name, build in programs.items():
        explained = explain(build)
        written = {f"{name}.{suffix}": explained.render(suffix) for suffix in WRITERS}
        files |= written
        lines.append(f"- [{escaped(explained.title)}]({quote(name)}.md), also as {links(list(written)[1:])}")
    return Section("\n".join(lines), files)


def marked(example: Example, folder: Path) -> Section:
    """What somebody wrote, judged: the summary, and the whole report."""
    files: dict[str, bytes] = {}
    lines = []
    for name, (build, claims) in example.lesson.marked.items():
        marking = marking_of(build, claims)
        files[f"{name}.md"] = marking.to_markdown().encode()
        lines.append(f"{escaped(marking.summary)}: [the report]({quote(name)}.md).")
    return Section("\n\n".join(lines), files)


def marking_of(build: Program | Path, claims: str | Path) -> Marking:
    """The marking of a claims file against a program."""
    return mark(trace(_loaded(build) if isinstance(build, Path) else build), claims)


def _loaded(file: Path) -> Program:
    """The function ``build`` of a file, which is run with its folder on the path."""
    sys.path.insert(0, str(file.parent))
    try:
        build: Program = runpy.run_path(str(file))["build"]
    finally:
        sys.path.remove(str(file.parent))
    return build


def slides(example: Example, folder: Path) -> Section:
    """A deck: the lesson's own, or a slide for each picture."""
    deck = example.lesson.deck() if example.lesson.deck else of_pictures(example)
    files: dict[str, bytes] = {}
    for suffix in example.lesson.slides:
        with suppress(MissingExtra):
            files[f"slides.{suffix}"] = deck.render(suffix)
    return Section(links(list(files)), files)


def of_pictures(example: Example) -> Deck:
    """A slide for each picture that is a drawing."""
    drawings = [p.what for p in example.pictures if isinstance(p.what, Drawing)]
    return Deck(example.lesson.title, tuple(frames(drawing, steps="") for drawing in drawings))


PARTS: dict[str, Part] = {
    "question": Part("Question", question),
    "pictures": Part("What is computed", pictures),
    "program": Part("Program", program),
    "solution": Part("Worked solution", solution),
    "marked": Part("A solution, marked", marked),
    "slides": Part("Slides", slides),
}
