"""``tracegraph render``: one program or saved graph, into files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ..formats import FORMATS as EVERY
from ..formats import stills
from .destinations import Destination, deliver, described, destination
from .failures import Failure, debug, say
from .look import Finite, Late, OneOf, given, look
from .part import Views, part, part_of
from .program import DEFAULT, FILE, located, prints_aside, recorded, target

if TYPE_CHECKING:
    from ..drawing import Drawing
    from ..graph import Graph


def formats() -> tuple[str, ...]:
    """The formats that it writes."""
    return (*stills(), "tgraph")


def _outputs() -> str:
    return (
        f"File to write; its suffix is the format: {described(stills())}, .tgraph (everything that was recorded). "
        "Repeat it for more files. '-' is standard output. Without -o: FILE.svg, in the current folder."
    )


@click.command(short_help="Draw a program or a saved graph.")
@FILE
@click.option("-o", "--output", "outputs", multiple=True, metavar="PATH", cls=Late, help_text=_outputs)
@click.option(
    "--format",
    type=OneOf(stills),
    default="svg",
    show_default=True,
    help="Format where no suffix names it: of '-o -', and without -o.",
)
@look()
@part
@click.option("--scale", type=Finite(0.05, 20), default=1.0, help="Enlarge a .png; 1 is 96 dpi.")
@click.option("--open", "show", is_flag=True, help="Show the first file when it is done.")
@debug
def render(
    file: str,
    outputs: tuple[str, ...],
    format: str,
    views: Views,
    element: str | None,
    scale: float,
    show: bool,
    **look: Any,
) -> None:
    """Draw a program or a saved graph.

    NAME is a function that takes no arguments and returns the loss (a tensor), a Graph or a Drawing; or a variable that
    holds one. It is "build" if you do not say. What the program prints goes to standard error.

    \b
    Examples:
        tracegraph render net.py
        tracegraph render net.py:train -o net.svg -o net.pdf --detail full
        tracegraph render run.tgraph -o - --format dot | less
        tracegraph render conv.py --expand "feature_map[0,1]" --detail full -o element.svg
    """
    path, name = located(file)
    stem = path.stem if name in (None, DEFAULT) else f"{path.stem}-{name}"
    targets = [destination(o, formats(), format) for o in outputs or (f"{stem}.{format}",)]
    first = next((target.path for target in targets if target.path), None)
    if show and first is None:
        raise click.UsageError("--open shows a file, and '-o -' writes none.")
    with prints_aside():
        what = target(path, name)
        what = part_of(recorded(what), views, element) if views or element else what
        drawing = _drawn(file, what, given(look))
    deliver(
        targets,
        lambda format: drawing.render(format, scale=scale),
        {"tgraph": drawing.recorded.save},
        lambda: _counted(drawing, targets),
    )
    if show and click.launch(str(first)) != 0:
        say(f"could not open {first}: no program is set up to show it")


def _drawn(file: str, what: Graph | Drawing, look: dict[str, Any]) -> Drawing:
    """The graph drawn, or the drawing that the program has made itself."""
    from ..drawing import draw
    from ..graph import Graph

    if isinstance(what, Graph):
        return draw(what, **look)
    if look:
        late = next(iter(look))
        raise Failure(f"{file} gives a finished Drawing, so --{late} comes too late; return the tensor instead")
    return what


def _counted(drawing: Drawing, targets: Sequence[Destination]) -> str:
    """The size of the graph in words; the layout of a large drawing may have fewer cards."""
    laid = any(t.format in EVERY and EVERY[t.format].laid for t in targets)
    picture = drawing.sheet.picture if laid else drawing.picture
    cards, arrows = len(picture.boxes), len(picture.arrows)
    return f" ({cards} card{'s'[: cards != 1]}, {arrows} arrow{'s'[: arrows != 1]})"
