"""An example of the gallery: its pictures and its lesson, from its file to the files that show it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from ..drawing import Drawing, draw
from ..files import write_atomic
from ..formats import stills
from ..lessons import Example, Lesson, Pictured, index, page
from ..lessons.lesson_page import PAGE as INDEX
from ..slides import Deck
from .failures import Failure
from .program import DEFAULT, blamed, made, program

__all__ = ["INDEX", "example", "index", "lesson_of", "pictures_of"]

LESSON = "lesson"  # the function of an example that declares its lesson
FORMATS = ("svg", "dot", "json", "txt")  # a .png is large: only where the example asks for it


def example(file: Path, output: Path) -> tuple[list[str], Example | None]:
    """Draw one example into a folder; the names of the drawings, and the lesson where it is one.

    A lesson has a folder of its own in there, with its page.
    """
    with program(file) as module:
        if not hasattr(module, LESSON):
            pictures = pictures_of(module, file)
            _write({f"{p.name}.{f}": p.render(f) for p in pictures for f in p.formats}, output)
            return [p.name for p in pictures], None
        lesson = lesson_of(module, file)
        _write(page(lesson, output / lesson.name), output / lesson.name)
    return [f"{lesson.name}/{p.name}" for p in lesson.pictures], lesson


def _write(files: dict[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)


def lesson_of(module: ModuleType, file: Path) -> Example:
    """The lesson that an example declares, with its pictures."""
    with blamed(Path(str(module.__file__))):
        lesson = getattr(module, LESSON)()
    if not isinstance(lesson, Lesson):
        raise Failure(f"{file.name}: {LESSON}() returned {type(lesson).__name__}, not a tg.Lesson")
    if not hasattr(module, DEFAULT):
        raise Failure(f"{file.name} has a lesson but no {DEFAULT}(); define the function that returns its loss")
    return Example(file, lesson, getattr(module, DEFAULT), tuple(pictures_of(module, file)))


def pictures_of(module: ModuleType, file: Path) -> list[Pictured]:
    """What an example draws: what its drawings() returns, or its result in the looks of DRAWINGS."""
    if hasattr(module, "drawings"):
        with blamed(Path(str(module.__file__))):
            drawings = module.drawings()
        return [_pictured(name, drawing) for name, drawing in drawings.items()]
    looks = getattr(module, "DRAWINGS", {file.stem: {}})
    return [_looking(module, name, dict(look)) for name, look in looks.items()]


def _pictured(name: str, what: Drawing | Deck | str) -> Pictured:
    """A drawing in the usual formats; or, as a text or a deck always, in that of the suffix of its name."""
    suffix = Path(name).suffix[1:]
    if isinstance(what, Drawing) and suffix not in stills():
        return Pictured(name, what, FORMATS)
    return Pictured(Path(name).with_suffix("").as_posix(), what, (suffix or "txt",))


def _looking(module: ModuleType, name: str, look: dict[str, Any]) -> Pictured:
    result = made(module, look.pop("of", DEFAULT))
    formats, scale = look.pop("formats", FORMATS), look.pop("scale", 1.0)
    return Pictured(name, result if isinstance(result, Drawing) else draw(result, **look), formats, scale)
