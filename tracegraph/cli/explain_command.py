"""``tracegraph explain``: the worked solution of a program or a saved graph, written out."""

from __future__ import annotations

from typing import Any

import click

from .destinations import STANDARD, deliver, destination
from .failures import debug
from .look import given, look
from .program import FILE, located, prints_aside, recorded, target

FORMATS = ("md", "tex", "txt")


@click.command(short_help="Write out the solution, step by step.")
@FILE
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="PATH",
    default=(STANDARD,),
    help="File to write; its suffix is the format: .md, .tex or .txt. Repeat it for more files. "
    "'-' is standard output, and what happens without -o.",
)
@click.option(
    "--format", type=click.Choice(FORMATS), default="txt", show_default=True, help="Format of standard output."
)
@click.option(
    "--of",
    multiple=True,
    metavar="NAME",
    help="Write out the gradient of this tensor. Repeat it for more; by default those of the parameters, or of all "
    "inputs if there are none.",
)
@look("digits", "fold", digits="4")
@debug
def explain(file: str, outputs: tuple[str, ...], format: str, of: tuple[str, ...], **look: Any) -> None:
    """Write out the solution of a program or a saved graph.

    First each value with its formula, symbolic and with numbers; then the chain rule back, for each gradient; then the
    updates, where there are any. NAME is as for render.

    \b
    Examples:
        tracegraph explain net.py
        tracegraph explain net.py:train -o solution.md -o solution.tex --digits 6
        tracegraph explain net.py --of x --of w
        tracegraph explain run.tgraph -o - --format md
    """
    path, name = located(file)
    targets = [destination(output, FORMATS, format) for output in outputs]
    with prints_aside():
        graph = recorded(target(path, name))
    from ..explanation import explain as explained

    explanation = explained(graph, of=of or None, **given(look))
    deliver(targets, explanation.render)
