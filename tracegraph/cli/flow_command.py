"""``tracegraph flow``: what is wrong with the gradients of a program, as a table, a picture and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .destinations import deliver, destination, pipe
from .failures import debug, say
from .kinds import WithKinds, kinds, sensible
from .look import given, look
from .program import DEFAULT, FILE, located, made, prints_aside, program, recorded, target
from .render_command import formats

if TYPE_CHECKING:
    from rich.table import Table

    from ..analysis.finding import Limit
    from ..analysis.flow import Flow
    from ..analysis.flow_tables import TextTable
    from ..frontends.numpy.unused import Traced

TABLES = ("txt", "md", "json")
LEAST = 10  # places that a name or a line can be cut to


@click.command(cls=WithKinds, short_help="Say what is wrong with the gradients.")
@FILE
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="PATH",
    help="File to write besides; its suffix is the format: .svg .png .pdf or another that render knows for "
    "the picture, .txt .md .json for the tables, .tgraph for the graph with its badges. Repeat it for more.",
)
@click.option("--json", "as_json", is_flag=True, help="Write everything to standard output as JSON.")
@click.option(
    "--try-remedies",
    is_flag=True,
    help="Run forward and backward with each remedy that is a number, and say whether the fault is gone.",
)
@kinds
@look()
@debug
def flow(
    file: str,
    outputs: tuple[str, ...],
    as_json: bool,
    try_remedies: bool,
    fail_on: tuple[str, ...],
    limits: dict[str, Limit | None],
    step: tuple[int, ...],
    **look: Any,
) -> None:
    """Say how the gradient of a program or a saved graph gets to its parameters, and what is wrong on the way.

    A table goes to standard output: the root causes, worst first, each with its line in the program, the remedy and
    what follows from it; then a row for each parameter and each operation. NAME is as for render. Exit code 1 if there
    is a finding named by --fail-on, else 0.

    \b
    Examples:
        tracegraph flow net.py
        tracegraph flow net.py:train --step 3 -o flow.svg
        tracegraph flow net.py --json --fail-on vanishing,nan,dead
        tracegraph flow net.py --limit vanishing=1e-9 --limit update=off --fail-on any
    """
    path, name = located(file)
    sensible(fail_on, limits)
    targets = [destination(output, (*formats(), *[t for t in TABLES if t not in formats()])) for output in outputs]
    with prints_aside():
        report = _inspected(path, name, step, limits)
        if try_remedies:
            report = _tried(report, limits)
    try:
        deliver(targets, lambda kind: _made(report, kind, given(look)), {"tgraph": report.graph.save})
    finally:  # the table is there also where there is no picture
        if as_json:
            pipe(report.to_json().encode("utf-8", "replace"))
        else:
            _show(report)
    if failed := report.fails(*fail_on):
        say(f"failed on: {', '.join(f'{n:,} {kind}' for kind, n in failed.items())}")
        raise SystemExit(1)


def _inspected(path: Path, name: str | None, step: tuple[int, ...], limits: Mapping[str, Limit | None]) -> Flow:
    """The flow of a program; as it is, where the program has called `flow` itself."""
    from ..analysis.flow import Flow, inspected
    from ..views.steps import picked

    graph, unused, copies = _recorded(path, name)
    inspected_already = "flow" in graph.notes
    if inspected_already and not step and not limits:
        return Flow(graph)
    graph = picked(graph, step or None)
    return inspected(graph, limits) if inspected_already else inspected(graph, limits, unused, copies)


def _tried(report: Flow, limits: Mapping[str, Limit | None]) -> Flow:
    """The flow with what comes of its remedies."""
    from ..analysis.flow import with_trials

    return with_trials(report, limits)


def _recorded(path: Path, name: str | None) -> Traced:
    """The graph of a program, and the parameters that its function makes and the loss does not use."""
    from ..engine.created import created
    from ..frontends.numpy.unused import Traced, watched

    if path.suffix.lower() == ".tgraph":
        return Traced(recorded(target(path, name)), [], ())
    with program(path) as module, created() as watch:  # what the module makes may be for another function
        graph = recorded(made(module, name or DEFAULT))
    return watched(graph, watch)


def _made(report: Flow, kind: str, look: dict[str, Any]) -> bytes:
    """The tables or the picture as the bytes of a file."""
    from ..drawing import draw

    tables = {"txt": report.table, "md": report.to_markdown, "json": report.to_json}
    return tables[kind]().encode("utf-8", "replace") if kind in tables else draw(report, **look).render(kind)


def _show(flow: Flow) -> None:
    """Print the tables, coloured and as wide as the terminal where there is one; else always the same."""
    if sys.stdout and sys.stdout.isatty():
        _colored(flow)
    else:
        pipe(flow.table().encode("utf-8", "replace"))


def _colored(flow: Flow) -> None:
    """The tables in colour, and as wide as the terminal."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from ..analysis.flow_causes import headline
    from ..analysis.flow_report import told
    from ..analysis.flow_summary import summary
    from ..analysis.flow_tables import sections

    console = Console(highlight=False)
    first, second = summary(flow.graph).lines
    if flow.causes:
        console.print(Text(headline(flow.causes), style="bold"))
    console.print(Text(first))
    console.print(Text(second, style="bold red" if flow.findings else "bold green"))
    texts, rest = told(flow.graph)
    for text in texts:
        console.print()
        console.print(Text(text.head, style=_style((text.kind,)) if text.severity == "fault" else "bold"))
        for line in text.lines:
            console.print(Padding(Text(line), (0, 0, 0, 2)))
    if rest:
        console.print(Text(rest, style="dim"))
    for section in sections(flow.graph):
        console.print()
        console.print(_table(section, console.width))
        if section.rest:
            console.print(Text(section.rest, style="dim"))


def _table(section: TextTable, places: int) -> Table:
    """One of them; what a narrow terminal has no room for is left out, a column at a time."""
    from rich.table import Table
    from rich.text import Text

    from ..analysis.flow_tables import SPARE

    visible = section
    for name in SPARE:
        if _needed(visible) > places:
            visible = visible.without(name)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for i, name in enumerate(visible.head):
        right = i in visible.right
        table.add_column(
            Text(name),
            justify="right" if right else "left",
            no_wrap=True,
            overflow="ellipsis",
            min_width=_least(visible, i),
        )
    for row, style in zip(visible.rows, map(_style, visible.kinds), strict=True):
        table.add_row(*map(Text, row), style=style)
    return table


def _needed(section: TextTable) -> int:
    """The places that a table cannot do without."""
    return sum(_least(section, i) for i in range(len(section.head))) + 2 * (len(section.head) - 1)


def _least(section: TextTable, column: int) -> int:
    """Numbers whole, since a number that is cut is another number; words as they can be cut."""
    from ..text.width import width

    full = max(width(text) for text in (section.head[column], *(row[column] for row in section.rows)))
    whole = column in section.right or section.head[column] in ("shape", "op")
    return full if whole else min(full, LEAST)


def _style(kinds: tuple[str, ...]) -> str:
    """The colour of a row: red for the worse half of the kinds, yellow for the others."""
    from ..analysis import DIAGNOSTICS

    if not kinds:
        return ""
    worse = sum(d.rank < DIAGNOSTICS[kinds[0]].rank for d in DIAGNOSTICS.values()) < len(DIAGNOSTICS) / 2
    return "bold red" if worse else "yellow"
