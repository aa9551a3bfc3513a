"""``tracegraph mark``: a worked solution, checked number by number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..formats import stills
from .destinations import deliver, described, destination
from .failures import debug, say
from .look import Late, given, look
from .program import FILE, located, prints_aside, recorded, target

REPORTS = ("md", "txt", "json")


def pictures() -> tuple[str, ...]:
    """The formats of the marked picture."""
    return tuple(name for name in stills() if name not in REPORTS)


def _outputs() -> str:
    return (
        "File to write; its suffix is the format: .md, .txt, .json for the report; for the marked picture "
        f"{described(pictures())}; .tgraph for the marked graph. Repeat it for more files."
    )


@click.command(short_help="Mark what somebody wrote for a computation.")
@FILE
@click.argument("claims", metavar="CLAIMS")
@click.option("-o", "--output", "outputs", multiple=True, metavar="PATH", cls=Late, help_text=_outputs)
@click.option("--json", "as_json", is_flag=True, help="Write the report to standard output as JSON.")
@look()
@debug
def mark(file: str, claims: str, outputs: tuple[str, ...], as_json: bool, **look: Any) -> None:
    """Mark what somebody wrote for a computation, each number from their own numbers before it.

    CLAIMS is a TOML file that says what was written, as text, because its digits count:

    \b
        [[claim]]
        value = "z5"          # or grad = "w35"; step = 2 in a training run; index = [0, 1] for one element
        written = "0.58313"   # or a list of lists for a matrix; "" for a blank
        points = 2            # if points are counted

    or a table (.csv, .tsv, .md) with a name and a number in each row, such as "dL/dw step 2, -7.656".

    Of a folder of exercise sheets and a folder of answers, the overview of the class is written: anna-07.csv is marked
    with key-07.tgraph.

    The report goes to standard output, unless -o or --json says otherwise. A slip found is no error: the exit code is 1
    only for claims that cannot be judged (the rest is marked all the same) and for what fails.

    \b
    Examples:
        tracegraph mark net.py solution.toml
        tracegraph mark net.py answers.csv
        tracegraph mark sheets/ answers/ -o class.md
        tracegraph mark net.py solution.toml -o report.md -o marked.svg
    """
    from ..marking import mark as judged
    from ..marking.claims import read_claims

    if Path(file).is_dir() and Path(claims).is_dir():
        _class(file, claims, outputs)
        return
    path, name = located(file)
    targets = [destination(output, (*REPORTS, *pictures(), "tgraph")) for output in outputs]
    read_claims(claims)  # before the program is run: what cannot be read needs no run
    with prints_aside():
        marking = judged(recorded(target(path, name)), claims)
    drawing = marking.draw(**given(look)) if any(t.format in pictures() for t in targets) else None
    deliver(
        targets,
        lambda format: drawing.render(format) if drawing and format in pictures() else marking.report(format).encode(),
        {"tgraph": marking.graph.save},
    )
    if outputs:
        say(marking.summary)
    if as_json:
        click.echo(marking.to_json(), nl=False)
    elif not outputs:
        click.echo(str(marking), nl=False)
    for problem in marking.problems:
        say(f"error: {claims}: {' '.join(str(problem).split())}")
    if marking.problems:
        raise SystemExit(1)


def _class(sheets: str, answers: str, outputs: tuple[str, ...]) -> None:
    """The overview of a class, from the folder of sheets and that of answers."""
    from ..exercises import overview

    targets = [destination(output, ("md", "txt")) for output in outputs]
    marks = overview(sheets, answers)
    deliver(targets, lambda format: (marks.to_markdown() if format == "md" else str(marks)).encode())
    if not outputs:
        click.echo(str(marks), nl=False)
    for problem in marks.problems:
        say(f"error: {problem}")
    if marks.problems:
        raise SystemExit(1)
