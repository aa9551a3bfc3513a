"""What a lesson declares: a question, and the programs that answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..drawing import Drawing
from ..slides import Deck

Program = Callable[[], Any]
"""A function without arguments that returns a loss, a list of tensors, or a graph."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One lesson of a gallery: what its ``lesson()`` returns.

    ``title``, and ``subject``, the heading under which the index lists it, at its ``place``. ``summary``: one sentence
    for the index. ``question`` and ``answer`` (what there is to see in the result): Markdown. ``code``: the functions
    whose source is shown; by default ``build``. ``solutions``: by file name, the programs whose worked solutions are
    written; by default that of ``build()``, as ``solution``. ``marked``: by file name, a program (or the path of a file
    with a function ``build()``) and the claims file of what somebody wrote for it. ``deck``: makes the slides; by
    default one for each picture. ``slides``: the formats of the deck; one that needs an extra which is not installed is
    left out. ``without``: by part (see `PARTS`), the reason why this lesson has none.
    """

    title: str
    subject: str
    place: int
    summary: str
    question: str
    answer: str = ""
    code: Sequence[Callable[..., Any]] = ()
    solutions: Mapping[str, Program] | None = None
    marked: Mapping[str, tuple[Program | Path, str | Path]] = field(default_factory=dict)
    deck: Callable[[], Deck] | None = None
    slides: Sequence[str] = ("html", "pptx")
    without: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pictured:
    """Something that an example draws (or a text, or slides), under a name, in some formats."""

    name: str
    what: Drawing | Deck | str
    formats: tuple[str, ...]
    scale: float = 1.0

    def render(self, format: str) -> bytes:
        """The bytes of the file in one of its formats."""
        if isinstance(self.what, str):
            return self.what.encode()
        return self.what.render(format) if isinstance(self.what, Deck) else self.what.render(format, scale=self.scale)

    @property
    def files(self) -> list[str]:
        """The names of its files."""
        return [f"{self.name}.{format}" for format in self.formats]


@dataclass(frozen=True)
class Example:
    """A lesson with the ``file`` that declares it, its ``build`` function and its pictures."""

    file: Path
    lesson: Lesson
    build: Program
    pictures: tuple[Pictured, ...]

    @property
    def name(self) -> str:
        """The name of the file, and of the folder of its page."""
        return self.file.stem
