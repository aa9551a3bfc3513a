"""``tracegraph slides``: a program, step by step, for PowerPoint, Beamer, a browser and more."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import GraphError
from ..files import FileError
from ..formats import FORMATS, stepped
from .destinations import Destination, deliver, described, destination
from .failures import Failure, debug, say
from .look import OPTIONS, Late, OneOf, given, look
from .program import DEFAULT, FILE, located, prints_aside, target

if TYPE_CHECKING:
    from ..drawing import Drawing
    from ..graph import Graph
    from ..slides import Deck
    from ..slides.advice import Choice

FOLDER = ""  # what stands for a format where each step is a file


def formats() -> tuple[str, ...]:
    """The formats that a suffix names."""
    return tuple(name for name in stepped() if FORMATS[name].suffix == name)


def others() -> dict[str, str]:
    """Formats that only --to names, and their suffixes."""
    return {name: FORMATS[name].suffix for name in stepped() if FORMATS[name].suffix != name}


def _outputs() -> str:
    return (
        f"File to write; its suffix is the format: {described(formats())}. A folder, written with a slash at its end, "
        "gets an SVG for each step. Repeat it for more.  [default: FILE.pptx]"
    )


def _to() -> str:
    rest = "; ".join(f"{name} (.{suffix}): {FORMATS[name].about}" for name, suffix in others().items())
    return f"Format where the suffix does not say it; {rest}"


def _known_stages(ctx: click.Context, option: click.Parameter, steps: str) -> str:
    """The list as it was given; a usage error for a stage that there is not."""
    from ..slides.story import stages

    try:
        stages(steps)
    except GraphError as error:
        raise click.BadParameter(str(error).removeprefix("frames: ")) from None
    return steps


@click.command(short_help="Show a program step by step, on slides.")
@FILE
@click.option("-o", "--output", "outputs", multiple=True, metavar="PATH", cls=Late, help_text=_outputs)
@click.option("--to", type=OneOf(stepped), cls=Late, help_text=_to)
@click.option(
    "--steps",
    callback=_known_stages,
    default="forward,backward",
    show_default=True,
    help="What comes step by step: network, forward, backward, update, with commas; '' is all at once.",
)
@click.option(
    "--by",
    type=click.Choice(("operation", "scope", "step")),
    default="operation",
    show_default=True,
    help="A step for each operation, scope, or step of a training run.",
)
@click.option("--title", default="", help="A title slide with these words.")
@click.option("--one-slide-per-step", is_flag=True, help="In a .pptx, a slide for each step instead of clicks on one.")
@click.option(
    "--split",
    "pieces",
    type=click.IntRange(1, 12),
    default=1,
    metavar="N",
    help="Show the operations in N parts, each on slides of its own.",
)
@click.option("--strict", is_flag=True, help="Fail if the smallest type is under 12 points; nothing is written then.")
@click.option("--auto", is_flag=True, help="If the type is too small, draw it in the way that helps, and say which.")
@look(*(name for name in OPTIONS if name != "title"), detail="full", theme="slides", digits="3; other themes 4")
@debug
def slides(
    file: str,
    outputs: tuple[str, ...],
    to: str | None,
    steps: str,
    by: str,
    title: str,
    one_slide_per_step: bool,
    pieces: int,
    strict: bool,
    auto: bool,
    **look: Any,
) -> None:
    """Show a program step by step: forward, then backward, over one layout.

    NAME is a function without arguments that returns the loss, a Graph or a Drawing; "build" by default. The smallest
    type on a slide is told; under 14 points nobody reads it from the last row, and what would help is told too.

    \b
    Examples:
        tracegraph slides net.py -o net.pptx
        tracegraph slides net.py -o talk.tex -o frames.pdf --steps network,forward,backward --title "Backprop"
        tracegraph slides net.py -o net.html --auto
        tracegraph slides run.tgraph -o frames/ --step 1 --steps forward,backward,update
    """
    path, name = located(file)
    stem = path.stem if name in (None, DEFAULT) else f"{path.stem}-{name}"
    targets = [_target(output, to) for output in outputs or (f"{stem}.{others().get(to or '', to or 'pptx')}",)]
    with prints_aside():
        what = target(path, name)
    options = {"detail": "full", "theme": "slides", **given(look)}
    alone = any(t.format != FOLDER and not FORMATS[t.format].chapters for t in targets)
    chosen = _chosen(file, what, options, pieces, auto, alone)
    if strict and chosen.size < _least():
        raise Failure(f"{file}: the smallest type is {chosen.size:.1f} pt, and --strict asks for {_least():g}")
    deck = _deck(chosen, steps, by, title, one_slide_per_step)
    count = sum(map(len, deck.chapters))
    deliver(targets, deck.render, {FOLDER: deck.save_all}, lambda: f" ({count} step{'s'[: count != 1]})")


def _least() -> float:
    from ..slides.advice import LEAST

    return LEAST


def _target(output: str, to: str | None) -> Destination:
    """The destination that ``-o`` names; a folder exists already, or ends with a slash."""
    folder = output.endswith(("/", os.sep)) or os.path.isdir(output)
    if not folder and to is None:
        return destination(output, formats())
    if not os.path.isdir(os.path.dirname(output.rstrip("/" + os.sep)) or "."):
        raise FileError(f"cannot write {output!r}: the folder around it does not exist; create it first")
    return Destination(output, Path(output).absolute(), FOLDER if folder else str(to))


def _chosen(file: str, what: Graph | Drawing, look: Mapping[str, Any], pieces: int, auto: bool, alone: bool) -> Choice:
    """The drawings for the slides; prints the size of the type, and what would enlarge it.

    ``alone``: a format is asked for that holds one drawing, so that it cannot be split.
    """
    from ..drawing import draw
    from ..graph import Graph
    from ..slides.advice import READABLE, best, choice, choices, parts

    if not isinstance(what, Graph):
        plain = choice("", what)
        say(f"type: {plain.size:.1f} pt and more at 13.33 × 7.5 in; {file} gives a finished Drawing, taken as it is")
        return plain
    first = draw(what, **look)
    drawings = [draw(part, **look) for part in parts(first.graph, pieces)] if pieces > 1 else [first]
    plain = choice("", *drawings)
    if plain.size >= READABLE or pieces > 1:
        say(f"type: {plain.size:.1f} pt and more at 13.33 × 7.5 in")
        return plain
    others = list(choices(what, look, lambda graph, options: draw(graph, **options), not alone))
    better = best(others)
    gains = ", ".join(f"{c.options} gives {c.size:.1f}" for c in _steps_up(others, plain.size))
    say(
        f"warning: type: {plain.size:.1f} pt and more at 13.33 × 7.5 in; the last row reads from {READABLE:g}; "
        + (gains or "no other view makes it larger")
    )
    if auto and better.size > plain.size:
        say(f"drawn with {better.options}: {better.size:.1f} pt")
        return better
    return plain


def _steps_up(others: list[Choice], size: float) -> Iterator[Choice]:
    """Those that make the type larger than all before them."""
    for other in others:
        if other.size > size:
            size = other.size
            yield other


def _deck(chosen: Choice, steps: str, by: str, title: str, one_slide_per_step: bool) -> Deck:
    from ..slides import Deck, frames

    many = len(chosen.drawings)
    chapters = []
    for i, drawing in enumerate(chosen.drawings, 1):
        heading = f"{drawing.sheet.picture.title} ({i} of {many})" if many > 1 else ""
        chapters.append(frames(drawing, steps=steps, by=by, title=heading))
    return Deck(title, tuple(chapters), one_slide_per_step)
