"""``tracegraph render``: one program or saved graph, into files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from ..files import write_atomic
from .destinations import Target, destination, pipe
from .failures import Failure, debug, say
from .program import DEFAULT, check, prints_aside, split, target

if TYPE_CHECKING:
    from ..drawing import Drawing
    from ..graph import Graph

FORMATS = ("svg", "png", "pdf", "eps", "dot", "json", "txt", "pptx", "tex", "mmd", "tgraph")
LOOK = ("detail", "theme", "direction", "digits", "depth", "step", "fold", "engine")
"""Options that are handed to `draw` if they are given; it knows the defaults."""


@click.command(short_help="Draw a program or a saved graph.")
@click.argument("file", metavar="FILE.py[:NAME]|FILE.tgraph")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="PATH",
    help="File to write; its suffix is the format: .svg .png .pdf .eps .dot .json .txt .pptx .tex .mmd "
    ".tgraph. Repeat it for more files. '-' is standard output. Without -o: FILE.svg, in the current folder.",
)
@click.option(
    "--format",
    type=click.Choice(FORMATS[:-1]),
    default="svg",
    show_default=True,
    help="Format where no suffix names it: of '-o -', and without -o.",
)
@click.option(
    "--detail",
    type=click.Choice(("outline", "shapes", "values", "full")),
    help="How much is on the cards; full: the chain rule on the arrows too.  [default: values]",
)
@click.option("--theme", type=click.Choice(("light", "dark", "print", "slides")), help="[default: light]")
@click.option(
    "--direction",
    type=click.Choice(("LR", "TB", "RL", "BT")),
    help="From the inputs to the loss: left to right, top to bottom, ...  [default: LR]",
)
@click.option("--digits", type=click.IntRange(1, 15), help="Significant digits.  [default: 4; slides 3]")
@click.option("--depth", type=click.IntRange(0), metavar="N", help="Draw scopes deeper than N levels as one card each.")
@click.option(
    "--step",
    type=click.IntRange(1),
    multiple=True,
    metavar="K",
    help="Of a training run, draw this step only; repeat it for more.",
)
@click.option(
    "--fold/--no-fold",
    default=None,
    help="Put unnamed arithmetic into the formula that uses it, or give every operation a card.  [default: fold]",
)
@click.option(
    "--expand",
    "element",
    metavar="NAME[I,J]",
    help="Draw one element of a tensor as a computation of scalars: the window it reads, the products, the sum.",
)
@click.option("--scale", type=click.FloatRange(0.05, 20), default=1.0, help="Enlarge a .png; 1 is 96 dpi.")
@click.option(
    "--engine",
    type=click.Choice(("embedded", "system")),
    help="Graphviz: the one that was installed with tracegraph, or `dot` on the PATH.  [default: embedded]",
)
@click.option("--open", "show", is_flag=True, help="Show the first file when it is done.")
@debug
def render(
    file: str, outputs: tuple[str, ...], format: str, element: str | None, scale: float, show: bool, **look: Any
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
    path, name = split(file)
    check(path, name)
    stem = path.stem if name in (None, DEFAULT) else f"{path.stem}-{name}"
    targets = [destination(o, FORMATS, format) for o in outputs or (f"{stem}.{format}",)]
    first = next((target.path for target in targets if target.path), None)
    if show and first is None:
        raise click.UsageError("--open shows a file, and '-o -' writes none.")
    with prints_aside():
        what = target(path, name)
        what = _expanded(what, element) if element else what
        options = {key: look[key] for key in LOOK if look[key] not in (None, ())}
        drawing, recorded = _drawn(file, what, options)
    _write(drawing, recorded, targets, scale)
    if show and click.launch(str(first)) != 0:
        say(f"could not open {first}: no program is set up to show it")


def _drawn(file: str, what: Graph | Drawing, look: dict[str, Any]) -> tuple[Drawing, Graph]:
    """The drawing, and the graph to keep in a ``.tgraph``: before folding, where the program has not drawn itself."""
    from ..drawing import draw
    from ..graph import Graph

    if isinstance(what, Graph):
        return draw(what, **look), what
    if look:
        late = next(iter(look))
        raise Failure(f"{file} gives a finished Drawing, so --{late} comes too late; return the tensor instead")
    return what, what.graph


def _expanded(what: Graph | Drawing, element: str) -> Graph:
    """The graph of one element, written ``name[0,1]``; only the name for a scalar."""
    from ..graph import Graph
    from ..views import expand

    graph = what if isinstance(what, Graph) else what.graph
    found = re.fullmatch(r"(.+)\[((?:\s*-?\d+\s*,?)*)\]", element)
    if element in graph or not found:
        return expand(graph, element)
    return expand(graph, found[1], [int(i) for i in found[2].split(",") if i.strip()])


def _write(drawing: Drawing, recorded: Graph, targets: list[Target], scale: float) -> None:
    """Render each format once, and only then write: a failure leaves no half of the files."""
    formats = dict.fromkeys(target.format for target in targets if target.format != "tgraph")
    data = {format: drawing.render(format, scale=scale) for format in formats}
    for shown, path, format in targets:
        if path is None:
            pipe(data[format])
            continue
        if format == "tgraph":
            recorded.save(path)
        else:
            write_atomic(path, data[format])
        cards, arrows = len(drawing.picture.boxes), len(drawing.picture.arrows)
        say(f"wrote {shown} ({cards} card{'s'[: cards != 1]}, {arrows} arrow{'s'[: arrows != 1]})")
