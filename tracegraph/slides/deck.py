"""A deck: frames of one drawing or several under a title, and the formats it is written in."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from ..files import write_atomic, write_folder
from ..graph import nearest

if TYPE_CHECKING:
    from .story import Frames

WRITERS = {
    "pptx": "pptx.presentation.write",
    "tex": "tikz.write",
    "frame": "tikz.write_frame",
    "pdf": "raster.write_pdf",
    "gif": "raster.write_gif",
    "svg": "moving_svg.write",
    "fragments": "html.reveal.write_fragments",
    "html": "html.reveal.write",
    "mmd": "mermaid.write",
}
"""The function of each format, ``(deck) -> bytes``; imported when it is used."""
MOST = 300  # frames that are written each by itself
SUFFIXES = {"frame": "tex", "fragments": "svg"}


@dataclass(frozen=True, slots=True)
class Deck:
    """Chapters (frames of a drawing each) under one title.

    ``title``: of the first slide, which is left out where it is empty. ``one_slide_per_step``: a slide for each frame
    instead of builds on one, where the format knows builds. Raises `GraphError` where there are no chapters.
    """

    title: str
    chapters: tuple[Frames, ...]
    one_slide_per_step: bool = False

    def __post_init__(self) -> None:
        if not self.chapters:
            raise GraphError("slides: a deck without chapters shows nothing; give it the frames of a drawing")

    def render(self, to: str) -> bytes:
        """The bytes of a file in one of the formats of `WRITERS`."""
        if to not in WRITERS:
            raise GraphError(f"slides: no format {to!r}{nearest(to, WRITERS)}; use {', '.join(WRITERS)}")
        module, _, function = WRITERS[to].rpartition(".")
        write: Callable[[Deck], bytes] = getattr(import_module(f"..formats.{module}", __package__), function)
        return write(self)

    def save(self, path: str | os.PathLike[str], *, to: str | None = None) -> Path:
        """Write a file in the format of its suffix, or that ``to`` names, whole or not at all; return its path."""
        path = Path(path)
        write_atomic(path, self.render(to or format_of(path)))
        return path

    def save_all(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write an SVG for each frame into a folder, ``01.svg`` and so on, all or none; return their paths.

        The folder is made if need be. Raises `GraphError` where it holds others with numbers that this deck has not.
        """
        from ..formats.moving_svg import names, stills

        self.few("a folder")
        folder, ours = Path(folder), names(self)
        others = sorted({p.name for p in folder.glob("*.svg") if p.stem.isdecimal()} - {*ours})
        if others:
            raise GraphError(f"{os.fspath(folder)!r} holds {_listed(others)} of another deck; remove them first")
        write_folder(folder, stills(self))
        return [folder / name for name in ours]

    def few(self, what: str) -> None:
        """Raise `GraphError` where a format that holds each frame by itself would take minutes and gigabytes."""
        if (count := sum(map(len, self.chapters))) > MOST:
            raise GraphError(f"slides: {what} of {count} frames is too much (over {MOST}); use by='scope' or 'step'")

    def only(self, what: str) -> Any:
        """The one chapter, for a format that cannot hold more."""
        if len(self.chapters) != 1:
            raise GraphError(f"slides: {what} holds one drawing, and the deck has {len(self.chapters)}")
        return self.chapters[0]


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) < 4 else f"{names[0]} to {names[-1]}"


def format_of(path: Path) -> str:
    """The format that a suffix stands for."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in WRITERS:
        wrong = f"no format {path.suffix!r}" if path.suffix else "the suffix decides the format, and there is none"
        raise GraphError(f"{path.name!r}: {wrong}; use .{', .'.join(w for w in WRITERS if w not in SUFFIXES)}")
    return suffix
