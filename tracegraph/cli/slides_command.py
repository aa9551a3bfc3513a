"""``tracegraph slides``: a program, step by step, for PowerPoint, Beamer, a browser and more."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import GraphError
from ..files import FileError
from ..formats import FORMATS, stepped
from .destinations import Destination, deliver, described, destination
from .failures import Failure, debug, say
from .look import OPTIONS, Late, OneOf, Param, given, look
from .program import DEFAULT, FILE, located, prints_aside, target

if TYPE_CHECKING:
    from ..drawing import Drawing
    from ..graph import Graph
    from ..slides import Deck
    from ..slides.advice import Choice

LOOK = {"detail": "full", "theme": "slides", "fit": "slide"}
MOST = 300  # parts
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


class Split(Param):
    """How many parts, or ``auto``."""

    name = "split"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """``auto`` or a number from 1 to 300."""
        return value if value == "auto" else click.IntRange(1, MOST).convert(value, param, ctx)


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
    type=Split(),
    metavar="auto|N",
    help="Show the drawing in N parts, each on slides of its own, or in as many as can be read.  "
    "[default: auto, where the type would be too small]",
)
@click.option("--strict", is_flag=True, help="Fail if the smallest type is under 12 points; nothing is written then.")
@click.option(
    "--auto", is_flag=True, help="If the type is still too small, draw it in the way that helps, and say which."
)
@look(*(n for n in OPTIONS if n != "title"), detail="full", theme="slides", digits="3; other themes 4", fit="slide")
@debug
def slides(
    file: str,
    outputs: tuple[str, ...],
    to: str | None,
    steps: str,
    by: str,
    title: str,
    one_slide_per_step: bool,
    split: str | int | None,
    strict: bool,
    auto: bool | None,
    **look: Any,
) -> None:
    """Show a program step by step: forward, then backward, over one layout.

    NAME is a function without arguments that returns the loss, a Graph or a Drawing; "build" by default. The smallest
    type on a slide is told; under 14 points nobody reads it from the last row. Then the drawing fills several slides,
    where the format holds them, each with a small map, with closed scopes or fewer details if need be; or what would
    help is told.

    \b
    Examples:
        tracegraph slides net.py -o net.pptx
        tracegraph slides net.py -o talk.tex -o frames.pdf --steps network,forward,backward --title "Backprop"
        tracegraph slides net.py -o net.html --split 1
        tracegraph slides run.tgraph -o frames/ --step 1 --steps forward,backward,update
    """
    path, name = located(file)
    stem = path.stem if name in (None, DEFAULT) else f"{path.stem}-{name}"
    targets = [_target(output, to) for output in outputs or (f"{stem}.{others().get(to or '', to or 'pptx')}",)]
    with prints_aside():
        what = target(path, name)
    alone = any(t.format != FOLDER and not FORMATS[t.format].chapters for t in targets)
    auto = not (alone or split) if auto is None else auto
    chosen = _chosen(file, what, {**LOOK, **given(look)}, split, auto, alone)
    if strict and chosen.size < _least():
        raise Failure(f"{file}: the smallest type is {chosen.size:.1f} pt, and --strict asks for {_least():g}")
    deck = _deck(chosen, steps, by, title, one_slide_per_step)
    count = sum(map(len, deck.chapters))
    deliver(targets, deck.render, {FOLDER: deck.save_all}, lambda: f" ({count} step{'s'[: count != 1]})")


def _least() -> float:
    from ..slides.paging import LEAST

    return LEAST


def _target(output: str, to: str | None) -> Destination:
    """The destination that ``-o`` names; a folder exists already, or ends with a slash."""
    folder = output.endswith(("/", os.sep)) or os.path.isdir(output)
    if not folder and to is None:
        return destination(output, formats())
    if not os.path.isdir(os.path.dirname(output.rstrip("/" + os.sep)) or "."):
        raise FileError(f"cannot write {output!r}: the folder around it does not exist; create it first")
    return Destination(output, Path(output).absolute(), FOLDER if folder else str(to))


def _chosen(
    file: str, what: Graph | Drawing, look: Mapping[str, Any], split: str | int | None, auto: bool, alone: bool
) -> Choice:
    """The drawing for the slides and its parts; prints the size of the type, and what would enlarge it.

    ``alone``: a format is asked for that holds one drawing, so that it is not split unless that is asked for.
    """
    from ..drawing import draw
    from ..graph import Graph
    from ..slides.advice import Choice, best, choices
    from ..slides.paging import READABLE
    from ..slides.talk import split_over

    graph = what if isinstance(what, Graph) else None
    drawing = draw(what, **look) if isinstance(what, Graph) else what
    _say_law(drawing)
    plain = Choice("", drawing, tuple(split_over(drawing, split or ("auto" if graph and not alone else 1))))
    size = f"type: {plain.size:.1f} pt and more at 13.33 × 7.5 in"
    size += f", on {len(plain.parts)} slides" if len(plain.parts) > 1 else ""
    if graph is None:
        say(f"{size}; {file} gives a finished Drawing, taken as it is")
        return plain
    if plain.size >= READABLE or split and not auto:
        say(size)
        return plain
    others = list(choices(graph, look, lambda graph, options: draw(graph, **options), not alone))
    better = best([plain, *others])
    gains = ", ".join(f"{c.options} gives {c.size:.1f}" for c in _steps_up(others, plain.size))
    say(f"warning: {size}; the last row reads from {READABLE:g}; {gains or 'no other view makes it larger'}")
    if auto and better.size > plain.size:
        say(f"drawn with {better.options}: {better.size:.1f} pt")
        return better
    return plain


def _say_law(drawing: Drawing) -> None:
    """How many slides a drawing of more than one needs, before it is laid out."""
    from ..slides.paging import BETWEEN, READABLE, WHOLE, expected

    if (count := expected(drawing.picture)) > 1:
        (scalars, arrays), (most, fewest) = WHOLE, BETWEEN
        say(
            f"{len(drawing.picture.boxes)} cards, about {ceil(count)} slides: at {READABLE:g} pt a page holds about "
            f"{scalars} cards of numbers or {arrays} of arrays, and {most} or {fewest} under a title"
        )


def _steps_up(others: list[Choice], size: float) -> Iterator[Choice]:
    """Those that make the type larger than all before them."""
    for other in others:
        if other.size > size:
            size = other.size
            yield other


def _deck(chosen: Choice, steps: str, by: str, title: str, one_slide_per_step: bool) -> Deck:
    from ..slides import Deck
    from ..slides.talk import chapters

    return Deck(title, tuple(chapters(chosen.drawing, chosen.parts, steps, by)), one_slide_per_step)
