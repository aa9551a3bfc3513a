"""``tracegraph flow``: what is wrong with the gradients of a program, as a table, a picture and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import GraphError
from ..files import write_atomic
from .destinations import Target, destination, pipe
from .failures import debug, say
from .look import given, look
from .program import DEFAULT, check, made, prints_aside, program, recorded, split, target
from .render_command import FORMATS

if TYPE_CHECKING:
    from ..analysis.finding import Limit
    from ..analysis.flow import Flow
    from ..graph import Graph

TABLES = ("txt", "md", "json")
PICTURES = tuple(format for format in FORMATS if format not in TABLES)
OFF = "off"


class Command(click.Command):
    """A command whose help ends with the kinds of findings, from their registry."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each kind with what it means and its threshold."""
        from ..analysis import DIAGNOSTICS

        with formatter.section("Kinds of findings, worst first, and their thresholds"):
            limits = {d.kind: f"  [{d.threshold}]" if d.threshold else "" for d in DIAGNOSTICS.values()}
            formatter.write_dl([(d.kind, d.meaning + limits[d.kind]) for d in DIAGNOSTICS.values()])


def _kinds(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of a list with commas, or of several lists."""
    from ..analysis.flow_report import wanted

    try:
        return wanted(kind for text in given for kind in text.split(","))
    except GraphError as error:
        raise click.BadParameter(str(error)) from None


def _limits(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, Limit | None]:
    """Thresholds by kind; None for a kind that is left out."""
    return dict(_limit(*text.partition("=")[::2]) for text in given)


def _limit(kind: str, text: str) -> tuple[str, Limit | None]:
    from ..analysis import DIAGNOSTICS
    from ..analysis.flow_report import named

    try:
        name = named(kind)
    except GraphError as error:
        raise click.BadParameter(str(error)) from None
    if text.strip().lower() == OFF:
        return name, None
    usual, numbers = DIAGNOSTICS[name].limit, _numbers(text)
    if usual is None:
        raise click.BadParameter(f"{kind} has no threshold; {kind}={OFF} leaves it out")
    if len(numbers) != (len(usual) if isinstance(usual, tuple) else 1):
        raise click.BadParameter(f"{kind}={text}: give {kind}={DIAGNOSTICS[name].threshold} or {kind}={OFF}")
    return name, (numbers[0], numbers[1]) if isinstance(usual, tuple) else numbers[0]


def _numbers(text: str) -> list[float]:
    """The numbers between commas; none where one of them is not a number."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return [] if any(map(isnan, numbers)) else numbers


@click.command(cls=Command, short_help="Say what is wrong with the gradients.")
@click.argument("file", metavar="FILE.py[:NAME]|FILE.tgraph")
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
    "--fail-on",
    multiple=True,
    metavar="KIND,...",
    callback=_kinds,
    help="Exit with 1 if there is a finding of these kinds; 'any' is each of them.",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="KIND=VALUE",
    callback=_limits,
    help="Another threshold for a kind; 'off' leaves it out. Repeat it for more.",
)
@look()
@debug
def flow(
    file: str,
    outputs: tuple[str, ...],
    as_json: bool,
    fail_on: tuple[str, ...],
    limits: dict[str, Limit | None],
    step: tuple[int, ...],
    **look: Any,
) -> None:
    """Say how the gradient of a program or a saved graph gets to its parameters, and what is wrong on the way.

    A table goes to standard output: the findings, worst first, each with its line in the program and its cause; then a
    row for each parameter and each operation. NAME is as for render. Exit code 1 if there is a finding named by
    --fail-on, else 0.

    \b
    Examples:
        tracegraph flow net.py
        tracegraph flow net.py:train --step 3 -o flow.svg
        tracegraph flow net.py --json --fail-on vanishing,nan,dead
        tracegraph flow net.py --limit vanishing=1e-9 --limit update=off --fail-on any
    """
    path, name = split(file)
    check(path, name)
    _sensible(fail_on, limits)
    targets = [destination(output, (*PICTURES, *TABLES)) for output in outputs]
    with prints_aside():
        found = _inspected(path, name, step, limits)
    try:
        _save(found, targets, given(look))
    finally:  # the table is there also where there is no picture
        if as_json:
            pipe(found.to_json().encode("utf-8", "replace"))
        else:
            _show(found)
    if failed := found.fails(*fail_on):
        say(f"failed on: {', '.join(f'{n:,} {kind}' for kind, n in failed.items())}")
        raise SystemExit(1)


def _sensible(fail_on: tuple[str, ...], limits: Mapping[str, Limit | None]) -> None:
    """Raise `UsageError` for a kind that is to fail, and is not looked for."""
    from ..analysis import DIAGNOSTICS

    off = [kind for kind, limit in limits.items() if limit is None and kind in fail_on]
    if off and len(fail_on) < len(DIAGNOSTICS):
        raise click.UsageError(f"--limit {off[0]}={OFF} leaves out what --fail-on {off[0]} asks for.")


def _inspected(path: Path, name: str | None, step: tuple[int, ...], limits: Mapping[str, Limit | None]) -> Flow:
    """What the diagnostics find in a program; as it is, where the program has asked them itself."""
    from ..analysis.flow import Flow, inspected
    from ..views.steps import picked

    graph, extra = _recorded(path, name)
    if isinstance(graph, Flow) and not step and not limits:
        return graph
    return inspected(picked(graph, step or None), limits, () if isinstance(graph, Flow) else extra)


def _recorded(path: Path, name: str | None) -> tuple[Graph, list[Any]]:
    """The graph of a program, and nodes for those parameters that its function makes and the loss does not use."""
    from ..engine.created import created
    from ..frontends.numpy.unused import isolated

    if path.suffix.lower() == ".tgraph":
        return recorded(target(path, name)), []
    with program(path) as module, created() as watch:  # what the module makes may be for another function
        graph = recorded(made(module, name or DEFAULT))
    return graph, isolated(graph, watch.left())


def _save(found: Flow, targets: list[Target], look: dict[str, Any]) -> None:
    """Make each format once, and only then write: a failure leaves no half of the files."""
    data = {kind: _made(found, kind, look) for kind in dict.fromkeys(t.format for t in targets if t.format != "tgraph")}
    for shown, place, kind in targets:
        if kind == "tgraph":
            found.save(place)
        elif place is not None:
            write_atomic(place, data[kind])
        say(f"wrote {shown}")


def _made(found: Flow, kind: str, look: dict[str, Any]) -> bytes:
    """The tables or the picture as the bytes of a file."""
    from ..drawing import draw

    tables = {"txt": found.table, "md": found.to_markdown, "json": found.to_json}
    return tables[kind]().encode("utf-8", "replace") if kind in tables else draw(found, **look).render(kind)


def _show(found: Flow) -> None:
    """The table, coloured and as wide as the terminal where there is one; else always the same."""
    if not sys.stdout.isatty():
        pipe(found.table().encode("utf-8", "replace"))
        return
    from .flow_listing import show

    show(found)
