"""Formats: a document in, the bytes of a file out; one writer for each, in a file of its own, entered here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is written; ``scale`` enlarges a bitmap."""

    scale: float = 1.0


Writer = Callable[[Any, Options], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    ``write`` takes a `layout.sheet.Document`; where it is not ``laid``, a `Draft`, and nothing is laid out for it.
    ``still``: holds a drawing with everything at once. ``steps``: holds the frames of a deck; ``chapters``: of several
    drawings. ``captioned``: a still has the sentence of its frame, too. ``extra``: what brings a library it needs.
    """

    suffix: str
    about: str
    write: Writer
    still: bool = False
    steps: bool = False
    chapters: bool = False
    laid: bool = True
    captioned: bool = False
    extra: str = ""


def _later(function: str) -> Writer:
    """A function of a module of this package, imported when it is called."""
    module, _, name = function.rpartition(".")

    def write(what: Any, options: Options) -> bytes:
        writer: Writer = getattr(import_module(f".{module}", __name__), name)
        return writer(what, options)

    return write


FORMATS: dict[str, Format] = {
    "svg": Format("svg", "SVG, of several steps moving", _later("moving_svg.write"), still=True, steps=True),
    "png": Format("png", "a bitmap", _later("raster.png"), still=True),
    "pdf": Format(
        "pdf", "PDF, a page for each step", _later("pages.pdf"), still=True, steps=True, chapters=True, extra="pdf"
    ),
    "eps": Format("eps", "Encapsulated PostScript, for older LaTeX", _later("pages.eps"), still=True),
    "dot": Format("dot", "Graphviz source", _later("dot.write"), still=True),
    "json": Format("json", "the numbers, for other programs", _later("json_file.write"), still=True, laid=False),
    "txt": Format("txt", "a table", _later("listing.write"), still=True, laid=False),
    "pptx": Format(
        "pptx",
        "PowerPoint: native shapes, a click for each step",
        _later("pptx.presentation.write"),
        still=True,
        steps=True,
        chapters=True,
        captioned=True,
        extra="pptx",
    ),
    "tex": Format(
        "tex",
        "a Beamer document with an overlay for each step",
        _later("tikz.write"),
        still=True,
        steps=True,
        chapters=True,
        captioned=True,
    ),
    "mmd": Format("mmd", "Mermaid, for Markdown", _later("mermaid.write"), still=True, steps=True, captioned=True),
    "html": Format(
        "html", "a page that steps by keys", _later("html.reveal.write"), steps=True, chapters=True, captioned=True
    ),
    "gif": Format("gif", "a moving bitmap", _later("raster.gif"), steps=True, chapters=True, extra="raster"),
    "frame": Format(
        "tex", "frames of Beamer to \\input", _later("tikz.write_frame"), steps=True, chapters=True, captioned=True
    ),
    "fragments": Format(
        "svg", "an SVG to paste into reveal.js and Quarto", _later("html.reveal.write_fragments"), steps=True
    ),
}
"""Every format by its name; those whose name is not their suffix have to be asked for by ``to=``."""


def format(name: str, about: str, suffix: str = "", **holds: Any) -> Callable[[Writer], Writer]:
    """Enter the function that writes a format; ``holds``: the other fields of `Format`."""

    def enter(write: Writer) -> Writer:
        FORMATS[name] = Format(suffix or name, about, write, **holds)
        return write

    return enter


def stills() -> tuple[str, ...]:
    """The formats of a drawing."""
    return tuple(name for name, format in FORMATS.items() if format.still)


def stepped() -> tuple[str, ...]:
    """The formats of a deck."""
    return tuple(name for name, format in FORMATS.items() if format.steps)
