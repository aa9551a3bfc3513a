"""Writes a deck as PowerPoint: native shapes that can be edited, with builds, captions and speaker notes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from ...layout.canvas import overview, title_room
from ...layout.page import FOOT, HEAD, HEIGHT, MARGIN, WIDTH
from ...layout.sheet import Document, Sheet, Shown
from ...text.metrics import fit, text_width
from .. import Options
from . import slide_shapes as shapes
from .builds import Build, Spans, timing
from .cell_texts import around
from .package import Book
from .routes import Box
from .slide import Look, Slide
from .slide_shapes import Palette, TextRun

TITLE, HEADING, CAPTION = 40.0, 24.0, (18.0, 12.0)  # points of type; of a caption the largest and the smallest
ROWS, FULL = 3, 0.8  # rows that the title of a deck may take, and how much of each is used, as words are not broken
ROOM = WIDTH - 2 * MARGIN


def write(deck: Document, options: Options = Options()) -> bytes:
    """A presentation of 13.33 × 7.5 inches.

    A slide with the deck's title, if it has one; then for each chapter one slide on which each click shows the next
    frame, or with ``one_slide_per_step`` a slide for each frame. Raises `MissingExtra` without python-pptx.
    """
    theme = deck.chapters[0].scene.theme
    book, palette = Book(deck.title or deck.chapters[0].title, theme), Palette(theme)
    if deck.title:
        _opening(book, palette, deck)
    for frames in deck.chapters:
        captions, look = {i: frame.caption for i, frame in enumerate(frames, 1)}, Look(frames, palette)
        if not deck.one_slide_per_step:
            _slide(book, look, frames, frames.spans, captions)
            continue
        for (i, caption), frame in zip(captions.items(), frames, strict=True):
            _slide(book, look, frames, dict.fromkeys(frame.shown, ((1, 1),)), {i: caption})
    return book.bytes()


def _opening(book: Book, palette: Palette, deck: Document) -> None:
    """The first slide."""
    background = palette(deck.chapters[0].scene.theme.background)
    width = ROOM - 2 * MARGIN
    written = fit(deck.title, TITLE, True, ROWS * FULL * width)
    box = (2 * MARGIN, HEIGHT / 4, width, HEIGHT / 2)
    run = TextRun(written, TITLE, palette(deck.chapters[0].scene.theme.text), True)
    heading = shapes.placeholder(2, "ctrTitle", box, shapes.body([run], "middle", wrap="square"))
    book.fill(book.slide("title"), heading, background)


def _slide(book: Book, look: Look, sheet: Sheet, spans: dict[Shown, Spans], captions: dict[int, str]) -> None:
    """A drawing with what is ever shown of it, under its title and over its captions."""
    made, ids = book.slide("drawing"), count(2)
    ground, ink = look.palette(look.scene.theme.background), look.palette(look.scene.theme.text)
    room = title_room(sheet)
    run = TextRun(fit(sheet.title, HEADING, True, room), HEADING, ink, True)
    heading = shapes.placeholder(next(ids), "title", (MARGIN, 12, room, HEAD - 18), shapes.body([run], "start"))
    heading += _map(sheet, look.palette, ids)
    drawn = Slide(look, lambda png: book.picture(made, png), spans, ids)
    drawn.paint()
    sentences = [_caption(next(ids), text, ink, ground) for text in captions.values()]
    builds = [*drawn.builds, *(Build(id, ((i, i),), shape=True, filled=True) for i, (id, _) in enumerate(sentences, 1))]
    notes = "\n".join(f"{i}. {text}" for i, text in captions.items() if text)
    xml = "".join([heading, *drawn.xml, *(text for _, text in sentences)])
    book.fill(made, xml, ground, timing(builds, len(captions)), notes)


def _map(sheet: Sheet, palette: Palette, ids: Iterator[int]) -> str:
    """The small map of a drawing on several slides, as one group."""
    areas = overview(sheet)
    if not areas:
        return ""
    id = next(ids)
    drawn = [shapes.shape(next(ids), "card", a.box, shapes.RECTANGLE, palette(a.fill)) for a in areas]
    return shapes.group(id, "map", f"map: {sheet.title}", around(areas), "".join(drawn))


def _caption(id: int, text: str, fill: str, ground: str) -> tuple[int, str]:
    """The sentence of a frame under the drawing, in type as large as it fits; with its id.

    It hides those before it, or on paper, where nothing disappears, all would be on top of each other.
    """
    largest, smallest = CAPTION
    size = max(smallest, min(largest, largest * ROOM / max(text_width(text, largest), 1)))
    box: Box = (MARGIN, HEIGHT - FOOT + 6, ROOM, FOOT - 12)
    body = shapes.body([TextRun(fit(text, size, False, ROOM), size, fill)], "middle")
    return id, shapes.shape(id, "caption", box, shapes.RECTANGLE, ground, body=body, kind=' txBox="1"')
