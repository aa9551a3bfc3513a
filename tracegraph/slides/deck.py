"""A deck: frames of one drawing or several under a title, and the formats it is written in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import GraphError
from ..files import write_atomic, write_folder
from ..formats import FORMATS, Options, stepped
from ..graph import nearest
from ..layout.sheet import Document
from ..notebook import bundle


@dataclass(frozen=True, repr=False)
class Deck(Document):
    """Chapters (frames of a drawing each) under one title.

    ``title``: of the first slide, which is left out where it is empty. ``one_slide_per_step``: a slide for each frame
    instead of builds on one, where the format knows builds. Raises `GraphError` where there are no chapters.
    """

    def __post_init__(self) -> None:
        if not self.chapters:
            raise GraphError("slides: a deck without chapters shows nothing; give it the frames of a drawing")

    def render(self, to: str) -> bytes:
        """The bytes of a file in one of the formats of `formats.stepped`."""
        if to not in stepped():
            raise GraphError(f"slides: no format {to!r}{nearest(to, stepped())}; use {', '.join(stepped())}")
        return FORMATS[to].write(self, Options())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        first = Deck("", self.chapters[:1])
        svg, page = lambda: first.render("svg").decode(), lambda: self.render("html").decode()
        return bundle(svg, lambda: repr(self), include, exclude, page)

    def __repr__(self) -> str:
        return f"Deck({self.title!r}, {len(self.chapters)} chapters, {sum(map(len, self.chapters))} frames)"

    def save(self, path: str | os.PathLike[str], *, to: str | None = None) -> Path:
        """Write a file in the format of its suffix, or that ``to`` names, whole or not at all; return its path."""
        path = Path(path)
        write_atomic(path, self.render(to or format_of(path)))
        return path

    def save_all(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write an SVG for each frame into a folder, ``01.svg`` and so on, all or none; return their paths.

        The folder is made if need be. Raises `GraphError` where it holds others with numbers that this deck has not.
        """
        from ..formats.svg import names, stills

        self.few("a folder")
        folder, ours = Path(folder), names(self)
        others = sorted({p.name for p in folder.glob("*.svg") if p.stem.isdecimal()} - {*ours})
        if others:
            raise GraphError(f"{os.fspath(folder)!r} holds {_listed(others)} of another deck; remove them first")
        write_folder(folder, stills(self))
        return [folder / name for name in ours]


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) < 4 else f"{names[0]} to {names[-1]}"


def format_of(path: Path) -> str:
    """The format that a suffix stands for."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in stepped():
        wrong = f"no format {path.suffix!r}" if path.suffix else "the suffix decides the format, and there is none"
        known = [name for name in stepped() if FORMATS[name].suffix == name]
        raise GraphError(f"{path.name!r}: {wrong}; use .{', .'.join(known)}")
    return suffix
